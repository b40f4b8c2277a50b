//! The wizard: the loop between terminal, screens and engine. It sleeps until something happens, takes in all that
//! did, and draws once.

use std::collections::VecDeque;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;
use crosspull_azure::sign_in::{Login, Prompts};
use crosspull_core::answers::Answers;
use crosspull_core::event::{Entry, Event, Outcome, Verdict};
use crosspull_core::field::Key;
use crosspull_core::ids::KeyId;
use crosspull_core::plan::{Fact, Side};
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::{Prompt, offers};
use crosspull_sim::{Sim, Tenant};
use crosspull_tui::{Effect, Here, Model, Msg, Notice, Setup};
use crossterm::event::{Event as TerminalEvent, EventStream, KeyEventKind};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::browser;
use crate::clipboard::{self, Surroundings, Way};
use crate::gather::{self, Means, environment};
use crate::job::Job;
use crate::lines::{Lines, aside};
use crate::report::summary;
use crate::secret_file::SecretFile;
use crate::signals::{Signals, end_what_is_stuck};
use crate::surroundings::{surroundings, tunnel};
use crate::terminal::{NO_TERMINAL, Terminal, theme};
use crate::{Code, WRONG_INPUT, places, simulate};

mod look;
mod work;

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
            complaints.iter().for_each(|complaint| aside(&format!("crosspull: {complaint}")));
            return Ok(WRONG_INPUT);
        }
    };
    let runs = places::runs()?;
    let answers = answers.over(recommended());
    wizard(arguments, answers, Ground { runs, fixed: None, temporary: None }, false).await
}

/// The ways to sign in that suit this place, where nothing was answered.
fn recommended() -> Answers {
    let here = surroundings(environment);
    let mut answers = Answers::default();
    for side in [Side::A, Side::B] {
        if let Some(offer) = offers(&here, side).first().filter(|offer| offer.fits) {
            answers.set(Key::sign_in(side), offer.way.word());
        }
    }
    answers
}

