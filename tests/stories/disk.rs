//! The disk is full, or cannot be written: nothing more is sent, and the run goes on once there is room.

use std::sync::atomic::{AtomicUsize, Ordering};

use crosspull_support::{Story, path_text as text, side_by_side};

#[test]
fn a_disk_that_fills_up_at_any_moment_leaves_a_run_that_goes_on() {
    let broken = AtomicUsize::new(0);
    // The journal of a whole run has about 60 KiB; a file may have so many blocks of 512 bytes.
    side_by_side([1, 16, 24, 32, 40, 48, 56, 64, 80, 96], |blocks| {
        let story = Story::of("happy");
        let answers = story.answers();
        let line =
            format!("trap '' XFSZ; ulimit -f {blocks}; exec crosspull apply --answers {answers} --yes --output json");
        let end = story.shell(&line);
        if end.code != Some(0) {
            broken.fetch_add(1, Ordering::Relaxed);
            end.exits(1).verdict("failed");
            assert!(end.err.contains("cannot be written") && end.err.contains("Nothing more was sent"), "{end}");
            // Where not even the plan could be kept, nothing was sent at all, and a new run is begun.
            if story.run(&["runs", "--output", "json"]).events.iter().any(|run| run["can_resume"] == true) {
                assert!(end.err.contains(&format!("crosspull resume {}", story.run_id())), "{end}");
                story.resume(&[]).ends_well();
            } else {
                story.world().is_as(story.begin());
                story.apply(&[]).exits(0);
            }
        }
        story.is_done("AcrPull");
    });
    assert!(broken.into_inner() >= 4, "the disk was never full");
}

#[test]
fn an_output_that_cannot_be_written_stops_no_run_and_loses_no_secret() {
    let story = Story::of("happy");
    let (answers, secret) = (story.answers(), story.path("saved"));
    let line = format!("crosspull apply --answers {answers} --yes --secret-out {} > /dev/full", text(&secret));
    let end = story.shell(&line);
    end.exits(1);
    assert!(
        end.err.contains("standard output could not be written") && end.err.contains(".jsonl has all of it"),
        "{end}"
    );
    story.is_done("AcrPull");
    assert!(!std::fs::read_to_string(&secret).expect("the secret's file").is_empty());
    story.resume(&[]).ends_well();
}

#[test]
fn a_plan_that_cannot_be_written_is_no_plan() {
    let story = Story::of("happy");
    for form in ["text", "json"] {
        let end = story.shell(&format!("crosspull plan --answers {} --output {form} > /dev/full", story.answers()));
        end.exits(1);
        assert!(end.err.contains("standard output could not be written"), "{form} {end}");
        assert!(end.err.contains("so the plan is not whole"), "{form} {end}");
    }
}

#[test]
fn a_folder_of_runs_that_cannot_be_made_is_named_before_anything_is_sent() {
    let story = Story::of("happy");
    let file = story.path("a-file");
    std::fs::write(&file, "").expect("written");
    let story = story.with("XDG_STATE_HOME", text(&file));
    let end = story.apply(&[]);
    end.exits(1).verdict("failed");
    assert!(end.err.contains("crosspull/runs cannot be used"), "{end}");
    assert_eq!(story.writes(), Vec::<String>::new());
    story.world().is_as(story.begin());
}

#[test]
fn a_journal_that_was_damaged_is_refused_and_one_whose_last_line_was_torn_is_not() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let (run, journal) = (story.run_id(), story.journals().remove(0));
    let whole = std::fs::read(&journal).expect("a journal");
    // A power cut tears the last line, or leaves zeros in its place.
    for tail in [&b"{\"v\":1,\"at\":\"20"[..], &[0; 300]] {
        std::fs::write(&journal, [&whole, tail].concat()).expect("written");
        story.run(&["resume", &run, "--yes"]).exits(0);
    }
    let damaged = String::from_utf8_lossy(&whole).replacen("\"method\":", "\"methud\":", 1);
    std::fs::write(&journal, damaged).expect("written");
    for command in ["resume", "undo"] {
        let end = story.run(&[command, &run, "--yes"]);
        end.complains("cannot be used: its line ");
    }
    let listed = story.run(&["runs"]);
    assert!(listed.exits(0).out.contains("cannot be used: its line "), "{listed}");
    std::fs::write(&journal, "hello\n").expect("written");
    story.run(&["undo", &run, "--yes"]).complains("so it is no journal of crosspull");
}
