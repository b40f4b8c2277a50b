//! Replies of a Kubernetes API about roles, bindings and reviews.

use std::collections::BTreeMap;

use crosspull_core::access::{BoundRole, Subject};
use crosspull_core::text::printable;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::{Deserialize, Serialize};

use super::kubernetes::RUN;

/// The labels of what a cluster keeps as it wants it: another writer's change of it does not last.
const KEPT_BY_CLUSTER: [&str; 2] = ["kubernetes.io/bootstrapping", "addonmanager.kubernetes.io/mode"];

/// A RoleBinding or a ClusterRoleBinding.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Binding {
    /// The metadata.
    #[serde(default)]
    pub metadata: ObjectMeta,
    /// The role that it gives.
    pub role_ref: RoleRef,
    /// The subjects that it gives the role to.
    #[serde(default)]
    pub subjects: Option<Vec<Subject>>,
}

/// The role that a binding gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleRef {
    /// The API group.
    #[serde(default)]
    pub api_group: String,
    /// The kind.
    pub kind: String,
    /// The name.
    pub name: String,
}

/// The parts of a binding that make it what it is, for it to be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptBinding {
    /// The labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The annotations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// The role.
    pub role_ref: RoleRef,
    /// The subjects, in order.
    pub subjects: Vec<Subject>,
}

impl Binding {
    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.metadata.name.as_deref().unwrap_or_default()
    }

    /// Returns kind, place and name, in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let name = printable(self.name(), 100);
        match &self.metadata.namespace {
            Some(namespace) => format!("the RoleBinding {}/{name}", printable(namespace, 100)),
            None => format!("the ClusterRoleBinding {name}"),
        }
    }

    /// Returns the subjects.
    #[must_use]
    pub fn subjects(&self) -> &[Subject] {
        self.subjects.as_deref().unwrap_or_default()
    }

    /// True where it gives that role.
    #[must_use]
    pub fn is_of(&self, role: &BoundRole) -> bool {
        self.role_ref.kind == role.kind_word() && self.role_ref.name == role.name
    }

    /// True where that is one of its subjects.
    #[must_use]
    pub fn has(&self, subject: &Subject) -> bool {
        self.subjects().iter().any(|one| one.is(subject))
    }

    /// Returns the run that wrote it, where it says so.
    #[must_use]
    pub fn run(&self) -> Option<&str> {
        self.metadata.annotations.as_ref()?.get(RUN).map(String::as_str)
    }

    /// True where the cluster itself keeps it as it is.
    #[must_use]
    pub fn is_kept_by_cluster(&self) -> bool {
        let labels = self.metadata.labels.iter().flatten();
        labels.map(|(name, _)| name.as_str()).any(|name| KEPT_BY_CLUSTER.contains(&name))
    }

    /// Returns what makes it what it is.
    #[must_use]
    pub fn kept(&self) -> KeptBinding {
        let own = |texts: &Option<BTreeMap<String, String>>| texts.clone().unwrap_or_default();
        KeptBinding {
            labels: own(&self.metadata.labels),
            annotations: own(&self.metadata.annotations),
            role_ref: self.role_ref.clone(),
            subjects: self.subjects().to_vec(),
        }
    }
}

/// A role of Kubernetes, as far as its rules tell what may be done.
#[derive(Debug, Clone, Deserialize)]
pub struct RoleRules {
    /// The rules.
    #[serde(default)]
    pub rules: Option<Vec<Rule>>,
}

/// A rule of a role.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "the names are those of Kubernetes")]
pub struct Rule {
    pub verbs: Vec<String>,
    pub api_groups: Vec<String>,
    pub resources: Vec<String>,
    pub resource_names: Vec<String>,
}

/// The answer to an access review.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReviewAnswer {
    /// The answer itself.
    pub status: ReviewStatus,
}

/// The status of an access review.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReviewStatus {
    /// True where it is allowed.
    pub allowed: bool,
    /// The reason, in the words of who decided.
    pub reason: String,
    /// The error that kept somebody from deciding.
    pub evaluation_error: String,
}
