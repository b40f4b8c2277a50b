//! Operation: asks the cluster whether somebody may do now what was opened, or may no longer do what was closed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Fact, Operation, PlannedCall, Step};
use crate::access::Principal;
use crate::ids::ClusterId;

/// Something that somebody does at a Kubernetes API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of a SubjectAccessReview")]
pub struct Act {
    pub verb: String,
    /// The API group. Empty for the core group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    pub resource: String,
    /// The namespace. `None` for what is in none, and for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

impl Act {
    /// Returns an act on a resource of the core group.
    #[must_use]
    pub fn new(verb: &str, resource: &str, namespace: Option<&str>) -> Self {
        Self::of_group(verb, "", resource, namespace)
    }

    /// Returns an act on a resource of an API group.
    #[must_use]
    pub fn of_group(verb: &str, group: &str, resource: &str, namespace: Option<&str>) -> Self {
        let own = str::to_owned;
        Self { verb: own(verb), group: own(group), resource: own(resource), namespace: namespace.map(own) }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        self.namespace.as_ref().map_or(Ok(()), |namespace| write!(f, " in {namespace}"))
    }
}

/// Asks the cluster whether somebody may do now what was opened, or may no longer do what was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ProveAccess {
    pub cluster: ClusterId,
    pub principal: Principal,
    /// The act. `None` where no cluster can tell, so that what was read decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    /// True where the answer is to be yes.
    pub opens: bool,
    /// Whatever else lets them do it, as far as that was seen. Empty where nothing was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
}

impl Operation for ProveAccess {
    fn title(&self) -> String {
        let Self { principal, act, .. } = self;
        match (act, self.opens) {
            (Some(act), true) => format!("prove that {} may {act}", principal.name),
            (Some(act), false) => format!("look whether {} may still {act}", principal.name),
            (None, _) => format!("look by what {} still gets in", principal.name),
        }
    }

    fn reads(&self, steps: &[Step]) -> Vec<Fact> {
        steps.iter().flat_map(Step::writes).filter(|fact| !matches!(fact, Fact::AccessProved(_))).collect()
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::AccessProved(self.cluster.clone())]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        let whose = if self.principal.object.is_some() { ", with object id and groups" } else { "" };
        let sent = self.act.iter().map(|act| format!("may {} {act}{whose}", self.principal.kubernetes_name));
        sent.map(|sent| PlannedCall::sending("Kubernetes POST subjectaccessreviews", sent)).collect()
    }

    fn explains(&self) -> String {
        let ends = match (&self.act, self.opens) {
            (None, _) => return "They keep another way in, as it was read: the run ends told so.".to_owned(),
            (_, true) => "Where the cluster cannot be asked, that is said, and the run is done all the same.",
            (_, false) => {
                "Where they still may, the run ends told so. Where the cluster cannot be asked, what was read decides."
            }
        };
        format!(
            "Asks the cluster itself, which is the one that decides. A role of Azure takes effect there within 5 minutes. {ends}"
        )
    }

    fn needs(&self) -> &'static str {
        "It needs the right to create SubjectAccessReviews; without it nothing is proved."
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }
}
