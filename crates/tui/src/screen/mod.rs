//! The screens, and the layers over them: one file each, with its state, its keys, what they do and what is shown.

mod access;
mod calls;
mod checks;
mod chooser;
mod clipboard;
mod consent;
mod cut_short;
mod done;
mod explain;
mod form;
mod help;
mod home;
mod leave;
mod login;
mod methods;
mod path;
mod reset;
mod review;
mod route;
mod run;
mod runs;
mod sign_in;
mod step_row;
mod ways;
mod who;

use crosspull_core::input::{Complaint, Inputs, Page};
use crosspull_core::names::Direction;
use crosspull_core::names::StepId;
use crosspull_core::sign_in::Offer;
use crossterm::event::KeyEvent;
use jiff::Timestamp;

use crate::keys::{Action, Context, Move};
use crate::msg::Effect;
use crate::pages::RailEntry;
use crate::shared::Shared;
use crate::spoken::{Answer, Spoken};
use crate::theme::Tone;
use crate::weighing::answers_to_weigh_by;
use crate::widgets::aloud::{TALL, WIDE, aloud};
use crate::widgets::sheet::Sheet;
pub(crate) use access::AccessScreen;
pub(crate) use calls::CallsLayer;
pub(crate) use checks::ChecksScreen;
pub(crate) use chooser::ChooserScreen;
pub(crate) use clipboard::ClipboardLayer;
pub(crate) use cut_short::CutShortLayer;
pub(crate) use done::DoneScreen;
pub(crate) use explain::ExplainLayer;
pub(crate) use form::FormScreen;
pub(crate) use help::HelpLayer;
pub(crate) use home::{HomeScreen, Start};
pub(crate) use leave::LeaveLayer;
pub(crate) use login::LoginScreen;
pub(crate) use methods::MethodsLayer;
pub(crate) use path::{PathLayer, Saving};
pub(crate) use reset::ResetLayer;
pub(crate) use review::ReviewScreen;
pub(crate) use route::RouteScreen;
pub(crate) use run::RunScreen;
pub(crate) use runs::RunsScreen;
pub(crate) use sign_in::SignInScreen;
pub(crate) use ways::WaysLayer;
pub(crate) use who::WhoScreen;

/// A screen, or a layer over one: where its keys are, what they do, and what is shown.
pub(crate) trait View {
    /// Returns where its keys are in the key table; a view that is only read needs to say nothing.
    fn context(&self, _shared: &Shared) -> Context {
        Context::Reading
    }

    /// Returns true where an action has something to do now. The key line shows no other.
    fn offers(&self, _shared: &Shared, _action: Action) -> bool {
        true
    }

    /// Returns true where an action writes something outside the program without another question, or loses a secret: it
    /// counts only once the view could be read.
    fn writes(&self, _shared: &Shared, _action: Action) -> bool {
        false
    }

    /// Does what an action asks for, and returns what comes of it elsewhere. A view that is only read scrolls and closes.
    fn on(&mut self, _shared: &mut Shared, action: Action) -> Vec<Reaction> {
        match action {
            Action::Move(way) => vec![Reaction::Scroll(way)],
            Action::Back | Action::GoOn => vec![Reaction::Close],
            _ => Vec::new(),
        }
    }

    /// Takes a key that asks for no action, which is text.
    fn typed(&mut self, _shared: &mut Shared, _key: &KeyEvent) {}

    /// Takes a text that was pasted.
    fn pasted(&mut self, _shared: &mut Shared, _text: &str) {}

    /// Returns the sheet for so many columns and rows.
    fn sheet(&self, shared: &Shared, columns: usize, rows: usize, now: Timestamp) -> Sheet;

    /// Returns what is said in place of the sheet where there is no screen. A view that is only read says what its sheet shows.
    fn spoken(&self, shared: &Shared, now: Timestamp) -> Spoken {
        aloud(&self.sheet(shared, WIDE, TALL, now))
    }

    /// Takes an answer that was said in place of keys, and returns what comes of it elsewhere.
    fn said(&mut self, _shared: &mut Shared, _answer: &Answer) -> Vec<Reaction> {
        Vec::new()
    }

    /// Returns the message line where nothing else was said. A screen is `covered` while a layer lies over it.
    fn status(&self, _shared: &Shared, _covered: bool) -> Option<(Tone, String)> {
        None
    }

    /// Returns the rows that the message line has at least.
    fn message_rows(&self) -> usize {
        0
    }

    /// Returns true where something is lost when the program is left from here.
    fn loses(&self, _shared: &Shared) -> bool {
        true
    }

    /// Returns the first line that is shown of what scrolls, where the view remembers that itself.
    fn first_line(&mut self) -> Option<&mut usize> {
        None
    }
}

