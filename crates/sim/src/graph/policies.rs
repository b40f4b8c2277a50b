//! The default policy for the management of applications (Graph's documents "tenantAppManagementPolicy resource type" and "Get
//! tenantAppManagementPolicy", v1.0): what it shows, and what it refuses (`docs/facts/azure.md` 3.3, 9.6 and 9.8).

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    call::{Call, odata},
    refusals::{no_method, no_segment},
};
use crate::errors::{self, Answer, Refusal};

/// Permissions that read the policy.
const READERS: &[&str] =
    &["Policy.Read.All", "Policy.Read.ApplicationConfiguration", "Policy.ReadWrite.ApplicationConfiguration"];
const NAME: &str = "Default app management tenant policy";

/// Answers `GET /policies/defaultAppManagementPolicy`.
pub fn answer(call: &Call, method: &Method, rest: &[&str]) -> Answer {
    match (rest, method) {
        (["defaultAppManagementPolicy"], &Method::GET) => {
            call.require(READERS)?;
            Ok(odata(StatusCode::OK, call.context("policies/defaultAppManagementPolicy/$entity"), shape(call)))
        }
        (["defaultAppManagementPolicy"], _) => Err(no_method()),
        _ => Err(no_segment(rest.last().copied().unwrap_or("policies"))),
    }
}

fn shape(call: &Call) -> Value {
    let policy = &call.cloud.policy;
    let since = since(call);
    let restriction = |kind: &str, lifetime: Option<String>| {
        json!({
            "restrictionType": kind, "state": "enabled", "maxLifetime": lifetime,
            "restrictForAppsCreatedAfterDateTime": since,
        })
    };
    let mut passwords = Vec::new();
    if policy.forbids_secrets == Some(true) {
        passwords.push(restriction("passwordAddition", None));
    }
    if let Some(days) = policy.max_secret_days {
        passwords.push(restriction("passwordLifetime", Some(format!("P{days}D"))));
    }
    json!({
        "id": "00000000-0000-0000-0000-000000000000",
        "displayName": NAME,
        "description": "Default tenant policy that enforces app management restrictions on applications and service principals.",
        "isEnabled": !passwords.is_empty() || policy.forbids_multi_tenant == Some(true),
        "applicationRestrictions": { "passwordCredentials": passwords, "keyCredentials": [] },
        "servicePrincipalRestrictions": { "passwordCredentials": [], "keyCredentials": [] },
    })
}

/// Returns the time from which applications have to be to be meant; the earliest one where all are.
fn since(call: &Call) -> Option<Timestamp> {
    let days = call.cloud.policy.for_apps_after_days?;
    let from_now = SignedDuration::try_from_secs_f64(days * 86_400.0).ok()?;
    call.cloud.clock.timestamp().checked_add(from_now).ok()
}

/// Refuses an application that other tenants may let in, where the policy does.
pub fn audience(call: &Call, audience: &str) -> Result<(), Refusal> {
    if call.cloud.policy.forbids_multi_tenant != Some(true) || audience == "AzureADMyOrg" {
        return Ok(());
    }
    let message = format!("The value '{audience}' of signInAudience is not allowed as per assigned policy '{NAME}'.");
    Err(errors::graph(StatusCode::BAD_REQUEST, "SignInAudienceNotAllowedAsPerAppPolicy", &message))
}

/// Refuses a client secret of an application, where the policy does.
pub fn secret(call: &Call, made: Timestamp, days: i64) -> Result<(), Refusal> {
    if since(call).is_some_and(|since| made < since) {
        return Ok(());
    }
    let policy = &call.cloud.policy;
    if policy.forbids_secrets == Some(true) {
        let message = format!("Credential type not allowed as per assigned policy '{NAME}'.");
        return Err(errors::graph(StatusCode::BAD_REQUEST, "CredentialTypeNotAllowedAsPerAppPolicy", &message));
    }
    if policy.max_secret_days.is_some_and(|most| days > most) {
        let message = "Credential lifetime exceeds the max value allowed as per assigned policy. Please contact your administrator for more information.";
        return Err(errors::graph(StatusCode::BAD_REQUEST, "CredentialInvalidLifetimeAsPerAppPolicy", message));
    }
    Ok(())
}
