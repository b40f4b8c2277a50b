//! Faults: what goes wrong with which request, as the scenario says.

use std::sync::{Mutex, PoisonError};

use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{clock::Clock, errors, plane::Plane};

mod pattern;

pub use pattern::{Nth, Pattern};

/// The course of the long-running operation that a request starts, by a fault of the scenario. A request extension, set
/// on every request.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Fate {
    /// The operation runs its course.
    #[default]
    RunsItsCourse,
    /// The operation ends Failed.
    Fails {
        /// The `error` object, if given.
        error: Option<Value>,
        /// True where what it was to do shows already, and was begun.
        applied: bool,
    },
    /// The operation stays InProgress for ever.
    NeverEnds,
}

/// One fault of a scenario file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Plane, method, path pattern: `graph POST /applications/{id}/addPassword`.
    pub on: Pattern,
    /// The place among the requests that match.
    #[serde(default)]
    pub nth: Nth,
    /// The act of the fault.
    #[serde(rename = "do")]
    pub act: Act,
    /// For `delay`: how long, in simulated seconds; for `status`: what `{wait}` in the message stands for.
    #[serde(default)]
    pub seconds: f64,
    /// For `status`: the HTTP status.
    pub code: Option<u16>,
    /// For `status` and `fail_operation`: the error's code; of Entra `AADSTS` with the number, or an OAuth error such as
    /// `invalid_client`.
    pub error: Option<String>,
    /// For `status` of Entra: `error_codes`, the number in the description first.
    #[serde(default)]
    pub error_codes: Vec<u32>,
    /// For `status` and `fail_operation`: the error's message.
    pub message: Option<String>,
    /// For `fail_operation`: whether the cluster shows its new client id all the same, and its first node was restarted.
    #[serde(default)]
    pub applied: bool,
    /// For `escapes`: whether that stays as it is by which a client finds its way (ids, addresses, dates, tokens), so that
    /// it gets far enough to show the rest.
    #[serde(default)]
    pub keep_ids: bool,
    /// For `status`: `Retry-After`, in simulated seconds; left out when not given.
    pub retry_after: Option<f64>,
}

/// The act of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Cuts the connection before anything is done.
    Drop,
    /// Does it, then cuts the connection.
    LoseReply,
    /// Never answers, and does nothing.
    Hang,
    /// Does it, and answers 200 with a torn body.
    Garbage,
    /// Does it, and sends a body that never ends, slowly but steadily.
    Endless,
    /// Does it, and sends a body of 64 MiB.
    Huge,
    /// Does it; every leaf of the JSON is a value of another type.
    WrongTypes,
    /// Does it; every text of the JSON begins and ends with what no terminal should be given.
    Escapes,
    /// Does it, and answers 307 to the trap.
    Redirect,
    /// Does it; the addresses to go on at, in headers and in JSON, are at the trap.
    Elsewhere,
    /// Answers later.
    Delay,
    /// Answers with an error of the plane, and does nothing.
    Status,
    /// Does it; the long-running operation it starts ends Failed.
    FailOperation,
    /// Does it; the long-running operation it starts never ends.
    NeverEndOperation,
}

/// The faults of a cloud, each with the number of requests that matched it.
#[derive(Debug, Default)]
pub struct Faults {
    counted: Mutex<Vec<(Fault, u64)>>,
}

impl Faults {
    /// Returns the faults of the scenarios.
    #[must_use]
    pub fn new(faults: Vec<Fault>) -> Self {
        Self { counted: Mutex::new(faults.into_iter().map(|fault| (fault, 0)).collect()) }
    }

    /// Counts a request and says what goes wrong with it.
    pub fn of(&self, plane: Plane, method: &Method, path: &str) -> Vec<Fault> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut struck = Vec::new();
        for (fault, count) in counted.iter_mut().filter(|(fault, _)| fault.on.matches(plane, method, path)) {
            *count += 1;
            if matches!(&fault.nth, Nth::Every) || matches!(&fault.nth, Nth::These(list) if list.contains(count)) {
                struck.push(fault.clone());
            }
        }
        struck
    }
}

impl Fault {
    /// Returns the course of the operation that the request starts, if this fault is about it.
    #[must_use]
    pub fn fate(&self) -> Option<Fate> {
        match self.act {
            Act::FailOperation => Some(Fate::Fails { error: self.operation_error(), applied: self.applied }),
            Act::NeverEndOperation => Some(Fate::NeverEnds),
            _ => None,
        }
    }

    /// Returns the error of the operation, if the scenario gives one.
    fn operation_error(&self) -> Option<Value> {
        let code = self.error.as_ref()?;
        let message = self.message.as_deref().unwrap_or("The operation failed.");
        Some(json!({ "code": code, "message": message }))
    }

