//! Certificates of applications: `keyCredentials` (Graph's document "keyCredential resource type").

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    refusals::{bad_request, no_property},
    shapes::date,
};
use crate::{
    errors::Refusal,
    keys,
    world::{Application, Certificate},
};

/// The validity of a certificate where nothing is said.
const ONE_YEAR: SignedDuration = SignedDuration::from_hours(24 * 365);

/// A key of a body: a new certificate, or one that is there and stays.
pub enum GivenKey {
    /// A new one, as far as it says.
    New {
        der: Vec<u8>,
        key_id: Option<Uuid>,
        display_name: Option<String>,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
    },
    /// One that is there already.
    Known(Uuid),
}

/// Reads `keyCredentials` of a body.
///
/// # Errors
/// 400 for what is no certificate.
pub fn read(value: &Value) -> Result<Vec<GivenKey>, Refusal> {
    let wrong = || bad_request("Invalid value specified for property 'keyCredentials' of resource 'Application'.");
    let all = value.as_array().ok_or_else(wrong)?;
    all.iter().map(|given| given_key(given.as_object().ok_or_else(wrong)?)).collect()
}

fn given_key(given: &Map<String, Value>) -> Result<GivenKey, Refusal> {
    const KNOWN: &[&str] =
        &["customKeyIdentifier", "displayName", "endDateTime", "key", "keyId", "startDateTime", "type", "usage"];
    if let Some(name) = given.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(no_property(name));
    }
    let text = |name: &str| given.get(name).and_then(Value::as_str);
    let wrong = || bad_request("Invalid value specified for property 'key' of resource 'KeyCredential'.");
    let key_id = text("keyId").and_then(|id| Uuid::parse_str(id).ok());
    let Some(key) = text("key") else {
        return key_id.map(GivenKey::Known).ok_or_else(wrong);
    };
    let der = STANDARD.decode(key).map_err(|_| wrong())?;
    if text("type") != Some("AsymmetricX509Cert") || text("usage") != Some("Verify") || keys::public_key(&der).is_none()
    {
        return Err(wrong());
    }
    let time = |name: &str| text(name).and_then(|text| text.parse().ok());
    Ok(GivenKey::New {
        der,
        key_id,
        display_name: text("displayName").map(str::to_owned),
        start: time("startDateTime"),
        end: time("endDateTime"),
    })
}

/// Sets an application's certificates; what is not named is gone.
pub fn replace(application: &mut Application, given: Vec<GivenKey>, now: Timestamp) {
    let before = std::mem::take(&mut application.certificates);
    let certificate = |given| match given {
        GivenKey::Known(id) => before.iter().find(|known| known.key_id == id).cloned(),
        GivenKey::New { der, key_id, display_name, start, end } => {
            let start = start.unwrap_or(now);
            let end = end.unwrap_or_else(|| start.checked_add(ONE_YEAR).unwrap_or(start));
            Some(Certificate { key_id: key_id.unwrap_or_else(Uuid::new_v4), display_name, start, end, der })
        }
    };
    application.certificates = given.into_iter().filter_map(certificate).collect();
}

/// Returns a certificate as Graph shows it: its thumbprint, not the certificate.
pub fn shape(certificate: &Certificate) -> Value {
    json!({
        "customKeyIdentifier": STANDARD.encode(keys::sha1(&certificate.der)),
        "displayName": certificate.display_name,
        "endDateTime": date(certificate.end),
        "key": null,
        "keyId": certificate.key_id,
        "startDateTime": date(certificate.start),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    })
}
