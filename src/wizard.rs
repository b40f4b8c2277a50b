//! The wizard: the loop between terminal, screens and engine. It sleeps until something happens, takes in all that
//! did, and draws once.

use std::collections::VecDeque;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;
use crosspull_azure::journal::JournalError;
use crosspull_azure::sign_in::Login;
use crosspull_core::answers::Answers;
use crosspull_core::check::Check;
use crosspull_core::event::{Entry, Event, Verdict};
use crosspull_core::explain::Trouble;
use crosspull_core::field::Key;
use crosspull_core::inputs::Inputs;
use crosspull_core::plan::{Fact, Plan};
use crosspull_core::secret::Secret;
use crosspull_sim::{Sim, Tenant};
use crosspull_tui::{Effect, Model, Msg, Said, Setup};
use crossterm::event::{Event as TerminalEvent, EventStream, KeyEventKind};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::clipboard::{self, Surroundings, Way};
use crate::gather::{self, Means, environment};
use crate::job::{Checked, Job};
use crate::report::summary;
use crate::secret_file::SecretFile;
use crate::signals::Signals;
use crate::terminal::{NO_TERMINAL, Terminal, theme};
use crate::{Code, WRONG_INPUT, places, simulate};

/// How often a screen with something under way is drawn.
const TICK: Duration = Duration::from_millis(250);

/// The wizard on a real cloud.
///
/// # Errors
/// Where the terminal or the folder of runs cannot be used.
pub async fn real(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let answers = match gather::answers(arguments, &environment) {
        Ok(answers) => answers,
        Err(complaints) => {
            for complaint in complaints {
                writeln!(std::io::stderr(), "crosspull: {complaint}")?;
            }
            return Ok(WRONG_INPUT);
        }
    };
    let runs = places::runs()?;
    wizard(arguments, answers, Ground { runs, fixed: None, temporary: None }, false).await
}

/// The wizard on the embedded simulated cloud, with every answer filled in.
///
/// # Errors
/// Where the terminal cannot be used.
pub async fn demo(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let sim = match simulate::start(arguments).await {
        Ok(sim) => sim,
        Err(why) => {
            writeln!(std::io::stderr(), "crosspull demo: {why}")?;
            return Ok(WRONG_INPUT);
        }
    };
    let answers = Answers::from_toml(&sim.answers_toml(None))
        .map_err(|c| color_eyre::eyre::eyre!("the simulated cloud's answers are not understood: {c:?}"))?;
    let runs = tempfile::tempdir()?;
    let folder = runs.path().to_owned();
    let fixed = Means {
        login_a: operator(&sim, Tenant::A)?,
        login_b: operator(&sim, Tenant::B)?,
        authorities: vec![sim.ca_pem().as_bytes().to_vec()],
    };
    let code =
        wizard(arguments, answers, Ground { runs: folder, fixed: Some(fixed), temporary: Some(runs) }, true).await;
    sim.stop().await;
    code
}

/// The simulated cloud's operator of a tenant, as a login.
fn operator(sim: &Sim, tenant: Tenant) -> color_eyre::Result<Login> {
    let operator = sim.operator(tenant);
    Ok(Login::ServicePrincipal {
        client_id: operator.client_id.to_string().parse()?,
        secret: Secret::new(operator.client_secret.reveal().to_owned()),
    })
}

/// What the wizard stands on.
struct Ground {
    /// Where journals go.
    runs: PathBuf,
    /// What signing in takes, where it does not depend on the inputs.
    fixed: Option<Means>,
    /// The folder of runs, where it goes with the program.
    temporary: Option<tempfile::TempDir>,
}

/// The wizard at work.
struct Wizard {
    model: Model,
    ground: Ground,
    way: Way,
    job: Job,
    events: UnboundedReceiver<Entry>,
    task: Option<JoinHandle<()>>,
    /// What tasks have to say to the screens.
    told: UnboundedReceiver<Msg>,
    tell: UnboundedSender<Msg>,
    receipt: Option<PathBuf>,
    leaving: bool,
}

async fn wizard(arguments: &ArgMatches, answers: Answers, ground: Ground, simulated: bool) -> color_eyre::Result<Code> {
    if !Terminal::is_there() {
        writeln!(std::io::stderr(), "{NO_TERMINAL}")?;
        return Ok(WRONG_INPUT);
    }
    color_eyre::install()?;
    let asked = arguments.get_one::<String>("clipboard").and_then(|w| w.parse().ok()).unwrap_or(clipboard::Asked::Auto);
    let way = clipboard::choose(asked, &Surroundings::from(environment, true));
    let mut signals = Signals::listen()?;
    let mut terminal = Terminal::open()?;
    let mut wizard = Wizard::new(Setup { answers, simulated, theme: theme(), size: terminal.size() }, ground, way);
    let stopped_by = wizard.work(&mut terminal, &mut signals).await?;
    drop(terminal);
    wizard.close().await;
    let mut out = std::io::stdout().lock();
    let run = wizard.model.run();
    if run.id.is_some() {
        for line in summary(run, wizard.receipt.as_deref().filter(|_| !simulated)) {
            writeln!(out, "{line}")?;
        }
        if !simulated {
            writeln!(out, "The same without the wizard:")?;
            writeln!(out, "  {}", crosspull_tui::words::command_line(wizard.model.answers()))?;
        }
    }
    Ok(match (stopped_by, run.verdict) {
        (Some(code), _) => code,
        (None, Some(verdict)) => verdict.exit_code(),
        (None, None) if run.id.is_some() => Verdict::Interrupted.exit_code(),
        (None, None) => 0,
    })
}

