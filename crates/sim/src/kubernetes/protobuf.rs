//! The little of Kubernetes' binary form that is needed for what kubectl sends in it: reviews, a namespace, a secret, a
//! service account and a request for its token, roles and bindings.
//!
//! An object is `k8s\0` and a message `Unknown`, whose first field says what it is and whose second is the object's own
//! message (Kubernetes documentation, "Kubernetes Protobuf encoding"; the field numbers are those of `generated.proto` in
//! `k8s.io/apimachinery/pkg/runtime` and `pkg/apis/meta/v1`, and in `authentication/v1`, `authorization/v1`, `core/v1` and
//! `rbac/v1` of `k8s.io/api`).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

use self::wire::{Fields, all_texts, field, fields, map, number, text, texts};

mod wire;

/// The media type of the binary form.
pub const MEDIA_TYPE: &str = "application/vnd.kubernetes.protobuf";

const MAGIC: &[u8] = b"k8s\0";
const RESOURCE: &[&str] = &["namespace", "verb", "group", "version", "resource", "subresource", "name"];
const NO_RESOURCE: &[&str] = &["path", "verb"];

/// Returns the `spec` of a review; `None` where it cannot be read.
#[must_use]
pub fn review_spec(bytes: &[u8]) -> Option<Value> {
    let unknown = fields(bytes.strip_prefix(MAGIC)?)?;
    let kind = texts(&fields(field(&unknown, 1)?)?, &["apiVersion", "kind"])?;
    let review = fields(field(&unknown, 2)?)?;
    let mut read = Map::new();
    match kind.get("kind").and_then(Value::as_str) {
        Some("SelfSubjectReview") => return Some(Value::Null),
        Some("SelfSubjectRulesReview") => {
            return Some(Value::Object(texts(&fields(field(&review, 2)?)?, &["namespace"])?));
        }
        _ => {}
    }
    let spec = fields(field(&review, 2)?)?;
    subject(&spec, &mut read)?;
    for (number, name, members) in [(1, "resourceAttributes", RESOURCE), (2, "nonResourceAttributes", NO_RESOURCE)] {
        if let Some(bytes) = field(&spec, number) {
            read.insert(name.to_owned(), Value::Object(texts(&fields(bytes)?, members)?));
        }
    }
    Some(Value::Object(read))
}

/// Reads the user of a review that is about somebody. No other one has these fields.
fn subject(spec: &Fields<'_>, read: &mut Map<String, Value>) -> Option<()> {
    for (number, name) in [(3, "user"), (6, "uid")] {
        if let Some(bytes) = field(spec, number).filter(|bytes| !bytes.is_empty()) {
            read.insert(name.to_owned(), text(bytes)?.into());
        }
    }
    let groups = all_texts(spec, 4)?;
    if !groups.is_empty() {
        read.insert("groups".to_owned(), groups.into());
    }
    let mut extra = Map::new();
    for (_, bytes) in spec.iter().filter(|(number, _)| *number == 5) {
        let entry = fields(bytes)?;
        let values = all_texts(&fields(field(&entry, 2).unwrap_or_default())?, 1)?;
        extra.insert(text(field(&entry, 1).unwrap_or_default())?, values.into());
    }
    if !extra.is_empty() {
        read.insert("extra".to_owned(), Value::Object(extra));
    }
    Some(())
}

/// Returns the `spec` of a request for a token; `None` where it cannot be read.
#[must_use]
pub fn token_spec(bytes: &[u8]) -> Option<Value> {
    let unknown = fields(bytes.strip_prefix(MAGIC)?)?;
    let request = fields(field(&unknown, 2)?)?;
    let bytes = field(&request, 2)?;
    let mut read = Map::new();
    read.insert("audiences".to_owned(), all_texts(&fields(bytes)?, 1)?.into());
    if let Some(seconds) = number(bytes, 4)?.filter(|seconds| *seconds > 0) {
        read.insert("expirationSeconds".to_owned(), seconds.into());
    }
    Some(Value::Object(read))
}

