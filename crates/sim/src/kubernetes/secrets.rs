//! The rules of secrets and service accounts (`pkg/apis/core/validation` and `pkg/registry/core/secret` of
//! kubernetes/kubernetes).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};

use super::refusals::{Cause, NO_KEY, NO_SUBDOMAIN, is_key, is_name};

const OPAQUE: &str = "Opaque";
/// The most bytes that the values of a secret have together.
const LARGEST: usize = 1 << 20;

/// The keys that a type of secret has to have.
const KEYS: &[(&str, &[&str])] = &[
    ("kubernetes.io/dockerconfigjson", &[".dockerconfigjson"]),
    ("kubernetes.io/dockercfg", &[".dockercfg"]),
    ("kubernetes.io/ssh-auth", &["ssh-privatekey"]),
    ("kubernetes.io/tls", &["tls.crt", "tls.key"]),
];

/// Moves the plain texts of a secret to its data, as they are when it is read, and sets its type where it has none.
pub fn fill(secret: &mut Value) {
    let Some(secret) = secret.as_object_mut() else {
        return;
    };
    if let Some(Value::Object(texts)) = secret.remove("stringData") {
        let encoded = |text: Value| json!(BASE64_STANDARD.encode(text.as_str().unwrap_or_default()));
        let data = secret.entry("data").or_insert_with(|| json!({}));
        if let Some(data) = data.as_object_mut() {
            data.extend(texts.into_iter().map(|(name, text)| (name, encoded(text))));
        }
    }
    if secret.get("type").and_then(Value::as_str).is_none_or(str::is_empty) {
        secret.insert("type".to_owned(), json!(OPAQUE));
    }
}

/// Returns why a secret cannot be read at all, in Go's words.
#[must_use]
pub fn unreadable(secret: &Value) -> Option<String> {
    let data = match secret.get("data") {
        None | Some(Value::Null) => return None,
        Some(Value::Object(data)) => data,
        Some(_) => {
            return Some("json: cannot unmarshal into Go struct field Secret.data of type map[string][]uint8".into());
        }
    };
    data.values().find_map(|value| match value.as_str() {
        None => Some("json: cannot unmarshal into Go struct field Secret.data of type []uint8".to_owned()),
        Some(text) => BASE64_STANDARD
            .decode(text)
            .err()
            .map(|_| format!("illegal base64 data at input byte {}", first_wrong(text))),
    })
}

/// Returns the place of the first byte that is not base64, or that where more was expected.
fn first_wrong(text: &str) -> usize {
    let legal = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    text.bytes().position(|byte| !legal(&byte)).unwrap_or(text.len() / 4 * 4)
}

/// Returns the problems of a secret, of a change of `old` if there is one.
#[must_use]
pub fn problems(old: Option<&Value>, secret: &Value) -> Vec<Cause> {
    let mut causes = name_problems(secret);
    let nothing = Map::new();
    let data = secret.get("data").and_then(Value::as_object).unwrap_or(&nothing);
    for key in data.keys().filter(|key| !is_key(key)) {
        causes.push(Cause::invalid(&format!("data[{key}]"), key, NO_KEY));
    }
    let bytes = |key: &str| data.get(key).and_then(Value::as_str).and_then(|text| BASE64_STANDARD.decode(text).ok());
    if data.keys().filter_map(|key| bytes(key)).map(|value| value.len()).sum::<usize>() > LARGEST {
        causes.push(Cause::too_long("data", LARGEST));
    }
    let kind = text(secret, "type");
    for key in KEYS.iter().filter(|(known, _)| *known == kind).flat_map(|(_, keys)| *keys) {
        let field = format!("data[{key}]");
        match bytes(key) {
            None => causes.push(Cause::required(&field, "")),
            Some(value) if kind.starts_with("kubernetes.io/docker") => {
                let why = no_object(&value);
                causes.extend(why.map(|why| Cause::invalid(&field, "<secret contents redacted>", why)));
            }
            Some(_) => {}
        }
    }
    if let Some(old) = old {
        causes.extend(changes(old, secret));
    }
    causes
}

/// Returns what of a secret was changed and cannot be.
fn changes(old: &Value, new: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    if text(old, "type") != text(new, "type") {
        causes.push(Cause::invalid("type", text(new, "type"), "field is immutable"));
    }
    if old.get("immutable") == Some(&Value::Bool(true)) {
        const FIXED: &str = "field is immutable when `immutable` is set";
        let fields = ["immutable", "data"].into_iter().filter(|field| old.get(*field) != new.get(*field));
        causes.extend(fields.map(|field| Cause::forbidden(field, FIXED)));
    }
    causes
}

/// Returns why a text is no JSON object, in Go's words.
fn no_object(bytes: &[u8]) -> Option<&'static str> {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Object(_) | Value::Null) => None,
        Ok(_) => Some("json: cannot unmarshal value into Go value of type map[string]interface {}"),
        Err(why) if why.is_eof() => Some("unexpected end of JSON input"),
        Err(_) => Some("invalid character looking for beginning of value"),
    }
}

/// Returns the problems of an object's name.
#[must_use]
pub fn name_problems(object: &Value) -> Vec<Cause> {
    match object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default() {
        "" => vec![Cause::required("metadata.name", "name or generateName is required")],
        name if !is_name(name, true) => vec![Cause::invalid("metadata.name", name, NO_SUBDOMAIN)],
        _ => Vec::new(),
    }
}

fn text<'a>(object: &'a Value, member: &str) -> &'a str {
    object.get(member).and_then(Value::as_str).unwrap_or_default()
}
