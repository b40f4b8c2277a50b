//! Where somebody stands at a cluster: the groups that they are in, the roles of Azure and the bindings of Kubernetes that
//! reach them. A part that was not read is kept as such: it never counts as empty.

use super::question::reaches;
use super::rbac::{KubernetesUser, Rbac};
use super::{ClusterDoors, Principal, PrincipalKind, Question};
use crate::access::because::{Because, May};
use crate::ids::ObjectId;
use crate::rights::{PermissionSet, allows_under_conditions};

/// A part of what is known of somebody, and what of it was not read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part<T> {
    /// The part that was read.
    pub known: T,
    /// The reasons why the rest was not, each as the end of a sentence that begins with "not known, since".
    pub unread: Vec<String>,
}

/// A group or a directory role that somebody is in, also by way of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberOf {
    /// The object id.
    pub id: ObjectId,
    /// The name, or the id where the name may not be read.
    pub name: String,
}

/// A role of Azure's that reaches somebody, by themselves or by a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedRole {
    /// The id of the assignment.
    pub id: String,
    /// The scope.
    pub scope: String,
    /// The name of the role.
    pub role: String,
    /// The one who holds it: the principal, or a group.
    pub holder: ObjectId,
    /// The permission sets of the role, under the condition of the assignment.
    pub sets: Vec<PermissionSet>,
}

/// Where somebody stands at a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The principal.
    pub principal: Principal,
    /// The resource id of the cluster.
    pub cluster: String,
    /// The cluster, as far as getting in depends on it.
    pub doors: ClusterDoors,
    /// The groups of administrators, by object id.
    pub admin_groups: Vec<String>,
    /// True where they are there. Everybody of Entra who was found is; a service account is looked for in the cluster.
    pub there: Part<bool>,
    /// The groups that they are in.
    pub groups: Part<Vec<MemberOf>>,
    /// The roles of Azure's that reach them, at the cluster, above it and below it.
    pub roles: Part<Vec<AssignedRole>>,
    /// The roles and bindings of the cluster, of whomever.
    pub rbac: Part<Rbac>,
}

impl<T> Part<T> {
    /// Returns a part that was read whole.
    pub const fn whole(known: T) -> Self {
        Self { known, unread: Vec::new() }
    }
}

impl<T: Default> Part<T> {
    /// Returns a part of which nothing was read, for that reason.
    #[must_use]
    pub fn unread(why: String) -> Self {
        Self { known: T::default(), unread: vec![why] }
    }
}

impl AssignedRole {
    /// True where it holds at a scope.
    #[must_use]
    pub fn reaches(&self, scope: &str) -> bool {
        reaches(&self.scope, scope)
    }

    /// Returns whether it allows an action at a scope, on data or not. `None` where that hangs on a condition.
    pub(super) fn allows(&self, scope: &str, action: &str, on_data: bool) -> Option<bool> {
        if self.reaches(scope) { allows_under_conditions(&self.sets, action, on_data) } else { Some(false) }
    }

    /// Returns whether it allows an action on data at one of several scopes. `None` where that hangs on a condition.
    pub(super) fn allows_at(&self, scopes: &[String], action: &str) -> Option<bool> {
        let answers: Vec<Option<bool>> = scopes.iter().map(|scope| self.allows(scope, action, true)).collect();
        let sure = answers.iter().find(|answer| **answer == Some(true));
        sure.or_else(|| answers.iter().find(|answer| answer.is_none())).copied().unwrap_or(Some(false))
    }

    /// True where it allows something to be done to data in a cluster, so that it is a role for Kubernetes.
    #[must_use]
    pub fn is_for_kubernetes(&self) -> bool {
        let inside =
            |action: &String| action == "*" || action.to_ascii_lowercase().starts_with("microsoft.containerservice/");
        self.sets.iter().flat_map(|set| &set.data_actions).any(inside)
    }
}

impl Standing {
    /// Returns them as the Kubernetes API sees them.
    #[must_use]
    pub fn user(&self) -> KubernetesUser {
        let Principal { kind, kubernetes_name, .. } = &self.principal;
        let groups = self.groups.known.iter().map(|group| group.id.to_string());
        match kind {
            PrincipalKind::ServiceAccount => {
                let mut parts = kubernetes_name.rsplitn(3, ':');
                let (name, namespace) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                KubernetesUser::service_account(namespace, name)
            }
            // A group signs in nowhere: whoever is in it, and in nothing else.
            PrincipalKind::Group => KubernetesUser::of_entra("", groups.chain([kubernetes_name.clone()])),
            PrincipalKind::User | PrincipalKind::ServicePrincipal => KubernetesUser::of_entra(kubernetes_name, groups),
        }
    }

