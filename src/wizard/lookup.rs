//! Lookups in a tenant while the operator answers: who signs in there, and what there is to choose from. A
//! new search ends the one before it.

use crosspull_core::names::PerTenant;
use std::cell::RefCell;
use std::rc::Rc;

use crosspull_azure::checks::sign_in;
use crosspull_azure::connect::{Parts, connect};
use crosspull_azure::control::{Controller, control};
use crosspull_azure::door::Door;
use crosspull_azure::find::Finder;
use crosspull_azure::recorder::Recorder;
use crosspull_azure::wire::Pace;
use crosspull_core::check::Check;
use crosspull_core::event::{Entry, Event};
use crosspull_core::explain::Trouble;
use crosspull_core::find::{Progress, Sought};
use crosspull_core::ids::{ClusterId, RegistryId, TenantRef};
use crosspull_core::input::Access;
use crosspull_core::input::Answers;
use crosspull_core::input::Key;
use crosspull_core::names::Side;
use crosspull_core::sign_in::Entered;
use crosspull_core::wording::Front;
use crosspull_tui::{Msg, Notice};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::Wizard;
use crate::backend::DEADLINE;

/// A lookup in a tenant, under way.
#[derive(Debug)]
pub(super) struct Lookup {
    side: Side,
    controller: Controller,
    task: JoinHandle<()>,
}

impl Lookup {
    /// Keeps what is done in a tenant beside the routes.
    pub(super) const fn beside(side: Side, controller: Controller, task: JoinHandle<()>) -> Self {
        Self { side, controller, task }
    }

    /// Ends the lookup: nothing more is sent, and nobody is asked any more. The lookup itself tells that.
    pub(super) fn stop(&self) {
        self.controller.stop();
    }

    /// Returns true until the lookup came to its end.
    pub(super) fn goes(&self) -> bool {
        !self.task.is_finished()
    }
}

impl Drop for Lookup {
    fn drop(&mut self) {
        self.controller.stop();
        self.task.abort();
    }
}

/// All that a lookup takes: whom it may ask, and for which tenant.
struct LookupRequest {
    side: Side,
    access: Access,
    parts: Parts,
    /// The events of the recorder.
    events: UnboundedReceiver<Entry>,
    /// Says to the screens where what is sent goes, once.
    told: CloudNotices,
}

/// Says to the screens where what is sent goes, where no known cloud's documents say it, once for each place.
#[derive(Clone)]
pub(super) struct CloudNotices {
    tell: UnboundedSender<Msg>,
    last: Rc<RefCell<String>>,
}

impl CloudNotices {
    pub(super) fn new(tell: UnboundedSender<Msg>) -> Self {
        Self { tell, last: Rc::default() }
    }

    pub(super) fn hears(&self, entry: &Entry) {
        let Event::CheckEnded { finding } = &entry.event else { return };
        if finding.check == Check::Cloud && *self.last.borrow() != finding.text {
            self.last.borrow_mut().clone_from(&finding.text);
            let _ = self.tell.send(Msg::Notice(Notice::good(format!("On the {}.", finding.text))));
        }
    }
}

impl LookupRequest {
    /// Signs in. Nothing else is read before it is known to be the tenant that was named, where one was.
    async fn enter(self) -> Result<(Door, Option<Entered>), Trouble> {
        let Self { side, access, parts, mut events, told } = self;
        let door = connect(&access, parts)
            .await
            .map_err(|finding| Trouble::new("The cloud cannot be used.", finding.text, finding.now))?;
        while let Ok(entry) = events.try_recv() {
            told.hears(&entry);
        }
        let entered = match &access.tenants[side] {
            TenantRef::Home => None,
            named => Some(sign_in(&door, named, side).await?),
        };
        Ok((door, entered))
    }
}

impl Wizard {
    /// Signs in to a tenant, and tells who that is, else why it does not work.
    pub(super) fn sign_in(&mut self, side: Side, answers: &Answers) {
        let tell = self.tell.clone();
        let entered = move |entered| drop(tell.send(Msg::Entered { side, entered }));
        let (request, controller) = match self.request(side, answers, false) {
            Ok(request) => request,
            Err(trouble) => return entered(Err(trouble)),
        };
        let task = tokio::task::spawn_local(async move {
            if let Some(told) = request.enter().await.map(|(_, entered)| entered).transpose() {
                entered(told);
            }
        });
        // What an earlier one finds is not about these answers.
        self.sign_ins.retain(|lookup| lookup.goes() && lookup.side != side);
        self.sign_ins.push(Lookup { side, controller, task });
    }

