//! What keeps even those from writing who may: locks, and a subscription that is disabled (Azure's documents "Lock your
//! resources to protect your infrastructure" and "Azure subscription states").

use http::StatusCode;

use super::covers;
use crate::{
    errors::{self, Refusal},
    world::{Lock, LockLevel, SubscriptionState, World},
};

/// The right to locks themselves. No lock keeps anybody from removing it.
const LOCKS: &str = "Microsoft.Authorization/locks/";

/// Lets an action through that nothing keeps from being done at a scope.
///
/// # Errors
/// 409 `ReadOnlyDisabledSubscription` for what writes; 409 `ScopeLocked` for what a lock at the scope or above keeps from
/// being done. Every POST counts as a write but those whose right is one to read.
pub fn judge(world: &World, scope: &str, action: &str) -> Result<(), Refusal> {
    let operation = match action.rsplit('/').next() {
        Some(kind) if kind.eq_ignore_ascii_case("read") => return Ok(()),
        Some(kind) if kind.eq_ignore_ascii_case("delete") => "delete",
        _ => "write",
    };
    let subscription = scope.split('/').nth(2).and_then(|id| world.subscription(id));
    if let Some(found) = subscription.filter(|found| found.state == SubscriptionState::Disabled)
        && operation == "write"
    {
        let message = format!(
            "The subscription '{}' is disabled and therefore marked as read only. You cannot perform any write actions on \
             this subscription until it is re-enabled.",
            found.id
        );
        return Err(errors::arm(StatusCode::CONFLICT, "ReadOnlyDisabledSubscription", &message));
    }
    if action.get(..LOCKS.len()).is_some_and(|start| start.eq_ignore_ascii_case(LOCKS)) {
        return Ok(());
    }
    let holds = |lock: &&Lock| lock.level == LockLevel::ReadOnly || operation == "delete";
    let above = world.locks.iter().filter(|lock| covers(&lock.scope, scope)).filter(holds);
    let mut locked: Vec<&str> = above.map(|lock| lock.scope.as_str()).collect();
    locked.dedup();
    if locked.is_empty() {
        return Ok(());
    }
    let message = format!(
        "The scope '{scope}' cannot perform {operation} operation because following scope(s) are locked: '{}'. Please remove \
         the lock and try again.",
        locked.join("','")
    );
    Err(errors::arm(StatusCode::CONFLICT, "ScopeLocked", &message))
}
