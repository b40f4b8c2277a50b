//! The wizard: the loop between terminal, screens and engine. It sleeps until something happens, takes in all that
//! did, and draws once.

mod access;
mod clock;
mod effects;
mod ending;
mod login;
mod lookup;
mod surface;
mod talk;
mod work;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::ArgMatches;
use crosspull_azure::sign_in::{Login, Prompts};
use crosspull_core::event::Entry;
use crosspull_core::ids::KeyId;
use crosspull_core::input::Answers;
use crosspull_core::names::{PerTenant, Side, Verdict};
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::{Prompt, offers};
use crosspull_tui::{Clipboard, Here, Model, Msg, Setup};
use crossterm::event::Event as TerminalEvent;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::accessible;
use crate::backend::Backend;
use crate::credentials::Credentials;
use crate::exit::{Code, WRONG_INPUT};
use crate::headless::lines::aside;
use crate::sources::environment;
use crate::terminal::clipboard::{self, ClipboardPlace, CopyMethod, CopyWish};
use crate::terminal::keyboard::Keyboard;
use crate::terminal::screen_signal::ScreenSignal;
use crate::terminal::screen_signals::ScreenSignals;
use crate::terminal::stuck::end_what_is_stuck;
use crate::terminal::surroundings::{surroundings, tunnel};
use crate::terminal::{Gone, Terminal, look, unfit};
use clock::Clock;
use lookup::{CloudNotices, Lookup};
use surface::Surface;

/// The time between two pictures of a screen with something under way.
const TICK: Duration = Duration::from_millis(250);

/// The place where the wizard works.
pub struct Workspace {
    /// The folder of journals.
    pub runs: PathBuf,
    /// The credentials, where they do not depend on the inputs.
    pub fixed: Option<Credentials>,
    /// The folder of runs, where it goes with the program.
    pub temporary: Option<tempfile::TempDir>,
}

/// The wizard at work.
struct Wizard {
    model: Model,
    workspace: Workspace,
    copies_by: CopyMethod,
    backend: Backend,
    events: UnboundedReceiver<Entry>,
    task: Option<JoinHandle<()>>,
    /// Messages of tasks to the screens.
    told: UnboundedReceiver<Msg>,
    tell: UnboundedSender<Msg>,
    /// Messages of the work under way besides its events.
    backend_told: UnboundedReceiver<Msg>,
    backend_tell: UnboundedSender<Msg>,
    /// Prompts for a person who is to sign in.
    prompts: UnboundedReceiver<Prompt>,
    ask: Prompts,
    receipt: Option<PathBuf>,
    /// The runs that ended here and were set aside.
    aside: Vec<ending::Aside>,
    /// The answers that the program was started with.
    given: Answers,
    /// True on the embedded cloud, with which the runs go.
    simulated: bool,
    /// The persons who sign in, while the operator answers.
    sign_ins: Vec<Lookup>,
    /// Says to which cloud lookups are sent.
    cloud_notices: CloudNotices,
    /// The search for what a list is to show.
    search: Option<Lookup>,
    /// The sign-in to a registry.
    registry: Option<login::Registry>,
    /// The reading of who can reach a cluster.
    access: Option<Lookup>,
    /// The persons who signed in, by side and by tenant and way: nobody is asked twice.
    persons: Vec<(Side, String, Login)>,
    /// Those of them who give way to somebody else, until that person signed in.
    former: Vec<(Side, String, Login)>,
    /// The secret that was copied last, as long as it may be in the clipboard.
    copied: Option<Secret>,
    /// The secrets that were told of, so that each is saved once.
    told_of: Vec<KeyId>,
    /// The files that they were saved in.
    saved_in: Vec<String>,
    leaving: bool,
    clock: Clock,
}

