//! The length of a run in calls one after the other: from the start to all checks, and from the plan to the proved pull.
//! Each chain that Azure's own rules need is spelled out call by call, and no run is longer.
//!
//! The cloud answers every request later by the same time, so the events tell which calls waited for which.

use std::process::Command;

use crosspull_support::{End, Story, text};
use jiff::Timestamp;
use serde_json::Value;

/// The simulated seconds by which every answer is late, try by try. One try that holds is enough: a busy machine makes a chain
/// longer, and never shorter, and the later the answers are, the less.
const LATE: [u32; 4] = [4, 10, 20, 40];

/// A call of a chain: its method, and a part of its address.
type Link = (&'static str, &'static str);

/// From the start to the roles that the new principal gets. Each call needs an answer of the one before: where the cloud's
/// sign-in is, a token, the app that the cluster uses, its principal, its assignments, what these allow.
const TO_THE_ROLES: [Link; 6] = [
    ("GET", "/metadata/endpoints"),
    ("POST", "/oauth2/v2.0/token"),
    ("GET", "/managedClusters/aks-shop?"),
    ("GET", "/servicePrincipals?$filter=appId"),
    ("GET", "/roleAssignments?"),
    ("GET", "/roleDefinitions/"),
];

/// From the start to the image, as the operator sees it: a token, the registry's login server, the issuer of its tokens, and
/// its own two tokens (Azure/acr, "AAD-OAuth").
const TO_THE_IMAGE: [Link; 7] = [
    ("GET", "/metadata/endpoints"),
    ("POST", "/oauth2/v2.0/token"),
    ("GET", "/registries/registryb?"),
    ("GET", "/v2/"),
    ("POST", "/oauth2/exchange"),
    ("POST", "/oauth2/token"),
    ("GET", "/manifests/"),
];

/// From the plan to the proved pull: no app since the checks, the app, its principal in B (beside it the secret), the role
/// (beside it the issuer), and a pull as a node does it, whose layer is at a storage.
const TO_THE_PULL: [Link; 8] = [
    ("GET", "/applications?$filter=tags"),
    ("POST", "/applications"),
    ("POST", "/servicePrincipals"),
    ("PUT", "/roleAssignments/"),
    ("GET", "/oauth2/token?"),
    ("GET", "/manifests/"),
    ("GET", "/blobs/"),
    ("GET", "/storage/"),
];

/// The most calls one after the other (`docs/PRODUCT.md` 8).
const AIMS: (usize, usize) = (7, 9);

/// A call, as the events tell it.
struct Call {
    method: String,
    url: String,
    from: Timestamp,
    to: Timestamp,
}

#[test]
fn no_call_waits_for_another_that_it_does_not_need() {
    assert!(TO_THE_IMAGE.len() <= AIMS.0 && TO_THE_ROLES.len() <= AIMS.0 && TO_THE_PULL.len() <= AIMS.1);
    let measured: Vec<String> = LATE.into_iter().map_while(|late| measure(late).err()).collect();
    assert!(measured.len() < LATE.len(), "{}", measured.join("\n"));
}

/// Runs the route in a cloud whose answers are late, and says what does not hold.
fn measure(seconds: u32) -> Result<(), String> {
    let late = ["entra", "graph", "arm", "kubernetes", "registry"]
        .map(|plane| format!("[[fault]]\non = '{plane} * /**'\nnth = 'every'\ndo = 'delay'\nseconds = {seconds}\n"));
    let story = Story::told(&["happy"], &format!("name = 'l'\nsays = 'l'\n{}", late.concat()));
    let end = story.apply_while(&[], |event, process| {
        if is_proof(event) {
            let kill = Command::new("kill").args(["-TERM", &process.to_string()]).status();
            assert!(kill.expect("kill").success());
        }
    });
    // What comes after the proof is not asked for here.
    end.exits(143);
    let (planned, proved) = (at(&end, "planned"), proved(&end));
    let calls = calls(&end);
    let part = |from: Timestamp, to: Timestamp| -> Vec<&Call> {
        calls.iter().filter(|call| call.from >= from && call.to <= to).collect()
    };
    let checks = part(Timestamp::UNIX_EPOCH, planned);
    for chain in [&TO_THE_ROLES[..], &TO_THE_IMAGE[..]] {
        spelled(&checks, chain);
    }
    is_no_longer(&checks, TO_THE_IMAGE.len(), "start to all checks")?;
    let pull = part(planned, proved);
    spelled(&pull, &TO_THE_PULL);
    is_no_longer(&pull, TO_THE_PULL.len(), "plan to the proved pull")
}

fn at(end: &End, event: &str) -> Timestamp {
    time(end.events(event).next().expect("the event"))
}

fn time(event: &Value) -> Timestamp {
    text(event, "at").parse().expect("a time")
}

/// Returns the time at which the pull was proved.
fn proved(end: &End) -> Timestamp {
    time(end.events("learnt").find(|event| is_proof(event)).expect("a proof"))
}

fn is_proof(event: &Value) -> bool {
    event["event"] == "learnt" && event["learnt"][0]["how"] == "proved"
}

/// Returns the calls that were answered.
fn calls(end: &End) -> Vec<Call> {
    let of = |started: &Value| {
        let tried = end.events("call_tried").filter(|tried| tried["call"] == started["call"]).last()?;
        Some(Call {
            method: text(started, "method").to_owned(),
            url: text(started, "url").to_owned(),
            from: time(started),
            to: time(tried),
        })
    };
    end.events("call_started").filter_map(of).collect()
}

/// Asserts that the calls of a chain were made one after the other.
fn spelled(calls: &[&Call], chain: &[Link]) {
    let mut after = Timestamp::UNIX_EPOCH;
    for (method, part) in chain {
        let next = calls.iter().filter(|call| call.method == *method && call.url.contains(part));
        let next = next.filter(|call| call.from >= after).min_by_key(|call| call.to);
        after = next.unwrap_or_else(|| panic!("no {method} {part} in its place")).to;
    }
}

/// Says where the longest chain of calls, of which each came after the answer to the one before, is longer than that.
fn is_no_longer(calls: &[&Call], needs: usize, what: &str) -> Result<(), String> {
    let mut ends: Vec<(Timestamp, usize)> = Vec::new();
    for call in calls {
        let before = ends.iter().filter(|(to, _)| *to <= call.from).map(|(_, length)| *length).max();
        ends.push((call.to, before.unwrap_or_default() + 1));
    }
    let took = ends.into_iter().map(|(_, length)| length).max().unwrap_or_default();
    if took > needs { Err(format!("{what}: {took} calls in a row, where the chain needs {needs}")) } else { Ok(()) }
}
