//! The state that all screens share: the answers, the engine's state, what the operator was told, the secret.

mod access;
mod login;

use crosspull_core::input::Answers;
use crosspull_core::names::{Direction, Verdict};
use crosspull_core::run::Run;
use crosspull_core::secret::Secret;
use jiff::Timestamp;

use crate::access::Access;
use crate::here::Here;
use crate::live::Live;
use crate::login::Login;
use crate::msg::{Effect, Notice};
use crate::pages::Pages;
use crate::secret::{COPIED_FOR, Copied, Copying, Handed, REVEALED_FOR, Revealed};
use crate::signed_in::SignedIn;
use crate::theme::Theme;
use crate::weighing::Weighing;

/// The state that all screens share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub answers: Answers,
    /// The answers that the wizard began with.
    pub given: Answers,
    /// True on the embedded cloud; every screen says so.
    pub simulated: bool,
    pub theme: Theme,
    /// True where there is no screen: what is told is read line by line, and words are typed.
    pub aloud: bool,
    /// Columns and rows of the window.
    pub size: (u16, u16),
    /// The first line of the screen that is shown, once the operator scrolled; else what is chosen is in sight.
    pub scrolled: Option<usize>,
    pub live: Live,
    pub here: Here,
    pub signed_in: SignedIn,
    pub weighing: Weighing,
    pub login: Login,
    pub access: Access,
    /// True while the shell looks for what a list is to show.
    pub searches: bool,
    pub notice: Option<Notice>,
    pub receipt: Option<String>,
    /// The file of the page for whoever is waited for.
    pub page: Option<String>,
    pub revealed: Option<Revealed>,
    pub handed: Handed,
    /// The key ids of the secrets that `handed` and `copied` are about.
    pub handed_of: Vec<String>,
    /// The kind of text that the shell copies, until it says what became of that.
    pub copying: Option<Copying>,
    /// The secret while crosspull has it in the clipboard.
    pub copied: Option<Copied>,
    /// Earlier runs that nobody works on, newest first.
    pub earlier: Vec<Run>,
    /// True once a run that ended here was set aside for another one.
    pub wrote: bool,
}

impl Shared {
    /// Creates what screens share at the beginning.
    pub fn new(answers: Answers, simulated: bool, theme: Theme, size: (u16, u16), here: Here) -> Self {
        Self {
            given: answers.clone(),
            answers,
            simulated,
            theme,
            aloud: false,
            size,
            scrolled: None,
            live: Live::default(),
            here,
            signed_in: SignedIn::default(),
            weighing: Weighing::default(),
            login: Login::default(),
            access: Access::default(),
            searches: false,
            notice: None,
            receipt: None,
            page: None,
            revealed: None,
            handed: Handed::No,
            handed_of: Vec::new(),
            copying: None,
            copied: None,
            earlier: Vec::new(),
            wrote: false,
        }
    }

    /// Returns the answers that hold: those of the earlier run that was taken up, else those of the forms.
    pub const fn holding(&self) -> &Answers {
        if self.live.taken_up.is_some() { &self.live.run.answers } else { &self.answers }
    }

    /// Returns the forms of the route that holds.
    pub fn pages(&self) -> Pages {
        Pages::of(self.answers.route(), self.weighing.is_taken())
    }

    /// Shows the secret for a while.
    pub fn reveal(&mut self, secret: Secret, now: Timestamp) {
        let until = now.checked_add(REVEALED_FOR).unwrap_or(now);
        self.revealed = Some(Revealed { secret, until });
    }

    /// Takes in what became of a copy or of a file. A secret does not stay in the clipboard; whatever else is copied
    /// takes its place there. What could not be cleared is not said to be.
    pub fn tell(&mut self, notice: Notice, now: Timestamp) {
        match self.copying.take().filter(|_| notice.good) {
            Some(Copying::Secret) => {
                let until = now.checked_add(COPIED_FOR).unwrap_or(now);
                self.copied = Some(Copied::For { until, seconds_left: COPIED_FOR.as_secs().unsigned_abs() });
            }
            Some(Copying::Other) => self.copied = None,
            None => {}
        }
        self.notice = Some(notice);
    }

