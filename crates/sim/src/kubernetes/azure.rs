//! Azure's authorization for Kubernetes: role assignments decide, by the rules of kubeguard/guard
//! (`authz/providers/azure`; `docs/facts/azure.md` 9.5).

use uuid::Uuid;

use self::actions::Action;
use super::{
    question::{About, Decision, Question, Verdict},
    user::{OID, User},
};
use crate::{
    cloud::Cloud,
    rights,
    roles::RoleDefinition,
    world::{Cluster, EntraProfile, RoleAssignment, World},
};

mod actions;
mod operations;
#[cfg(test)]
mod tests;

const ALLOWED: &str = "Access allowed by Azure RBAC";
const REFUSED: &str = "User does not have access to the resource in Azure. Update role assignment to allow access.";
const NO_OPINION: &str = "Azure does not have opinion for this user.";
const NOT_OF_ENTRA: &str = "Azure does not have opinion for this non AAD user. If you are an AAD user, please set Extra:oid parameter for impersonated user in the kubeconfig";

/// The one whose access is checked: an object id, and the groups that came with it.
struct Subject {
    ids: Vec<Uuid>,
}

/// Returns what the role assignments say of a user, on a cluster where they are asked.
pub fn verdict(
    cloud: &Cloud,
    world: &World,
    cluster: &Cluster,
    profile: &EntraProfile,
    user: &User,
    question: &Question<'_>,
) -> Verdict {
    if user.name.to_ascii_lowercase().starts_with("system:") {
        return Verdict::new(Decision::NoOpinion, NO_OPINION);
    }
    let Some(oid) = user.extra.get(OID) else {
        return Verdict::new(Decision::NoOpinion, NOT_OF_ENTRA);
    };
    if is_discovery(question) {
        return Verdict::new(Decision::Allow, ALLOWED);
    }
    let (subject, actions) = match asked(&oid.join(" "), &user.groups, question, profile.custom_resources) {
        Ok(asked) => asked,
        Err(why) => return failed(&why),
    };
    let scopes = scopes(&cluster.id, question.namespace());
    let assigned = scopes.iter().find_map(|scope| assignment(cloud, world, &subject, scope, &actions));
    match assigned {
        None => Verdict::new(Decision::Deny, REFUSED),
        Some((assignment, role)) => {
            let bare = |id: &str| id.replace('-', "");
            let (assignment, role, name) = (bare(&assignment.name), bare(role.id), &user.name);
            Verdict::new(
                Decision::Allow,
                format!("{ALLOWED} Role Assignment {assignment} of Role {role} to user {name}"),
            )
        }
    }
}

/// Returns the answer of an API server whose webhook failed: no opinion, and an error.
fn failed(why: &str) -> Verdict {
    let error = format!(
        "Authorization check failed (requestID: {}, statusCode: 500): error in preparing check access request: {why}",
        Uuid::new_v4()
    );
    Verdict { error: Some(error), ..Verdict::new(Decision::NoOpinion, "") }
}

/// Returns whose access is checked to which actions.
fn asked<'q>(
    oid: &str,
    groups: &[String],
    question: &Question<'q>,
    custom: bool,
) -> Result<(Subject, Vec<Action<'q>>), String> {
    let subject = subject(oid, groups)?;
    let actions = actions::of(question, custom)
        .map_err(|why| format!("Error while creating list of dataactions for check access call: {why}"))?;
    Ok((subject, actions))
}

/// Returns the one whose access is checked. Of the groups those count that are ids.
fn subject(oid: &str, groups: &[String]) -> Result<Subject, String> {
    let id = Uuid::parse_str(oid)
        .map_err(|_| format!("oid info sent from authentication module is not valid (oid: {oid})"))?;
    let groups = groups.iter().filter_map(|group| Uuid::parse_str(group).ok());
    Ok(Subject { ids: std::iter::once(id).chain(groups).collect() })
}

/// True for what everybody of Entra may read: the paths of discovery.
fn is_discovery(question: &Question<'_>) -> bool {
    let About::Path(path) = question.about else {
        return false;
    };
    let path = path.to_ascii_lowercase();
    let known = ["/api", "/openapi", "/version", "/healthz"];
    question.verb.eq_ignore_ascii_case("get") && known.iter().any(|known| path.starts_with(known))
}

/// Returns the scopes that guard asks about, one after the other: where there is a namespace, that of its managed namespace
/// too.
fn scopes(cluster: &str, namespace: &str) -> Vec<String> {
    match namespace {
        "" => vec![cluster.to_owned()],
        namespace => {
            vec![format!("{cluster}/namespaces/{namespace}"), format!("{cluster}/managedNamespaces/{namespace}")]
        }
    }
}

/// Returns the assignment that allows the first of the actions, if there is one for each of them.
fn assignment<'w>(
    cloud: &Cloud,
    world: &'w World,
    subject: &Subject,
    scope: &'w str,
    actions: &[Action<'_>],
) -> Option<(&'w RoleAssignment, &'static RoleDefinition)> {
    let allowing = |action: &Action<'_>| {
        rights::data_assignment(cloud, world, &subject.ids, scope, &action.id, &action.attributes)
    };
    let found: Option<Vec<_>> = actions.iter().map(allowing).collect();
    found?.into_iter().next()
}
