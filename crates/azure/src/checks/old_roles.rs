//! The check of the present principal: does the cluster lose roles with it, and which?
//!
//! Everything that the principal holds is read and sorted: copied, lacking, not read.

use std::collections::BTreeMap;

use crosspull_core::access::NotRead;
use crosspull_core::check::{Check, Finding, FormerRights, HeldRole, Lack, Unread, WithheldRole, judge_old_roles};

use crosspull_core::event::Work;
use crosspull_core::ids::{AppId, ClusterId, ObjectId};
use crosspull_core::input::Part;
use crosspull_core::names::Side;
use crosspull_core::rights::{Grantee, Hindrance, MayAssign, PermissionSet, RoleRequest};
use crosspull_core::text::{lower_first, printable};
use futures_util::future::{join, join_all, join4};
use futures_util::stream::{self, StreamExt as _};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::assigning::ScopeRights;
use super::reads::{Holdings, Reads};
use super::{CheckStopped, app, cluster, eligible};
use crate::access::identity::configuration::not_read;
use crate::door::Door;
use crate::patience::patiently;
use crate::reply::{AppRoleAssignment, Assignment, Definition, KeyVault, Membership, Principal};
use crate::request::{self, Request};
use crate::role_lists::{self, AT_ONCE};
use crate::wire::CallError;

/// The longest scope that is kept. A scope is kept whole: a part of one would be another scope.
const WHOLE: usize = usize::MAX;

/// The reason why a right is not copied.
const RIGHT_UNREAD: &str = "whether you may assign roles there was not read";
const GROUP: &str = "memberships are not copied";
const API: &str = "permissions on APIs are not copied";
const VAULT: &str = "access policies are not copied";
const NOT_READ: &str = "not read, and accepted as such";

/// Items that were read, and parts that were not.
type Read<T> = (Vec<T>, Vec<Unread>);

/// The rights of the operator at each scope, by the scope in lower case.
type RightsByScope = BTreeMap<String, Result<ScopeRights, Unread>>;

/// The permissions of a role.
type Allowed = Result<Vec<PermissionSet>, NotRead>;

/// Reads what a principal holds.
struct HoldingsReader<'a> {
    door: &'a Door,
    /// The parts that may stay unread.
    accepted: &'a [Part],
    /// The principal that is to have the same.
    grantee: Grantee,
}

/// The roles and other rights of a principal, as far as they were found.
#[derive(Default)]
struct Found {
    holdings: Holdings,
    /// The rights that are no role.
    lacks: Vec<Lack>,
    /// Those of the copied roles of which it is not clear whether they may be given.
    doubts: Vec<Lack>,
    unread: Vec<Unread>,
    /// The role that the operator has to activate first, as a sentence.
    eligible: Option<String>,
}

pub(super) async fn ask(reads: &Reads<'_>, id: &ClusterId) -> Result<(), CheckStopped> {
    holdings(reads, id).await.map(drop)
}

/// Returns what the cluster's present principal holds, where the check of it does not stop. Whoever asks first has it said.
pub(super) async fn holdings<'r>(reads: &'r Reads<'_>, id: &ClusterId) -> Result<&'r Holdings, CheckStopped> {
    let judged = async {
        let (Ok(cluster), Ok(apps)) = (cluster::usable(reads, id).await, app::chosen(reads, id).await) else {
            return Ok(Holdings::default());
        };
        let Some(client) = cluster.facts.client_id else { return Ok(Holdings::default()) };
        let is_own = apps.taken.as_ref().is_some_and(|own| own.app_id == client);
        let (accepted, grantee) = (&reads.inputs.may_stay_unread, app::grantee(apps));
        let reader = HoldingsReader { door: reads.door, accepted, grantee };
        reads.ask(Check::OldRoles(id.clone()), reader.old_roles(id, client, is_own)).await
    };
    reads.cluster(id)?.holdings.get_or_init(|| Box::pin(judged)).await.as_ref().map_err(|said| *said)
}

