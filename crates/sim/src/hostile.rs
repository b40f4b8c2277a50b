//! Answers that mean harm, as faults make them of the cloud's own: bodies without an end, other types, texts for a terminal
//! to stumble over, and ways that lead to the trap.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use serde_json::Value;

use crate::{
    cloud::Cloud,
    faults::{Act, Fault},
    log::NotKept,
};

mod escapes;

/// No answer of the cloud is larger.
pub const LARGEST_ANSWER: usize = 64 * 1024 * 1024;
/// The size of a huge body.
const HUGE: usize = 64 * 1024 * 1024;
/// The piece that an endless body sends at a time. It is sent by the wall clock: no client that waits for silence is
/// helped.
const DRIP: &[u8] = &[b' '; 256];
const DRIP_EVERY: Duration = Duration::from_millis(50);

/// Returns the answer as a fault leaves it; the same where the fault is of another kind.
pub async fn spoilt(fault: &Fault, answer: Response, cloud: &Cloud, asked: &Uri) -> Response {
    // A body that goes on for long cannot be read first.
    let goes_on = answer.extensions().get::<NotKept>().is_some();
    match fault.act {
        Act::Redirect => redirect(&cloud.trap.origin, asked),
        _ if goes_on => answer,
        Act::Garbage => torn(answer).await,
        Act::Endless => endless(answer).await,
        Act::Huge => huge(answer).await,
        Act::WrongTypes => rewritten(answer, other_type).await,
        Act::Escapes => rewritten(answer, |value| escapes::wrap(value, fault.keep_ids)).await,
        Act::Elsewhere => elsewhere(answer, cloud).await,
        _ => answer,
    }
}

/// Returns 200 with the first half of the body.
async fn torn(answer: Response) -> Response {
    let (mut head, body) = taken(answer).await;
    head.status = StatusCode::OK;
    Response::from_parts(head, Body::from(body.slice(..body.len() / 2)))
}

/// Returns the answer's head without its length, and its body.
async fn taken(answer: Response) -> (http::response::Parts, Bytes) {
    let (mut head, body) = answer.into_parts();
    head.headers.remove(header::CONTENT_LENGTH);
    (head, to_bytes(body, LARGEST_ANSWER).await.unwrap_or_default())
}

/// Returns the body, and then white space for ever; in JSON that is no error.
async fn endless(answer: Response) -> Response {
    let (mut head, body) = taken(answer).await;
    head.extensions.insert(NotKept);
    let drip = stream::unfold(Some(body), |first| async {
        let chunk = match first {
            Some(body) => body,
            None => {
                tokio::time::sleep(DRIP_EVERY).await;
                Bytes::from_static(DRIP)
            }
        };
        Some((Ok::<_, Infallible>(chunk), None))
    });
    Response::from_parts(head, Body::from_stream(drip))
}

/// Returns the body, and then white space up to 64 MiB.
async fn huge(answer: Response) -> Response {
    const CHUNK: &[u8] = &[b' '; 64 * 1024];
    let (mut head, body) = taken(answer).await;
    head.extensions.insert(NotKept);
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(HUGE));
    let left = HUGE.saturating_sub(body.len());
    let padding = stream::unfold(left, |left| async move {
        let size = left.min(CHUNK.len());
        (size > 0).then(|| (Ok::<_, Infallible>(Bytes::from_static(CHUNK).slice(..size)), left - size))
    });
    let first = stream::once(async move { Ok(body) });
    Response::from_parts(head, Body::from_stream(futures_util::StreamExt::chain(first, padding)))
}

/// Returns the answer with its JSON changed; one that has none stays as it is.
async fn rewritten(answer: Response, change: impl Fn(Value) -> Value) -> Response {
    let (head, body) = taken(answer).await;
    let body = match serde_json::from_slice(&body) {
        Ok(value) => Bytes::from(change(value).to_string()),
        Err(_) => body,
    };
    Response::from_parts(head, Body::from(body))
}

