//! The check of the principal that the cluster pulls with: may it pull from the registry already?

use crosspull_core::check::{
    Check, ClusterFacts, Finding, HeldAssignment, Puller, RegistryFacts, RoleMode, judge_puller, judge_puller_of_others,
};
use crosspull_core::condition::{Widened, condition, widened};
use crosspull_core::event::Work;
use crosspull_core::ids::{ClusterId, ObjectId, RegistryId};
use crosspull_core::names::Side;
use crosspull_core::rights::{PermissionSet, allows, allows_data};
use crosspull_core::text::{lower_first, printable};
use futures_util::future::{join, join_all};

use super::reads::Reads;
use super::{CheckStopped, call_stop, cluster, registry};
use crate::patience::patiently;
use crate::reply::{Assignment, Definition, Principal};
use crate::request;
use crate::wire::CallError;

/// The action of pulling from a registry whose roles hold on the whole of it (Microsoft, "Azure Container Registry
/// roles and permissions").
const PULL: &str = "Microsoft.ContainerRegistry/registries/pull/read";
/// The data actions of reading from a registry whose roles hold on repositories.
const READ: [&str; 2] = [
    "Microsoft.ContainerRegistry/registries/repositories/content/read",
    "Microsoft.ContainerRegistry/registries/repositories/metadata/read",
];

pub(super) async fn ask(reads: &Reads<'_>, cluster: &ClusterId, registry: &RegistryId) -> Result<(), CheckStopped> {
    judged(reads, cluster, registry).await.map(drop)
}

/// True where the route asks with which principals the clusters pull, and each of them has the role at the registry
/// already.
pub(super) async fn all_held(reads: &Reads<'_>, registry: &RegistryId) -> bool {
    let asks = |cluster: &&ClusterId| reads.asks(&Check::Puller((*cluster).clone(), registry.clone()));
    let clusters: Vec<&ClusterId> = reads.inputs.clusters.iter().filter(asks).collect();
    let pullers = join_all(clusters.iter().map(|cluster| judged(reads, cluster, registry))).await;
    !pullers.is_empty() && pullers.into_iter().all(|puller| puller.is_ok_and(|puller| puller.held.is_some()))
}

/// Returns the object id of the principal that the cluster pulls with, where the check of it does not stop.
pub(super) async fn of(reads: &Reads<'_>, cluster: &ClusterId, registry: &RegistryId) -> Option<ObjectId> {
    judged(reads, cluster, registry).await.ok().map(|puller| puller.principal)
}

/// Returns the principal that the cluster pulls with, where the check of it does not stop.
async fn judged<'r>(
    reads: &'r Reads<'_>,
    cluster: &ClusterId,
    registry: &RegistryId,
) -> Result<&'r Puller, CheckStopped> {
    let read = async {
        let (of_cluster, of_registry) = join(cluster::usable(reads, cluster), registry::usable(reads, registry)).await;
        let (facts, (registry_facts, _)) = (&of_cluster?.facts, of_registry?);
        let check = Check::Puller(cluster.clone(), registry.clone());
        reads.ask(check, read(reads, facts, registry_facts)).await
    };
    reads.puller(cluster, registry)?.get_or_init(|| read).await.as_ref().map_err(|said| *said)
}

async fn read(
    reads: &Reads<'_>,
    cluster: &ClusterFacts,
    registry: &RegistryFacts,
) -> Result<(Puller, Finding), Finding> {
    let principal = principal_of(reads, cluster, &registry.id).await?;
    let mut puller = Puller { cluster: cluster.id.clone(), registry: registry.id.clone(), principal, held: None };
    if registry.id.server().is_some() {
        let finding = judge_puller_of_others(&puller);
        return Ok((puller, finding));
    }
    let unread = match held(reads, &puller, registry.mode).await {
        Ok(held) => {
            puller.held = held;
            None
        }
        Err(error) => Some(why(error)),
    };
    let finding = judge_puller(&puller, unread.as_deref());
    Ok((puller, finding))
}

/// Returns the reason why something was not read, as the second half of a sentence.
fn why(error: CallError) -> String {
    let trouble = error.trouble("");
    match &trouble.refusal {
        Some(refusal) => refusal.to_string(),
        None => lower_first(&trouble.why),
    }
}

/// Returns the object id of the principal that the cluster pulls with.
async fn principal_of(reads: &Reads<'_>, cluster: &ClusterFacts, registry: &RegistryId) -> Result<ObjectId, Finding> {
    let check = Check::Puller(cluster.id.clone(), registry.clone());
    if let (None, Some(kubelet)) = (cluster.client_id, &cluster.kubelet) {
        return Ok(kubelet.object_id);
    }
    let name = cluster.id.name();
    let Some(app) = cluster.client_id else {
        return Err(check.stop(format!("{name} has no identity to pull with"), "Wait until the cluster is made."));
    };
    let work = Work::Check(check.clone());
    let request = request::principals_of(reads.door.endpoints(), Side::A, app);
    let read =
        patiently(reads.door.wire(), &work, async || reads.door.list::<Principal>(&work, request.clone()).await).await;
    let what = format!("the service principal of {name}'s app {app} cannot be read");
    let listed = read.map_err(|error| call_stop(check.clone(), &what, error))?;
    listed.into_iter().find(|principal| principal.app_id == app).map(|principal| principal.id).ok_or_else(|| {
        check.stop(
            format!("{name} uses the app {app} , which has no service principal in its tenant's directory"),
            "The cluster cannot sign in with it. Give the cluster another one first: az aks update-credentials",
        )
    })
}

