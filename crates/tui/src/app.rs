//! The wizard's state, and what happens on a message: the only code that changes it.

mod files;
mod leaving;
mod readable;
mod sign_in;
mod spoken;

use crosspull_core::check::{Check, Level, soak_of_a_simulated_cloud};
use crosspull_core::event::Event;
use crosspull_core::input::Answers;
use crosspull_core::login::Wish;
use crosspull_core::names::Direction;
use crosspull_core::names::StepId;
use crosspull_core::run::{NoWay, Run};
use crosspull_core::sign_in::Prompt;
use crossterm::event::{KeyEvent, KeyEventKind};
use jiff::Timestamp;
use ratatui::Frame;

use crate::frame::{self, Scene};
use crate::here::Here;
use crate::keys::{self, Action};
use crate::live::Activity;
use crate::msg::{Effect, Msg, Notice};
use crate::screen::{
    Go, HelpLayer, HomeScreen, Layer, LeaveLayer, Reaction, ResetLayer, Saving, Screen, SignInScreen, View,
};
use crate::secret::{Copied, Handed};
use crate::shared::Shared;
use crate::theme::Theme;
use crate::words::times;
use readable::Readable;

/// The ways in which the wizard begins.
#[derive(Debug)]
pub struct Setup {
    /// The answers that there are already; in `demo` all of them.
    pub answers: Answers,
    /// True on the embedded cloud; every screen says so.
    pub simulated: bool,
    /// The looks that the terminal can show.
    pub theme: Theme,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The offers of the place.
    pub here: Here,
}

/// The state of the wizard.
#[derive(Debug)]
pub struct Model {
    shared: Shared,
    screen: Screen,
    /// The layers over the screen, the topmost last.
    layers: Vec<Layer>,
    /// The sign-in that waits for a person, in place of whatever screen.
    sign_in: Option<SignInScreen>,
    /// The reason why the next prompt is not for the way that was chosen.
    instead: Option<Prompt>,
    /// True once a key was pressed: from then on nothing is chosen for the operator.
    touched: bool,
    readable: Readable,
}

impl Model {
    /// Creates the wizard at its first screen.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let Setup { answers, simulated, theme, size, here } = setup;
        Self {
            shared: Shared::new(answers, simulated, theme, size, here),
            screen: Screen::Home(HomeScreen::default()),
            layers: Vec::new(),
            sign_in: None,
            instead: None,
            touched: false,
            readable: Readable::default(),
        }
    }

    /// Tells it that there is no screen: it is told aloud from now on.
    pub const fn speak_aloud(&mut self) {
        self.shared.aloud = true;
    }

    /// Returns true while the picture changes by itself: a call or a wait is under way, or a secret is in sight.
    ///
    /// The shell then sends [`Msg::Tick`], at most eight a second; else there is nothing to wake up for.
    #[must_use]
    pub fn animates(&self) -> bool {
        let shared = &self.shared;
        shared.live.moves()
            || shared.login.moves()
            || shared.access.moves()
            || self.sign_in.is_some()
            || shared.revealed.is_some()
            || self.secret_in_clipboard()
            || self.may_still_take()
    }

    /// Returns the run as far as its events tell.
    #[must_use]
    pub const fn run(&self) -> &Run {
        &self.shared.live.run
    }

    /// Returns true for a run that begins here; an earlier one was answered for when it began.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        self.shared.live.taken_up.is_none()
    }

    /// Returns what was answered so far.
    #[must_use]
    pub const fn answers(&self) -> &Answers {
        &self.shared.answers
    }

    /// Returns the sign-in to a registry that is wanted, while one is asked for.
    #[must_use]
    pub fn wish(&self) -> Option<Wish> {
        self.shared.wish()
    }

    /// Returns true while it is asked who can reach a cluster.
    #[must_use]
    pub const fn is_access(&self) -> bool {
        self.shared.is_access()
    }

    /// Returns the one who is asked about, as typed.
    #[must_use]
    pub fn principal(&self) -> Option<&str> {
        self.shared.principal()
    }

    /// Returns true while the secret is in the clipboard because crosspull put it there and is to take it away again.
    #[must_use]
    pub const fn secret_in_clipboard(&self) -> bool {
        self.shared.secret_in_clipboard()
    }

    /// Returns the file of the page for whoever is waited for, where there is one.
    #[must_use]
    pub fn page_file(&self) -> Option<&str> {
        self.shared.page.as_deref()
    }

    /// Returns the file that has the secret, where it was saved.
    #[must_use]
    pub fn secret_file(&self) -> Option<&str> {
        if let Handed::Saved(place) = &self.shared.handed { Some(place) } else { None }
    }

    /// Returns what is drawn.
    fn scene(&self) -> Scene<'_> {
        Scene {
            shared: &self.shared,
            front: self.front(),
            rail_entry: self.screen.rail_entry(),
            layer: self.top_layer().and_then(|at| self.layers.get(at)).map(Layer::view),
        }
    }

    /// Returns the screen that is shown, or the sign-in that stands in its place.
    fn front(&self) -> &dyn View {
        match &self.sign_in {
            Some(sign_in) => sign_in,
            None => self.screen.view(),
        }
    }

    /// Returns the place of the topmost layer. The choice of another way to sign in waits below a sign-in.
    fn top_layer(&self) -> Option<usize> {
        let waits = |layer: &Layer| self.sign_in.is_some() && matches!(layer, Layer::Ways(_));
        let top = self.layers.last().filter(|layer| !waits(layer));
        top.and_then(|_| self.layers.len().checked_sub(1))
    }

    /// Returns what keys go to, and what it may change: the topmost layer, else the screen in front.
    fn in_focus(&mut self) -> (&mut dyn View, &mut Shared) {
        let top = self.top_layer();
        let view: &mut dyn View = match (top.and_then(|at| self.layers.get_mut(at)), &mut self.sign_in) {
            (Some(layer), _) => layer.view_mut(),
            (None, Some(sign_in)) => sign_in,
            (None, None) => self.screen.view_mut(),
        };
        (view, &mut self.shared)
    }
}

