//! `crosspull access kubeconfig`: the entry of a cluster comes into a kubeconfig without harm, and is proved.

use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crosspull_support::{End, Story, path_text};
use serde_json::Value;

use crate::secrets::tells;

/// Gives the operator of a story a home folder, and a folder for what is kept.
pub fn at_home(story: Story) -> Story {
    let run = story.path("run");
    std::fs::DirBuilder::new().mode(0o700).create(&run).expect("made");
    let home = path_text(story.folder()).to_owned();
    let run = path_text(&run).to_owned();
    story.with("HOME", &home).with("XDG_RUNTIME_DIR", &run).with("CROSSPULL_PACE", "100")
}

/// The flags of an operator who signs in by a service principal.
const BY_APP: [&str; 4] = ["--tenant-a", "contoso.com", "--sign-in-a", "service-principal"];

/// Writes the kubeconfig of the story's cluster.
pub fn write(story: &Story, flags: &[&str]) -> End {
    let cluster = story.ready.cluster.clone();
    story.run(&[&["access", "kubeconfig", "--cluster", &cluster], &BY_APP[..], flags].concat())
}

/// Returns the kubeconfig of the operator's home.
pub fn kubeconfig(story: &Story) -> PathBuf {
    story.path(".kube/config")
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|why| panic!("{}: {why}", file.display()))
}

/// Asserts that the program ended well and told all of this.
fn tells_of(end: &End, parts: &[&str]) {
    end.exits(0);
    for part in parts {
        assert!(end.out.contains(part), "{part}\n{end}");
    }
}

fn mode(file: &Path) -> u32 {
    file.metadata().expect("there").permissions().mode() & 0o777
}

