//! Operations: what a step of a plan does. One file holds one operation; this file holds what they share.
//!
//! An operation is data. Its file has its title, its requests, the facts that it reads and writes, the rights that it
//! needs, and the way in which it is undone. The crate that talks to Azure performs it.

mod add_pull_password;
mod add_secret;
mod add_token_password;
mod ask_for_role;
mod assign_access;
mod attach;
mod bind_access;
mod copy_roles;
mod create_app;
mod create_principal;
mod enable_admin;
mod end_token_password;
mod fact;
mod grant_role;
mod hand_over;
mod join_group;
mod keep_way_back;
mod leave_group;
mod make_account;
mod make_token;
mod open_app;
mod precondition;
mod prove_access;
mod prove_first;
mod prove_inside;
mod prove_pull;
mod provision;
mod remove_proof_secret;
mod remove_pull_password;
mod remove_secret;
mod reset_cluster;
mod step;
mod take_admin_password;
mod take_app_secret;
mod take_back;
mod tell_pull_secret;
mod unassign_access;
mod unbind_access;
mod use_pull_secret;
mod write_pull_secret;

pub use add_pull_password::AddPullPassword;
pub use add_secret::AddSecret;
pub use add_token_password::AddTokenPassword;
pub use ask_for_role::AskForRole;
pub use assign_access::{AssignAccess, scope as access_scope};
pub use attach::Attach;
pub use bind_access::{BindAccess, binding_place};
pub use copy_roles::CopyRoles;
pub use create_app::CreateApp;
pub use create_principal::CreatePrincipal;
pub use enable_admin::EnableAdmin;
pub use end_token_password::EndTokenPassword;
pub use fact::{Fact, Facts, Learnt};
pub use grant_role::GrantRole;
pub use hand_over::HandOverRegistry;
pub use join_group::JoinGroup;
pub use keep_way_back::KeepWayBack;
pub use leave_group::LeaveGroup;
pub use make_account::MakeAccount;
pub use make_token::MakeToken;
pub use open_app::OpenApp;
pub use precondition::{Precondition, preconditions};
pub use prove_access::{Act, ProveAccess};
pub use prove_first::ProveFirst;
pub use prove_inside::{ProveInside, PullsAs};
pub use prove_pull::ProvePull;
pub use provision::Provision;
pub use remove_proof_secret::RemoveProofSecret;
pub use remove_pull_password::RemovePullPassword;
pub use remove_secret::{OldSecret, RemoveSecret};
pub use reset_cluster::ResetCluster;
pub use step::{PlannedCall, Step, Undo};
pub use take_admin_password::TakeAdminPassword;
pub use take_app_secret::TakeAppSecret;
pub use take_back::TakeBack;
pub use tell_pull_secret::TellPullSecret;
pub use unassign_access::UnassignAccess;
pub use unbind_access::UnbindAccess;
pub use use_pull_secret::UsePullSecret;
pub use write_pull_secret::WritePullSecret;

use serde::{Deserialize, Serialize};

use crate::ids::{ClusterId, RegistryId};

/// The operation of a step. The enum is closed: the compiler lists every place that a new operation touches.
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
    AddPullPassword(AddPullPassword),
    ProveFirst(ProveFirst),
    WritePullSecret(WritePullSecret),
    UsePullSecret(UsePullSecret),
    RemovePullPassword(RemovePullPassword),
    TellPullSecret(TellPullSecret),
    OpenApp(OpenApp),
    RemoveProofSecret(RemoveProofSecret),
    MakeToken(MakeToken),
    AddTokenPassword(AddTokenPassword),
    EndTokenPassword(EndTokenPassword),
    EnableAdmin(EnableAdmin),
    TakeAdminPassword(TakeAdminPassword),
    TakeAppSecret(TakeAppSecret),
    AssignAccess(AssignAccess),
    BindAccess(BindAccess),
    JoinGroup(JoinGroup),
    LeaveGroup(LeaveGroup),
    MakeAccount(MakeAccount),
    ProveAccess(ProveAccess),
    UnassignAccess(UnassignAccess),
    UnbindAccess(UnbindAccess),
    TakeBack(TakeBack),
}

/// The description that every operation gives of itself.
pub trait Operation {
    /// Returns the effect of the operation, in a few words.
    fn title(&self) -> String;

    /// Returns the facts that the operation reads, where `steps` are those of its plan.
    ///
    /// The step starts when the first of these facts are known and waits for the others where it needs them.
    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        Vec::new()
    }

    /// Returns the facts that the operation writes.
    fn writes(&self) -> Vec<Fact> {
        Vec::new()
    }

    /// Returns the calls that the operation makes, for the review.
    fn calls(&self) -> Vec<PlannedCall>;

    /// Returns an explanation of the operation, in sentences.
    fn explains(&self) -> String;

    /// Returns the rights that the operation needs, in one sentence.
    fn needs(&self) -> &'static str;

    /// Returns the way in which the operation is undone.
    fn undo(&self) -> Undo {
        Undo::Nothing
    }

    /// Returns the effect of undoing the operation, in a few words.
    fn undo_title(&self) -> String {
        "nothing".to_owned()
    }

    /// Returns the calls that undo the operation. `made` is what it made, with ids.
    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        Vec::new()
    }

    /// Returns an explanation of undoing the operation, in sentences.
    fn undo_explains(&self) -> String {
        "There is nothing to take back.".to_owned()
    }

    /// Returns the cluster that the operation works on.
    fn cluster(&self) -> Option<&ClusterId> {
        None
    }

    /// Returns the registry that the operation works on.
    fn registry(&self) -> Option<&RegistryId> {
        None
    }

    /// True where the operator is asked once more before the operation, since it changes what runs.
    fn asks_first(&self) -> bool {
        false
    }

    /// Returns the reason why the operator is asked once more, as a sentence, where that is no restart of nodes.
    fn why_asks(&self) -> Option<&str> {
        None
    }

    /// True where the operation makes something that a reset of the cluster stands on.
    fn makes_footing(&self) -> bool {
        false
    }
}

impl Op {
    /// Returns the operation as what all operations are.
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
            Self::AddPullPassword(op) => op,
            Self::ProveFirst(op) => op,
            Self::WritePullSecret(op) => op,
            Self::UsePullSecret(op) => op,
            Self::RemovePullPassword(op) => op,
            Self::TellPullSecret(op) => op,
            Self::OpenApp(op) => op,
            Self::RemoveProofSecret(op) => op,
            Self::MakeToken(op) => op,
            Self::AddTokenPassword(op) => op,
            Self::EndTokenPassword(op) => op,
            Self::EnableAdmin(op) => op,
            Self::TakeAdminPassword(op) => op,
            Self::TakeAppSecret(op) => op,
            Self::AssignAccess(op) => op,
            Self::BindAccess(op) => op,
            Self::JoinGroup(op) => op,
            Self::LeaveGroup(op) => op,
            Self::MakeAccount(op) => op,
            Self::ProveAccess(op) => op,
            Self::UnassignAccess(op) => op,
            Self::UnbindAccess(op) => op,
            Self::TakeBack(op) => op,
        }
    }
}