/// Returns an object as its JSON would be: what it is, its name, namespace, labels and annotations, and what a secret,
/// a service account, a role or a binding has. `None` where it cannot be read.
#[must_use]
pub fn object(bytes: &[u8]) -> Option<Value> {
    let unknown = fields(bytes.strip_prefix(MAGIC)?)?;
    let mut read = texts(&fields(field(&unknown, 1)?)?, &["apiVersion", "kind"])?;
    let object = fields(field(&unknown, 2)?)?;
    read.insert("metadata".to_owned(), Value::Object(metadata(&fields(field(&object, 1)?)?)?));
    match read.get("kind").and_then(Value::as_str) {
        Some("Secret") => {
            read.insert(
                "data".to_owned(),
                Value::Object(map(&object, 2, |bytes| Some(BASE64_STANDARD.encode(bytes)))?),
            );
            read.insert("stringData".to_owned(), Value::Object(map(&object, 4, text)?));
            if let Some(kind) = field(&object, 3) {
                read.insert("type".to_owned(), Value::from(text(kind)?));
            }
        }
        Some("ServiceAccount") => {
            let names = object.iter().filter(|(number, _)| *number == 3);
            let names = names.map(|(_, bytes)| texts(&fields(bytes)?, &["name"]).map(Value::Object));
            read.insert("imagePullSecrets".to_owned(), names.collect::<Option<Vec<_>>>()?.into());
        }
        Some("Role" | "ClusterRole") => {
            let rules = object.iter().filter(|(number, _)| *number == 2);
            let rules = rules.map(|(_, bytes)| rule(&fields(bytes)?)).collect::<Option<Vec<_>>>()?;
            read.insert("rules".to_owned(), rules.into());
            if let Some(rule) = field(&object, 3) {
                read.insert("aggregationRule".to_owned(), aggregation(&fields(rule)?)?);
            }
        }
        Some("RoleBinding" | "ClusterRoleBinding") => {
            let subjects = object.iter().filter(|(number, _)| *number == 2);
            let subject = |bytes| texts(&fields(bytes)?, SUBJECT).map(Value::Object);
            let subjects = subjects.map(|(_, bytes)| subject(*bytes)).collect::<Option<Vec<_>>>()?;
            read.insert("subjects".to_owned(), subjects.into());
            let role = texts(&fields(field(&object, 3)?)?, &["apiGroup", "kind", "name"])?;
            read.insert("roleRef".to_owned(), Value::Object(role));
        }
        _ => {}
    }
    Some(Value::Object(read))
}

const SUBJECT: &[&str] = &["kind", "apiGroup", "name", "namespace"];
const RULE: &[&str] = &["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"];

/// Returns a rule of a role. Lists that are empty are left out.
fn rule(found: &Fields<'_>) -> Option<Value> {
    let mut read = Map::new();
    for (number, name) in (1..).zip(RULE) {
        let texts = all_texts(found, number)?;
        if !texts.is_empty() {
            read.insert((*name).to_owned(), texts.into());
        }
    }
    Some(Value::Object(read))
}

/// Returns an aggregation rule, whose selectors are by labels.
fn aggregation(found: &Fields<'_>) -> Option<Value> {
    let selectors = found.iter().filter(|(number, _)| *number == 1).map(|(_, bytes)| {
        let mut selector = Map::new();
        selector.insert("matchLabels".to_owned(), Value::Object(map(&fields(bytes)?, 1, text)?));
        Some(Value::Object(selector))
    });
    let mut read = Map::new();
    read.insert("clusterRoleSelectors".to_owned(), selectors.collect::<Option<Vec<_>>>()?.into());
    Some(Value::Object(read))
}

