//! `crosspull login` where a service fails: what passes is sat out, and what does not is told, with nothing given to anybody.

use crosspull_support::{Story, side_by_side, text};
use serde_json::Value;

/// Every call of a sign-in by an app to a registry that is named by its resource id.
const CALLS: [&str; 5] = [
    "arm GET /**/registries/{name}",
    "registry GET /v2/",
    "entra POST /{tenant}/oauth2/v2.0/token",
    "registry POST /oauth2/exchange",
    "registry POST /oauth2/token",
];

fn signs_in(call: &str, nth: &str, fault: &str) -> (Story, crosspull_support::End) {
    let own = format!("name = \"own\"\nsays = \"own\"\n[[fault]]\non = \"{call}\"\nnth = {nth}\n{fault}\n");
    let story = Story::told(&["happy"], &own);
    let registry = story.ready.registry.clone();
    let end = story.run(&["login", &registry, "--as", "service-principal", "--expose-token", "--pace", "100"]);
    (story, end)
}

#[test]
fn what_passes_is_sat_out() {
    let faults = [
        "do = \"drop\"",
        "do = \"lose_reply\"",
        "do = \"status\"\ncode = 503",
        "do = \"status\"\ncode = 429\nretry_after = 5",
        "do = \"garbage\"",
    ];
    let cells = CALLS.iter().flat_map(|call| faults.iter().map(move |fault| (*call, *fault)));
    side_by_side(cells.collect::<Vec<_>>(), |(call, fault)| {
        let (story, end) = signs_in(call, "1", fault);
        assert_eq!(end.code, Some(0), "{call}: {fault}\n{end}");
        let told: Value = serde_json::from_str(&end.out).expect("the token");
        let (server, user) = (text(&told, "loginServer"), text(&told, "username"));
        assert_eq!(story.pull_by_hand_from(server, user, text(&told, "accessToken"), "shop/web:1.4"), 200, "{call}");
    });
}

#[test]
fn what_does_not_pass_is_told_and_nothing_is_given() {
    let faults = [
        "do = \"status\"\ncode = 401\nmessage = \"no\"",
        "do = \"status\"\ncode = 403\nmessage = \"no\"",
        "do = \"status\"\ncode = 500\nmessage = \"oh\"",
        "do = \"garbage\"",
        "do = \"wrong_types\"",
        "do = \"redirect\"",
        "do = \"huge\"",
        "do = \"hang\"",
    ];
    // The challenge of a registry is a 401, whatever its body.
    let is_answer =
        |call: &str, fault: &str| call.ends_with("/v2/") && !fault.contains("code = 403") && !fault.contains("500");
    let cells = CALLS.iter().flat_map(|call| faults.iter().map(move |fault| (*call, *fault)));
    let cells: Vec<_> = cells.filter(|(call, fault)| !is_answer(call, fault)).collect();
    side_by_side(cells, |(call, fault)| {
        let (_, end) = signs_in(call, "\"every\"", fault);
        assert_eq!((end.code, end.out.as_str()), (Some(1), ""), "{call}: {fault}\n{end}");
        let lines: Vec<&str> = end.err.lines().filter(|line| !line.contains("simulated cloud")).collect();
        assert!(lines.len() >= 2 && lines[0].starts_with("crosspull: "), "{call}: {fault}\n{end}");
        assert!(!end.err.contains("eyJ"), "a token is told\n{end}");
    });
}
