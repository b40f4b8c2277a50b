//! One headless session: its output, its signals, its secret file.

use std::future::Future;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use clap::ArgMatches;
use crosspull_azure::journal::JournalError;
use crosspull_azure::sign_in::Prompts;
use crosspull_core::event::{Entry, Event, Verdict};
use crosspull_core::find::Named;
use crosspull_core::hand_over::HandOver;
use crosspull_core::inputs::Access;
use crosspull_core::plan::{Fact, Plan, StepId};
use crosspull_core::run::{Run, Way};
use crosspull_core::sign_in::Prompt;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::gather::{self, Means, Ready, environment};
use crate::job::{Checked, Job, ended_by};
use crate::lines::{Lines, aside};
use crate::report::{Report, back_lines, plan_lines, summary};
use crate::secret_file::SecretFile;
use crate::signals::{Signals, end_what_is_stuck};
use crate::surroundings::tunnel;
use crate::{Code, WRONG_INPUT};

/// How long calls in flight may take after a signal that leaves no time for more.
const GRACE: Duration = Duration::from_secs(5);

/// Says everything that is wrong with the input.
///
/// # Errors
/// Where standard error cannot be written.
pub fn complain(complaints: &[String]) -> color_eyre::Result<Code> {
    refuse("called", complaints)
}

/// Complains about the input, and says what was not done because of it.
fn refuse(undone: &str, complaints: &[String]) -> color_eyre::Result<Code> {
    aside(&format!("crosspull: nothing was {undone}, since the input is not complete or not right:"));
    complaints.iter().for_each(|complaint| aside(&format!("  {complaint}")));
    Ok(WRONG_INPUT)
}

/// One headless session.
pub struct Session {
    json: bool,
    asks: bool,
    report: Report,
    out: Lines,
    signals: Signals,
    stopped_by: Option<Code>,
    events: UnboundedReceiver<Entry>,
    /// What a person is asked in order to sign in. It is for a terminal, not for the output that others keep.
    prompts: UnboundedReceiver<Prompt>,
    secret_trouble: bool,
    /// Where the run's journal is, once there is one.
    journal: Option<PathBuf>,
    /// The engine's job.
    pub job: Job,
    /// Where the secret goes as soon as there is one.
    pub secret_file: Option<SecretFile>,
}

/// What ended a wait for the engine.
enum Pumped<T> {
    /// The engine's work came to its end.
    Ended(T),
    /// A second signal, or one that leaves no time.
    Killed(Code),
}

impl Session {
    /// A session as the arguments say.
    ///
    /// # Errors
    /// Where signals cannot be used.
    pub fn new(arguments: &ArgMatches, secret_file: Option<SecretFile>) -> color_eyre::Result<Self> {
        let yes = arguments.try_get_one::<bool>("yes").ok().flatten().copied().unwrap_or(false);
        let (ask, prompts) = unbounded_channel();
        let (job, events) = Job::new(std::sync::Arc::default(), Prompts::new(ask));
        end_what_is_stuck()?;
        Ok(Self {
            json: arguments.get_one::<String>("output").is_some_and(|o| o == "json"),
            asks: !yes,
            report: Report::default(),
            out: Lines::default(),
            signals: Signals::listen(true)?,
            stopped_by: None,
            events,
            prompts,
            secret_trouble: false,
            journal: None,
            job,
            secret_file,
        })
    }

    /// Looks up what was named without its id, and puts the ids in place of the names. None where it may go on, else the
    /// exit code.
    ///
    /// # Errors
    /// Where standard output cannot be used.
    async fn look_up(&mut self, named: &[Named], ready: &mut Ready) -> color_eyre::Result<Option<Code>> {
        if named.is_empty() {
            return Ok(None);
        }
        // No subscription is known yet by which the Azure CLI could choose an account.
        let access = ready.inputs.access.clone();
        let means = match gather::means(&access, [None, None], &environment) {
            Ok(means) => means,
            Err(complaints) => return complain(&complaints).map(Some),
        };
        let job = self.job.clone();
        let ids = match self.pump(job.look_up(named, &access, means.clone())).await? {
            Pumped::Ended(Ok(Some(ids))) => ids,
            Pumped::Ended(Ok(None)) => return self.stopped_by_a_check().await.map(Some),
            Pumped::Ended(Err(error)) => return self.broken(&error, None).await.map(Some),
            Pumped::Killed(code) => return Ok(Some(code)),
        };
        let mut answers = ready.answers.clone();
        for (one, id) in named.iter().zip(ids) {
            answers.set(one.key, id);
        }
        match gather::ready(&answers, &environment) {
            Ok(again) => {
                *ready = again;
                ready.means.keep_persons(means, &ready.inputs.access);
                Ok(None)
            }
            Err(complaints) => refuse("written", &complaints).map(Some),
        }
    }

