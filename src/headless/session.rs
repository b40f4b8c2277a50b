//! One headless session: its output, its signals, its secret file.

mod events;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use clap::ArgMatches;
use crosspull_azure::journal::JournalError;
use crosspull_azure::sign_in::Prompts;
use crosspull_core::event::Entry;
use crosspull_core::explain::Trouble;
use crosspull_core::input::{Access, Answers, Key};
use crosspull_core::names::Direction;
use crosspull_core::names::Verdict;
use crosspull_core::plan::Plan;
use crosspull_core::run::Run;
use crosspull_core::sign_in::Prompt;
use crosspull_core::text::lower_first;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::given::{Given, NamedFirst};
use super::lines::aside;
use super::manifest;
use super::report::{back_lines, plan_lines, summary};
use super::secret_file::{SecretFile, SecretPlaces};
use super::stream::Stream;
use crate::backend::{Backend, Checked};
use crate::credentials::{self, Credentials, Ready};
use crate::exit::Code;
use crate::places;
use crate::sources::environment;
use crate::terminal::signals::Signals;
use crate::terminal::stuck::end_what_is_stuck;
use crate::terminal::surroundings::tunnel;

/// The longest time that calls in flight may take after a signal that leaves no time for more.
const GRACE: Duration = Duration::from_secs(5);

/// One headless session.
pub struct Session<'s> {
    asks: bool,
    signals: Signals,
    stopped_by: Option<Code>,
    events: UnboundedReceiver<Entry>,
    /// Prompts for a person who is to sign in. They are for a terminal, not for the output that others keep.
    prompts: UnboundedReceiver<Prompt>,
    secret_trouble: bool,
    /// The place of the run's journal, once there is one.
    journal: Option<PathBuf>,
    /// The output.
    pub stream: &'s mut Stream,
    /// The backend that works on the run.
    pub backend: Backend,
    /// The places that the secrets go to as soon as there are any.
    pub secret_places: SecretPlaces,
    /// The place that the secret of the way back goes to as soon as there is one.
    pub way_back_file: Option<SecretFile>,
}

/// The end of a wait for the engine.
enum Pumped<T> {
    /// The engine's work came to its end.
    Ended(T),
    /// A second signal, or one that leaves no time.
    Killed(Code),
}

impl<'s> Session<'s> {
    /// Creates a session as the arguments say.
    ///
    /// # Errors
    /// An error where signals cannot be used.
    pub fn new(
        arguments: &ArgMatches,
        stream: &'s mut Stream,
        secret_places: SecretPlaces,
    ) -> color_eyre::Result<Self> {
        let yes = arguments.try_get_one::<bool>("yes").ok().flatten().copied().unwrap_or(false);
        let (ask, prompts) = unbounded_channel();
        let (backend, events) = Backend::new(std::sync::Arc::default(), Prompts::new(ask));
        end_what_is_stuck()?;
        Ok(Self {
            stream,
            asks: !yes,
            signals: Signals::listen(true)?,
            stopped_by: None,
            events,
            prompts,
            secret_trouble: false,
            journal: None,
            backend,
            secret_places,
            way_back_file: None,
        })
    }

    /// Looks up what was named without its id, and reads the answers with the ids in place of the names; else the exit code.
    ///
    /// # Errors
    /// An error where standard output cannot be used.
    async fn look_up(&mut self, first: NamedFirst) -> color_eyre::Result<Result<Ready, Code>> {
        let NamedFirst { named, mut answers, access, credentials } = first;
        let backend = self.backend.clone();
        let ids = match self.pump(backend.look_up(&named, &access, credentials.clone())).await? {
            Pumped::Ended(Ok(Some(ids))) => ids,
            Pumped::Ended(Ok(None)) => return Ok(Err(self.stopped_by_a_check())),
            Pumped::Ended(Err(error)) => return Ok(Err(self.broken(&error, None))),
            Pumped::Killed(code) => return Ok(Err(self.killed(code))),
        };
        for (one, id) in named.iter().zip(ids) {
            answers.set(one.key, id);
        }
        Ok(match credentials::ready(&answers, &environment) {
            Ok(mut ready) => {
                ready.credentials.keep_persons(credentials, &ready.inputs.access);
                Ok(ready)
            }
            Err(complaints) => Err(self.stream.refuse("written", &complaints)),
        })
    }

    /// Looks up what was named without its id and asks the checks; then carries out the plan, where there is a folder
    /// for its journal.
    ///
    /// # Errors
    /// An error where standard output cannot be used.
    pub async fn apply(mut self, given: Given, runs: Option<PathBuf>) -> color_eyre::Result<Code> {
        self.stream.is_about(Run { answers: given.answers().clone(), ..Run::default() });
        let ready = match given {
            Given::Ready(ready) => *ready,
            Given::Named(first) => match self.look_up(*first).await? {
                Ok(ready) => ready,
                Err(code) => return Ok(code),
            },
        };
        let backend = self.backend.clone();
        let folder = runs.clone().map_or_else(places::runs, Ok)?;
        // Here nobody saves a secret by hand.
        let can_save = ready.answers.get(Key::SecretOut).is_some();
        let check = backend.check(&ready.inputs, ready.credentials.clone(), &folder, can_save);
        let checked = match self.pump(check).await? {
            Pumped::Ended(checked) => checked,
            Pumped::Killed(code) => return Ok(self.killed(code)),
        };
        match checked {
            Ok(Checked::Planned(plan)) => self.begin(*plan, ready.answers, runs).await,
            Ok(Checked::Stopped) => Ok(self.stopped_by_a_check()),
            Err(error) => Ok(self.broken(&error, None)),
        }
    }