fn metadata(found: &Fields<'_>) -> Option<Map<String, Value>> {
    const NAMES: &[&str] = &["name", "generateName", "namespace", "", "uid", "resourceVersion"];
    let mut read = texts(found, NAMES)?;
    read.remove("");
    for (number, name) in [(11, "labels"), (12, "annotations")] {
        let members = map(found, number, text)?;
        if !members.is_empty() {
            read.insert(name.to_owned(), Value::Object(members));
        }
    }
    Some(read)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The body that `kubectl auth can-i create pods` of version 1.32.4 sends.
    const CAN_I: &[u8] = b"k8s\0\n2\n\x17authorization.k8s.io/v1\x12\x17SelfSubjectAccessReview\x12?\n\x10\n\0\x12\0\x1a\0\"\0*\x002\x008\0B\0\x12!\n\x1f\n\x07default\x12\x06create\x1a\0\"\0*\x04pods2\0:\0\x1a\x08\x08\0\x12\0\x1a\0 \0\x1a\0\"\0";

    #[test]
    fn a_review_of_kubectl_is_read() {
        let expected =
            json!({ "resourceAttributes": { "namespace": "default", "verb": "create", "resource": "pods" } });
        assert_eq!(review_spec(CAN_I), Some(expected));
    }

    #[test]
    fn a_namespace_of_kubectl_is_read() {
        let bytes = b"k8s\0\n\x0f\n\x02v1\x12\tNamespace\x12\x1c\n\x16\n\x04demo\x12\0\x1a\0\"\0*\x002\08\0B\0\x12\0\x1a\0\x1a\0\"\0";
        let expected = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "demo" } });
        assert_eq!(object(bytes), Some(expected));
    }

    /// Returns a message `Unknown` of an object: what it is, and its own bytes.
    fn unknown(version: &str, kind: &str, object: &[u8]) -> Vec<u8> {
        let what = [message(1, version.as_bytes()), message(2, kind.as_bytes())].concat();
        [MAGIC.to_vec(), message(1, &what), message(2, object)].concat()
    }

    /// Returns a field that has a length.
    fn message(number: u8, bytes: &[u8]) -> Vec<u8> {
        let length = u8::try_from(bytes.len()).unwrap();
        assert!(length < 0x80);
        [&[number << 3 | 2, length], bytes].concat()
    }

    fn strings(fields: &[(u8, &str)]) -> Vec<u8> {
        fields.iter().flat_map(|(number, text)| message(*number, text.as_bytes())).collect()
    }

    #[test]
    fn roles_and_bindings_are_read_with_their_empty_texts() {
        let rule = message(2, &strings(&[(1, "get"), (1, "list"), (2, ""), (3, "pods"), (4, "web")]));
        let role = [message(1, &strings(&[(1, "x")])), rule].concat();
        let rules =
            json!([{ "verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"], "resourceNames": ["web"] }]);
        assert_eq!(object(&unknown("rbac.authorization.k8s.io/v1", "Role", &role)).unwrap()["rules"], rules);
        let subject = message(2, &strings(&[(1, "ServiceAccount"), (2, ""), (3, "ci"), (4, "jobs")]));
        let role_ref = message(3, &strings(&[(1, "g"), (2, "ClusterRole"), (3, "view")]));
        let binding = [message(1, &strings(&[(1, "x")])), subject, role_ref].concat();
        let read = object(&unknown("rbac.authorization.k8s.io/v1", "RoleBinding", &binding)).unwrap();
        assert_eq!(read["subjects"], json!([{ "kind": "ServiceAccount", "name": "ci", "namespace": "jobs" }]));
        assert_eq!(read["roleRef"], json!({ "apiGroup": "g", "kind": "ClusterRole", "name": "view" }));
    }

    #[test]
    fn a_review_of_somebody_and_a_request_for_a_token_are_read() {
        let extra = message(5, &[strings(&[(1, "oid")]), message(2, &strings(&[(1, "o1")]))].concat());
        let attributes = message(1, &strings(&[(2, "get"), (5, "pods")]));
        let spec = [attributes, strings(&[(3, "ada"), (4, "g1"), (4, "g2")]), extra].concat();
        let review = unknown("authorization.k8s.io/v1", "SubjectAccessReview", &message(2, &spec));
        let expected = json!({
            "user": "ada", "groups": ["g1", "g2"], "extra": { "oid": ["o1"] },
            "resourceAttributes": { "verb": "get", "resource": "pods" },
        });
        assert_eq!(review_spec(&review), Some(expected));
        let spec = [strings(&[(1, "a")]), vec![4 << 3, 0xb0, 0x09]].concat();
        let request = unknown("authentication.k8s.io/v1", "TokenRequest", &message(2, &spec));
        assert_eq!(token_spec(&request), Some(json!({ "audiences": ["a"], "expirationSeconds": 1200 })));
    }

    #[test]
    fn torn_and_other_bytes_are_refused() {
        for end in 0..CAN_I.len() - 20 {
            assert!(CAN_I.get(..end).is_none_or(|part| review_spec(part).is_none()), "{end}");
        }
        assert_eq!(review_spec(b"{}"), None);
        assert_eq!(review_spec(b"k8s\0\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), None);
    }
}
