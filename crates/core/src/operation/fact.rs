//! Facts: what steps learn and later steps read.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{AppId, ClusterId, KeyId, ObjectId, RegistryId};
use crate::names::{Outcome, Side};

/// A fact that a step learns and later steps read: ids only, never a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The app's object id in A.
    AppObject,
    /// The app's application id.
    App,
    /// The tenants that may let the app in, as Graph says it.
    Audience,
    /// The object id of the operator who made the app: its first owner.
    Creator,
    /// The object id of the app's service principal in A.
    PrincipalA,
    /// The key id of the secret that the cluster is to have.
    SecretKey,
    /// The end of that secret's life.
    SecretEnds,
    /// The object id of the app's service principal in B.
    PrincipalB,
    /// The role assignment on a registry.
    Assignment(RegistryId),
    /// The role assignment by which a cluster's own identity may pull from a registry.
    Attached(ClusterId, RegistryId),
    /// The key id of the secret with which the pull from a registry was proved.
    Proved(RegistryId),
    /// A role of the former principal that the new one has too, by role and scope.
    RoleCopy(String),
    /// The key id of the secret on the former app that keeps a way back.
    WayBackKey,
    /// The key id of the secret on the former app that a cluster was given back with.
    BackKey,
    /// The end of that secret's life.
    BackEnds,
    /// The address at which the operation of a cluster's last reset is asked. It is of no use without a token.
    Operation(ClusterId),
    /// The app that a cluster uses.
    ClusterClient(ClusterId),
    /// The state of a cluster after a reset that did not end well.
    ClusterState(ClusterId),
    /// The pod that proves the pull from within the cluster, by namespace and name.
    Pod(ClusterId),
    /// The node on which the pull was proved from within the cluster.
    ProvedInside(ClusterId),
    /// The pull secret in a namespace of a cluster for a registry, by namespace and name.
    PullSecret(ClusterId, RegistryId, String),
    /// The key of the password in that pull secret.
    PullSecretKey(ClusterId, RegistryId, String),
    /// The use of the pull secret for a registry by a service account, by namespace and name.
    AccountPulls(ClusterId, RegistryId, String),
    /// The name of the user of a registry's own that pulls from it.
    PullUser(RegistryId),
    /// The key of that user's password.
    PullKey(RegistryId),
    /// The end of that password's life.
    PullEnds(RegistryId),
    /// The scope map on a registry: what its repository token may do.
    ScopeMap(RegistryId),
    /// The repository token on a registry.
    Token(RegistryId),
    /// The name of the one of that token's two passwords that the run makes.
    TokenPassword(RegistryId),
    /// The state of a registry's admin account.
    AdminAccount(RegistryId),
    /// The name of the one of that account's two passwords that the run makes anew.
    AdminPassword(RegistryId),
    /// The pull secret of the pod that proves the pull from within the cluster, by namespace and name.
    ProofSecret(ClusterId),
    /// The role assignment by which somebody gets into a cluster, by role and scope; or its removal, by its id.
    AccessRole(String),
    /// The binding in a cluster by which somebody gets in, by namespace and name; or its change.
    AccessBinding(ClusterId, String),
    /// The membership by which somebody gets into a cluster: a group and its member, by object id; or its end.
    AccessMember(ObjectId, ObjectId),
    /// The service account that is let into a cluster, by namespace and name.
    AccessAccount(ClusterId, String),
    /// The answer of a cluster to what somebody may do there.
    AccessProved(ClusterId),
}