    /// Makes a plan that needs no survey, and carries it out.
    ///
    /// # Errors
    /// An error where standard output cannot be used.
    pub async fn carry_out(
        mut self,
        planned: impl Future<Output = Result<Option<(Plan, Answers)>, JournalError>>,
        runs: PathBuf,
    ) -> color_eyre::Result<Code> {
        match self.pump(planned).await? {
            Pumped::Ended(Ok(Some((plan, answers)))) if self.stopped_by.is_none() => {
                self.begin(plan, answers, Some(runs)).await
            }
            Pumped::Ended(Ok(_)) => Ok(self.stopped_by_a_check()),
            Pumped::Ended(Err(error)) => Ok(self.broken(&error, None)),
            Pumped::Killed(code) => Ok(self.killed(code)),
        }
    }

    /// Shows a plan, asks, and carries it out, where there is a folder for its journal.
    async fn begin(&mut self, plan: Plan, answers: Answers, runs: Option<PathBuf>) -> color_eyre::Result<Code> {
        self.stream.say(&plan_lines(&plan, self.asks, answers.is_simulated()));
        let Some(runs) = runs else {
            self.stream.end(Verdict::Done, None);
            return Ok(self.told_whole("so the plan is not whole"));
        };
        let restarts = plan.restarts().map(|step| format!(" Step {} restarts every node, and asks again.", step.id));
        if !self.goes(&format!("Run this plan?{} Type yes: ", restarts.unwrap_or_default())).await? {
            return Ok(self.not_begun("Nothing was written."));
        }
        let backend = self.backend.clone();
        let (run, receipt) = match backend.begin(&runs, &plan) {
            Ok(begun) => begun,
            Err(error) => return Ok(self.broken(&error, None)),
        };
        self.work(backend.run(plan, run, answers), &receipt).await
    }

    /// Signs in again, then goes on with a run or takes it back.
    ///
    /// # Errors
    /// An error where standard output cannot be used.
    pub async fn go(
        mut self,
        way: Direction,
        past: Run,
        plan: Plan,
        access: &Access,
        credentials: Credentials,
        receipt: PathBuf,
    ) -> color_eyre::Result<Code> {
        self.stream.say(&back_lines(&plan, &past, self.asks));
        let backend = self.backend.clone();
        let runs = receipt.parent().unwrap_or(&receipt).to_owned();
        match self.pump(backend.admit(access, credentials, &past, way, &runs)).await? {
            Pumped::Ended(Ok(true)) => {}
            Pumped::Ended(Ok(false)) => return Ok(self.stopped_by_a_check()),
            Pumped::Ended(Err(error)) => return Ok(self.broken(&error, None)),
            Pumped::Killed(code) => return Ok(self.killed(code)),
        }
        let (question, stands) = match way {
            Direction::Forward => {
                ("Go on with this run? Type yes: ", "Nothing more was written. What the run made before stands.")
            }
            Direction::Back => ("Take this back? Type yes: ", "Nothing was taken back. What the run made stands."),
        };
        if !self.goes(question).await? {
            return Ok(self.not_begun(stands));
        }
        self.work(backend.go(way, plan, past), &receipt).await
    }

    /// Sees the engine through, and tells how it ended.
    async fn work(
        &mut self,
        work: impl Future<Output = Result<Verdict, JournalError>>,
        receipt: &Path,
    ) -> color_eyre::Result<Code> {
        self.journal = Some(receipt.to_owned());
        match self.pump(work).await? {
            Pumped::Ended(Ok(verdict)) => Ok(self.end(verdict, receipt)),
            Pumped::Ended(Err(error)) => Ok(self.broken(&error, Some(receipt))),
            Pumped::Killed(code) => Ok(self.killed(code)),
        }
    }

    /// Asks whether to begin, where it is to be asked.
    async fn goes(&mut self, question: &str) -> color_eyre::Result<bool> {
        if !self.asks {
            self.backend.controller.confirm_all();
            return Ok(true);
        }
        Ok(self.ask(question).await)
    }

    /// Ends the session, since nobody said yes before the first write; `stands` says what is so now.
    fn not_begun(&mut self, stands: &str) -> Code {
        self.stream.say(&[stands.to_owned()]);
        self.stream.end(Verdict::Interrupted, None);
        self.stopped_by.unwrap_or(Verdict::Interrupted.exit_code())
    }