    /// Looks up what was named without its id and asks the checks; then carries out the plan, where there is a folder for
    /// its journal.
    ///
    /// # Errors
    /// Where standard output cannot be used.
    pub async fn apply(mut self, named: &[Named], mut ready: Ready, runs: Option<PathBuf>) -> color_eyre::Result<Code> {
        self.report = Report::of(Run { answers: ready.answers.clone(), ..Run::default() });
        if let Some(code) = self.look_up(named, &mut ready).await? {
            return Ok(code);
        }
        let job = self.job.clone();
        let checked = match self.pump(job.check(&ready.inputs, ready.means.clone())).await? {
            Pumped::Ended(checked) => checked,
            Pumped::Killed(code) => return Ok(code),
        };
        let plan = match checked {
            Ok(Checked::Planned(plan)) => plan,
            Ok(Checked::Stopped) => return self.stopped_by_a_check().await,
            Err(error) => return self.broken(&error, None).await,
        };
        if !self.json {
            self.out.write(&plan_lines(&plan, self.asks, ready.answers.is_simulated()));
        }
        let Some(runs) = runs else {
            self.ended_early(Verdict::Done).await?;
            return Ok(0);
        };
        if !self.goes("Run this plan? Type yes: ").await? {
            return Ok(self.stopped_by.unwrap_or(Verdict::Interrupted.exit_code()));
        }
        let (run, receipt) = match job.begin(&runs) {
            Ok(begun) => begun,
            Err(error) => return self.broken(&error, None).await,
        };
        self.work(job.run(*plan, run, ready.answers), &receipt).await
    }

    /// Signs in again, then goes on with a run or takes it back.
    ///
    /// # Errors
    /// Where standard output cannot be used.
    pub async fn go(
        mut self,
        way: Way,
        past: Run,
        plan: Plan,
        access: &Access,
        means: Means,
        receipt: PathBuf,
    ) -> color_eyre::Result<Code> {
        self.report = Report::of(past.clone());
        if !self.json {
            self.out.write(&back_lines(&plan, &past, self.asks));
        }
        let job = self.job.clone();
        match self.pump(job.admit(access, means)).await? {
            Pumped::Ended(Ok(true)) => {}
            Pumped::Ended(Ok(false)) => return self.stopped_by_a_check().await,
            Pumped::Ended(Err(error)) => return self.broken(&error, None).await,
            Pumped::Killed(code) => return Ok(code),
        }
        let question = match way {
            Way::On => "Go on with this run? Type yes: ",
            Way::Back => "Take this back? Type yes: ",
        };
        if !self.goes(question).await? {
            return Ok(self.stopped_by.unwrap_or(Verdict::Interrupted.exit_code()));
        }
        self.work(job.go(way, plan, past), &receipt).await
    }

    /// A run with which there is nothing to do.
    ///
    /// # Errors
    /// Where standard output cannot be used.
    pub async fn nothing_to_do(mut self, run: Run, says: &str) -> color_eyre::Result<Code> {
        if self.json {
            let (id, facts) = (run.id.clone(), run.facts.iter().cloned().collect());
            self.job.say(Event::RunEnded { verdict: Verdict::Done, run: id, facts, trouble: None })?;
            self.drain().await?;
        } else {
            self.out.write(&[says.to_owned()]);
        }
        Ok(0)
    }

    /// Sees the engine through, and tells how it ended.
    async fn work(
        &mut self,
        work: impl Future<Output = Result<Verdict, JournalError>>,
        receipt: &Path,
    ) -> color_eyre::Result<Code> {
        self.journal = Some(receipt.to_owned());
        match self.pump(work).await? {
            Pumped::Ended(Ok(verdict)) => self.end(verdict, receipt),
            Pumped::Ended(Err(error)) => self.broken(&error, Some(receipt)).await,
            Pumped::Killed(code) => Ok(code),
        }
    }

    /// Asks whether to begin, where it is to be asked.
    async fn goes(&mut self, question: &str) -> color_eyre::Result<bool> {
        if !self.asks {
            self.job.controller.confirm_all();
            return Ok(true);
        }
        let yes = self.ask(question).await?;
        if !yes {
            self.out.write(&["Nothing was sent.".to_owned()]);
        }
        Ok(yes)
    }

    /// A check stopped it, or somebody did before anything was written.
    async fn stopped_by_a_check(&mut self) -> color_eyre::Result<Code> {
        let verdict = if self.stopped_by.is_some() { Verdict::Interrupted } else { Verdict::Stopped };
        self.ended_early(verdict).await?;
        if !self.json {
            self.out.write(&summary(self.report.run(), None));
        }
        Ok(match self.stopped_by {
            Some(code) => code,
            None => verdict.exit_code(),
        })
    }