/// Shows the wizard until the operator leaves it.
///
/// # Errors
/// An error where the terminal or signals cannot be used.
pub async fn run(
    arguments: &ArgMatches,
    answers: Answers,
    workspace: Workspace,
    simulated: bool,
) -> color_eyre::Result<Code> {
    if accessible::is_wanted(arguments, environment) {
        return talk::run(arguments, answers, workspace, simulated).await;
    }
    if let Some(why) = unfit() {
        aside(&why);
        return Ok(WRONG_INPUT);
    }
    color_eyre::install()?;
    let copies_by = copies_by(arguments);
    let mut signals = ScreenSignals::listen()?;
    end_what_is_stuck()?;
    let look = look::look(arguments);
    let mut terminal = Terminal::open()?;
    if look.asks_background {
        // Before the first frame: keys that answer to that frame come after the answer.
        terminal.ask_background();
    }
    let setup = Setup { answers, simulated, theme: look.theme, size: terminal.size(), here: here(copies_by) };
    let mut wizard = Wizard::new(setup, workspace, copies_by);
    if !simulated {
        wizard.list_earlier();
    }
    let stopped_by = wizard.work(&mut terminal, &mut signals).await?;
    if wizard.model.secret_in_clipboard() {
        // Nobody is left to tell what became of it.
        let _ = wizard.clear_clipboard(&mut terminal).await;
    }
    drop(terminal);
    Ok(wizard.end(stopped_by).await)
}

/// Returns the way to copy.
fn copies_by(arguments: &ArgMatches) -> CopyMethod {
    let wish = arguments.get_one::<String>("clipboard").and_then(|w| w.parse().ok()).unwrap_or(CopyWish::Auto);
    clipboard::choose(wish, &ClipboardPlace::from(environment, true))
}

/// Returns what the place offers.
fn here(copies_by: CopyMethod) -> Here {
    let place = surroundings(environment);
    Here {
        offers: PerTenant::of(|side| offers(&place, side)),
        tunnel: tunnel(environment),
        // A browser that opens at the other end of the line is not before anybody's eyes.
        desktop: place.desktop && !place.ssh,
        clipboard: match copies_by {
            // crosspull holds the desktop's clipboard itself, and takes its own file away.
            CopyMethod::System => Clipboard::Own,
            CopyMethod::File => Clipboard::File,
            CopyMethod::Osc52 | CopyMethod::Tmux | CopyMethod::Screen => Clipboard::Terminals,
            CopyMethod::Nowhere => Clipboard::Nowhere,
        },
    }
}

impl Wizard {
    fn new(setup: Setup, workspace: Workspace, copies_by: CopyMethod) -> Self {
        let (ask, prompts) = unbounded_channel();
        let ask = Prompts::new(ask);
        let (backend, events) = Backend::new(std::sync::Arc::default(), ask.clone());
        let (tell, told) = unbounded_channel();
        let (backend_tell, backend_told) = unbounded_channel();
        let (given, simulated) = (setup.answers.clone(), setup.simulated);
        Self {
            model: Model::new(setup),
            workspace,
            copies_by,
            backend,
            events,
            task: None,
            told,
            cloud_notices: CloudNotices::new(tell.clone()),
            tell,
            backend_told,
            backend_tell,
            prompts,
            ask,
            receipt: None,
            aside: Vec::new(),
            given,
            simulated,
            sign_ins: Vec::new(),
            search: None,
            registry: None,
            access: None,
            persons: Vec::new(),
            former: Vec::new(),
            copied: None,
            told_of: Vec::new(),
            saved_in: Vec::new(),
            leaving: false,
            clock: Clock::start(),
        }
    }

