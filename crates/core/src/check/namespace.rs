//! The check of a namespace: is it there, and may the operator write there what the route needs?

use serde::{Deserialize, Serialize};

use super::{About, Check, Finding};
use crate::command::Command;
use crate::ids::{ClusterId, KeyId};
use crate::input::Key;
use crate::text::listed;
use crate::wording::Wording;

/// A namespace, as far as the checks read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct NamespaceFacts {
    pub cluster: ClusterId,
    pub namespace: String,
    /// The pull secrets of the names that are to be written, as far as there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<FoundSecret>,
    /// What the operator may not do there, such as `create secrets`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// The service accounts that are to use the pull secret and are not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no_accounts: Vec<String>,
    /// The reason why Kubernetes would take no pull secret there, in its own words, though the operator may write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes_no_secret: Option<NoSecret>,
    /// The reason why Kubernetes would let no pod in there that proves the pull, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes_no_pod: Option<String>,
}

/// The reason why Kubernetes would take no pull secret, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoSecret {
    /// A quota, a policy or a rule refuses it.
    Refused(String),
    /// Somebody else manages a part of the one that is there.
    ManagedByOthers(String),
}

/// A secret that is there under the name of a pull secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct FoundSecret {
    pub name: String,
    /// True where crosspull wrote it.
    pub is_own: bool,
    /// The key id of the password in it, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// Who wrote it, where it says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub managers: Vec<String>,
}

pub(super) fn about(cluster: &ClusterId, namespace: &str) -> About {
    About::of_a(format!("what you may do in {namespace} of {}", cluster.name()))
}

/// Judges whether a pull secret can be written into a namespace.
#[must_use]
pub fn judge_namespace(facts: &NamespaceFacts) -> Finding {
    let NamespaceFacts { cluster, namespace, secrets, lacks, no_accounts, takes_no_secret, takes_no_pod } = facts;
    let check = Check::Namespace(cluster.clone(), namespace.clone());
    let name = cluster.name();
    if !lacks.is_empty() {
        return check.stop(
            format!("you may not {} in the namespace {namespace} of {name}", listed(lacks)),
            Wording::from(format!(
                "Ask whoever administers {name} for that right in {namespace}, or give other namespaces: "
            )) + Key::Namespace,
        );
    }
    if let Some(foreign) = secrets.iter().find(|secret| !secret.is_own) {
        let by = if foreign.managers.is_empty() { "somebody else".to_owned() } else { foreign.managers.join(", ") };
        return check.stop(
            format!("{namespace} has a secret {} that {by} wrote; it is kept as it is", foreign.name),
            Wording::from("Give the pull secret another name: ") + Key::PullSecret,
        );
    }
    if !no_accounts.is_empty() {
        return check.stop(
            format!("{namespace} has no service account {}", listed(no_accounts)),
            format!("Make it first, or name one that is there: {}", Command::ListServiceAccounts { namespace }),
        );
    }
    if let Some(NoSecret::ManagedByOthers(why)) = takes_no_secret {
        return check.stop(
            format!(
                "somebody else manages a part of the pull secret in {namespace} of {name}; it is kept as it is: {why}"
            ),
            Wording::from("Give the pull secret another name: ") + Key::PullSecret,
        );
    }
    if let Some(NoSecret::Refused(why)) = takes_no_secret {
        return check.stop(
            format!("{namespace} of {name} takes no pull secret: {why}"),
            Wording::from(
                "Those are the words of Kubernetes, of a quota or a policy for one. Have it changed, or give other namespaces: ",
            ) + Key::Namespace,
        );
    }
    if let Some(why) = takes_no_pod {
        return check.warn(
            format!("{namespace} of {name} lets no pod in that proves the pull: {why}"),
            "The pull secret can be written, and no node will be seen to pull with it.",
        );
    }
    match secrets.first() {
        Some(own) => check.pass(format!("{namespace} of {name} has crosspull's {} already", own.name)),
        None => check.pass(format!("you may write a pull secret into {namespace} of {name}")),
    }
}

/// Returns the finding for a namespace that is not there.
#[must_use]
pub fn judge_no_namespace(cluster: &ClusterId, namespace: &str) -> Finding {
    let name = cluster.name();
    Check::Namespace(cluster.clone(), namespace.to_owned()).stop(
        format!("{name} has no namespace {namespace}"),
        format!("Make it first (kubectl create namespace {namespace}), or name one that is there."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    fn facts() -> NamespaceFacts {
        let cluster = ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id");
        let namespace = "shop".to_owned();
        NamespaceFacts {
            cluster,
            namespace,
            secrets: Vec::new(),
            lacks: Vec::new(),
            no_accounts: Vec::new(),
            takes_no_secret: None,
            takes_no_pod: None,
        }
    }

    #[test]
    fn what_somebody_else_wrote_is_kept_and_a_right_that_lacks_is_named() {
        assert_eq!(judge_namespace(&facts()).level, Level::Pass);
        let secret = |is_own| FoundSecret {
            name: "crosspull-registryb".to_owned(),
            is_own,
            key: None,
            managers: vec!["kubectl-create".to_owned()],
        };
        assert_eq!(judge_namespace(&NamespaceFacts { secrets: vec![secret(true)], ..facts() }).level, Level::Pass);
        let kept = judge_namespace(&NamespaceFacts { secrets: vec![secret(false)], ..facts() });
        assert_eq!(kept.text, "shop has a secret crosspull-registryb that kubectl-create wrote; it is kept as it is");
        let why = Some("exceeded quota: few".to_owned());
        let full = judge_namespace(&NamespaceFacts { takes_no_secret: why.clone().map(NoSecret::Refused), ..facts() });
        assert_eq!(full.text, "shop of aks-shop takes no pull secret: exceeded quota: few");
        assert_eq!(full.level, Level::Stop);
        assert_eq!(judge_namespace(&NamespaceFacts { takes_no_pod: why, ..facts() }).level, Level::Warn);
        let lacks = vec!["create secrets".to_owned(), "patch secrets".to_owned()];
        let lacking = judge_namespace(&NamespaceFacts { lacks, ..facts() });
        assert_eq!(
            (lacking.level, lacking.text.as_str()),
            (Level::Stop, "you may not create secrets and patch secrets in the namespace shop of aks-shop")
        );
    }
}
