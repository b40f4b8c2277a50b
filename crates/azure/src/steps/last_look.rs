//! The last look: between the operator's yes and the reset, everything that the reset stands on is looked at once more.
//! A wait may have been long and a question may have stood for a night; any miss ends the run before the reset.

use crosspull_core::check::HeldRole;
use crosspull_core::operation::CopyRoles;
use crosspull_core::operation::ProvePull;
use crosspull_core::operation::ResetCluster;

use crosspull_core::condition::{Widened, widened};
use crosspull_core::event::Event;
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{AppId, ClusterId, ObjectId, RegistryId};
use crosspull_core::input::LIVES_AFTER_RESET_HOURS;
use crosspull_core::names::Direction;
use crosspull_core::names::Side;
use crosspull_core::operation::{Fact, Op, Precondition};
use crosspull_core::secret::Secret;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};

use super::cluster::{is_over, state};
use crate::engine::Doing;
use crate::patience::{Asked, Halt, Patience};
use crate::reply::{App, Assignment, ClusterProperties, Principal};
use crate::request;
use crate::role_lists;
use crate::wire::CallError;

/// Directories and sign-in have many replicas, and one that is behind is asked again; but what is gone stays gone.
const LOOK: Patience = Patience::new(2, 1);

/// The greatest age of what was seen when the reset is sent.
const FRESH: Duration = Duration::from_secs(20);
/// The same at any pace: a machine's own time does not run faster.
const FRESH_AT_LEAST: Duration = Duration::from_secs(3);
/// How often everything is looked at anew where that took longer.
const LOOKS: u32 = 5;

/// A reset that is about to be sent.
#[derive(Clone, Copy)]
pub(super) struct Reset<'a> {
    pub cluster: &'a ClusterId,
    /// The app that the cluster gets.
    pub app: AppId,
    /// That app's secret.
    pub secret: &'a Secret,
    /// The app that the cluster had when the run was planned; none where it had that app already.
    pub from: Option<AppId>,
}

/// Whether something is so: nothing where it is, else the sentence that says what is not.
type Held = Result<Option<String>, Halt>;

/// One question of the look: yes, or why not and whether asking again may help.
enum Seen {
    Yes,
    NotYet(String),
    No(String),
}

