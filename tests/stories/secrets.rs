//! The places where a secret must not be: in the output, or in a journal, in whatever spelling.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use crosspull_sim::Tenant;
use crosspull_support::{End, Story};
use serde_json::Value;

/// Asserts that nothing secret is in what the program said or kept: neither the operators' secrets, nor those that the
/// run made, nor any token that a service gave.
pub fn are_kept(story: &Story, end: &End) {
    let secrets = secrets_of(story);
    assert!(secrets.len() > 4, "too few secrets were seen to look for");
    none_is_told(story, end, &secrets);
}

/// Asserts that no secret is in what the program said or kept, however far the program got.
pub fn are_kept_so_far(story: &Story, end: &End) {
    none_is_told(story, end, &secrets_of(story));
}

fn none_is_told(story: &Story, end: &End, secrets: &BTreeSet<String>) {
    let kept = story.journals().into_iter().map(|journal| {
        let name = journal.display().to_string();
        (name, std::fs::read_to_string(&journal).expect("a journal can be read"))
    });
    let said = [("standard output".to_owned(), end.out.clone()), ("standard error".to_owned(), end.err.clone())];
    for (place, text) in kept.chain(said) {
        for secret in secrets {
            assert!(!tells(&text, secret), "{place} tells a secret that begins with {}", &secret[..8]);
        }
    }
}

/// Returns every secret and token that the program has had in its hands.
fn secrets_of(story: &Story) -> BTreeSet<String> {
    let operators = [Tenant::A, Tenant::B].map(|tenant| story.sim.operator(tenant).client_secret.reveal().to_owned());
    let exchanges = story.sim.exchanges();
    let answers = exchanges.iter().filter_map(|e| serde_json::from_str::<Value>(&e.response_body).ok());
    let given = answers.flat_map(|answer| {
        let one = |name| answer[name].as_str().map(str::to_owned);
        let config = answer["kubeconfigs"][0]["value"].as_str().map(str::to_owned);
        let told =
            ["secretText", "access_token", "refresh_token", "id_token", "device_code"].into_iter().filter_map(one);
        told.chain(config).collect::<Vec<_>>()
    });
    let sent = exchanges.iter().flat_map(|e| {
        let form = url::form_urlencoded::parse(e.request_body.as_bytes()).into_owned();
        let secret = |name: &str| matches!(name, "code" | "code_verifier" | "client_assertion" | "refresh_token");
        form.filter(|(name, _)| secret(name)).map(|(_, value)| value).collect::<Vec<_>>()
    });
    given.chain(operators).chain(sent).filter(|secret| !secret.is_empty()).collect()
}

/// Returns every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read").map(|e| e.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// True where a text holds a secret: plainly, in a form's spelling, or in base64 (alone or within something longer).
pub fn tells(text: &str, secret: &str) -> bool {
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let inside = (0..3).flat_map(|before| [STANDARD, URL_SAFE].map(|spelling| core(&spelling, before, secret)));
    inside.chain([secret.to_owned(), form]).any(|spelled| text.contains(&spelled))
}

/// Returns the part of a base64 text that depends on the secret alone, where so many bytes stand before it.
fn core(spelling: &base64::engine::GeneralPurpose, before: usize, secret: &str) -> String {
    let bytes = [&b"\0\0"[..before], secret.as_bytes()].concat();
    let whole = bytes.len() / 3 * 4;
    let from = if before == 0 { 0 } else { 4 };
    spelling.encode(&bytes)[from..whole].to_owned()
}

#[test]
fn a_secret_is_found_in_every_spelling() {
    let secret = "f458Q~I-K4iSTG0eCXewkD93wbir8hsBEu8iGrg0";
    for user in ["", "a", "ab", "0b0b0b0b-0002-4b0b-8b0b-00000000b002"] {
        let basic = STANDARD.encode(format!("{user}:{secret}"));
        assert!(tells(&format!("Authorization: Basic {basic}"), secret), "{user}");
    }
    assert!(tells(&format!("client_secret={}", secret.replace('~', "%7E")), secret));
    assert!(tells(&format!("x{secret}y"), secret));
    assert!(!tells(&secret[1..], secret));
}