/// A consequence of an action beyond the view that it was asked of.
#[derive(Debug)]
pub(crate) enum Reaction {
    /// The shell does something.
    Do(Effect),
    /// Another screen is shown.
    Go(Go),
    /// A layer is put over everything.
    Over(Layer),
    /// The topmost layer is taken away.
    Close,
    /// The view scrolls.
    Scroll(Move),
    /// The operator is asked before the cluster is reset.
    AskReset(StepId),
    /// The operator signs in to the form's tenant by another way.
    SignInBy(Offer),
    /// The operator wants to leave.
    Leave,
}

/// A way to another screen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Go {
    /// Home, with that entry chosen.
    Home(Start),
    Runs(Direction),
    Form(Page),
    Chooser,
    Checks,
    Review,
    Run,
    Done,
    /// The question who will use a registry.
    Who,
    /// The sign-in to a registry, and what came of it.
    Login,
    /// Access to a cluster.
    Access,
}

/// The screens, each with what it remembers.
#[derive(Debug)]
pub(crate) enum Screen {
    Home(HomeScreen),
    Runs(RunsScreen),
    Route(RouteScreen),
    Form(FormScreen),
    Chooser(ChooserScreen),
    Checks(ChecksScreen),
    Review(ReviewScreen),
    Run(RunScreen),
    Done(DoneScreen),
    Who(WhoScreen),
    Login(LoginScreen),
    Access(AccessScreen),
}

impl Screen {
    /// Opens a screen.
    pub fn open(go: Go, shared: &Shared) -> Self {
        match go {
            Go::Home(start) => Self::Home(HomeScreen::at(start, shared)),
            Go::Runs(way) => Self::Runs(RunsScreen::new(way)),
            Go::Form(Page::Route) => Self::Route(RouteScreen::new(shared)),
            Go::Form(Page::Login) => Self::Form(FormScreen::login(shared)),
            Go::Form(Page::Access) => Self::Form(FormScreen::access(shared)),
            Go::Form(page) => Self::Form(FormScreen::new(page, &shared.answers)),
            Go::Chooser => Self::Chooser(ChooserScreen::new(shared)),
            Go::Checks => Self::Checks(ChecksScreen::default()),
            Go::Review => Self::Review(ReviewScreen::default()),
            Go::Run => Self::Run(RunScreen::default()),
            Go::Done => Self::Done(DoneScreen),
            Go::Who => Self::Who(WhoScreen::new(shared)),
            Go::Login => Self::Login(LoginScreen::default()),
            Go::Access => Self::Access(AccessScreen::default()),
        }
    }

    pub fn view(&self) -> &dyn View {
        match self {
            Self::Home(screen) => screen,
            Self::Runs(screen) => screen,
            Self::Route(screen) => screen,
            Self::Form(screen) => screen,
            Self::Chooser(screen) => screen,
            Self::Checks(screen) => screen,
            Self::Review(screen) => screen,
            Self::Run(screen) => screen,
            Self::Done(screen) => screen,
            Self::Who(screen) => screen,
            Self::Login(screen) => screen,
            Self::Access(screen) => screen,
        }
    }

    pub fn view_mut(&mut self) -> &mut dyn View {
        match self {
            Self::Home(screen) => screen,
            Self::Runs(screen) => screen,
            Self::Route(screen) => screen,
            Self::Form(screen) => screen,
            Self::Chooser(screen) => screen,
            Self::Checks(screen) => screen,
            Self::Review(screen) => screen,
            Self::Run(screen) => screen,
            Self::Done(screen) => screen,
            Self::Who(screen) => screen,
            Self::Login(screen) => screen,
            Self::Access(screen) => screen,
        }
    }

    /// Returns where the screen is in the rail.
    pub const fn rail_entry(&self) -> RailEntry {
        match self {
            Self::Home(_) | Self::Runs(_) => RailEntry::Home,
            Self::Route(_) => RailEntry::Form(Page::Route),
            Self::Form(form) => RailEntry::Form(form.page),
            Self::Chooser(_) => RailEntry::Chooser,
            Self::Checks(_) => RailEntry::Checks,
            Self::Review(_) => RailEntry::Review,
            Self::Run(_) => RailEntry::Run,
            Self::Done(_) => RailEntry::Done,
            Self::Who(_) => RailEntry::Who,
            Self::Login(_) => RailEntry::Login,
            Self::Access(_) => RailEntry::Access,
        }
    }

    /// Returns the form, where one is shown.
    pub const fn form(&self) -> Option<&FormScreen> {
        if let Self::Form(form) = self { Some(form) } else { None }
    }

    /// Returns the form, where one is shown.
    pub const fn form_mut(&mut self) -> Option<&mut FormScreen> {
        if let Self::Form(form) = self { Some(form) } else { None }
    }
}

