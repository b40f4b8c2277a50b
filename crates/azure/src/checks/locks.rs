//! The check of locks: the locks and the subscriptions of the places that the plan writes to.
//!
//! The checks of the route tell the places: a route that asks for a right to write at one writes there.

use std::collections::BTreeSet;

use crosspull_core::check::{Check, Finding, Lock, Place, PlaceWork, SubscriptionFacts, judge_locks};
use crosspull_core::event::Work;
use crosspull_core::ids::{ClusterId, RegistryId};
use crosspull_core::names::Side;
use crosspull_core::text::printable;
use futures_util::future::{join_all, try_join};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use uuid::Uuid;

use super::reads::Reads;
use super::{CheckStopped, call_stop, cluster, needs, old_roles, puller};
use crate::reply::{ManagementLock, Subscription};
use crate::request;
use crate::role_lists::AT_ONCE;
use crate::wire::CallError;

/// A place that the plan writes to, before its locks are read.
#[derive(Clone)]
struct Wanted {
    name: String,
    scope: String,
    work: PlaceWork,
}

/// Reads what keeps the plan from writing in a tenant. Where it writes nothing there, nothing is asked and nothing said.
pub(super) async fn ask(reads: &Reads<'_>, side: Side) -> Result<(), CheckStopped> {
    let (wanted, subscriptions) = match side {
        Side::A => {
            (Box::pin(clusters(reads)).await, reads.inputs.clusters.iter().map(ClusterId::subscription).collect())
        }
        Side::B => Box::pin(registries(reads)).await,
    };
    if wanted.is_empty() {
        return Ok(());
    }
    let check = Check::Locks(side);
    let asked = async {
        let work = Work::Check(check.clone());
        let own = locked(reads, &work, side, wanted.clone());
        let (mut places, subscriptions) = try_join(own, states(reads, &work, side, subscriptions)).await?;
        if side == Side::A {
            let copies = Box::pin(copies(reads, &wanted)).await;
            places.extend(locked(reads, &work, side, copies).await?);
        }
        Ok(((), judge_locks(side, &places, &subscriptions)))
    };
    reads.ask(check.clone(), asked).await
}

/// Returns the clusters that are reset, and the resource groups in which AKS renews their nodes then.
async fn clusters(reads: &Reads<'_>) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for id in &reads.inputs.clusters {
        let Ok(read) = cluster::usable(reads, id).await else { continue };
        wanted.push(Wanted { name: id.name().to_owned(), scope: id.to_string(), work: PlaceWork::Changes });
        wanted.extend(read.node_group.as_ref().map(|group| Wanted {
            name: printable(group, 90),
            scope: format!("/subscriptions/{}/resourceGroups/{group}", id.subscription()),
            work: PlaceWork::Nodes,
        }));
    }
    wanted
}

/// Returns the places to which roles are copied, without those that are among the others.
async fn copies(reads: &Reads<'_>, others: &[Wanted]) -> Vec<Wanted> {
    let mut seen: BTreeSet<String> = others.iter().map(|place| place.scope.to_ascii_lowercase()).collect();
    let mut wanted = Vec::new();
    for id in &reads.inputs.clusters {
        let Ok(held) = old_roles::holdings(reads, id).await else { continue };
        let needed = needs::of_cluster(reads, id).await.map(|of| of.needed.as_slice()).unwrap_or_default();
        let given = held.copied.iter().chain(needed.iter().map(|needed| &needed.role));
        // A management group, and the root of the tenant, take no locks.
        for role in given.filter(|role| role.scope.starts_with("/subscriptions/")) {
            if seen.insert(role.scope.trim_end_matches('/').to_ascii_lowercase()) {
                let name = role.scope_name().to_owned();
                wanted.push(Wanted { name, scope: role.scope.clone(), work: PlaceWork::Copies });
            }
        }
    }
    wanted
}

/// Returns the registries to which the route writes, and their subscriptions.
async fn registries(reads: &Reads<'_>) -> (Vec<Wanted>, BTreeSet<Uuid>) {
    let (mut wanted, mut subscriptions) = (Vec::new(), BTreeSet::new());
    if !reads.door.tokens().signs_in(Side::B) {
        return (wanted, subscriptions);
    }
    let named = reads.inputs.registries.iter().filter(|id| id.server().is_none());
    let held = join_all(named.map(|id| async move { (id, puller::all_held(reads, id).await) })).await;
    for (id, _) in held.into_iter().filter(|(_, held)| !held) {
        wanted.push(Wanted { name: id.name().to_owned(), scope: id.to_string(), work: work_at(reads, id) });
        subscriptions.extend(id.subscription());
    }
    (wanted, subscriptions)
}

/// Returns what the route does at a registry. The admin account is switched on and off, and nothing is deleted.
fn work_at(reads: &Reads<'_>, id: &RegistryId) -> PlaceWork {
    if reads.asks(&Check::AdminRight(id.clone())) { PlaceWork::Changes } else { PlaceWork::Makes }
}

/// Reads the locks of places.
async fn locked(reads: &Reads<'_>, work: &Work, side: Side, places: Vec<Wanted>) -> Result<Vec<Place>, Finding> {
    let asked = places.into_iter().map(|Wanted { name, scope, work: done }| async move {
        let request = request::locks(reads.door.endpoints(), side, &scope);
        let read = reads.door.list::<ManagementLock>(work, request).await;
        let read = seen(read, side, &format!("the locks on {name} cannot be read"))?;
        let held = |all: Vec<ManagementLock>| all.into_iter().map(lock).filter(|lock| lock.holds_at(&scope)).collect();
        Ok(Place { locks: read.map(held), name, work: done, scope })
    });
    stream::iter(asked).buffered(AT_ONCE).try_collect().await
}

/// Reads the states of subscriptions.
async fn states(
    reads: &Reads<'_>,
    work: &Work,
    side: Side,
    subscriptions: BTreeSet<Uuid>,
) -> Result<Vec<SubscriptionFacts>, Finding> {
    let asked = subscriptions.into_iter().map(|id| async move {
        let request = request::subscription(reads.door.endpoints(), side, id);
        let read = reads.door.json::<Subscription>(work, request).await;
        let read = seen(read, side, &format!("the state of subscription {id} cannot be read"))?;
        let name = read.as_ref().and_then(|read| read.display_name.as_deref()).map(|name| printable(name, 80));
        let state = read.and_then(|read| read.state).map(|state| printable(&state, 40));
        Ok(SubscriptionFacts { id, name, state })
    });
    stream::iter(asked).buffered(AT_ONCE).try_collect().await
}

/// Returns what was read. `None` where the account may not read it, which asking again does not change; what could not be
/// read otherwise stops, since it is never "nothing there".
fn seen<T>(read: Result<T, CallError>, side: Side, what: &str) -> Result<Option<T>, Finding> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(CallError::Refused(refused)) if refused.refusal.status == Some(403) => Ok(None),
        Err(error) => Err(call_stop(Check::Locks(side), what, error)),
    }
}

fn lock(read: ManagementLock) -> Lock {
    Lock {
        // The id is kept whole: a part of one would be another lock.
        id: printable(&read.id, usize::MAX),
        name: printable(&read.name, 260),
        level: printable(&read.properties.level, 40),
        notes: read.properties.notes.map(|notes| printable(&notes, 200)).filter(|notes| !notes.is_empty()),
    }
}
