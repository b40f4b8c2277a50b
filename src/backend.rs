//! The engine room of wizard and commands alike: opens the door, asks the checks, carries out the plan, or takes a run
//! back. They differ only in what they do with the events.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crosspull_azure::checks::{Surveyor, admit_again, sign_in};
use crosspull_azure::connect::connect;
use crosspull_azure::control::{Control, Controller, control};
use crosspull_azure::door::Door;
use crosspull_azure::engine::Engine;
use crosspull_azure::find::Finder;
use crosspull_azure::journal::{ClusterLock, Earlier, JournalError, JournalFile, ReopenError, earlier};
use crosspull_azure::recorder::Recorder;
use crosspull_azure::sign_in::Prompts;
use crosspull_azure::vault::Vault;
use crosspull_azure::wire::Pace;
use crosspull_core::check::OtherRun;
use crosspull_core::check::{Check, Finding, Level, judge_nowhere_to_save, judge_other_runs};
use crosspull_core::event::{Entry, Event};
use crosspull_core::explain::Trouble;
use crosspull_core::find::{Named, Sought};
use crosspull_core::ids::ClusterId;
use crosspull_core::input::Answers;
use crosspull_core::input::{Access, Inputs};
use crosspull_core::names::Direction;
use crosspull_core::names::{CallId, RunId, Verdict};
use crosspull_core::operation::{Facts, Op};
use crosspull_core::plan::Plan;
use crosspull_core::route::Assessed;
use crosspull_core::run::{Known, Run, keep_for_others};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::credentials::Credentials;

/// The longest time that one try of a request may take.
pub const DEADLINE: Duration = Duration::from_secs(60);
/// The least that it may take, however fast the simulated cloud's time runs: the machine's own does not.
const LEAST_DEADLINE: Duration = Duration::from_secs(5);

/// Returns the time that things may take, as whoever reaches the tenants asks for it.
pub fn pace(access: &Access) -> Pace {
    let deadline = DEADLINE.div_f64(access.pace.max(1.0)).max(LEAST_DEADLINE);
    let person = Duration::from_secs(u64::from(access.consent_wait_minutes) * 60);
    Pace::new(access.pace, deadline, person)
}

/// The part of the program that works on a run, with all that it made.
#[derive(Debug, Clone)]
pub struct Backend {
    recorder: Arc<Recorder>,
    control: Control,
    /// The door that the checks opened; the run goes through the same one.
    door: Arc<OnceLock<Arc<Door>>>,
    /// The journal of the run that is gone on with, until something is written in it.
    reopened: Arc<Mutex<Option<JournalFile>>>,
    /// The lock of the cluster that is worked on.
    lock: Arc<Mutex<Option<ClusterLock>>>,
    prompts: Prompts,
    /// The operator's end: it stops and confirms.
    pub controller: Controller,
    /// The secrets that were made.
    pub vault: Arc<Vault>,
}

/// The result of the checks.
#[derive(Debug)]
pub enum Checked {
    /// The plan may run.
    Planned(Box<Plan>),
    /// A check stops it.
    Stopped,
}

impl Backend {
    /// Creates a backend, and its events. The secrets are those of the process: what an earlier backend made, this one
    /// may use.
    pub fn new(vault: Arc<Vault>, prompts: Prompts) -> (Self, UnboundedReceiver<Entry>) {
        let (front_end, events) = unbounded_channel();
        let (controller, control) = control();
        let recorder = Arc::new(Recorder::new(front_end, jiff::Timestamp::now));
        let (door, reopened, lock) = (Arc::default(), Arc::default(), Arc::default());
        let backend = Self { recorder, control, door, reopened, lock, prompts, controller, vault };
        (backend, events)
    }