#[test]
fn where_entra_signs_people_in_the_entry_signs_in_by_crosspull() {
    let story = at_home(Story::of("entra-cluster"));
    let end = write(&story, &[]);
    tells_of(
        &end,
        &["Context aks-shop is in ", "is the current one now", "It signs in by crosspull: service-principal"],
    );
    tells_of(
        &end,
        &["You may list pods in all namespaces: Access allowed by Azure RBAC", "needs CROSSPULL_A_CLIENT_SECRET"],
    );
    let name = end.out.lines().find_map(|line| line.strip_prefix("Kubernetes knows you as "));
    assert!(name.is_some_and(|name| name.parse::<uuid::Uuid>().is_ok()), "an app is known by its object id\n{end}");
    let file = kubeconfig(&story);
    let text = read(&file);
    assert_eq!(mode(&file), 0o600);
    let tenant = story.ready.tenants.a.id.to_string();
    let app = story.variables()["CROSSPULL_A_CLIENT_ID"].clone();
    for part in [
        "name: clusterUser_",
        "current-context: aks-shop",
        "apiVersion: client.authentication.k8s.io/v1\n",
        "interactiveMode: IfAvailable",
        "certificate-authority-data: ",
        "- 6dae42f8-4368-4678-94ff-3960e28e3630",
        &format!("- --tenant\n{}- {tenant}", " ".repeat(6)),
        &format!("- {app}"),
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(
        !tells(&text, &story.variables()["CROSSPULL_A_CLIENT_SECRET"]) && !text.contains("client-key-data"),
        "no secret is in it\n{text}"
    );
    let kept =
        std::fs::read_dir(story.path("run/crosspull")).expect("a folder").flatten().next().expect("a token").path();
    assert_eq!(mode(&kept), 0o600);
    story.wrote_nothing();
}

#[test]
fn what_else_is_in_the_file_stays() {
    let story = at_home(Story::of("entra-cluster"));
    let elsewhere = story.path("elsewhere");
    let before = "apiVersion: v1\nkind: Config\nclusters:\n- name: other\n  cluster:\n    server: https://other.example\n    \
                  extensions:\n    - name: more\n      extension:\n        seen: 1\nusers: []\ncontexts:\n- name: other\n  \
                  context:\n    cluster: other\n    user: nobody\ncurrent-context: other\nmore:\n  - 'yes'\n";
    std::fs::write(&elsewhere, before).expect("written");
    std::fs::set_permissions(&elsewhere, std::fs::Permissions::from_mode(0o640)).expect("ours");
    std::fs::create_dir(story.path(".kube")).expect("made");
    symlink(&elsewhere, kubeconfig(&story)).expect("a link");
    tells_of(&write(&story, &["--keep-context"]), &["the current context stays"]);
    assert!(kubeconfig(&story).is_symlink(), "a link stays one");
    assert_eq!(mode(&elsewhere), 0o640, "its rights stay");
    let text = read(&elsewhere);
    for part in ["server: https://other.example", "seen: 1", "current-context: other", "name: aks-shop"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(text.contains("'yes'") || text.contains("\"yes\""), "{text}");
    assert!(!elsewhere.with_file_name("elsewhere.lock").exists() && !story.path(".kube/config.lock").exists());
    write(&story, &[]).exits(0);
    let again = read(&elsewhere);
    assert_eq!(
        again.replace("current-context: aks-shop", "current-context: other"),
        text,
        "once more changes nothing else"
    );
}

#[test]
fn clusters_of_one_name_in_two_tenants_live_side_by_side() {
    let [one, two] = ["entra-cluster", "entra-cluster"].map(|scenario| at_home(Story::of(scenario)));
    let home = path_text(one.folder()).to_owned();
    write(&one, &[]).exits(0);
    let first = read(&kubeconfig(&one));
    let two = two.with("HOME", &home);
    let end = write(&two, &[]);
    tells_of(&end, &["Its names are longer than those of az, since cluster aks-shop is that of https://"]);
    let both = read(&kubeconfig(&one));
    let server = first.lines().find(|line| line.contains("server: ")).expect("a server");
    assert!(both.contains(server) && both.matches("server: ").count() == 2, "{both}");
    let refused = write(&two, &["--context", "aks-shop"]);
    refused.exits(1);
    assert!(refused.err.contains("context aks-shop is that of https://"), "{refused}");
    assert_eq!(read(&kubeconfig(&one)), both, "it is as it was");
    let end = write(&two, &["--context", "aks-shop", "--overwrite"]);
    tells_of(
        &end,
        &["Replaced: context aks-shop, which led to https://", "Replaced: cluster aks-shop, which was that of"],
    );
    assert!(!read(&kubeconfig(&one)).contains(server), "it was asked for");
}

#[test]
fn a_file_that_is_broken_or_read_only_is_left_alone_before_anything_is_called() {
    let story = at_home(Story::of("entra-cluster"));
    std::fs::create_dir(story.path(".kube")).expect("made");
    for (text, mode, why) in [
        ("a: [secret", 0o600, "it is no YAML that can be read"),
        ("kind: Pod\n", 0o600, "another kind"),
        ("a: !secret b\n", 0o600, "it holds YAML that crosspull cannot keep as it is"),
        ("users: [{name: a}, {name: a}]\n", 0o600, "two of its users have one name"),
        ("", 0o400, "it is read-only"),
    ] {
        std::fs::write(kubeconfig(&story), text).expect("written");
        std::fs::set_permissions(kubeconfig(&story), std::fs::Permissions::from_mode(mode)).expect("ours");
        let end = write(&story, &[]);
        end.exits(2);
        assert!(end.err.contains("config was left alone: ") && end.err.contains(why), "{end}");
        assert!(!end.err.contains("secret"), "{end}");
        assert_eq!(read(&kubeconfig(&story)), text);
        std::fs::set_permissions(kubeconfig(&story), std::fs::Permissions::from_mode(0o600)).expect("ours");
    }
    std::fs::remove_file(kubeconfig(&story)).expect("removed");
    symlink("gone", kubeconfig(&story)).expect("a link");
    let end = write(&story, &[]);
    end.exits(2);
    assert!(end.err.contains("it is a link to a file that is not there: make that file"), "{end}");
    std::fs::remove_file(kubeconfig(&story)).expect("removed");
    let made = std::process::Command::new("mkfifo").arg(kubeconfig(&story)).status().expect("it starts");
    assert!(made.success());
    let end = write(&story, &[]);
    end.exits(2);
    assert!(end.err.contains("it is a pipe"), "{end}");
    story.called_nothing();
}

#[test]
fn the_admins_certificate_is_told_to_be_everybodys_and_is_in_the_file_alone() {
    let story = at_home(Story::of("happy"));
    let asked = write(&story, &["--admin"]);
    asked.exits(2);
    assert!(asked.err.contains("give --yes"), "{asked}");
    story.called_nothing();
    let end = write(&story, &["--admin", "--yes"]);
    tells_of(
        &end,
        &[
            "Context aks-shop-admin is in ",
            "a certificate that is everybody's",
            "knows you as masterclient",
            "You may list pods",
        ],
    );
    let text = read(&kubeconfig(&story));
    let key = text.lines().find_map(|line| line.trim().strip_prefix("client-key-data: ")).expect("a key");
    assert!(text.contains("name: clusterAdmin_") && !end.out.contains(key) && !end.err.contains(key), "{end}");
    let end = write(&story, &["--admin", "--yes", "--file", "-"]);
    end.exits(0);
    assert!(end.out.contains("client-key-data: ") && end.err.contains("with its private key"), "{end}");
    assert!(end.out.starts_with("apiVersion: v1\nkind: Config\n"), "the entry alone\n{end}");
}

#[test]
fn without_entra_everybody_has_the_certificate_and_that_is_said() {
    let story = at_home(Story::of("happy"));
    let file = story.path("own");
    std::fs::write(&file, "").expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("ours");
    let end = write(&story, &["--file", path_text(&file), "--output", "json"]);
    assert!(end.err.contains("Others may read") && end.out.contains("chmod 600"), "before the key is there\n{end}");
    end.exits(0);
    let told: Value = serde_json::from_str(&end.out).expect("JSON");
    assert_eq!((&told["by"], &told["context"]), (&"certificate".into(), &"aks-shop".into()), "{end}");
    assert_eq!((&told["proved"]["is"], &told["proved"]["lists_pods"]), (&true.into(), &true.into()), "{end}");
    assert!(read(&file).contains("client-certificate-data: ") && !kubeconfig(&story).exists());
}

#[test]
fn local_accounts_that_are_disabled_are_told() {
    let story = at_home(Story::of("entra-cluster"));
    let end = write(&story, &["--admin", "--yes"]);
    end.exits(1);
    for part in ["Local accounts are disabled there", "Leave --admin out", "static credential"] {
        assert!(end.err.contains(part), "{part}\n{end}");
    }
    assert!(!kubeconfig(&story).exists());
}

#[test]
fn the_role_that_is_lacking_is_named() {
    let story = at_home(Story::of("no-right-on-cluster"));
    for (flags, role) in [(&[][..], "Cluster User Role"), (&["--admin", "--yes"], "Cluster Admin Role")] {
        let end = write(&story, flags);
        end.exits(1);
        assert!(end.err.contains(&format!("needs the Azure Kubernetes Service {role}")), "{end}");
        assert!(end.err.contains(&format!("on the cluster {}", story.ready.cluster)), "{end}");
    }
    assert!(!kubeconfig(&story).exists());
}

#[test]
fn a_cluster_that_is_not_reached_is_written_and_not_proved() {
    let own = "name = 'p'\nsays = 'a private cluster'\n[world.cluster]\nkubernetes = 'private'";
    let story = at_home(Story::told(&["entra-cluster"], own));
    let end = write(&story, &[]);
    tells_of(&end, &["Context aks-shop is in ", "Written, not proved: its Kubernetes API does not answer"]);
    assert!(read(&kubeconfig(&story)).contains("current-context: aks-shop"));
}

#[test]
fn somebody_whom_no_role_lets_in_is_told_so() {
    let story = at_home(Story::of("entra-cluster-no-role"));
    let end = write(&story, &[]);
    tells_of(&end, &["You may not list pods in all namespaces: User does not have access to the resource in Azure."]);
}

#[test]
fn a_kubeconfig_that_never_comes_is_not_taken_for_none() {
    let fault = |act: &str| {
        format!(
            "name = 'f'\nsays = 'f'\n[[fault]]\non = 'arm POST /**/listClusterUserCredential'\nnth = 'every'\n{act}\n"
        )
    };
    let story = at_home(Story::told(&["entra-cluster"], &fault("do = 'garbage'")));
    let end = write(&story, &[]);
    end.exits(1);
    assert!(end.err.contains("Azure gives no kubeconfig of aks-shop"), "{end}");
    assert!(end.err.contains("The answer cannot be used"), "{end}");
    assert!(!kubeconfig(&story).exists(), "{end}");
    let throttled = "do = 'status'\ncode = 429\nerror = 'TooManyRequests'\nmessage = 'Too many.'\nretry_after = 10";
    let once = fault(throttled).replace("nth = 'every'", "nth = 1");
    let story = at_home(Story::told(&["entra-cluster"], &once));
    write(&story, &[]).exits(0);
}

#[test]
fn kubelogins_form_is_written_where_it_is_asked_for() {
    let story = at_home(Story::of("entra-cluster"));
    let told = [
        "It signs in by kubelogin: service-principal",
        "proved by crosspull's own sign-in",
        "kubelogin is not in PATH",
    ];
    tells_of(&write(&story, &["--kubelogin"]), &told);
    let text = read(&kubeconfig(&story));
    let words: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("- ")).collect();
    let app = story.variables()["CROSSPULL_A_CLIENT_ID"].clone();
    for pair in [["--login", "spn"], ["--client-id", &app], ["--environment", "AzurePublicCloud"]] {
        assert!(words.windows(2).any(|two| two == pair), "{pair:?}\n{text}");
    }
    assert!(text.contains("command: kubelogin"), "{text}");
}
