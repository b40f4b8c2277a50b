//! The checks of the cluster's side.

use crosspull_core::check::{AppFacts, Check, ClusterFacts, Finding, judge_app, judge_cluster, judge_reset_right};
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::plan::{Side, marker};
use crosspull_core::text::printable;
use futures_util::future::{join, join3};

use super::{RESET, Said, Surveyor, call_stop};
use crate::reply::{App, Cluster};
use crate::request;

impl Surveyor<'_> {
    pub(super) async fn cluster(&self, id: &ClusterId) -> Result<(ClusterFacts, Option<AppFacts>), Said> {
        let check = Check::Cluster(id.clone());
        self.begin(&check)?;
        let scope = id.to_string();
        let right = self.right(Check::ResetRight(id.clone()), Side::A, &scope, RESET, |ok| judge_reset_right(id, ok));
        self.begin(&Check::App)?;
        let (read, right, app) = join3(self.read_cluster(id), right, self.find_app(id)).await;
        let in_use = read.as_ref().ok().and_then(|(c, _)| c.client_id);
        let app = self.conclude(app.map(|app| {
            let finding = judge_app(app.as_ref(), in_use);
            (app, finding)
        }));
        let tried_before = app.as_ref().is_ok_and(Option::is_some);
        let cluster = self.conclude(read.map(|(facts, location)| {
            let finding = judge_cluster(&facts, tried_before);
            ((facts, location), finding)
        }));
        let ((mut cluster, location), app) = (cluster?, app?);
        right?;
        if let Some(client) = cluster.client_id {
            let held = self.ask(Check::OldRoles(id.clone()), self.old_roles(id, client, app.as_ref()));
            let headroom = self.ask(Check::Headroom(id.clone()), self.headroom(id, cluster.nodes, &location));
            let (held, headroom) = join(held, headroom).await;
            (cluster.roles, cluster.lacks) = held?;
            headroom?;
        }
        Ok((cluster, app))
    }

    /// What the cluster is, and its region.
    async fn read_cluster(&self, id: &ClusterId) -> Result<(ClusterFacts, String), Finding> {
        let check = Check::Cluster(id.clone());
        let work = Work::Check(check.clone());
        let read: Result<Cluster, _> = self.door.json(&work, request::cluster(self.door.endpoints(), id)).await;
        let read = read.map_err(|e| call_stop(check, &format!("{} cannot be read", id.name()), e))?;
        let properties = read.properties;
        let facts = ClusterFacts {
            id: id.clone(),
            client_id: properties.client_id(),
            provisioning_state: printable(properties.provisioning_state.as_deref().unwrap_or("unknown"), 40),
            power_state: printable(properties.power_state.and_then(|p| p.code).as_deref().unwrap_or("Running"), 40),
            nodes: properties.agent_pool_profiles.iter().flatten().filter_map(|p| p.count).sum(),
            roles: Vec::new(),
            lacks: Vec::new(),
        };
        Ok((facts, read.location))
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
}
