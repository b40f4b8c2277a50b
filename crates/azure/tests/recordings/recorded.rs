//! The recordings, and what has to be put right before they are read.

use crosspull_reference::{Exchange, Headers, Recording, Reference};
use http::{HeaderMap, HeaderName, HeaderValue};

/// The recordings, or nothing where they are not here.
pub fn recordings() -> Option<Vec<Recording>> {
    let Some(reference) = Reference::find() else {
        println!("skipped: the recordings are not here");
        return None;
    };
    Some(reference.recordings().expect("recordings"))
}

/// Headers as the program has them.
pub fn headers(recorded: &Headers) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in recorded.pairs() {
        let name: HeaderName = name.parse().expect("a header's name");
        headers.append(name, HeaderValue::from_str(value).expect("a header's value"));
    }
    headers
}

/// The body, with what a recorder spoilt put right (`recordings/README.md`): in `entra_unknown_tenant` it wrote a GUID
/// in the place of every word "tenant", in Entra's error code too.
pub fn body(scenario: &str, exchange: &Exchange) -> String {
    let recorded = exchange.response.body.clone().unwrap_or_default();
    match scenario {
        "entra_unknown_tenant" => recorded.replace("12345678-1234-1234-1234-123456789012", "tenant"),
        _ => recorded,
    }
}

/// The exchanges of one recording.
pub fn named<'r>(recordings: &'r [Recording], scenario: &str) -> &'r [Exchange] {
    &recordings.iter().find(|recording| recording.scenario == scenario).expect("a recording").exchanges
}
