//! `crosspull login`: who signs in to a registry, what that is granted, and the programs that get it.

use std::os::unix::fs::PermissionsExt as _;

use crosspull_support::{End, Story, path_text, side_by_side, text};
use serde_json::Value;

use crate::azure_cli::{calls, with_az};
use crate::sign_in::{of_persons, on_the_machine};

/// The user name that stands for a token.
const NULL_USER: &str = "00000000-0000-0000-0000-000000000000";
const BY_APP: [&str; 2] = ["--as", "service-principal"];

/// Puts a program on the PATH of a story, in place of all others, that writes down its arguments, its environment and its
/// input, and then does what `does` says in the shell's language.
fn with_program(story: Story, name: &str, does: &str) -> Story {
    let folder = story.path("bin");
    std::fs::create_dir_all(&folder).expect("made");
    let here = folder.display();
    let script = format!(
        "#!/bin/sh\nPATH=/usr/bin:/bin\necho \"$*\" >>'{here}/{name}.arguments'\nenv >'{here}/{name}.environment'\ncat \
         >'{here}/{name}.input'\n{does}\n"
    );
    let program = folder.join(name);
    std::fs::write(&program, script).expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("ours");
    let path = path_text(&folder).to_owned();
    story.with("PATH", &path)
}

/// Returns what a program of the story wrote down.
fn wrote(story: &Story, name: &str) -> String {
    std::fs::read_to_string(story.path("bin").join(name)).unwrap_or_default()
}

/// Runs `crosspull login` of the registry, by that.
fn login(story: &Story, registry: &str, flags: &[&str]) -> End {
    story.run(&[&["login", registry], flags].concat())
}

/// Returns the token that is printed.
fn token(end: &End) -> Value {
    end.exits(0);
    serde_json::from_str(&end.out).unwrap_or_else(|why| panic!("{why}\n{end}"))
}

#[test]
fn a_program_gets_the_sign_in_by_its_input_alone() {
    let story = with_program(Story::of("happy"), "docker", "echo 'Login Succeeded'");
    let server = story.ready.login_server.clone();
    let end = login(&story, &story.ready.registry, &BY_APP);
    end.exits(0);
    assert!(end.out.contains("May pull, push and delete everything"), "{end}");
    assert!(end.out.contains("docker has the sign-in"), "{end}");
    assert!(end.out.contains(&format!("crosspull login --configure-docker {server}")), "{end}");
    assert_eq!(wrote(&story, "docker.arguments"), format!("login --username {NULL_USER} --password-stdin {server}\n"));
    let secret = wrote(&story, "docker.input");
    assert_eq!(story.pull_by_hand_from(&server, NULL_USER, &secret, "shop/web:1.4"), 200);
    let environment = wrote(&story, "docker.environment");
    let own = &story.variables()["CROSSPULL_B_CLIENT_SECRET"];
    for hidden in [&secret, own] {
        assert!(
            !environment.contains(hidden.as_str()) && !end.to_string().contains(hidden.as_str()),
            "a secret is told"
        );
    }
}

#[test]
fn what_a_program_says_is_believed_and_nothing_else() {
    let cases = [
        ("echo 'Error saving credentials: no store' >&2; exit 1", "Error saving credentials: no store"),
        ("echo done", "did not say that it took the sign-in"),
    ];
    side_by_side(cases, |(does, says)| {
        let story = with_program(Story::of("happy"), "podman", does);
        let end = login(&story, &story.ready.registry, &BY_APP);
        end.exits(1);
        assert!(end.out.contains("podman did not take the sign-in") && end.out.contains(says), "{end}");
    });
    let story = Story::of("happy").with("PATH", "/nowhere");
    let end = login(&story, &story.ready.registry, &BY_APP);
    end.exits(1);
    assert!(end.err.contains("none of docker, podman, helm, oras, skopeo, nerdctl is on the PATH"), "{end}");
}

#[test]
fn podman_and_skopeo_are_not_shown_what_docker_keeps() {
    // Where that is an identity token of the registry, they refuse to sign in beside it.
    side_by_side([("podman", false), ("skopeo", false), ("docker", true), ("helm", true)], |(name, shown)| {
        let story =
            with_program(Story::of("happy"), name, "echo 'Login Succeeded!'").with("DOCKER_CONFIG", "/of/docker");
        login(&story, &story.ready.registry, &BY_APP).exits(0);
        let environment = wrote(&story, &format!("{name}.environment"));
        assert_eq!(environment.lines().any(|line| line == "DOCKER_CONFIG=/of/docker"), shown, "{name}");
    });
}