    /// Says the end of what did not begin to write; in JSON it is the last line.
    async fn ended_early(&mut self, verdict: Verdict) -> color_eyre::Result<()> {
        self.job.say(Event::RunEnded { verdict, run: None, facts: Vec::new(), trouble: None })?;
        self.drain().await
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
                    prompt.lines(tunnel(environment).as_deref(), self.report.run().answers.cloud()).iter().for_each(|line| aside(line));
                }
                code = self.signals.next() => {
                    if self.stopped_by.is_some() {
                        return Ok(Pumped::Killed(code));
                    }
                    self.stopped_by = Some(code);
                    self.job.controller.stop();
                    if code != 130 {
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

    /// Shows one event, saves the secret when it was made, and asks where the engine does.
    async fn show(&mut self, entry: &Entry) -> color_eyre::Result<()> {
        let lines = self.report.lines(entry);
        if matches!(&entry.event, Event::Learnt { learnt, .. } if learnt.iter().any(|l| l.fact == Fact::SecretKey)) {
            self.save_secret();
        }
        if self.json {
            self.out.write(&[serde_json::to_string(entry)?]);
        } else {
            self.out.write(&lines);
        }
        match &entry.event {
            Event::Asking { step } if self.asks => self.ask_step(*step).await,
            Event::PersonNeeded { page: Some(page), .. } => {
                self.write_page(page);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Writes the page for tenant B's administrator, and tells where it is.
    fn write_page(&self, page: &HandOver) {
        let Some(journal) = &self.journal else { return };
        match crate::hand_over::write(page, journal) {
            Ok([markdown, text]) => {
                aside("crosspull: the page for tenant B's administrator, as Markdown and as text, is in");
                [markdown, text].iter().for_each(|path| aside(&format!("  {}", path.display())));
            }
            Err(why) => aside(&format!("crosspull: {why}; it is in the output above")),
        }
    }

    async fn ask_step(&mut self, step: StepId) -> color_eyre::Result<()> {
        let run = self.report.run();
        let plan = run.plan.as_ref();
        let title = plan.and_then(|p| p.step(step)).map(crosspull_core::plan::Step::title).unwrap_or_default();
        let proved = if run.is_undoing() { "" } else { "The pull is proved. " };
        let lacks = plan.map(Plan::lacks).unwrap_or_default().join(", ");
        if !lacks.is_empty() {
            let app = run.facts.app().map(|app| app.to_string()).unwrap_or_default();
            aside(&format!("The new principal of app {app} lacks: {lacks}"));
        }
        if self.ask(&format!("{proved}Now {title}? Its nodes restart. Type yes: ")).await? {
            self.job.controller.confirm(step);
        } else {
            self.job.controller.stop();
        }
        Ok(())
    }

    /// Asks on the terminal; only `yes` is yes. A signal is a no, and ends the program with its code.
    async fn ask(&mut self, question: &str) -> color_eyre::Result<bool> {
        let mut err = std::io::stderr();
        if write!(err, "{question}").and_then(|()| err.flush()).is_err() {
            // Nobody was asked.
            return Ok(false);
        }
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map(|_| line)
        });
        tokio::select! {
            line = line => Ok(line??.trim() == "yes"),
            code = self.signals.next() => {
                self.stopped_by = Some(code);
                aside("");
                Ok(false)
            }
        }
    }

    /// Saves the secret as soon as there is one, so that whatever happens later does not lose it.
    fn save_secret(&mut self) {
        let made = self.report.run().facts.id(&Fact::SecretKey).and_then(|key| self.job.vault.get(key));
        let Some(secret) = made else { return };
        let Some(file) = self.secret_file.take() else { return };
        let asked = file.asked;
        match file.save(&secret) {
            Ok(_) if asked => {}
            Ok(place) => aside(&format!(
                "crosspull: a new secret is in {}; one that an earlier part of the run saved is of no use any more",
                place.display()
            )),
            Err(why) => {
                self.secret_trouble = true;
                aside(&format!("crosspull: {why}"));
            }
        }
    }

    fn end(&mut self, verdict: Verdict, receipt: &Path) -> color_eyre::Result<Code> {
        if !self.json {
            self.out.write(&summary(self.report.run(), Some(receipt)));
        }
        if self.secret_file.as_ref().is_some_and(|file| file.asked) && verdict == Verdict::Done {
            aside("crosspull: no secret was made, so none was saved.");
        }
        if let Some(why) = self.out.trouble() {
            aside(&format!(
                "crosspull: standard output could not be written ({why}); {} has all of it",
                receipt.display()
            ));
        }
        Ok(match (verdict, self.stopped_by) {
            (Verdict::Interrupted, Some(code)) => code,
            (Verdict::Done, _) if self.secret_trouble || self.out.trouble().is_some() => Verdict::Failed.exit_code(),
            (verdict, _) => verdict.exit_code(),
        })
    }

    /// The journal cannot be written: nothing more was sent. What the run came to is told all the same.
    async fn broken(&mut self, error: &JournalError, receipt: Option<&Path>) -> color_eyre::Result<Code> {
        let run = self.report.run();
        let next = run.next_command().unwrap_or_else(|| "crosspull apply".to_owned());
        let now = format!("Nothing more was sent. Free some disk space, then go on with {next}");
        aside(&format!("crosspull: {error}. {now}"));
        if let (Some(receipt), Some(id)) = (receipt, run.id.clone()) {
            let ended = ended_by(id, &run.facts, error, now);
            self.show(&ended).await?;
            return self.end(Verdict::Failed, receipt);
        }
        Ok(Verdict::Failed.exit_code())
    }
}
