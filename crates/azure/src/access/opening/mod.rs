//! Reads what opening and closing a way into a cluster depend on. A read that failed is a trouble, and never "nothing there".

mod group;
mod held;
mod through;

use crosspull_core::access::{BoundRole, PrincipalKind, RoleKind, Subject, reaches};
use crosspull_core::check::Check;
use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{ClusterId, ObjectId};
use crosspull_core::input::Key;
use crosspull_core::names::Side;
use crosspull_core::opening::{Asked, act_of_role};
use crosspull_core::operation::Act;
use crosspull_core::rights::allows;
use crosspull_core::text::lower_first;
use crosspull_core::wording::Wording;
use futures_util::future::try_join_all;
use k8s_openapi::api::core::v1::Namespace;
use serde::de::DeserializeOwned;

use crate::door::Door;
use crate::kubernetes::requests::Built;
use crate::kubernetes::{Kubernetes, access, requests};
use crate::patience::patiently;
use crate::reply::{Assignment, Definition, Member, RoleRules};
use crate::request;
use crate::wire::CallError;

pub use group::{FoundGroup, names_group};
pub use held::Held;
pub use through::Through;

/// The action that gets the kubeconfig of users.
const KUBECONFIG: &str = "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action";

/// The meaning of a plain 403 of a cluster here.
const LACKS: &str = "You lack the right to read that in the cluster.";
/// The cure for that.
fn come_in() -> Wording {
    Wording::from("Come in as the local admin, where local accounts are open: ")
        + Key::ClusterCredential.given("admin")
        + ". Or ask an administrator of the cluster for it."
}

/// A look at one cluster.
#[derive(Debug)]
pub struct Look<'a> {
    door: &'a Door,
    cluster: &'a ClusterId,
    work: Work,
    /// True where the principal left the directory, so that it is asked nothing about them.
    left_directory: bool,
}

impl<'a> Look<'a> {
    /// Returns a look at a cluster.
    #[must_use]
    pub fn new(door: &'a Door, cluster: &'a ClusterId) -> Self {
        Self { door, cluster, work: Work::Check(Check::Access(cluster.clone())), left_directory: false }
    }

    /// Returns the look at one who is in the directory no more: it is asked nothing about them.
    #[must_use]
    pub fn who_left(self) -> Self {
        Self { left_directory: true, ..self }
    }

    /// Returns the work that the look is told as.
    #[must_use]
    pub const fn work(&self) -> &Work {
        &self.work
    }

    async fn list<T: DeserializeOwned + Send>(&self, what: &str, request: request::Request) -> Result<Vec<T>, Trouble> {
        let ask = async || self.door.list(&self.work, request.clone()).await;
        patiently(self.door.wire(), &self.work, ask).await.map_err(|error| error.trouble(what))
    }

    /// True where a principal gets the kubeconfig of users already, by themselves or by a group. What holds under a condition
    /// is not counted on.
    ///
    /// # Errors
    /// A trouble where that is not known.
    pub async fn gets_kubeconfig(&self, principal: ObjectId) -> Result<bool, Trouble> {
        const WHAT: &str = "Whether they get the kubeconfig already is not known.";
        let scope = self.cluster.to_string();
        let request = request::roles_assigned_to(self.door.endpoints(), Side::A, &scope, principal);
        let held: Vec<Assignment> = self.list(WHAT, request).await?;
        let mut definitions: Vec<String> = held
            .iter()
            .filter(|one| reaches(&one.scope(), &scope) && one.properties.condition.is_none())
            .map(|one| one.properties.role_definition_id.clone())
            .collect();
        definitions.sort();
        definitions.dedup();
        let asked = definitions.iter().map(async |id| {
            let request = request::role_definition(self.door.endpoints(), Side::A, id);
            self.door.json::<Definition>(&self.work, request).await.map_err(|error| error.trouble(WHAT))
        });
        let read = try_join_all(asked).await?;
        Ok(read.iter().any(|definition| allows(&definition.properties.permissions, KUBECONFIG)))
    }

    /// Looks whether namespace and role are there, and returns what may be done by the role.
    ///
    /// # Errors
    /// A trouble where one is not there, or that is not known.
    pub async fn role(&self, role: &BoundRole, namespace: Option<&str>) -> Result<Option<Act>, Trouble> {
        let api = self.api().await?;
        if let Some(name) = namespace {
            let there: Option<Namespace> = self.read(&api, requests::namespace(name)).await?;
            if there.is_none() {
                return Err(self.no_namespace(name));
            }
        }
        let rules: Option<RoleRules> = self.read(&api, access::role(namespace.unwrap_or_default(), role)).await?;
        let Some(rules) = rules else {
            let list = match role.kind {
                RoleKind::ClusterRole => "kubectl get clusterroles lists those that are there.",
                RoleKind::Role => "kubectl get roles in that namespace lists those that are there.",
            };
            return Err(self.missing(&role.to_string(), list));
        };
        Ok(act_of_role(role, namespace).or_else(|| first_act(&rules, namespace)))
    }

