//! By what somebody holds a way into a cluster: what is theirs alone, and what is not.

use crosspull_core::access::{BoundRole, KubernetesRole, RoleKind, Subject, reaches};
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{ClusterId, ObjectId};
use crosspull_core::names::Side;
use crosspull_core::opening::{Asked, HeldBy, TheGroup, Wanted};
use crosspull_core::operation::access_scope;
use crosspull_core::text::printable;

use super::{Look, in_cluster, in_short, is_group};
use crate::kubernetes::access;
use crate::reply::{Assignment, Binding, Member};
use crate::request;

/// The holdings by which somebody has a way in.
#[derive(Debug, Clone, Default)]
pub struct Held {
    /// The holdings that are theirs alone, and can go.
    pub own: Vec<HeldBy>,
    /// The other holdings that let them in.
    pub through: Vec<Through>,
    /// The parts that could not be read, as sentences without an end.
    pub unknown: Vec<String>,
    /// True where nobody else that can be seen holds what makes an administrator.
    pub last_administrator: bool,
}

/// Something that lets somebody in and that is not what is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Through {
    pub by: String,
    /// The command or act that closes it, where there is one.
    pub close: Option<String>,
}

impl Through {
    fn new(by: impl Into<String>, close: Option<String>) -> Self {
        Self { by: by.into(), close }
    }
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
                held.through.push(beside(self.cluster, asked, one, of, is_direct));
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
        let namespace = asked.namespace.as_deref();
        let listed = api.list::<Binding>(&self.work, |from| access::bindings(namespace, from)).await;
        let all = listed.map_err(|error| in_cluster(error, what))?;
        let subject = Subject::of(&asked.principal);
        let mut held = Held::default();
        // A closing that is theirs alone does not hang on what else lets them in.
        let groups = self.groups(asked).await.unwrap_or_else(|trouble| {
            held.unknown.push(format!(
                "whether {} still gets in by a group is not known: {}",
                asked.principal.name,
                in_short(&trouble)
            ));
            Vec::new()
        });
        let everywhere = match namespace {
            None => Vec::new(),
            Some(_) => {
                api.list::<Binding>(&self.work, |from| access::bindings(None, from)).await.unwrap_or_else(|error| {
                    let trouble = error.trouble("The ClusterRoleBindings were not read.");
                    held.unknown.push(format!(
                        "whether {} holds it in the whole cluster too is not known: {}",
                        asked.principal.name,
                        in_short(&trouble)
                    ));
                    Vec::new()
                })
            }
        };
        held.through.extend(all.iter().filter_map(|one| wider(one, role, &subject, &groups, namespace)));
        held.through.extend(everywhere.iter().filter_map(|one| above(one, role, &subject, &groups)));
        for binding in all.iter().filter(|binding| binding.is_of(role)) {
            let name = printable(binding.name(), 100);
            if binding.has(&subject) && binding.is_kept_by_cluster() {
                held.through
                    .push(Through::new(format!("the binding {name}, which the cluster itself keeps as it is"), None));
            } else if binding.has(&subject) {
                let others = binding.subjects().iter().filter(|one| !one.is(&subject)).count();
                held.own.push(HeldBy::Binding(binding.name().to_owned(), others));
            }
            let by_group = binding.subjects().iter().filter(|one| is_group(one, &groups));
            held.through.extend(by_group.map(|group| by_the_group(&group.name, &format!("the binding {name}"))));
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
            held.through.push(Through::new(format!("another group, which is in {}", group.name), None));
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

/// Returns what lets somebody in beside what goes.
fn beside(
    cluster: &ClusterId,
    asked: &Asked,
    one: &Assignment,
    role: Option<KubernetesRole>,
    is_direct: bool,
) -> Through {
    let name = role.map_or("a role", |role| role.built_in().name);
    let scope = printable(&one.scope(), 300);
    if !is_direct {
        return by_the_group(&one.properties.principal_id.to_string(), &format!("{name} on {scope}"));
    }
    let at = |namespace| one.scope().eq_ignore_ascii_case(&access_scope(cluster, namespace));
    let namespace = asked.namespace.as_deref();
    let close = match (role, namespace) {
        (Some(role), _) if at(None) && namespace.is_some() => {
            format!("crosspull access close --role {}, without --namespace", role.word())
        }
        (Some(role), Some(namespace)) if at(Some(namespace)) => {
            format!("crosspull access close --role {} --namespace {namespace}", role.word())
        }
        (Some(role), None) if at(None) => format!("crosspull access close --role {}", role.word()),
        _ => format!("deleting the role assignment {}", printable(&one.id, 400)),
    };
    Through::new(format!("{name} on {scope}"), Some(close))
}

fn by_the_group(group: &str, by: &str) -> Through {
    let close = "take them out of the group, or close the group's".to_owned();
    Through::new(format!("{by} by the group {}", printable(group, 100)), Some(close))
}

/// The standard roles of Kubernetes, each of which gives all that the one before gives (Kubernetes, "User-facing roles").
const LADDER: [&str; 4] = ["view", "edit", "admin", "cluster-admin"];

/// True where a binding gives what a role does, or more.
fn gives_as_much(binding: &Binding, role: &BoundRole) -> bool {
    let place = |name: &str| LADDER.iter().position(|one| *one == name);
    let climbs = || binding.role_ref.kind == "ClusterRole" && role.kind == RoleKind::ClusterRole;
    let wider = || match (place(&binding.role_ref.name), place(&role.name)) {
        (Some(given), Some(asked)) => given > asked,
        _ => false,
    };
    binding.is_of(role) || (climbs() && wider())
}

/// Returns what a binding of the same place gives, where its role is a wider one.
fn wider(
    binding: &Binding,
    role: &BoundRole,
    subject: &Subject,
    groups: &[ObjectId],
    namespace: Option<&str>,
) -> Option<Through> {
    if binding.is_of(role) || !gives_as_much(binding, role) {
        return None;
    }
    let given = &binding.role_ref.name;
    let by = format!("{}, which gives {given}", binding.in_words());
    if binding.has(subject) {
        let at = namespace.map(|namespace| format!(" --namespace {namespace}")).unwrap_or_default();
        return Some(Through::new(by, Some(format!("crosspull access close --bind {given}{at}"))));
    }
    binding.subjects().iter().find(|one| is_group(one, groups)).map(|group| by_the_group(&group.name, &by))
}

/// Returns what a binding of the whole cluster gives somebody, where a namespace is closed.
fn above(binding: &Binding, role: &BoundRole, subject: &Subject, groups: &[ObjectId]) -> Option<Through> {
    if !gives_as_much(binding, role) {
        return None;
    }
    let given = &binding.role_ref.name;
    let by = format!("{}, which gives {given} in the whole cluster", binding.in_words());
    if binding.has(subject) {
        return Some(Through::new(by, Some(format!("crosspull access close --bind {given}, without --namespace"))));
    }
    binding.subjects().iter().find(|one| is_group(one, groups)).map(|group| by_the_group(&group.name, &by))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn binding(namespace: Option<&str>, kind: &str, role: &str, subject: &str) -> Binding {
        serde_json::from_value(json!({
            "metadata": { "name": "one", "namespace": namespace },
            "roleRef": { "kind": kind, "name": role },
            "subjects": [{ "kind": "User", "name": subject }],
        }))
        .expect("a binding")
    }

    #[test]
    fn what_gives_as_much_is_told_with_what_closes_it() {
        let view = BoundRole::cluster("view");
        let ada =
            Subject { api_group: String::new(), kind: "User".to_owned(), name: "ada".to_owned(), namespace: None };
        let close = |found: Option<Through>| found.and_then(|through| through.close);
        let told = |text: &str| Some(text.to_owned());
        let at =
            |kind, role, who| close(wider(&binding(Some("shop"), kind, role, who), &view, &ada, &[], Some("shop")));
        assert_eq!(at("ClusterRole", "edit", "ada"), told("crosspull access close --bind edit --namespace shop"));
        assert_eq!(at("ClusterRole", "view", "ada"), None, "that is what goes");
        assert_eq!(at("Role", "edit", "ada"), None, "a Role of that name is another");
        assert_eq!(at("ClusterRole", "edit", "bob"), None);
        let everywhere = |role| close(above(&binding(None, "ClusterRole", role, "ada"), &view, &ada, &[]));
        assert_eq!(everywhere("view"), told("crosspull access close --bind view, without --namespace"));
        assert_eq!(everywhere("metrics"), None);
    }
}
