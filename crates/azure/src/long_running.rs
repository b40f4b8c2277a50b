//! Long-running operations of Resource Manager: where they are asked, and when they are over.

use crosspull_core::event::Work;
use crosspull_core::explain::{Meaning, Refusal, Trouble};
use crosspull_core::names::Side;
use crosspull_core::text::printable;
use http::HeaderMap;
use std::time::{Duration, Instant};
use url::Url;

use crate::door::Door;
use crate::reply::OperationStatus;
use crate::request;
use crate::step_result::StepError;
use crate::wire::{CallError, Reply, asked_wait};

/// The longest time of an operation. A reset of a large cluster takes an hour and more (`docs/facts/azure.md` 0.9).
const AT_MOST: Duration = Duration::from_secs(3 * 3600);
/// The pause between two questions where the service names none.
const EVERY: Duration = Duration::from_secs(10);

/// The number of times in a row that an operation may be unknown before it counts as forgotten.
const GONE: u32 = 6;
/// The shortest pause, whatever the service says: each question is an entry of the journal.
const AT_LEAST: Duration = Duration::from_secs(1);
/// The longest pause: a service that asks for a day of patience would hold the run for a day.
const SELDOM: Duration = Duration::from_secs(300);

/// Returns the address at which an accepted operation is asked: `Azure-AsyncOperation`, else `Location` (recording
/// `aks_stop_start`).
///
/// # Errors
/// A sentence, where the address is on another host: the operator's token would go there.
pub fn address(headers: &HeaderMap, arm: &Url) -> Result<Option<Url>, String> {
    named(headers, &["azure-asyncoperation", "location"], arm)
}

/// Returns the address at which the result of an accepted operation is asked for: `Location` alone, for one whose
/// contract has `final-state-via: location`.
///
/// # Errors
/// See [`address`].
pub fn address_of_result(headers: &HeaderMap, arm: &Url) -> Result<Option<Url>, String> {
    named(headers, &["location"], arm)
}

fn named(headers: &HeaderMap, names: &[&str], arm: &Url) -> Result<Option<Url>, String> {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let Some(text) = names.iter().find_map(|n| header(n)) else {
        return Ok(None);
    };
    match arm.join(text) {
        Ok(url) if url.origin() == arm.origin() => Ok(Some(url)),
        _ => Err(format!(
            "Resource Manager names {} to ask how far the operation is, which is another host; it is not asked there",
            printable(text, 120)
        )),
    }
}

/// Follows an accepted operation to its end, judged by `status` alone.
///
/// # Errors
/// Failed where the operation failed; unknown where its end could not be seen.
pub async fn follow(door: &Door, work: &Work, side: Side, what: &str, accepted: &Reply) -> Result<(), StepError> {
    // Where it is asked on another host, or nowhere, the cluster itself tells.
    let Ok(Some(url)) = address(&accepted.headers, &door.endpoints().arm) else { return Ok(()) };
    ask_until_over(door, work, side, what, url, pause(door, accepted)).await
}

/// Follows an operation that was accepted earlier, by its address, and asks it at once. An address on another host is
/// refused, since a journal is a file.
///
/// # Errors
/// See [`follow`].
pub async fn watch(door: &Door, work: &Work, side: Side, what: &str, url: Url) -> Result<(), StepError> {
    if url.origin() != door.endpoints().arm.origin() {
        return Err(unseen(what, "The journal names another host to ask how far the operation is.".to_owned()));
    }
    ask_until_over(door, work, side, what, url, Duration::ZERO).await
}

/// Returns the pause before the next question.
fn pause(door: &Door, reply: &Reply) -> Duration {
    let pace = door.wire().pace();
    let asked = asked_wait(&reply.headers, &[], door.wire().recorder().now());
    asked.unwrap_or_else(|| pace.of(EVERY)).clamp(pace.of(AT_LEAST), SELDOM)
}