    /// Looks for something in place of what is looked for.
    pub(super) fn find(&mut self, sought: Sought, answers: &Answers) {
        self.search = None;
        let side = match sought {
            Sought::For(Key::TenantA | Key::Cluster | Key::Namespace) => Side::A,
            _ => Side::B,
        };
        let finds_tenants = matches!(sought, Sought::For(Key::TenantA | Key::TenantB));
        let tell = self.tell.clone();
        let found = {
            let (sought, tell) = (sought.clone(), tell.clone());
            move |choices, progress| drop(tell.send(Msg::Found { sought: sought.clone(), choices, progress }))
        };
        let (request, controller) = match self.request(side, answers, finds_tenants) {
            Ok(request) => request,
            Err(trouble) => return found(Vec::new(), Progress::Failed(trouble)),
        };
        let (cluster, registry) = (cluster(answers), registry(answers));
        let task = tokio::task::spawn_local(async move {
            let progress = match request.enter().await {
                Ok((door, entered)) => {
                    if let Some(entered) = entered {
                        drop(tell.send(Msg::Entered { side, entered: Ok(entered) }));
                    }
                    let tell = |choices| found(choices, Progress::Goes);
                    let finder = Finder { door: &door, side, cluster, registry, tell: &tell };
                    finder.find(&sought).await.map_or_else(Progress::Failed, |()| Progress::Whole)
                }
                Err(trouble) => Progress::Failed(trouble),
            };
            found(Vec::new(), progress);
        });
        self.search = Some(Lookup { side, controller, task });
    }

    /// Ends whatever asks a person to sign in.
    pub(super) fn stop_sign_in(&self) {
        self.sign_ins
            .iter()
            .chain(&self.search)
            .chain(&self.access)
            .filter(|lookup| lookup.goes())
            .for_each(Lookup::stop);
        self.registry.iter().for_each(|registry| registry.stop());
        // One that is over keeps its door for the run, and is not to be stopped before that begins.
        if self.task.is_some() {
            self.backend.controller.stop();
        }
    }

    /// Returns what a lookup in a tenant takes, by the answers so far.
    fn request(
        &mut self,
        side: Side,
        answers: &Answers,
        finds_tenants: bool,
    ) -> Result<(LookupRequest, Controller), Trouble> {
        let missing = |why: String| Trouble::new("Nobody can sign in yet.", why, "");
        // Before one is named, the tenants are those of whoever signs in.
        let named = answers.get(Key::tenant(side)).is_some_and(|text| TenantRef::parse(text).is_ok());
        // So are the registries that somebody wants to sign in to, and the clusters that are asked about.
        let beside = self.model.wish().is_some() || self.model.is_access();
        let at_home = !named && (finds_tenants || beside);
        let read = if at_home { Access::at_home } else { Access::of_side };
        let access = read(answers, side).map_err(|complaints| {
            missing(complaints.into_iter().map(|c| format!("{}.", c.told(Front::Fields))).collect::<Vec<_>>().join(" "))
        })?;
        let in_a = cluster(answers).map(|id| id.subscription());
        let in_b = registry(answers).as_ref().and_then(RegistryId::subscription);
        let credentials = self
            .credentials(&access, PerTenant { a: in_a, b: in_b })
            .map_err(|complaints| missing(complaints.join(" ")))?;
        let (controller, control) = control();
        // Nobody listens to its calls: what they find is told.
        let (front_end, events) = unbounded_channel();
        let recorder = std::sync::Arc::new(Recorder::new(front_end, jiff::Timestamp::now));
        let pace = Pace::new(access.pace, DEADLINE, DEADLINE);
        let parts = credentials.parts(recorder, control, pace, self.ask.clone());
        Ok((LookupRequest { side, access, parts, events, told: self.cloud_notices.clone() }, controller))
    }
}

/// Returns the cluster that is chosen so far.
fn cluster(answers: &Answers) -> Option<ClusterId> {
    answers.get(Key::Cluster).and_then(|text| ClusterId::parse(text).ok())
}

/// Returns the registry that is chosen so far; one that is only named cannot be asked yet.
fn registry(answers: &Answers) -> Option<RegistryId> {
    let registry = answers.get(Key::Registry).and_then(|text| RegistryId::parse(text).ok());
    registry.filter(|id| id.server().is_none())
}
