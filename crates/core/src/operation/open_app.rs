//! Operation: lets other tenants let a cluster's present app in.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Undo};
use crate::ids::{AppId, ClusterId, ObjectId};
use crate::names::AppAudience;

/// Makes a cluster's present app multi-tenant, and leaves everything else of it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct OpenApp {
    pub cluster: ClusterId,
    /// The application id of the cluster's app.
    pub app: AppId,
    /// The object id of its registration.
    pub object: ObjectId,
    /// The audience that the checks saw.
    pub audience: String,
}

impl Operation for OpenApp {
    fn title(&self) -> String {
        if AppAudience::is_open(&self.audience) {
            format!("find {}'s app open to other tenants", self.cluster.name())
        } else {
            format!("open {}'s app to other tenants", self.cluster.name())
        }
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::AppObject, Fact::App, Fact::PrincipalA, Fact::Audience]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        let Self { object, .. } = self;
        vec![if AppAudience::is_open(&self.audience) {
            PlannedCall::new(format!("Graph GET /applications/{object}"))
        } else {
            PlannedCall::sending(
                format!("Graph PATCH /applications/{object}"),
                format!("signInAudience {}, nothing else", AppAudience::ManyTenants.word()),
            )
        }]
    }

    fn explains(&self) -> String {
        format!(
            "Makes the app {} , which {} uses already, one that other tenants may let in. Its credentials, identifier URIs \
             and everything else stay as they are, and the cluster notices nothing.",
            self.app,
            self.cluster.name()
        )
    }

    fn needs(&self) -> &'static str {
        "It needs an owner of the app, or the role Application Administrator or Cloud Application Administrator in tenant A."
    }

    fn undo(&self) -> Undo {
        if AppAudience::is_open(&self.audience) { Undo::Nothing } else { Undo::By("Graph PATCH /applications/{id}") }
    }

    fn undo_title(&self) -> String {
        format!("close {}'s app to other tenants", self.cluster.name())
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        let before = made.iter().find_map(|learnt| learnt.before.as_deref()).unwrap_or(&self.audience);
        vec![PlannedCall::sending(
            format!("Graph PATCH /applications/{}", self.object),
            format!("signInAudience {before}"),
        )]
    }

    fn undo_explains(&self) -> String {
        format!("Gives the app the audience that it had, {}.", self.audience)
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }
}