    /// Ends the session with calls under way, whose answers nobody waits for.
    fn killed(&mut self, code: Code) -> Code {
        while let Ok(entry) = self.events.try_recv() {
            let _ = self.stream.tell(&entry);
        }
        let next = self.stream.run().next_command();
        let now = next.map_or("Nothing was written.".to_owned(), |next| format!("Go on with {next}"));
        let why = "It was told to end at once, so it does not wait for the answers to its calls.";
        let trouble = Trouble::new("crosspull was ended by a signal.", why, now);
        self.stream.say(&trouble.lines(None));
        self.stream.end(Verdict::Interrupted, Some(trouble));
        code
    }

    /// Ends the session, since a check stopped it, or somebody did before anything was written.
    fn stopped_by_a_check(&mut self) -> Code {
        let verdict = if self.stopped_by.is_some() { Verdict::Interrupted } else { Verdict::Stopped };
        self.stream.end(verdict, None);
        self.stream.say(&summary(self.stream.run(), None));
        self.stopped_by.unwrap_or(verdict.exit_code())
    }

    /// Shows events while the engine works.
    async fn pump<T>(&mut self, work: impl Future<Output = T>) -> color_eyre::Result<Pumped<T>> {
        let mut work = pin!(work);
        let mut grace = pin!(None::<tokio::time::Sleep>);
        loop {
            let late = async {
                match grace.as_mut().as_pin_mut() {
                    Some(sleep) => sleep.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                Some(entry) = self.events.recv() => self.show(&entry).await?,
                Some(prompt) = self.prompts.recv() => {
                    prompt.lines(tunnel(environment).as_deref(), self.stream.run().answers.cloud()).iter().for_each(|line| aside(line));
                }
                code = self.signals.next() => {
                    if self.stopped_by.is_some() {
                        return Ok(Pumped::Killed(code));
                    }
                    self.stopped_by = Some(code);
                    self.backend.controller.stop();
                    // Before a run begins everything is read, and nothing hangs on an answer that is under way.
                    let begun = self.stream.run().id.is_some();
                    let waits = if begun { "stops after the calls under way; once more ends it at once" } else { "stopped; nothing more is sent" };
                    self.stream.say_aside(&format!("crosspull: {waits}"));
                    if code != 130 || !begun {
                        grace.set(Some(tokio::time::sleep(GRACE)));
                    }
                }
                ended = &mut work => {
                    self.drain().await?;
                    return Ok(Pumped::Ended(ended));
                }
                () = late => return Ok(Pumped::Killed(self.stopped_by.unwrap_or(130))),
            }
        }
    }

    async fn drain(&mut self) -> color_eyre::Result<()> {
        while let Ok(entry) = self.events.try_recv() {
            self.show(&entry).await?;
        }
        Ok(())
    }

    fn end(&mut self, verdict: Verdict, receipt: &Path) -> Code {
        self.stream.end(verdict, None);
        self.stream.say(&summary(self.stream.run(), Some(receipt)));
        if verdict == Verdict::Done {
            self.secret_places
                .not_made(self.stream.run())
                .iter()
                .for_each(|says| aside(&format!("crosspull: {says}.")));
        }
        if verdict == Verdict::Done && !self.stream.run().is_undoing() {
            let written = manifest::written(self.stream.run()).map(|written| written.unwrap_or_else(|why| why));
            written.iter().for_each(|says| self.stream.say_aside(&format!("crosspull: {}", lower_first(says))));
        }
        let told = self.told_whole(&format!("{} has all of it", receipt.display()));
        match (verdict, self.stopped_by) {
            (Verdict::Interrupted, Some(code)) => code,
            (Verdict::Done, _) if self.secret_trouble => Verdict::Failed.exit_code(),
            (Verdict::Done, _) => told,
            (verdict, _) => verdict.exit_code(),
        }
    }

    /// Returns the exit code of what ended well. Where standard output did not take all of it, that is told with what
    /// follows from it.
    fn told_whole(&self, else_says: &str) -> Code {
        let Some(why) = self.stream.trouble() else { return Verdict::Done.exit_code() };
        aside(&format!("crosspull: standard output could not be written ({why}); {else_says}"));
        Verdict::Failed.exit_code()
    }

    /// Ends the session, since the journal cannot be written: nothing more was sent. What the run came to is told all
    /// the same.
    fn broken(&mut self, error: &JournalError, receipt: Option<&Path>) -> Code {
        let next = self.stream.run().next_command().unwrap_or_else(|| self.stream.run().begins_by().to_owned());
        let now = format!("Nothing more was sent. {} Then go on with {next}", error.cure());
        aside(&format!("crosspull: {error}. {now}"));
        self.stream.end(Verdict::Failed, Some(Trouble::new("The run was ended.", format!("{error}."), now)));
        match receipt {
            Some(receipt) if self.stream.run().id.is_some() => self.end(Verdict::Failed, receipt),
            _ => Verdict::Failed.exit_code(),
        }
    }
}
