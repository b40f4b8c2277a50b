//! What the cluster's present principal holds: what the new one can be given, and what it cannot.

use crosspull_core::check::{AppFacts, Check, Finding, HeldRole, Lack, judge_old_roles};
use crosspull_core::event::Work;
use crosspull_core::ids::{AppId, ClusterId, ObjectId};
use crosspull_core::plan::Side;
use crosspull_core::rights::{PermissionSet, allows};
use crosspull_core::text::printable;
use futures_util::future::{join, join_all};

use super::{ASSIGN, Surveyor, call_stop};
use crate::reply::{AppRoleAssignment, Assignment, Definition, Membership, Principal, Subscription};
use crate::request;
use crate::wire::CallError;

/// No more subscriptions are looked through for roles of the present principal.
const MOST_SUBSCRIPTIONS: usize = 50;

/// Why something is not copied.
const NOT_ALLOWED: &str = "you may not assign roles there";
const GROUP: &str = "memberships are not copied";
const API: &str = "permissions on APIs are not copied";

/// The roles that the new principal gets too, and what it will lack.
type Held = (Vec<HeldRole>, Vec<String>);

impl Surveyor<'_> {
    /// The roles that the new principal can be given, and what else the cluster would lose.
    pub(super) async fn old_roles(
        &self,
        cluster: &ClusterId,
        client: AppId,
        app: Option<&AppFacts>,
    ) -> Result<(Held, Finding), Finding> {
        let check = || Check::OldRoles(cluster.clone());
        let work = Work::Check(check());
        if app.is_some_and(|a| a.app_id == client) {
            return Ok((
                Held::default(),
                check().pass(format!("{} uses the app of an earlier run already", cluster.name())),
            ));
        }
        let unread = |e: CallError| {
            let why = call_stop(check(), "", e);
            let now = "Look at its role assignments before the reset: the new principal needs the same.";
            Finding { refusal: why.refusal, ..check().warn("the roles of the present principal cannot be read", now) }
        };
        let request = request::principals_of(self.door.endpoints(), Side::A, client);
        let principals: Vec<Principal> = match self.door.list(&work, request).await {
            Ok(list) => list,
            Err(error) => return Ok((Held::default(), unread(error))),
        };
        let Some(principal) = principals.first() else {
            let now = "The cluster may already be without its rights.";
            return Ok((Held::default(), check().warn("the present principal is not in the directory any more", now)));
        };
        let (held, others) =
            join(self.roles_everywhere(cluster, &work, principal.id), self.beside_roles(&work, principal.id)).await;
        let held = match held {
            Ok(held) => held,
            Err(error) => return Ok((Held::default(), unread(error))),
        };
        let roles = join_all(held.iter().map(|a| self.held_role(&work, a))).await;
        let may = join_all(roles.iter().map(|r| self.may_assign(&work, &r.scope))).await;
        let mut lacks = others;
        let mut copied = Vec::new();
        for (role, may) in roles.into_iter().zip(may) {
            if may && role.definition_guid().is_some() {
                copied.push(role);
            } else {
                lacks.push(Lack { what: role.short(), why: NOT_ALLOWED });
            }
        }
        let finding = judge_old_roles(cluster, &copied, &lacks);
        Ok(((copied, lacks.iter().map(ToString::to_string).collect()), finding))
    }

    /// The role assignments of a principal in the cluster's subscription and in those that the operator sees beside it:
    /// a subnet may be in another one (`azure-facts.md` 3.8).
    async fn roles_everywhere(
        &self,
        cluster: &ClusterId,
        work: &Work,
        principal: ObjectId,
    ) -> Result<Vec<Assignment>, CallError> {
        let endpoints = self.door.endpoints();
        let own = cluster.subscription();
        let listed: Result<Vec<Subscription>, _> =
            self.door.list(work, request::subscriptions(endpoints, Side::A)).await;
        // Where they cannot be listed, the cluster's own one is what there is to look at.
        let others = listed.unwrap_or_default().into_iter().map(|s| s.subscription_id).filter(|id| *id != own);
        let all: Vec<_> = std::iter::once(own).chain(others).take(MOST_SUBSCRIPTIONS).collect();
        let asked = all.iter().map(|id| {
            let scope = format!("/subscriptions/{id}");
            self.door.list::<Assignment>(work, request::roles_at(endpoints, Side::A, &scope, principal))
        });
        let mut answers = join_all(asked).await.into_iter();
        let mut found = answers.next().unwrap_or(Ok(Vec::new()))?;
        // One that cannot be read is one where the operator could not copy either.
        found.extend(answers.flatten().flatten());
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found.dedup_by(|a, b| a.id.eq_ignore_ascii_case(&b.id));
        Ok(found)
    }

    /// What a principal has beside roles: groups and directory roles, permissions on APIs. What cannot be read is not
    /// told.
    async fn beside_roles(&self, work: &Work, principal: ObjectId) -> Vec<Lack> {
        let endpoints = self.door.endpoints();
        let groups = async {
            let listed = |widely| self.door.list(work, request::member_of(endpoints, principal, widely));
            match listed(true).await {
                Err(CallError::Refused(_)) => listed(false).await,
                listed => listed,
            }
        };
        let apis = self.door.list::<AppRoleAssignment>(work, request::app_roles_of(endpoints, principal));
        let (groups, apis) = join(groups, apis).await;
        let groups = groups.unwrap_or_default().into_iter().map(|g: Membership| {
            let name = g.display_name.map_or_else(|| g.id.to_string(), |name| printable(&name, 80));
            Lack { what: format!("membership of {name}"), why: GROUP }
        });
        let apis = apis.unwrap_or_default().into_iter().map(|a| {
            let name = printable(a.resource_display_name.as_deref().unwrap_or("an API"), 80);
            Lack { what: format!("a permission on {name}"), why: API }
        });
        groups.chain(apis).collect()
    }

    async fn held_role(&self, work: &Work, assignment: &Assignment) -> HeldRole {
        let properties = &assignment.properties;
        let request = request::role_definition(self.door.endpoints(), &properties.role_definition_id);
        let role = match self.door.json::<Definition>(work, request).await {
            Ok(definition) => printable(&definition.properties.role_name, 80),
            Err(_) => "a role that cannot be read".to_owned(),
        };
        HeldRole {
            role,
            definition: printable(&properties.role_definition_id, 300),
            scope: printable(properties.scope.as_deref().unwrap_or_default(), 300),
            condition: properties.condition.clone(),
        }
    }

    async fn may_assign(&self, work: &Work, scope: &str) -> bool {
        let request = request::permissions(self.door.endpoints(), Side::A, scope);
        self.door.list::<PermissionSet>(work, request).await.is_ok_and(|permissions| allows(&permissions, ASSIGN))
    }
}