impl Wizard {
    fn new(setup: Setup, ground: Ground, way: Way) -> Self {
        let (job, events) = Job::new();
        let (tell, told) = unbounded_channel();
        Self {
            model: Model::new(setup),
            ground,
            way,
            job,
            events,
            task: None,
            told,
            tell,
            receipt: None,
            leaving: false,
        }
    }

    /// The loop. Gives the exit code that a signal asks for, where one ended it.
    async fn work(&mut self, terminal: &mut Terminal, signals: &mut Signals) -> color_eyre::Result<Option<Code>> {
        let mut keys = EventStream::new();
        while !self.leaving {
            let now = Timestamp::now();
            if terminal.draw(|frame| crosspull_tui::view(&self.model, frame, now)).is_err() {
                self.line_dropped();
            }
            let ticks = self.model.animates();
            tokio::select! {
                biased;
                code = signals.next() => match code {
                    129 => self.line_dropped(),
                    143 => return Ok(Some(143)),
                    _ => self.take(Msg::StopAsked, terminal).await?,
                },
                event = keys.next() => match event {
                    Some(Ok(event)) => self.key(event, terminal).await?,
                    Some(Err(_)) | None => self.line_dropped(),
                },
                Some(entry) = self.events.recv() => self.take(Msg::Engine(entry), terminal).await?,
                Some(msg) = self.told.recv() => self.take(msg, terminal).await?,
                () = tokio::time::sleep(TICK), if ticks => self.take(Msg::Tick, terminal).await?,
            }
            while let Ok(entry) = self.events.try_recv() {
                self.take(Msg::Engine(entry), terminal).await?;
            }
        }
        Ok(None)
    }

    /// The line is gone, and with it the terminal: the event source may spin (`terminal-facts.md` 2), so nothing is drawn
    /// and nothing is waited for. The journal has what matters.
    fn line_dropped(&mut self) -> ! {
        drop(self.ground.temporary.take());
        std::process::exit(129)
    }

    async fn key(&mut self, event: TerminalEvent, terminal: &mut Terminal) -> color_eyre::Result<()> {
        let msg = match event {
            TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => Msg::Key(key),
            TerminalEvent::Paste(text) => Msg::Paste(text),
            TerminalEvent::Resize(columns, rows) => Msg::Resize(columns, rows),
            _ => return Ok(()),
        };
        self.take(msg, terminal).await
    }

    /// Gives a message to the screens and does what they ask for.
    async fn take(&mut self, msg: Msg, terminal: &mut Terminal) -> color_eyre::Result<()> {
        let saved = self.saved(&msg);
        let mut messages: VecDeque<Msg> = [Some(msg), saved].into_iter().flatten().collect();
        while let Some(msg) = messages.pop_front() {
            for effect in crosspull_tui::update(&mut self.model, msg, Timestamp::now()) {
                messages.extend(self.perform(effect, terminal).await?);
            }
        }
        Ok(())
    }

    /// Saves a secret that was just made where `--secret-out` says, and tells what became of it.
    fn saved(&self, msg: &Msg) -> Option<Msg> {
        let Msg::Engine(Entry { event: Event::Learnt { learnt, .. }, .. }) = msg else { return None };
        let path = self.model.answers().get(Key::SecretOut)?;
        let key = learnt.iter().find(|l| l.fact == Fact::SecretKey)?.value.parse().ok()?;
        let secret = self.job.vault.get(key)?;
        Some(save_secret(path, &secret))
    }

    async fn perform(&mut self, effect: Effect, terminal: &mut Terminal) -> color_eyre::Result<Option<Msg>> {
        match effect {
            Effect::Check(inputs) => self.check(*inputs),
            Effect::Run(plan) => return Ok(self.run(*plan)),
            Effect::Confirm(step) => self.job.controller.confirm(step),
            Effect::Stop => self.job.controller.stop(),
            Effect::Leave => self.leaving = true,
            Effect::Redraw => terminal.clear()?,
            Effect::Copy { what, text } => return self.copy(&what, &text, terminal).await.map(Some),
            Effect::CopySecret => {
                return match self.secret() {
                    Some(secret) => self.copy("secret", secret.reveal(), terminal).await.map(Some),
                    None => Ok(None),
                };
            }
            Effect::RevealSecret => return Ok(self.secret().map(Msg::Secret)),
            Effect::SaveSecret { path } => {
                return Ok(self.secret().map(|secret| save_secret(&path, &secret)));
            }
            Effect::SavePlan { path, text } => return Ok(Some(Msg::Said(save_plan(&path, &text)))),
        }
        Ok(None)
    }