/// Draws the wizard. Everything that is shown comes from the model and the time.
pub fn view(model: &Model, frame: &mut Frame, now: Timestamp) {
    frame::draw(&model.scene(), frame, now);
}

/// Takes in what happened; returns what the shell is to do.
pub fn update(model: &mut Model, msg: Msg, now: Timestamp) -> Vec<Effect> {
    let (front, in_front) = (model.front().context(&model.shared), model.scene().context());
    let mut effects = model.take(msg, now);
    model.shared.time_access(now);
    effects.extend(model.follow());
    if !model.front().context(&model.shared).is_like(front) {
        model.shared.scrolled = None;
    }
    if model.scene().context() != in_front {
        model.readable.changed(now);
    }
    effects
}

/// Takes the warning out of the check of the soak.
fn without_soak(event: &mut Event) {
    if let Event::CheckEnded { finding } = event
        && finding.check == Check::Soak
        && finding.level == Level::Warn
    {
        *finding = soak_of_a_simulated_cloud();
    }
}

impl Model {
    fn take(&mut self, msg: Msg, now: Timestamp) -> Vec<Effect> {
        match msg {
            Msg::Key(key) if key.kind == KeyEventKind::Release => return Vec::new(),
            Msg::Key(key) => return self.pressed(&key, now),
            Msg::Paste(text) => self.pasted(&text),
            Msg::Said(said) => return self.said(said),
            Msg::Resize(columns, rows) => self.shared.size = (columns, rows),
            Msg::Background(background) => self.shared.theme = self.shared.theme.on(background),
            Msg::Tick => {
                let mut effects = self.take_early(now);
                effects.extend(self.ticked(now));
                return effects;
            }
            Msg::Engine(mut entry) => {
                if self.shared.simulated {
                    without_soak(&mut entry.event);
                }
                self.shared.live.hear(&entry);
                self.heard(&entry.event);
                if self.shared.follow_secrets() {
                    return vec![Effect::ClearClipboard];
                }
            }
            Msg::Prompt(prompt) => return self.prompted(prompt),
            Msg::Entered { side, entered } => self.entered(side, entered),
            Msg::Found { sought, choices, progress } => self.found(&sought, choices, progress),
            Msg::Secret(secret) => self.shared.reveal(secret, now),
            Msg::Notice(notice) => self.noticed(notice, now),
            Msg::RegistryEntered { attempt, entered } => self.registry_entered(attempt, entered),
            Msg::SignInGiven { attempt, given } => self.shared.hear_given(attempt, given),
            Msg::Access { attempt, told } => self.access_told(attempt, told),
            Msg::Earlier(runs) => self.heard_of_earlier(runs),
            Msg::TakenUp { run, way } => return self.taken_up(*run, way),
            Msg::SecretAtHand(is) => self.shared.live.secret_at_hand = is,
            Msg::SecretSaved { place } => self.saved(place),
            Msg::ChecksOver => self.shared.live.checked(),
            Msg::NotBegun(why) => self.not_begun(why),
            Msg::Receipt(place) => (self.shared.receipt, self.shared.page) = (Some(place), None),
            Msg::Page(place) => self.shared.page = Some(place),
            Msg::StopAsked => return self.stop_from_outside(),
        }
        Vec::new()
    }

