//! The fields of the kinds that are written by clients: which of them have several managers, and how their lists are
//! merged (OpenAPI document of Kubernetes 1.33: `x-kubernetes-list-type`, `x-kubernetes-list-map-keys`; the tags
//! `patchStrategy` in `k8s.io/api/core/v1`).

use super::kinds::Kind;

/// The shape of a value, as far as its parts have managers of their own.
#[derive(Debug)]
pub enum Shape {
    /// One value, or a list that is one value.
    Whole,
    /// A map, each of whose members is a field.
    Map,
    /// A list whose items are told apart by this member of theirs.
    List(&'static str),
    /// An object of known members.
    Parts(&'static [(&'static str, Shape)]),
}

const METADATA: Shape = Shape::Parts(&[
    ("annotations", Shape::Map),
    ("finalizers", Shape::Whole),
    ("labels", Shape::Map),
    ("ownerReferences", Shape::List("uid")),
]);

const SECRET: Shape = Shape::Parts(&[
    ("data", Shape::Map),
    ("immutable", Shape::Whole),
    ("metadata", METADATA),
    ("stringData", Shape::Map),
    ("type", Shape::Whole),
]);

/// The pull secrets of a service account are one value: who applies them takes over all of them, and a strategic patch
/// replaces them. (Those of a pod are told apart by their names.)
const SERVICE_ACCOUNT: Shape = Shape::Parts(&[
    ("automountServiceAccountToken", Shape::Whole),
    ("imagePullSecrets", Shape::Whole),
    ("metadata", METADATA),
    ("secrets", Shape::List("name")),
]);

const ROLE: Shape = Shape::Parts(&[("metadata", METADATA), ("rules", Shape::Whole)]);

const CLUSTER_ROLE: Shape = Shape::Parts(&[
    ("aggregationRule", Shape::Parts(&[("clusterRoleSelectors", Shape::Whole)])),
    ("metadata", METADATA),
    ("rules", Shape::Whole),
]);

const BINDING: Shape = Shape::Parts(&[("metadata", METADATA), ("roleRef", Shape::Whole), ("subjects", Shape::Whole)]);

/// Returns the shape of a kind that clients write field by field.
#[must_use]
pub fn of(kind: &Kind) -> &'static Shape {
    match kind.plural {
        "secrets" => &SECRET,
        "serviceaccounts" => &SERVICE_ACCOUNT,
        "roles" => &ROLE,
        "clusterroles" => &CLUSTER_ROLE,
        "rolebindings" | "clusterrolebindings" => &BINDING,
        _ => &Shape::Whole,
    }
}

/// Returns the first member of an object that its kind does not have.
#[must_use]
pub fn unknown_member<'o>(kind: &Kind, object: &'o serde_json::Value) -> Option<&'o str> {
    let Shape::Parts(parts) = of(kind) else {
        return None;
    };
    let known = |name: &str| ["kind", "apiVersion"].contains(&name) || parts.iter().any(|(part, _)| *part == name);
    object.as_object()?.keys().map(String::as_str).find(|name| !known(name))
}
