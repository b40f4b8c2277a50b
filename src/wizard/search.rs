//! Searches: what the operator may mean is looked for while they type; one search at a time, and a new one ends it.

use crosspull_azure::connect::{Parts, connect};
use crosspull_azure::control::{Controller, control};
use crosspull_azure::find::Finder;
use crosspull_azure::recorder::Recorder;
use crosspull_azure::survey::sign_in;
use crosspull_azure::wire::Pace;
use crosspull_core::answers::Answers;
use crosspull_core::explain::Trouble;
use crosspull_core::field::Key;
use crosspull_core::find::{Progress, Sought};
use crosspull_core::ids::RegistryId;
use crosspull_core::inputs::Access;
use crosspull_core::plan::Side;
use crosspull_tui::Msg;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinHandle;

use super::Wizard;
use crate::job::DEADLINE;

/// A search under way.
#[derive(Debug)]
pub(super) struct Search {
    controller: Controller,
    task: JoinHandle<()>,
}

impl Search {
    /// Ends it: nothing more is sent, and nobody is asked any more.
    pub(super) fn stop(&self) {
        self.controller.stop();
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        self.controller.stop();
        self.task.abort();
    }
}

impl Wizard {
    /// Looks for something in place of what is looked for.
    pub(super) fn find(&mut self, sought: Sought, answers: &Answers) {
        let side = match sought {
            Sought::For(Key::TenantA | Key::Cluster) => Side::A,
            _ => Side::B,
        };
        let tell = self.tell.clone();
        let found = {
            let sought = sought.clone();
            move |choices, progress| drop(tell.send(Msg::Found { sought: sought.clone(), choices, progress }))
        };
        let failed = |why: String| Progress::Failed(Trouble::new("They cannot be listed.", why, ""));
        let access = match Access::of_side(answers, side) {
            Ok(access) => access,
            Err(complaints) => {
                let why = complaints.into_iter().map(|c| c.text).collect::<Vec<_>>().join("; ");
                return found(Vec::new(), failed(format!("{why}.")));
            }
        };
        let registry = answers.get(Key::Registry).and_then(|text| RegistryId::parse(text).ok());
        let means = match self.means(&access, [None, registry.as_ref().and_then(RegistryId::subscription)]) {
            Ok(means) => means,
            Err(complaints) => return found(Vec::new(), failed(complaints.join("; "))),
        };
        let (controller, control) = control();
        // Nobody listens to its calls: what they find is told.
        let recorder = std::sync::Arc::new(Recorder::new(unbounded_channel().0, jiff::Timestamp::now));
        let parts = Parts {
            authorities: means.authorities,
            login_a: means.login_a,
            login_b: means.login_b,
            recorder,
            control,
            pace: Pace { divisor: access.pace, deadline: DEADLINE, person: DEADLINE },
            prompts: self.ask.clone(),
            metadata_host: means.metadata_host,
        };
        let task = tokio::task::spawn_local(async move {
            let progress = match connect(&access, parts).await {
                Ok(door) => {
                    let tell = |choices| found(choices, Progress::Goes);
                    let finder = Finder { door: &door, side, registry, tell: &tell };
                    // Nothing is read before it is known to be the tenant that was named.
                    let found = match sign_in(&door, access.tenant(side), side).await {
                        Ok(_) => finder.find(&sought).await,
                        Err(trouble) => Err(trouble),
                    };
                    found.map_or_else(Progress::Failed, |()| Progress::Whole)
                }
                Err(finding) => Progress::Failed(Trouble::new("They cannot be listed.", finding.text, finding.now)),
            };
            found(Vec::new(), progress);
        });
        self.search = Some(Search { controller, task });
    }
}
