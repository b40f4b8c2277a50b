//! The credential helper, as docker and its kin call it, and what sets it up.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crosspull_sim::Tenant;
use crosspull_support::{End, Story, path_text, program, side_by_side};
use serde_json::Value;

use crate::azure_cli::{calls, with_az};
use crate::secrets::{files, tells};
use crate::sign_in::{of_persons, on_the_machine, token_file, without_apps};

/// The user name that goes with a registry's refresh token.
const NULL_USER: &str = "00000000-0000-0000-0000-000000000000";

/// Gives the operator of a story the folders of a login of their own, and the helper on the PATH.
fn at_home(story: Story) -> Story {
    let folder = |name: &str| {
        let folder = story.path(name);
        std::fs::DirBuilder::new().mode(0o700).create(&folder).expect("made");
        path_text(&folder).to_owned()
    };
    let [run, config, docker, azure, path] = ["run", "config", "docker", "azure", "path"].map(folder);
    symlink(program(), Path::new(&path).join("docker-credential-crosspull")).expect("a link");
    let path = format!("{path}:{}", story.variables()["PATH"]);
    let home = path_text(story.folder()).to_owned();
    let set = [
        ("HOME", &home),
        ("XDG_RUNTIME_DIR", &run),
        ("XDG_CONFIG_HOME", &config),
        ("DOCKER_CONFIG", &docker),
        ("AZURE_CONFIG_DIR", &azure),
        ("PATH", &path),
    ];
    set.into_iter().fold(story, |story, (name, value)| story.with(name, value))
}

/// Sets the helper up for the registry of a story.
fn set_up(story: &Story, who: &str, flags: &[&str]) -> End {
    story.run(&[&["login", "--configure-docker", &story.ready.login_server, "--as", who], flags].concat())
}

/// Returns a story whose helper signs in to the registry by its service principal.
fn by_app() -> Story {
    let story = at_home(Story::of("happy"));
    let tenant = story.ready.tenants.b.id.to_string();
    set_up(&story, "service-principal", &["--tenant", &tenant]).exits(0);
    story
}

/// What the helper answers.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Answer {
    /// Returns the credential.
    fn credential(&self) -> Value {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        serde_json::from_str(&self.out).expect("JSON")
    }

    /// Returns the token.
    fn token(&self) -> String {
        self.credential()["Secret"].as_str().expect("a secret").to_owned()
    }

    /// Returns the line of a failure, which is told on both streams.
    fn failure(&self) -> &str {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert_eq!((self.out.lines().count(), self.err.lines().count()), (1, 1), "one line each: {self:?}");
        self.err.trim_end()
    }
}

fn begun(variables: &BTreeMap<String, String>, words: &[&str], input: &str) -> Child {
    let helper = words.first().is_none_or(|word| *word != "credential");
    let folder = variables["PATH"].split(':').next().expect("a folder").to_owned();
    let own = Path::new(&folder).join("docker-credential-crosspull");
    let mut command = Command::new(if helper { own } else { program() });
    command.args(words).env_clear().envs(variables);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the helper starts");
    // A helper that needs no input may have ended already.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    child
}

