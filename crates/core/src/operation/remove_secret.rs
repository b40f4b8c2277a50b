//! Operation: removes a secret that nobody needs any more.

use serde::{Deserialize, Serialize};

use super::add_secret::REMOVE;
use super::{Fact, Operation, PlannedCall, Step};
use crate::ids::{AppId, ClusterId, KeyId};

/// Removes a secret that nobody needs any more, once the cluster was seen to do without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RemoveSecret {
    pub cluster: ClusterId,
    pub secret: OldSecret,
}

/// A secret that is removed when a run is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OldSecret {
    /// The secret that the cluster had before it was given another one of the same app.
    Replaced(KeyId),
    /// The run's own secret on the cluster's former app, which proved that there is a way back.
    WayBack(AppId),
}

impl Operation for RemoveSecret {
    fn title(&self) -> String {
        match self.secret {
            OldSecret::Replaced(_) => "remove the replaced secret".to_owned(),
            OldSecret::WayBack(_) => "remove the way back's secret".to_owned(),
        }
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        vec![Fact::ClusterClient(self.cluster.clone())]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        let which = match self.secret {
            OldSecret::Replaced(key) => format!("key id {key}, once a node was seen to pull with the new one"),
            OldSecret::WayBack(app) => format!("of the former app {app}; undo adds another"),
        };
        vec![PlannedCall::sending(REMOVE, which)]
    }

    fn explains(&self) -> String {
        match self.secret {
            OldSecret::Replaced(key) => format!(
                "Removes the secret that the cluster had before, key id {key} , once a node was seen to pull with the new \
                 one. Where none was, it stays and is named."
            ),
            OldSecret::WayBack(app) => format!(
                "Removes the secret that was added to the former app {app} : it proved that there is a way back, and nobody \
                 saved it."
            ),
        }
    }

    fn needs(&self) -> &'static str {
        "It needs what adding the secret needed."
    }
}
