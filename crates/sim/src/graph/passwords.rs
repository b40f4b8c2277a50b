//! Client secrets of applications: `addPassword` and `removePassword`.

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    application::change,
    call::{Call, Key, no_content, odata},
    policies,
    refusals::{bad_request, no_property},
    shapes,
};
use crate::{
    errors::{Answer, Refusal},
    secret::Secret,
    world::Password,
};

/// Graph's default: a secret is valid for two years (`docs/facts/azure.md` 3.3).
const TWO_YEARS: SignedDuration = SignedDuration::from_hours(24 * 730);

/// Answers `addPassword`: the only answer that ever shows the value.
pub fn add(call: &Call, key: Key) -> Answer {
    let password = asked_password(call)?;
    let shown = shapes::password(&password, true);
    let days = password.end.duration_since(password.start).as_secs() / 86_400;
    change(call, key, |application| {
        policies::secret(call, application.created, days)?;
        application.passwords.push(password);
        Ok(())
    })?;
    Ok(odata(StatusCode::OK, call.context("microsoft.graph.passwordCredential"), shown))
}

/// Returns the secret that an `addPassword` asks for.
fn asked_password(call: &Call) -> Result<Password, Refusal> {
    const GIVEN: &[&str] =
        &["displayName", "startDateTime", "endDateTime", "customKeyIdentifier", "keyId", "hint", "secretText"];
    let body = if call.body.is_empty() { Map::new() } else { call.object()? };
    if let Some(name) = body.keys().find(|name| *name != "passwordCredential") {
        return Err(bad_request(&format!(
            "The parameter '{name}' in the request payload is not a valid parameter for the operation 'addPassword'."
        )));
    }
    let given = body.get("passwordCredential").and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(name) = given.keys().find(|name| !GIVEN.contains(&name.as_str())) {
        return Err(no_property(name));
    }
    let now = call.cloud.clock.timestamp();
    let start = date(&given, "startDateTime")?.unwrap_or(now);
    let end = date(&given, "endDateTime")?.unwrap_or_else(|| start.checked_add(TWO_YEARS).unwrap_or(start));
    if end <= start {
        return Err(bad_request(
            "Invalid value specified for property 'endDateTime' of resource 'PasswordCredential': it is not after 'startDateTime'.",
        ));
    }
    Ok(Password {
        key_id: Uuid::new_v4(),
        display_name: given.get("displayName").and_then(Value::as_str).map(str::to_owned),
        start,
        end,
        secret: Secret::client(),
        written: call.cloud.clock.now(),
    })
}

fn date(given: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, Refusal> {
    match given.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let read = value.as_str().and_then(|text| text.parse().ok());
            read.map(Some).ok_or_else(|| {
                bad_request(&format!("Invalid value specified for property '{name}' of resource 'PasswordCredential'."))
            })
        }
    }
}

/// Answers `removePassword`.
pub fn remove(call: &Call, key: Key) -> Answer {
    let body = call.object()?;
    let key_id = body.get("keyId").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
    let key_id = key_id.ok_or_else(|| bad_request("A value is required for parameter 'keyId'."))?;
    change(call, key, |application| {
        let before = application.passwords.len();
        application.passwords.retain(|password| password.key_id != key_id);
        if application.passwords.len() == before {
            return Err(bad_request("No password credential found with keyId."));
        }
        Ok(no_content())
    })
}
