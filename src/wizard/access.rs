//! Access to a cluster in the wizard: it is read as `crosspull access` does, part by part, and told to the screens as it comes.

use std::sync::Arc;

use crosspull_azure::access;
use crosspull_azure::access::look::{self, About};
use crosspull_azure::control::control;
use crosspull_azure::door::Door;
use crosspull_azure::recorder::Recorder;
use crosspull_core::access::{AskedCluster, ClusterAccess, PrincipalRef, Standing};
use crosspull_core::event::Event;
use crosspull_core::explain::Trouble;
use crosspull_core::names::{PerTenant, Side};
use crosspull_tui::{AccessTold, Msg};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::Wizard;
use super::lookup::Lookup;
use crate::attended::{Means, Way};

/// A question who can reach a cluster, with the way to its tenant.
struct Question {
    asked: AskedCluster,
    way: Way,
    /// The one who is asked about.
    who: Option<PrincipalRef>,
}

/// Tells the screens what came of a try.
#[derive(Clone)]
struct Teller {
    tell: UnboundedSender<Msg>,
    attempt: u32,
}

impl Teller {
    fn tell(&self, told: AccessTold) {
        // Where the loop is gone there is nobody to tell.
        let _ = self.tell.send(Msg::Access { attempt: self.attempt, told });
    }

    /// Tells that nothing could be read.
    fn fail(&self, trouble: &Trouble) {
        self.tell(AccessTold::Cluster(Err(trouble.clone())));
        self.tell(AccessTold::Standing(Err(trouble.clone())));
    }
}

impl Question {
    /// Reads all that is asked, and tells it part by part.
    async fn answer(self, means: Means, teller: &Teller) {
        let door = match means.enter(self.way.clone(), Side::A).await {
            Ok(door) => door,
            Err(trouble) => return teller.fail(&trouble),
        };
        // What the cluster is like is told at once, whatever becomes of who is asked about.
        let cluster = async { teller.tell(AccessTold::Cluster(self.cluster(&door).await.map(Box::new))) };
        futures_util::future::join(cluster, self.somebody(&door, teller)).await;
    }

    async fn cluster(&self, door: &Door) -> Result<ClusterAccess, Trouble> {
        let what = || format!("{} cannot be looked at.", self.asked.cluster.name());
        access::cluster::read(door, &self.asked.cluster).await.map_err(|error| error.trouble(what()))
    }

    /// Reads where the one who is asked about stands, and then what the cluster itself says of them.
    async fn somebody(&self, door: &Door, teller: &Teller) {
        let Some(who) = &self.who else { return };
        match look::at(door, About { cluster: &self.asked.cluster, who, namespace: None }).await {
            Ok(look) => {
                teller.tell(AccessTold::Standing(Ok(Box::new(look.standing.clone()))));
                teller.tell(AccessTold::Compared(look.compared(&Standing::standard_questions(None)).await));
            }
            Err(trouble) => teller.tell(AccessTold::Standing(Err(trouble))),
        }
    }
}

impl Wizard {
    /// Reads who can reach the cluster that is asked about, in place of what is read, and tells it.
    pub(super) fn read_access(&mut self, attempt: u32) {
        self.access = None;
        let teller = Teller { tell: self.tell.clone(), attempt };
        let question = match self.question() {
            Ok(question) => question,
            Err(complaints) => {
                let now = "Set what is missing, then start crosspull again, or change the answers.";
                let trouble = Trouble::new("Nobody can sign in.", complaints.join("; "), now);
                return teller.fail(&trouble);
            }
        };
        let (controller, control) = control();
        let (front_end, mut events) = unbounded_channel();
        let recorder = Arc::new(Recorder::new(front_end, jiff::Timestamp::now));
        let means = Means::new(recorder, control, self.ask.clone());
        // The demo is one place and says so on every screen.
        let notices = self.workspace.fixed.is_none().then(|| self.cloud_notices.clone());
        let calls = teller.clone();
        // It ends with the recorder.
        tokio::task::spawn_local(async move {
            while let Some(entry) = events.recv().await {
                notices.iter().for_each(|notices| notices.hears(&entry));
                if let Event::CallStarted { method, url, .. } = entry.event {
                    calls.tell(AccessTold::Calls(format!("{method} {url}")));
                }
            }
        });
        let task = tokio::task::spawn_local(async move { question.answer(means, &teller).await });
        self.access = Some(Lookup::beside(Side::A, controller, task));
    }

    /// Reads it no more.
    pub(super) fn leave_access(&mut self) {
        self.access = None;
    }

    /// Reads what is asked. A person who signed in already is not asked again.
    fn question(&mut self) -> Result<Question, Vec<String>> {
        let asked = AskedCluster::read(self.model.answers())
            .map_err(|complaints| complaints.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        let subscriptions = PerTenant { a: Some(asked.cluster.subscription()), b: None };
        let credentials = self.credentials(&asked.access, subscriptions)?;
        let who = self.model.principal().map(str::parse).transpose().map_err(|why| vec![why])?;
        let way = Way { access: asked.access.clone(), credentials };
        Ok(Question { asked, way, who })
    }
}