impl HoldingsReader<'_> {
    /// Reads the roles that the new principal can be given, and the other rights that the cluster would lose.
    ///
    /// A part that could not be read stops the plan, or was accepted by name and stands among the losses.
    async fn old_roles(
        &self,
        cluster: &ClusterId,
        client: AppId,
        is_own: bool,
    ) -> Result<(Holdings, Finding), Finding> {
        let check = || Check::OldRoles(cluster.clone());
        let work = Work::Check(check());
        if is_own {
            let text = format!("{} uses the app of an earlier run already", cluster.name());
            return Ok((Holdings::default(), check().pass(text)));
        }
        let request = request::principals_of(self.door.endpoints(), Side::A, client);
        let (principals, (subscriptions, not_listed)) =
            join(self.list(&work, request), role_lists::subscriptions(self.door, &work, cluster)).await;
        let principals: Vec<Principal> = match principals {
            Ok(list) => list,
            Err(error) => {
                let parts = [Part::Roles, Part::Groups, Part::ApiPermissions, Part::VaultPolicies];
                let first = unread(Part::Roles, error);
                let unread = parts.map(|part| Unread { part, ..first.clone() }).to_vec();
                return self.judged(cluster, Found { unread, ..Found::default() });
            }
        };
        let Some(principal) = principals.iter().find(|p| p.app_id == client) else {
            // The roles of the principal may still stand, and the principal may be restored: nobody can tell what the
            // cluster would lose.
            let why = format!("the service principal of its app {client} is not in the directory any more");
            let gone = Unread { part: Part::Roles, why, denied: true, refusal: None };
            return self.judged(cluster, Found { unread: vec![gone], ..Found::default() });
        };
        let (roles, groups, apis, vaults) = join4(
            self.roles(&work, principal.id, &subscriptions),
            self.groups(&work, principal.id),
            self.api_permissions(&work, principal.id),
            self.vault_policies(&work, principal.id, &subscriptions),
        )
        .await;
        let mut found = Found::default();
        found.unread.extend(not_listed.into_iter().map(|error| self::unread(Part::Roles, error)));
        for (there, missing) in [groups, apis, vaults] {
            found.lacks.extend(there);
            found.unread.extend(missing);
        }
        let (held, missing, rights) = roles;
        found.unread.extend(missing);
        for (role, allowed) in held {
            found.holdings.allowed.insert(role.definition.to_ascii_lowercase(), allowed);
            found.holdings.all.push(role);
        }
        found.holdings.principal = Some(principal.id);
        self.sort(&work, &mut found, &rights).await;
        self.judged(cluster, found)
    }

    /// Reads the roles of a principal, and beside them the operator's rights where these are assigned.
    async fn roles(
        &self,
        work: &Work,
        principal: ObjectId,
        subscriptions: &[Uuid],
    ) -> (Vec<(HeldRole, Allowed)>, Vec<Unread>, RightsByScope) {
        let lists = role_lists::roles_of(self.door, work, principal, subscriptions).await;
        let missing = lists.unread.into_iter().map(|(id, error)| unread(Part::RolesIn(id), error)).collect();
        let held = join_all(lists.found.iter().map(|a| self.held_role(work, a)));
        let (held, rights) = join(held, self.rights(work, &lists.found)).await;
        (held, missing, rights)
    }

    /// Reads the operator's rights at the scopes of assignments.
    async fn rights(&self, work: &Work, assignments: &[Assignment]) -> RightsByScope {
        let scopes = assignments.iter().map(|a| printable(&a.scope(), WHOLE));
        let scopes: BTreeMap<String, String> = scopes.map(|scope| (scope.to_ascii_lowercase(), scope)).collect();
        let read = scopes.into_iter().map(async |(key, scope)| {
            let rights = ScopeRights::read(self.door, work, Side::A, &scope).await;
            (key, rights.map_err(|error| unread(Part::RightToAssign, error)))
        });
        join_all(read).await.into_iter().collect()
    }

    /// Sorts the roles into those that the operator may give, and those that only somebody else can.
    async fn sort(&self, work: &Work, found: &mut Found, rights: &RightsByScope) {
        let mut without_right = None;
        for role in &found.holdings.all {
            let wanted = RoleRequest { role: role.definition_guid(), grantee: self.grantee };
            let withheld = |why: String| WithheldRole { role: role.clone(), why };
            match rights.get(&role.scope.to_ascii_lowercase()) {
                Some(Ok(rights)) => match rights.may_assign(wanted) {
                    MayAssign::No(why) => {
                        without_right = without_right
                            .or_else(|| (why == Hindrance::NoRight).then_some((&role.scope, rights, wanted)));
                        found.holdings.withheld.push(withheld(why.to_string()));
                    }
                    MayAssign::Unclear(doubt) => {
                        found.doubts.push(Lack { what: role.short(), why: doubt.to_string() });
                        found.holdings.copied.push(role.clone());
                    }
                    MayAssign::Yes => found.holdings.copied.push(role.clone()),
                },
                Some(Err(missing)) => {
                    found.holdings.withheld.push(withheld(RIGHT_UNREAD.to_owned()));
                    found.unread.push(Unread { why: format!("{}: {}", role.short(), missing.why), ..missing.clone() });
                }
                None => {}
            }
        }
        if let Some((scope, rights, wanted)) = without_right {
            let helps = |sets: &[_]| !matches!(rights.may_assign_by(sets, wanted), MayAssign::No(_));
            found.eligible = eligible::sentence(self.door, work, Side::A, scope, helps).await;
        }
    }

    /// Returns the finding, and what stands in the plan where the finding does not stop.
    fn judged(&self, cluster: &ClusterId, found: Found) -> Result<(Holdings, Finding), Finding> {
        let Found { mut holdings, mut lacks, doubts, unread, eligible } = found;
        // Where the finding does not stop, all of these were accepted. Roles that cannot be given are named one by one.
        let named = unread.iter().filter(|u| u.part != Part::RightToAssign);
        lacks.extend(named.map(|u| Lack { what: u.part.to_string(), why: NOT_READ.to_owned() }));
        holdings.lacks = lacks.iter().map(ToString::to_string).collect();
        let withheld = holdings.withheld.iter().map(|one| Lack { what: one.role.short(), why: one.why.clone() });
        let lacks: Vec<Lack> = lacks.into_iter().chain(withheld).collect();
        let rights = FormerRights {
            copied: &holdings.copied,
            lacks: &lacks,
            doubts: &doubts,
            unread: &unread,
            eligible: eligible.as_deref(),
        };
        let finding = judge_old_roles(cluster, &rights, self.accepted);
        Ok((holdings, finding))
    }

    /// Reads the groups and directory roles that a principal is in.
    ///
    /// Fewer accounts may read those that it is in by way of others. The direct ones suffice: a new member of them is
    /// in the others too.
    async fn groups(&self, work: &Work, principal: ObjectId) -> Read<Lack> {
        let endpoints = self.door.endpoints();
        let listed = match self.door.list(work, request::member_of(endpoints, principal, true)).await {
            Ok(groups) => Ok(groups),
            Err(_) => self.list(work, request::member_of(endpoints, principal, false)).await,
        };
        lacking(Part::Groups, listed, |group: Membership| {
            let name = group.display_name.map_or_else(|| group.id.to_string(), |name| printable(&name, 80));
            Lack { what: format!("membership of {name}"), why: GROUP.to_owned() }
        })
    }

    async fn api_permissions(&self, work: &Work, principal: ObjectId) -> Read<Lack> {
        let listed = self.list(work, request::app_roles_of(self.door.endpoints(), principal)).await;
        lacking(Part::ApiPermissions, listed, |permission: AppRoleAssignment| {
            let name = printable(permission.resource_display_name.as_deref().unwrap_or("an API"), 80);
            Lack { what: format!("a permission on {name}"), why: API.to_owned() }
        })
    }

    /// Reads the access policies of Key Vaults that name a principal. A vault that takes roles instead heeds none.
    async fn vault_policies(&self, work: &Work, principal: ObjectId, subscriptions: &[Uuid]) -> Read<Lack> {
        let listed = match self.door.query::<KeyVault>(work, Side::A, &request::vaults_of(principal)).await {
            Ok(vaults) => Ok(vaults),
            Err(_) => self.vaults_by_subscription(work, subscriptions).await,
        };
        let listed = listed.map(|vaults| vaults.into_iter().filter(|vault| vault.lets_in(principal)).collect());
        lacking(Part::VaultPolicies, listed, |vault: KeyVault| Lack {
            what: format!("an access policy of the vault {}", printable(&vault.name, 80)),
            why: VAULT.to_owned(),
        })
    }

    async fn vaults_by_subscription(&self, work: &Work, subscriptions: &[Uuid]) -> Result<Vec<KeyVault>, CallError> {
        let asked = subscriptions.iter().map(|id| self.list(work, request::vaults_in(self.door.endpoints(), *id)));
        let answers: Vec<Result<Vec<KeyVault>, CallError>> =
            stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
        Ok(answers.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// Reads the role of an assignment: its name, and what it allows.
    async fn held_role(&self, work: &Work, assignment: &Assignment) -> (HeldRole, Allowed) {
        let properties = &assignment.properties;
        let definition = in_scope(&properties.role_definition_id, &assignment.scope());
        let request = request::role_definition(self.door.endpoints(), Side::A, &definition);
        let (role, allowed) = match self.door.json::<Definition>(work, request).await {
            Ok(Definition { properties: role }) => (printable(&role.role_name, 80), Ok(role.permissions)),
            Err(error) => (format!("a role whose name cannot be read ({definition})"), Err(not_read(error))),
        };
        let held = HeldRole {
            role: printable(&role, WHOLE),
            definition: printable(&definition, WHOLE),
            scope: printable(&assignment.scope(), WHOLE),
            condition: properties.condition.clone(),
        };
        (held, allowed)
    }

    /// Reads a list with patience: an outage of a minute is no reason to give up.
    async fn list<T: DeserializeOwned + Send>(&self, work: &Work, request: Request) -> Result<Vec<T>, CallError> {
        patiently(self.door.wire(), work, async || self.door.list(work, request.clone()).await).await
    }
}

/// Returns the id of a role definition as an assignment in a subscription names it.
///
/// Resource Graph names built-in roles without the subscription, where few may read them.
fn in_scope(definition: &str, scope: &str) -> String {
    match role_lists::subscription_of(scope) {
        Some(subscription) if definition.starts_with("/providers/") => {
            format!("/subscriptions/{subscription}{definition}")
        }
        _ => definition.to_owned(),
    }
}

/// Returns the items of a list as lacks, or the part that was not read.
fn lacking<T>(part: Part, listed: Result<Vec<T>, CallError>, lack: impl FnMut(T) -> Lack) -> Read<Lack> {
    match listed {
        Ok(list) => (list.into_iter().map(lack).collect(), Vec::new()),
        Err(error) => (Vec::new(), vec![unread(part, error)]),
    }
}

/// Returns a part that was not read, and the reason.
fn unread(part: Part, error: CallError) -> Unread {
    let denied = error.is_final();
    let trouble = error.trouble("");
    let why = match &trouble.refusal {
        Some(refusal) => refusal.to_string(),
        None => lower_first(&trouble.why),
    };
    Unread { part, why, denied, refusal: trouble.refusal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_within_its_subscription() {
        let of = "/providers/Microsoft.Authorization/RoleDefinitions/b2";
        let one = "/subscriptions/11111111-1111-4111-8111-111111111111";
        assert_eq!(in_scope(of, &format!("{one}/resourceGroups/g")), format!("{one}{of}"));
        assert_eq!(in_scope(of, "/"), of);
        assert_eq!(in_scope("/subscriptions/t/x", "/subscriptions/s"), "/subscriptions/t/x");
    }
}