#[test]
fn the_token_is_printed_alone_and_pulls() {
    let story = Story::of("happy");
    let server = &story.ready.login_server;
    side_by_side([&["--tenant", "fabrikam.com"][..], &[]], |tenant| {
        // By its resource id the registry's tenant is found, by its login server it has to be given.
        let registry = if tenant.is_empty() { &story.ready.registry } else { server };
        let end = login(&story, registry, &[&BY_APP, tenant, &["--expose-token"]].concat());
        let told = token(&end);
        assert_eq!((text(&told, "loginServer"), text(&told, "username")), (server.as_str(), NULL_USER));
        let names: Vec<&String> = told.as_object().expect("an object").keys().collect();
        assert_eq!(names, ["accessToken", "expiresAt", "loginServer", "username"], "no refresh token unless asked");
        assert!(!end.err.contains(text(&told, "accessToken")));
        assert_eq!(story.pull_by_hand_from(server, NULL_USER, text(&told, "accessToken"), "shop/web:1.4"), 200);
    });
    let told =
        token(&login(&story, &story.ready.registry, &[&BY_APP[..], &["--expose-token", "--refresh-token"]].concat()));
    assert_eq!(text(&told, "refreshToken"), text(&told, "accessToken"));
}

#[test]
fn a_person_signs_in_by_the_azure_cli_or_by_a_code() {
    let story = with_az(of_persons(&["happy"]), "json");
    let told = token(&login(&story, &story.ready.registry, &["--expose-token"]));
    let server = &story.ready.login_server;
    assert_eq!(story.pull_by_hand_from(server, NULL_USER, text(&told, "accessToken"), "shop/web:1.4"), 200);
    assert!(calls(&story).iter().any(|call| call.contains("containerregistry")), "{:?}", calls(&story));

    let story = of_persons(&["person-signs-in"]);
    let flags = ["--sign-in", "device-code", "--tenant", "fabrikam.com", "--expose-token"];
    let end = login(&story, &story.ready.login_server, &flags);
    let told = token(&end);
    assert!(end.err.contains("open this page in any browser"), "{end}");
    let server = &story.ready.login_server;
    assert_eq!(story.pull_by_hand_from(server, NULL_USER, text(&told, "accessToken"), "shop/web:1.4"), 200);
}

#[test]
fn a_sign_in_that_is_not_there_is_told_with_its_cure() {
    let story = with_az(of_persons(&["happy"]), "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1");
    let end = login(&story, &story.ready.login_server, &["--tenant", "fabrikam.com"]);
    end.exits(1);
    assert!(end.err.contains("az login --tenant fabrikam.com"), "{end}");
    let wrong = Story::of("happy").with("CROSSPULL_B_CLIENT_SECRET", "not-it");
    let end = login(&wrong, &wrong.ready.registry, &BY_APP);
    end.exits(1);
    assert!(end.err.contains("AADSTS7000215") && !end.err.contains("not-it"), "{end}");
}

#[test]
fn an_apps_tenant_is_asked_for_where_nothing_tells_it() {
    let story = Story::of("happy");
    let end = login(&story, &story.ready.login_server, &BY_APP);
    end.exits(2);
    assert!(end.err.contains("tenant: missing: an app signs in to one tenant"), "{end}");
    story.called_nothing();
}

#[test]
fn a_repository_on_which_nothing_is_granted_is_told_and_no_program_gets_the_sign_in() {
    let story = with_program(Story::of("abac-registry"), "skopeo", "echo 'Login Succeeded!'");
    let principal = story.variables()["CROSSPULL_B_CLIENT_ID"].clone();
    let end = login(&story, &story.ready.registry, &[&BY_APP[..], &["--repository", "shop/web:1.4"]].concat());
    end.exits(1);
    assert!(end.out.contains("Nothing is granted on shop/web"), "{principal}\n{end}");
    assert_eq!(wrote(&story, "skopeo.input"), "", "nothing was given");
}

#[test]
fn a_machines_identity_signs_in_where_registry_and_machine_are_of_one_tenant() {
    let story = on_the_machine(of_persons(&["happy"]));
    let end = login(&story, &story.ready.login_server, &["--as", "managed-identity", "--expose-token"]);
    end.exits(1);
    assert!(end.err.contains("does not let this account in") && end.err.contains("Check the tenant"), "{end}");
    assert_eq!(end.out, "", "nothing else is printed");
}

#[test]
fn where_entra_gives_no_token_for_registries_one_for_resource_manager_is_used_and_that_is_said() {
    let story = with_program(Story::of("no-registry-audience"), "oras", "echo 'Login Succeeded'");
    let end = login(&story, &story.ready.registry, &BY_APP);
    end.exits(0);
    assert!(end.out.contains("By a token for Resource Manager"), "{end}");
    let secret = wrote(&story, "oras.input");
    let server = story.ready.login_server.clone();
    assert_eq!(story.pull_by_hand_from(&server, NULL_USER, &secret, "shop/web:1.4"), 200);
    let own = "name = \"own\"\nsays = \"own\"\n[world]\nregistry.accepts_arm_tokens = false\n";
    let story = Story::told(&["no-registry-audience"], own);
    let server = story.ready.login_server.clone();
    let end = login(&story, &server, &[&BY_APP[..], &["--tenant", "fabrikam.com"]].concat());
    end.exits(1);
    assert!(end.err.contains("it takes no tokens for Resource Manager"), "{end}");
}

