//! `crosspull plan` and `crosspull apply`: the same answers, plan and events as the wizard, as lines.

use std::future::Future;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use clap::ArgMatches;
use crosspull_azure::journal::JournalError;
use crosspull_core::event::{Entry, Event, Verdict};
use crosspull_core::field::Key;
use crosspull_core::plan::{Fact, StepId};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::gather::{self, Ready, environment};
use crate::job::{Checked, Job};
use crate::report::{Report, plan_lines, summary};
use crate::secret_file::SecretFile;
use crate::signals::Signals;
use crate::{Code, WRONG_INPUT, places};

/// How long calls in flight may take after a signal that leaves no time for more.
const GRACE: Duration = Duration::from_secs(5);

/// Asks the checks and shows the plan.
///
/// # Errors
/// Where signals or standard output cannot be used.
pub async fn plan(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    match prepared(arguments, false) {
        Ok((ready, _)) => Session::new(arguments, None)?.go(ready, None).await,
        Err(complaints) => complain(&complaints),
    }
}

/// Asks the checks, then runs the plan.
///
/// # Errors
/// Where signals, standard output or the folder of runs cannot be used.
pub async fn apply(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    match prepared(arguments, true) {
        Ok((ready, secret_file)) => Session::new(arguments, secret_file)?.go(ready, Some(places::runs()?)).await,
        Err(complaints) => complain(&complaints),
    }
}

/// Reads and checks all that was given, before anything is called.
fn prepared(arguments: &ArgMatches, writes: bool) -> Result<(Ready, Option<SecretFile>), Vec<String>> {
    let answers = gather::answers(arguments, &environment)?;
    let ready = gather::ready(&answers, &environment);
    let mut complaints = ready.as_ref().err().cloned().unwrap_or_default();
    if writes && !arguments.get_flag("yes") && !std::io::stdin().is_terminal() {
        complaints.push("yes: apply asks before it writes, and there is no terminal to ask on: give --yes".to_owned());
    }
    let secret_out = answers.get(Key::SecretOut).filter(|_| writes);
    let reserved = match secret_out.map(|path| SecretFile::reserve(path.as_ref())).transpose() {
        Ok(reserved) => reserved,
        Err(why) => {
            complaints.push(format!("secret-out: {why}"));
            None
        }
    };
    match ready {
        Ok(ready) if complaints.is_empty() => Ok((ready, reserved)),
        _ => Err(complaints),
    }
}

/// Says everything that is wrong with the input.
fn complain(complaints: &[String]) -> color_eyre::Result<Code> {
    let mut err = std::io::stderr();
    writeln!(err, "crosspull: nothing was called, since the input is not complete or not right:")?;
    for complaint in complaints {
        writeln!(err, "  {complaint}")?;
    }
    Ok(WRONG_INPUT)
}

/// One headless session: its output, its signals, its secret file.
struct Session {
    json: bool,
    asks: bool,
    report: Report,
    signals: Signals,
    stopped_by: Option<Code>,
    secret_file: Option<SecretFile>,
    secret_trouble: bool,
}

/// What ended a wait for the engine.
enum Pumped<T> {
    /// The engine's work came to its end.
    Ended(T),
    /// A second signal, or one that leaves no time.
    Killed(Code),
}

impl Session {
    fn new(arguments: &ArgMatches, secret_file: Option<SecretFile>) -> color_eyre::Result<Self> {
        let yes = arguments.try_get_one::<bool>("yes").ok().flatten().copied().unwrap_or(false);
        Ok(Self {
            json: arguments.get_one::<String>("output").is_some_and(|o| o == "json"),
            asks: !yes,
            report: Report::default(),
            signals: Signals::listen()?,
            stopped_by: None,
            secret_file,
            secret_trouble: false,
        })
    }

    async fn go(mut self, ready: Ready, runs: Option<PathBuf>) -> color_eyre::Result<Code> {
        let (job, mut events) = Job::new();
        let checked = match self.pump(&job, &mut events, job.check(&ready.inputs, ready.means.clone())).await? {
            Pumped::Ended(checked) => checked,
            Pumped::Killed(code) => return Ok(code),
        };
        let plan = match checked {
            Ok(Checked::Planned(plan)) => plan,
            Ok(Checked::Stopped) => {
                let verdict = if self.stopped_by.is_some() { Verdict::Interrupted } else { Verdict::Stopped };
                job.say(Event::RunEnded { verdict, run: None, facts: Vec::new(), trouble: None })?;
                self.drain(&job, &mut events).await?;
                return self.end(verdict, None);
            }
            Err(error) => return self.broken(&error),
        };
        if !self.json {
            self.text(&plan_lines(&plan, self.asks))?;
        }
        let Some(runs) = runs else {
            if self.json {
                let ended = Event::RunEnded { verdict: Verdict::Done, run: None, facts: Vec::new(), trouble: None };
                job.say(ended)?;
                self.drain(&job, &mut events).await?;
            }
            return Ok(0);
        };
        if self.asks {
            if !self.ask("Run this plan? Type yes: ").await? {
                self.text(&["Nothing was written.".to_owned()])?;
                return Ok(self.stopped_by.unwrap_or(Verdict::Interrupted.exit_code()));
            }
        } else {
            job.controller.confirm_all();
        }
        let (run, receipt) = match job.begin(&runs) {
            Ok(begun) => begun,
            Err(error) => return self.broken(&error),
        };
        match self.pump(&job, &mut events, job.run(*plan, run)).await? {
            Pumped::Ended(Ok(verdict)) => self.end(verdict, Some(receipt)),
            Pumped::Ended(Err(error)) => self.broken(&error),
            Pumped::Killed(code) => Ok(code),
        }
    }