    /// Returns the earlier runs that can be gone on with, or taken back.
    pub fn earlier_for(&self, way: Direction) -> Vec<&Run> {
        self.earlier.iter().filter(|run| run.plan_for(way).is_ok()).collect()
    }

    /// Returns true while the secret is in the clipboard because crosspull put it there and is to take it away again.
    pub const fn secret_in_clipboard(&self) -> bool {
        matches!(self.copied, Some(Copied::For { .. }))
    }

    /// Returns true while the secret is in the clipboard, or was sent there, and is in no file: it is not handed over by
    /// that, also where the operator wants it there. One clipboard goes with the program, of the other nobody knows.
    pub const fn in_clipboard_alone(&self) -> bool {
        self.copied.is_some() && !matches!(self.handed, Handed::Saved(_))
    }

    /// Takes in whether the secret was saved. Where it is in one file already, another that fails loses nothing; but
    /// who wanted it in a file has no other safe copy, whatever was looked at before.
    pub fn saved(&mut self, place: Result<String, String>) {
        match (place, &self.handed) {
            (Ok(place), _) => self.handed = Handed::Saved(place),
            (Err(why), Handed::Saved(_)) => self.notice = Some(Notice::bad(why)),
            (Err(why), _) => self.handed = Handed::NotSaved(why),
        }
    }

    /// Forgets what became of another secret, once the run knows one that this was not said of. Returns true where that
    /// other one is to be taken out of the clipboard.
    pub fn follow_secrets(&mut self) -> bool {
        let keys = self.live.run.facts.iter().filter(|learnt| learnt.fact.is_key_of_secret());
        let keys: Vec<String> = keys.map(|learnt| learnt.value.clone()).collect();
        if keys.iter().all(|key| self.handed_of.contains(key)) {
            return false;
        }
        self.handed_of = keys;
        self.forget_secret()
    }

    /// Forgets what became of the secret. Returns true where it is to be taken out of the clipboard.
    pub fn forget_secret(&mut self) -> bool {
        (self.handed, self.revealed) = (Handed::No, None);
        matches!(self.copied.take(), Some(Copied::For { .. }))
    }

    /// Returns true where the answers may be changed for another run: this one began with them and did not come to its end.
    /// A reset that was sent is watched or taken back first.
    pub fn may_change_answers(&self) -> bool {
        let (live, run) = (&self.live, &self.live.run);
        let ended = matches!(run.verdict, Some(Verdict::Failed | Verdict::Stopped | Verdict::Interrupted));
        ended && run.id.is_some() && live.taken_up.is_none() && live.over() && !run.reset_was_sent()
    }

    /// Sets the run that ended aside, so that another one may begin. It is one of the earlier runs from now on.
    pub fn set_aside(&mut self) -> Vec<Effect> {
        let secret = match &self.handed {
            Handed::Saved(place) => Some(place.clone()),
            Handed::No | Handed::NotSaved(_) => None,
        };
        let clears = self.forget_secret();
        let run = std::mem::take(&mut self.live).run;
        (self.receipt, self.page, self.wrote) = (None, None, true);
        self.earlier.insert(0, run.clone());
        let aside = Effect::SetAside { run: Box::new(run), secret };
        std::iter::once(aside).chain(clears.then_some(Effect::ClearClipboard)).collect()
    }

    /// Returns true where leaving now may lose the secret: no file has it, and it is worth something. What was in the
    /// clipboard or in sight and is there no longer, nobody has for sure.
    pub fn loses_secret(&self) -> bool {
        let nobody = !matches!(self.handed, Handed::Saved(_)) && self.copied.is_none();
        nobody && self.live.has_secret() && !self.simulated
    }

    /// Returns the secret, while it is in sight.
    pub fn in_sight(&self, now: Timestamp) -> Option<&Revealed> {
        self.revealed.as_ref().filter(|r| now < r.until)
    }
}
