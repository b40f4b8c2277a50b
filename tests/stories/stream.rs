//! Standard output as others read it: in JSON its last line is `run_ended`, whatever ends the program, and a reader that
//! goes away is no error.

use std::process::{Command, Stdio};

use crosspull_support::{End, Story, path_text as text};
use serde_json::Value;

/// Returns a call that is never answered.
fn hangs(on: &str) -> Story {
    Story::told(&["happy"], &format!("name = \"hangs\"\nsays = \"\"\n[[fault]]\non = \"{on}\"\ndo = \"hang\"\n"))
}

/// Sends a signal.
fn signal(name: &str, process: u32) {
    let sent = Command::new("kill").args([name, &process.to_string()]).status().expect("kill");
    assert!(sent.success(), "kill {name} {process}");
}

/// Applies with the patience of a real cloud, and has it terminated at the call that hangs.
fn terminated_at(story: &Story, path: &str) -> End {
    story.apply_while(&["--pace", "1"], |event, process| {
        if event["event"] == "call_started" && event["url"].as_str().is_some_and(|url| url.contains(path)) {
            signal("-TERM", process);
        }
    })
}

#[test]
fn a_signal_while_a_check_hangs_is_the_end_of_the_stream() {
    let story = hangs("arm GET /**/managedClusters/{name}");
    let end = terminated_at(&story, "/managedClusters/");
    end.exits(143).verdict("interrupted");
    assert_eq!(end.events.last().expect("an end")["run"], Value::Null, "\n{end}");
    assert!(end.trouble()["now"].as_str().is_some_and(|now| now.contains("Nothing was written")), "\n{end}");
    story.wrote_nothing();
}

#[test]
fn a_signal_while_a_service_is_left_alone_is_the_end_of_the_stream() {
    let own = "name = 'own'\nsays = 'own'\n[[fault]]\non = 'arm GET /**/managedClusters/{name}'\nnth = 1\ndo = 'status'\n\
               code = 429\nretry_after = 25000";
    let story = Story::told(&["happy"], own);
    terminated_at(&story, "/managedClusters/").exits(143).verdict("interrupted");
    story.wrote_nothing();
}

#[test]
fn a_signal_while_a_write_hangs_is_the_end_of_the_stream_and_the_run_goes_on() {
    let story = hangs("graph POST /applications/{id}/addPassword");
    let end = terminated_at(&story, "/addPassword");
    end.exits(143).verdict("interrupted");
    let run = story.run_id();
    assert_eq!(end.events.last().expect("an end")["run"], run.as_str(), "\n{end}");
    assert!(!end.fact("app").is_empty());
    assert!(
        end.trouble()["now"].as_str().is_some_and(|now| now.ends_with(&format!("crosspull resume {run}"))),
        "\n{end}"
    );
    story.resume(&["--pace", "100"]).ends_well();
    story.is_done("AcrPull");
}

#[test]
fn a_second_signal_is_the_end_of_the_stream() {
    let story = hangs("graph POST /applications/{id}/addPassword");
    let mut pressing = None;
    let end = story.apply_while(&["--pace", "1"], |event, process| {
        if pressing.is_none() && event["url"].as_str().is_some_and(|url| url.ends_with("/addPassword")) {
            // An impatient person: until the program is gone.
            pressing = Some(std::thread::spawn(move || {
                let press = || Command::new("kill").args(["-INT", &process.to_string()]).stderr(Stdio::null()).status();
                while press().is_ok_and(|sent| sent.success()) {
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
            }));
        }
    });
    pressing.expect("the call was made").join().expect("the program is gone");
    end.exits(130).verdict("interrupted");
    story.resume(&["--pace", "100"]).ends_well();
    story.is_done("AcrPull");
}

#[test]
fn every_command_that_is_refused_ends_its_stream() {
    let story = Story::of("happy");
    let json = ["--output", "json"];
    for (arguments, sentence) in [
        (&["plan"][..], "cluster: missing."),
        (&["apply", "--yes"], "cluster: missing."),
        (&["apply"], "there is no terminal to ask on: give --yes"),
        (&["resume", "--yes"], "there is no run to go on with"),
        (&["resume", "../x", "--yes"], "\"../x\" is not a run"),
        (&["undo", "ffffffff", "--yes"], "there is no run ffffffff"),
    ] {
        story.run(&[arguments, &json].concat()).complains(sentence);
    }
    story.called_nothing();
}

#[test]
fn a_command_that_an_error_ends_ends_its_stream() {
    let story = Story::of("happy");
    std::fs::create_dir_all(story.state().join("crosspull")).expect("a folder");
    std::fs::write(story.state().join("crosspull/runs"), "no folder").expect("written");
    let end = story.run(&["resume", "--yes", "--output", "json"]);
    end.exits(1).verdict("failed");
    assert!(end.trouble()["why"].as_str().is_some_and(|why| why.contains("ot a directory")), "\n{end}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    for line in ["runs", "runs --output json", "completions bash", "man", "--help", "apply --help"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspull"));
        command.args(line.split(' ')).env_clear().env("XDG_STATE_HOME", text(&story.state()));
        let end = command.stdin(Stdio::null()).stdout(writer).output().expect("it starts");
        let said = String::from_utf8_lossy(&end.stderr);
        assert_eq!((end.status.code(), said.as_ref()), (Some(0), ""), "{line}");
    }
}

#[test]
fn a_run_whose_reader_goes_away_goes_on() {
    let story = Story::of("happy");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_crosspull"));
    command.args(["apply", "--yes", "--output", "json", "--answers", story.answers()]);
    command.current_dir(story.folder()).env_clear().envs(story.variables());
    let end = command.stdin(Stdio::null()).stdout(writer).output().expect("it starts");
    assert_eq!((end.status.code(), String::from_utf8_lossy(&end.stderr).as_ref()), (Some(0), ""));
    story.is_done("AcrPull");
}

#[test]
fn arguments_that_are_refused_end_the_stream_too() {
    let story = Story::of("happy");
    for arguments in [&["apply", "--nonsense", "--output", "json"][..], &["undo", "--output=json"][..]] {
        let end = story.run(arguments);
        end.exits(2).verdict("stopped");
        assert_eq!(end.events.len(), 1, "\n{end}");
        assert!(end.err.starts_with("error: "), "\n{end}");
    }
    assert_eq!(story.run(&["apply", "--nonsense"]).out, "");
}
