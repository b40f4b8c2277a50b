//! Operation: creates the multi-tenant app registration, or takes up one that is there.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Undo};
use crate::ids::ObjectId;
use crate::names::{AppAudience, Side};

/// Creates the multi-tenant app registration, or takes up the one that the checks saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct CreateApp {
    pub name: String,
    /// The tenant that the app is registered in.
    #[serde(default, skip_serializing_if = "Side::is_a")]
    pub home: Side,
    /// The tenants that may let the app in.
    #[serde(default, skip_serializing_if = "AppAudience::is_many")]
    pub audience: AppAudience,
    /// The redirect address of the app. Empty for an app that nobody consents to.
    pub redirect_uri: String,
    /// True where the app lists User.Read, as one that is made in the portal does: the consent page `authorize` wants a
    /// permission.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reads_profile: bool,
    /// The tag by which a later run finds the app.
    pub marker: String,
    /// The app that the checks saw and that is taken up. `None` where an app is to be made, and in plans of version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes_up: Option<ObjectId>,
    /// The apps that carry the mark and that the checks passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passes_over: Vec<ObjectId>,
}

impl Operation for CreateApp {
    fn title(&self) -> String {
        match self.takes_up {
            Some(_) => format!("take up the app {}", self.name),
            None if self.audience == AppAudience::OneTenant => format!("create the app {}", self.name),
            None => "create the multi-tenant app".to_owned(),
        }
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::AppObject, Fact::App]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        let Self { name, redirect_uri, audience, .. } = self;
        let permission = if self.reads_profile { "API permission User.Read" } else { "no API permission" };
        let redirect = if redirect_uri.is_empty() { String::new() } else { format!(", redirect {redirect_uri}") };
        vec![match self.takes_up {
            Some(object) => PlannedCall::sending(format!("Graph GET /applications/{object}"), "it is taken up"),
            None => PlannedCall::sending(
                "Graph POST /applications",
                format!("{name}, {}{redirect}, {permission}", audience.word()),
            ),
        }]
    }

    fn explains(&self) -> String {
        match self.takes_up {
            Some(object) => {
                format!("Takes up the app registration {object} , which the checks saw. Nothing of it is changed.")
            }
            None if self.audience == AppAudience::OneTenant => format!(
                "Registers the app {} in tenant {}, for that tenant alone. It asks for no permission of its own. It carries a \
                 tag by which a later run for this cluster finds it.",
                self.name, self.home
            ),
            None => format!(
                "Registers the app {} in tenant {}, so that other tenants may let it in. It asks for {}. It carries a tag by \
                 which a later run for this cluster finds it.",
                self.name,
                self.home,
                if self.reads_profile {
                    "one permission, to read the profile of whoever signs in to it"
                } else {
                    "no permission of its own"
                }
            ),
        }
    }

    fn needs(&self) -> &'static str {
        super::create_principal::needs(self.home)
    }

    fn undo(&self) -> Undo {
        match self.takes_up {
            Some(_) => Undo::Nothing,
            None => Undo::By("Graph DELETE /applications/{id}"),
        }
    }

    fn undo_title(&self) -> String {
        format!("delete the app {}", self.name)
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        PlannedCall::about("Graph DELETE /applications", made)
    }

    fn undo_explains(&self) -> String {
        format!(
            "Deletes the app {}, and with it its secrets and its service principal at home. Entra keeps a deleted app for \
             30 days.",
            self.name
        )
    }

    fn makes_footing(&self) -> bool {
        true
    }
}