    /// Runs the loop. Returns the exit code that a signal asks for, where one ended it.
    async fn work(&mut self, terminal: &mut Terminal, signals: &mut ScreenSignals) -> color_eyre::Result<Option<Code>> {
        let mut keyboard = Keyboard::open()?;
        while !self.leaving {
            let now = self.clock.now();
            if terminal.draw(|frame| crosspull_tui::view(&self.model, frame, now)).is_err() {
                self.line_dropped();
            }
            // A frame that could not be drawn is tried again.
            let plain = terminal.plain_until();
            let ticks = self.model.animates() || terminal.is_stale();
            tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    ScreenSignal::End(129) => self.line_dropped(),
                    ScreenSignal::End(130) => self.take(Msg::StopAsked, terminal).await?,
                    ScreenSignal::End(code) => return Ok(Some(code)),
                    ScreenSignal::Suspend => drop(terminal.suspend()),
                    ScreenSignal::Continue => {
                        terminal.take_over_again()?;
                        self.resized(terminal).await?;
                    }
                    ScreenSignal::Window => self.resized(terminal).await?,
                },
                events = keyboard.next() => match events {
                    Ok(events) => {
                        if let Some(background) = keyboard.background().filter(|_| terminal.answered()) {
                            look::show_colours(true);
                            self.take(Msg::Background(background), terminal).await?;
                        }
                        self.typed(events, terminal).await?;
                    }
                    Err(Gone) => self.line_dropped(),
                },
                broken = panicked(&mut self.task) => if broken {
                    return Ok(Some(Verdict::Failed.exit_code()));
                },
                Some(entry) = self.events.recv() => self.take(Msg::Engine(entry), terminal).await?,
                Some(msg) = self.told.recv() => self.take(msg, terminal).await?,
                Some(msg) = self.backend_told.recv() => self.take(msg, terminal).await?,
                Some(prompt) = self.prompts.recv() => self.take(Msg::Prompt(prompt), terminal).await?,
                () = tokio::time::sleep_until(plain.unwrap_or_else(Instant::now).into()), if plain.is_some() => {
                    terminal.hide_plain()?;
                }
                () = tokio::time::sleep(TICK), if ticks => self.take(Msg::Tick, terminal).await?,
            }
            while let Ok(entry) = self.events.try_recv() {
                self.take(Msg::Engine(entry), terminal).await?;
            }
        }
        Ok(None)
    }

    /// Takes all keys and pastes that came, before the next frame is drawn.
    async fn typed(&mut self, events: Vec<TerminalEvent>, terminal: &mut Terminal) -> color_eyre::Result<()> {
        for event in events {
            match event {
                TerminalEvent::Key(_) if terminal.plain_until().is_some() => terminal.hide_plain()?,
                TerminalEvent::Key(key) => self.take(Msg::Key(key), terminal).await?,
                TerminalEvent::Paste(text) => self.take(Msg::Paste(text), terminal).await?,
                _ => {}
            }
            if self.leaving {
                break;
            }
        }
        Ok(())
    }

    /// Takes in that the window changed. What is on the screen now is the terminal's own doing, also where the size is what it
    /// was.
    async fn resized(&mut self, terminal: &mut Terminal) -> color_eyre::Result<()> {
        terminal.forget();
        let (columns, rows) = terminal.size();
        self.take(Msg::Resize(columns, rows), terminal).await
    }

    /// Gives a message to the screens and does what they ask for.
    async fn take(&mut self, msg: Msg, terminal: &mut dyn Surface) -> color_eyre::Result<()> {
        let mut messages: VecDeque<Msg> = VecDeque::from([msg]);
        messages.extend(messages.front().map(|msg| self.secret_told_of(msg)).unwrap_or_default());
        messages.extend(messages.front().and_then(|msg| self.save_way_back(msg)));
        if let Some(Msg::Entered { side, entered }) = messages.front() {
            self.settle_persons(*side, entered.is_ok());
        }
        messages.extend(messages.front().and_then(|msg| self.page_of(msg)));
        messages.extend(messages.front().and_then(|msg| self.manifest_of(msg)));
        while let Some(msg) = messages.pop_front() {
            for effect in crosspull_tui::update(&mut self.model, self.clock.restamped(msg), self.clock.now()) {
                messages.extend(self.perform(effect, terminal).await?);
            }
        }
        Ok(())
    }
}

/// Ends once a task does; true where it panicked, which the hook has told of, and which gave the terminal back.
async fn panicked(task: &mut Option<JoinHandle<()>>) -> bool {
    let Some(work) = task.as_mut() else { return std::future::pending().await };
    let ended = work.await;
    *task = None;
    ended.is_err_and(|error| error.is_panic())
}