    /// Opens the door and asks the checks; says the plan where nothing stops. `runs` is the folder of journals: what
    /// other runs know, and whether one works on the cluster, is told by it. `can_save` is true where somebody, or a file,
    /// takes a secret that somebody else is to write.
    ///
    /// # Errors
    /// An error where that folder cannot be read.
    pub async fn check(
        &self,
        inputs: &Inputs,
        credentials: Credentials,
        runs: &Path,
        can_save: bool,
    ) -> Result<Checked, JournalError> {
        let earlier = earlier(runs).map_err(|error| JournalError::unusable(runs, error))?;
        let known = Known::of(earlier.iter().filter_map(|e| e.run.as_ref().ok()));
        for cluster in &inputs.clusters {
            if !self.may_work_on(cluster, &Run::default(), Direction::Forward, runs, &earlier)? {
                return Ok(Checked::Stopped);
            }
        }
        let Some(door) = self.open(&inputs.access, credentials).await? else { return Ok(Checked::Stopped) };
        let Some((spec, survey)) = Surveyor::new(&door, inputs, &known).survey().await? else {
            return Ok(Checked::Stopped);
        };
        let plan = (spec.plan)(inputs, &survey);
        let told = plan.steps.iter().find_map(|step| match &step.op {
            Op::TellPullSecret(op) => Some(&op.cluster),
            _ => None,
        });
        if let Some(cluster) = told.filter(|_| !can_save) {
            let finding = judge_nowhere_to_save(cluster);
            door.wire().recorder().announce(Event::CheckEnded { finding })?;
            return Ok(Checked::Stopped);
        }
        door.wire().recorder().announce(Event::Planned { plan: plan.clone() })?;
        Ok(Checked::Planned(Box::new(plan)))
    }

    /// Reads what routes are chosen by, and weighs them by it; none where something stops, which is said. Nothing of it
    /// is a check of the run, which opens a door of its own.
    ///
    /// # Errors
    /// Never while there is no journal.
    pub async fn weigh(
        &self,
        inputs: &Inputs,
        credentials: Credentials,
    ) -> Result<Option<Vec<Assessed>>, JournalError> {
        let Some(door) = self.connect(&inputs.access, credentials).await? else { return Ok(None) };
        Surveyor::new(&door, inputs, &Known::default()).weigh().await
    }

    /// Says what other runs there are for a cluster; true where this one may work on it.
    fn may_work_on(
        &self,
        cluster: &ClusterId,
        run: &Run,
        way: Direction,
        runs: &Path,
        earlier: &[Earlier],
    ) -> Result<bool, JournalError> {
        let holder = ClusterLock::holder(runs, cluster).map_err(|error| JournalError::unusable(runs, error))?;
        let told = earlier.iter().filter_map(|e| Some((&e.id, e.run.as_ref().ok()?, e.locked)));
        let mut others = run.others(cluster, told);
        if let Some(holder) = holder.filter(|holder| run.id.as_ref() != Some(holder)) {
            others.retain(|other| other.id != holder);
            others.push(OtherRun { id: holder, at_work: true, stands: false, builds_on_it: false });
        }
        let unread: Vec<RunId> = earlier.iter().filter(|e| e.run.is_err()).map(|e| e.id.clone()).collect();
        let finding = judge_other_runs(cluster, &others, &unread, way);
        let stops = finding.level == Level::Stop;
        self.recorder.announce(Event::CheckEnded { finding })?;
        Ok(!stops)
    }

    /// Opens the door for a run that is gone on with, and signs in to both tenants; true where that works. Another run
    /// that works on the cluster is told of before.
    ///
    /// # Errors
    /// An error where the folder of journals cannot be read.
    pub async fn admit(
        &self,
        access: &Access,
        credentials: Credentials,
        past: &Run,
        way: Direction,
        runs: &Path,
    ) -> Result<bool, JournalError> {
        let (cluster, registry) = past.forward_plan().map_or((None, None), Plan::subject);
        if let Some(cluster) = cluster {
            let earlier = earlier(runs).map_err(|error| JournalError::unusable(runs, error))?;
            if !self.may_work_on(cluster, past, way, runs, &earlier)? {
                return Ok(false);
            }
        }
        match self.open(access, credentials).await? {
            Some(door) => admit_again(&door, access, cluster.is_some() && registry.is_some()).await,
            None => Ok(false),
        }
    }

    /// Opens the door, which later steps go through too; none where the cloud cannot be used, which is said.
    /// Opens the door that a run goes through; none where the cloud cannot be used, which is said.
    ///
    /// # Errors
    /// Never while there is no journal.
    pub async fn open(&self, access: &Access, credentials: Credentials) -> Result<Option<Arc<Door>>, JournalError> {
        Ok(self.connect(access, credentials).await?.map(|door| self.door.get_or_init(|| Arc::new(door)).clone()))
    }

