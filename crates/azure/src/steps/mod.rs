//! The steps: for each operation of the plan, how it looks whether its work is there already, does it, and waits
//! until it is known where it is needed; and how it is taken back.

mod app;
mod ask_for_role;
mod attach;
mod back;
mod cluster;
mod hand_over;
mod inside;
mod last_look;
mod old_secret;
mod others;
mod person;
mod principal;
mod proof;
mod roles;
mod secret;
mod way_back;

use crosspull_core::explain::Refusal;
use crosspull_core::ids::AppId;
use crosspull_core::names::Outcome;
use crosspull_core::names::Side;
use crosspull_core::operation::AddSecret;
use crosspull_core::operation::CopyRoles;
use crosspull_core::operation::CreateApp;
use crosspull_core::operation::GrantRole;
use crosspull_core::operation::KeepWayBack;
use crosspull_core::operation::Op;
use crosspull_core::operation::ProvePull;
use crosspull_core::operation::Provision;
use crosspull_core::operation::RemoveSecret;
use crosspull_core::operation::ResetCluster;

use crate::engine::{Doing, Done};
use crate::patience::{Asked, Halt, Patience};
use crate::reply::Principal;
use crate::request::{self, Request};
use crate::wire::CallError;

/// Objects of Graph are readable everywhere within this (`azure-facts.md` 3.1).
const DIRECTORY: Patience = Patience::new(2, 5);

impl Doing<'_> {
    /// Does the step.
    pub async fn perform(&self) -> Done {
        match &self.step.op {
            Op::CreateApp(CreateApp { name, redirect_uri, marker, takes_up, passes_over }) => {
                self.create_app(name, redirect_uri, marker, *takes_up, passes_over).await
            }
            Op::CreatePrincipal(_) => self.create_principal().await,
            Op::AddSecret(AddSecret { days, cluster, renew, in_use }) => {
                self.add_secret(*days, cluster, *renew, *in_use).await
            }
            Op::Provision(Provision { consent, redirect_uri }) => self.provision(*consent, redirect_uri).await,
            Op::GrantRole(GrantRole { registry, role, repositories }) => {
                self.grant_role(registry, *role, repositories).await
            }
            Op::HandOver(_) => self.hand_over().await,
            Op::ProvePull(ProvePull { registry, login_server, images }) => {
                self.prove_pull(registry, login_server, images).await
            }
            Op::CopyRoles(CopyRoles { cluster, roles }) => self.copy_roles(cluster, roles).await,
            Op::KeepWayBack(KeepWayBack { app, days, saved, .. }) => self.keep_way_back(*app, *days, *saved).await,
            Op::ResetCluster(ResetCluster { cluster, soak_minutes, from, .. }) => {
                self.reset_cluster(cluster, *soak_minutes, *from).await
            }
            Op::RemoveSecret(RemoveSecret { cluster, secret }) => self.remove_old_secret(cluster, secret).await,
            Op::ProveInside(op) => self.prove_inside(op).await,
            Op::Attach(op) => self.attach(op).await,
            Op::AskForRole(op) => self.ask_for_role(op).await,
            // These are taken one after the other, by the way back.
            Op::TakeBack(_) => plainly(Outcome::Skipped),
        }
    }

    /// The service principal of an app in a tenant, where there is one; the inner error where the operator may not
    /// look.
    async fn look_for_principal(
        &self,
        side: Side,
        app: AppId,
        what: &str,
    ) -> Result<Result<Option<Principal>, Refusal>, Halt> {
        let request = request::principals_of(self.door().endpoints(), side, app);
        match self.door().list::<Principal>(&self.work, request).await {
            Ok(list) => Ok(Ok(list.into_iter().find(|p| p.app_id == app))),
            Err(CallError::Refused(r)) if r.refusal.status == Some(403) => Ok(Err(r.refusal)),
            Err(error) => Err(Halt::of(what, error)),
        }
    }

    /// The same, where one that may not be seen is as good as none.
    async fn principal_of(&self, side: Side, app: AppId, what: &str) -> Result<Option<Principal>, Halt> {
        Ok(self.look_for_principal(side, app, what).await?.ok().flatten())
    }

    /// Deletes something, and says whether it was there. Right after it was made, a 404 may mean that it is not known
    /// everywhere yet, so it is asked again for a while.
    async fn delete(&self, what: &str, request: Request) -> Result<bool, Halt> {
        let mut left = if self.is_young() { 4_u8 } else { 1 };
        DIRECTORY
            .until(self.door().wire(), &self.work, what, async || {
                match self.door().raw(&self.work, request.clone()).await {
                    Ok(_) => Ok(Asked::Yes(true)),
                    Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                        left = left.saturating_sub(1);
                        Ok(if left == 0 {
                            Asked::Yes(false)
                        } else {
                            Asked::NotYet("it is not there, or not known everywhere yet", Some(r.refusal))
                        })
                    }
                    Err(error) => Err(Halt::of(what, error)),
                }
            })
            .await
    }

    /// True where the run did something a short while ago, so that a directory may not know it everywhere yet.
    fn is_young(&self) -> bool {
        const YOUNG_SECONDS: i64 = 600;
        let now = self.door().wire().recorder().now().as_second();
        self.past().last.is_some_and(|last| now - last.as_second() < YOUNG_SECONDS)
    }
}

/// Created or found, with nothing to add.
fn plainly(outcome: Outcome) -> Done {
    Ok((outcome, String::new()))
}
