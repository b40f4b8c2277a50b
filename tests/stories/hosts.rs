//! The hosts that secrets go to: others than those of a known cloud's documents only where a flag or the environment
//! says so, and never unannounced. A simulated cloud is called one.

use crosspull_support::{End, Story, path_text, text};

/// The variables by which the simulated cloud is named.
const NAMED: [&str; 2] = ["CROSSPULL_CLOUD", "CROSSPULL_CA_FILE"];

#[test]
fn an_answers_file_alone_sends_no_secret_elsewhere() {
    let story = NAMED.into_iter().fold(Story::of("happy"), Story::without);
    let end = story.apply(&[]);
    let arm = story.ready.arm.clone();
    end.complains(&format!("cloud: the answers file alone says {arm}, and that decides where secrets go"));
    end.complains(&format!("give --cloud {arm} or CROSSPULL_CLOUD"));
    end.complains("ca-file: the answers file alone says ").complains("or CROSSPULL_CA_FILE");
    story.called_nothing();

    // Only one of them is not enough, and another cloud's file does not become right by it.
    let story = story.with("CROSSPULL_CLOUD", &arm).with_answer("login-host = \"https://login.example.com\"");
    story.apply(&[]).complains("login-host: the answers file alone says https://login.example.com");
    story.called_nothing();
}

#[test]
fn a_documented_host_of_a_known_cloud_may_stand_in_the_answers_file() {
    let complains = |cloud: &str, host: &str| {
        let line = format!("login-host = \"{host}\"");
        let story = Story::of("happy").with("CROSSPULL_CLOUD", cloud).with_answer(&line);
        // The pace is one of a simulated cloud: it ends there, whatever else is right.
        let end = story.apply(&[]);
        story.called_nothing();
        end.exits(2).err.contains("login-host: ")
    };
    assert!(!complains("china", "https://login.partner.microsoftonline.cn"));
    assert!(complains("china", "https://login.microsoftonline.com"));
    assert!(complains("public", "https://login.microsoftonline.com:8443"));
    assert!(complains("usgov", "https://login.microsoftonline.us.example.com"));
}

#[test]
fn a_pace_is_for_a_cloud_on_this_machine_alone() {
    let story = Story::of("happy");
    story.apply(&["--cloud", "https://management.example.com"]).complains("pace: is for a simulated cloud");
    story.called_nothing();
}

/// Returns the place of the first event of this kind.
fn first(end: &End, is: impl Fn(&serde_json::Value) -> bool) -> usize {
    end.events.iter().position(is).unwrap_or_else(|| panic!("no such event\n{end}"))
}

#[test]
fn where_secrets_go_is_told_before_the_first_one_is_sent() {
    let story = Story::of("happy");
    let end = story.apply(&[]);
    end.is_done();
    let told = first(&end, |e| e["event"] == "check_ended" && e["finding"]["check"] == "cloud");
    let signs_in = first(&end, |e| e["event"] == "call_started" && e["plane"] == "entra");
    assert!(told < signs_in, "\n{end}");
    let arm = &story.ready.arm;
    let says = text(&end.events[told]["finding"], "text").to_owned();
    assert!(says.starts_with("simulated cloud AzureCloud at ") && says.contains(arm.as_str()), "{says}");
    assert!(says.contains(&format!("sign-in goes to {arm}/, Graph to {arm}/; the authorities in ")), "{says}");
}

#[test]
fn no_proxy_stands_between_a_machine_and_itself() {
    let story = Story::of("happy").with("HTTPS_PROXY", "http://127.0.0.1:9").with("ALL_PROXY", "socks5://127.0.0.1:9");
    let end = story.apply(&[]);
    end.is_done();
    assert_eq!(end.outcome("prove-inside"), "proved", "Kubernetes too\n{end}");
    story.is_done("AcrPull");
}

#[test]
fn a_run_on_a_simulated_cloud_is_called_so() {
    const SAYS: &str = "On a simulated cloud: its Resource Manager is on this machine.";
    let story = Story::of("happy");
    let end = story.run(&["apply", "--answers", story.answers(), "--yes"]);
    end.exits(0);
    assert_eq!(end.out.matches(SAYS).count(), 2, "with the plan, and at the end\n{end}");
    assert_eq!(end.out.matches("sign-in goes to").count(), 1, "\n{end}");
    assert!(story.run(&["runs"]).out.contains(", on a simulated cloud\n"));
    let listed = story.run(&["runs", "--output", "json"]);
    assert_eq!(listed.events[0]["simulated"], true, "\n{listed}");
    let undone = story.run(&["undo", &story.run_id(), "--yes"]);
    assert_eq!(undone.out.matches(SAYS).count(), 2, "\n{undone}");
}

#[test]
#[cfg(unix)]
fn a_journal_that_others_may_write_sends_no_secret_elsewhere() {
    use std::os::unix::fs::PermissionsExt as _;
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let asked = story.sim.requests();
    let story = NAMED.into_iter().fold(story, Story::without);
    let [journal] = story.journals().try_into().expect("one journal");
    std::fs::set_permissions(&journal, std::fs::Permissions::from_mode(0o666)).expect("ours");
    let end = story.undo(&[]);
    end.complains(&format!("cloud: a journal that others may write alone says {}", story.ready.arm));
    assert_eq!(story.sim.requests(), asked, "nothing was called");

    let arm = story.ready.arm.clone();
    let authority = story.ready.ca_file.clone().expect("ca.pem");
    story.undo(&["--cloud", &arm, "--ca-file", path_text(&authority)]).exits(0);
    story.is_taken_back();
}
