//! The check of what a cluster needs in Azure: does the new principal lack something that the present one has?
//!
//! The copied roles are weighed first. Only where they leave a need open is anything read of the present principal's groups,
//! and of a new principal that is there already.

use crosspull_core::access::{
    Fulfilment, Holding, Holdings, Needed, Needs, NotKnown, NotRead, Requirements, cure, distinct, fulfilment, needed,
    short_place,
};
use crosspull_core::check::{Check, Cure, Finding, HeldRole, Loss, NeededRole, NeedsFound, judge_needs};
use crosspull_core::command::Command;
use crosspull_core::event::Work;
use crosspull_core::ids::{AppId, ClusterId, ObjectId};
use crosspull_core::names::Side;
use crosspull_core::rights::{MayAssign, RoleRequest};
use futures_util::future::{join, join_all};
use uuid::Uuid;

use super::assigning::ScopeRights;
use super::reads::{NeedsOfCluster, ReadCluster, Reads};
use super::{CheckStopped, app, cluster, old_roles};
use crate::access::identity::configuration::{self, not_read};
use crate::access::identity::holdings;
use crate::patience::patiently;
use crate::reply::Principal;
use crate::request;
use crate::role_lists::subscription_of;

/// The word that stands in a printed command for a principal that is not made yet.
const PRINCIPAL: &str = "PRINCIPAL";

pub(super) async fn ask(reads: &Reads<'_>, id: &ClusterId) -> Result<(), CheckStopped> {
    of_cluster(reads, id).await.map(drop)
}

/// Returns what the new principal gets since the cluster needs it, where the check of it does not stop. Whoever asks first
/// has it said.
pub(super) async fn of_cluster<'r>(reads: &'r Reads<'_>, id: &ClusterId) -> Result<&'r NeedsOfCluster, CheckStopped> {
    let judged = async {
        if !reads.asks(&Check::Needs(id.clone())) {
            return Ok(NeedsOfCluster::default());
        }
        let (Ok(cluster), Ok(apps)) = (cluster::usable(reads, id).await, app::chosen(reads, id).await) else {
            return Ok(NeedsOfCluster::default());
        };
        let Some(client) = cluster.facts.client_id else { return Ok(NeedsOfCluster::default()) };
        let own = apps.taken.as_ref().map(|own| own.app_id);
        if own == Some(client) {
            return Ok(NeedsOfCluster::default());
        }
        let check = Check::Needs(id.clone());
        let looker = Looker { reads, id, work: Work::Check(check.clone()), own };
        reads.ask(check, looker.look(cluster)).await
    };
    reads.cluster(id)?.needs.get_or_init(|| Box::pin(judged)).await.as_ref().map_err(|said| *said)
}

/// Looks what the cluster needs, and who has it.
struct Looker<'a> {
    reads: &'a Reads<'a>,
    id: &'a ClusterId,
    work: Work,
    /// The app that is taken up, whose principal may hold something already.
    own: Option<AppId>,
}

/// A need that the new principal would not fulfil, though the present one does.
struct Open<'a> {
    needed: &'a Needed,
    lacks: Vec<String>,
    held_by: String,
}

