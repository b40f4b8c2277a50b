//! One job for the engine: open the door, ask the checks, run the plan. Wizard and headless run do it the same way
//! and differ only in what they do with the events.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crosspull_azure::connect::{Parts, connect};
use crosspull_azure::control::{Control, Controller, control};
use crosspull_azure::door::Door;
use crosspull_azure::engine::Engine;
use crosspull_azure::journal::{Journal, JournalError};
use crosspull_azure::recorder::Recorder;
use crosspull_azure::survey::Surveyor;
use crosspull_azure::vault::Vault;
use crosspull_azure::wire::Pace;
use crosspull_core::event::{Entry, Event, RunId, Verdict};
use crosspull_core::inputs::Inputs;
use crosspull_core::plan::Plan;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::gather::Means;

/// How long one try of a request may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// A job: what works on it, and what it made.
#[derive(Debug, Clone)]
pub struct Job {
    recorder: Arc<Recorder>,
    control: Control,
    /// Opened by the checks; the run goes through the same one.
    door: Arc<OnceLock<Arc<Door>>>,
    /// The operator's end.
    pub controller: Controller,
    /// The secrets that it made.
    pub vault: Arc<Vault>,
}

/// What the checks came to.
#[derive(Debug)]
pub enum Checked {
    /// The plan may run.
    Planned(Box<Plan>),
    /// A check stops it.
    Stopped,
}

impl Job {
    /// A job, and its events.
    pub fn new() -> (Self, UnboundedReceiver<Entry>) {
        let (front_end, events) = unbounded_channel();
        let (controller, control) = control();
        let recorder = Arc::new(Recorder::new(front_end, jiff::Timestamp::now));
        (Self { recorder, control, door: Arc::default(), controller, vault: Arc::default() }, events)
    }

    /// Opens the door and asks the checks; says the plan where nothing stops.
    ///
    /// # Errors
    /// Never while there is no journal.
    pub async fn check(&self, inputs: &Inputs, means: Means) -> Result<Checked, JournalError> {
        let parts = Parts {
            authorities: means.authorities,
            login_a: means.login_a,
            login_b: means.login_b,
            recorder: self.recorder.clone(),
            control: self.control.clone(),
            pace: Pace { divisor: inputs.pace, deadline: DEADLINE },
        };
        let door = match connect(inputs, parts).await {
            Ok(door) => Arc::new(door),
            Err(finding) => {
                self.recorder.say(Event::CheckEnded { finding: *finding })?;
                return Ok(Checked::Stopped);
            }
        };
        let Some(survey) = Surveyor::new(&door, inputs).survey().await? else { return Ok(Checked::Stopped) };
        let plan = Plan::new_app(inputs, &survey);
        let door = self.door.get_or_init(|| door);
        door.wire().recorder().say(Event::Planned { plan: plan.clone() })?;
        Ok(Checked::Planned(Box::new(plan)))
    }

    /// Begins the journal of a new run.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn begin(&self, runs: &Path) -> Result<(RunId, PathBuf), JournalError> {
        let run = RunId(uuid::Uuid::new_v4().simple().to_string().chars().take(8).collect());
        let journal = Journal::create(runs, &run)?;
        let path = journal.path().to_owned();
        self.recorder.begin(journal);
        Ok((run, path))
    }

    /// Runs the plan, through the door that the checks opened.
    ///
    /// # Errors
    /// Where the journal cannot be written.
    pub async fn run(&self, plan: Plan, run: RunId) -> Result<Verdict, JournalError> {
        match self.door.get() {
            Some(door) => {
                let (vault, controller) = (self.vault.clone(), self.controller.clone());
                Engine::new(door.clone(), plan, run, vault, controller).run().await
            }
            // A plan comes from checks alone, and those opened the door.
            None => Ok(Verdict::Stopped),
        }
    }

    /// Says something that is not the engine's to say.
    ///
    /// # Errors
    /// Where the journal cannot be written.
    pub fn say(&self, event: Event) -> Result<(), JournalError> {
        self.recorder.keep(event)
    }
}
