//! The state of the wizard.

use crosspull_core::answers::Answers;
use crosspull_core::field::Page;
use crosspull_core::plan::Side;
use crosspull_core::run::{Run, Way};
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::{Offer, Prompt};
use jiff::{SignedDuration, Timestamp};

use crate::form::Form;
use crate::live::Live;
use crate::msg::Said;
use crate::overlay::Overlay;
use crate::theme::Theme;
use crate::who::Who;

/// What the place that the wizard runs in offers.
#[derive(Debug, Clone, Default)]
pub struct Here {
    /// The ways to sign in to A and to B, the recommended one first.
    pub offers: [Vec<Offer>; 2],
    /// The other end of an SSH login, as its owner calls it.
    pub tunnel: Option<String>,
    /// A desktop, where a browser can be opened.
    pub desktop: bool,
    /// True where the clipboard is the program's own, so that what was copied goes when the program ends.
    pub clipboard_goes: bool,
}

impl Here {
    /// The ways to sign in to a tenant.
    pub(crate) fn offers(&self, side: Side) -> &[Offer] {
        match side {
            Side::A => &self.offers[0],
            Side::B => &self.offers[1],
        }
    }
}

/// A sign-in that waits for a person.
#[derive(Debug)]
pub(crate) struct SigningIn {
    /// What they are asked.
    pub prompt: Prompt,
    /// The way that did not work before it, and why.
    pub instead: Option<Prompt>,
    /// True once the operator stopped it.
    pub stopped: bool,
}

/// How the wizard begins.
#[derive(Debug)]
pub struct Setup {
    /// What is answered already; in `demo` everything.
    pub answers: Answers,
    /// True on the embedded cloud; every screen says so.
    pub simulated: bool,
    /// What the terminal can show.
    pub theme: Theme,
    /// Columns and rows.
    pub size: (u16, u16),
    /// What the place offers.
    pub here: Here,
}

/// The screens, each with what it remembers.
#[derive(Debug)]
pub(crate) enum Screen {
    /// What do you want to do?
    Home {
        /// The entry that is chosen.
        chosen: usize,
    },
    /// Which earlier run?
    Runs {
        /// What is to be done with it.
        way: Way,
        /// The run that is chosen, by its place in the list.
        chosen: usize,
    },
    /// Tenant A, tenant B, app and secret.
    Form(Form),
    /// The checks.
    Checks {
        /// The check that is looked at.
        chosen: Option<usize>,
    },
    /// The plan, before it runs.
    Review {
        /// The step that is looked at.
        chosen: usize,
    },
    /// The run, with the consent page inside.
    Run {
        /// The step that is looked at, once the operator moved.
        chosen: Option<usize>,
    },
    /// The end.
    Done,
}

/// What became of the secret that the run made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Handed {
    /// Nobody has it.
    #[default]
    No,
    /// Nobody has it, and the file that was meant for it was not made; the sentence that tells why.
    NotSaved(String),
    /// The operator saw it.
    Taken,
    /// It is saved; where.
    Saved(String),
}

/// What the shell is copying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copying {
    /// The secret.
    Secret,
    /// Something that anybody may see.
    Other,
}

/// The secret while it is in the clipboard.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Copied {
    /// crosspull takes it away again.
    For {
        /// When.
        until: Timestamp,
        /// The seconds until then.
        seconds_left: u64,
    },
    /// The operator wants it there.
    Kept,
}

/// A secret that is being looked at.
#[derive(Debug)]
pub(crate) struct Revealed {
    /// It.
    pub secret: Secret,
    /// When it hides itself.
    pub until: Timestamp,
}

/// The state of the wizard.
#[derive(Debug)]
pub struct Model {
    pub(crate) answers: Answers,
    /// The answers that the wizard began with.
    pub(crate) given: Answers,
    pub(crate) simulated: bool,
    pub(crate) theme: Theme,
    pub(crate) size: (u16, u16),
    pub(crate) screen: Screen,
    /// The first line of the screen that is shown, once the operator scrolled; else what is chosen is in sight.
    pub(crate) scrolled: Option<usize>,
    pub(crate) overlays: Vec<Overlay>,
    pub(crate) live: Live,
    pub(crate) here: Here,
    /// The sign-in that waits for a person, over whatever screen.
    pub(crate) signing_in: Option<SigningIn>,
    /// Why the next prompt is not for the way that was chosen.
    pub(crate) instead: Option<Prompt>,
    /// Who signed in to the tenants.
    pub(crate) who: Who,
    /// True while the shell looks for what a list is to show.
    pub(crate) searches: bool,
    pub(crate) said: Option<Said>,
    pub(crate) receipt: Option<String>,
    pub(crate) revealed: Option<Revealed>,
    pub(crate) handed: Handed,
    /// What the shell copies, until it says what became of that.
    pub(crate) copying: Option<Copying>,
    /// The secret while crosspull has it in the clipboard.
    pub(crate) copied: Option<Copied>,
    /// Earlier runs that nobody works on, newest first.
    pub(crate) earlier: Vec<Run>,
    /// True once a key was pressed: from then on nothing is chosen for the operator.
    pub(crate) touched: bool,
}

/// How long a revealed secret stays in sight (`terminal-facts.md` 3).
const REVEALED_FOR: SignedDuration = SignedDuration::from_secs(10);
/// How long a copied secret stays in the clipboard.
const COPIED_FOR: SignedDuration = SignedDuration::from_secs(60);

