//! The sign-in to a registry: who asks for one is signed in as `crosspull login` does, and gives it to whom they choose.

use crosspull_azure::control::control;
use crosspull_azure::recorder::Recorder;
use crosspull_azure::registry_login::RegistryCredential;
use crosspull_core::explain::Trouble;
use crosspull_core::login::{Meant, SignedIn};
use crosspull_core::names::{PerTenant, Side};
use crosspull_core::secret::Secret;
use crosspull_tui::Msg;
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Wizard;
use super::lookup::Lookup;
use crate::attended::Means;
use crate::login::asked::Asked;
use crate::login::{enter, tools};
use crate::sources::environment;

/// A sign-in to a registry, under way or over.
#[derive(Debug)]
pub(super) struct Registry {
    /// The work, which ends with this.
    work: Lookup,
    /// What signs in there, once it is known.
    known: oneshot::Receiver<(String, RegistryCredential)>,
    at_hand: Option<(String, RegistryCredential)>,
    /// Tells it from the others.
    attempt: u32,
    /// The program that is being given the sign-in.
    giving: Option<JoinHandle<()>>,
}

impl Drop for Registry {
    /// A program that is at work ends with the sign-in that it was to get.
    fn drop(&mut self) {
        self.giving.iter().for_each(JoinHandle::abort);
    }
}

impl Registry {
    /// Ends the work.
    pub(super) fn stop(&self) {
        self.work.stop();
    }

    /// Returns the host and what signs in there, once that came about.
    fn credential(&mut self) -> Option<&(String, RegistryCredential)> {
        if self.at_hand.is_none() {
            self.at_hand = self.known.try_recv().ok();
        }
        self.at_hand.as_ref()
    }
}

impl Wizard {
    /// Signs in to the registry that is wanted, in place of a sign-in under way, and tells what came of it.
    pub(super) fn enter_registry(&mut self, attempt: u32) {
        self.leave_registry();
        let tell = self.tell.clone();
        let told =
            move |entered: Result<Box<SignedIn>, Trouble>| drop(tell.send(Msg::RegistryEntered { attempt, entered }));
        let asked = match self.asked() {
            Ok(asked) => asked,
            Err(complaints) => {
                let now = "Set what is missing, then start crosspull again, or change the answers.";
                return told(Err(Trouble::new("Nobody can sign in.", complaints.join("; "), now)));
            }
        };
        let (controller, control) = control();
        let (front_end, mut events) = unbounded_channel();
        let recorder = std::sync::Arc::new(Recorder::new(front_end, jiff::Timestamp::now));
        let means = Means::new(recorder, control, self.ask.clone());
        // The demo is one place and says so on every screen.
        let notices = self.workspace.fixed.is_none().then(|| self.cloud_notices.clone());
        let (known, receives) = oneshot::channel();
        // It ends with the recorder.
        tokio::task::spawn_local(async move {
            while let Some(entry) = events.recv().await {
                notices.iter().for_each(|notices| notices.hears(&entry));
            }
        });
        let task = tokio::task::spawn_local(async move {
            let entered = enter::enter(asked, means).await;
            told(entered.map(|entered| {
                let signed_in = Box::new(entered.told());
                let _ = known.send((entered.server, entered.credential));
                signed_in
            }));
        });
        let work = Lookup::beside(Side::B, controller, task);
        self.registry = Some(Registry { work, known: receives, at_hand: None, attempt, giving: None });
    }

    /// Ends the sign-in to a registry, and forgets what came of it.
    pub(super) fn leave_registry(&mut self) {
        self.registry = None;
        self.saved_in.clear();
    }

    /// Reads what is wanted. A person who signed in already is not asked again.
    fn asked(&mut self) -> Result<Asked, Vec<String>> {
        let Some(wish) = self.model.wish() else { return Err(vec!["Nothing is asked for".to_owned()]) };
        let registry = Meant::parse(&wish.registry).map_err(|why| vec![why])?;
        let fixed = self.workspace.fixed.clone();
        let answers = self.model.answers().clone();
        let mut asked = Asked::wished(wish, registry, answers, fixed, &environment)?;
        let subscriptions = PerTenant { a: None, b: asked.subscription() };
        if let Some(way) = &mut asked.way {
            way.credentials = self.credentials(&way.access, subscriptions)?;
        }
        Ok(asked)
    }

    /// Returns what docker and its kin are given as a password, while somebody is signed in to a registry.
    pub(super) fn registry_secret(&mut self) -> Option<Secret> {
        self.registry.as_mut()?.credential().map(|(_, credential)| credential.pair().1.clone())
    }

    /// Gives a program the sign-in, and tells what became of that.
    pub(super) fn give_sign_in(&mut self, program: &'static str) {
        let tell = self.tell.clone();
        let Some(registry) = &mut self.registry else { return };
        let Some((server, credential)) = registry.credential().cloned() else { return };
        let attempt = registry.attempt;
        registry.giving = Some(tokio::task::spawn_local(async move {
            let given = tools::give(program, &server, &credential).await;
            let _ = tell.send(Msg::SignInGiven { attempt, given });
        }));
    }
}
