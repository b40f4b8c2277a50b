//! Operation: adds a client secret to the app, and waits until sign-in takes it.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::ids::{ClusterId, KeyId};
use crate::text::count;

/// The call that removes a secret of an app.
pub(super) const REMOVE: &str = "Graph POST /applications/{id}/removePassword";

/// Adds a client secret to the app, and waits until sign-in takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddSecret {
    /// The days that the secret lives.
    pub days: u16,
    /// The cluster that is to have it.
    pub cluster: ClusterId,
    /// True where the cluster gets another secret, though it has one that lives.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub renew: bool,
    /// The key id of the secret that the cluster has, where the cluster uses this app and a journal or a name tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_use: Option<KeyId>,
}

impl Operation for AddSecret {
    fn title(&self) -> String {
        let which = if self.renew { "another" } else { "a" };
        format!("add {which} client secret, {}", count(self.days.into(), "day"))
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        vec![Fact::AppObject, Fact::App]
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::SecretKey, Fact::SecretEnds]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::sending(
            "Graph POST /applications/{id}/addPassword",
            format!("ends in {}", count(self.days.into(), "day")),
        )]
    }

    fn explains(&self) -> String {
        format!(
            "Adds a client secret that lives {} to the app, then waits until sign-in in tenant A takes it. Azure \
             tells the secret once; it stays in memory.",
            count(self.days.into(), "day")
        )
    }

    fn needs(&self) -> &'static str {
        super::create_principal::needs(crate::names::Side::A)
    }

    fn undo(&self) -> Undo {
        Undo::By(REMOVE)
    }

    fn undo_title(&self) -> String {
        "remove the client secret".to_owned()
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        PlannedCall::about(REMOVE, made)
    }

    fn undo_explains(&self) -> String {
        "Removes the client secret from the app.".to_owned()
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }

    fn makes_footing(&self) -> bool {
        true
    }
}
