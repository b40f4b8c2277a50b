//! The rules of roles and bindings as objects: what they get by default, and what they may not be
//! (`pkg/apis/rbac/v1/defaults.go` and `pkg/apis/rbac/validation` of kubernetes/kubernetes).

use serde_json::{Value, json};

use super::{GROUP, rule::Rule};
use crate::kubernetes::{kinds::Kind, refusals::Cause};

/// True where a kind is a role or a binding.
#[must_use]
pub fn is_one(kind: &Kind) -> bool {
    kind.group == GROUP
}

fn is_binding(kind: &Kind) -> bool {
    kind.plural.ends_with("bindings")
}

/// Sets what a binding leaves out: the API groups of its subjects and of its role.
pub fn fill(kind: &Kind, object: &mut Value) {
    if !is_binding(kind) {
        return;
    }
    let is_empty = |value: &Value| value.get("apiGroup").and_then(Value::as_str).is_none_or(str::is_empty);
    if let Some(role) = object.get_mut("roleRef").filter(|role| role.is_object() && is_empty(role)) {
        role["apiGroup"] = json!(GROUP);
    }
    let subjects = object.get_mut("subjects").and_then(Value::as_array_mut).into_iter().flatten();
    for subject in subjects.filter(|subject| subject.is_object() && is_empty(subject)) {
        if text(subject, "kind") == "ServiceAccount" {
            subject.as_object_mut().map(|subject| subject.remove("apiGroup"));
        } else {
            subject["apiGroup"] = json!(GROUP);
        }
    }
}

/// Returns the problems of a role or a binding, of a change of `old` if there is one.
#[must_use]
pub fn problems(kind: &Kind, old: Option<&Value>, object: &Value) -> Vec<Cause> {
    let mut causes = name_problems(object);
    if is_binding(kind) {
        causes.extend(role_ref_problems(kind, old, object));
        let subjects = object.get("subjects").and_then(Value::as_array).into_iter().flatten().enumerate();
        causes.extend(subjects.flat_map(|(n, subject)| subject_problems(kind, n, subject)));
    } else {
        let rules = Rule::all(object).into_iter().enumerate();
        causes.extend(rules.flat_map(|(n, rule)| rule_problems(kind, n, &rule)));
    }
    causes
}

/// Returns the problems of a name, which is any segment of a path here.
fn name_problems(object: &Value) -> Vec<Cause> {
    const FIELD: &str = "metadata.name";
    match object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default() {
        "" => vec![Cause::required(FIELD, "name or generateName is required")],
        name @ ("." | "..") => vec![Cause::invalid(FIELD, name, &format!("may not be '{name}'"))],
        name if name.contains('/') => vec![Cause::invalid(FIELD, name, "may not contain '/'")],
        name if name.contains('%') => vec![Cause::invalid(FIELD, name, "may not contain '%'")],
        _ => Vec::new(),
    }
}

fn role_ref_problems(kind: &Kind, old: Option<&Value>, object: &Value) -> Vec<Cause> {
    let role = object.get("roleRef").unwrap_or(&Value::Null);
    if let Some(old) = old.and_then(|old| old.get("roleRef")).filter(|old| *old != role) {
        let shown = |name: &str| text(old, name);
        let value = format!("{}/{} {}", shown("apiGroup"), shown("kind"), shown("name"));
        return vec![Cause::invalid("roleRef", &value, "cannot change roleRef")];
    }
    let mut causes = Vec::new();
    if text(role, "apiGroup") != GROUP {
        causes.push(Cause::unsupported("roleRef.apiGroup", text(role, "apiGroup"), &[GROUP]));
    }
    let kinds: &[&str] = if kind.namespaced { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
    if !kinds.contains(&text(role, "kind")) {
        causes.push(Cause::unsupported("roleRef.kind", text(role, "kind"), kinds));
    }
    if text(role, "name").is_empty() {
        causes.push(Cause::required("roleRef.name", ""));
    }
    causes
}

fn subject_problems(kind: &Kind, n: usize, subject: &Value) -> Vec<Cause> {
    let field = |name: &str| format!("subjects[{n}].{name}");
    let mut causes = Vec::new();
    if text(subject, "name").is_empty() {
        causes.push(Cause::required(&field("name"), ""));
    }
    let group = text(subject, "apiGroup");
    match text(subject, "kind") {
        "ServiceAccount" => {
            if !group.is_empty() {
                causes.push(Cause::unsupported(&field("apiGroup"), group, &[""]));
            }
            if !kind.namespaced && text(subject, "namespace").is_empty() {
                causes.push(Cause::required(&field("namespace"), ""));
            }
        }
        "User" | "Group" if group == GROUP => {}
        "User" | "Group" => causes.push(Cause::unsupported(&field("apiGroup"), group, &[GROUP])),
        other => causes.push(Cause::unsupported(&field("kind"), other, &["Group", "ServiceAccount", "User"])),
    }
    causes
}

fn rule_problems(kind: &Kind, n: usize, rule: &Rule) -> Vec<Cause> {
    let field = |name: &str| format!("rules[{n}].{name}");
    let mut causes = Vec::new();
    if rule.verbs.is_empty() {
        causes.push(Cause::required(&field("verbs"), "verbs must contain at least one value"));
    }
    if !rule.paths.is_empty() {
        let urls = field("nonResourceURLs");
        if kind.namespaced {
            causes.push(Cause::invalid(
                &urls,
                &rule.paths.join(","),
                "namespaced rules cannot apply to non-resource URLs",
            ));
        }
        if !(rule.api_groups.is_empty() && rule.resources.is_empty() && rule.resource_names.is_empty()) {
            let why = "rules cannot apply to both regular resources and non-resource URLs";
            causes.push(Cause::invalid(&urls, &rule.paths.join(","), why));
        }
        return causes;
    }
    if rule.api_groups.is_empty() {
        let why = "resource rules must supply at least one api group";
        causes.push(Cause::required(&field("apiGroups"), why));
    }
    if rule.resources.is_empty() {
        let why = "resource rules must supply at least one resource";
        causes.push(Cause::required(&field("resources"), why));
    }
    causes
}

fn text<'a>(object: &'a Value, member: &str) -> &'a str {
    object.get(member).and_then(Value::as_str).unwrap_or_default()
}