impl Doing<'_> {
    /// Looks at everything that the reset stands on, all at once; gives what the cluster is now. What was seen is an
    /// event, and the run's own fold decides by it whether the reset may be sent.
    pub(super) async fn look_again(&self, reset: Reset<'_>) -> Result<ClusterProperties, Halt> {
        let stands = self.plan().preconditions(self.step);
        let fresh = self.door().wire().pace().of(FRESH).max(FRESH_AT_LEAST);
        let mut missing = vec!["Looking at everything takes too long.".to_owned()];
        for _ in 0..LOOKS {
            let begun = Instant::now();
            let held = join_all(stands.iter().map(|one| self.holds(one, reset))).await;
            let seen: Vec<String> = held.into_iter().collect::<Result<Vec<_>, Halt>>()?.into_iter().flatten().collect();
            // What was seen first is old where something else was slow: then all of it is looked at again.
            if begun.elapsed() <= fresh || !seen.is_empty() {
                missing = seen;
                break;
            }
        }
        let recorder = self.door().wire().recorder();
        recorder.keep(Event::Looked { step: self.step.id, stands, missing: missing.clone() })?;
        if !missing.is_empty() {
            return Err(self.not_sent(reset, missing.join(" ")));
        }
        if !recorder.of_run(|run| run.lets_reset(self.step.id)) {
            return Err(self.not_sent(reset, "What it stands on was not looked at.".to_owned()));
        }
        self.read_cluster(reset.cluster).await
    }

    fn not_sent(&self, reset: Reset<'_>, why: String) -> Halt {
        let run = self.run();
        let now = match self.way() {
            Direction::Forward => format!(
                "No reset was sent. Put right what is missing and go on with crosspull resume {run} , or take the run back \
                 with crosspull undo {run}"
            ),
            Direction::Back => {
                format!("No reset was sent. Put right what is missing, then crosspull undo {run} goes on.")
            }
        };
        Halt::Failed(Trouble::new(format!("{} was not reset.", reset.cluster.name()), why, now))
    }

    fn way(&self) -> Direction {
        if matches!(self.step.op, Op::TakeBack(_)) { Direction::Back } else { Direction::Forward }
    }

    async fn holds(&self, one: &Precondition, reset: Reset<'_>) -> Held {
        match one {
            Precondition::ClusterAsPlanned => self.looked(async || self.cluster_as_planned(reset).await).await,
            Precondition::App => self.looked(async || self.app_is_there().await).await,
            Precondition::Principal(side) => self.looked(async || self.principal_is_there(*side, reset).await).await,
            Precondition::SecretAccepted(side) => self.looked(async || self.secret_is_taken(*side, reset).await).await,
            Precondition::SecretLives => Ok(self.secret_ends_too_soon()),
            Precondition::Pull(registry) => self.looked(async || self.image_is_pulled(registry, reset).await).await,
            Precondition::Assignment(fact) => self.looked(async || self.assignment_is_there(fact).await).await,
            Precondition::NoNewRoles => self.looked(async || self.no_role_is_new(reset).await).await,
            Precondition::FormerRoles => self.looked(async || self.former_roles_are_there(reset).await).await,
        }
    }

    /// Asks until it is so, or no for good, or a minute is over.
    async fn looked(&self, ask: impl AsyncFn() -> Result<Seen, Halt>) -> Held {
        let wire = self.door().wire();
        let mut last = String::new();
        let found = LOOK
            .until(wire, &self.work, "", async || match ask().await? {
                Seen::Yes => Ok(Asked::Yes(None)),
                Seen::No(why) => Ok(Asked::Yes(Some(why))),
                Seen::NotYet(why) => {
                    last = why;
                    Ok(Asked::NotYet("looking once more before the reset", None))
                }
            })
            .await;
        match found {
            Err(halt @ (Halt::Stopped | Halt::Journal(_))) => Err(halt),
            // Patience is over, or the question itself could not be asked.
            Err(halt) if last.is_empty() => Ok(Some(halt.why())),
            Err(_) => Ok(Some(last)),
            Ok(found) => Ok(found),
        }
    }

    async fn cluster_as_planned(&self, reset: Reset<'_>) -> Result<Seen, Halt> {
        let name = reset.cluster.name();
        let now = match self.try_cluster(reset.cluster).await {
            Ok(now) => now,
            Err(error) => return unseen(&format!("{name} cannot be read"), error),
        };
        if !is_over(&now) {
            return Ok(Seen::No(format!("{name} is in the state {}: another operation is going on.", state(&now))));
        }
        let power = now.power_state.as_ref().and_then(|p| p.code.as_deref()).unwrap_or("Running");
        if !power.eq_ignore_ascii_case("Running") {
            return Ok(Seen::No(format!("{name} is {}.", power.to_lowercase())));
        }
        let planned = self.apps_as_planned(reset);
        let has = now.client_id();
        if planned.is_empty() || has.is_some_and(|has| planned.contains(&has)) {
            return Ok(Seen::Yes);
        }
        let has = has.map_or_else(|| "a managed identity".to_owned(), |has| format!("the app {has}"));
        Ok(Seen::No(match (self.way(), planned.first()) {
            (Direction::Forward, Some(planned)) => {
                format!("{name} had the app {planned} when the run was planned, and has {has} now.")
            }
            _ => format!("{name} has {has} , which is neither the run's nor its former one."),
        }))
    }

    /// The apps that the cluster may have now. Plans of the first version do not tell which one it had.
    fn apps_as_planned(&self, reset: Reset<'_>) -> Vec<AppId> {
        if self.way() == Direction::Back {
            return self.known(&Fact::App).into_iter().chain([reset.app]).collect();
        }
        let tells = self.plan().steps.iter().any(|s| matches!(s.op, Op::ProveInside(_)));
        match reset.from {
            Some(from) => vec![from, reset.app],
            None if tells => vec![reset.app],
            None => Vec::new(),
        }
    }

    async fn app_is_there(&self) -> Result<Seen, Halt> {
        let Some(object) = self.known::<ObjectId>(&Fact::AppObject) else {
            return Ok(Seen::No("The app is not known.".to_owned()));
        };
        let gone = format!("The app registration {object} is not in tenant A any more.");
        match self.door().json::<App>(&self.work, request::app(self.door().endpoints(), object)).await {
            Ok(_) => Ok(Seen::Yes),
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(Seen::NotYet(gone)),
            Err(error) => unseen("The app registration cannot be read", error),
        }
    }

    /// The app's service principal in a tenant's directory; where the operator may not look, sign-in tells.
    async fn principal_is_there(&self, side: Side, reset: Reset<'_>) -> Result<Seen, Halt> {
        let known: Option<ObjectId> = match (self.way(), side) {
            (Direction::Back, _) => None,
            (Direction::Forward, Side::A) => self.known(&Fact::PrincipalA),
            (Direction::Forward, Side::B) => self.known(&Fact::PrincipalB),
        };
        let gone = format!("The app {} has no service principal in tenant {side} any more.", reset.app);
        if self.door().tokens().signs_in(side) {
            let request = request::principals_of(self.door().endpoints(), side, reset.app);
            match self.door().list::<Principal>(&self.work, request).await {
                Ok(list) if list.iter().any(|p| known.is_none_or(|known| known == p.id)) => return Ok(Seen::Yes),
                Ok(_) => return Ok(Seen::NotYet(gone)),
                Err(CallError::Refused(r)) if r.refusal.status == Some(403) => {}
                Err(error) => return unseen(&format!("Tenant {side}'s directory cannot be read"), error),
            }
        }
        Ok(match self.token_once(side, reset.app, reset.secret).await? {
            Ok(Some(named)) if known.is_some_and(|known| known != named) => Seen::NotYet(gone),
            Ok(_) => Seen::Yes,
            Err(refusal) => Seen::NotYet(not_taken(side, &refusal)),
        })
    }

    async fn secret_is_taken(&self, side: Side, reset: Reset<'_>) -> Result<Seen, Halt> {
        match self.token_once(side, reset.app, reset.secret).await {
            Ok(Ok(_)) => Ok(Seen::Yes),
            Ok(Err(refusal)) => Ok(Seen::NotYet(not_taken(side, &refusal))),
            Err(Halt::Failed(trouble)) => Ok(Seen::No(format!("{} {}", trouble.what, trouble.why))),
            Err(halt) => Err(halt),
        }
    }

    /// The sentence where the secret does not outlive the reset by far.
    fn secret_ends_too_soon(&self) -> Option<String> {
        let Some(ends) = self.known::<Timestamp>(&Fact::SecretEnds) else {
            return Some("When the secret ends is not known.".to_owned());
        };
        let left = ends.duration_since(self.door().wire().recorder().now());
        let enough = left >= SignedDuration::from_hours(i64::from(LIVES_AFTER_RESET_HOURS));
        (!enough).then(|| {
            format!(
                "The secret ends on {}, which is less than {LIVES_AFTER_RESET_HOURS} h after the reset.",
                ends.strftime("%F %R UTC")
            )
        })
    }

    async fn image_is_pulled(&self, registry: &RegistryId, reset: Reset<'_>) -> Result<Seen, Halt> {
        let proof = self.plan().steps.iter().find_map(|s| match &s.op {
            Op::ProvePull(ProvePull { registry: of, login_server, images }) if of == registry => {
                Some((login_server, images))
            }
            _ => None,
        });
        let Some((login_server, images)) = proof else { return Ok(Seen::No("Nothing is to be pulled.".to_owned())) };
        let what = format!("{} does not let the image be pulled", registry.name());
        match self.pull_once(registry, login_server, images, reset.app, reset.secret).await {
            Ok(Ok(())) => Ok(Seen::Yes),
            Ok(Err(refusal)) => Ok(Seen::NotYet(format!("{what} ({refusal})."))),
            Err(Halt::Failed(trouble)) => Ok(Seen::NotYet(format!("{what}: {}", trouble.why))),
            Err(halt) => Err(halt),
        }
    }

    /// A role assignment that an earlier step made or found. Tenant B's own are for its registry to tell where nobody
    /// signs in there, or nobody may read them: the image was pulled.
    async fn assignment_is_there(&self, fact: &Fact) -> Result<Seen, Halt> {
        let side = if matches!(fact, Fact::Assignment(_)) { Side::B } else { Side::A };
        let what = match fact {
            Fact::RoleCopy(key) => self.copied_role(fact).map_or_else(|| format!("The role {key}"), HeldRole::short),
            _ => "The role on the registry".to_owned(),
        };
        let Some(id) = self.known::<String>(fact) else { return Ok(Seen::No(format!("{what} was not granted."))) };
        if side == Side::B && (!self.door().tokens().signs_in(side) || !request::is_assignment_id(&id)) {
            return Ok(Seen::Yes);
        }
        let principal = if side == Side::A { Fact::PrincipalA } else { Fact::PrincipalB };
        let principal: Option<ObjectId> = self.known(&principal);
        let request = request::assignment(self.door().endpoints(), side, &id);
        match self.door().json::<Assignment>(&self.work, request).await {
            Ok(there) if Some(there.properties.principal_id) == principal => {
                let wanted = self.copied_role(fact);
                let holds = wanted.is_none_or(|role| covers(there.properties.condition.as_deref(), role));
                Ok(if holds {
                    Seen::Yes
                } else {
                    Seen::No(format!("The condition of {what}, role assignment {id} , is not the one that was given."))
                })
            }
            Ok(_) => Ok(Seen::No(format!("{what}, role assignment {id} , is another principal's."))),
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                Ok(Seen::No(format!("{what} is not granted any more: the role assignment {id} is gone.")))
            }
            Err(CallError::Refused(r)) if side == Side::B && r.refusal.status == Some(403) => Ok(Seen::Yes),
            Err(error) => unseen(&format!("{what} cannot be read"), error),
        }
    }

    /// The copied role of a fact, as the plan tells.
    fn copied_role(&self, fact: &Fact) -> Option<&HeldRole> {
        let Fact::RoleCopy(key) = fact else { return None };
        self.plan().steps.iter().find_map(|step| match &step.op {
            Op::CopyRoles(CopyRoles { roles, .. }) => roles.iter().find(|role| role.key() == *key),
            _ => None,
        })
    }

    /// Reads the roles of the principal that the cluster has, and compares them with those that the plan knows. One that
    /// was given since, by whomever, would be lost, unless the new principal has it too.
    async fn no_role_is_new(&self, reset: Reset<'_>) -> Result<Seen, Halt> {
        let Op::ResetCluster(ResetCluster { from: Some(former), holds, .. }) = &self.step.op else {
            return Ok(Seen::Yes);
        };
        let former = match self.look_for_principal(Side::A, *former, "The present principal cannot be read.").await {
            Ok(Ok(Some(principal))) => principal.id,
            // The checks told so, and somebody accepted it.
            Ok(_) => return Ok(Seen::Yes),
            Err(halt @ (Halt::Stopped | Halt::Journal(_))) => return Err(halt),
            Err(halt) => return Ok(Seen::NotYet(format!("The present principal cannot be read: {}", halt.why()))),
        };
        let (subscriptions, not_listed) = role_lists::subscriptions(self.door(), &self.work, reset.cluster).await;
        let lists = role_lists::roles_of(self.door(), &self.work, former, &subscriptions).await;
        // What may not be read was accepted in the checks; all else has to be read.
        let errors = not_listed.into_iter().chain(lists.unread.into_iter().map(|(_, error)| error));
        if let Some(error) = errors.into_iter().find(|error| !error.is_final()) {
            return unseen("The roles of the present principal cannot be read", error);
        }
        let known = |a: &Assignment| holds.iter().any(|role| role.is_at(&a.properties.role_definition_id, &a.scope()));
        let new: Vec<&Assignment> = lists.found.iter().filter(|a| !known(a)).collect();
        if new.is_empty() {
            return Ok(Seen::Yes);
        }
        let own: Option<ObjectId> = self.known(&Fact::PrincipalA);
        let Some(own) = own else { return Ok(Seen::No("The new principal is not known.".to_owned())) };
        let given = role_lists::roles_of(self.door(), &self.work, own, &subscriptions).await.found;
        let lost: Vec<String> =
            new.into_iter().filter(|a| !given.iter().any(|g| same_role(a, g))).map(|a| a.id.clone()).collect();
        if lost.is_empty() {
            return Ok(Seen::Yes);
        }
        Ok(Seen::No(format!(
            "Since the checks the present principal was given what the new one lacks: {} . Give it to the new one too.",
            lost.join(" ")
        )))
    }

    async fn former_roles_are_there(&self, reset: Reset<'_>) -> Result<Seen, Halt> {
        match self.missing_roles(reset.app).await? {
            missing if missing.is_empty() => Ok(Seen::Yes),
            missing => {
                let missing: Vec<String> = missing.iter().map(HeldRole::short).collect();
                Ok(Seen::NotYet(format!("The former principal lacks {}.", missing.join(", "))))
            }
        }
    }
}