/// Returns the value with a value of another type in place of each leaf.
fn other_type(value: Value) -> Value {
    match value {
        Value::Object(members) if members.is_empty() => Value::Array(Vec::new()),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, other_type(value))).collect(),
        Value::Array(items) if items.is_empty() => Value::from("none"),
        Value::Array(items) => items.into_iter().map(other_type).collect(),
        Value::String(_) => Value::from(7),
        Value::Number(_) => Value::from("seven"),
        Value::Bool(_) => Value::from("maybe"),
        Value::Null => Value::from(true),
    }
}

/// Returns 307 to the same path and query at the trap.
fn redirect(trap: &str, asked: &Uri) -> Response {
    let location = format!("{trap}{}", asked.path_and_query().map_or("/", |asked| asked.as_str()));
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response()
}

/// The members of JSON that hold an address to go on at.
const WAYS: &[&str] = &["nextLink", "@odata.nextLink", "realm"];

/// Returns the answer with every address of this cloud that a client goes on at moved to the trap.
async fn elsewhere(answer: Response, cloud: &Cloud) -> Response {
    let (origins, trap) = (cloud.origins(), cloud.trap.origin.as_str());
    let mut answer = rewritten(answer, |value| ways_moved(value, &origins, trap)).await;
    move_headers(answer.headers_mut(), &origins, trap);
    answer
}

fn move_headers(headers: &mut HeaderMap, origins: &[String], trap: &str) {
    for name in [header::LOCATION, HeaderName::from_static("azure-asyncoperation"), header::WWW_AUTHENTICATE] {
        let Some(text) = headers.get(&name).and_then(|value| value.to_str().ok()) else {
            continue;
        };
        if let Ok(value) = HeaderValue::from_str(&moved(text, origins, trap)) {
            headers.insert(name, value);
        }
    }
}

fn ways_moved(value: Value, origins: &[String], trap: &str) -> Value {
    match value {
        Value::Object(members) => {
            let member = |(name, value): (String, Value)| match value {
                Value::String(text) if WAYS.contains(&name.as_str()) => (name, moved(&text, origins, trap).into()),
                other => (name, ways_moved(other, origins, trap)),
            };
            members.into_iter().map(member).collect()
        }
        Value::Array(items) => items.into_iter().map(|item| ways_moved(item, origins, trap)).collect(),
        other => other,
    }
}

/// Returns the text with the trap's address in place of each of the origins', by name or by number.
fn moved(text: &str, origins: &[String], trap: &str) -> String {
    let by_number = |origin: &String| ["127.0.0.1", "[::1]"].map(|host| origin.replacen("localhost", host, 1));
    let all = origins.iter().flat_map(|origin| [origin.clone()].into_iter().chain(by_number(origin)));
    all.fold(text.to_owned(), |text, origin| {
        let mut parts = text.split(&origin);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |sum, rest| {
            // Port 500 is not the beginning of port 5000.
            let whole = !rest.starts_with(|next: char| next.is_ascii_digit());
            sum + if whole { trap } else { &origin } + rest
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_leaf_is_of_another_type() {
        let value = json!({ "a": ["x", 1, true, null], "b": {}, "c": [], "d": { "e": "f" } });
        let other = other_type(value);
        assert_eq!(other, json!({ "a": [7, "seven", "maybe", true], "b": [], "c": "none", "d": { "e": 7 } }));
    }

    #[test]
    fn only_whole_addresses_of_the_cloud_are_moved() {
        let origins = ["https://localhost:500".to_owned()];
        let to_trap = |text: &str| moved(text, &origins, "https://localhost:9");
        assert_eq!(to_trap("Bearer realm=\"https://localhost:500/x\""), "Bearer realm=\"https://localhost:9/x\"");
        assert_eq!(to_trap("https://127.0.0.1:500/x"), "https://localhost:9/x");
        assert_eq!(to_trap("https://localhost:5001/x"), "https://localhost:5001/x");
        let body = json!({ "value": [{ "url": "https://localhost:500/a" }], "nextLink": "https://localhost:500/b" });
        let expected = json!({ "value": [{ "url": "https://localhost:500/a" }], "nextLink": "https://localhost:9/b" });
        assert_eq!(ways_moved(body, &origins, "https://localhost:9"), expected);
    }
}
