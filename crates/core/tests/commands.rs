//! Every printed command survives a real shell, whatever values it has: each value comes out of the shell as one word.
//!
//! `tests/real-clients/commands.txt` holds all of them with values that are hard to quote; the real Azure CLI's parser reads
//! them from there (`tests/real-clients/commands.sh`). `CROSSPULL_WRITE_GOLDEN=1` writes it anew.

#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command as Process;

use crosspull_core::command::{Command, CommandDiscriminants};
use crosspull_core::hand_over::{AppPage, HandOver, RolePage};
use crosspull_core::ids::{AppId, ClusterId};
use crosspull_core::names::RunId;
use serde_json::{Value, json};
use strum::EnumCount as _;

const ID: &str = "33333333-3333-4333-8333-333333333333";
/// Values that a shell, or a program, takes for something else where they are not quoted.
const HARD: [&str; 16] = [
    "a b",
    "it's",
    "\"q\"",
    "$(touch harm)",
    "`touch harm`",
    "-dash",
    "--",
    "(p)",
    "ü–ß",
    "a;b",
    "a&b",
    "a!b",
    "*",
    "~",
    "#x",
    "a\\b",
];

/// Returns every command with that value in each place where a text goes, and in the cluster's group what a group may have.
fn all(text: &str, check: &mut dyn FnMut(Command<'_>)) {
    let path = format!(
        "/subscriptions/{ID}/resourceGroups/-rg.(ü)_x/providers/Microsoft.ContainerService/managedClusters/aks-shop"
    );
    let cluster = &ClusterId::parse(&path).expect("a cluster's id");
    let run = &RunId::try_from("7f3c9a2e".to_owned()).expect("a run's id");
    let app: AppId = ID.parse().expect("a GUID");
    let login = &Command::Login { tenant: Some(text) }.to_string();
    for command in [
        Command::Login { tenant: Some(text) },
        Command::Login { tenant: None },
        Command::LoginWithClaims { tenant: Some(text), claims: text },
        Command::GetToken { tenant: Some(text) },
        Command::LoginAnew { login },
        // One of the names that the program itself has.
        Command::LoginToCloud { cloud: "AzureChinaCloud", login },
        Command::Upgrade,
        Command::AddExtension { name: text },
        Command::CreatePrincipal { app },
        Command::DeletePrincipal { id: text },
        Command::DeleteApp { app: text },
        Command::ListSecrets { app: text },
        Command::AddSecret { app: text },
        Command::DeleteSecret { app: text, key: text },
        Command::StartCluster { cluster },
        Command::UpdateCluster { cluster },
        Command::RotateCertificates { cluster },
        Command::ResetCluster { cluster, app: text },
        Command::GetCredentials { cluster },
        Command::RunPod { pod: "pull-1", namespace: text, image: text, runs: "/nothing" },
        Command::DescribePod { pod: "pull-1", namespace: text },
        Command::DeletePod { pod: "pull-1", namespace: text },
        Command::CreatePullSecret { name: "pull", namespace: text, server: text, user: text },
        Command::DeletePullSecret { name: "pull", namespace: text },
        Command::ListServiceAccounts { namespace: text },
        Command::ListContexts { kubeconfig: text },
        Command::EndTokenPassword { registry: text, token: text, password: Some("password1") },
        Command::EndTokenPassword { registry: text, token: text, password: None },
        // One of two names: the program takes no other.
        Command::RenewAdminPassword { registry: text, password: "password2" },
        Command::EnableToken { registry: text, token: text },
        Command::DeleteToken { registry: text, token: text },
        Command::GiveRole { principal: text, kind: "User", role: ID, scope: text },
        Command::TakeRole { assignee: text, scope: text },
        Command::Tunnel { port: 5000, host: "me@host" },
        Command::SignIn {
            registry: "registryb.azurecr.io",
            options: &[("tenant", text), ("username", text)],
            from_now_on: false,
        },
        Command::SignIn { registry: "registryb.azurecr.io", options: &[("tenant", text)], from_now_on: true },
        Command::EnableAdmin { registry: "registryb.azurecr.io" },
        Command::SignInByAdmin { registry: "registryb.azurecr.io" },
        Command::ConfigureDocker { registry: "shop.azurecr.io" },
        Command::RemoveDocker { registry: "shop.azurecr.io" },
        // Both begin at the root.
        Command::LinkHelper { program: "/opt/it's $(x)/crosspull", link: "/usr/local/bin/docker-credential-crosspull" },
        Command::ClusterToken { options: &[("as", "device-code"), ("tenant", text), ("ca-file", text)] },
        Command::Access { options: &[("cluster", text), ("principal", text)] },
        Command::Resume { run },
        Command::Undo { run },
    ] {
        check(command);
    }
}

/// Returns a folder in which a shell may do harm without any.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("made");
    std::fs::write(folder.join("FILE"), "the password").expect("written");
    folder
}

