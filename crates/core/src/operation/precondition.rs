//! The preconditions of a reset of a cluster: everything that is looked at once more right before the reset is sent.

use serde::{Deserialize, Serialize};

use super::{Fact, Op, Step};
use crate::ids::RegistryId;
use crate::names::Side;

/// A condition that must be true for a reset to be sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precondition {
    /// The app registration is in tenant A's directory.
    App,
    /// The app's service principal is in that tenant's directory.
    Principal(Side),
    /// That tenant's sign-in takes the secret that is sent.
    SecretAccepted(Side),
    /// The secret outlives the reset by far.
    SecretLives,
    /// The images are pulled from the registry with the secret that is sent.
    Pull(RegistryId),
    /// The role assignment of this fact is there.
    Assignment(Fact),
    /// The principal that the cluster has was given no role since the checks that the new one lacks.
    NoNewRoles,
    /// The principal that the cluster gets has what the cluster needs beyond its nodes' resource group.
    Needs,
    /// The principal that the cluster goes back to has the roles that it had.
    FormerRoles,
    /// The cluster runs, no operation is going on at it, and it has the app that the plan knows.
    ClusterAsPlanned,
}

/// Returns the preconditions of a step that resets a cluster. No other step has any.
///
/// `steps` are those of its plan, and `plan_version` is the plan's. The new principal needs its own in B and the roles
/// that were copied. On the way back the former principal needs what it had.
#[must_use]
pub fn preconditions(step: &Step, steps: &[Step], plan_version: u8) -> Vec<Precondition> {
    use Precondition::{
        App, Assignment, ClusterAsPlanned, FormerRoles, Needs, NoNewRoles, Principal, Pull, SecretAccepted, SecretLives,
    };
    match &step.op {
        Op::ResetCluster(reset) => {
            let mut all = vec![
                ClusterAsPlanned,
                App,
                Principal(Side::A),
                Principal(Side::B),
                SecretLives,
                SecretAccepted(Side::A),
                SecretAccepted(Side::B),
            ];
            // Plans of version 1 do not tell what the former principal had.
            all.extend((reset.from.is_some() && plan_version >= 2).then_some(NoNewRoles));
            all.extend((!reset.needs.is_empty()).then_some(Needs));
            let earlier = steps.iter().filter(|s| s.id < step.id);
            all.extend(earlier.flat_map(Step::writes).filter_map(|fact| match fact {
                Fact::Proved(registry) => Some(Pull(registry)),
                Fact::Assignment(_) | Fact::RoleCopy(_) => Some(Assignment(fact)),
                _ => None,
            }));
            all
        }
        Op::TakeBack(back) if matches!(back.of.op, Op::ResetCluster(_)) => {
            vec![ClusterAsPlanned, Principal(Side::A), FormerRoles, SecretAccepted(Side::A)]
        }
        _ => Vec::new(),
    }
}
