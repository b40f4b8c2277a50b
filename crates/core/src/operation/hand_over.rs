//! Operation: has tenant B's administrator let the app in.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::consent::ConsentLink;
use crate::ids::{ImageRef, RegistryId};

/// Has tenant B's administrator let the app in and give it a role on a registry: nobody signs in to B here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOverRegistry {
    /// The registry, by its login server.
    pub registry: RegistryId,
    /// The images that are to be pulled.
    pub images: Vec<ImageRef>,
    /// The display name of the app.
    pub app_name: String,
    /// The address to which the consent page leads afterwards.
    pub redirect_uri: String,
    /// The form of its address. Plans of earlier versions name none, and are given the one that works for every app.
    #[serde(default, skip_serializing_if = "ConsentLink::is_adminconsent")]
    pub link: ConsentLink,
}

impl Operation for HandOverRegistry {
    fn title(&self) -> String {
        "have tenant B let the app pull".to_owned()
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        vec![Fact::App]
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::PrincipalB, Fact::Assignment(self.registry.clone())]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::new("an administrator of tenant B follows a page; nobody signs in there")]
    }

    fn explains(&self) -> String {
        format!(
            "Nobody signs in to tenant B, so its administrator gets a page: how they let the app in, and how they give it a \
             role on {}. crosspull asks as the app whether both are done, and goes on by itself.",
            self.registry
        )
    }

    fn needs(&self) -> &'static str {
        "It needs an administrator of tenant B, and nothing of your account there."
    }

    fn undo(&self) -> Undo {
        Undo::ByHand("tenant B's administrator deletes the app's service principal")
    }

    fn undo_title(&self) -> String {
        "have tenant B delete the app's service principal".to_owned()
    }

    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        vec![PlannedCall::new("an administrator of tenant B runs az ad sp delete")]
    }

    fn undo_explains(&self) -> String {
        "Tells what tenant B's administrator deletes.".to_owned()
    }

    fn registry(&self) -> Option<&RegistryId> {
        Some(&self.registry)
    }
}
