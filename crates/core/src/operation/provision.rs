//! Operation: brings the app into tenant B as a service principal.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::consent::ConsentLink;
use crate::input::ConsentMode;

/// Creates the app's service principal in tenant B, or has a person do it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provision {
    /// The way in which B's administrator lets the app in.
    pub consent: ConsentMode,
    /// The address to which the consent page leads afterwards.
    pub redirect_uri: String,
    /// The form of its address. Plans of earlier versions name none, and are given the one that works for every app.
    #[serde(default, skip_serializing_if = "ConsentLink::is_adminconsent")]
    pub link: ConsentLink,
}

impl Operation for Provision {
    fn title(&self) -> String {
        "provision the app".to_owned()
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        vec![Fact::App]
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::PrincipalB]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::new(match self.consent {
            ConsentMode::Url => "a person opens the consent page of tenant B",
            ConsentMode::Direct => "Graph POST /servicePrincipals",
            ConsentMode::Auto => "Graph POST /servicePrincipals, or a person opens the consent page",
        })]
    }

    fn explains(&self) -> String {
        let who = match self.consent {
            ConsentMode::Auto => "by your sign-in where it may, else by a person who opens a link",
            ConsentMode::Direct => "by your sign-in there",
            ConsentMode::Url => "by an administrator who opens a link",
        };
        format!("Brings the app into tenant B as a service principal, {who}.")
    }

    fn needs(&self) -> &'static str {
        "It needs the role Application Administrator or Cloud Application Administrator in tenant B, or a person who has it."
    }

    fn undo(&self) -> Undo {
        Undo::By("Graph DELETE /servicePrincipals/{id}")
    }

    fn undo_title(&self) -> String {
        "delete its service principal in B".to_owned()
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
