//! Answers that mean harm: none reaches the terminal raw, none leads a token or a secret astray, and none keeps the
//! program for long.

use crate::secrets;
use crosspull_sim::Tenant;
use crosspull_support::{End, Story, side_by_side};

/// The planes of the cloud.
const PLANES: [&str; 5] = ["entra", "graph", "arm", "registry", "kubernetes"];

/// Returns a story in which every answer of a plane is spoilt.
fn spoilt(plane: &str, act: &str) -> Story {
    Story::told(
        &[],
        &format!("name = 'spoilt'\nsays = 's'\n[[fault]]\non = '{plane} * /**'\nnth = 'every'\ndo = {act}"),
    )
}

/// The program came to an end of its own, with words; nothing that it said or kept would move a terminal; and nothing
/// that it sent went to another host.
fn is_calm(what: &str, story: &Story, end: &End) {
    let codes = [0, 1, 3, 4];
    assert!(end.code.is_some_and(|code| codes.contains(&code)), "{what}: it ended with {:?}\n{end}", end.code);
    assert!(!end.err.contains("panicked") && !end.out.contains("panicked"), "{what}: {end}");
    let kept = story.journals().into_iter().map(|j| std::fs::read_to_string(j).expect("a journal"));
    for text in kept.chain([end.out.clone(), end.err.clone()]) {
        let moves = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        if let Some(line) = text.lines().find(|line| line.contains(moves)) {
            panic!("{what}: {:?}", line.chars().take(2000).collect::<String>());
        }
    }
    let astray = story.sim.trap();
    assert!(
        astray.is_empty(),
        "{what}: sent to another host: {:?}",
        astray.iter().map(|t| t.path()).collect::<Vec<_>>()
    );
}

#[test]
fn a_plane_whose_answers_are_all_spoilt_ends_the_run_with_words() {
    let acts = ["'wrong_types'", "'escapes'", "'redirect'", "'elsewhere'", "'garbage'"];
    side_by_side(PLANES.into_iter().flat_map(|plane| acts.map(|act| (plane, act))), |(plane, act)| {
        let story = spoilt(plane, act);
        let end = story.apply(&[]);
        is_calm(&format!("{act} from {plane}"), &story, &end);
        secrets::are_kept_so_far(&story, &end);
    });
}

#[test]
fn what_a_service_repeats_of_a_secret_is_not_told() {
    let story = Story::of("happy");
    let (a, b) = (story.sim.operator(Tenant::A), story.sim.operator(Tenant::B));
    // The message of each refusal is a secret that the refused request held.
    for (on, secret) in
        [("entra POST /**/token", a.client_secret.reveal()), ("entra POST /**/token", b.client_secret.reveal())]
    {
        let repeats = format!(
            "name = 'r'\nsays = 'r'\n[[fault]]\non = '{on}'\nnth = 'every'\ndo = 'status'\ncode = 401\n\
             error = 'invalid_client'\nmessage = 'you sent {secret}'"
        );
        let story = Story::told(&[], &repeats)
            .with("CROSSPULL_A_CLIENT_SECRET", secret)
            .with("CROSSPULL_B_CLIENT_SECRET", secret);
        let end = story.apply(&[]);
        end.exits(4);
        assert!(end.out.contains("you sent …") && !end.out.contains(secret) && !end.err.contains(secret), "{end}");
    }
}

#[test]
fn texts_that_would_move_a_terminal_are_shown_as_text() {
    let story = Story::told(
        &["old-roles-to-copy"],
        "name = 'e'\nsays = 'e'\n[[fault]]\non = 'graph * /**'\nnth = 'every'\ndo = 'escapes'\nkeep_ids = true\n\
         [[fault]]\non = 'arm * /**'\nnth = 'every'\ndo = 'escapes'\nkeep_ids = true",
    );
    for output in ["json", "text"] {
        let end = story.run(&["plan", "--answers", story.answers(), "--output", output]);
        is_calm(output, &story, &end);
        assert!(end.out.contains("owned"), "the text itself is shown\n{end}");
    }
}

#[test]
fn refusals_that_would_move_a_terminal_are_shown_as_text() {
    let own = r#"
        name = "hostile-refusal"
        says = "the role is refused, in words for a terminal"

        [[fault]]
        on = "arm PUT /**/roleAssignments/{id}"
        nth = "every"
        do = "status"
        code = 403
        error = "AuthorizationFailed"
        message = "\u001b]0;owned\u0007 you may not \u202e"

        [[fault]]
        on = "arm PUT /**/roleAssignments/{id}"
        nth = "every"
        do = "escapes"
    "#;
    let story = Story::told(&[], own);
    let end = story.apply(&[]);
    is_calm("a refusal", &story, &end);
    end.exits(1);
    let text = story.run(&["resume", &story.run_id(), "--yes"]);
    is_calm("a refusal as text", &story, &text);
    assert!(text.out.contains("you may not"), "{text}");
}

#[test]
fn an_answer_that_is_larger_than_any_is_given_up() {
    for on in ["graph GET /applications", "arm GET /**/managedClusters/{name}", "registry GET /v2/**/manifests/{tag}"] {
        let story =
            Story::told(&[], &format!("name = 'h'\nsays = 'h'\n[[fault]]\non = '{on}'\nnth = 'every'\ndo = 'huge'"));
        let end = story.apply(&[]);
        is_calm(on, &story, &end);
        assert_ne!(end.code, Some(0), "{on}");
        assert!(end.out.contains("larger than any should be"), "{on}: {end}");
    }
}

#[test]
fn an_answer_without_an_end_is_given_up_in_time() {
    let story =
        Story::told(&[], "name = 'e'\nsays = 'e'\n[[fault]]\non = 'graph POST /applications'\nnth = 1\ndo = 'endless'");
    let end = story.apply(&[]);
    is_calm("an endless answer", &story, &end);
    end.is_done();
    story.is_done("AcrPull");
}

#[test]
fn a_reset_whose_operation_is_elsewhere_is_not_asked_there_and_goes_on_all_the_same() {
    let story = Story::told(
        &[],
        "name = 'o'\nsays = 'o'\n[[fault]]\non = 'arm POST /**/resetServicePrincipalProfile'\nnth = 1\ndo = 'elsewhere'",
    );
    let end = story.apply(&[]);
    is_calm("an operation elsewhere", &story, &end);
    // The cluster itself tells how it ended.
    end.is_done();
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1);
    story.is_done("AcrPull");
}