fn ended(child: Child) -> Answer {
    let output = child.wait_with_output().expect("its end");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Answer { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Calls the helper as programs do.
fn call(story: &Story, words: &[&str], input: &str) -> Answer {
    ended(begun(&story.variables(), words, input))
}

fn get(story: &Story) -> Answer {
    call(story, &["get"], &story.ready.login_server)
}

/// Returns the refresh tokens that the registry gave, in order.
fn given(story: &Story) -> Vec<String> {
    let exchanges = story.sim.exchanges();
    let given = exchanges.iter().filter(|e| e.url == "/oauth2/exchange" && e.status == Some(200));
    let token =
        |body: &str| serde_json::from_str::<Value>(body).expect("JSON")["refresh_token"].as_str().map(str::to_owned);
    given.map(|e| token(&e.response_body).expect("a token")).collect()
}

/// Returns the file in which the registry's token is kept.
fn kept(story: &Story) -> PathBuf {
    story.path(&format!("run/crosspull/{}.token", story.ready.login_server))
}

/// Lets time pass for what is kept: what is kept now was kept so many minutes ago.
fn let_pass(story: &Story, minutes: i64) {
    let text = std::fs::read_to_string(kept(story)).expect("a token is kept");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for line in &mut lines[2..4] {
        *line = (line.parse::<i64>().expect("a time") - minutes * 60).to_string();
    }
    std::fs::write(kept(story), lines.join("\n") + "\n").expect("written");
}

#[test]
fn a_pull_is_given_the_registrys_own_token() {
    let story = by_app();
    let answer = get(&story).credential();
    assert_eq!(answer["ServerURL"], story.ready.login_server);
    assert_eq!(answer["Username"], NULL_USER);
    assert_eq!(given(&story).last().map(String::as_str), answer["Secret"].as_str(), "the last one that it gave");
    let again = call(&story, &["credential", "get"], &format!("https://{}/v2/\n", story.ready.login_server));
    assert_eq!(again.credential()["Secret"], answer["Secret"], "by its other name, it is the same");
    assert_eq!(given(&story).len(), 1, "setting up signed in once, and that is kept");
    let mode = |path: PathBuf| path.metadata().expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(story.path("run/crosspull")), mode(kept(&story))), (0o700, 0o600));
    let settings = std::fs::read_to_string(story.path("config/crosspull/registries.toml")).expect("settings");
    assert!(settings.contains(&format!("tenant = \"{}\"", story.ready.tenants.b.id)), "{settings}");
}

