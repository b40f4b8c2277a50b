//! The way back: how each step is taken back. What the cluster needs stays as long as it uses the app.

use crosspull_core::check::HeldRole;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{AppId, ClusterId, KeyId, ObjectId};
use crosspull_core::names::Direction;
use crosspull_core::names::Outcome;
use crosspull_core::names::{SecretFor, Side, assignment_description, secret_name};
use crosspull_core::operation::CopyRoles;
use crosspull_core::operation::CreateApp;
use crosspull_core::operation::GrantRole;
use crosspull_core::operation::KeepWayBack;
use crosspull_core::operation::ProveInside;
use crosspull_core::operation::ResetCluster;
use crosspull_core::operation::TakeBack;
use crosspull_core::operation::{Fact, Learnt, Op};
use crosspull_core::secret::Secret;
use jiff::Timestamp;

use super::cluster::is_over;
use super::last_look::{Reset, covers};
use super::plainly;
use super::roles::copied_assignment;
use crate::engine::{Doing, Done};
use crate::patience::Halt;
use crate::reply::{Assignment, ClusterProperties};
use crate::request::{self, Grant};
use crate::wire::CallError;

impl Doing<'_> {
    /// Takes back what a step of the route made.
    pub async fn take_back(&self) -> Done {
        let Op::TakeBack(TakeBack { of, made, days }) = &self.step.op else { return self.nothing_there() };
        let goes = matches!(of.op, Op::CopyRoles(_) | Op::GrantRole(_) | Op::Provision(_));
        match &of.op {
            Op::ProveInside(ProveInside { cluster, namespace, .. }) => {
                return self.remove_pod(cluster, namespace, made).await;
            }
            Op::ResetCluster(ResetCluster { cluster, from, .. }) => {
                return self.reset_back(cluster, *from, *days).await;
            }
            _ => self.cluster_is_free(made).await?,
        }
        // What others work with is not taken away, to say afterwards that the app stays.
        if goes && let Some(object) = self.own_app_object() {
            self.nobody_else_uses(object).await.map_err(Halt::needed)?;
        }
        match &of.op {
            Op::KeepWayBack(KeepWayBack { app, .. }) => self.remove_way_back(*app, made).await,
            Op::CopyRoles(CopyRoles { roles, .. }) => self.uncopy_roles(roles, made).await,
            Op::GrantRole(GrantRole { registry, role, repositories }) => {
                self.ungrant_role(registry, *role, repositories, made).await
            }
            Op::HandOver(_) => self.hand_back().await,
            Op::Provision(_) => self.delete_principal(Side::B, of.id, made).await,
            Op::CreatePrincipal(_) => self.delete_principal(Side::A, of.id, made).await,
            Op::AddSecret(_) => {
                let Some(object) = self.known::<ObjectId>(&Fact::AppObject) else { return self.nothing_there() };
                self.remove_secrets(object, SecretFor::Cluster, &[]).await?;
                self.undone(made, &[])
            }
            Op::CreateApp(CreateApp { marker, .. }) => self.delete_app(marker, made).await,
            Op::Attach(op) => self.detach(op, made).await,
            Op::AskForRole(op) => self.ask_to_take_back(op),
            Op::ProvePull(_) | Op::ProveInside(_) | Op::ResetCluster(_) | Op::RemoveSecret(_) | Op::TakeBack(_) => {
                self.nothing_there()
            }
        }
    }

    /// The object id of the app, where this run made it: it goes with the run.
    fn own_app_object(&self) -> Option<ObjectId> {
        let made = self.past().facts.learnt(&Fact::AppObject).filter(|l| l.how == Outcome::Created)?;
        made.value.parse().ok()
    }

    /// There is nothing of the step to take back.
    pub(super) fn nothing_there(&self) -> Done {
        Ok((Outcome::Skipped, "nothing of it is there".to_owned()))
    }

    /// What was made is taken back, and with it what goes with it.
    pub(super) fn undone(&self, made: &[Learnt], with: &[Fact]) -> Done {
        let with = with.iter().filter_map(|fact| self.past().facts.learnt(fact)).filter(|l| l.how.is_made());
        let undone: Vec<Learnt> = made.iter().chain(with).cloned().collect();
        self.learn_undone(&undone)?;
        plainly(Outcome::Undone)
    }

    /// Says that facts are no more.
    pub(super) fn learn_undone(&self, made: &[Learnt]) -> Result<(), Halt> {
        if made.is_empty() {
            return Ok(());
        }
        self.learn(made.iter().map(|l| Learnt { how: Outcome::Undone, before: None, ..l.clone() }).collect())
    }

    /// Halts where the cluster uses the app, or may soon, and did not when this run was planned: it may need what the
    /// run made. Where it had the app already, what the run made was an addition.
    async fn cluster_is_free(&self, made: &[Learnt]) -> Result<(), Halt> {
        let Some(route) = self.past().forward_plan() else { return Ok(()) };
        let (Some(cluster), Some(app)) = (route.subject().0, self.known::<AppId>(&Fact::App)) else { return Ok(()) };
        let found = self.past().facts.learnt(&Fact::ClusterClient(cluster.clone()));
        let found = found.is_some_and(|l| l.how == Outcome::Found && l.value == app.to_string());
        // What was added to a condition may go again; what was made may be what the cluster pulls by.
        let only_added = made.iter().all(|l| l.how == Outcome::Changed);
        if only_added
            && route.former_app().is_none()
            && found
            && self.past().resets(Direction::Forward).next().is_none()
        {
            return Ok(());
        }
        match self.try_cluster(cluster).await {
            Ok(now) if now.client_id() == Some(app) => Err(Halt::Needed(Trouble::new(
                format!("{} uses the app {app}, so nothing that it needs is taken back.", cluster.name()),
                "Another run gave the app to the cluster, or somebody did.",
                "Take that run back first: crosspull runs lists them.",
            ))),
            Ok(now) if !is_over(&now) => Err(Halt::Needed(Trouble::new(
                format!("{} is being updated, so nothing that it may need is taken back.", cluster.name()),
                format!("Whether it gets the app {app} is told when that has ended."),
                format!("Wait until it has, then crosspull undo {} goes on.", self.run()),
            ))),
            Ok(_) => Ok(()),
            // A cluster that is gone needs nothing.
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(()),
            Err(error) => Err(Halt::of(&format!("Whether {} uses the app cannot be told.", cluster.name()), error)),
        }
    }

    /// Gives the cluster its former app back, by a secret of that app: its old one cannot be read.
    async fn reset_back(&self, cluster: &ClusterId, from: Option<AppId>, days: u16) -> Done {
        let what = format!("{} was not given its former app back.", cluster.name());
        let Some(former) = from else {
            return Err(Halt::Failed(Trouble::new(
                what,
                "The journal does not tell which app it had before.",
                by_hand(cluster, "APP"),
            )));
        };
        self.quiet(cluster).await?;
        let now = match self.try_cluster(cluster).await {
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                self.forget_back_secrets(former, &[]).await?;
                return Ok((Outcome::Skipped, "the cluster is not there any more".to_owned()));
            }
            read => read.map_err(|e| Halt::of(&what, e))?,
        };
        let given_back = Learnt::new(Outcome::Undone, Fact::ClusterClient(cluster.clone()), former);
        if now.uses(former) {
            self.learn(vec![given_back])?;
            self.forget_back_secrets(former, &self.past().keys_sent(Direction::Back)).await?;
            return Ok((Outcome::Undone, "it uses its former app".to_owned()));
        }
        if let Some(other) = self.another_app(&now, former) {
            self.forget_back_secrets(former, &[]).await?;
            return Ok((Outcome::Skipped, other));
        }
        let object = match self.former_app(former).await? {
            Ok(Some(object)) => object,
            Ok(None) | Err(_) => {
                return Err(Halt::Failed(Trouble::new(
                    what,
                    format!("The app {former} is not to be found in tenant A, or you may not look."),
                    by_hand(cluster, &former.to_string()),
                )));
            }
        };
        self.nothing_was_given_since(&what).await?;
        let given = self.give_roles_back(former, &what).await?;
        let (key, secret) = self.back_secret(cluster, object, former, days, &what).await?;
        self.confirmed().await?;
        // Right before it is sent: the question may have stood for a night.
        let now = self.read_cluster(cluster).await?;
        if let Some(other) = self.another_app(&now, former) {
            self.remove_secrets(object, SecretFor::Back, &[]).await?;
            self.learn_undone(&[Learnt::new(Outcome::Created, Fact::BackKey, key)])?;
            return Ok((Outcome::Skipped, other));
        }
        self.reset_to(Reset { cluster, app: former, secret: &secret, from: now.client_id() }).await?;
        self.learn(vec![given_back])?;
        let note = self.told_back(object, key, &given).await?;
        Ok((Outcome::Undone, note))
    }

    /// Returns the note for a cluster that was given back. A failure to tidy up or to read fails nothing.
    async fn told_back(&self, object: ObjectId, key: KeyId, given: &[HeldRole]) -> Result<String, Halt> {
        let mut note = format!("by a secret of its former app, key id {key}");
        let tidied = match self.remove_secrets(object, SecretFor::Back, &[key]).await {
            Ok(_) => self.read_app(object).await,
            Err(halt) => Err(halt),
        };
        match tidied {
            Ok(app) => {
                let known = app.password_credentials.into_iter().find(|c| c.key_id == key);
                let ends = known.and_then(|c| c.end_date_time).map(|at| format!(", until {}", at.strftime("%F")));
                note.push_str(&ends.unwrap_or_default());
            }
            Err(halt @ (Halt::Stopped | Halt::Journal(_))) => return Err(halt),
            Err(halt) => {
                note.push_str(&format!("; whether others of this run are left there cannot be told: {}", halt.why()))
            }
        }
        if !given.is_empty() {
            let roles: Vec<String> = given.iter().map(HeldRole::short).collect();
            note.push_str(&format!("; its former principal had lost and was given {}", roles.join(", ")));
        }
        Ok(note)
    }

    /// What there is to say where the cluster has neither the run's app nor its former one: it is somebody else's by
    /// now.
    fn another_app(&self, now: &ClusterProperties, former: AppId) -> Option<String> {
        let own = self.known::<AppId>(&Fact::App)?;
        match now.client_id() {
            Some(app) if app == own || app == former => None,
            Some(app) => Some(format!("meanwhile it uses another app, {app}")),
            None => Some("meanwhile it uses a managed identity".to_owned()),
        }
    }

    /// Removes what was made to give the cluster back with, where it was given back without, but for what it may have.
    async fn forget_back_secrets(&self, former: AppId, kept: &[KeyId]) -> Result<(), Halt> {
        let made = self.past().facts.learnt(&Fact::BackKey).filter(|l| l.how == Outcome::Created);
        let Some(made) = made.cloned() else { return Ok(()) };
        let Ok(Some(object)) = self.former_app(former).await? else { return Ok(()) };
        self.remove_secrets(object, SecretFor::Back, kept).await?;
        if kept.iter().any(|key| key.to_string() == made.value) { Ok(()) } else { self.learn_undone(&[made]) }
    }

    /// The secret to give the cluster back with: that of the way back where this process still has its value, else
    /// another.
    async fn back_secret(
        &self,
        cluster: &ClusterId,
        object: ObjectId,
        former: AppId,
        days: u16,
        what: &str,
    ) -> Result<(KeyId, Secret), Halt> {
        let kept = self.known::<KeyId>(&Fact::WayBackKey).and_then(|key| Some((key, self.vault().get(key)?)));
        if let Some((key, secret)) = kept
            && self.token_once(Side::A, former, &secret).await?.is_ok()
        {
            self.learn(vec![Learnt::new(Outcome::Created, Fact::BackKey, key)])?;
            return Ok((key, secret));
        }
        // Nodes may have the secrets of resets that were sent on the way back.
        let held = self.past().keys_sent(Direction::Back);
        let ends = self.ends_as_before(object, days).await?;
        let mut added = self.fresh_secret(object, SecretFor::Back, ends, &held).await?;
        if added.is_err() && ends != self.ends(days) {
            // The tenant may cap how long a secret lives.
            added = self.fresh_secret(object, SecretFor::Back, self.ends(days), &held).await?;
        }
        let made = match added {
            Ok(made) => made,
            Err(refusal) => {
                return Err(Halt::Failed(Trouble::from_refusal(what, refusal).because(
                    format!("A secret cannot be added to its former app {former}, and its old one cannot be read."),
                    by_hand(cluster, &former.to_string()),
                )));
            }
        };
        self.vault().put(made.key_id, made.secret_text.clone());
        self.learn(vec![Learnt::new(Outcome::Created, Fact::BackKey, made.key_id)])?;
        self.accepted(Side::A, former, &made.secret_text).await?;
        Ok((made.key_id, made.secret_text))
    }
}

