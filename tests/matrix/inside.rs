//! The engine within this process, with a journal that dies at a moment: nothing more is kept or sent from then on, as if
//! the program had been killed.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crosspull_azure::checks::Surveyor;
use crosspull_azure::connect::{Parts, connect};
use crosspull_azure::control::control;
use crosspull_azure::door::Door;
use crosspull_azure::engine::Engine;
use crosspull_azure::journal::{EntryLog, JournalError, JournalFile};
use crosspull_azure::recorder::Recorder;
use crosspull_azure::sign_in::{Login, Prompts};
use crosspull_azure::wire::Pace;
use crosspull_core::event::{Entry, Event, Work};
use crosspull_core::input::{Access, Answers, Inputs};
use crosspull_core::names::{CallId, PerTenant, RunId};
use crosspull_core::plan::Plan;
use crosspull_core::run::{Known, Run};
use crosspull_core::secret::Secret;
use crosspull_sim::Tenant;
use crosspull_support::{Story, Struck};

use crate::network::{finished, taken_back};
use crate::sameness;

/// A call of a route: its step, method and path, what a run makes up left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    path: String,
    /// True where it changes something.
    pub writes: bool,
}

/// A moment of a call.
#[derive(Debug, Clone, Copy)]
pub enum Moment {
    BeforeItsEntry,
    AfterItsEntry,
    AfterTheReply,
    AfterTheEntryOfTheReply,
}

impl Moment {
    pub const ALL: [Self; 4] =
        [Self::BeforeItsEntry, Self::AfterItsEntry, Self::AfterTheReply, Self::AfterTheEntryOfTheReply];
}

/// The moment at which the program is gone.
#[derive(Debug, Clone)]
pub struct Cut {
    pub call: Call,
    pub moment: Moment,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {}", self.moment, self.call.path)
    }
}

impl Call {
    /// Returns the call that an event announces.
    fn of(event: &Event) -> Option<(CallId, Self)> {
        let Event::CallStarted { call, work: Work::Step(step), method, url, writes, .. } = event else { return None };
        let path = url.split('?').next().unwrap_or_default();
        let path = path.splitn(4, '/').nth(3).unwrap_or_default();
        let made_up =
            |part: &str| (part.len() == 36 && part.matches('-').count() == 4) || part.starts_with("crosspull-");
        let parts: Vec<&str> = path.split('/').map(|part| if made_up(part) { "*" } else { part }).collect();
        let path = format!("step {step} {method} /{}", parts.join("/"));
        Some((*call, Self { path, writes: *writes }))
    }
}

/// A journal that dies where it is told to, and else only listens.
#[derive(Debug)]
struct Mortal {
    journal: JournalFile,
    cut: Option<Cut>,
    struck: Option<CallId>,
    dead: bool,
    seen: Arc<Mutex<BTreeSet<Call>>>,
}

impl Mortal {
    /// Returns whether the entry is still kept, where this is the moment.
    fn dies_at(&mut self, entry: &Entry) -> Option<bool> {
        let cut = self.cut.as_ref()?;
        if let Some((id, call)) = Call::of(&entry.event)
            && self.struck.is_none()
            && call == cut.call
        {
            self.struck = Some(id);
            return match cut.moment {
                Moment::BeforeItsEntry => Some(false),
                Moment::AfterItsEntry => Some(true),
                Moment::AfterTheReply | Moment::AfterTheEntryOfTheReply => None,
            };
        }
        match &entry.event {
            Event::CallTried { call, .. } if self.struck == Some(*call) => match cut.moment {
                Moment::AfterTheReply => Some(false),
                Moment::AfterTheEntryOfTheReply => Some(true),
                Moment::BeforeItsEntry | Moment::AfterItsEntry => None,
            },
            _ => None,
        }
    }

    fn gone(&self) -> JournalError {
        JournalError::new(self.journal.path(), std::io::Error::other("the program is gone"))
    }
}

impl EntryLog for Mortal {
    fn append(&mut self, entry: &Entry, safe: bool) -> Result<(), JournalError> {
        if self.dead {
            return Err(self.gone());
        }
        if let Some((_, call)) = Call::of(&entry.event) {
            self.seen.lock().expect("one thread").insert(call);
        }
        let dies = self.dies_at(entry);
        if dies != Some(false) {
            self.journal.append(entry, safe)?;
        }
        self.dead = dies.is_some();
        if self.dead { Err(self.gone()) } else { Ok(()) }
    }
}

/// Every call that the steps of an undisturbed run of a route make.
pub fn calls(route: &Struck) -> Vec<Call> {
    let story = route.story();
    let seen = apply(&story, None);
    sameness::is_that_of_an_undisturbed_run(route, &story);
    seen.into_iter().collect()
}