    /// Hides and clears what is shown or kept for a while only.
    fn ticked(&mut self, now: Timestamp) -> Vec<Effect> {
        let shared = &mut self.shared;
        if shared.in_sight(now).is_none() {
            shared.revealed = None;
        }
        let Some(Copied::For { until, seconds_left }) = &mut shared.copied else { return Vec::new() };
        *seconds_left = times::between(now, *until).div_ceil(1000);
        if *seconds_left > 0 {
            return Vec::new();
        }
        shared.copied = None;
        // Whoever is being asked is still asked: now nothing but the cluster has it.
        let at_end = self.is_at_end();
        for layer in self.layers.iter_mut().filter(|layer| matches!(layer, Layer::Clipboard(_))) {
            *layer = Layer::Leave(LeaveLayer::new(at_end, true));
        }
        vec![Effect::ClearClipboard]
    }

    /// Takes in what became of a copy or of a file. What could not be cleared is not said to be.
    fn noticed(&mut self, notice: Notice, now: Timestamp) {
        if let (false, Some(Layer::Leave(leave))) = (notice.good, self.layers.last_mut()) {
            leave.cleared = false;
        }
        let waiting = [Saving::Plan, Saving::Matrix].into_iter().find(|what| self.path_waits(*what));
        if waiting.is_some_and(|what| self.path_answered(what, (!notice.good).then_some(&notice.text))) {
            return;
        }
        self.shared.tell(notice, now);
    }

    /// Takes in the earlier runs. Where one was not finished, going on with it is what the operator most likely came
    /// for.
    fn heard_of_earlier(&mut self, runs: Vec<Run>) {
        let Screen::Home(home) = &self.screen else {
            self.shared.earlier = runs;
            return;
        };
        let chosen = home.start(&self.shared).filter(|_| self.touched);
        self.shared.earlier = runs;
        let home = match chosen {
            Some(start) => HomeScreen::at(start, &self.shared),
            None => HomeScreen::untouched(&self.shared),
        };
        self.screen = Screen::Home(home);
    }

    /// Shows the checks of an earlier run, unless somebody has worked on it meanwhile.
    fn taken_up(&mut self, run: Run, way: Direction) -> Vec<Effect> {
        (self.shared.receipt, self.shared.page) = (None, None);
        match run.plan_for(way) {
            Ok(_) => {
                self.screen = Screen::open(Go::Checks, &self.shared);
                // What became of the secret of this run stays true.
                let other = run.id != self.shared.live.run.id;
                self.shared.live.take_up(run, way);
                let forgets = other && self.shared.forget_secret();
                forgets.then_some(Effect::ClearClipboard).into_iter().collect()
            }
            Err(NoWay::Over(why) | NoWay::Refused(why)) => {
                self.shared.notice = Some(Notice::bad(why));
                vec![Effect::LetGo]
            }
        }
    }

    /// Goes back to the review, since the run could not begin.
    fn not_begun(&mut self, why: String) {
        self.shared.live.activity = Activity::None;
        self.shared.live.begun = false;
        self.screen = Screen::open(Go::Review, &self.shared);
        self.shared.notice = Some(Notice::bad(why));
    }

    /// Asks and stops asking, as the engine does.
    fn heard(&mut self, event: &Event) {
        match event {
            Event::Asking { step } => self.ask_reset(*step),
            Event::RoutesWeighed { routes } if self.shared.live.activity == Activity::Weighing => {
                self.shared.weighing.routes.clone_from(routes);
            }
            _ => {}
        }
        if self.shared.live.question().is_none() {
            self.layers.retain(|layer| !matches!(layer, Layer::Reset(_)));
        }
        if self.shared.live.soaking().is_none() {
            self.layers.retain(|layer| !matches!(layer, Layer::CutShort(_)));
        }
        // What was said about a run under way is no longer so; what did not work stays true.
        if matches!(event, Event::RunEnded { .. }) {
            self.shared.notice = self.shared.notice.take().filter(|notice| !notice.good);
        }
    }

