//! Reads what a cluster's identity may do of what the cluster needs, and what the operator may.

pub mod configuration;
pub mod holdings;

use crosspull_core::access::{Holding, Holdings, Needs, NotRead, Requirements, distinct, needed};
use crosspull_core::event::Work;
use crosspull_core::ids::{ClusterId, ObjectId};
use crosspull_core::names::Side;
use crosspull_core::rights::{Caller, DenyAssignment, PermissionSet};
use crosspull_core::sign_in::AccountKind;
use futures_util::future::{join, join_all, join3};

use self::configuration::not_read;
use crate::door::Door;
use crate::patience::patiently;
use crate::reply::{self, Cluster, Principal};
use crate::request::{self, Audience};
use crate::wire::CallError;

/// The kind of an app and of a managed identity, in the word of Resource Manager.
const APP: &str = "ServicePrincipal";

/// The principal that something is needed of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The cluster's own.
    Cluster,
    /// The one who is signed in: for oneself Resource Manager tells what one may do.
    Me,
    /// One of tenant A, of that kind in the word of Resource Manager.
    Of(ObjectId, &'static str),
}

/// A principal, what is needed of it, and what it holds.
#[derive(Debug)]
pub struct Holder {
    /// The object id. The error is the reason why it is not known.
    pub principal: Result<ObjectId, NotRead>,
    /// The kind, in the word of Resource Manager.
    pub kind: &'static str,
    /// Everything that is needed of it.
    pub requirements: Requirements,
    /// The holdings where something is needed. Empty where the principal is not known.
    pub holdings: Vec<Holdings>,
    /// The deny assignments where something is needed, by scope.
    pub denies: Vec<(String, Result<Vec<DenyAssignment>, NotRead>)>,
    /// The principal as deny assignments name it.
    pub caller: Caller,
}

/// The cluster's identity and the operator, with what the cluster needs of each.
#[derive(Debug)]
pub struct Seen {
    /// The cluster's own identity, where it was asked for.
    pub cluster: Holder,
    /// The one who makes and changes the cluster.
    pub operator: Holder,
}

/// Reads what a cluster needs of its identity and of the operator, and what each holds.
///
/// # Errors
/// The error of the cluster itself. Everything else that is not read is kept as not known.
pub async fn read(door: &Door, id: &ClusterId, operator: Whose) -> Result<Seen, CallError> {
    let work = Work::Search(Side::A);
    let cluster: Cluster = door.json(&work, request::cluster(door.endpoints(), id)).await?;
    let named = configuration::named(id, &cluster.properties);
    let (of, own) = join(configuration::read(door, &work, &named), own_principal(door, &work, &cluster)).await;
    let mut wanted = needed(Needs::Cluster, &of);
    let beyond = needed(Needs::ClusterBeyond, &of);
    wanted.needed.extend(beyond.needed);
    wanted.unknown.extend(beyond.unknown);
    let (cluster, operator) = join(holder(door, &work, own, APP, wanted), async {
        let wanted = needed(Needs::Operator, &of);
        match operator {
            Whose::Me => myself(door, &work, wanted).await,
            Whose::Of(object, kind) => holder(door, &work, Ok(object), kind, wanted).await,
            Whose::Cluster => holder(door, &work, own_principal(door, &work, &cluster).await, APP, wanted).await,
        }
    })
    .await;
    Ok(Seen { cluster, operator })
}

/// Returns the object id of a cluster's own identity: of its app's service principal, or of its managed identity.
async fn own_principal(door: &Door, work: &Work, cluster: &Cluster) -> Result<ObjectId, NotRead> {
    let for_good = |why: &str| NotRead { why: why.to_owned(), may_pass: false };
    let Some(app) = cluster.properties.client_id() else {
        let managed = cluster.identity.as_ref().and_then(reply::ManagedIdentity::object);
        return managed.ok_or_else(|| for_good("the cluster tells no identity of its own"));
    };
    let request = request::principals_of(door.endpoints(), Side::A, app);
    let read = patiently(door.wire(), work, async || door.list::<Principal>(work, request.clone()).await).await;
    let found = read.map_err(not_read)?.into_iter().find(|principal| principal.app_id == app);
    found
        .map(|principal| principal.id)
        .ok_or_else(|| for_good(&format!("the app {app} has no service principal in the directory any more")))
}

/// Reads what a principal holds where something is needed of it.
async fn holder(
    door: &Door,
    work: &Work,
    principal: Result<ObjectId, NotRead>,
    kind: &'static str,
    wanted: Requirements,
) -> Holder {
    let scopes = scopes(&wanted);
    let (holdings, denies) = match principal {
        Ok(object) => join(holdings::read(door, work, object, &scopes), denies(door, work, &scopes)).await,
        Err(_) => (Vec::new(), Vec::new()),
    };
    let caller = Caller { id: principal.as_ref().ok().copied(), groups: None };
    Holder { principal, kind, requirements: wanted, holdings, denies, caller }
}

/// Reads what the one who is signed in may do where something is needed.
async fn myself(door: &Door, work: &Work, wanted: Requirements) -> Holder {
    let scopes = scopes(&wanted);
    let (token, holdings, denies) = join3(
        door.tokens().token(Side::A, Audience::Arm),
        join_all(scopes.iter().map(|scope| own_permissions(door, work, scope))),
        denies(door, work, &scopes),
    )
    .await;
    let caller = token.as_ref().map(reply::caller_of).unwrap_or_default();
    let untold = || NotRead { why: "the token does not tell it".to_owned(), may_pass: false };
    // A token that tells no account is an app's: people's tell their names.
    let account = token.as_ref().ok().and_then(reply::account_of);
    let kind = if account.is_some_and(|account| account.kind != AccountKind::App) { "User" } else { APP };
    Holder { principal: caller.id.ok_or_else(untold), kind, requirements: wanted, holdings, denies, caller }
}

async fn own_permissions(door: &Door, work: &Work, scope: &str) -> Holdings {
    let request = request::permissions(door.endpoints(), Side::A, scope);
    let read: Result<Vec<PermissionSet>, CallError> =
        patiently(door.wire(), work, async || door.list(work, request.clone()).await).await;
    let holding = |set: PermissionSet| Holding {
        id: String::new(),
        role: "a role of yours".to_owned(),
        scope: scope.to_owned(),
        condition: set.condition.clone(),
        group: None,
        sets: Ok(vec![set]),
    };
    let holdings = read.map(|sets| sets.into_iter().map(holding).collect()).map_err(not_read);
    Holdings { scope: scope.to_owned(), holdings }
}

async fn denies(door: &Door, work: &Work, scopes: &[String]) -> Vec<(String, Result<Vec<DenyAssignment>, NotRead>)> {
    let asked = scopes.iter().map(async |scope| {
        let request = request::deny_assignments(door.endpoints(), Side::A, scope);
        let read = patiently(door.wire(), work, async || door.list(work, request.clone()).await).await;
        (scope.clone(), read.map_err(not_read))
    });
    join_all(asked).await
}

fn scopes(wanted: &Requirements) -> Vec<String> {
    distinct(wanted.needed.iter().map(|one| one.scope.clone()).collect())
}