impl Doing<'_> {
    /// The end of a secret that lives as long as the one that the cluster had before: that of the former app's secrets
    /// which ends last. Some days from now where it has none that lives.
    pub(super) async fn ends_as_before(&self, object: ObjectId, days: u16) -> Result<Timestamp, Halt> {
        let own = [SecretFor::WayBack, SecretFor::Back].map(|what| secret_name(self.run(), what));
        let app = self.read_app(object).await?;
        let others = app.password_credentials.into_iter().filter(|c| {
            let name = c.display_name.as_deref().unwrap_or_default();
            !own.iter().any(|own| own == name)
        });
        let now = self.door().wire().recorder().now();
        let last = others.filter_map(|c| c.end_date_time).max().filter(|end| *end > now);
        Ok(last.unwrap_or_else(|| self.ends(days)))
    }

    /// The roles that the former principal had when the run was planned, as far as its plan tells.
    fn former_roles(&self) -> Vec<HeldRole> {
        let mut roles: Vec<HeldRole> = Vec::new();
        for step in self.past().forward_plan().into_iter().flat_map(|plan| &plan.steps) {
            if let Op::ResetCluster(ResetCluster { holds: known, .. }) | Op::CopyRoles(CopyRoles { roles: known, .. }) =
                &step.op
            {
                roles.extend(known.iter().filter(|role| role.definition_guid().is_some()).cloned());
            }
        }
        roles.sort_by_key(HeldRole::key);
        roles.dedup_by_key(|role| role.key());
        roles
    }

    /// Those of its former roles that the former principal has not any more.
    pub(super) async fn missing_roles(&self, former: AppId) -> Result<Vec<HeldRole>, Halt> {
        let roles = self.former_roles();
        let mut missing = Vec::new();
        if roles.is_empty() {
            return Ok(missing);
        }
        let principal = self.former_principal(former).await?;
        for role in roles {
            let request = request::roles_at(self.door().endpoints(), Side::A, &role.scope, principal);
            let held: Vec<Assignment> = self.door().list(&self.work, request).await.map_err(|error| {
                Halt::of(&format!("Whether the former principal still has {} cannot be told.", role.short()), error)
            })?;
            let same = |a: &Assignment| {
                role.is_at(&a.properties.role_definition_id, &a.scope())
                    && a.properties.principal_id == principal
                    && covers(a.properties.condition.as_deref(), &role)
            };
            if !held.iter().any(same) {
                missing.push(role);
            }
        }
        Ok(missing)
    }

    /// Halts where the run's own principal was given roles since: the cluster may work by them, and the former one has
    /// them not.
    async fn nothing_was_given_since(&self, what: &str) -> Result<(), Halt> {
        let Some(own) = self.known::<ObjectId>(&Fact::PrincipalA) else { return Ok(()) };
        let mut held = self.roles_in_a(own).await?;
        let former = self.former_roles();
        held.retain(|a| !former.iter().any(|role| role.is_at(&a.properties.role_definition_id, &a.scope())));
        let since = self.not_of_this_run(held);
        if since.is_empty() {
            return Ok(());
        }
        Err(Halt::Failed(Trouble::new(
            what,
            format!("The cluster's principal was given more since, which the former one lacks: {}", since.join(", ")),
            format!(
                "Give the former principal the same where the cluster needs it, remove it from the present one, then \
                 crosspull undo {} goes on.",
                self.run()
            ),
        )))
    }

    async fn former_principal(&self, former: AppId) -> Result<ObjectId, Halt> {
        let what = "Whether the former principal still has what it had cannot be told.";
        match self.look_for_principal(Side::A, former, what).await? {
            Ok(Some(principal)) => Ok(principal.id),
            Ok(None) => Err(Halt::Failed(Trouble::new(
                format!("The former app {former} has no service principal in tenant A any more."),
                "The cluster could not work with it, so it keeps the app that it has.",
                format!(
                    "Have it made anew (az ad sp create --id {former} ), then undo again: it gives that one the roles."
                ),
            ))),
            Err(refusal) => Err(Halt::Failed(Trouble::from_refusal(what, refusal))),
        }
    }

    /// Gives the former principal the roles back that it has lost since the run was planned; gives those. Going back is
    /// as careful as going: a cluster is not given to a principal that cannot do its work.
    async fn give_roles_back(&self, former: AppId, what: &str) -> Result<Vec<HeldRole>, Halt> {
        let missing = self.missing_roles(former).await?;
        if missing.is_empty() {
            return Ok(missing);
        }
        let principal = self.former_principal(former).await?;
        for role in &missing {
            let Some(id) = copied_assignment(role, principal) else { continue };
            let description = assignment_description(self.run());
            let grant = Grant {
                definition: &role.definition,
                principal,
                condition: role.condition.as_deref(),
                description: Some(&description),
            };
            let request = request::assign_role(self.door().endpoints(), Side::A, &id, grant);
            match self.door().json::<Assignment>(&self.work, request).await {
                Ok(_) => {}
                Err(CallError::Refused(r)) if r.refusal.code == "RoleAssignmentExists" => {}
                Err(error) => {
                    let halt = Halt::of(what, error);
                    let names: Vec<String> = missing.iter().map(HeldRole::short).collect();
                    let why = format!(
                        "Its former principal ({former}) has lost {} since, and {} cannot be given back: {}",
                        names.join(", "),
                        role.short(),
                        halt.why()
                    );
                    let now = format!(
                        "Have it granted to the service principal {principal} , then crosspull undo {} goes on.",
                        self.run()
                    );
                    return Err(match halt {
                        halt @ (Halt::Stopped | Halt::Journal(_)) => halt,
                        _ => Halt::Failed(Trouble::new(what, why, now)),
                    });
                }
            }
        }
        Ok(missing)
    }
}

/// What an owner of the former app does.
fn by_hand(cluster: &ClusterId, app: &str) -> String {
    format!(
        "An owner of that app adds a secret and gives the cluster back: az ad app credential reset --append --id {app} , \
         then az aks update-credentials --subscription {} --resource-group {} --name {} --reset-service-principal --service-principal {app} \
         --client-secret SECRET",
        cluster.subscription(),
        cluster.group(),
        cluster.name()
    )
}
