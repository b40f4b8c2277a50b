//! Operation: takes the secret that the operator gives for a cluster's app, and proves the pull with it.

use serde::{Deserialize, Serialize};

use super::{Fact, Operation, PlannedCall, Step};
use crate::ids::ClusterId;

/// Takes the secret that the operator gives for a cluster's app. It is in memory only, and named nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct TakeAppSecret {
    pub cluster: ClusterId,
}

impl Operation for TakeAppSecret {
    fn title(&self) -> String {
        format!("take the secret that you give for {}'s app", self.cluster.name())
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        vec![Fact::App]
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::SecretKey]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::sending("Entra POST /{tenant A}/oauth2/v2.0/token", "the secret that you give for the app")]
    }

    fn explains(&self) -> String {
        "Signs in to tenant A with the secret that you give, which then proves the pull. None is added to the app, and none \
         removed. It stays in memory; where the run goes on later, it is read from the same file again."
            .to_owned()
    }

    fn needs(&self) -> &'static str {
        "It needs no right: the secret is enough."
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }
}