impl Model {
    /// The wizard at its first screen.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self {
            given: setup.answers.clone(),
            answers: setup.answers,
            simulated: setup.simulated,
            theme: setup.theme,
            size: setup.size,
            screen: Screen::Home { chosen: 0 },
            scrolled: None,
            overlays: Vec::new(),
            live: Live::default(),
            here: setup.here,
            signing_in: None,
            instead: None,
            who: Who::default(),
            searches: false,
            said: None,
            receipt: None,
            revealed: None,
            handed: Handed::No,
            copying: None,
            copied: None,
            earlier: Vec::new(),
            touched: false,
        }
    }

    /// True while the picture changes by itself: a call or a wait is under way, or a secret is in sight. The shell
    /// then sends [`crate::Msg::Tick`], at most eight a second; else there is nothing to wake up for.
    #[must_use]
    pub fn animates(&self) -> bool {
        self.live.moves() || self.signing_in.is_some() || self.revealed.is_some() || self.secret_in_clipboard()
    }

    /// The run as far as its events tell.
    #[must_use]
    pub const fn run(&self) -> &Run {
        &self.live.run
    }

    /// True for a run that begins here; an earlier one was answered for when it began.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        self.live.errand.is_none()
    }

    /// What was answered so far.
    #[must_use]
    pub const fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Shows the form of a page with the answers so far.
    pub(crate) fn open(&mut self, page: Page) {
        self.screen = Screen::Form(Form::new(page, &self.answers));
    }

    /// The topmost layer. The choice of another way to sign in waits below a sign-in.
    pub(crate) fn layer(&self) -> Option<&Overlay> {
        let covered = self.signing_in.is_some();
        self.overlays.last().filter(|overlay| !(covered && matches!(overlay, Overlay::Ways { .. })))
    }

    /// The answers that hold: those of the earlier run that was taken up, else those of the forms.
    pub(crate) const fn holding(&self) -> &Answers {
        if self.live.errand.is_some() { &self.live.run.answers } else { &self.answers }
    }

    /// Shows the secret for a while.
    pub(crate) fn reveal(&mut self, secret: Secret, now: Timestamp) {
        let until = now.checked_add(REVEALED_FOR).unwrap_or(now);
        self.revealed = Some(Revealed { secret, until });
        if matches!(self.handed, Handed::No | Handed::NotSaved(_)) {
            self.handed = Handed::Taken;
        }
    }

    /// Takes in what became of a copy or of a file. A secret does not stay in the clipboard; whatever else is copied
    /// takes its place there. What could not be cleared is not said to be.
    pub(crate) fn tell(&mut self, said: Said, now: Timestamp) {
        match self.copying.take().filter(|_| said.good) {
            Some(Copying::Secret) => {
                let until = now.checked_add(COPIED_FOR).unwrap_or(now);
                self.copied = Some(Copied::For { until, seconds_left: COPIED_FOR.as_secs().unsigned_abs() });
            }
            Some(Copying::Other) => self.copied = None,
            None => {}
        }
        if let (false, Some(Overlay::Leave { cleared, .. })) = (said.good, self.overlays.last_mut()) {
            *cleared = false;
        }
        self.said = Some(said);
    }

    /// The earlier runs that can be gone on with, or taken back.
    pub(crate) fn earlier_for(&self, way: Way) -> Vec<&Run> {
        self.earlier.iter().filter(|run| run.plan_for(way).is_ok()).collect()
    }

    /// True while the secret is in the clipboard because crosspull put it there and is to take it away again.
    #[must_use]
    pub const fn secret_in_clipboard(&self) -> bool {
        matches!(self.copied, Some(Copied::For { .. }))
    }

    /// True while the secret is in the clipboard and in no file: it is not handed over by that. Where the operator wants
    /// it there, it is, unless that clipboard goes with the program.
    pub(crate) const fn in_clipboard_alone(&self) -> bool {
        let there = match self.copied {
            None => false,
            Some(Copied::For { .. }) => true,
            Some(Copied::Kept) => self.here.clipboard_goes,
        };
        there && !matches!(self.handed, Handed::Saved(_))
    }

    /// Takes in whether the secret was saved. Where it is in one file already, another that fails loses nothing; but
    /// who wanted it in a file has no other safe copy, whatever was looked at before.
    pub(crate) fn saved(&mut self, place: Result<String, String>) {
        match (place, &self.handed) {
            (Ok(place), _) => self.handed = Handed::Saved(place),
            (Err(why), Handed::Saved(_)) => self.said = Some(Said::bad(why)),
            (Err(why), _) => self.handed = Handed::NotSaved(why),
        }
    }

    /// True where leaving now loses the secret: nobody has it, and it is worth something. What was in the clipboard and is
    /// there no longer, nobody has.
    pub(crate) fn loses_secret(&self) -> bool {
        let nobody = matches!(self.handed, Handed::No | Handed::NotSaved(_)) && self.copied.is_none();
        nobody && self.live.has_secret() && !self.simulated
    }

    /// The secret, while it is in sight.
    pub(crate) fn in_sight(&self, now: Timestamp) -> Option<&Revealed> {
        self.revealed.as_ref().filter(|r| now < r.until)
    }
}