#[test]
fn the_admin_account_signs_in_by_what_azure_tells_or_by_what_is_given() {
    let story = Story::of("admin-enabled");
    let server = story.ready.login_server.clone();
    // The operator of B may read the passwords.
    let told = story.registry_by_hand("POST", "/listCredentials", &Value::Null);
    let (user, password) = (text(&told, "username").to_owned(), text(&told["passwords"][0], "value").to_owned());
    let story = story.with("CROSSPULL_REGISTRY_PASSWORD", &password);
    let end = login(&story, &server, &["--as", "admin", "--username", &user, "--expose-token"]);
    let told = token(&end);
    assert_eq!((text(&told, "username"), text(&told, "accessToken")), (user.as_str(), password.as_str()));
    assert!(end.err.contains("May pull, push and delete everything"), "{end}");
    let wrong = story.with("CROSSPULL_REGISTRY_PASSWORD", "not-it");
    let end = login(&wrong, &server, &["--as", "admin", "--username", &user]);
    end.exits(1);
    assert!(end.err.contains(&format!("{server} does not let {user} in")), "{end}");
    assert!(end.err.contains("Access keys or Tokens"), "{end}");
    let end = login(&wrong, &wrong.ready.registry, &["--as", "admin", "--username", &user]);
    end.exits(2);
    assert!(end.err.contains("give its login server"), "a password goes to a host that is named\n{end}");
}

#[test]
fn the_admin_account_is_enabled_as_a_run_and_taken_back() {
    let story = Story::of("happy").with("CROSSPULL_TENANT_B", "fabrikam.com");
    let story = story.with("CROSSPULL_SIGN_IN_B", "service-principal");
    let registry = story.ready.registry.clone();
    let by_admin = ["--as", "admin", "--expose-token"];
    let end = login(&story, &registry, &by_admin);
    end.exits(1);
    assert!(end.err.contains("It is disabled") && end.err.contains("--enable-admin"), "{end}");
    login(&story, &registry, &["--as", "admin", "--enable-admin", "--output", "json"]).complains("yes: it asks");
    story.wrote_nothing();
    let end =
        login(&story, &registry, &["--as", "admin", "--enable-admin", "--yes", "--pace", "100", "--output", "json"]);
    end.is_done().finds("warn", "one account for all", "one person who tests");
    assert_eq!(story.world().registry()["adminUserEnabled"], true);
    token(&login(&story, &registry, &by_admin));
    story.undo(&[]).ends_well();
    assert_eq!(story.world().registry()["adminUserEnabled"], false);
    login(&story, &registry, &by_admin).exits(1);
}

#[test]
fn what_cannot_be_written_or_is_not_granted_is_no_success() {
    let story = Story::of("abac-registry");
    let registry = story.ready.registry.clone();
    let by = ["login", &registry, "--as", "service-principal"];
    let end = story.run(&[&by[..], &["--repository", "shop/web", "--expose-token"]].concat());
    end.exits(1);
    assert_eq!(end.out, "", "no token without a right");
    assert!(!end.err.contains("whatever is pulled"), "only what was named was asked for\n{end}");
    let end = story.shell(&format!("crosspull login {registry} --as service-principal --output json >/dev/full"));
    end.exits(1);
    assert!(end.err.contains("standard output could not be written"), "{end}");
    story.run(&[&by[..], &["--check", "--enable-admin", "--yes"]].concat()).exits(2);
    story.wrote_nothing();
}

#[test]
fn a_firewall_is_told_with_the_address_that_it_saw() {
    let story = Story::of("firewalled-registry");
    let end = login(&story, &story.ready.registry, &BY_APP);
    end.exits(1);
    assert!(end.err.contains("firewall does not let this machine in, which it sees as 127.0.0.1"), "{end}");
    assert!(end.err.contains("az acr network-rule add"), "{end}");
}

#[test]
fn a_machine_without_authorities_is_told_where_they_come_from() {
    let story = Story::of("happy").without("CROSSPULL_CLOUD").without("CROSSPULL_CA_FILE");
    let end = login(&story, "registryb.azurecr.io", &[&BY_APP[..], &["--tenant", "fabrikam.com"]].concat());
    assert!(end.err.contains("package ca-certificates") && end.err.contains("--ca-file"), "{end}");
    assert_ne!(end.code, Some(0), "{end}");
    story.called_nothing();
}

#[test]
fn nothing_is_sent_to_a_host_that_is_no_registry() {
    let story = Story::of("happy");
    let authorities = story.variables()["CROSSPULL_CA_FILE"].clone();
    let story = story.without("CROSSPULL_CLOUD").without("CROSSPULL_CA_FILE").with("SSL_CERT_FILE", &authorities);
    let end = login(&story, "shop01.azurecr.cn", &[&BY_APP[..], &["--tenant", "fabrikam.com"]].concat());
    end.exits(1);
    assert!(end.err.contains("no host of this cloud's registries"), "{end}");
    story.called_nothing();
}
