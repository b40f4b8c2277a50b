//! The checks of the cluster's side.

use crosspull_core::check::{
    AppFacts, Check, ClusterFacts, Finding, SecretFacts, SecretInUse, Whose, choose_app, judge_app, judge_cluster,
    judge_reset_right, judge_secret, secret_in_use,
};
use crosspull_core::event::Work;
use crosspull_core::ids::{AppId, ClusterId, ObjectId};
use crosspull_core::names::{Side, marker};
use crosspull_core::text::printable;
use futures_util::future::{join, join_all, join3};

use super::{RESET, Said, Surveyor, call_stop};
use crate::patience::patiently;
use crate::reply::{App, Cluster, Owner};
use crate::request;

/// The apps that carry a cluster's mark: the one that is taken up, and those that are passed over.
#[derive(Debug, Default)]
pub(super) struct MarkedApps {
    pub taken: Option<AppFacts>,
    pub passed_over: Vec<ObjectId>,
}

impl Surveyor<'_> {
    pub(super) async fn cluster(&self, id: &ClusterId) -> Result<(ClusterFacts, MarkedApps), Said> {
        let check = Check::Cluster(id.clone());
        self.begin(&check)?;
        let scope = id.to_string();
        let right = self.right(Check::ResetRight(id.clone()), Side::A, &scope, RESET, |ok| judge_reset_right(id, ok));
        self.begin(&Check::App)?;
        let (read, right, marked) = join3(self.read_cluster(id), right, self.marked_apps(id)).await;
        let in_use = read.as_ref().ok().and_then(|(c, _)| c.client_id);
        let app = self.conclude(marked.map(|marked| self.take_up(marked, in_use)));
        let tried_before = app.as_ref().is_ok_and(|app| app.taken.is_some());
        let cluster = self.conclude(read.map(|(facts, location)| {
            let finding = judge_cluster(&facts, tried_before);
            ((facts, location), finding)
        }));
        let (mut cluster, location) = cluster?;
        let stopped = app.is_err() || right.is_err();
        let app = app.unwrap_or_default();
        if let Some(client) = cluster.client_id {
            let own = app.taken.as_ref().filter(|own| own.app_id == client);
            cluster.key = self.secret_of_cluster(id, own)?;
            let held = self.ask(Check::OldRoles(id.clone()), self.old_roles(id, client, own.is_some()));
            let headroom = self.ask(Check::Headroom(id.clone()), self.headroom(id, cluster.nodes, &location));
            let (held, headroom) = join(held, headroom).await;
            let held = held?;
            (cluster.roles, cluster.lacks, cluster.holds) = (held.copied, held.lacks, held.all);
            headroom?;
        }
        // What else stops was asked all the same, so that all of it is told at once.
        if stopped { Err(Said) } else { Ok((cluster, app)) }
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
            holds: Vec::new(),
            key: None,
        };
        Ok((facts, read.location))
    }

    /// The apps that carry the cluster's mark, with what tells whose they are.
    async fn marked_apps(&self, cluster: &ClusterId) -> Result<Vec<AppFacts>, Finding> {
        let work = Work::Check(Check::App);
        let request = request::apps_tagged(self.door.endpoints(), &marker(cluster));
        let read =
            patiently(self.door.wire(), &work, async || self.door.list::<App>(&work, request.clone()).await).await;
        let apps = read.map_err(|e| call_stop(Check::App, "the apps of tenant A cannot be read", e))?;
        Ok(join_all(apps.into_iter().map(|app| self.described(&work, app))).await)
    }

    /// An app with its owners, where whose it is may be asked.
    async fn described(&self, work: &Work, app: App) -> AppFacts {
        let owners = if self.known.apps.contains(&app.id) {
            None
        } else {
            let listed = self.door.list::<Owner>(work, request::owners_of(self.door.endpoints(), app.id)).await;
            listed.ok().map(|owners| owners.iter().map(Owner::name).collect())
        };
        facts_of(app, owners)
    }

    /// Chooses among the marked apps, and judges the choice.
    fn take_up(&self, marked: Vec<AppFacts>, in_use: Option<AppId>) -> (MarkedApps, Finding) {
        let adopt = self.inputs.adopt;
        let taken: Option<(&AppFacts, Whose)> = choose_app(&marked, in_use, &self.known.apps, adopt);
        let finding = judge_app(&marked, taken, adopt);
        let taken = taken.map(|(app, _)| app.clone());
        let others = marked.iter().filter(|app| taken.as_ref() != Some(*app));
        let passed_over = others.map(|app| app.object_id).collect();
        (MarkedApps { taken, passed_over }, finding)
    }

    /// Judges the end of the secret that the cluster uses, where it uses an app of crosspull's; gives its key id, where
    /// that is known.
    fn secret_of_cluster(
        &self,
        cluster: &ClusterId,
        own: Option<&AppFacts>,
    ) -> Result<Option<crosspull_core::ids::KeyId>, Said> {
        let check = Check::Secret(cluster.clone());
        let Some(app) = own else {
            if !self.inputs.renew {
                return Ok(None);
            }
            self.begin(&check)?;
            let text = format!("{} has no app of crosspull's yet, so there is nothing to renew", cluster.name());
            return self.conclude(Ok((None, check.pass(text))));
        };
        self.begin(&check)?;
        let in_use = secret_in_use(app, self.known.key(cluster));
        let now = self.door.wire().recorder().now();
        let finding = judge_secret(cluster, &in_use, now, self.inputs.soak_minutes, self.inputs.renew);
        let key = match in_use {
            SecretInUse::Known(secret) => Some(secret.key),
            SecretInUse::OneOf(_) => None,
        };
        self.conclude(Ok((key, finding)))
    }
}

fn facts_of(app: App, owners: Option<Vec<String>>) -> AppFacts {
    let secret = |credential: crate::reply::PasswordCredential| SecretFacts {
        key: credential.key_id,
        name: printable(credential.display_name.as_deref().unwrap_or_default(), 120),
        ends: credential.end_date_time,
    };
    AppFacts {
        object_id: app.id,
        app_id: app.app_id,
        name: printable(app.display_name.as_deref().unwrap_or_default(), 120),
        created: app.created_date_time,
        owners,
        secrets: app.password_credentials.into_iter().map(secret).collect(),
        certificates: app.key_credentials.len(),
    }
}
