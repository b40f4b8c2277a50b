//! A step of a plan: what it does, what it asks for, how it is taken back.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Fact, Learnt, Side};
use crate::check::HeldRole;
use crate::event::Outcome;
use crate::ids::{AppId, ClusterId, ImageRef, KeyId, ObjectId, RegistryId};
use crate::inputs::ConsentMode;
use crate::text::count;

/// The number of a step in its plan, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u8);

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A role that lets a principal pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Pull from everything in a registry.
    AcrPull,
    /// Read repositories of a registry whose roles hold on repositories.
    RepositoryReader,
}

impl Role {
    /// Its built-in name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AcrPull => "AcrPull",
            Self::RepositoryReader => "Container Registry Repository Reader",
        }
    }

    /// Its definition's id, the same in every cloud (`azure-facts.md` 3.6).
    #[must_use]
    pub const fn definition(self) -> Uuid {
        match self {
            Self::AcrPull => Uuid::from_u128(0x7f95_1dda_4ed3_4680_a7ca_43fe_172d_538d),
            Self::RepositoryReader => Uuid::from_u128(0xb93a_a761_3e63_49ed_ac28_beff_a264_f7ac),
        }
    }
}

/// What a step does. Closed: the compiler lists every place that a new one touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub enum Op {
    /// Create the multi-tenant app registration.
    CreateApp {
        /// Its display name.
        name: String,
        /// Its redirect address.
        redirect_uri: String,
        /// The tag by which a later run finds it.
        marker: String,
        /// The app that the checks saw and that is taken up; none where one is to be made, and in plans of version 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        takes_up: Option<ObjectId>,
        /// Apps that carry the mark and that the checks passed over.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        passes_over: Vec<ObjectId>,
    },
    /// Create the app's service principal in its home tenant.
    CreatePrincipal,
    /// Add a client secret, and wait until sign-in takes it.
    AddSecret {
        /// Days that it lives.
        days: u16,
        /// The cluster that is to have it.
        cluster: ClusterId,
        /// True where the cluster gets another one, though it has one that lives.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        renew: bool,
        /// The key id of the secret that the cluster has, where it uses this app and a journal or a name tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        in_use: Option<KeyId>,
    },
    /// Create the app's service principal in tenant B, or have a person do it.
    Provision {
        /// Who does it.
        consent: ConsentMode,
        /// Where the consent page goes afterwards.
        redirect_uri: String,
    },
    /// Give the app's service principal in B a role on a registry.
    GrantRole {
        /// Which registry.
        registry: RegistryId,
        /// Which role.
        role: Role,
        /// The repositories that a condition names; empty for all.
        repositories: Vec<String>,
    },
    /// Have tenant B's administrator let the app in and give it a role on a registry: nobody signs in there.
    HandOver {
        /// Which registry, by its login server.
        registry: RegistryId,
        /// What is to be pulled.
        images: Vec<ImageRef>,
        /// The app's display name.
        app_name: String,
        /// Where the consent page goes afterwards.
        redirect_uri: String,
    },
    /// Pull for real, with the new credential, as a node does.
    ProvePull {
        /// Which registry.
        registry: RegistryId,
        /// Its host.
        login_server: String,
        /// What is pulled.
        images: Vec<ImageRef>,
    },
    /// Give the new principal the roles of the cluster's former one.
    CopyRoles {
        /// Which cluster.
        cluster: ClusterId,
        /// The roles that the operator may assign.
        roles: Vec<HeldRole>,
    },
    /// Add a secret to the cluster's former app, so that the cluster can be given back.
    KeepWayBack {
        /// Which cluster.
        cluster: ClusterId,
        /// Its former app.
        app: AppId,
        /// Days that the secret lives.
        days: u16,
        /// True where the secret is saved, and so stays; else it is removed once the run is done. Plans of version 1
        /// kept it.
        #[serde(default = "yes", skip_serializing_if = "is_true")]
        saved: bool,
    },
    /// Give the cluster the new credential.
    ResetCluster {
        /// Which cluster.
        cluster: ClusterId,
        /// Minutes to wait first.
        soak_minutes: u16,
        /// The app that it had before; none where it has the new one already, and in plans of the first version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<AppId>,
        /// What the new principal will lack of what the former one has, each with the reason.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lacks: Vec<String>,
        /// All roles of the former principal that were read, for the way back. Plans of version 1 have none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        holds: Vec<HeldRole>,
    },
    /// Pull from within the cluster, by a pod that is removed again.
    ProveInside {
        /// Which cluster.
        cluster: ClusterId,
        /// The registry's host.
        login_server: String,
        /// What is pulled.
        image: ImageRef,
        /// Where the pod is.
        namespace: String,
    },
    /// Remove a secret that nobody needs any more, once the cluster was seen to do without.
    RemoveSecret {
        /// Which cluster.
        cluster: ClusterId,
        /// Which secret.
        secret: OldSecret,
    },
    /// Take back what a step of a run made.
    TakeBack {
        /// That step.
        of: Box<Step>,
        /// What it made, as far as the journal tells; more is looked for by the run's mark.
        made: Vec<Learnt>,
        /// The days that a secret lives which is made on the way.
        days: u16,
    },
}