/// Returns a role assignment by which the principal may pull already. Its own come before those of a group.
async fn held(reads: &Reads<'_>, puller: &Puller, mode: RoleMode) -> Result<Option<HeldAssignment>, CallError> {
    let work = Work::Check(Check::Puller(puller.cluster.clone(), puller.registry.clone()));
    let scope = puller.registry.to_string();
    let request = request::roles_assigned_to(reads.door.endpoints(), Side::B, &scope, puller.principal);
    let listed =
        patiently(reads.door.wire(), &work, async || reads.door.list::<Assignment>(&work, request.clone()).await)
            .await?;
    let mut here: Vec<Assignment> = listed.into_iter().filter(|a| holds_at(&a.scope(), &scope)).collect();
    here.sort_by_key(|a| a.properties.principal_id != puller.principal);
    let wanted = wanted_condition(reads, &puller.registry, mode);
    for assignment in here {
        let request =
            request::role_definition(reads.door.endpoints(), Side::A, &assignment.properties.role_definition_id);
        // A role that cannot be read does not count. The assignment that is made then does no harm.
        let Ok(definition) = reads.door.json::<Definition>(&work, request).await else { continue };
        let present = assignment.properties.condition.as_deref();
        let lets_in = matches!(widened(present, wanted.as_deref()), Widened::Unchanged);
        if lets_in && lets_pull(mode, &definition.properties.permissions) {
            return Ok(Some(HeldAssignment {
                by_group: assignment.properties.principal_id != puller.principal,
                scope: printable(&assignment.scope(), 400),
                role: printable(&definition.properties.role_name, 80),
                id: assignment.id,
            }));
        }
    }
    Ok(None)
}

/// Returns the condition that the repositories to be pulled need.
fn wanted_condition(reads: &Reads<'_>, registry: &RegistryId, mode: RoleMode) -> Option<String> {
    let named: Vec<String> = reads.inputs.images_of(registry).iter().map(|image| image.repository.clone()).collect();
    match mode {
        RoleMode::Registry => None,
        RoleMode::Repositories => condition(&named),
    }
}

/// True where an assignment at a scope holds at a resource: the scope is the resource itself, or above it.
fn holds_at(scope: &str, resource: &str) -> bool {
    let (scope, resource) = (scope.trim_end_matches('/').to_ascii_lowercase(), resource.to_ascii_lowercase());
    let above = resource.strip_prefix(&scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    above || scope.starts_with("/providers/microsoft.management/managementgroups/")
}

/// True for a role that lets its principal pull from a registry of that mode.
fn lets_pull(mode: RoleMode, permissions: &[PermissionSet]) -> bool {
    match mode {
        RoleMode::Registry => allows(permissions, PULL),
        RoleMode::Repositories => READ.iter().all(|action| allows_data(permissions, action)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_holds_at_its_scope_and_below() {
        let registry = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/registryb";
        for (scope, holds) in [
            (registry, true),
            ("/subscriptions/s/resourcegroups/RG", true),
            ("/subscriptions/s/resourceGroups/r", false),
            ("/subscriptions/s", true),
            ("/", true),
            ("/providers/Microsoft.Management/managementGroups/all", true),
            ("/subscriptions/other", false),
        ] {
            assert_eq!(holds_at(scope, registry), holds, "{scope}");
        }
        assert!(!holds_at(registry, &format!("{registry}c")));
    }

    #[test]
    fn a_role_lets_pull_by_actions_or_by_data_actions_as_the_registry_counts_them() {
        let set = |actions: &[&str], data: &[&str]| PermissionSet {
            actions: actions.iter().map(|a| (*a).to_owned()).collect(),
            data_actions: data.iter().map(|a| (*a).to_owned()).collect(),
            ..PermissionSet::default()
        };
        let acr_pull = [set(&[PULL], &[])];
        let reader = [set(&["Microsoft.ContainerRegistry/registries/read"], &READ)];
        let all = [set(&["*"], &[])];
        assert!(lets_pull(RoleMode::Registry, &acr_pull) && !lets_pull(RoleMode::Repositories, &acr_pull));
        assert!(!lets_pull(RoleMode::Registry, &reader) && lets_pull(RoleMode::Repositories, &reader));
        assert!(
            lets_pull(RoleMode::Registry, &all) && !lets_pull(RoleMode::Repositories, &all),
            "ABAC wants data actions"
        );
    }
}
