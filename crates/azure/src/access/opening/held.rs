//! By what somebody holds a way into a cluster: what is theirs alone, and what is not.

use crosspull_core::access::{BoundRole, KubernetesRole, Subject, reaches};
use crosspull_core::explain::Trouble;
use crosspull_core::ids::ObjectId;
use crosspull_core::names::Side;
use crosspull_core::opening::{Asked, HeldBy, TheGroup, Wanted};
use crosspull_core::operation::access_scope;
use crosspull_core::text::printable;

use super::{Look, is_group};
use crate::kubernetes::access;
use crate::reply::{Assignment, Binding, Member};
use crate::request;

/// What somebody holds a way in by.
#[derive(Debug, Clone, Default)]
pub struct Held {
    /// What is theirs alone, and can go.
    pub own: Vec<HeldBy>,
    /// What lets them in beside that, in words.
    pub through: Vec<String>,
    /// True where nobody else that can be seen holds what makes an administrator.
    pub last_administrator: bool,
}

impl Look<'_> {
    /// Reads by what somebody holds a way in.
    ///
    /// # Errors
    /// A trouble where that is not known.
    pub async fn held(&self, asked: &Asked) -> Result<Held, Trouble> {
        match (&asked.wanted, asked.principal.object) {
            (Wanted::Role(role), Some(object)) => self.by_role(asked, *role, object).await,
            (Wanted::Bind(role), _) => self.by_binding(asked, role).await,
            (Wanted::Group(group), Some(object)) => self.by_group(asked, group, object).await,
            _ => Ok(Held::default()),
        }
    }

    async fn by_role(&self, asked: &Asked, role: KubernetesRole, object: ObjectId) -> Result<Held, Trouble> {
        let what = format!("What {} holds on the cluster is not known.", asked.principal.name);
        let scope = access_scope(self.cluster, asked.namespace.as_deref());
        let at = self.door.endpoints();
        let all: Vec<Assignment> = self.list(&what, request::roles_assigned_to(at, Side::A, &scope, object)).await?;
        let mut held = Held::default();
        for one in all.iter().filter(|one| reaches(&one.scope(), &scope)) {
            let of = role_of(one);
            let is_direct = one.properties.principal_id == object;
            if of == Some(role) && is_direct && one.scope().eq_ignore_ascii_case(&scope) {
                held.own.push(HeldBy::Assignment(one.id.clone()));
            } else if of.is_some_and(|other| gives(other, role)) {
                held.through.push(beside(one, of, is_direct));
            }
        }
        if matches!(role, KubernetesRole::RbacClusterAdmin | KubernetesRole::ClusterAdmin) && !held.own.is_empty() {
            let all: Vec<Assignment> = self.list(&what, request::roles_that_hold(at, Side::A, &scope)).await?;
            let another = |one: &Assignment| role_of(one) == Some(role) && one.properties.principal_id != object;
            held.last_administrator = !all.iter().any(another);
        }
        Ok(held)
    }

    async fn by_binding(&self, asked: &Asked, role: &BoundRole) -> Result<Held, Trouble> {
        let what = format!("The bindings of {} are not known.", self.cluster.name());
        let api = self.api().await?;
        let groups = self.groups(asked).await?;
        let namespace = asked.namespace.as_deref();
        let listed = api.list::<Binding>(&self.work, |from| access::bindings(namespace, from)).await;
        let all = listed.map_err(|error| error.trouble(what))?;
        let subject = Subject::of(&asked.principal);
        let mut held = Held::default();
        for binding in all.iter().filter(|binding| binding.is_of(role)) {
            let name = printable(binding.name(), 100);
            if binding.has(&subject) && binding.is_kept_by_cluster() {
                held.through.push(format!("the binding {name}, which the cluster itself keeps as it is"));
            } else if binding.has(&subject) {
                let others = binding.subjects().iter().filter(|one| !one.is(&subject)).count();
                held.own.push(HeldBy::Binding(binding.name().to_owned(), others));
            }
            let by_group = binding.subjects().iter().filter(|one| is_group(one, &groups));
            held.through.extend(by_group.map(|group| {
                format!("the group {} , by the binding {name}: take them out of it, or close the group's", group.name)
            }));
        }
        let administers = role.is_cluster_admin() && namespace.is_none() && !held.own.is_empty();
        let masters = |one: &Subject| one.kind == "Group" && one.name == "system:masters";
        let mut others = all.iter().filter(|one| one.is_of(role)).flat_map(Binding::subjects);
        held.last_administrator = administers && !others.any(|one| !one.is(&subject) && !masters(one));
        Ok(held)
    }

    async fn by_group(&self, asked: &Asked, group: &TheGroup, object: ObjectId) -> Result<Held, Trouble> {
        let what = format!("The members of {} are not known.", group.name);
        let request = request::members_of(self.door.endpoints(), Side::A, group.id);
        let members: Vec<Member> = self.list(&what, request).await?;
        let is_member = members.iter().any(|member| member.id == object);
        let mut held = Held::default();
        held.own.extend(is_member.then_some(HeldBy::Membership));
        if !is_member && self.groups(asked).await?.contains(&group.id) {
            held.through.push(format!("another group, which is in {}", group.name));
        }
        held.last_administrator = group.administers && is_member && members.len() == 1;
        Ok(held)
    }
}

/// Returns the role of Kubernetes that an assignment gives, where it is a built-in one.
fn role_of(one: &Assignment) -> Option<KubernetesRole> {
    let id = one.properties.role_definition_id.to_ascii_lowercase();
    KubernetesRole::ALL.into_iter().find(|role| id.ends_with(&role.built_in().id.to_string()))
}

/// True where one role gives what another does (Microsoft, "Azure built-in roles for Containers").
fn gives(one: KubernetesRole, other: KubernetesRole) -> bool {
    use KubernetesRole::{ClusterAdmin, ClusterUser, RbacAdmin, RbacClusterAdmin, RbacReader, RbacWriter};
    match other {
        ClusterUser => one.gets_kubeconfig(),
        ClusterAdmin => one == ClusterAdmin,
        RbacReader => matches!(one, RbacReader | RbacWriter | RbacAdmin | RbacClusterAdmin),
        RbacWriter => matches!(one, RbacWriter | RbacAdmin | RbacClusterAdmin),
        RbacAdmin => matches!(one, RbacAdmin | RbacClusterAdmin),
        RbacClusterAdmin => one == RbacClusterAdmin,
    }
}

/// Returns what lets somebody in beside what goes, in words.
fn beside(one: &Assignment, role: Option<KubernetesRole>, is_direct: bool) -> String {
    let role = role.map_or("a role", |role| role.built_in().name);
    let scope = printable(&one.scope(), 300);
    if is_direct {
        format!("{role} on {scope}")
    } else {
        let group = one.properties.principal_id;
        format!("{role} on {scope} by the group {group} : take them out of it, or close the group's")
    }
}