/// The layers over a screen, each with what it remembers. Keys go to the topmost.
#[derive(Debug)]
pub(crate) enum Layer {
    Calls(CallsLayer),
    Clipboard(ClipboardLayer),
    CutShort(CutShortLayer),
    Explain(ExplainLayer),
    Help(HelpLayer),
    Leave(LeaveLayer),
    Methods(MethodsLayer),
    Path(PathLayer),
    Reset(ResetLayer),
    Ways(WaysLayer),
}

impl Layer {
    pub fn view(&self) -> &dyn View {
        match self {
            Self::Calls(layer) => layer,
            Self::Clipboard(layer) => layer,
            Self::CutShort(layer) => layer,
            Self::Explain(layer) => layer,
            Self::Help(layer) => layer,
            Self::Leave(layer) => layer,
            Self::Methods(layer) => layer,
            Self::Path(layer) => layer,
            Self::Reset(layer) => layer,
            Self::Ways(layer) => layer,
        }
    }

    pub fn view_mut(&mut self) -> &mut dyn View {
        match self {
            Self::Calls(layer) => layer,
            Self::Clipboard(layer) => layer,
            Self::CutShort(layer) => layer,
            Self::Explain(layer) => layer,
            Self::Help(layer) => layer,
            Self::Leave(layer) => layer,
            Self::Methods(layer) => layer,
            Self::Path(layer) => layer,
            Self::Reset(layer) => layer,
            Self::Ways(layer) => layer,
        }
    }
}

/// Goes on to the step after that one. The error is what keeps it from being begun.
fn to_next(shared: &mut Shared, from: RailEntry) -> Result<Vec<Reaction>, Vec<Complaint>> {
    match shared.pages().next(from) {
        RailEntry::Form(page) => Ok(vec![Reaction::Go(Go::Form(page))]),
        RailEntry::Chooser => {
            Inputs::from_answers(&answers_to_weigh_by(&shared.answers)).map(|inputs| chooser::begin(shared, inputs))
        }
        _ => Inputs::from_answers(&shared.answers).map(|inputs| checks::begin(shared, inputs)),
    }
}

/// Goes back to the step before that one. On the way back to the weighed routes, the one that was taken is given back.
fn to_previous(shared: &mut Shared, from: RailEntry) -> Vec<Reaction> {
    vec![Reaction::Go(match shared.pages().previous(from) {
        RailEntry::Form(page) => Go::Form(page),
        RailEntry::Chooser => {
            shared.weighing.give_back(&mut shared.answers);
            Go::Chooser
        }
        _ => Go::Form(Page::Route),
    })]
}

/// Sets the run that ended aside, and goes back to the answers that it was made by.
fn to_answers(shared: &mut Shared) -> Vec<Reaction> {
    let effects: Vec<_> = shared.set_aside().into_iter().map(Reaction::Do).collect();
    to_previous(shared, RailEntry::Checks).into_iter().chain(effects).collect()
}

/// Goes along a list by one entry; a move by more scrolls. The list ends at its ends, and its first entry is chosen
/// where none was.
fn along(shared: &mut Shared, chosen: &mut Option<usize>, of: usize, way: Move) -> Vec<Reaction> {
    let forward = match way {
        Move::Up => false,
        Move::Down => true,
        _ => return vec![Reaction::Scroll(way)],
    };
    *chosen = of.checked_sub(1).map(|last| match *chosen {
        None => 0,
        Some(at) if forward => at.saturating_add(1).min(last),
        Some(at) => at.saturating_sub(1).min(last),
    });
    shared.scrolled = None;
    Vec::new()
}

/// Goes along a list in which an entry is always chosen.
fn along_chosen(shared: &mut Shared, chosen: &mut usize, of: usize, way: Move) -> Vec<Reaction> {
    let mut at = Some(*chosen);
    let reactions = along(shared, &mut at, of, way);
    *chosen = at.unwrap_or(0);
    reactions
}

/// Goes along a list of short entries, in which a page and the ends are moves of the choice too: what is chosen is never
/// out of sight.
fn along_list(shared: &mut Shared, chosen: &mut usize, of: usize, way: Move) -> Vec<Reaction> {
    /// The entries of a page.
    const PAGE: usize = 3;
    let last = of.saturating_sub(1);
    *chosen = match way {
        Move::PageUp => chosen.saturating_sub(PAGE),
        Move::PageDown => chosen.saturating_add(PAGE).min(last),
        Move::First => 0,
        Move::Last => last,
        Move::Up | Move::Down => return along_chosen(shared, chosen, of, way),
    };
    shared.scrolled = None;
    Vec::new()
}
