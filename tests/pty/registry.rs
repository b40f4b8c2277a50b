//! Signing in to a registry in the wizard, by the real program.

use std::os::unix::fs::PermissionsExt as _;

use crosspull_support::{Story, path_text};

use crate::secret::{ALONE, copies, keeps};
use crate::stage::{CTRL_U, DOWN, ENTER, ESC, F5, HOME, READ, Stage, UP, files};

/// The question who will use it.
const WHO: &str = "Who will use it?";
/// The form.
const FORM: &str = "Which registry?";
/// A sign-in that came about.
const SIGNED_IN: &str = "Signed in to localhost";

/// Goes from Home to the sign-in by the app that is at hand. Returns what is told of it.
fn sign_in(stage: &mut Stage) -> String {
    stage.press(DOWN, "▸ Sign in to a registry");
    for words in [WHO, FORM, SIGNED_IN] {
        stage.press(ENTER, words);
    }
    stage.shows("It ends at")
}

#[test]
fn the_demo_signs_in_and_the_secret_is_only_where_it_was_copied() {
    let mut stage = Stage::of(&[], &[("SSH_TTY", "/dev/pts/9")]);
    let told = sign_in(&mut stage);
    assert!(told.contains("May pull, push and delete shop/web") && told.contains("••••••••"), "{told}");
    stage.press("y", "Sent the secret to your terminal's clipboard");
    let (copied, before) = copies(&stage.since(0));
    let [secret] = copied.as_slice() else { panic!("one copy: {}", copied.len()) };
    assert_eq!(secret.split('.').count(), 3, "a token of the registry");
    keeps("the terminal before it was copied", &before, secret);
    let kept = stage.written();
    stage.press("q", ALONE);
    stage.passes(READ);
    stage.window.press("x");
    let left = stage.exits(0);
    stage.is_given_back();
    keeps("the terminal after that", &stage.since(kept), secret);
    keeps("the last screen", &left, secret);
    assert_eq!(files(stage.home.path()), [], "nothing is left behind");
}

#[test]
fn a_program_gets_the_sign_in_by_its_input_alone() {
    let story = Story::of("happy");
    let folder = story.path("bin");
    std::fs::create_dir_all(&folder).expect("made");
    let here = folder.display();
    let script = format!(
        "#!/bin/sh\nPATH=/usr/bin:/bin\necho \"$*\" >'{here}/told'\nenv >>'{here}/told'\ncat >'{here}/input'\necho Login Succeeded\n"
    );
    let docker = folder.join("docker");
    std::fs::write(&docker, script).expect("written");
    std::fs::set_permissions(&docker, std::fs::Permissions::from_mode(0o755)).expect("ours");
    let mut stage = Stage::on_with(&story, &[], &[("PATH", path_text(&folder))]);
    let told = sign_in(&mut stage);
    assert!(told.contains("▸ docker") && !told.contains("skopeo"), "{told}");
    stage.press(ENTER, "✓ has the sign-in");
    let read = |name| std::fs::read_to_string(folder.join(name)).expect("docker ran");
    let (secret, told) = (read("input"), read("told"));
    assert!(
        told.starts_with("login --username 00000000-0000-0000-0000-000000000000 --password-stdin localhost:"),
        "{told}"
    );
    let server = &story.ready.login_server;
    let user = "00000000-0000-0000-0000-000000000000";
    assert_eq!(story.pull_by_hand_from(server, user, &secret, "shop/web:1.4"), 200);
    stage.window.press("q");
    let left = stage.exits(0);
    for (place, text) in
        [("docker's arguments and environment", &told), ("the terminal", &stage.since(0)), ("the end", &left)]
    {
        keeps(place, text, &secret);
    }
    assert_eq!(files(stage.home.path()), [], "no file of crosspull's has it");
}

#[test]
fn a_person_who_signed_in_to_list_registries_is_not_asked_again() {
    let story = Story::told(&["person-signs-in"], "name = 'p'\nsays = 'p'");
    let mut stage = Stage::on_with(&story, &["--sign-in-b", "device-code"], &[]);
    stage.press(DOWN, "▸ Sign in to a registry");
    stage.press(ENTER, WHO);
    stage.press(UP, "▸ Your own account");
    stage.press(ENTER, FORM);
    stage.press(F5, "Sign in to the registry's tenant");
    stage.shows("▸ registryb");
    stage.press_away(ESC, "▸ registryb");
    stage.press(ENTER, SIGNED_IN);
    let requests = story.sim.requests();
    let asked =
        |request: &&serde_json::Value| request["path"].as_str().is_some_and(|path| path.ends_with("/devicecode"));
    assert_eq!(requests.as_array().expect("a list").iter().filter(asked).count(), 1, "once");
}

#[test]
fn a_refusal_leads_back_to_the_answers_and_those_of_a_run_are_as_they_were() {
    let mut stage = Stage::demo();
    stage.press(DOWN, "▸ Sign in to a registry");
    stage.press(ENTER, WHO);
    for words in ["▸ The identity of this Azure", "▸ The identity of this pod", "▸ A cluster", "▸ The registry's admin"]
    {
        stage.press(DOWN, words);
    }
    stage.press(ENTER, FORM);
    let refused = stage.press(ENTER, "Not signed in");
    assert!(
        refused.contains("The admin account of registryb cannot be used") && refused.contains("It is disabled"),
        "{refused}"
    );
    stage.press(ESC, FORM);
    stage.press(CTRL_U, "Registry");
    stage.press(ENTER, "missing. The registry's name");
    stage.press(ESC, WHO);
    stage.press(ESC, HOME);
    stage.press(UP, "▸ Let a cluster pull");
    stage.press(ENTER, crate::stage::ROUTE);
    stage.press(ENTER, crate::stage::TENANT_A);
    let form = stage.press(ENTER, crate::stage::TENANT_B);
    assert!(form.contains("registries/registryb"), "{form}");
}
