//! All role assignments of a principal, in whatever subscription the operator sees. What was not read is told, never
//! left out.

use crosspull_core::event::Work;
use crosspull_core::ids::{ClusterId, ObjectId};
use crosspull_core::names::Side;
use futures_util::future::join;
use futures_util::stream::{self, StreamExt as _};
use uuid::Uuid;

use crate::door::Door;
use crate::patience::patiently;
use crate::reply::{Assignment, Subscription};
use crate::request;
use crate::wire::CallError;

/// The number of subscriptions that are looked through at a time.
pub(crate) const AT_ONCE: usize = 8;

/// The role assignments of a principal, and the subscriptions whose lists were not read.
#[derive(Debug)]
pub(crate) struct RoleLists {
    /// The assignments.
    pub found: Vec<Assignment>,
    /// The subscriptions that were not read, with the reason.
    pub unread: Vec<(Uuid, CallError)>,
    /// True where the query over all scopes was answered.
    pub queried: bool,
}

/// Lists the cluster's own subscription, and those that the operator sees beside it (`docs/facts/azure.md` 3.8: a
/// subnet may be in another one). The error says why the others were not listed.
pub(crate) async fn subscriptions(door: &Door, work: &Work, cluster: &ClusterId) -> (Vec<Uuid>, Option<CallError>) {
    let own = cluster.subscription();
    let request = request::subscriptions(door.endpoints(), Side::A);
    let listed = patiently(door.wire(), work, async || door.list::<Subscription>(work, request.clone()).await).await;
    match listed {
        Ok(listed) => {
            let others = listed.into_iter().map(|s| s.subscription_id).filter(|id| *id != own);
            (std::iter::once(own).chain(others).collect(), None)
        }
        Err(error) => (vec![own], Some(error)),
    }
}

/// Reads the role assignments of a principal: by one query over all scopes, and beside it subscription by subscription,
/// since the query leaves out without a word what the operator may not read, and follows late. Where a list was read,
/// the list counts.
pub(crate) async fn roles_of(door: &Door, work: &Work, principal: ObjectId, subscriptions: &[Uuid]) -> RoleLists {
    let query = request::roles_of(principal);
    let by_query = door.query::<Assignment>(work, Side::A, &query);
    let asked = subscriptions.iter().map(async |id| {
        let request = request::roles_at(door.endpoints(), Side::A, &format!("/subscriptions/{id}"), principal);
        let listed = patiently(door.wire(), work, async || door.list::<Assignment>(work, request.clone()).await).await;
        (*id, listed)
    });
    let (mut found, mut unread) = (Vec::new(), Vec::new());
    let (by_query, answers) = join(by_query, stream::iter(asked).buffer_unordered(AT_ONCE).collect::<Vec<_>>()).await;
    for (id, listed) in answers {
        match listed {
            Ok(listed) => found.extend(listed),
            Err(error) => unread.push((id, error)),
        }
    }
    let is_unread = |id: &Uuid| unread.iter().any(|(unread, _)| unread == id);
    let beside =
        |a: &Assignment| subscription_of(&a.scope()).is_none_or(|id| !subscriptions.contains(&id) || is_unread(&id));
    let queried = by_query.is_ok();
    // Those of the lists come first: they name a role as its scope does.
    found.extend(by_query.unwrap_or_default().into_iter().filter(beside));
    found.retain(|a| a.properties.principal_id == principal);
    found.sort_by_key(|a| a.id.to_ascii_lowercase());
    found.dedup_by(|a, b| a.id.eq_ignore_ascii_case(&b.id));
    RoleLists { found, unread, queried }
}

/// Returns the subscription that a scope is in. `None` for one above all subscriptions.
pub(crate) fn subscription_of(scope: &str) -> Option<Uuid> {
    let rest =
        scope.get("/subscriptions/".len()..).filter(|_| scope.to_ascii_lowercase().starts_with("/subscriptions/"));
    rest?.split('/').next()?.parse().ok()
}
