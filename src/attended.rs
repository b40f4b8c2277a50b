//! A sign-in that somebody attends: who is asked to sign in sees that on standard error, and a signal ends it.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use crosspull_azure::connect::connect;
use crosspull_azure::control::{Control, Controller, control};
use crosspull_azure::door::Door;
use crosspull_azure::recorder::Recorder;
use crosspull_azure::sign_in::Prompts;
use crosspull_core::check::Check;
use crosspull_core::cloud::KnownCloud;
use crosspull_core::event::{Entry, Event};
use crosspull_core::explain::Trouble;
use crosspull_core::ids::TenantRef;
use crosspull_core::input::Access;
use crosspull_core::names::Side;
use crosspull_core::sign_in::Prompt;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::backend::pace;
use crate::credentials::Credentials;
use crate::exit::Code;
use crate::headless::agrees;
use crate::headless::lines::aside;
use crate::sources::environment;
use crate::terminal::signals::Signals;
use crate::terminal::stuck::end_what_is_stuck;
use crate::terminal::surroundings::tunnel;

/// The time after which somebody who waits is told for what.
const QUIET: Duration = Duration::from_secs(10);
/// The time that calls in flight have after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// The way to the tenants: how they are reached, and what signs in there.
#[derive(Debug, Clone)]
pub struct Way {
    pub access: Access,
    pub credentials: Credentials,
}

/// The means by which a door is opened.
#[derive(Debug, Clone)]
pub struct Means {
    recorder: Arc<Recorder>,
    control: Control,
    prompts: Prompts,
    /// True where an answer tells what is so at present, and is not waited for.
    at_once: bool,
}

impl Means {
    /// Returns the same for questions that are not asked for long: what they answer is so at present.
    pub fn at_once(self) -> Self {
        Self { at_once: true, ..self }
    }

    /// Returns the same for what has to come to its end after a signal. Nothing stops it.
    pub fn unstopped(&self) -> (Self, Controller) {
        let (controller, control) = control();
        (Self { control, at_once: false, ..self.clone() }, controller)
    }

    /// True once a signal stopped the work.
    pub fn is_stopped(&self) -> bool {
        self.control.is_stopped()
    }

    /// Ends when a signal stops the work.
    pub async fn stopped(&self) {
        self.control.stopped().await;
    }

    /// Returns the means of a sign-in that is recorded, ended and attended by those.
    pub const fn new(recorder: Arc<Recorder>, control: Control, prompts: Prompts) -> Self {
        Self { recorder, control, prompts, at_once: false }
    }

    /// Returns the means of a sign-in that nobody attends: nothing is said and nobody is asked.
    pub fn unattended() -> Self {
        let ((front_end, _), (ask, _)) = (unbounded_channel(), unbounded_channel());
        let recorder = Arc::new(Recorder::new(front_end, jiff::Timestamp::now));
        Self::new(recorder, control().1, Prompts::new(ask))
    }

    /// Opens the door to the registry's tenant.
    ///
    /// # Errors
    /// A trouble where the cloud cannot be used.
    pub async fn open(&self, way: Way) -> Result<Door, Trouble> {
        let pace = pace(&way.access);
        let pace = if self.at_once { pace.at_once() } else { pace };
        let parts = way.credentials.parts(self.recorder.clone(), self.control.clone(), pace, self.prompts.clone());
        let opened = connect(&way.access, parts).await;
        opened.map_err(|finding| Trouble {
            refusal: finding.refusal,
            ..Trouble::new("The cloud cannot be used.", finding.text, finding.now)
        })
    }

    /// Opens the door to the tenant of a side. A tenant that is named is entered, or it is told why not.
    ///
    /// # Errors
    /// A trouble where the tenant cannot be entered.
    pub async fn enter(&self, way: Way, side: Side) -> Result<Door, Trouble> {
        let named = way.access.tenants[side].clone();
        let door = self.open(way).await?;
        if named != TenantRef::Home {
            crosspull_azure::checks::sign_in(&door, &named, side).await?;
        }
        Ok(door)
    }
}

/// What attends a sign-in.
pub struct Attended {
    signals: Signals,
    events: UnboundedReceiver<Entry>,
    prompts: UnboundedReceiver<Prompt>,
    controller: Controller,
    means: Means,
    cloud: Option<KnownCloud>,
    place: Place,
}

impl Attended {
    /// Begins to attend. Pages that explain are those of that cloud.
    ///
    /// # Errors
    /// An error where signals cannot be used.
    pub fn new(cloud: Option<KnownCloud>) -> color_eyre::Result<Self> {
        end_what_is_stuck()?;
        let (front_end, events) = unbounded_channel();
        let (ask, prompts) = unbounded_channel();
        let (controller, control) = control();
        let recorder = Arc::new(Recorder::new(front_end, jiff::Timestamp::now));
        let means = Means::new(recorder, control, Prompts::new(ask));
        Ok(Self { signals: Signals::listen(true)?, events, prompts, controller, means, cloud, place: Place::default() })
    }

    /// Returns the means by which a door is opened.
    pub fn means(&self) -> Means {
        self.means.clone()
    }

    /// Asks on the terminal. The error is the exit code that a signal asks for.
    pub async fn agrees(&mut self, question: &str) -> Result<bool, Code> {
        agrees(question, &mut self.signals).await
    }

    /// Sees work through. The error is the exit code that a signal asks for.
    pub async fn see<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Code> {
        let mut work = pin!(work);
        let mut stopped = None;
        let mut quiet = pin!(tokio::time::sleep(QUIET));
        loop {
            let late = async {
                match stopped {
                    Some(_) => tokio::time::sleep(GRACE).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                Some(entry) = self.events.recv() => self.place.hears(&entry),
                Some(prompt) = self.prompts.recv() => {
                    prompt.lines(tunnel(environment).as_deref(), self.cloud).iter().for_each(|line| aside(line));
                }
                code = self.signals.next() => {
                    if let Some(code) = stopped.replace(code) {
                        aside("crosspull: ended; what a call under way came to is not known");
                        return Err(code);
                    }
                    aside("crosspull: stopped; nothing more is sent");
                    self.controller.stop();
                }
                () = quiet.as_mut(), if stopped.is_none() => {
                    self.place.tell_wait();
                    quiet.as_mut().reset(tokio::time::Instant::now() + QUIET * 2);
                }
                ended = &mut work => return stopped.map_or(Ok(ended), Err),
                () = late => {
                    aside("crosspull: ended; what a call under way came to is not known");
                    return Err(stopped.unwrap_or(130));
                }
            }
        }
    }
}

/// Says where what is sent goes, where no known cloud's documents say it, once (`docs/PRODUCT.md` 7, rule 10); and what is
/// waited for.
#[derive(Debug, Default)]
struct Place {
    told: String,
    /// The call that has no answer yet.
    call: Option<String>,
}

impl Place {
    fn hears(&mut self, entry: &Entry) {
        match &entry.event {
            Event::CheckEnded { finding } if finding.check == Check::Cloud && self.told != finding.text => {
                self.told.clone_from(&finding.text);
                aside(&format!("crosspull: on the {}", finding.text));
            }
            Event::CallStarted { method, url, .. } => self.call = Some(format!("{method} {url}")),
            Event::CallTried { .. } => self.call = None,
            _ => {}
        }
    }

    /// Tells what is waited for.
    fn tell_wait(&self) {
        let on = self.call.as_ref().map(|call| format!(" for the answer to {call}")).unwrap_or_default();
        aside(&format!("crosspull: still waiting{on}; Ctrl+C stops"));
    }
}