impl Looker<'_> {
    async fn look(&self, cluster: &ReadCluster) -> Result<(NeedsOfCluster, Finding), Finding> {
        let door = self.reads.door;
        let (of, held) =
            join(configuration::read(door, &self.work, &cluster.named), old_roles::holdings(self.reads, self.id)).await;
        let Ok(held) = held else {
            // The check of the present principal stops the plan.
            let text =
                format!("what {} needs is not compared, since its present principal was not read", self.id.name());
            return Ok((NeedsOfCluster::default(), Check::Needs(self.id.clone()).warn(text, "")));
        };
        let inside = needed(Needs::Cluster, &of);
        let beyond = needed(Needs::ClusterBeyond, &of);
        let all = Requirements {
            needed: inside.needed.iter().chain(&beyond.needed).cloned().collect(),
            unknown: inside.unknown.into_iter().chain(beyond.unknown).collect(),
        };
        let copies = [Holdings {
            scope: "/".to_owned(),
            holdings: Ok(held.copied.iter().map(|role| held.holding(role)).collect()),
        }];
        let is_open = |one: &&Needed| !matches!(fulfilment(one, &copies, None), Fulfilment::Held(_));
        let open: Vec<&Needed> = all.needed.iter().filter(is_open).collect();
        let mut found = NeedsFound { unknown: all.unknown, ..NeedsFound::default() };
        let lost =
            if open.is_empty() { Vec::new() } else { self.lost(&open, copies, held.principal, &mut found).await };
        found.losses = join_all(by_scope(&lost).into_iter().map(|lost| self.loss(lost))).await;
        let kept = |one: &Needed| self.is_kept(one, &found, &open);
        let needs = beyond.needed.into_iter().filter(kept).collect();
        let finding = judge_needs(self.id, &found);
        Ok((given(found, needs), finding))
    }

    /// Returns the needs that the present principal fulfils and the new one would not. What else is to be told goes into
    /// `found`.
    async fn lost<'a>(
        &self,
        open: &[&'a Needed],
        copies: [Holdings; 1],
        former: Option<ObjectId>,
        found: &mut NeedsFound,
    ) -> Vec<Open<'a>> {
        let scopes = distinct(open.iter().map(|one| one.scope.clone()).collect());
        let (had, has) = join(self.held_by(former, &scopes), self.held_already(&scopes)).await;
        let has: Vec<Holdings> = copies.into_iter().chain(has).collect();
        let mut lost = Vec::new();
        for needed in open {
            let what = || format!("{} on {}", needed.reason, short_place(&needed.scope));
            let lacks = match fulfilment(needed, &has, None) {
                Fulfilment::Held(_) => continue,
                Fulfilment::Lacks(lacks) => lacks.into_iter().map(ToOwned::to_owned).collect(),
                // Nothing of these is sure.
                _ => needed.actions.clone(),
            };
            match fulfilment(needed, &had, None) {
                Fulfilment::Held(by) => {
                    let held_by = by.first().map(|one| one.text()).unwrap_or_default();
                    lost.push(Open { needed, lacks, held_by });
                }
                Fulfilment::UnderCondition(_) => found.conditional.push(what()),
                Fulfilment::Lacks(_) | Fulfilment::Denied(_) => found.lacked_before.push(what()),
                Fulfilment::NotKnown(why) => found.unknown.push(NotKnown { what: what(), why }),
            }
        }
        lost
    }

    /// Reads what a principal holds. Of one that is not known nothing is, which is told.
    async fn held_by(&self, principal: Option<ObjectId>, scopes: &[String]) -> Vec<Holdings> {
        match principal {
            Some(principal) => holdings::read(self.reads.door, &self.work, principal, scopes).await,
            None => vec![unread(NotRead { why: "its principal is not known".to_owned(), may_pass: false })],
        }
    }

    /// Reads what the principal of an app that is taken up holds already. One that is not made yet holds nothing.
    async fn held_already(&self, scopes: &[String]) -> Vec<Holdings> {
        let Some(app) = self.own else { return Vec::new() };
        let door = self.reads.door;
        let request = request::principals_of(door.endpoints(), Side::A, app);
        let read =
            patiently(door.wire(), &self.work, async || door.list::<Principal>(&self.work, request.clone()).await);
        match read.await {
            Ok(found) => match found.into_iter().find(|principal| principal.app_id == app) {
                Some(principal) => holdings::read(door, &self.work, principal.id, scopes).await,
                None => Vec::new(),
            },
            Err(error) => vec![unread(not_read(error))],
        }
    }

    /// Finds what becomes of a loss: the role that gives it, where the operator may give it.
    async fn loss(&self, lost: Vec<&Open<'_>>) -> Loss {
        let scope = lost.first().map(|one| one.needed.scope.clone()).unwrap_or_default();
        let actions = distinct(lost.iter().flat_map(|one| one.lacks.iter().cloned()).collect());
        let reasons: Vec<String> = lost.iter().map(|one| one.needed.reason.clone()).collect();
        let held_by = lost.first().map(|one| one.held_by.clone()).unwrap_or_default();
        let why = reasons.first().cloned().unwrap_or_default();
        let cure = match cure(&actions) {
            Some(role) => self.cure(&scope, role.name, role.id, why).await,
            None => Cure::Elsewhere { why: "no built-in role gives just that".to_owned(), command: None },
        };
        Loss { scope, actions, reasons, held_by, cure }
    }

    async fn cure(&self, scope: &str, name: &str, id: Uuid, why: String) -> Cure {
        let (guid, subscription) = (id.to_string(), subscription_of(scope));
        let elsewhere = |why: String| {
            let command =
                Command::GiveRole { principal: PRINCIPAL, kind: "ServicePrincipal", role: &guid, scope }.to_string();
            Cure::Elsewhere { why, command: Some(command) }
        };
        let Some(subscription) = subscription.filter(|_| is_plain(scope)) else {
            return elsewhere("its place is in no subscription".to_owned());
        };
        let definition =
            format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{guid}");
        let grantee = if self.own.is_none() {
            crosspull_core::rights::Grantee::New
        } else {
            crosspull_core::rights::Grantee::Unknown
        };
        let rights = ScopeRights::read(self.reads.door, &self.work, Side::A, scope).await;
        match rights.map(|rights| rights.may_assign(RoleRequest { role: Some(id), grantee })) {
            Ok(MayAssign::No(hindrance)) => elsewhere(hindrance.to_string()),
            Ok(MayAssign::Yes | MayAssign::Unclear(_)) => {
                let (role, scope) = (name.to_owned(), scope.to_owned());
                Cure::Given(NeededRole { role: HeldRole { role, definition, scope, condition: None }, why })
            }
            Err(error) => {
                elsewhere(format!("whether you may assign roles there was not read ({})", not_read(error).why))
            }
        }
    }

    /// True where the new principal is going to fulfil a need: by copies, or by a role that the plan gives.
    fn is_kept(&self, one: &Needed, found: &NeedsFound, open: &[&Needed]) -> bool {
        let is_given = |loss: &Loss| loss.scope.eq_ignore_ascii_case(&one.scope) && matches!(loss.cure, Cure::Given(_));
        !open.contains(&one) || found.losses.iter().any(is_given)
    }
}