impl Fact {
    /// Returns what the fact is called on the last screen; none for facts that are no object.
    #[must_use]
    pub const fn label(&self) -> Option<&'static str> {
        match self {
            Self::App => Some("app id"),
            Self::Audience => Some("app's audience"),
            Self::AppObject => Some("app object"),
            Self::PrincipalA | Self::PrincipalB => Some("service principal"),
            Self::SecretKey => Some("secret's key id"),
            Self::SecretEnds => Some("secret ends"),
            Self::Assignment(_) | Self::Attached(..) | Self::RoleCopy(_) => Some("role assignment"),
            Self::WayBackKey => Some("way back's key id"),
            Self::BackKey => Some("back by key id"),
            Self::BackEnds => Some("that secret ends"),
            Self::ClusterClient(_) => Some("cluster uses app"),
            Self::ClusterState(_) => Some("cluster's state"),
            Self::ProvedInside(_) => Some("pulled on node"),
            Self::Pod(_) => Some("pod"),
            Self::PullSecret(..) => Some("pull secret"),
            Self::PullUser(_) => Some("pulls as"),
            Self::PullEnds(_) => Some("password ends"),
            Self::ScopeMap(_) => Some("scope map"),
            Self::Token(_) => Some("repository token"),
            Self::TokenPassword(_) => Some("token's password"),
            Self::AdminAccount(_) => Some("admin account"),
            Self::AdminPassword(_) => Some("admin's password"),
            Self::AccountPulls(..) => Some("service account"),
            Self::ProofSecret(_) => Some("proof's pull secret"),
            Self::AccessRole(_) => Some("role assignment"),
            Self::AccessBinding(..) => Some("binding"),
            Self::AccessMember(..) => Some("member of group"),
            Self::AccessAccount(..) => Some("service account"),
            Self::AccessProved(_) => Some("the cluster says"),
            Self::Creator | Self::Proved(_) | Self::Operation(_) | Self::PullSecretKey(..) | Self::PullKey(_) => None,
        }
    }

    /// True for the key of the secret that the run makes, or takes up, for the cluster to pull with.
    #[must_use]
    pub const fn is_key_of_secret(&self) -> bool {
        matches!(self, Self::SecretKey | Self::PullKey(_))
    }

    /// Returns the fact that names the app's service principal in a tenant.
    #[must_use]
    pub const fn principal(side: Side) -> Self {
        match side {
            Side::A => Self::PrincipalA,
            Side::B => Self::PrincipalB,
        }
    }
}

/// A fact with its value, and how it came to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Learnt {
    pub fact: Fact,
    pub value: String,
    /// Whether the object was made or found. A found one is never taken back.
    pub how: Outcome,
    /// The value before this run, for a change, so that it can be put back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

impl Learnt {
    /// Returns a fact with its value, and whether the object was made or found.
    #[must_use]
    pub fn new(how: Outcome, fact: Fact, value: impl fmt::Display) -> Self {
        Self { fact, value: value.to_string(), how, before: None }
    }

    /// Returns the learnt fact, with the value that was there before.
    #[must_use]
    pub fn in_place_of(self, before: impl fmt::Display) -> Self {
        Self { before: Some(before.to_string()), ..self }
    }
}

/// The facts known so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(Vec<Learnt>);

impl Facts {
    /// Adds what was learnt. A later value takes the place of an earlier one, and one that failed withdraws it: what was
    /// recorded ahead of a change did not come about.
    pub fn learn(&mut self, learnt: &[Learnt]) {
        for new in learnt {
            self.0.retain(|old| old.fact != new.fact);
            if new.how != Outcome::Failed {
                self.0.push(new.clone());
            }
        }
    }

    /// Returns what was learnt of a fact.
    #[must_use]
    pub fn learnt(&self, fact: &Fact) -> Option<&Learnt> {
        self.0.iter().find(|l| l.fact == *fact)
    }

    /// Returns the value of a fact.
    #[must_use]
    pub fn get(&self, fact: &Fact) -> Option<&str> {
        self.learnt(fact).map(|l| l.value.as_str())
    }

    /// Returns the value of a fact as an id.
    #[must_use]
    pub fn id<T: std::str::FromStr>(&self, fact: &Fact) -> Option<T> {
        self.get(fact)?.parse().ok()
    }

    /// Returns all facts, in the order in which they were learnt.
    pub fn iter(&self) -> impl Iterator<Item = &Learnt> {
        self.0.iter()
    }

    /// Returns the key of the secret that the run makes, or takes up, for the cluster to pull with.
    #[must_use]
    pub fn secret_key(&self) -> Option<KeyId> {
        self.0.iter().find(|l| l.fact.is_key_of_secret())?.value.parse().ok()
    }

    /// Returns the application id of the app.
    #[must_use]
    pub fn app(&self) -> Option<AppId> {
        self.id(&Fact::App)
    }
}
