//! The preconditions of a reset of a cluster: everything that is looked at once more right before it is sent.

use serde::{Deserialize, Serialize};

use super::{Fact, Op, Plan, Side, Step};
use crate::ids::RegistryId;

/// Something that has to be so for a reset to be sent.
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
    /// The principal that the cluster goes back to has the roles that it had.
    FormerRoles,
    /// The cluster runs, nothing is going on at it, and it has the app that the plan knows.
    ClusterAsPlanned,
}

impl Plan {
    /// Returns the preconditions of a step that resets a cluster; none for any other step. The new principal needs its
    /// own in B and the roles that were copied; on the way back the former one needs what it had.
    #[must_use]
    pub fn preconditions(&self, step: &Step) -> Vec<Precondition> {
        use Precondition::{
            App, Assignment, ClusterAsPlanned, FormerRoles, NoNewRoles, Principal, Pull, SecretAccepted, SecretLives,
        };
        match &step.op {
            Op::ResetCluster { from, .. } => {
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
                all.extend((from.is_some() && self.v >= 2).then_some(NoNewRoles));
                let earlier = self.steps.iter().filter(|s| s.id < step.id);
                all.extend(earlier.flat_map(Step::writes).filter_map(|fact| match fact {
                    Fact::Proved(registry) => Some(Pull(registry)),
                    Fact::Assignment(_) | Fact::RoleCopy(_) => Some(Assignment(fact)),
                    _ => None,
                }));
                all
            }
            Op::TakeBack { of, .. } if matches!(of.op, Op::ResetCluster { .. }) => {
                vec![ClusterAsPlanned, Principal(Side::A), FormerRoles, SecretAccepted(Side::A)]
            }
            _ => Vec::new(),
        }
    }
}
