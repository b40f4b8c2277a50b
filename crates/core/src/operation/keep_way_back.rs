//! Operation: adds a secret to the cluster's former app, so that the cluster can be given back.

use serde::{Deserialize, Serialize};

use super::add_secret::REMOVE;
use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo, prove_pull};
use crate::ids::{AppId, ClusterId};
use crate::text::count;

/// Adds a secret to the cluster's former app, so that the cluster can be given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct KeepWayBack {
    pub cluster: ClusterId,
    /// The former app of the cluster.
    pub app: AppId,
    /// The days that the secret lives.
    pub days: u16,
    /// True where the secret is saved, and so stays. Any other is removed once the run is done. Plans of version 1 kept
    /// it.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub saved: bool,
}

const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_true(value: &bool) -> bool {
    *value
}

impl Operation for KeepWayBack {
    fn title(&self) -> String {
        "keep a way back".to_owned()
    }

    // Nobody needs a way back from what is not proved.
    fn reads(&self, steps: &[Step]) -> Vec<Fact> {
        prove_pull::proofs(steps)
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::WayBackKey]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        let Self { app, days, .. } = self;
        vec![PlannedCall::sending(
            "Graph POST /applications/{id}/addPassword",
            format!("of the present app {app}, {}", count((*days).into(), "day")),
        )]
    }

    fn explains(&self) -> String {
        let Self { app, days, saved, .. } = self;
        let kept = match saved {
            true => "It is saved in the file that you named.",
            false => "It proves that you may, and goes at the end.",
        };
        format!(
            "Adds a second secret, which lives {}, to the cluster's present app {app} , whose own secret nobody \
             can read. With such a secret crosspull can give the cluster back. {kept} Where you may not, this step says so \
             and the run goes on.",
            count((*days).into(), "day")
        )
    }

    fn needs(&self) -> &'static str {
        "It needs to be an owner of that app, or the role Application Administrator in tenant A."
    }

    fn undo(&self) -> Undo {
        Undo::By(REMOVE)
    }

    fn undo_title(&self) -> String {
        "remove the secret of the way back".to_owned()
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        PlannedCall::about(REMOVE, made)
    }

    fn undo_explains(&self) -> String {
        "Removes the second secret from the cluster's former app, unless the cluster was given back with it.".to_owned()
    }
}