    /// Returns the answer of a `status` fault, in the error shape of the plane.
    #[must_use]
    pub fn answer(&self, plane: Plane, clock: &Clock) -> Response {
        let status =
            self.code.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let usual = usual_error(plane, status);
        let error = self.error.as_deref().unwrap_or(usual);
        let wait = clock.real(self.seconds).as_secs_f64().ceil();
        let message = self
            .message
            .as_deref()
            .unwrap_or("The server is busy. Please try again later.")
            .replace("{wait}", &wait.to_string());
        let refusal = match plane {
            Plane::Graph => errors::graph(status, error, &message),
            Plane::Registry => errors::registry(status, error, &message, &Value::Null),
            Plane::Entra => self.entra_answer(status, error, &message),
            Plane::Kubernetes => errors::kubernetes(status, error, &message, &Value::Null),
            Plane::ResourceManager | Plane::Steering => errors::arm(status, error, &message),
        };
        let mut response = refusal.into_response();
        if let Some(seconds) = self.retry_after {
            errors::wait_headers(response.headers_mut(), clock, seconds);
        }
        response
    }
}

impl Fault {
    /// Returns Entra's answer. The number follows from the error, or the error from the number, where only one of them
    /// is given.
    fn entra_answer(&self, status: StatusCode, error: &str, message: &str) -> errors::Refusal {
        let named: Option<u32> = error.trim_start_matches("AADSTS").parse().ok();
        let number = self.error_codes.first().copied().or(named).unwrap_or_else(|| usual_number(error));
        let oauth = if named.is_some() { entra_error(number) } else { error };
        let codes = if self.error_codes.is_empty() { vec![number] } else { self.error_codes.clone() };
        errors::entra_with(status, oauth, number, message, &[("error_codes", json!(codes))])
    }
}

/// Returns the number that Entra gives most often with an OAuth error.
fn usual_number(oauth: &str) -> u32 {
    match oauth {
        "invalid_client" => 7_000_215,
        "unauthorized_client" => 700_016,
        "access_denied" => 53_003,
        "interaction_required" => 50_076,
        "invalid_grant" => 70_000,
        "invalid_request" => 900_144,
        "invalid_resource" => 500_011,
        _ => 90_033,
    }
}

/// Returns the OAuth error that goes with an AADSTS number.
fn entra_error(number: u32) -> &'static str {
    match number {
        53_003 | 53_000..=53_002 | 530_035 => "access_denied",
        90_033 | 90_024 | 50_196 => "temporarily_unavailable",
        700_024 | 700_027 | 7_000_215 | 7_000_222 => "invalid_client",
        50_076 | 50_079 => "interaction_required",
        500_011 => "invalid_resource",
        700_016 | 7_000_112 | 7_000_229 => "unauthorized_client",
        _ => "invalid_grant",
    }
}

/// Returns a plane's usual code of an error, where the scenario does not give one.
fn usual_error(plane: Plane, status: StatusCode) -> &'static str {
    match (plane, status.as_u16()) {
        (Plane::Registry, 429) => "TOOMANYREQUESTS",
        (Plane::Registry, _) => "UNAVAILABLE",
        (Plane::Entra, _) => "90033",
        (Plane::Kubernetes, 500) => "InternalError",
        (Plane::Kubernetes, 503) => "ServiceUnavailable",
        (Plane::Kubernetes, 504) => "Timeout",
        (_, 429) => "TooManyRequests",
        (Plane::Graph, 503) => "serviceNotAvailable",
        (_, 503) => "ServerBusy",
        (_, 502) => "BadGateway",
        (_, 504) => "GatewayTimeout",
        _ => "InternalServerError",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn entras_error_and_number_follow_from_each_other() {
        let answered = async |text: &str| {
            let fault: Fault =
                toml::from_str(&format!("on = 'entra POST /**'\ndo = 'status'\ncode = 401\n{text}")).unwrap();
            let clock = Clock::running(1.0);
            crate::testbed::Reply::read(fault.answer(Plane::Entra, &clock)).await.json()
        };
        for (text, error, codes) in [
            ("error = 'AADSTS7000222'", "invalid_client", json!([7_000_222])),
            ("error = '7000112'", "unauthorized_client", json!([7_000_112])),
            ("error = 'invalid_client'", "invalid_client", json!([7_000_215])),
            ("error = 'invalid_client'\nerror_codes = [7000222]", "invalid_client", json!([7_000_222])),
            ("error_codes = [50076, 50079]", "interaction_required", json!([50_076, 50_079])),
            ("", "temporarily_unavailable", json!([90_033])),
        ] {
            let body = answered(text).await;
            assert_eq!((&body["error"], &body["error_codes"]), (&json!(error), &codes), "{text}");
            let said = body["error_description"].as_str().unwrap_or_default();
            assert!(said.starts_with(&format!("AADSTS{}:", codes[0])), "{said}");
        }
    }

    #[test]
    fn the_nth_request_is_the_one_that_suffers() {
        let text = "on = 'graph GET /me'\nnth = [2, 3]\ndo = 'drop'";
        let faults = Faults::new(vec![toml::from_str(text).unwrap()]);
        let struck: Vec<bool> = (0..4).map(|_| !faults.of(Plane::Graph, &Method::GET, "/v1.0/me").is_empty()).collect();
        assert_eq!(struck, [false, true, true, false]);
    }
}
