//! Operations: what a step of a plan does. One file an operation; this file holds what they share.
//!
//! An operation is data. Its file says what it is called, which requests it makes, which facts it reads and writes, what
//! it needs, and how it is undone. The crate that talks to Azure performs it.

mod add_secret;
mod ask_for_role;
mod attach;
mod copy_roles;
mod create_app;
mod create_principal;
mod fact;
mod grant_role;
mod hand_over;
mod keep_way_back;
mod precondition;
mod prove_inside;
mod prove_pull;
mod provision;
mod remove_secret;
mod reset_cluster;
mod step;
mod take_back;

pub use add_secret::AddSecret;
pub use ask_for_role::AskForRole;
pub use attach::Attach;
pub use copy_roles::CopyRoles;
pub use create_app::CreateApp;
pub use create_principal::CreatePrincipal;
pub use fact::{Fact, Facts, Learnt};
pub use grant_role::GrantRole;
pub use hand_over::HandOverRegistry;
pub use keep_way_back::KeepWayBack;
pub use precondition::{Precondition, preconditions};
pub use prove_inside::{ProveInside, PullsAs};
pub use prove_pull::ProvePull;
pub use provision::Provision;
pub use remove_secret::{OldSecret, RemoveSecret};
pub use reset_cluster::ResetCluster;
pub use step::{PlannedCall, Step, Undo};
pub use take_back::TakeBack;

use serde::{Deserialize, Serialize};

use crate::ids::{ClusterId, RegistryId};

/// What a step does. The enum is closed: the compiler lists every place that a new operation touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each struct says what it is")]
pub enum Op {
    CreateApp(CreateApp),
    CreatePrincipal(CreatePrincipal),
    AddSecret(AddSecret),
    Provision(Provision),
    GrantRole(GrantRole),
    HandOver(HandOverRegistry),
    ProvePull(ProvePull),
    CopyRoles(CopyRoles),
    KeepWayBack(KeepWayBack),
    ResetCluster(ResetCluster),
    ProveInside(ProveInside),
    RemoveSecret(RemoveSecret),
    Attach(Attach),
    AskForRole(AskForRole),
    TakeBack(TakeBack),
}

/// What every operation tells of itself.
pub trait Operation {
    /// Returns what it does, in a few words.
    fn title(&self) -> String;

    /// Returns the facts that it reads; `steps` are those of its plan. The step starts when the first of them are known
    /// and waits for the others where it needs them.
    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        Vec::new()
    }

    /// Returns the facts that it writes.
    fn writes(&self) -> Vec<Fact> {
        Vec::new()
    }

    /// Returns the calls that it makes, for the review.
    fn calls(&self) -> Vec<PlannedCall>;

    /// Explains what it does, in sentences.
    fn explains(&self) -> String;

    /// Says what it needs, in one sentence.
    fn needs(&self) -> &'static str;

    /// Returns how it is undone.
    fn undo(&self) -> Undo {
        Undo::Nothing
    }

    /// Returns what undoing it does, in a few words.
    fn undo_title(&self) -> String {
        "nothing".to_owned()
    }

    /// Returns the calls that undo it; `made` is what it made, with its ids.
    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        Vec::new()
    }

    /// Explains what undoing it does, in sentences.
    fn undo_explains(&self) -> String {
        "There is nothing to take back.".to_owned()
    }

    /// Returns the cluster that it works on.
    fn cluster(&self) -> Option<&ClusterId> {
        None
    }

    /// Returns the registry that it works on.
    fn registry(&self) -> Option<&RegistryId> {
        None
    }

    /// True where the operator is asked once more before it: it changes what runs.
    fn asks_first(&self) -> bool {
        false
    }

    /// True where it makes what a reset of the cluster stands on.
    fn makes_footing(&self) -> bool {
        false
    }
}

impl Op {
    /// Returns the operation itself.
    #[must_use]
    pub fn operation(&self) -> &dyn Operation {
        match self {
            Self::CreateApp(op) => op,
            Self::CreatePrincipal(op) => op,
            Self::AddSecret(op) => op,
            Self::Provision(op) => op,
            Self::GrantRole(op) => op,
            Self::HandOver(op) => op,
            Self::ProvePull(op) => op,
            Self::CopyRoles(op) => op,
            Self::KeepWayBack(op) => op,
            Self::ResetCluster(op) => op,
            Self::ProveInside(op) => op,
            Self::RemoveSecret(op) => op,
            Self::Attach(op) => op,
            Self::AskForRole(op) => op,
            Self::TakeBack(op) => op,
        }
    }
}