    /// Looks whether a namespace is there.
    ///
    /// # Errors
    /// A trouble where that is not known.
    pub async fn namespace(&self, name: &str) -> Result<bool, Trouble> {
        let api = self.api().await?;
        let there: Option<Namespace> = self.read(&api, requests::namespace(name)).await?;
        Ok(there.is_some())
    }

    /// Returns the trouble of a namespace that is not there.
    #[must_use]
    pub fn no_namespace(&self, name: &str) -> Trouble {
        self.missing(&format!("namespace {name}"), "kubectl get namespaces lists those that are there.")
    }

    fn missing(&self, what: &str, now: &str) -> Trouble {
        Trouble::new(format!("{} has no {what}.", self.cluster.name()), "The cluster itself says so.", now)
    }

    async fn api(&self) -> Result<Kubernetes, Trouble> {
        match Kubernetes::of(self.door, &self.work, self.cluster).await {
            Ok(api) => Ok(api),
            Err(unavailable) => {
                let why = unavailable.why().map_err(|error| error.trouble("The cluster was not asked."))?;
                Err(Trouble::new(
                    format!("The Kubernetes API of {} cannot be used from here.", self.cluster.name()),
                    format!("{why}."),
                    Wording::from("Mend that, or give ") + Key::Kubeconfig + ".",
                ))
            }
        }
    }

    /// Reads an object of the cluster. `None` where there is none.
    async fn read<T: DeserializeOwned + Send>(&self, api: &Kubernetes, request: Built) -> Result<Option<T>, Trouble> {
        let asked = request.as_ref().map(|request| request.uri().path().to_owned()).unwrap_or_default();
        match api.json(&self.work, request).await {
            Ok(found) => Ok(Some(found)),
            Err(CallError::Refused(r)) if access::is_gone(&asked, &r.refusal) => Ok(None),
            Err(error) => {
                let what = format!("{} cannot be looked into.", self.cluster.name());
                Err(in_cluster(error, what))
            }
        }
    }

    /// Reads the groups of a principal, by way of others too.
    async fn groups(&self, asked: &Asked) -> Result<Vec<ObjectId>, Trouble> {
        let set = match asked.principal.kind {
            PrincipalKind::User => "users",
            PrincipalKind::Group => "groups",
            PrincipalKind::ServicePrincipal => "servicePrincipals",
            PrincipalKind::ServiceAccount => return Ok(Vec::new()),
        };
        let Some(object) = asked.principal.object.filter(|_| !self.left_directory) else { return Ok(Vec::new()) };
        let what = format!("The groups of {} are not known.", asked.principal.name);
        let request = request::transitive_member_of(self.door.endpoints(), set, object);
        let all: Vec<Member> = self.list(&what, request).await?;
        Ok(all.into_iter().map(|group| group.id).collect())
    }
}

/// Returns the first thing that a role lets somebody do to a whole kind of object.
fn first_act(rules: &RoleRules, namespace: Option<&str>) -> Option<Act> {
    rules.rules.iter().flatten().filter(|rule| rule.resource_names.is_empty()).find_map(|rule| {
        let plain = |texts: &[String]| texts.iter().find(|text| !text.contains(['*', '/'])).cloned();
        let (verb, resource, group) = (plain(&rule.verbs)?, plain(&rule.resources)?, plain(&rule.api_groups)?);
        Some(Act { verb, group, resource, namespace: namespace.map(str::to_owned) })
    })
}

/// True where a subject of a binding is one of these groups.
fn is_group(subject: &Subject, groups: &[ObjectId]) -> bool {
    subject.kind == "Group" && groups.iter().any(|group| group.to_string().eq_ignore_ascii_case(&subject.name))
}

/// Returns the error of a call to the cluster as a trouble, with what helps where a right lacks there.
fn in_cluster(error: CallError, what: String) -> Trouble {
    let lacks = matches!(&error, CallError::Refused(refused) if access::lacks_right(&refused.refusal));
    let trouble = error.trouble(what);
    if lacks { trouble.because(LACKS, come_in()) } else { trouble }
}

/// Returns the trouble as the text of a finding.
#[must_use]
pub fn in_short(trouble: &Trouble) -> String {
    lower_first(&format!("{} {}", trouble.what, trouble.why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_for_what_its_first_plain_rule_allows() {
        let rules: RoleRules = serde_json::from_value(serde_json::json!({ "rules": [
            { "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"] },
            { "verbs": ["get"], "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["one"] },
            { "verbs": ["watch"], "apiGroups": ["apps"], "resources": ["deployments/scale", "deployments"] },
        ] }))
        .expect("rules");
        assert_eq!(first_act(&rules, Some("shop")), Some(Act::of_group("watch", "apps", "deployments", Some("shop"))));
        assert_eq!(first_act(&RoleRules { rules: None }, None), None);
    }
}