#[test]
fn what_nobody_set_up_is_not_found() {
    let story = at_home(Story::of("happy"));
    let answer = get(&story);
    assert_eq!(answer.out, "credentials not found in native keychain\n");
    let cure = format!("crosspull login --configure-docker {}", story.ready.login_server);
    assert!(answer.failure().ends_with(&cure), "{answer:?}");
    assert_eq!(call(&story, &["list"], ""), Answer { code: Some(0), out: "{}".to_owned(), err: String::new() });
    assert_eq!(call(&story, &["erase"], &story.ready.login_server).code, Some(0));
    for (words, input, said) in [
        (&["get"] as &[&str], "", "no credentials server URL"),
        (&["erase"], "\n", "no credentials server URL"),
        (&["store"], r#"{"ServerURL":"a.azurecr.io","Secret":"s"}"#, "no credentials username"),
        (&["store"], "x", "the input is no JSON object with ServerURL, Username and Secret"),
        (&["push"], "", "usage: docker-credential-crosspull get|store|erase|list|version"),
        (&[], "", "usage: docker-credential-crosspull get|store|erase|list|version"),
    ] {
        assert_eq!(call(&story, words, input).failure(), said, "{words:?}");
    }
}

#[test]
fn what_the_helper_gave_may_be_given_back_and_nothing_else_is_kept() {
    let story = by_app();
    let server = story.ready.login_server.as_str();
    let pair = |user: &str, secret: &str| {
        serde_json::json!({"ServerURL": server, "Username": user, "Secret": secret}).to_string()
    };
    let token = get(&story).token();
    // Docker says <token> where the registry answers its login with a token to be kept.
    for user in [NULL_USER, "<token>"] {
        let back = call(&story, &["store"], &pair(user, &token));
        assert_eq!(back, Answer { code: Some(0), out: String::new(), err: String::new() });
    }
    let another = story.token(Tenant::A, "https://containerregistry.azure.net/.default");
    for (user, secret) in
        [(NULL_USER, "another"), ("<token>", "another"), (NULL_USER, &another), ("registryb", token.as_str())]
    {
        let refused = call(&story, &["store"], &pair(user, secret));
        let said = refused.failure();
        assert!(said.contains("keeps no passwords"), "{said}");
        assert!(said.ends_with(&format!("crosspull login --configure-docker {server} --remove")), "{said}");
        assert!(!said.contains(secret), "{said}");
    }
    let listed: Value = serde_json::from_str(&call(&story, &["list"], "").out).expect("JSON");
    assert_eq!(listed, serde_json::json!({server: NULL_USER}));
    assert!(call(&story, &["version"], "").out.starts_with("docker-credential-crosspull "));
    assert_eq!(call(&story, &["erase"], server), Answer { code: Some(0), out: String::new(), err: String::new() });
    assert!(!kept(&story).exists(), "it is forgotten");
    assert_ne!(get(&story).token(), token, "and made anew");
}

#[test]
fn of_fifty_calls_at_once_one_signs_in() {
    let story = by_app();
    call(&story, &["erase"], &story.ready.login_server);
    let before = given(&story).len();
    let variables = story.variables();
    let calls: Vec<Child> = (0..50).map(|_| begun(&variables, &["get"], &story.ready.login_server)).collect();
    let tokens: Vec<String> = calls.into_iter().map(|child| ended(child).token()).collect();
    let given = given(&story);
    assert_eq!(given.len(), before + 1, "one exchange");
    assert!(tokens.iter().all(|token| Some(token) == given.last()), "all have that one");
}

#[test]
fn a_token_is_renewed_before_it_ends() {
    let story = by_app();
    let first = get(&story).token();
    let_pass(&story, 165);
    assert_eq!(get(&story).token(), first, "a quarter of an hour is left");
    let_pass(&story, 6);
    let second = get(&story).token();
    assert_ne!(second, first, "nine minutes were left");
    let_pass(&story, 3 * 60);
    story.sim.pass(3.0 * 3600.0);
    let third = get(&story).token();
    let pulls = |token: &str| story.pull_by_hand_from(&story.ready.login_server, NULL_USER, token, "shop/web:1.4");
    assert_eq!((pulls(&second), pulls(&third)), (401, 200), "three hours later the registry takes the new one alone");
    assert_eq!(given(&story).len(), 3);
}

#[test]
fn what_is_torn_or_somebody_elses_counts_as_none() {
    let story = by_app();
    let first = get(&story).token();
    let text = std::fs::read_to_string(kept(&story)).expect("kept");
    std::fs::write(kept(&story), &text[..text.len() / 2]).expect("written");
    assert_ne!(get(&story).token(), first, "it was torn");
    assert_eq!(given(&story).len(), 2);
    std::fs::set_permissions(kept(&story), std::fs::Permissions::from_mode(0o644)).expect("ours");
    get(&story).token();
    assert_eq!(given(&story).len(), 3, "others might read it");
    get(&story).token();
    assert_eq!(given(&story).len(), 3, "it was replaced");
    std::fs::set_permissions(story.path("run"), std::fs::Permissions::from_mode(0o755)).expect("ours");
    get(&story).token();
    get(&story).token();
    assert_eq!(given(&story).len(), 5, "nothing is kept where others may look");
}

#[test]
fn without_a_cache_nothing_is_kept() {
    let story = by_app();
    let first = get(&story).token();
    assert_ne!(call(&story, &["get", "--no-cache"], &story.ready.login_server).token(), first);
    assert_eq!(get(&story).token(), first, "what is kept stays");
    let tenant = story.ready.tenants.b.id.to_string();
    set_up(&story, "service-principal", &["--tenant", &tenant, "--no-cache"]).exits(0);
    let before = given(&story).len();
    let second = get(&story).token();
    get(&story).token();
    assert_eq!(given(&story).len(), before + 2);
    assert!(!kept(&story).exists(), "what was kept is gone too");
    let pair = serde_json::json!({"ServerURL": story.ready.login_server, "Username": NULL_USER, "Secret": second});
    assert_eq!(call(&story, &["store"], &pair.to_string()).code, Some(0));
}

/// A stand-in for the Azure CLI that answers for the registry's tenant, as it is asked by the helper.
const ANSWERS: &str = "side=b; json";

/// Returns a story whose helper signs in by the Azure CLI, which does that.
fn by_az(does: &str) -> Story {
    let story = with_az(at_home(of_persons(&["happy"])), does);
    // The stand-in's folder is the first of the PATH.
    symlink(program(), story.path("bin").join("docker-credential-crosspull")).expect("a link");
    story
}

#[test]
fn the_azure_clis_account_signs_in_and_another_one_is_given_nothing_of_it() {
    let story = by_az(ANSWERS);
    std::fs::write(story.path("azure/azureProfile.json"), "one").expect("written");
    set_up(&story, "me", &["--tenant", &story.ready.tenants.b.id.to_string()]).exits(0);
    let asked = calls(&story).len();
    let first = get(&story).token();
    assert_eq!((given(&story).len(), calls(&story).len()), (1, asked), "what setting up was given is kept");
    std::fs::write(story.path("azure/azureProfile.json"), "another login").expect("written");
    assert_ne!(get(&story).token(), first, "another account has one of its own");
    assert_eq!(given(&story).len(), 2);
}

/// Returns the happy world with the operator of B known to the helper by files, which that sets.
fn by_file(name: &str, file: impl FnOnce(&Story) -> String) -> Story {
    let story = Story::of("happy").without("CROSSPULL_B_CLIENT_SECRET");
    let file = file(&story);
    at_home(story).with(name, &file)
}

fn written(story: &Story, text: &str) -> String {
    let file = story.path("proof");
    std::fs::write(&file, text).expect("written");
    path_text(&file).to_owned()
}

/// Returns a story for each way of an app, a pod and a machine, with the word for it.
fn without_anybody() -> [(&'static str, Story); 5] {
    let secret = |story: &Story| written(story, story.sim.operator(Tenant::B).client_secret.reveal());
    let certificate = |story: &Story| written(story, &story.sim.certificate_pem(Tenant::B));
    let token = |story: &Story| token_file(story, Tenant::B);
    let pod = by_file("AZURE_FEDERATED_TOKEN_FILE", token);
    let id = pod.variables()["CROSSPULL_B_CLIENT_ID"].clone();
    let pod = pod.without("CROSSPULL_B_CLIENT_ID").with("AZURE_CLIENT_ID", &id);
    let machine = "name = 'm'\nsays = 'a machine of B'\n[world]\nmachine_in_b = true";
    [
        ("service-principal", by_file("CROSSPULL_B_CLIENT_SECRET_FILE", secret)),
        ("service-principal", by_file("CROSSPULL_B_CLIENT_CERTIFICATE_FILE", certificate)),
        ("service-principal", by_file("CROSSPULL_B_FEDERATED_TOKEN_FILE", token)),
        ("workload-identity", pod),
        ("managed-identity", on_the_machine(without_apps(at_home(Story::told(&["happy"], machine))))),
    ]
}

#[test]
fn an_app_a_pod_and_a_machine_sign_in_whatever_the_environment_says_then() {
    side_by_side(without_anybody(), |(who, story)| {
        set_up(&story, who, &["--tenant", &story.ready.tenants.b.id.to_string()]).exits(0);
        call(&story, &["erase"], &story.ready.login_server);
        let mut then = story.variables();
        let of_identity = |name: &str| name.starts_with("CROSSPULL_") || name == "AZURE_CLIENT_ID";
        then.retain(|name, _| !of_identity(name) && name != "AZURE_FEDERATED_TOKEN_FILE");
        let token = ended(begun(&then, &["get"], &story.ready.login_server)).token();
        assert_eq!(given(&story).last(), Some(&token), "{who}");
    });
}

#[test]
fn a_failure_says_what_to_do_in_one_line() {
    let story = by_az(
        "[ -e \"$(dirname \"$0\")/gone\" ] || { side=b; json; exit; }\n\
                       echo \"ERROR: Please run 'az login' to setup account.\" >&2; echo more >&2; exit 1",
    );
    set_up(&story, "me", &["--tenant", &story.ready.tenants.b.id.to_string()]).exits(0);
    call(&story, &["erase"], &story.ready.login_server);
    std::fs::write(story.path("bin/gone"), "").expect("written");
    let answer = get(&story);
    let said = answer.failure();
    assert_eq!(answer.out, answer.err, "the same on both streams");
    assert!(said.ends_with(&format!("az login --tenant {}", story.ready.tenants.b.id)), "{said}");
    assert!(!kept(&story).exists());
}

#[test]
fn nothing_is_set_up_that_does_not_sign_in() {
    let story = at_home(Story::of("happy").with("CROSSPULL_B_CLIENT_SECRET", "wrong"));
    let end = set_up(&story, "service-principal", &["--tenant", &story.ready.tenants.b.id.to_string()]);
    assert_ne!(end.code, Some(0), "{end}");
    for name in ["docker", "config"] {
        assert_eq!(files(&story.path(name)), Vec::<PathBuf>::new(), "{end}");
    }
}

#[test]
fn what_needs_a_person_or_a_password_is_not_set_up() {
    side_by_side(["admin", "token", "device-code"], |who| {
        let story = at_home(Story::of("happy"));
        let end = set_up(&story, who, &["--tenant", &story.ready.tenants.b.id.to_string()]);
        end.exits(2);
        assert_eq!(files(&story.path("docker")), Vec::<PathBuf>::new(), "{end}");
        assert!(story.sim.exchanges().iter().all(|e| e.url != "/oauth2/exchange"), "{end}");
    });
}

#[test]
fn the_files_of_docker_and_podman_keep_the_rest_and_are_given_back() {
    let story = at_home(Story::of("happy"));
    let [docker, link, podman] =
        ["docker/config.json", "elsewhere.json", "run/containers/auth.json"].map(|n| story.path(n));
    let before =
        "{\n  \"auths\": { \"https://index.docker.io/v1/\": {} },\n  \"credsStore\": \"pass\",\n  \"x\": 1.0\n}\n";
    std::fs::write(&link, before).expect("written");
    symlink(&link, &docker).expect("a link");
    std::fs::create_dir(story.path("run/containers")).expect("made");
    let theirs = format!("{{\n\t\"credHelpers\": {{\n\t\t\"{}\": \"acr-env\"\n\t}}\n}}\n", story.ready.login_server);
    std::fs::write(&podman, &theirs).expect("written");
    let tenant = story.ready.tenants.b.id.to_string();
    let end = set_up(&story, "service-principal", &["--tenant", &tenant]);
    end.exits(0);
    let server = &story.ready.login_server;
    for line in [
        format!("{}: the credential helper of {server} is crosspull", docker.display()),
        format!("{}: the credential helper of {server} is crosspull, in place of acr-env", podman.display()),
    ] {
        assert!(end.out.lines().any(|said| said == line), "{line}\n{end}");
    }
    let helper = format!("\"credHelpers\": {{\n    \"{server}\": \"crosspull\"\n  }}");
    let after = std::fs::read_to_string(&docker).expect("read");
    assert_eq!(after, before.replace("1.0\n", &format!("1.0,\n  {helper}\n")), "the rest is as it was");
    assert!(docker.is_symlink(), "a link stays one");
    let end = story.run(&["login", "--configure-docker", server, "--remove"]);
    end.exits(0);
    assert_eq!(std::fs::read_to_string(&docker).expect("read"), before, "{end}");
    assert_eq!(std::fs::read_to_string(&podman).expect("read"), theirs, "the helper that was there is back\n{end}");
    assert!(!kept(&story).exists(), "what was kept is forgotten");
    assert_eq!(call(&story, &["list"], "").out, "{}");
}

#[test]
fn several_that_are_taken_back_at_once_lose_no_line_of_each_other() {
    let story = by_app();
    let own = story.ready.login_server.clone();
    let settings = story.path("config/crosspull/registries.toml");
    let mut text = std::fs::read_to_string(&settings).expect("settings");
    let servers: Vec<String> = (1..=12).map(|n| format!("shop{n:02}.azurecr.io")).collect();
    let mut helpers = serde_json::Map::from_iter([(own.clone(), Value::from("crosspull"))]);
    for server in &servers {
        text.push_str(&format!("\n[\"{server}\"]\nas = \"me\"\n"));
        helpers.insert(server.clone(), Value::from("crosspull"));
    }
    std::fs::write(&settings, text).expect("written");
    let docker = story.path("docker/config.json");
    std::fs::write(&docker, serde_json::json!({ "credHelpers": helpers }).to_string()).expect("written");
    side_by_side(&servers, |server| {
        story.run(&["login", "--configure-docker", server, "--remove"]).exits(0);
    });
    let left: Value = serde_json::from_str(&std::fs::read_to_string(&docker).expect("there")).expect("JSON");
    assert_eq!(left["credHelpers"], serde_json::json!({ own: "crosspull" }));
}

#[test]
fn what_is_set_up_is_taken_back_by_its_name_and_in_the_files_of_then() {
    let story = by_app();
    let settings = story.path("config/crosspull/registries.toml");
    let text = std::fs::read_to_string(&settings).expect("settings");
    std::fs::write(&settings, format!("{text}\n[\"shop01-abc.azurecr.io\"]\nas = \"me\"\n")).expect("written");
    let end = story.run(&["login", "--configure-docker", "shop02", "--remove"]);
    end.exits(1);
    assert!(end.err.contains("no registry called shop02 is set up") && end.err.contains("shop01-abc"), "{end}");
    story.run(&["login", "--configure-docker", "shop01", "--remove"]).exits(0);
    let docker = story.path("docker/config.json");
    let elsewhere = story.with("DOCKER_CONFIG", "/nowhere");
    let server = elsewhere.ready.login_server.clone();
    elsewhere.run(&["login", "--configure-docker", &server, "--remove"]).exits(0);
    assert!(!std::fs::read_to_string(&docker).expect("there").contains("crosspull"), "the file of then");
}

#[test]
fn a_password_of_an_earlier_login_is_told() {
    let story = at_home(Story::of("happy"));
    let server = &story.ready.login_server;
    let file = story.path("docker/config.json");
    std::fs::write(&file, serde_json::json!({"auths": {server: {"auth": "dTpw"}}}).to_string()).expect("written");
    let end = set_up(&story, "service-principal", &["--tenant", &story.ready.tenants.b.id.to_string()]);
    end.exits(0);
    let told = format!("{} still has a password of {server}, which nothing uses any more", file.display());
    assert!(end.err.contains(&told), "{end}");
}

#[test]
fn settings_that_others_may_write_are_not_believed() {
    let story = by_app();
    let settings = story.path("config/crosspull/registries.toml");
    std::fs::set_permissions(&settings, std::fs::Permissions::from_mode(0o622)).expect("ours");
    let answer = get(&story);
    assert!(answer.failure().contains("is not believed"), "{answer:?}");
    assert_eq!(call(&story, &["list"], "").out, "{}", "list never fails");
}

#[test]
fn a_killed_program_leaves_dockers_file_whole() {
    let story = by_app();
    let docker = story.path("docker/config.json");
    // As large as it takes to be seen half written.
    let entry = std::fs::read_to_string(&docker).expect("read");
    let with = entry.replacen('{', &format!("{{\n\t\"x\": \"{}\",", "x".repeat(500_000)), 1);
    let end = |text: &str| {
        std::fs::write(&docker, text).expect("written");
        story.run(&["login", "--configure-docker", &story.ready.login_server, "--remove"]).exits(0);
        std::fs::read_to_string(&docker).expect("read")
    };
    let without = end(&with);
    let settings = std::fs::read(story.path("config/crosspull/registries.toml")).expect("read");
    assert!(without != with && !without.contains("credHelpers"));
    for n in 0..40_usize {
        std::fs::write(&docker, &with).expect("written");
        std::fs::write(story.path("config/crosspull/registries.toml"), &settings).expect("written");
        let mut command = Command::new(program());
        command.args(["login", "--configure-docker", &story.ready.login_server, "--remove"]);
        command.env_clear().envs(story.variables()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        // It is killed as soon as the new file is as large as this, or it is over.
        let wanted = n as u64 * 12_500;
        let is_written = || {
            let new = files(&story.path("docker")).into_iter().filter(|file| *file != docker);
            new.filter_map(|file| file.metadata().ok()).any(|found| found.len() >= wanted)
        };
        while child.try_wait().expect("its state").is_none() && !is_written() {
            std::thread::yield_now();
        }
        let _ = child.kill();
        child.wait().expect("its end");
        let found = std::fs::read_to_string(&docker).expect("read");
        assert!(found == with || found == without, "kill {n}: it is neither as it was nor as it is to be");
    }
}

#[test]
fn no_secret_is_in_a_file_but_in_memory() {
    let story = by_app();
    let token = get(&story).token();
    let secret = story.sim.operator(Tenant::B).client_secret.reveal().to_owned();
    let own = |file: &PathBuf| ["run", "cloud"].iter().all(|name| !file.starts_with(story.path(name)));
    let all: Vec<PathBuf> = files(story.folder()).into_iter().filter(own).filter(|file| file.is_file()).collect();
    assert!(all.contains(&story.path("docker/config.json")), "{all:?}");
    for file in all.iter().filter(|file| !file.ends_with("docker-credential-crosspull")) {
        let text = String::from_utf8_lossy(&std::fs::read(file).expect("read")).into_owned();
        for secret in [&token, &secret] {
            assert!(!tells(&text, secret), "{} tells a secret", file.display());
        }
    }
}