    /// Returns a door; none where the cloud cannot be used, which is said.
    async fn connect(&self, access: &Access, credentials: Credentials) -> Result<Option<Door>, JournalError> {
        let parts = credentials.parts(self.recorder.clone(), self.control.clone(), pace(access), self.prompts.clone());
        match connect(access, parts).await {
            Ok(door) => Ok(Some(door)),
            Err(finding) => {
                self.recorder.announce(Event::CheckEnded { finding: *finding })?;
                Ok(None)
            }
        }
    }

    /// Says something before there is a journal.
    ///
    /// # Errors
    /// Never while there is no journal.
    pub fn announce(&self, event: Event) -> Result<(), JournalError> {
        self.recorder.announce(event)
    }

    /// Looks up what was named without its id; gives the ids, in that order. None where one stops, which is said.
    ///
    /// # Errors
    /// Never while there is no journal.
    pub async fn look_up(
        &self,
        named: &[Named],
        access: &Access,
        credentials: Credentials,
    ) -> Result<Option<Vec<String>>, JournalError> {
        let Some(door) = self.connect(access, credentials).await? else { return Ok(None) };
        let mut ids = Vec::new();
        for one in named {
            let (id, finding) = match self.look_up_one(&door, one, access).await? {
                Ok((id, finding)) => (Some(id), finding),
                Err(finding) => (None, finding),
            };
            self.recorder.announce(Event::CheckEnded { finding })?;
            let Some(id) = id else { return Ok(None) };
            ids.push(id);
        }
        Ok(Some(ids))
    }

    /// Looks up one, in the tenant that was named and in no other.
    async fn look_up_one(
        &self,
        door: &Door,
        one: &Named,
        access: &Access,
    ) -> Result<Result<(String, Finding), Finding>, JournalError> {
        let side = one.side();
        let not_looked_up = |check: Check, trouble: Trouble| Finding {
            refusal: trouble.refusal,
            ..check.stop(format!("{} was not looked up: {}", one.name, trouble.why), trouble.now)
        };
        if let Err(trouble) = sign_in(door, &access.tenants[side], side).await {
            return Ok(Err(not_looked_up(Check::SignIn(side), trouble)));
        }
        let check = Check::Name { side, name: one.name.clone() };
        self.recorder.announce(Event::CheckStarted { check: check.clone() })?;
        let found = Mutex::new(Vec::new());
        let tell = |choices| found.lock().unwrap_or_else(PoisonError::into_inner).extend(choices);
        let finder = Finder { door, side, cluster: None, registry: None, tell: &tell };
        let searched = finder.find(&Sought::For(one.key)).await;
        let found = found.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(match searched {
            Ok(()) => one.judge(&found),
            Err(trouble) => Err(not_looked_up(check, trouble)),
        })
    }

    /// Begins the journal of a new run, and takes the lock of its cluster.
    ///
    /// # Errors
    /// An error where it cannot be made, or another run took the cluster meanwhile.
    pub fn begin(&self, runs: &Path, plan: &Plan) -> Result<(RunId, PathBuf), JournalError> {
        let run = RunId(uuid::Uuid::new_v4().simple().to_string().chars().take(8).collect());
        let journal = JournalFile::create(runs, &run)?;
        let path = journal.path().to_owned();
        if let Err(error) = self.take_cluster(runs, plan, &run) {
            // Nothing was sent by this run: its journal would only be a name in the list.
            let _ = std::fs::remove_file(&path);
            return Err(error);
        }
        self.recorder.begin(journal, Run::default());
        Ok((run, path))
    }