async fn ask_until_over(
    door: &Door,
    work: &Work,
    side: Side,
    what: &str,
    url: Url,
    first: Duration,
) -> Result<(), StepError> {
    let pace = door.wire().pace();
    let begun = Instant::now();
    let mut wait = first;
    let (mut tries, mut gone) = (0, 0);
    while begun.elapsed() < pace.of(AT_MOST) {
        tries += 1;
        // One that was accepted earlier may be over by now.
        if !wait.is_zero() {
            let why = "the operation is running";
            door.wire().pause(work, why, wait, pace.of(AT_MOST), tries).await.map_err(|e| StepError::of(what, e))?;
        }
        let reply = match door.raw(work, request::operation(side, url.clone())).await {
            Ok(reply) => reply,
            Err(error @ (CallError::Stopped | CallError::Journal(_))) => return Err(StepError::of(what, error)),
            // Nothing says where it is asked any more: the cluster itself tells.
            Err(CallError::Refused(r)) if matches!(r.refusal.status, Some(404 | 410)) && gone >= GONE => return Ok(()),
            // The operation was accepted, so it goes on whatever the answers in between: an outage of the line or of
            // the service, a throttled one, a token that cannot be renewed.
            Err(error) => {
                let unknown = matches!(&error, CallError::Refused(r) if matches!(r.refusal.status, Some(404 | 410)));
                gone = if unknown { gone + 1 } else { 0 };
                wait = pace.of(EVERY);
                continue;
            }
        };
        gone = 0;
        match verdict(&reply) {
            Some(Ok(())) => return Ok(()),
            Some(Err(refusal)) => {
                return Err(StepError::Failed(failed(what, refusal)));
            }
            None => {
                wait = pause(door, &reply);
            }
        }
    }
    Err(unseen(what, "The operation did not end in three hours.".to_owned()))
}

/// Returns the error for an operation whose end could not be seen.
fn unseen(what: &str, why: String) -> StepError {
    StepError::Unknown(Trouble::new(what, why, LOOK))
}

/// Returns the trouble of an operation that was accepted and failed. Its code is in the table, or its words tell alone.
fn failed(what: &str, refusal: Refusal) -> Trouble {
    let known = Meaning::of(&refusal).map(|known| (known.means, known.now));
    let (means, now) = known.unwrap_or(("Azure's own words are below.", "Mend what they name."));
    Trouble::from_refusal(what, refusal).because(
        format!("Azure accepted it, and its operation failed. {means}"),
        format!("{now} Then crosspull resume repeats the reset."),
    )
}

/// The way out of an operation whose end was not seen.
const LOOK: &str = "Go on with crosspull resume: it looks at the cluster first.";

/// Returns how the operation ended; nothing while it runs.
fn verdict(reply: &Reply) -> Option<Result<(), Refusal>> {
    let Ok(operation) = serde_json::from_slice::<OperationStatus>(&reply.body) else {
        // Only `Location`: 202 while it runs, anything else below 400 when it is over. A torn answer says neither.
        let whole = reply.body.is_empty() || serde_json::from_slice::<serde::de::IgnoredAny>(&reply.body).is_ok();
        return (whole && reply.status.as_u16() != 202).then_some(Ok(()));
    };
    let is = |status: &str| operation.status.eq_ignore_ascii_case(status);
    if is("Succeeded") {
        return Some(Ok(()));
    }
    if !is("Failed") && !is("Canceled") {
        return None;
    }
    let (code, message) = operation.error.as_ref().map_or((None, None), |e| (e.code.as_deref(), e.message.as_deref()));
    Some(Err(Refusal {
        status: None,
        code: printable(code.unwrap_or(&operation.status), 100),
        message: printable(message.unwrap_or("the operation gives no reason"), 500),
        request_id: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            status: http::StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::new(),
            body: zeroize::Zeroizing::new(body.as_bytes().to_vec()),
        }
    }

    #[test]
    fn an_error_beside_in_progress_means_nothing() {
        let running = r#"{"status":"InProgress","error":{"code":"NotLatestOperation","message":"m"}}"#;
        assert!(verdict(&reply(200, running)).is_none());
        assert!(matches!(verdict(&reply(200, &running.replace("InProgress", "Succeeded"))), Some(Ok(()))));
        let failed = verdict(&reply(200, &running.replace("InProgress", "failed")));
        assert!(matches!(failed, Some(Err(refusal)) if refusal.code == "NotLatestOperation"));
    }

    #[test]
    fn without_a_status_the_http_status_tells() {
        assert!(verdict(&reply(202, "")).is_none());
        assert!(matches!(verdict(&reply(204, "")), Some(Ok(()))));
        assert!(matches!(verdict(&reply(200, r#"{"id":"/subscriptions/s","properties":{}}"#)), Some(Ok(()))));
    }

    #[test]
    fn a_torn_answer_ends_no_operation() {
        assert!(verdict(&reply(200, r#"{"status":"InPro"#)).is_none());
    }

    #[test]
    fn an_operation_on_another_host_is_not_asked() {
        let arm = Url::parse("https://management.azure.com/").expect("a URL");
        let mut headers = HeaderMap::new();
        assert_eq!(address(&headers, &arm), Ok(None));
        headers.insert("location", http::HeaderValue::from_static("https://evil.example/op"));
        assert!(address(&headers, &arm).is_err());
        headers.insert("azure-asyncoperation", http::HeaderValue::from_static("https://management.azure.com/op?t=1"));
        assert_eq!(address(&headers, &arm).ok().flatten().map(|u| u.path().to_owned()), Some("/op".to_owned()));
    }
}
