//! The persons who sign in, and the lists that are read from their tenants.

use crosspull_core::explain::Trouble;
use crosspull_core::find::{Choice, Progress, Sought};
use crosspull_core::input::{Key, Page};
use crosspull_core::login::SignedIn;
use crosspull_core::names::Side;
use crosspull_core::sign_in::{Entered, Prompt, SignIn};

use super::Model;
use crate::login::Stage;
use crate::msg::{AccessTold, Effect, Notice};
use crate::pages;
use crate::screen::{FormScreen, Go, Layer, Screen, SignInScreen, WaysLayer};

impl Model {
    /// Asks a person to sign in, or in another way than was chosen, or not any more. On a desktop the page opens by
    /// itself: a browser was asked for.
    pub(super) fn prompted(&mut self, prompt: Prompt) -> Vec<Effect> {
        let mut effects = Vec::new();
        match prompt {
            Prompt::Instead { .. } => self.instead = Some(prompt),
            Prompt::Over { side } => self.prompt_over(side),
            Prompt::Code { .. } | Prompt::Page { .. } => {
                if let (true, Prompt::Page { address, .. }) = (self.shared.here.desktop, &prompt) {
                    effects.push(Effect::Open { address: address.clone() });
                }
                let instead = self.instead.take().filter(|instead| instead.side() == prompt.side());
                self.sign_in = Some(SignInScreen::new(prompt, instead));
            }
        }
        effects
    }

    /// Asks nobody any more for that tenant.
    fn prompt_over(&mut self, side: Side) {
        self.instead = self.instead.take().filter(|instead| instead.side() != side);
        let Some(over) = self.sign_in.take_if(|sign_in| sign_in.prompt.side() == side) else { return };
        if over.stopped {
            self.shared.signed_in.stop(side);
            self.give_up_login();
            self.give_up_access();
            self.shared.notice = Some(Notice::good("Sign-in was stopped."));
        }
    }

    /// Takes in what came of a sign-in to a registry. One that the operator stopped was not refused.
    pub(super) fn registry_entered(&mut self, attempt: u32, entered: Result<Box<SignedIn>, Trouble>) {
        match &self.sign_in {
            Some(sign_in) if sign_in.stopped && entered.is_err() => self.give_up_login(),
            _ => self.shared.hear_login(attempt, entered),
        }
    }

    /// Leads back to the form of a sign-in to a registry that was stopped.
    fn give_up_login(&mut self) {
        if matches!(self.shared.login.stage, Stage::Goes) {
            self.shared.leave_login(Stage::Nobody);
            self.screen = Screen::open(Go::Form(Page::Login), &self.shared);
        }
    }

    /// Takes in what is told of who can reach a cluster. What could not be read since the operator stopped the sign-in did not fail.
    pub(super) fn access_told(&mut self, attempt: u32, told: AccessTold) {
        match (&self.sign_in, &told) {
            (Some(sign_in), AccessTold::Cluster(Err(_))) if sign_in.stopped => self.give_up_access(),
            _ => self.shared.hear_access(attempt, told),
        }
    }

    /// Leads back to the form of the question who can reach a cluster, where its sign-in was stopped.
    fn give_up_access(&mut self) {
        if self.shared.access.cluster.goes() {
            self.shared.leave_access();
            self.screen = Screen::open(Go::Form(Page::Access), &self.shared);
        }
    }

    /// Lets the list of the field in focus follow whatever happened, and the search follow the list.
    pub(super) fn follow(&mut self) -> Vec<Effect> {
        let shared = &mut self.shared;
        match self.screen.form_mut().and_then(|form| form.followed(shared)) {
            Some(list) if !list.begun => {
                (list.begun, shared.searches) = (true, true);
                vec![Effect::Find { sought: list.sought.clone(), answers: Box::new(shared.answers.clone()) }]
            }
            None if std::mem::take(&mut shared.searches) => vec![Effect::CancelFind],
            _ => Vec::new(),
        }
    }

    /// Takes in what was found. What comes for a list that is no longer there is for nobody.
    pub(super) fn found(&mut self, sought: &Sought, choices: Vec<Choice>, progress: Progress) {
        let list = self.screen.form_mut().and_then(|form| form.list.as_mut());
        if let Some(list) = list.filter(|list| list.sought == *sought && list.begun) {
            self.shared.searches = progress == Progress::Goes;
            list.add(choices, progress);
        }
    }

    /// Takes in who signed in, or why nobody could: then the other ways are offered, where somebody looks at the form.
    pub(super) fn entered(&mut self, side: Side, entered: Result<Entered, Trouble>) {
        let shared = &mut self.shared;
        let trouble = match entered {
            Ok(entered) => {
                let answers = shared.holding().clone();
                return shared.signed_in.hear(side, entered, &answers);
            }
            Err(trouble) => trouble,
        };
        if shared.signed_in.forget(side) {
            return;
        }
        // Whoever signed in before somebody else was to is still there.
        if shared.signed_in.of(side, &shared.answers).is_some() {
            shared.notice = Some(Notice::bad(format!("{} {}", trouble.what, trouble.why)));
            return;
        }
        let failed = SignIn::from_word(shared.answers.or_default(Key::sign_in(side)));
        let is_about = |form: &&FormScreen| pages::side(form.page) == Some(side);
        match (self.screen.form().filter(is_about), failed) {
            (Some(_), Some(failed)) => {
                self.layers.retain(|layer| !matches!(layer, Layer::Ways(_)));
                self.layers.insert(0, Layer::Ways(WaysLayer::new(shared, side, failed, trouble)));
            }
            _ => shared.notice = Some(Notice::bad(format!("{} {}", trouble.what, trouble.why))),
        }
    }
}