/// Returns the losses of each scope together: one role gives them.
fn by_scope<'l, 'a>(lost: &'l [Open<'a>]) -> Vec<Vec<&'l Open<'a>>> {
    let scopes = distinct(lost.iter().map(|one| one.needed.scope.clone()).collect());
    let of = |scope: &String| lost.iter().filter(|one| one.needed.scope.eq_ignore_ascii_case(scope)).collect();
    scopes.iter().map(of).collect()
}

/// Returns what goes into the plan: the roles that it gives, and what stays lacking.
fn given(found: NeedsFound, needs: Vec<Needed>) -> NeedsOfCluster {
    let mut of = NeedsOfCluster { needs, ..NeedsOfCluster::default() };
    for loss in found.losses {
        let text = loss.text();
        match loss.cure {
            Cure::Given(role) => of.needed.push(role),
            Cure::Elsewhere { why, .. } => of.lacks.push(format!("{text} ({why})")),
        }
    }
    of
}

/// Returns a list of everywhere that was not read.
fn unread(why: NotRead) -> Holdings {
    Holdings { scope: "/".to_owned(), holdings: Err(why) }
}

/// True for an id with nothing in it that would name another place in a request's path.
fn is_plain(scope: &str) -> bool {
    request::is_assignment_id(&request::assignment_id(scope, Uuid::nil()))
}

impl super::reads::Holdings {
    /// Returns a copied role as something that the new principal holds.
    fn holding(&self, role: &HeldRole) -> Holding {
        let unread = || Err(NotRead { why: "its role was not read".to_owned(), may_pass: true });
        Holding {
            id: String::new(),
            role: role.role.clone(),
            scope: role.scope.clone(),
            condition: role.condition.clone(),
            group: None,
            sets: self.allowed.get(&role.definition.to_ascii_lowercase()).cloned().unwrap_or_else(unread),
        }
    }
}