/// A secret that goes when a run is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OldSecret {
    /// The one that the cluster had before it was given another of the same app.
    Replaced(KeyId),
    /// The run's own on the cluster's former app, which proved that there is a way back.
    WayBack(AppId),
}

const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_true(value: &bool) -> bool {
    *value
}

/// How a step is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// It leaves nothing behind.
    Nothing,
    /// By this call.
    By(&'static str),
    /// It goes when something else goes.
    With(&'static str),
    /// Not by crosspull; how.
    ByHand(&'static str),
}

/// One step: one change, or one wait for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// Where it happens.
    pub side: Side,
    /// What it does.
    #[serde(flatten)]
    pub op: Op,
}

impl Step {
    /// What it does, in a few words.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.op {
            Op::CreateApp { takes_up: Some(_), name, .. } => format!("take up the app {name}"),
            Op::CreateApp { .. } => "create the multi-tenant app".to_owned(),
            Op::CreatePrincipal => "create its service principal".to_owned(),
            Op::AddSecret { days, renew: true, .. } => format!("add another client secret, {days} days"),
            Op::AddSecret { days, .. } => format!("add a client secret, {days} days"),
            Op::Provision { .. } => "provision the app".to_owned(),
            Op::GrantRole { registry, role, .. } => {
                format!("grant {} on {}", short_role(*role), registry.name())
            }
            Op::HandOver { .. } => "have tenant B let the app pull".to_owned(),
            Op::ProvePull { images, .. } => match images.as_slice() {
                [one] => format!("prove the pull of {one}"),
                several => format!("prove the pull of {} images", several.len()),
            },
            Op::CopyRoles { .. } => "copy the old principal's roles".to_owned(),
            Op::KeepWayBack { .. } => "keep a way back".to_owned(),
            Op::ResetCluster { cluster, .. } => format!("reset {}", cluster.name()),
            Op::ProveInside { cluster, .. } => format!("prove it from {}", cluster.name()),
            Op::RemoveSecret { secret: OldSecret::Replaced(_), .. } => "remove the replaced secret".to_owned(),
            Op::RemoveSecret { secret: OldSecret::WayBack(_), .. } => "remove the way back's secret".to_owned(),
            Op::TakeBack { of, .. } => back_title(of),
        }
    }

    /// The facts that it writes.
    #[must_use]
    pub fn writes(&self) -> Vec<Fact> {
        match &self.op {
            Op::CreateApp { .. } => vec![Fact::AppObject, Fact::App],
            Op::CreatePrincipal => vec![Fact::PrincipalA],
            Op::AddSecret { .. } => vec![Fact::SecretKey, Fact::SecretEnds],
            Op::Provision { .. } => vec![Fact::PrincipalB],
            Op::GrantRole { registry, .. } => vec![Fact::Assignment(registry.clone())],
            Op::HandOver { registry, .. } => vec![Fact::PrincipalB, Fact::Assignment(registry.clone())],
            Op::ProvePull { registry, .. } => vec![Fact::Proved(registry.clone())],
            Op::CopyRoles { roles, .. } => roles.iter().map(|r| Fact::RoleCopy(r.key())).collect(),
            Op::KeepWayBack { .. } => vec![Fact::WayBackKey],
            Op::ResetCluster { cluster, .. } => vec![Fact::ClusterClient(cluster.clone())],
            Op::ProveInside { cluster, .. } => vec![Fact::Pod(cluster.clone()), Fact::ProvedInside(cluster.clone())],
            Op::RemoveSecret { .. } | Op::TakeBack { .. } => vec![],
        }
    }

    /// The requests that it makes, for the review: method, service and path, with what it sends that matters.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        match &self.op {
            Op::CreateApp { takes_up: Some(object), .. } => {
                vec![format!("Graph GET /applications/{object}  it is taken up")]
            }
            Op::CreateApp { name, redirect_uri, .. } => vec![format!(
                "Graph POST /applications  {name}, AzureADMultipleOrgs, redirect {redirect_uri}, no API permission"
            )],
            Op::CreatePrincipal => vec!["Graph POST /servicePrincipals".to_owned()],
            Op::AddSecret { days, .. } => {
                vec![format!("Graph POST /applications/{{id}}/addPassword  ends in {days} days")]
            }
            Op::Provision { consent, .. } => match consent {
                ConsentMode::Url => vec!["a person opens the consent page of tenant B".to_owned()],
                ConsentMode::Direct => vec!["Graph POST /servicePrincipals".to_owned()],
                ConsentMode::Auto => {
                    vec!["Graph POST /servicePrincipals, or a person opens the consent page".to_owned()]
                }
            },
            Op::GrantRole { registry, role, repositories } => {
                let only = if repositories.is_empty() {
                    String::new()
                } else {
                    format!(", for {} alone", repositories.join(", "))
                };
                vec![format!("ARM PUT roleAssignments on {}  {}{only}", registry.name(), role.name())]
            }
            Op::HandOver { .. } => {
                vec!["an administrator of tenant B follows a page; nobody signs in there".to_owned()]
            }
            Op::ProvePull { login_server, images, .. } => images
                .iter()
                .map(|i| format!("GET {login_server}/oauth2/token, GET the manifest of {i}, GET one byte of one layer"))
                .collect(),
            Op::CopyRoles { roles, .. } => roles
                .iter()
                .map(|r| {
                    let condition = if r.condition.is_some() { ", with its condition" } else { "" };
                    format!("ARM PUT roleAssignments on {}  {}{condition}", r.scope, r.role)
                })
                .collect(),
            Op::KeepWayBack { app, days, .. } => {
                vec![format!("Graph POST /applications/{{id}}/addPassword  of the present app {app}, {days} days")]
            }
            Op::ResetCluster { cluster, .. } => {
                vec![format!("ARM POST {}/resetServicePrincipalProfile", cluster.name())]
            }
            Op::ProveInside { namespace, .. } => {
                vec![format!(
                    "Kubernetes POST a pod in {namespace}  it pulls the image, runs nothing of it, and is removed"
                )]
            }
            Op::RemoveSecret { secret, .. } => {
                let which = match secret {
                    OldSecret::Replaced(key) => format!("key id {key}, once a node was seen to pull with the new one"),
                    OldSecret::WayBack(app) => format!("of the former app {app}; undo adds another"),
                };
                vec![format!("Graph POST /applications/{{id}}/removePassword  {which}")]
            }
            Op::TakeBack { of, made, .. } => back_requests(of, made),
        }
    }

    /// How it is taken back.
    #[must_use]
    pub const fn undo(&self) -> Undo {
        match &self.op {
            Op::CreateApp { takes_up: Some(_), .. } => Undo::Nothing,
            Op::CreateApp { .. } => Undo::By("Graph DELETE /applications/{id}"),
            Op::CreatePrincipal => Undo::With("the app"),
            Op::AddSecret { .. } | Op::KeepWayBack { .. } => Undo::By("Graph POST /applications/{id}/removePassword"),
            Op::Provision { .. } => Undo::By("Graph DELETE /servicePrincipals/{id}"),
            Op::GrantRole { .. } => Undo::By("ARM DELETE roleAssignments/{id}"),
            Op::HandOver { .. } => Undo::ByHand("tenant B's administrator deletes the app's service principal"),
            Op::CopyRoles { .. } => Undo::By("ARM DELETE roleAssignments/{id}, for each"),
            Op::ResetCluster { from: Some(_), .. } => {
                Undo::By("ARM POST resetServicePrincipalProfile, to the former app with a secret of it")
            }
            // The cluster has the app already, and keeps it.
            Op::ResetCluster { from: None, .. } => Undo::Nothing,
            Op::ProveInside { .. } => Undo::With("the step: its pod is removed"),
            Op::ProvePull { .. } | Op::RemoveSecret { .. } | Op::TakeBack { .. } => Undo::Nothing,
        }
    }

    /// True where the operator is asked once more before it: it changes what runs.
    #[must_use]
    pub fn asks_first(&self) -> bool {
        match &self.op {
            Op::ResetCluster { .. } => true,
            Op::TakeBack { of, .. } => matches!(of.op, Op::ResetCluster { .. }),
            _ => false,
        }
    }
}

