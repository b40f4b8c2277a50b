//! Operation: creates the app's service principal in its home tenant.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::names::Side;

/// Returns the rights that registering an app in a tenant, and what belongs to an app, needs.
pub(super) const fn needs(home: Side) -> &'static str {
    match home {
        Side::A => "It needs the right to register apps in tenant A, such as the role Application Developer.",
        Side::B => "It needs the right to register apps in tenant B, such as the role Application Developer.",
    }
}

/// Creates the app's service principal in its home tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatePrincipal {
    /// The tenant that the app is registered in.
    #[serde(default, skip_serializing_if = "Side::is_a")]
    pub home: Side,
}

impl Operation for CreatePrincipal {
    fn title(&self) -> String {
        "create its service principal".to_owned()
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        vec![Fact::App]
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::principal(self.home)]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::new("Graph POST /servicePrincipals")]
    }

    fn explains(&self) -> String {
        "Creates the app's service principal in its own tenant: what it signs in as.".to_owned()
    }

    fn needs(&self) -> &'static str {
        needs(self.home)
    }

    fn undo(&self) -> Undo {
        Undo::With("the app")
    }

    fn undo_title(&self) -> String {
        format!("delete its service principal in {}", self.home)
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        PlannedCall::about("Graph DELETE /servicePrincipals", made)
    }

    fn undo_explains(&self) -> String {
        "Deletes the app's service principal.".to_owned()
    }

    fn makes_footing(&self) -> bool {
        true
    }
}
