//! Nobody gives away what they do not have: what the API server asks before it keeps a role or a binding
//! (`pkg/registry/rbac` of kubernetes/kubernetes, `policybased/storage.go` and `escalation_check.go`).

use http::StatusCode;
use serde_json::Value;

use super::{rule::Rule, rule::quoted, rules_of, rules_of_role};
use crate::{
    errors::{self, Refusal},
    kubernetes::{
        asked::Asked,
        authorizers,
        kinds::{Kind, Target},
        question::{Question, Resource},
        user::{MASTERS, User},
    },
    world::Cluster,
};

/// The one who writes a role or a binding, and whether authorizers let them give away anything.
pub struct Giver<'a> {
    user: &'a User,
    namespace: &'a str,
    may_all: bool,
}

impl<'a> Giver<'a> {
    /// Asks the authorizers, before the world is locked: for a role by the verb `escalate`, for a binding to a role by
    /// `bind`. `None` for kinds that give nothing away.
    #[must_use]
    pub fn of(asked: &'a Asked, target: &Target<'a>, body: &Value) -> Option<Self> {
        let (user, namespace) = (&asked.user, target.namespace.unwrap_or_default());
        let may = |verb, resource, name, namespace| {
            let resource = Resource { group: super::GROUP, resource, subresource: "", name, namespace };
            authorizers::decide(&asked.api, user, &Question::of(verb, resource)).allowed()
        };
        let may_all = match target.kind.plural {
            "roles" | "clusterroles" => {
                may("escalate", target.kind.plural, target.name.unwrap_or(text(body, "/metadata/name")), namespace)
            }
            "rolebindings" | "clusterrolebindings" => {
                let role = role_of(asked, target, body);
                let plural = if text(&role, "/kind") == "Role" { "roles" } else { "clusterroles" };
                may("bind", plural, text(&role, "/name"), namespace)
            }
            _ => return None,
        };
        Some(Self { user, namespace, may_all: may_all || user.is_in(MASTERS) })
    }

    /// Lets a new or changed role or binding be kept.
    ///
    /// # Errors
    /// 403 that names the rights which its writer does not have; 404 where the role of a binding is not there.
    pub fn confirm(&self, cluster: &Cluster, kind: &Kind, old: Option<&Value>, new: &Value) -> Result<(), Refusal> {
        let same = |member: &str| old.is_some_and(|old| old.get(member) == new.get(member));
        let is_binding = kind.plural.ends_with("bindings");
        let is_as_it_was = if is_binding { same("subjects") && same("roleRef") } else { same("rules") };
        if self.may_all || is_as_it_was {
            return Ok(());
        }
        let given = if is_binding {
            let (role_kind, role) = (text(new, "/roleRef/kind"), text(new, "/roleRef/name"));
            let rules = rules_of_role(cluster, role_kind, self.namespace, role);
            rules.ok_or_else(|| no_role(role_kind, role))?
        } else {
            Rule::all(new)
        };
        let held = rules_of(cluster, self.user, self.namespace);
        let parts = given.iter().flat_map(Rule::parts);
        let missing: Vec<Rule> = parts.filter(|part| !held.iter().any(|rule| rule.covers(part))).collect();
        if missing.is_empty() { Ok(()) } else { Err(self.refused(kind, text(new, "/metadata/name"), missing)) }
    }

    fn refused(&self, kind: &Kind, name: &str, missing: Vec<Rule>) -> Refusal {
        let mut shown: Vec<String> = compacted(missing).iter().map(Rule::to_string).collect();
        shown.sort();
        shown.dedup();
        let message = format!(
            "{} \"{name}\" is forbidden: user \"{}\" (groups={}) is attempting to grant RBAC permissions not currently held:\n{}",
            kind.resource(),
            self.user.name,
            quoted(&self.user.groups),
            shown.join("\n")
        );
        errors::kubernetes(StatusCode::FORBIDDEN, "Forbidden", &message, &kind.details(name))
    }
}

/// Returns the reference of a binding to its role: what the body says, else what is there.
fn role_of(asked: &Asked, target: &Target<'_>, body: &Value) -> Value {
    let said = body.get("roleRef").filter(|role| !text(role, "/name").is_empty()).cloned();
    let kept = || {
        let found = asked.cluster(|cluster| {
            crate::kubernetes::objects::kept(cluster, target).and_then(|found| found.object.get("roleRef").cloned())
        });
        found.ok().flatten()
    };
    said.or_else(kept).unwrap_or_default()
}

/// Returns rules with those made one that differ in their verbs alone (`CompactRules`).
fn compacted(rules: Vec<Rule>) -> Vec<Rule> {
    let mut all: Vec<Rule> = Vec::new();
    for rule in rules {
        let same = |known: &&mut Rule| Rule { verbs: rule.verbs.clone(), ..(**known).clone() } == rule;
        match all.iter_mut().find(same) {
            Some(known) => known.verbs.extend(rule.verbs),
            None => all.push(rule),
        }
    }
    all
}

fn no_role(kind: &str, name: &str) -> Refusal {
    let plural = format!("{}s", kind.to_lowercase());
    let message = format!("{plural}.{} \"{name}\" not found", super::GROUP);
    let details = serde_json::json!({ "name": name, "group": super::GROUP, "kind": plural });
    errors::kubernetes(StatusCode::NOT_FOUND, "NotFound", &message, &details)
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
