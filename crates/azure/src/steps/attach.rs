//! The role of the identity that a cluster has.

use crosspull_core::condition::condition;
use crosspull_core::names::{Outcome, Side};
use crosspull_core::operation::{Attach, Fact, Learnt};

use super::plainly;
use super::roles::{Gift, registry_assignment};
use crate::engine::{Doing, Done};
use crate::patience::Halt;
use crate::request;
use crate::wire::CallError;

impl Doing<'_> {
    /// Finds the role assignment that the checks saw, or finds or creates the one on the registry.
    pub(super) async fn attach(&self, op: &Attach) -> Done {
        self.begin()?;
        let fact = Fact::Attached(op.cluster.clone(), op.registry.clone());
        if let Some(held) = &op.held
            && self.is_still_there(&held.id).await?
        {
            self.learn(vec![Learnt::new(Outcome::Found, fact, &held.id)])?;
            return Ok((Outcome::Found, held.in_words()));
        }
        let scope = op.registry.to_string();
        let gift = Gift {
            side: Side::B,
            fact,
            role: op.role.name(),
            definition: request::definition_id(&op.registry, op.role),
            id: registry_assignment(&op.registry, op.role, op.principal),
            scope: &scope,
            principal: op.principal,
            condition: condition(&op.repositories),
        };
        plainly(self.give(&gift).await?)
    }

    /// True where an assignment that the checks saw is there. It may be at a scope where only lists show it; what may not be
    /// read by its id counts as it was seen.
    async fn is_still_there(&self, id: &str) -> Result<bool, Halt> {
        match self.door().raw(&self.work, request::assignment(self.door().endpoints(), Side::B, id)).await {
            Ok(_) => Ok(true),
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(false),
            Err(CallError::Refused(r)) if r.refusal.status == Some(403) => Ok(true),
            Err(error) => Err(Halt::of("The role assignment that the checks found cannot be read.", error)),
        }
    }

    /// Takes the role back, or what was added to its condition.
    pub(super) async fn detach(&self, op: &Attach, made: &[Learnt]) -> Done {
        let fact = Fact::Attached(op.cluster.clone(), op.registry.clone());
        let derived = vec![(fact, registry_assignment(&op.registry, op.role, op.principal))];
        let wanted = condition(&op.repositories);
        self.ungive(Side::B, made, derived, |_| wanted.as_deref()).await
    }
}