    /// Starts the checks in place of those under way; what those still had to say goes with their channels.
    fn check(&mut self, inputs: Inputs) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
        let (job, events) = Job::new();
        let (tell, told) = unbounded_channel();
        self.job = job.clone();
        self.events = events;
        self.told = told;
        self.tell = tell.clone();
        let means = self.ground.fixed.clone().map_or_else(|| gather::means(&inputs, &environment), Ok);
        self.task = Some(tokio::task::spawn_local(async move {
            let checked = match means {
                Ok(means) => job.check(&inputs, means).await,
                Err(complaints) => {
                    let finding =
                        Check::Tenants.stop(complaints.join("; "), "Set what is missing, then start crosspull again.");
                    job.say(Event::CheckEnded { finding }).map(|()| Checked::Stopped)
                }
            };
            match checked {
                Ok(Checked::Planned(_) | Checked::Stopped) => {}
                Err(error) => broken(&tell, &error),
            }
            // Where the loop is gone there is nobody to tell.
            let _ = tell.send(Msg::ChecksOver);
        }));
    }

    /// Starts the run; gives where its receipt is.
    fn run(&mut self, plan: Plan) -> Option<Msg> {
        let (run, receipt) = match self.job.begin(&self.ground.runs) {
            Ok(begun) => begun,
            Err(error) => return Some(Msg::NotBegun(format!("{error}. Nothing was sent."))),
        };
        let job = self.job.clone();
        let tell = self.tell.clone();
        self.task = Some(tokio::task::spawn_local(async move {
            if let Err(error) = job.run(plan, run.clone()).await {
                // The journal cannot take it, so the end goes to the screens alone.
                let trouble = Trouble::new(
                    "The run was ended.",
                    format!("{error}."),
                    "Nothing more was sent. Free some disk space, then run again: what was made is found.",
                );
                let ended = Event::RunEnded {
                    verdict: Verdict::Failed,
                    run: Some(run),
                    facts: Vec::new(),
                    trouble: Some(trouble),
                };
                let _ = tell.send(Msg::Engine(Entry::new(Timestamp::now(), ended)));
            }
        }));
        let shown = receipt.display().to_string();
        self.receipt = Some(receipt);
        Some(Msg::Receipt(shown))
    }

    /// The secret that the run made.
    fn secret(&self) -> Option<Secret> {
        self.model.run().facts.id(&Fact::SecretKey).and_then(|key| self.job.vault.get(key))
    }

    /// Copies, and says where it went; where one way does not work, the next one is tried.
    async fn copy(&self, what: &str, text: &str, terminal: &mut Terminal) -> color_eyre::Result<Msg> {
        let mut way = self.way;
        loop {
            let done = match clipboard::bytes(way, text) {
                Some(bytes) => terminal.write(&bytes).map_err(|e| e.to_string()),
                None => clipboard::outside(way, text).await,
            };
            match (done, way.otherwise()) {
                (Ok(()), _) => {
                    return Ok(Msg::Said(Said { text: clipboard::said(way, what), good: way != Way::Nowhere }));
                }
                (Err(_), Some(next)) => way = next,
                (Err(why), None) => return Ok(Msg::Said(Said::bad(why))),
            }
        }
    }

    /// Lets a call in flight end before the program does, but not for long.
    async fn close(&mut self) {
        self.job.controller.stop();
        if let Some(task) = self.task.take() {
            let _ = tokio::time::timeout(Duration::from_secs(5), task).await;
        }
        while let Ok(entry) = self.events.try_recv() {
            crosspull_tui::update(&mut self.model, Msg::Engine(entry), Timestamp::now());
        }
    }
}

/// Tells the screens that the journal cannot be written.
fn broken(tell: &UnboundedSender<Msg>, error: &JournalError) {
    let _ = tell.send(Msg::Said(Said::bad(format!("{error}. Nothing more was sent."))));
}

/// Saves a secret in a new file, and tells where it is.
fn save_secret(path: &str, secret: &Secret) -> Msg {
    let saved = SecretFile::reserve(path.trim().as_ref()).and_then(|file| file.save(secret));
    let place = saved.map(|path| std::path::absolute(&path).unwrap_or(path).display().to_string());
    Msg::SecretSaved { place: place.map_err(|why| format!("The secret was not saved: {why}.")) }
}

/// Saves the plan in a new file.
fn save_plan(path: &str, text: &str) -> Said {
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(path.trim());
    match made.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Said::good(format!("Saved in {}", path.trim())),
        Err(error) => Said::bad(format!("{} cannot be written ({error}): name a new file.", path.trim())),
    }
}