/// What taking a step back does, in a few words.
fn back_title(of: &Step) -> String {
    match &of.op {
        Op::CreateApp { name, .. } => format!("delete the app {name}"),
        Op::CreatePrincipal => "delete its service principal in A".to_owned(),
        Op::AddSecret { .. } => "remove the client secret".to_owned(),
        Op::Provision { .. } => "delete its service principal in B".to_owned(),
        Op::GrantRole { registry, role, .. } => format!("take back {} on {}", short_role(*role), registry.name()),
        Op::HandOver { .. } => "have tenant B delete the app's service principal".to_owned(),
        Op::CopyRoles { roles, .. } => format!("take back {} of the new principal", count(roles.len(), "role")),
        Op::KeepWayBack { .. } => "remove the secret of the way back".to_owned(),
        Op::ResetCluster { cluster, .. } => format!("reset {} to its former app", cluster.name()),
        Op::ProveInside { .. } => "remove the pod".to_owned(),
        Op::ProvePull { .. } | Op::RemoveSecret { .. } | Op::TakeBack { .. } => "nothing".to_owned(),
    }
}

/// The requests that take a step back, with the ids of what it made.
fn back_requests(of: &Step, made: &[Learnt]) -> Vec<String> {
    let ids = || {
        let ids: Vec<&str> = made.iter().map(|l| l.value.as_str()).collect();
        if ids.is_empty() { "what carries the run's mark".to_owned() } else { ids.join(", ") }
    };
    let one = |call: &str| vec![format!("{call}  {}", ids())];
    match &of.op {
        Op::CreateApp { .. } => one("Graph DELETE /applications"),
        Op::CreatePrincipal | Op::Provision { .. } => one("Graph DELETE /servicePrincipals"),
        Op::AddSecret { .. } | Op::KeepWayBack { .. } => one("Graph POST /applications/{id}/removePassword"),
        Op::GrantRole { .. } | Op::CopyRoles { .. } => match made {
            [] => one("ARM DELETE roleAssignments"),
            made => made.iter().map(|l| format!("{}  {}", back_role(l), l.value)).collect(),
        },
        Op::ResetCluster { cluster, from, .. } => {
            let app = from.map_or_else(|| "the former app".to_owned(), |app| format!("the former app {app}"));
            vec![format!("ARM POST {}/resetServicePrincipalProfile  {app}, with a secret of it", cluster.name())]
        }
        Op::ProveInside { .. } => one("Kubernetes DELETE the pod"),
        Op::HandOver { .. } => vec!["an administrator of tenant B runs az ad sp delete".to_owned()],
        Op::ProvePull { .. } | Op::RemoveSecret { .. } | Op::TakeBack { .. } => vec![],
    }
}

/// What was added to the condition of a role assignment goes; one that was made goes whole.
fn back_role(learnt: &Learnt) -> &'static str {
    if learnt.how == Outcome::Changed {
        "ARM PUT roleAssignments, without what was added to its condition"
    } else {
        "ARM DELETE roleAssignments"
    }
}

/// A role's name where there is little room.
const fn short_role(role: Role) -> &'static str {
    match role {
        Role::AcrPull => "AcrPull",
        Role::RepositoryReader => "Repository Reader",
    }
}

impl fmt::Display for Undo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing to undo"),
            Self::By(call) => write!(f, "undo: {call}"),
            Self::With(what) => write!(f, "undo: goes with {what}"),
            Self::ByHand(how) => write!(f, "undo by hand: {how}"),
        }
    }
}