/// Returns the test of what must hold where the program is gone at that moment.
pub fn held(route: &'static Struck, cut: Cut) -> impl FnOnce() + Send + 'static {
    move || {
        let story = route.story();
        apply(&story, Some(cut.clone()));
        let resumed = story.resume(&[]);
        finished(route, &story, resumed);
        sameness::is_that_of_an_undisturbed_run(route, &story);
        let story = route.story();
        apply(&story, Some(cut));
        taken_back(&story);
    }
}

/// As much stack as the program has, whose engine this is.
const STACK: usize = 8 << 20;

/// Applies within this process, until the cut; gives the calls that were made.
fn apply(story: &Story, cut: Option<Cut>) -> BTreeSet<Call> {
    within(cut, async |cut, seen| drive(story, cut, seen).await)
}

/// Runs an engine within this process, on a thread of its own; gives the calls that were made.
pub fn within(
    cut: Option<Cut>,
    drive: impl AsyncFnOnce(Option<Cut>, Arc<Mutex<BTreeSet<Call>>>) -> bool + Send,
) -> BTreeSet<Call> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || here(cut, drive));
        thread.expect("a thread").join().unwrap_or_else(|why| std::panic::resume_unwind(why))
    })
}

fn here(cut: Option<Cut>, drive: impl AsyncFnOnce(Option<Cut>, Arc<Mutex<BTreeSet<Call>>>) -> bool) -> BTreeSet<Call> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let seen = Arc::default();
    let expected = cut.is_some();
    let died = runtime.block_on(drive(cut, Arc::clone(&seen)));
    assert_eq!(died, expected, "the program died, or did not, against what was meant");
    // What was in flight is cut off.
    drop(runtime);
    Arc::into_inner(seen).expect("nobody else").into_inner().expect("one thread")
}

async fn drive(story: &Story, cut: Option<Cut>, seen: Arc<Mutex<BTreeSet<Call>>>) -> bool {
    let text = std::fs::read_to_string(story.answers()).expect("answers");
    let answers = Answers::from_toml(&text).expect("answers");
    let inputs = Inputs::from_answers(&answers).expect("inputs");
    let planned = async |door: &Arc<Door>| {
        let (spec, survey) = Surveyor::new(door, &inputs, &Known::default())
            .survey()
            .await
            .expect("no journal yet")
            .expect("nothing stops");
        ((spec.plan)(&inputs, &survey), answers.clone())
    };
    carried_out(story, &inputs.access, planned, cut, seen).await
}

/// Carries out a plan, until the cut; true where the program died.
pub async fn carried_out(
    story: &Story,
    access: &Access,
    planned: impl AsyncFnOnce(&Arc<Door>) -> (Plan, Answers),
    cut: Option<Cut>,
    seen: Arc<Mutex<BTreeSet<Call>>>,
) -> bool {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (front_end, _events) = tokio::sync::mpsc::unbounded_channel();
    let (controller, control) = control();
    let recorder = Arc::new(Recorder::new(front_end, jiff::Timestamp::now));
    let minute = Duration::from_secs(60);
    let parts = Parts {
        authorities: vec![story.sim.ca_pem().as_bytes().to_vec()],
        logins: PerTenant { a: operator(story, Tenant::A), b: operator(story, Tenant::B) },
        recorder: Arc::clone(&recorder),
        control,
        pace: Pace::new(access.pace, minute, minute),
        prompts: Prompts::new(tokio::sync::mpsc::unbounded_channel().0),
        app_secret: None,
        metadata_host: None,
    };
    let door = Arc::new(connect(access, parts).await.expect("a door"));
    let (plan, answers) = planned(&door).await;
    let run = RunId(uuid::Uuid::new_v4().simple().to_string().chars().take(8).collect());
    let journal = JournalFile::create(&story.state().join("crosspull/runs"), &run).expect("a journal");
    recorder.begin(Mortal { journal, cut, struck: None, dead: false, seen }, Run::default());
    controller.confirm_all();
    let begins = Event::RunStarted { run: run.clone(), plan: plan.clone(), answers };
    let engine = Engine::new(door, plan, run, Run::default(), Arc::default(), controller);
    let died = engine.run(begins).await.is_err();
    recorder.close();
    died
}

fn operator(story: &Story, tenant: Tenant) -> Login {
    let operator = story.sim.operator(tenant);
    let secret = Secret::new(operator.client_secret.reveal().to_owned());
    Login::service_principal(operator.client_id.to_string().parse().expect("an id"), secret)
}