    /// Shows events while the engine works.
    async fn pump<T>(
        &mut self,
        job: &Job,
        events: &mut UnboundedReceiver<Entry>,
        work: impl Future<Output = T>,
    ) -> color_eyre::Result<Pumped<T>> {
        let mut work = pin!(work);
        let mut deadline = pin!(futures_util::future::pending::<()>());
        let mut grace: Option<std::pin::Pin<Box<tokio::time::Sleep>>> = None;
        loop {
            tokio::select! {
                biased;
                Some(entry) = events.recv() => self.show(job, &entry).await?,
                code = self.signals.next() => {
                    if self.stopped_by.is_some() {
                        return Ok(Pumped::Killed(code));
                    }
                    self.stopped_by = Some(code);
                    job.controller.stop();
                    if code != 130 {
                        grace = Some(Box::pin(tokio::time::sleep(GRACE)));
                    }
                }
                ended = &mut work => {
                    self.drain(job, events).await?;
                    return Ok(Pumped::Ended(ended));
                }
                () = async { match grace.as_mut() { Some(sleep) => sleep.await, None => deadline.as_mut().await } } => {
                    return Ok(Pumped::Killed(self.stopped_by.unwrap_or(130)));
                }
            }
        }
    }

    async fn drain(&mut self, job: &Job, events: &mut UnboundedReceiver<Entry>) -> color_eyre::Result<()> {
        while let Ok(entry) = events.try_recv() {
            self.show(job, &entry).await?;
        }
        Ok(())
    }

    /// Shows one event, saves the secret when it was made, and asks where the engine does.
    async fn show(&mut self, job: &Job, entry: &Entry) -> color_eyre::Result<()> {
        let lines = self.report.lines(entry);
        if self.json {
            self.text(&[serde_json::to_string(entry)?])?;
        } else {
            self.text(&lines)?;
        }
        match &entry.event {
            Event::Learnt { learnt, .. } if learnt.iter().any(|l| l.fact == Fact::SecretKey) => {
                self.save_secret(job)?
            }
            Event::Asking { step } if self.asks => self.ask_step(job, *step).await?,
            _ => {}
        }
        Ok(())
    }

    async fn ask_step(&mut self, job: &Job, step: StepId) -> color_eyre::Result<()> {
        let title = self.report.run().plan.as_ref().and_then(|p| p.step(step)).map(crosspull_core::plan::Step::title);
        let title = title.unwrap_or_default();
        if self.ask(&format!("The pull is proved. {title}? Its nodes restart. Type yes: ")).await? {
            job.controller.confirm(step);
        } else {
            job.controller.stop();
        }
        Ok(())
    }

    /// Asks on the terminal; only `yes` is yes. A signal is a no, and ends the program with its code.
    async fn ask(&mut self, question: &str) -> color_eyre::Result<bool> {
        let mut err = std::io::stderr();
        write!(err, "{question}")?;
        err.flush()?;
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map(|_| line)
        });
        tokio::select! {
            line = line => Ok(line??.trim() == "yes"),
            code = self.signals.next() => {
                self.stopped_by = Some(code);
                writeln!(err)?;
                Ok(false)
            }
        }
    }

    /// Saves the secret as soon as there is one, so that whatever happens later does not lose it.
    fn save_secret(&mut self, job: &Job) -> color_eyre::Result<()> {
        let made = self.report.run().facts.id(&Fact::SecretKey).and_then(|key| job.vault.get(key));
        let Some(secret) = made else { return Ok(()) };
        let Some(file) = self.secret_file.take() else { return Ok(()) };
        if let Err(why) = file.save(&secret) {
            self.secret_trouble = true;
            writeln!(std::io::stderr(), "crosspull: {why}")?;
        }
        Ok(())
    }

    /// Writes lines to standard output. A reader that has gone away does not stop the run: the journal has it all.
    fn text(&self, lines: &[String]) -> color_eyre::Result<()> {
        let mut out = std::io::stdout().lock();
        for line in lines {
            match writeln!(out, "{line}") {
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
                other => other?,
            }
        }
        match out.flush() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn end(&self, verdict: Verdict, receipt: Option<PathBuf>) -> color_eyre::Result<Code> {
        if !self.json {
            self.text(&summary(self.report.run(), receipt.as_deref()))?;
        }
        if self.secret_file.is_some() && verdict == Verdict::Done {
            writeln!(std::io::stderr(), "crosspull: no secret was made, so none was saved.")?;
        }
        Ok(match (verdict, self.stopped_by) {
            (Verdict::Interrupted, Some(code)) => code,
            (Verdict::Done, _) if self.secret_trouble => Verdict::Failed.exit_code(),
            (verdict, _) => verdict.exit_code(),
        })
    }

    /// The journal cannot be written: nothing more was sent.
    fn broken(&self, error: &JournalError) -> color_eyre::Result<Code> {
        writeln!(
            std::io::stderr(),
            "crosspull: {error}. Nothing more was sent. Free some disk space, then run again."
        )?;
        Ok(Verdict::Failed.exit_code())
    }
}
