//! Everybody who may do something at a cluster, by a binding, by a role of Azure's or as an administrator.

use serde_json::{Value, json};

use super::because::Because;
use super::certificate::Certificate;
use super::rbac::{Rbac, RbacSubject};
use super::standing::{AssignedRole, Part};
use super::{ClusterDoors, Question};
use crate::ids::ObjectId;

/// A cluster, with everything that lets anybody do something there.
#[derive(Debug, Clone)]
pub struct Everybody {
    /// The resource id.
    pub cluster: String,
    /// The cluster, as far as getting in depends on it.
    pub doors: ClusterDoors,
    /// The groups of administrators, by object id.
    pub admin_groups: Vec<String>,
    /// The roles of everybody at the cluster, above it and below it.
    pub roles: Part<Vec<AssignedRole>>,
    /// The roles and bindings of the cluster.
    pub rbac: Part<Rbac>,
}

/// Somebody who may do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The principal.
    pub whom: Whom,
    /// Because of what.
    pub because: Because,
    /// The subject by which a binding names them. `None` where no binding does.
    pub subject: Option<RbacSubject>,
    /// True where that holds under a condition of which nobody can tell whether it is fulfilled.
    pub is_conditional: bool,
}

/// Somebody as a binding or an assignment names them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whom {
    /// An object of Entra, by its id.
    Object(ObjectId),
    /// Somebody whom Kubernetes knows by name.
    Subject(RbacSubject),
}

/// The answer to who may do something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WhoCan {
    /// Everybody who was found.
    pub holders: Vec<Holder>,
    /// The parts that were not read: there may be others.
    pub unread: Vec<String>,
    /// Bindings that would allow it and let nobody in, since they name somebody as Kubernetes does not: a sentence each.
    pub idle: Vec<String>,
}

/// An object of Entra, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The kind, in a word.
    pub kind: String,
    /// The name.
    pub name: String,
    /// The name by which Kubernetes knows it. `None` where that is not told.
    pub kubernetes_name: Option<String>,
    /// The members of a group; `None` where it is none.
    pub members: Option<Part<Vec<String>>>,
}

impl Whom {
    /// Returns somebody whom a binding names. A GUID is an object of Entra, where Entra signs people in and as Entra writes
    /// it: Kubernetes compares letter by letter.
    fn of(subject: &RbacSubject, entra: bool) -> Self {
        let id = id_of(subject).filter(|id| entra && id.to_string() == subject.name());
        id.map_or_else(|| Self::Subject(subject.clone()), Self::Object)
    }
}

/// Returns the GUID by which a subject is named, however it is written.
fn id_of(subject: &RbacSubject) -> Option<ObjectId> {
    match subject {
        RbacSubject::User(name) | RbacSubject::Group(name) => name.parse().ok(),
        RbacSubject::ServiceAccount { .. } => None,
    }
}

impl Everybody {
    /// Returns everybody who may do something.
    #[must_use]
    pub fn who_can(&self, asked: &Question<'_>) -> WhoCan {
        let mut unread = self.rbac.unread.clone();
        let mut holders = self.by_bindings(asked);
        if self.doors.entra {
            holders.extend(self.as_administrators(&holders));
        }
        if self.doors.entra && self.doors.azure_roles {
            holders.extend(self.by_roles(asked));
            let apart = "Azure's authorization takes a wildcard apart, which the rules here do not";
            unread.extend(asked.has_wildcard().then(|| apart.to_owned()));
        }
        holders.extend(Certificate::given_by(self.doors).flat_map(|certificate| self.by_certificate(certificate)));
        let roles_count = !self.doors.entra || self.doors.azure_roles || !self.doors.no_local_accounts;
        unread.extend(self.roles.unread.iter().filter(|_| roles_count).cloned());
        holders.sort_by(|a, b| (&a.whom, &a.because).cmp(&(&b.whom, &b.because)));
        WhoCan { holders, unread, idle: Vec::new() }
    }

