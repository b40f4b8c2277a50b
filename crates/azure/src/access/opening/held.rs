//! By what somebody holds a way into a cluster: what is theirs alone, and what is not.

use crosspull_core::access::{BoundRole, KubernetesRole, Subject, reaches};
use crosspull_core::explain::Trouble;
use crosspull_core::ids::ObjectId;
use crosspull_core::names::Side;
use crosspull_core::opening::{Asked, HeldBy, TheGroup, Wanted};
use crosspull_core::operation::access_scope;
use crosspull_core::text::printable;

use super::through::{Through, above, beside, by_the_group, elsewhere, gives, in_namespace, role_of, wider};
use super::{Look, in_cluster, in_short, is_group};
use crate::kubernetes::{access, requests};
use crate::reply::{Assignment, Binding, Member};
use crate::request;

/// The holdings by which somebody has a way in.
#[derive(Debug, Clone, Default)]
pub struct Held {
    /// The holdings that are theirs alone, and can go.
    pub own: Vec<HeldBy>,
    /// The other holdings that let them in.
    pub through: Vec<Through>,
    /// The holdings in single namespaces, where the whole cluster is closed.
    pub elsewhere: Vec<Through>,
    /// The parts that could not be read, as sentences without an end.
    pub unknown: Vec<String>,
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
        // Of who left the directory Azure can tell no groups.
        let request = match self.left_directory {
            false => request::roles_assigned_to(at, Side::A, &scope, object),
            true => request::roles_at(at, Side::A, &scope, object),
        };
        let all: Vec<Assignment> = self.list(&what, request).await?;
        let mut held = Held::default();
        if asked.namespace.is_none() {
            let below = |one: &&Assignment| one.properties.principal_id == object && reaches(&scope, &one.scope());
            let told = all.iter().filter(below).filter_map(|one| in_namespace(self.cluster, one, role_of(one)?));
            held.elsewhere = told.collect();
        }
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
        // Those of the whole cluster, where a namespace is meant; those of all namespaces, where the whole cluster is.
        let (others, where_else) = match namespace {
            None => (api.list::<Binding>(&self.work, requests::role_bindings).await, "in single namespaces"),
            Some(_) => {
                let everywhere = api.list::<Binding>(&self.work, |from| access::bindings(None, from)).await;
                (everywhere, "in the whole cluster")
            }
        };
        let others = others.unwrap_or_else(|error| {
            let name = &asked.principal.name;
            let trouble = error.trouble("The bindings there were not read.");
            held.unknown.push(format!("whether {name} holds it {where_else} too is not known: {}", in_short(&trouble)));
            Vec::new()
        });
        held.through.extend(all.iter().filter_map(|one| wider(one, role, &subject, &groups, namespace)));
        match namespace {
            None => held.elsewhere.extend(others.iter().filter_map(|one| elsewhere(one, &subject, &groups))),
            Some(_) => held.through.extend(others.iter().filter_map(|one| above(one, role, &subject, &groups))),
        }
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