    /// Takes up the journal of an earlier run; gives the run and where its journal is. Nothing is written in it before
    /// the run goes on.
    ///
    /// # Errors
    /// An error where it is not there, damaged, or worked on by somebody else.
    pub fn reopen(&self, runs: &Path, run: &RunId) -> Result<(Run, Vec<Entry>, PathBuf), ReopenError> {
        let (journal, run, entries) = JournalFile::reopen(runs, run)?;
        let path = journal.path().to_owned();
        let last = run.calls.iter().map(|call| call.id).max().unwrap_or(CallId(0));
        self.recorder.number_after(last);
        *self.reopened.lock().unwrap_or_else(PoisonError::into_inner) = Some(journal);
        Ok((run, entries, path))
    }

    /// Takes the lock of the cluster that a plan is about.
    fn take_cluster(&self, runs: &Path, plan: &Plan, run: &RunId) -> Result<(), JournalError> {
        if let Some(cluster) = plan.subject().0 {
            let lock = ClusterLock::take(runs, cluster, run)?;
            *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
        }
        Ok(())
    }

    /// Lets go of the journal and of the cluster, so that others may work on them.
    pub fn let_go(&self) {
        self.recorder.close();
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *self.reopened.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Carries out the plan of a new run, through the door that the checks opened.
    ///
    /// # Errors
    /// An error where the journal cannot be written.
    pub async fn run(&self, plan: Plan, run: RunId, answers: Answers) -> Result<Verdict, JournalError> {
        let begins = Event::RunStarted { run: run.clone(), plan: plan.clone(), answers };
        match self.engine(plan, run, Run::default()) {
            Some(engine) => engine.run(begins).await,
            None => Ok(Verdict::Stopped),
        }
    }

    /// Goes on with a run that was taken up, or takes it back by that plan.
    ///
    /// # Errors
    /// An error where the journal cannot be written.
    pub async fn go(&self, way: Direction, mut plan: Plan, past: Run) -> Result<Verdict, JournalError> {
        let journal = self.reopened.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (Some(journal), Some(run)) = (journal, past.id.clone()) else { return Ok(Verdict::Stopped) };
        if let Some(runs) = journal.path().parent() {
            self.take_cluster(runs, &plan, &run)?;
            if way == Direction::Back {
                let earlier = earlier(runs).map_err(|error| JournalError::unusable(runs, error))?;
                keep_for_others(&mut plan, Some(&run), earlier.iter().filter_map(|one| one.run.as_ref().ok()));
            }
        }
        self.recorder.begin(journal, past.clone());
        let Some(engine) = self.engine(plan, run.clone(), past) else { return Ok(Verdict::Stopped) };
        match way {
            Direction::Forward => engine.run(Event::RunResumed { run }).await,
            Direction::Back => engine.take_back().await,
        }
    }

    /// Ends a run that was taken up and made nothing, so that nobody goes on with it. Nothing is called.
    ///
    /// # Errors
    /// An error where the journal cannot be written.
    pub fn end_unmade(&self, plan: Plan, past: Run) -> Result<(), JournalError> {
        let journal = self.reopened.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (Some(journal), Some(run)) = (journal, past.id.clone()) else { return Ok(()) };
        self.recorder.begin(journal, past);
        self.recorder.record(Event::UndoStarted { run: run.clone(), plan })?;
        let ended = Event::RunEnded { verdict: Verdict::Done, run: Some(run), facts: Vec::new(), trouble: None };
        self.recorder.record(ended)
    }

    /// Returns an engine; none where no check opened the door, which no caller comes to.
    fn engine(&self, plan: Plan, run: RunId, past: Run) -> Option<Engine> {
        let door = self.door.get()?.clone();
        Some(Engine::new(door, plan, run, past, self.vault.clone(), self.controller.clone()))
    }

    /// Says something that is not the engine's to say.
    ///
    /// # Errors
    /// An error where the journal cannot be written.
    pub fn say(&self, event: Event) -> Result<(), JournalError> {
        self.recorder.record(event)
    }
}

/// Returns the end of a run whose journal cannot take it any more. It goes to the front end alone.
pub fn ended_by(run: RunId, facts: &Facts, error: &JournalError, now: String) -> Entry {
    let trouble = Trouble::new("The run was ended.", format!("{error}."), now);
    let facts = facts.iter().cloned().collect();
    let ended = Event::RunEnded { verdict: Verdict::Failed, run: Some(run), facts, trouble: Some(trouble) };
    Entry::new(jiff::Timestamp::now(), ended)
}