/// Runs lines in bash, where the programs only tell their words. Returns these, one a line.
fn words(lines: &str, folder: &Path) -> Vec<String> {
    let tells = "tell() { printf '%s\\n' \"$@\"; }; az() { tell az \"$@\"; }; kubectl() { tell kubectl \"$@\"; }\n\
                 crosspull() { tell crosspull \"$@\"; }; ssh() { tell ssh \"$@\"; }; ln() { tell ln \"$@\"; }; docker() { tell docker \"$@\"; }; set -u\n";
    let output = Process::new("bash").args(["-c", &format!("{tells}{lines}")]).current_dir(folder).output();
    let output = output.expect("bash runs");
    assert!(output.status.success(), "{lines}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}

/// Asserts that bash takes lines for its language.
fn parses(lines: &str) {
    let parsed = Process::new("bash").args(["-n", "-c", lines]).output().expect("bash runs");
    assert!(
        parsed.status.success() && parsed.stderr.is_empty(),
        "{lines}\n{}",
        String::from_utf8_lossy(&parsed.stderr)
    );
}

#[test]
fn every_value_is_one_word_to_a_shell() {
    let folder = folder("values");
    // Each word of the plain command, its value being this, and how often the value is in it.
    let mut lines = Vec::new();
    for hard in HARD.into_iter().chain(["plain"]) {
        let (mut of_all, mut kinds) = (Vec::new(), BTreeSet::new());
        all(hard, &mut |command| {
            parses(&command.to_string());
            kinds.insert(format!("{:?}", CommandDiscriminants::from(&command)));
            of_all.push(command.to_string());
        });
        assert_eq!(kinds.len(), Command::COUNT, "a command is missing above");
        lines.push((hard, words(&of_all.join("\n"), &folder)));
    }
    let (_, plain) = lines.last().expect("the plain ones").clone();
    for (hard, found) in lines {
        // A value that begins with a dash is joined to its option.
        let joined: Vec<String> = if hard.starts_with('-') {
            let mut joined: Vec<String> = Vec::new();
            for word in &plain {
                match joined.last_mut().filter(|_| word == "plain") {
                    Some(option) => *option = format!("{option}={hard}"),
                    None => joined.push(word.clone()),
                }
            }
            joined
        } else {
            plain.iter().map(|word| if word == "plain" { hard.to_owned() } else { word.clone() }).collect()
        };
        assert_eq!(found, joined, "{hard}");
    }
    assert!(!folder.join("harm").exists(), "a value was run");
}

fn pages(login_server: &str) -> (AppPage, RolePage) {
    let app: Value = json!({
        "app": ID, "app_name": "it's $(touch harm)", "tenant_a": ID, "tenant_b": ID, "login_server": login_server,
        "images": ["shop/web:1.4", "shop/a-b_c:1"], "consent_url": "https://login.microsoftonline.com/x?a=1&b=2",
    });
    let role: Value = json!({
        "principal": ID, "cluster": "it's\n$(touch harm)", "tenant": ID, "login_server": login_server,
        "images": ["shop/web:1.4"],
    });
    (serde_json::from_value(app).expect("a page"), serde_json::from_value(role).expect("a page"))
}

/// Returns the lines of both pages that are pasted together, each with what stands in place of its last line.
fn pasted(login_server: &str) -> Vec<String> {
    let (app, role) = pages(login_server);
    let in_place = |lines: Vec<String>, last: &[String]| {
        let mut lines = lines;
        lines.pop();
        lines.extend_from_slice(last);
        lines.join("\n")
    };
    let mut back_for_repositories = app.commands_back();
    let at = back_for_repositories.len() - 2;
    back_for_repositories[at] = app.command_back_for_repositories();
    vec![
        app.commands().join("\n"),
        in_place(app.commands(), &app.commands_for_repositories()),
        app.commands_back().join("\n"),
        back_for_repositories.join("\n"),
        role.commands().join("\n"),
        role.one_line(),
        in_place(role.commands(), &role.commands_for_repositories()),
        role.commands_back().join("\n"),
        in_place(role.commands_back(), &[role.command_back_for_repositories()]),
    ]
}

#[test]
fn pages_and_scripts_survive_a_shell_whatever_a_registry_says_it_is_called() {
    let folder = folder("pages");
    for login_server in
        ["registryb.azurecr.io", "it's$(touch harm)`touch harm`\"; touch harm #.azurecr.io", "a}'] b\nc"]
    {
        for lines in pasted(login_server) {
            parses(&lines);
            words(&lines, &folder);
        }
        let (app, role) = pages(login_server);
        for script in [HandOver::App(app).script(), HandOver::Role(role).script()] {
            parses(&script);
            for word in ["", "repositories", "back"] {
                words(&format!("set -- {word}\n{script}"), &folder);
            }
        }
    }
    assert!(!folder.join("harm").exists(), "a name was run");
}

#[test]
fn the_file_for_the_real_azure_cli_holds_every_command() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/real-clients/commands.txt");
    let mut blocks = Vec::new();
    all("-it's \"$(x)\" `y` (ü)", &mut |command| blocks.push(command.to_string()));
    blocks.extend(pasted("registryb.azurecr.io"));
    let text = blocks.join("\n\n") + "\n";
    if std::env::var_os("CROSSPULL_WRITE_GOLDEN").is_some() {
        std::fs::write(path, &text).expect("written");
    }
    assert_eq!(std::fs::read_to_string(path).expect("it is in the tree"), text);
}

/// Returns the lines of the sources that have a command with an option and are not where commands are. The id of a run is
/// letters and digits by its type, so `crosspull resume` and `undo` may stand in any sentence.
fn strays(folder: &Path, found: &mut Vec<String>) {
    let starts = ["az ad ", "az aks ", "az acr ", "az role ", "az login", "az account ", "kubectl "];
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let shown = entry.display().to_string();
        if entry.is_dir() {
            if !shown.ends_with("/hand_over") && !shown.ends_with("/tests") {
                strays(&entry, found);
            }
            continue;
        }
        if !shown.ends_with(".rs") || shown.ends_with("core/src/command.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&entry).expect("a file");
        let own = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for line in own.lines().filter(|line| !line.trim_start().starts_with("//")) {
            // A command has an option with a value that is put in.
            let has = |start: &&str| {
                let words = line.split_once(start).map(|(_, rest)| rest);
                words.is_some_and(|rest| rest.split_once(" --").is_some_and(|(_, rest)| rest.contains('{')))
            };
            if starts.iter().any(has) {
                found.push(format!("{shown}: {}", line.trim()));
            }
        }
    }
}

#[test]
fn no_command_with_a_value_is_printed_from_elsewhere() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut found = Vec::new();
    for folder in ["crates/core/src", "crates/azure/src", "crates/tui/src", "src"] {
        strays(&root.join(folder), &mut found);
    }
    // The line of an event, which tells what is run and is not to be pasted.
    found.retain(|line| !line.contains("Command::GetToken"));
    assert_eq!(found, Vec::<String>::new());
}