    fn by_bindings(&self, asked: &Question<'_>) -> Vec<Holder> {
        let of = |binding: &super::RbacBinding| {
            let kind = if binding.is_cluster_role { "ClusterRole" } else { "Role" };
            let because = Because::Binding {
                name: binding.name.clone(),
                namespace: binding.namespace.clone(),
                role: format!("{kind} {}", binding.role),
                through: None,
            };
            let holder = |subject: &RbacSubject| Holder {
                whom: Whom::of(subject, self.doors.entra),
                because: because.clone(),
                subject: Some(subject.clone()),
                is_conditional: false,
            };
            binding.subjects.iter().map(holder).collect::<Vec<_>>()
        };
        self.rbac.known.granting(asked).flat_map(of).collect()
    }

    /// Returns the groups of administrators that no binding names.
    fn as_administrators(&self, bound: &[Holder]) -> Vec<Holder> {
        let ids = self.admin_groups.iter().filter_map(|id| id.parse().ok());
        let named = |id: &ObjectId| Some(RbacSubject::Group(id.to_string()));
        let is_new = |id: &ObjectId| bound.iter().all(|one| one.subject != named(id));
        let holder = |id: ObjectId| Holder {
            whom: Whom::Object(id),
            because: Because::AdminGroup { group: id.to_string() },
            subject: None,
            is_conditional: false,
        };
        ids.filter(is_new).map(holder).collect()
    }

    fn by_roles(&self, asked: &Question<'_>) -> Vec<Holder> {
        let action = asked.data_action();
        let scopes = asked.scopes(&self.cluster);
        self.holding(|role| role.allows_at(&scopes, &action), |because| because).collect()
    }

    /// Returns whoever may fetch a certificate of the admin's, by which they may do everything.
    fn by_certificate(&self, certificate: Certificate) -> impl Iterator<Item = Holder> {
        let allows = move |role: &AssignedRole| role.allows(&self.cluster, certificate.action(), false);
        self.holding(allows, move |by| Because::Certificate { certificate, by: Box::new(by) })
    }

    /// Returns the holders of the roles that allow something, with the reason that is made of each.
    fn holding(
        &self,
        allows: impl Fn(&AssignedRole) -> Option<bool>,
        reason: impl Fn(Because) -> Because,
    ) -> impl Iterator<Item = Holder> {
        self.roles.known.iter().filter_map(move |role| {
            let sure = allows(role);
            let because = Because::Assignment {
                id: role.id.clone(),
                role: role.role.clone(),
                scope: role.scope.clone(),
                through: None,
            };
            (sure != Some(false)).then(|| Holder {
                whom: Whom::Object(role.holder),
                because: reason(because),
                subject: None,
                is_conditional: sure.is_none(),
            })
        })
    }
}

impl WhoCan {
    /// Returns the objects of Entra in it, each once.
    #[must_use]
    pub fn objects(&self) -> Vec<ObjectId> {
        let mut ids: Vec<ObjectId> = self
            .holders
            .iter()
            .filter_map(|holder| match holder.whom {
                Whom::Object(id) => Some(id),
                Whom::Subject(_) => None,
            })
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Leaves out whom a binding names as Kubernetes does not: letter by letter, a member of the tenant by the user principal
    /// name, a group by the object id (`docs/facts/azure.md` 9.5). Such bindings are told. `known` tells what is known of an
    /// object of Entra.
    pub fn settle<'a>(&mut self, known: impl Fn(ObjectId) -> Option<&'a Known>) {
        let (mut holders, mut idle) = (Vec::new(), Vec::new());
        for holder in self.holders.drain(..) {
            match idle_since(&holder, &known) {
                Some(why) => idle.push(why),
                None => holders.push(holder),
            }
        }
        self.holders = holders;
        self.idle.extend(idle);
    }

