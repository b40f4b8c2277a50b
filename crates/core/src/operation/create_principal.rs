//! Operation: creates the app's service principal in its home tenant.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};

/// The rights that registering an app, and what belongs to an app, needs.
pub(super) const NEEDS: &str =
    "It needs the right to register apps in tenant A, such as the role Application Developer.";

/// Creates the app's service principal in its home tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatePrincipal {}

impl Operation for CreatePrincipal {
    fn title(&self) -> String {
        "create its service principal".to_owned()
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        vec![Fact::App]
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::PrincipalA]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::new("Graph POST /servicePrincipals")]
    }

    fn explains(&self) -> String {
        "Creates the app's service principal in its own tenant: what the cluster will sign in as.".to_owned()
    }

    fn needs(&self) -> &'static str {
        NEEDS
    }

    fn undo(&self) -> Undo {
        Undo::With("the app")
    }

    fn undo_title(&self) -> String {
        "delete its service principal in A".to_owned()
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
