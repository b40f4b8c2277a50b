//! The authorizers of a Kubernetes API, in the order in which they are asked, and the refusal that follows.
//!
//! The group `system:masters` may do everything (`k8s.io/apiserver`, `NewPrivilegedGroups`). Then RBAC is asked, and
//! where the cluster has authorization by Entra its webhook, whose denial ends the question (`docs/facts/azure.md` 9.5).

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    api::Api,
    azure,
    kinds::Target,
    question::{About, Decision, Question, Resource, Verdict},
    rbac,
    refusals::failure,
    user::{MASTERS, User},
};
use crate::errors::{self, Refusal};

/// Returns whether a user may do something, and who says so.
#[must_use]
pub fn decide(api: &Api, user: &User, question: &Question<'_>) -> Verdict {
    if user.is_in(MASTERS) {
        return Verdict::new(Decision::Allow, "");
    }
    let world = api.cloud.world();
    let Some(cluster) = world.cluster(&api.cluster) else {
        return Verdict::new(Decision::NoOpinion, "");
    };
    let by_bindings = rbac::verdict(cluster, user, question);
    let Some(profile) = cluster.entra.as_ref().filter(|entra| entra.azure_rbac && !by_bindings.allowed()) else {
        return by_bindings;
    };
    let by_assignments = azure::verdict(&api.cloud, &world, cluster, profile, user, question);
    if by_assignments.decision != Decision::NoOpinion {
        return by_assignments;
    }
    let reasons = [by_bindings.reason, by_assignments.reason].into_iter().filter(|reason| !reason.is_empty());
    let reason = reasons.collect::<Vec<_>>().join("\n");
    Verdict { decision: Decision::NoOpinion, reason, error: by_assignments.error }
}

/// Lets a user do something with the target of a path.
///
/// # Errors
/// See [`require`].
pub fn require_on(api: &Api, user: &User, verb: &str, target: &Target<'_>) -> Result<(), Refusal> {
    let resource = Resource {
        group: target.kind.group,
        resource: target.kind.plural,
        subresource: "",
        name: target.name.unwrap_or_default(),
        namespace: target.namespace.unwrap_or_default(),
    };
    require(api, user, &Question::of(verb, resource))
}

/// Lets a user do something.
///
/// # Errors
/// 403 in the words of `k8s.io/apiserver`, 500 where an authorizer could not judge.
pub fn require(api: &Api, user: &User, question: &Question<'_>) -> Result<(), Refusal> {
    let verdict = decide(api, user, question);
    if verdict.allowed() {
        return Ok(());
    }
    if let Some(error) = verdict.error {
        let message = format!("Internal Server Error: {}: {error}", described(question));
        return Err(failure(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", &message));
    }
    Err(forbidden(&user.name, question, &verdict.reason))
}

fn described(question: &Question<'_>) -> String {
    match question.about {
        About::Path(path) => path.to_owned(),
        About::Resource(resource) => resource.resource.to_owned(),
    }
}

/// Returns the 403 of a question (`k8s.io/apiserver`, `responsewriters/errors.go`).
fn forbidden(user: &str, question: &Question<'_>, reason: &str) -> Refusal {
    let verb = question.verb;
    let (words, qualified, details) = match question.about {
        About::Path(path) => {
            (format!("User \"{user}\" cannot {verb} path \"{path}\""), "forbidden".to_owned(), json!({}))
        }
        About::Resource(asked) => {
            let place = match asked.namespace {
                "" => "at the cluster scope".to_owned(),
                namespace => format!("in the namespace \"{namespace}\""),
            };
            let words = format!(
                "User \"{user}\" cannot {verb} resource \"{}\" in API group \"{}\" {place}",
                joined(asked.resource, asked.subresource, '/'),
                asked.group
            );
            let named = if asked.name.is_empty() { String::new() } else { format!(" \"{}\"", asked.name) };
            let qualified = format!("{}{named} is forbidden", joined(asked.resource, asked.group, '.'));
            (words, qualified, details(&asked))
        }
    };
    let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    errors::kubernetes(StatusCode::FORBIDDEN, "Forbidden", &format!("{qualified}: {words}{reason}"), &details)
}

fn details(asked: &Resource<'_>) -> Value {
    let mut details = json!({ "kind": asked.resource });
    for (member, text) in [("name", asked.name), ("group", asked.group)] {
        if member == "name" || !text.is_empty() {
            details[member] = json!(text);
        }
    }
    details
}

fn joined(one: &str, other: &str, by: char) -> String {
    if other.is_empty() { one.to_owned() } else { format!("{one}{by}{other}") }
}
