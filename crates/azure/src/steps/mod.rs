//! The steps: for each operation of the plan, how it looks whether its work is there already, does it, and waits
//! until it is known where it is needed.

mod app;
mod cluster;
mod principal;
mod registry;
mod secret;

use crosspull_core::event::Outcome;
use crosspull_core::plan::{Op, Side};

use crate::engine::{Doing, Done};
use crate::patience::{Halt, Patience};
use crate::reply::{List, Principal};
use crate::request;
use crate::wire::CallError;
use crosspull_core::ids::AppId;

/// Objects of Graph are readable everywhere within this (`azure-facts.md` 3.1).
const DIRECTORY: Patience = Patience::new(2, 5);

impl Doing<'_> {
    /// Does the step.
    pub async fn perform(&self) -> Done {
        match &self.step.op {
            Op::CreateApp { name, redirect_uri, marker } => self.create_app(name, redirect_uri, marker).await,
            Op::CreatePrincipal => self.create_principal().await,
            Op::AddSecret { days, cluster } => self.add_secret(*days, cluster).await,
            Op::Provision { consent, redirect_uri } => self.provision(*consent, redirect_uri).await,
            Op::GrantRole { registry, role, repositories } => self.grant_role(registry, *role, repositories).await,
            Op::ProvePull { registry, login_server, images } => self.prove_pull(registry, login_server, images).await,
            Op::ResetCluster { cluster, soak_minutes } => self.reset_cluster(cluster, *soak_minutes).await,
        }
    }

    /// The service principal of an app in a tenant, where there is one and the operator may look.
    async fn principal_of(&self, side: Side, app: AppId, what: &str) -> Result<Option<Principal>, Halt> {
        let request = request::principals_of(self.door().endpoints(), side, app);
        match self.door().json::<List<Principal>>(&self.work, request).await {
            Ok(list) => Ok(list.value.into_iter().find(|p| p.app_id == app)),
            Err(CallError::Refused(r)) if r.refusal.status == Some(403) => Ok(None),
            Err(error) => Err(Halt::of(what, error)),
        }
    }
}

/// Created or found, with nothing to add.
fn plainly(outcome: Outcome) -> Done {
    Ok((outcome, String::new()))
}
