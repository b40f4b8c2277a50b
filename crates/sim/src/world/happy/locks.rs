//! Locks that are there before anybody comes, and subscriptions in another state.

use super::{
    REGISTRY_SUBSCRIPTION, SHOP_SUBSCRIPTION,
    identities::{cluster_places, scope_of},
};
use crate::{
    scenario::WorldPart,
    world::{Lock, World},
};

/// Places the locks of scenarios, and sets the states of the two subscriptions.
pub fn place(world: &mut World, part: &WorldPart) {
    world.locks.extend(part.locks.iter().map(|lock| Lock {
        name: lock.name.clone(),
        scope: scope_of(lock.on, &cluster_places()),
        level: lock.level,
        notes: lock.notes.clone(),
    }));
    let states = [
        (SHOP_SUBSCRIPTION, part.cluster.subscription_state),
        (REGISTRY_SUBSCRIPTION, part.registry.subscription_state),
    ];
    for (id, state) in states {
        if let (Some(found), Some(state)) = (world.subscriptions.iter_mut().find(|found| found.id == id), state) {
            found.state = state;
        }
    }
}