/// True where an assignment with that condition gives what the role gives.
pub(super) fn covers(present: Option<&str>, role: &HeldRole) -> bool {
    let wanted = role.condition.as_deref();
    present.is_none() || present == wanted || widened(present, wanted) == Widened::Unchanged
}

/// True for the same role at the same place under the same condition, or under none.
fn same_role(one: &Assignment, other: &Assignment) -> bool {
    let id =
        |a: &Assignment| a.properties.role_definition_id.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let (scope, condition) = (other.scope(), other.properties.condition.as_deref());
    id(one) == id(other)
        && one.scope().trim_end_matches('/').eq_ignore_ascii_case(scope.trim_end_matches('/'))
        && (condition.is_none() || condition == one.properties.condition.as_deref())
}

fn not_taken(side: Side, refusal: &Refusal) -> String {
    format!("Sign-in to tenant {side} does not take the secret ({refusal}).")
}

/// Judges a question that was not answered. Its object counts as missing; it is asked again for a while, unless the
/// answer is final.
fn unseen(what: &str, error: CallError) -> Result<Seen, Halt> {
    let is_final = error.is_final();
    match Halt::of("", error) {
        halt @ (Halt::Stopped | Halt::Journal(_)) => Err(halt),
        halt => {
            let why = format!("{what}: {}", halt.why());
            Ok(if is_final { Seen::No(why) } else { Seen::NotYet(why) })
        }
    }
}