    /// Asks before the cluster is reset. The question goes below what is being read, so that no key meant for that
    /// answers it.
    fn ask_reset(&mut self, step: StepId) {
        if !self.layers.iter().any(|layer| matches!(layer, Layer::Reset(_))) {
            self.layers.insert(0, Layer::Reset(ResetLayer::new(step, &self.shared)));
        }
    }

    /// Takes a key: what it asks for there, else it is text. Where nothing can be seen nothing can be meant but Ctrl+C.
    fn pressed(&mut self, key: &KeyEvent, now: Timestamp) -> Vec<Effect> {
        let context = self.scene().context();
        let action = keys::action(context, key);
        if frame::too_small(self.shared.size) && action != Some(Action::Stop) {
            return Vec::new();
        }
        let revealed = self.shared.revealed.take().is_some();
        if revealed && !matches!(action, Some(Action::Copy | Action::SaveSecret | Action::Stop)) {
            let says = "Not suspended: not while a secret is in sight. It is hidden now; Ctrl+Z again does it.";
            self.shared.notice = (action == Some(Action::Suspend)).then(|| Notice::good(says));
            return Vec::new();
        }
        self.shared.notice = None;
        self.shared.copying = None;
        self.touched = true;
        if action.is_some_and(|action| !self.was_read(action, now)) {
            return Vec::new();
        }
        match action {
            // A letter that is held down does not end a run at once.
            Some(Action::Stop) if self.shared.live.stopping && key.modifiers.is_empty() => Vec::new(),
            Some(Action::Stop) => self.stop(),
            Some(Action::Redraw) => vec![Effect::Redraw],
            Some(Action::Suspend) => vec![Effect::Suspend],
            Some(Action::Help) => {
                let help = HelpLayer::new(self.scene().rows().collect());
                self.react(vec![Reaction::Over(Layer::Help(help))])
            }
            Some(action) => self.act(action),
            None => {
                let (view, shared) = self.in_focus();
                view.typed(shared, key);
                Vec::new()
            }
        }
    }

    /// Takes a paste, which goes where typed text goes, and never goes on by itself.
    fn pasted(&mut self, text: &str) {
        let nothing_takes_it = self.sign_in.is_some() && self.top_layer().is_none();
        if frame::too_small(self.shared.size) || nothing_takes_it {
            return;
        }
        self.shared.notice = None;
        let (view, shared) = self.in_focus();
        view.pasted(shared, text);
    }

    /// Does what an action asks for, where it is offered there.
    fn act(&mut self, action: Action) -> Vec<Effect> {
        let on_screen = self.top_layer().is_none();
        let (view, shared) = self.in_focus();
        if on_screen && !view.offers(shared, action) {
            return Vec::new();
        }
        let reactions = view.on(shared, action);
        self.react(reactions)
    }

    fn react(&mut self, reactions: Vec<Reaction>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for reaction in reactions {
            match reaction {
                Reaction::Do(effect) => effects.push(effect),
                Reaction::Go(go) => self.screen = Screen::open(go, &self.shared),
                Reaction::Over(layer) => self.layers.push(layer),
                Reaction::Close => drop(self.layers.pop()),
                Reaction::Scroll(way) => self.scroll(way),
                Reaction::AskReset(step) => self.ask_reset(step),
                Reaction::SignInBy(offer) => {
                    if let Some(form) = self.screen.form_mut() {
                        let reactions = form.sign_in_by(&mut self.shared, &offer);
                        effects.extend(self.react(reactions));
                    }
                }
                Reaction::Leave => effects.extend(self.leave()),
            }
        }
        effects
    }

    /// Scrolls the topmost layer, else the screen.
    fn scroll(&mut self, way: keys::Move) {
        if self.top_layer().is_some() {
            let room = frame::layer_room(&self.scene());
            if let Some(from) = self.in_focus().0.first_line() {
                *from = room.moved(*from, way);
            }
        } else {
            let room = frame::screen_room(&self.scene());
            self.shared.scrolled = Some(room.moved(room.from, way));
        }
    }
}