    /// Returns lines for people. `known` tells what is known of an object of Entra.
    #[must_use]
    pub fn lines<'a>(&self, known: impl Fn(ObjectId) -> Option<&'a Known>) -> Vec<String> {
        let mut lines = Vec::new();
        let mut before = None;
        for Holder { whom, because, is_conditional, .. } in &self.holders {
            if before != Some(whom) {
                lines.push(format!("  {}", named(whom, &known)));
                lines.extend(members(whom, &known).map(|text| format!("      {text}")));
            }
            before = Some(whom);
            let condition = if *is_conditional { ", under a condition" } else { "" };
            lines.push(format!("      by {because}{condition}"));
        }
        if self.holders.is_empty() {
            let whole = self.unread.is_empty();
            lines.push(if whole { "  nobody" } else { "  nobody who could be seen" }.to_owned());
        }
        lines.extend(self.idle.iter().map(|why| format!("  Lets nobody in: {why}")));
        lines.extend(self.unread.iter().map(|why| format!("  There may be others: not known, since {why}")));
        lines
    }

    /// Returns the same for programs.
    #[must_use]
    pub fn json<'a>(&self, known: impl Fn(ObjectId) -> Option<&'a Known>) -> Value {
        let holder = |holder: &Holder| {
            let (kind, name, object, members) = match &holder.whom {
                Whom::Subject(subject) => (subject.kind().to_owned(), subject.name(), None, None),
                Whom::Object(id) => match known(*id) {
                    Some(one) => (one.kind.clone(), one.name.clone(), Some(*id), one.members.as_ref()),
                    None => ("unknown".to_owned(), id.to_string(), Some(*id), None),
                },
            };
            json!({
                "kind": kind,
                "name": name,
                "object_id": object,
                "members": members.map(|part| json!({ "known": part.known, "unread": part.unread })),
                "by": holder.because.kind(),
                "reason": holder.because.to_string(),
                "conditional": holder.is_conditional,
            })
        };
        json!({ "who": self.holders.iter().map(holder).collect::<Vec<_>>(), "unread": self.unread, "idle": self.idle })
    }
}

/// Returns why a binding lets nobody in by that name. `None` where it may.
fn idle_since<'a>(holder: &Holder, known: impl Fn(ObjectId) -> Option<&'a Known>) -> Option<String> {
    let subject = holder.subject.as_ref()?;
    let (id, name) = (id_of(subject)?, subject.name());
    let told = |why: String| Some(format!("{} names {} {name} , {why}", holder.because, subject.kind()));
    if id.to_string() != name {
        return told("and Kubernetes compares letter by letter: ids of Entra are in lower case there".to_owned());
    }
    let one = known(id).filter(|_| matches!(holder.whom, Whom::Object(_)))?;
    let is_group = one.members.is_some();
    match (subject, one.kubernetes_name.as_deref()) {
        (RbacSubject::User(_), _) if is_group => told(format!("which is the group {}", one.name)),
        (RbacSubject::Group(_), _) if one.is_no_group() => told(format!("which is the {} {}", one.kind, one.name)),
        (RbacSubject::User(_), Some(other)) if other != name => {
            told(format!("whom Kubernetes knows by the user principal name {other}"))
        }
        _ => None,
    }
}

impl Known {
    /// True for somebody who is surely no group.
    fn is_no_group(&self) -> bool {
        self.members.is_none() && matches!(self.kind.as_str(), "user" | "service principal")
    }
}

fn named<'a>(whom: &Whom, known: impl Fn(ObjectId) -> Option<&'a Known>) -> String {
    match whom {
        Whom::Subject(subject) if subject.is_everybody() => format!("everybody ({})", subject.name()),
        Whom::Subject(subject) => format!("{} {}", subject.kind(), subject.name()),
        Whom::Object(id) => match known(*id) {
            Some(one) if one.name == id.to_string() => format!("{} {id}, whose name is not shown to you", one.kind),
            Some(one) => format!("{} {} ({id})", one.kind, one.name),
            None => format!("{id}, whose name is not known"),
        },
    }
}

fn members<'a>(whom: &Whom, known: impl Fn(ObjectId) -> Option<&'a Known>) -> impl Iterator<Item = String> {
    let of = match whom {
        Whom::Object(id) => known(*id).and_then(|one| one.members.as_ref()),
        Whom::Subject(_) => None,
    };
    let words = of.map(|part| match (part.unread.first(), part.known.is_empty()) {
        (Some(why), _) => format!("members: not known, since {why}"),
        (None, true) => "members: none".to_owned(),
        (None, false) => format!("members: {}", part.known.join(", ")),
    });
    words.into_iter()
}

#[cfg(test)]
mod tests;
