//! The checks of the cluster's side.

use crosspull_core::check::{
    AppFacts, Check, ClusterFacts, Finding, HeldRole, judge_app, judge_cluster, judge_old_roles, judge_reset_right,
};
use crosspull_core::event::Work;
use crosspull_core::ids::{AppId, ClusterId};
use crosspull_core::plan::{Side, marker};
use crosspull_core::rights::allows;
use crosspull_core::text::printable;
use futures_util::future::{join_all, join3};

use super::{ASSIGN, RESET, Said, Surveyor, call_stop};
use crate::reply::{App, Assignment, Cluster, Definition, List, Permissions, Principal};
use crate::request;
use crate::wire::CallError;

impl Surveyor<'_> {
    pub(super) async fn cluster(&self, id: &ClusterId) -> Result<(ClusterFacts, Option<AppFacts>), Said> {
        let check = Check::Cluster(id.clone());
        self.begin(&check)?;
        let scope = id.to_string();
        let right = self.right(Check::ResetRight(id.clone()), Side::A, &scope, RESET, |ok| judge_reset_right(id, ok));
        self.begin(&Check::App)?;
        let (read, right, app) = join3(self.read_cluster(id), right, self.find_app(id)).await;
        let in_use = read.as_ref().ok().and_then(|c| c.client_id);
        let app = self.conclude(app.map(|app| {
            let finding = judge_app(app.as_ref(), in_use);
            (app, finding)
        }));
        let tried_before = app.as_ref().is_ok_and(Option::is_some);
        let cluster = self.conclude(read.map(|facts| {
            let finding = judge_cluster(&facts, tried_before);
            (facts, finding)
        }));
        let (cluster, app) = (cluster?, app?);
        right?;
        if let Some(client) = cluster.client_id {
            self.ask(Check::OldRoles(id.clone()), self.old_roles(id, client, app.as_ref())).await?;
        }
        Ok((cluster, app))
    }

    async fn read_cluster(&self, id: &ClusterId) -> Result<ClusterFacts, Finding> {
        let check = Check::Cluster(id.clone());
        let work = Work::Check(check.clone());
        let read: Result<Cluster, _> = self.door.json(&work, request::cluster(self.door.endpoints(), id)).await;
        let properties = read.map_err(|e| call_stop(check, &format!("{} cannot be read", id.name()), e))?.properties;
        Ok(ClusterFacts {
            id: id.clone(),
            client_id: properties.client_id(),
            provisioning_state: printable(properties.provisioning_state.as_deref().unwrap_or("unknown"), 40),
            power_state: printable(properties.power_state.and_then(|p| p.code).as_deref().unwrap_or("Running"), 40),
            nodes: properties.agent_pool_profiles.iter().flatten().filter_map(|p| p.count).sum(),
        })
    }

    /// The app of an earlier run for this cluster, where it is there.
    async fn find_app(&self, cluster: &ClusterId) -> Result<Option<AppFacts>, Finding> {
        let request = request::apps_tagged(self.door.endpoints(), &marker(cluster));
        let read: Result<Vec<App>, _> = self.door.list(&Work::Check(Check::App), request).await;
        let apps = read.map_err(|e| call_stop(Check::App, "the apps of tenant A cannot be read", e))?;
        Ok(apps.into_iter().next().map(|app| {
            let name = printable(app.display_name.as_deref().unwrap_or_default(), 120);
            AppFacts { object_id: app.id, app_id: app.app_id, name }
        }))
    }

    /// The roles that the cluster would lose with its present principal.
    async fn old_roles(
        &self,
        cluster: &ClusterId,
        client: AppId,
        app: Option<&AppFacts>,
    ) -> Result<((), Finding), Finding> {
        let check = || Check::OldRoles(cluster.clone());
        let work = Work::Check(check());
        if app.is_some_and(|a| a.app_id == client) {
            return Ok(((), check().pass(format!("{} uses the app of an earlier run already", cluster.name()))));
        }
        let unread = |e: CallError| {
            let why = call_stop(check(), "", e);
            let now = "Look at its role assignments before the reset: the new principal needs the same.";
            Finding { refusal: why.refusal, ..check().warn("the roles of the present principal cannot be read", now) }
        };
        let request = request::principals_of(self.door.endpoints(), Side::A, client);
        let principals: List<Principal> = match self.door.json(&work, request).await {
            Ok(list) => list,
            Err(error) => return Ok(((), unread(error))),
        };
        let Some(principal) = principals.value.first() else {
            return Ok((
                (),
                check().warn(
                    "the present principal is not in the directory any more",
                    "The cluster may already be without its rights.",
                ),
            ));
        };
        let request = request::roles_of(self.door.endpoints(), cluster.subscription(), principal.id);
        let held: Vec<Assignment> = match self.door.list(&work, request).await {
            Ok(list) => list,
            Err(error) => return Ok(((), unread(error))),
        };
        let roles = join_all(held.iter().map(|a| self.held_role(&work, a))).await;
        let scopes = join_all(roles.iter().map(|r| self.may_assign(&work, &r.scope))).await;
        Ok(((), judge_old_roles(cluster, &roles, scopes.into_iter().all(|ok| ok))))
    }

    async fn held_role(&self, work: &Work, assignment: &Assignment) -> HeldRole {
        let id = &assignment.properties.role_definition_id;
        let request = request::role_definition(self.door.endpoints(), id);
        let role = match self.door.json::<Definition>(work, request).await {
            Ok(definition) => printable(&definition.properties.role_name, 80),
            Err(_) => "a role that cannot be read".to_owned(),
        };
        HeldRole { role, scope: printable(assignment.properties.scope.as_deref().unwrap_or_default(), 300) }
    }

    async fn may_assign(&self, work: &Work, scope: &str) -> bool {
        let request = request::permissions(self.door.endpoints(), Side::A, scope);
        let read: Result<Permissions, _> = self.door.json(work, request).await;
        read.is_ok_and(|p| allows(&p.value, ASSIGN))
    }
}
