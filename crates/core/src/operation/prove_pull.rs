//! Operation: pulls for real, with the new credential, as a node does.

use serde::{Deserialize, Serialize};

use super::{Fact, Operation, PlannedCall, Step};
use crate::ids::{ImageRef, RegistryId};
use crate::names::PullUser;

/// Pulls for real, with the new credential, as a node does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ProvePull {
    pub registry: RegistryId,
    /// The host of the registry.
    pub login_server: String,
    /// The images that are pulled.
    pub images: Vec<ImageRef>,
    /// The user that pulls.
    #[serde(default, skip_serializing_if = "PullUser::is_app")]
    pub user: PullUser,
}

impl Operation for ProvePull {
    fn title(&self) -> String {
        match self.images.as_slice() {
            [one] => format!("prove the pull of {one}"),
            several => format!("prove the pull of {} images", several.len()),
        }
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        credential_facts(self.user, &self.registry)
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::Proved(self.registry.clone())]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        let server = &self.login_server;
        let one = |image: &ImageRef| {
            PlannedCall::new(format!(
                "GET {server}/oauth2/token, GET the manifest of {image}, GET one byte of one layer"
            ))
        };
        self.images.iter().map(one).collect()
    }

    fn explains(&self) -> String {
        format!(
            "Pulls from {} for real, with the new credential, as a node does: token, manifest, one layer. It waits until \
             the role is in effect.",
            self.login_server
        )
    }

    fn needs(&self) -> &'static str {
        "It needs nothing of your account; the registry must answer from here."
    }
}

/// Returns the facts that a pull from a registry with the new credential needs.
pub(super) fn credential_facts(user: PullUser, registry: &RegistryId) -> Vec<Fact> {
    match user {
        PullUser::App => vec![Fact::App, Fact::SecretKey, Fact::PrincipalB, Fact::Assignment(registry.clone())],
        PullUser::OfRegistry => vec![Fact::PullUser(registry.clone()), Fact::PullKey(registry.clone())],
    }
}

/// Returns the facts that tell that the pull is proved, one for each registry.
pub(super) fn proofs(steps: &[Step]) -> Vec<Fact> {
    let proved = |step: &Step| match &step.op {
        super::Op::ProvePull(op) => Some(Fact::Proved(op.registry.clone())),
        super::Op::ProveFirst(op) => Some(Fact::Proved(op.registry.clone())),
        _ => None,
    };
    steps.iter().filter_map(proved).collect()
}
