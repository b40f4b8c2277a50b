//! The role that gets the kubeconfig of users: it stays as long as another way in of the same principal takes it.

use crosspull_core::access::{KubernetesRole, Subject};
use crosspull_core::ids::ObjectId;
use crosspull_core::names::Side;
use crosspull_core::operation::{AssignAccess, Fact, TakeBack};
use crosspull_core::text::printable;

use super::api;
use crate::kubernetes::{Kubernetes, requests};
use crate::reply::{Assignment, Binding};
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::StepError;

/// Halts where another way in takes the kubeconfig: of another run, or as it is seen. Returns a note where the bindings
/// cannot be seen.
pub async fn needed(
    op: &AssignAccess,
    back: &TakeBack,
    context: &StepContext<'_>,
) -> Result<Option<String>, StepError> {
    let what = format!("Cluster User Role was not taken from {}.", op.principal.name);
    if let Some(run) = back.needed_by.first() {
        let all: Vec<String> = back.needed_by.iter().map(ToString::to_string).collect();
        return Err(StepError::failed(
            what,
            format!("Other runs let {} in by a way that takes the kubeconfig: {}.", op.principal.name, all.join(", ")),
            format!("Take that back first, where nobody needs it: crosspull undo {run}; then go on with this one."),
        ));
    }
    let Some(object) = op.principal.object else { return Ok(None) };
    let request = request::roles_assigned_to(context.door().endpoints(), Side::A, &op.cluster.to_string(), object);
    let held: Vec<Assignment> =
        context.door().list(&context.work, request).await.map_err(|error| StepError::of(&what, error))?;
    let own: Vec<&str> = context
        .past()
        .facts
        .iter()
        .filter(|l| matches!(l.fact, Fact::AccessRole(_)))
        .map(|l| l.value.as_str())
        .collect();
    stays(&what, op, assigned(&held, object, &own))?;
    let api = match api::open(context, &op.cluster).await? {
        Ok(api) => api,
        Err(why) => return Ok(Some(unseen(&why))),
    };
    match bound(context, &api, &what, &Subject::of(&op.principal)).await {
        Ok(bindings) => stays(&what, op, bindings).map(|()| None),
        Err(error) if error.ends_the_run() => Err(error),
        Err(error) => Ok(Some(unseen(error.why().trim_end_matches('.')))),
    }
}

fn unseen(why: &str) -> String {
    format!("whether a binding lets them in, which takes the kubeconfig too, was not seen: {why}")
}

fn stays(what: &str, op: &AssignAccess, others: Vec<String>) -> Result<(), StepError> {
    if others.is_empty() {
        return Ok(());
    }
    Err(StepError::failed(
        what,
        format!(
            "{} is let in by something else too, which takes the kubeconfig: {}.",
            op.principal.name,
            others.join(", ")
        ),
        "Close that first, where nobody needs it: crosspull access close; then go on with this one.",
    ))
}

/// Returns the roles that a principal has at the cluster which take the kubeconfig. `own` are the assignments of this run.
fn assigned(held: &[Assignment], object: ObjectId, own: &[&str]) -> Vec<String> {
    let of_others = held
        .iter()
        .filter(|one| one.properties.principal_id == object && !own.iter().any(|id| id.eq_ignore_ascii_case(&one.id)));
    let takes = of_others.filter_map(|one| {
        let id = one.properties.role_definition_id.to_ascii_lowercase();
        let role = KubernetesRole::ALL.into_iter().find(|role| id.ends_with(&role.built_in().id.to_string()))?;
        (!role.gets_kubeconfig() || is_inside(one))
            .then(|| format!("{} by {}", role.built_in().name, printable(&one.id, 300)))
    });
    takes.collect()
}

/// True where an assignment is at a namespace of a cluster: what gets the kubeconfig of the cluster gets none there.
fn is_inside(one: &Assignment) -> bool {
    one.scope().to_ascii_lowercase().contains("/namespaces/")
}

async fn bound(
    context: &StepContext<'_>,
    api: &Kubernetes,
    what: &str,
    subject: &Subject,
) -> Result<Vec<String>, StepError> {
    let mut all: Vec<Binding> = api::list(context, api, what, requests::cluster_role_bindings).await?;
    all.extend(api::list::<Binding>(context, api, what, requests::role_bindings).await?);
    let theirs = all.iter().filter(|one| one.has(subject) && one.run() != Some(context.run().0.as_str()));
    Ok(theirs.map(Binding::in_words).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_role_inside_the_cluster_takes_the_kubeconfig_and_one_of_the_kubeconfig_does_not() {
        let (ada, bob): (ObjectId, ObjectId) = (
            "22222222-2222-4222-8222-222222222222".parse().expect("an id"),
            "33333333-3333-4333-8333-333333333333".parse().expect("an id"),
        );
        let held = |id: &str, role: KubernetesRole, who: ObjectId| -> Assignment {
            let definition = format!("/x/roleDefinitions/{}", role.built_in().id);
            serde_json::from_value(json!({
                "id": id, "properties": { "roleDefinitionId": definition, "principalId": who.to_string() },
            }))
            .expect("an assignment")
        };
        let all = [
            held("/user", KubernetesRole::ClusterUser, ada),
            held("/reader", KubernetesRole::RbacReader, ada),
            held("/own", KubernetesRole::RbacReader, ada),
            held("/bobs", KubernetesRole::RbacReader, bob),
        ];
        assert_eq!(assigned(&all, ada, &["/OWN"]), ["Azure Kubernetes Service RBAC Reader by /reader"]);
    }
}