    /// Returns what was not read of all that may let them do something.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        let Self { there, groups, roles, rbac, .. } = self;
        let all = there.unread.iter().chain(&groups.unread).chain(&roles.unread).chain(&rbac.unread);
        all.map(String::as_str)
    }

    /// True for somebody of Entra.
    #[must_use]
    pub const fn is_of_entra(&self) -> bool {
        !matches!(self.principal.kind, PrincipalKind::ServiceAccount)
    }

    /// Returns the name of a group that they are in, and `None` for themselves.
    #[must_use]
    pub fn through(&self, holder: ObjectId) -> Option<String> {
        if self.principal.object == Some(holder) {
            return None;
        }
        let known = self.groups.known.iter().find(|group| group.id == holder);
        Some(known.map_or_else(|| holder.to_string(), |group| group.name.clone()))
    }

    /// Returns the group of administrators that they are in, or are.
    #[must_use]
    pub fn admin_group(&self) -> Option<String> {
        let own = self.principal.object.map(|id| (id, self.principal.name.clone()));
        let own = own.filter(|_| self.principal.kind == PrincipalKind::Group);
        let groups = self.groups.known.iter().map(|group| (group.id, group.name.clone()));
        let is_admin = |id: ObjectId| self.admin_groups.iter().any(|admin| admin.parse() == Ok(id));
        own.into_iter().chain(groups).find(|(id, _)| is_admin(*id)).map(|(_, name)| name)
    }

    /// Returns whether they may do something in Azure, at the cluster: by which role, or not, or whether that is not known.
    #[must_use]
    pub fn may_in_azure(&self, action: &str) -> May {
        self.by_role(|role| role.allows(&self.cluster, action, false), "no role of Azure's allows it")
    }

    /// Returns whether they may do something at the Kubernetes API: by what, or not, or whether that is not known.
    ///
    /// Where Entra signs nobody in, everybody who may fetch the kubeconfig is the admin. Else bindings are asked first. Where Azure's roles decide too, one of either is enough (`docs/facts/azure.md` 9.5).
    #[must_use]
    pub fn may(&self, asked: &Question<'_>) -> May {
        if self.is_of_entra() && !self.doors.entra {
            return self.by_certificate();
        }
        let bound = self.may_by_bindings(asked);
        if !self.is_of_entra() || !self.doors.azure_roles {
            return bound;
        }
        match (bound, self.may_by_roles(asked)) {
            (yes @ May::Yes(_), _) | (_, yes @ May::Yes(_)) => yes,
            (unknown @ May::Unknown(_), _) | (_, unknown) => match unknown {
                May::No(_) => May::No("no binding and no role of Azure's for Kubernetes allows it".to_owned()),
                other => other,
            },
        }
    }

    /// Returns what Azure's roles for Kubernetes say.
    fn may_by_roles(&self, asked: &Question<'_>) -> May {
        if asked.has_wildcard() {
            return May::Unknown(
                "Azure's authorization takes a wildcard apart, which the rules here do not".to_owned(),
            );
        }
        let action = asked.data_action();
        let scopes = asked.scopes(&self.cluster);
        let allows = |role: &AssignedRole| role.allows_at(&scopes, &action);
        self.by_role(allows, "no role of Azure's for Kubernetes allows it")
    }

    /// Returns the answer by the roles: one that allows it, else what is not sure.
    fn by_role(&self, allows: impl Fn(&AssignedRole) -> Option<bool>, none: &str) -> May {
        let mut perhaps = None;
        for role in &self.roles.known {
            match allows(role) {
                Some(true) => return May::Yes(self.because_of(role)),
                Some(false) => {}
                None => perhaps = perhaps.or_else(|| Some(self.because_of(role))),
            }
        }
        match (perhaps, self.roles.unread.first()) {
            (Some(because), _) => May::Unknown(format!("{because} allows it under a condition")),
            (None, Some(why)) => May::Unknown(why.clone()),
            (None, None) => May::No(none.to_owned()),
        }
    }

    /// Returns a role that reaches them, with the group that holds it.
    #[must_use]
    pub fn because_of(&self, role: &AssignedRole) -> Because {
        Because::Assignment {
            id: role.id.clone(),
            role: role.role.clone(),
            scope: role.scope.clone(),
            through: self.through(role.holder),
        }
    }

    /// Returns what the bindings say, and the groups of administrators, whom AKS binds by itself.
    fn may_by_bindings(&self, asked: &Question<'_>) -> May {
        if let Some(grant) = self.rbac.known.allows(&self.user(), asked) {
            return May::Yes(Because::binding(grant, |id| self.through(id)));
        }
        if self.is_of_entra()
            && let Some(group) = self.admin_group()
        {
            return May::Yes(Because::AdminGroup { group });
        }
        let unread = self.rbac.unread.first().or_else(|| self.groups.unread.first());
        unread.map_or_else(|| May::No("no binding allows it".to_owned()), |why| May::Unknown(why.clone()))
    }
}

#[cfg(test)]
mod tests;