/// The wizard on the embedded simulated cloud, with every answer filled in.
///
/// # Errors
/// Where the terminal cannot be used.
pub async fn demo(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let sim = match simulate::start(arguments).await {
        Ok(sim) => sim,
        Err(why) => {
            aside(&format!("crosspull demo: {why}"));
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
        metadata_host: None,
    };
    let code =
        wizard(arguments, answers, Ground { runs: folder, fixed: Some(fixed), temporary: Some(runs) }, true).await;
    sim.stop().await;
    code
}

/// The simulated cloud's operator of a tenant, as a login.
fn operator(sim: &Sim, tenant: Tenant) -> color_eyre::Result<Login> {
    let operator = sim.operator(tenant);
    let secret = Secret::new(operator.client_secret.reveal().to_owned());
    Ok(Login::service_principal(operator.client_id.to_string().parse()?, secret))
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
    /// What the job under way has to say besides its events.
    job_told: UnboundedReceiver<Msg>,
    job_tell: UnboundedSender<Msg>,
    /// What a person is asked in order to sign in.
    prompts: UnboundedReceiver<Prompt>,
    ask: Prompts,
    receipt: Option<PathBuf>,
    /// The answers that the program was started with.
    given: Answers,
    /// Who signs in, while the operator answers.
    looks: Vec<look::Look>,
    /// Says where what a look sends goes.
    told_where: look::Told,
    /// What is looked for meanwhile.
    search: Option<look::Look>,
    /// The persons who signed in, by tenant and way: nobody is asked twice.
    persons: Vec<(String, Login)>,
    /// The secret that was copied last, as long as it may be in the clipboard.
    copied: Option<Secret>,
    /// The secret that was last told of, so that it is saved once.
    told_of: Option<KeyId>,
    leaving: bool,
}

async fn wizard(arguments: &ArgMatches, answers: Answers, ground: Ground, simulated: bool) -> color_eyre::Result<Code> {
    if !Terminal::is_there() {
        aside(NO_TERMINAL);
        return Ok(WRONG_INPUT);
    }
    color_eyre::install()?;
    let asked = arguments.get_one::<String>("clipboard").and_then(|w| w.parse().ok()).unwrap_or(clipboard::Asked::Auto);
    let way = clipboard::choose(asked, &Surroundings::from(environment, true));
    // A hangup is never ignored: without its terminal there is no wizard.
    let mut signals = Signals::listen(false)?;
    end_what_is_stuck()?;
    let mut terminal = Terminal::open()?;
    let place = surroundings(environment);
    let here = Here {
        offers: [Side::A, Side::B].map(|side| offers(&place, side)),
        tunnel: tunnel(environment),
        // A browser that opens at the other end of the line is not before anybody's eyes.
        desktop: place.desktop && !place.ssh,
        // crosspull holds the desktop's clipboard itself.
        clipboard_goes: way == Way::System,
    };
    let setup = Setup { answers, simulated, theme: theme(), size: terminal.size(), here };
    let mut wizard = Wizard::new(setup, ground, way);
    if !simulated {
        wizard.list_earlier();
    }
    let stopped_by = wizard.work(&mut terminal, &mut signals).await?;
    if wizard.model.secret_in_clipboard() {
        // Nobody is left to tell what became of it.
        let _ = wizard.clear_clipboard(&mut terminal).await;
    }
    drop(terminal);
    wizard.close().await;
    let mut out = Lines::default();
    let run = wizard.model.run();
    if run.id.is_some() {
        out.write(&summary(run, wizard.receipt.as_deref().filter(|_| !simulated)));
        if !simulated && wizard.is_new() {
            let same = crosspull_tui::command_line(wizard.model.answers());
            out.write(&["The same without the wizard:".to_owned(), format!("  {same}")]);
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
        let (ask, prompts) = unbounded_channel();
        let ask = Prompts::new(ask);
        let (job, events) = Job::new(std::sync::Arc::default(), ask.clone());
        let (tell, told) = unbounded_channel();
        let (job_tell, job_told) = unbounded_channel();
        let given = setup.answers.clone();
        Self {
            model: Model::new(setup),
            ground,
            way,
            job,
            events,
            task: None,
            told,
            told_where: look::Told::new(tell.clone()),
            tell,
            job_told,
            job_tell,
            prompts,
            ask,
            receipt: None,
            given,
            looks: Vec::new(),
            search: None,
            persons: Vec::new(),
            copied: None,
            told_of: None,
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
            // A frame that could not be drawn is tried again.
            let ticks = self.model.animates() || terminal.is_stale();
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
                broken = panicked(&mut self.task) => if broken {
                    return Ok(Some(Verdict::Failed.exit_code()));
                },
                Some(entry) = self.events.recv() => self.take(Msg::Engine(entry), terminal).await?,
                Some(msg) = self.told.recv() => self.take(msg, terminal).await?,
                Some(msg) = self.job_told.recv() => self.take(msg, terminal).await?,
                Some(prompt) = self.prompts.recv() => self.take(Msg::Prompt(prompt), terminal).await?,
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
            TerminalEvent::Resize(columns, rows) => {
                // What is on the screen now is the terminal's own doing, also where the size is what it was.
                terminal.forget();
                Msg::Resize(columns, rows)
            }
            _ => return Ok(()),
        };
        self.take(msg, terminal).await
    }

    /// Gives a message to the screens and does what they ask for.
    async fn take(&mut self, msg: Msg, terminal: &mut Terminal) -> color_eyre::Result<()> {
        let mut messages: VecDeque<Msg> = VecDeque::from([msg]);
        messages.extend(messages.front().map(|msg| self.secret_told_of(msg)).unwrap_or_default());
        messages.extend(messages.front().and_then(|msg| self.save_way_back(msg)));
        messages.extend(messages.front().and_then(|msg| self.page_of(msg)));
        while let Some(msg) = messages.pop_front() {
            for effect in crosspull_tui::update(&mut self.model, msg, Timestamp::now()) {
                messages.extend(self.perform(effect, terminal).await?);
            }
        }
        Ok(())
    }

    /// What there is to say of a secret that the run learnt of: whether it is at hand, and where it was saved.
    fn secret_told_of(&mut self, msg: &Msg) -> Vec<Msg> {
        let Msg::Engine(Entry { event: Event::Learnt { learnt, .. }, .. }) = msg else { return Vec::new() };
        let key = learnt.iter().find(|l| l.fact == Fact::SecretKey).and_then(|l| l.value.parse().ok());
        let Some(key) = key.filter(|key| self.told_of != Some(*key)) else { return Vec::new() };
        self.told_of = Some(key);
        let secret = self.job.vault.get(key);
        let mut told = vec![Msg::SecretAtHand(secret.is_some())];
        if let Some(secret) = secret {
            told.extend(self.place_for_secret().map(|file| saved(file, &secret)));
        }
        told
    }

    /// Saves the secret of the way back where a file was named for it; says where it is.
    fn save_way_back(&self, msg: &Msg) -> Option<Msg> {
        let Msg::Engine(Entry { event: Event::Learnt { learnt, .. }, .. }) = msg else { return None };
        let made = learnt.iter().find(|l| l.fact == Fact::WayBackKey && l.how == Outcome::Created)?;
        let secret = self.job.vault.get(made.value.parse().ok()?)?;
        let path = self.model.answers().get(Key::WayBackOut)?;
        let saved = SecretFile::reserve_beside(path.as_ref()).and_then(|file| file.save(&secret));
        Some(Msg::Notice(match saved {
            Ok(path) => {
                Notice::good(format!("The secret of the way back is in {}, readable by you alone", path.display()))
            }
            Err(why) => Notice::bad(format!("{why}.")),
        }))
    }

    /// Writes the page for tenant B's administrator beside the receipt, where the run asks for one; says where it is.
    fn page_of(&self, msg: &Msg) -> Option<Msg> {
        let Msg::Engine(Entry { event: Event::PersonNeeded { page: Some(page), .. }, .. }) = msg else { return None };
        Some(Msg::Notice(match crate::hand_over::write(page, self.receipt.as_ref()?) {
            Ok([markdown, _]) => Notice::good(format!("The page is in {}", markdown.display())),
            Err(why) => Notice::bad(format!("{why}.")),
        }))
    }

    /// Where the secret is to be saved at once, if anywhere.
    fn place_for_secret(&self) -> Option<Result<SecretFile, String>> {
        let then = self.model.run().answers.get(Key::SecretOut);
        match (self.is_new(), self.given.get(Key::SecretOut)) {
            (true, _) => self.model.answers().get(Key::SecretOut).map(|path| SecretFile::reserve(path.as_ref())),
            (false, now @ Some(path)) if now != then => Some(SecretFile::reserve(path.as_ref())),
            (false, _) => then.map(|path| SecretFile::reserve_beside(path.as_ref())),
        }
    }

    async fn perform(&mut self, effect: Effect, terminal: &mut Terminal) -> color_eyre::Result<Vec<Msg>> {
        let said = match effect {
            Effect::Check(inputs) => {
                self.check(*inputs);
                None
            }
            Effect::TakeUp { run, way } => return Ok(self.take_up(&run, way)),
            Effect::LetGo => {
                self.new_job();
                None
            }
            Effect::Run(plan) => self.run(*plan),
            Effect::Go { way, plan } => {
                self.go(way, *plan);
                None
            }
            Effect::Confirm(step) => {
                self.job.controller.confirm(step);
                None
            }
            Effect::CutShort => {
                self.job.controller.cut_short();
                None
            }
            Effect::Stop => {
                self.job.controller.stop();
                None
            }
            Effect::SignIn { side } => {
                let answers = self.model.answers().clone();
                self.sign_in(side, &answers);
                None
            }
            Effect::StopSignIn => {
                self.stop_sign_in();
                None
            }
            Effect::Open { address } => Some(Msg::Notice(browser::open(&address))),
            Effect::Find { sought, answers } => {
                self.find(sought, &answers);
                None
            }
            Effect::CancelFind => {
                self.search = None;
                None
            }
            Effect::Leave => {
                self.leaving = true;
                None
            }
            Effect::Redraw => {
                terminal.forget();
                None
            }
            Effect::Copy { what, text } => Some(self.copy(&what, &text, terminal).await),
            Effect::CopySecret => match self.secret() {
                Some(secret) => {
                    let said = self.copy("secret", secret.reveal(), terminal).await;
                    self.copied = Some(secret);
                    Some(said)
                }
                None => None,
            },
            Effect::ClearClipboard => Some(Msg::Notice(match self.clear_clipboard(terminal).await {
                Ok(()) => Notice::good("The secret is no longer in the clipboard."),
                Err(why) => Notice::bad(why),
            })),
            Effect::RevealSecret => self.secret().map(Msg::Secret),
            Effect::SaveSecret { path } => {
                self.secret().map(|secret| saved(SecretFile::reserve(path.trim().as_ref()), &secret))
            }
            Effect::SavePlan { path, text } => Some(Msg::Notice(save_plan(&path, &text))),
        };
        Ok(said.into_iter().collect())
    }

    /// True for a run that began in this program.
    fn is_new(&self) -> bool {
        self.model.is_new()
    }

    /// The secret that the run made.
    fn secret(&self) -> Option<Secret> {
        self.model.run().facts.id(&Fact::SecretKey).and_then(|key| self.job.vault.get(key))
    }

    /// Copies, and says where it went; where one way does not work, the next one is tried.
    async fn copy(&mut self, what: &str, text: &str, terminal: &mut Terminal) -> Msg {
        loop {
            let way = self.way;
            let done = match clipboard::sequence(way, text) {
                Some(sequence) => terminal.write(&sequence).map_err(|e| e.to_string()),
                None => clipboard::outside(way, text).await,
            };
            match (done, way.otherwise()) {
                (Ok(()), _) => {
                    return Msg::Notice(Notice { text: clipboard::said(way, what), good: way != Way::Nowhere });
                }
                // What does not work once is not tried again.
                (Err(_), Some(next)) => self.way = next,
                (Err(why), None) => return Msg::Notice(Notice::bad(why)),
            }
        }
    }

    /// Takes the secret out of the clipboard again.
    async fn clear_clipboard(&mut self, terminal: &mut Terminal) -> Result<(), String> {
        match (clipboard::clearing_sequence(self.way), self.copied.take()) {
            (Some(sequence), _) => terminal.write(&sequence).map_err(|e| e.to_string()),
            (None, Some(secret)) => clipboard::clear_outside(self.way, secret).await,
            (None, None) => Ok(()),
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

/// Ends once a task does; true where it panicked, which the hook has told of, and which gave the terminal back.
async fn panicked(task: &mut Option<JoinHandle<()>>) -> bool {
    let Some(work) = task.as_mut() else { return std::future::pending().await };
    let ended = work.await;
    *task = None;
    ended.is_err_and(|error| error.is_panic())
}

/// Saves a secret in the file that was reserved for it, and tells where it is.
fn saved(file: Result<SecretFile, String>, secret: &Secret) -> Msg {
    let saved = file.and_then(|file| file.save(secret));
    let place = saved.map(|path| std::path::absolute(&path).unwrap_or(path).display().to_string());
    Msg::SecretSaved { place: place.map_err(|why| format!("The secret was not saved: {why}.")) }
}

/// Saves the plan in a new file.
fn save_plan(path: &str, text: &str) -> Notice {
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(path.trim());
    match made.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Notice::good(format!("Saved in {}", path.trim())),
        Err(error) => Notice::bad(format!("{} cannot be written ({error}): name a new file.", path.trim())),
    }
}
