//! Operation: adds a client secret to the app that pulls, and waits until sign-in takes it.

use serde::{Deserialize, Serialize};

use super::add_secret::REMOVE;
use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::ids::KeyId;
use crate::names::Side;
use crate::text::count;

/// Adds a client secret to the app that pulls, and waits until sign-in takes it.
///
/// The secret goes into pull secrets, so its value can be read there as long as they have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddPullPassword {
    /// The tenant that the app is registered in.
    pub home: Side,
    /// The days that the secret lives.
    pub days: u16,
    /// True where another secret is made, though the pull secrets have one that lives.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub renew: bool,
    /// The key id of the secret that the pull secrets of an earlier run have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_use: Option<KeyId>,
}

impl Operation for AddPullPassword {
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
            "Adds a client secret that lives {} to the app, then waits until sign-in in tenant {} takes it. Where the \
             pull secrets have one already that lives, that one is used. Azure tells the secret once; it stays in memory, \
             and goes into the pull secrets alone.",
            count(self.days.into(), "day"),
            self.home
        )
    }

    fn needs(&self) -> &'static str {
        super::create_principal::needs(self.home)
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
}
