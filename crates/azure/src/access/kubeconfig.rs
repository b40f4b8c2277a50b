//! Asks Azure for the kubeconfig of a cluster, and the cluster as whom it knows whoever signs in by one.

use crosspull_core::event::Work;
use crosspull_core::explain::{NoConnection, Refusal, Trouble};
use crosspull_core::ids::ClusterId;
use crosspull_core::input::ClusterCredential;
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;

use crate::door::Door;
use crate::kubernetes::{Kubernetes, KubernetesUnavailable, requests};
use crate::refusal::Unanswered;
use crate::reply::ClusterCredentials;
use crate::request;
use crate::wire::CallError;

/// The work that the calls are made for.
const WORK: Work = Work::Search(Side::A);

/// Asks Azure for the kubeconfig of a cluster.
///
/// # Errors
/// A trouble that says which role is lacking, or that there are no local accounts.
pub async fn given(door: &Door, id: &ClusterId, of: ClusterCredential) -> Result<Secret, Trouble> {
    let what = format!("Azure gives no kubeconfig of {}.", id.name());
    let request = request::cluster_credentials(door.endpoints(), id, of);
    let read: ClusterCredentials = door.json(&WORK, request).await.map_err(|error| refused(error, &what, id, of))?;
    let first = read.kubeconfigs.into_iter().next().map(|blob| blob.value);
    first.ok_or_else(|| Trouble::new(what, "Its answer holds none.", "Try again."))
}

/// Explains a refusal. The words of AKS on local accounts are those that people met (`docs/facts/azure.md` 9.5).
fn refused(error: CallError, what: &str, id: &ClusterId, of: ClusterCredential) -> Trouble {
    let CallError::Refused(refused) = &error else { return error.trouble(what.to_owned()) };
    let has_no_right = refused.refusal.code == "AuthorizationFailed";
    let no_local = refused.refusal.message.contains("disable local accounts");
    let trouble = error.trouble(what.to_owned());
    let (role, action) = match of {
        ClusterCredential::User => ("Azure Kubernetes Service Cluster User Role", "listClusterUserCredential"),
        ClusterCredential::Admin => ("Azure Kubernetes Service Cluster Admin Role", "listClusterAdminCredential"),
    };
    match of {
        _ if has_no_right => trouble.because(
            format!("This account may not do {action} there, and needs the {role}."),
            format!("Ask for that role on the cluster {id}"),
        ),
        ClusterCredential::Admin if no_local => trouble.because(
            "Local accounts are disabled there, so nobody has the admin's certificate.",
            "Leave --admin out and sign in as yourself. Local accounts come back with: az aks update --enable-local-accounts",
        ),
        _ => trouble,
    }
}

/// As whom a cluster knows somebody, and whether it lets them look at pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The name. `None` where this Kubernetes tells nobody who they are.
    pub name: Option<String>,
    /// True where the pods of all namespaces may be listed.
    pub lists_pods: bool,
    /// The reason of who decided, where one is told.
    pub reason: Option<String>,
}

/// The reason why it is not known whether a kubeconfig lets somebody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotKnown {
    /// The reason, as the second half of a sentence.
    pub why: String,
    /// True where the API answered, and does not let them in.
    pub is_refused: bool,
}

impl NotKnown {
    fn of(error: CallError) -> Self {
        let is_refused = matches!(&error, CallError::Refused(refused) if refused.refusal.status == Some(401));
        let why = match &error {
            CallError::Unreachable(answer) | CallError::Lost(answer) if came(answer) => {
                Ok(format!("what answers there is not understood as its Kubernetes API ({answer})"))
            }
            _ => KubernetesUnavailable::of(error).why(),
        };
        Self { why: why.unwrap_or_else(|_| "it was stopped".to_owned()), is_refused }
    }
}

/// True for an answer that came and is none that can be used: torn, too large, or of somebody on the way.
fn came(answer: &Refusal) -> bool {
    Unanswered::is_unusable(answer) || NoConnection::of(answer) == Some(NoConnection::NotAzure)
}

/// Asks a cluster as whom it knows whoever signs in by that kubeconfig: with that token, else with what is in it.
///
/// # Errors
/// The reason why that is not known.
pub async fn known(door: &Door, kubeconfig: &Secret, token: Option<Secret>) -> Result<Known, NotKnown> {
    let api = Kubernetes::at(door.wire(), kubeconfig, token).map_err(|why| NotKnown { why, is_refused: false })?;
    let name = match api.json::<SelfSubjectReview>(&WORK, requests::who_am_i()).await {
        Ok(review) => review.status.and_then(|status| status.user_info).and_then(|user| user.username),
        // Older ones have no such review. Whoever is not let in is not answered the next question either.
        Err(CallError::Refused(refused)) if matches!(refused.refusal.status, Some(403 | 404)) => None,
        Err(error) => return Err(NotKnown::of(error)),
    };
    let asked = api.json::<SelfSubjectAccessReview>(&WORK, requests::may_everywhere("list", "pods")).await;
    let status = asked.map_err(NotKnown::of)?.status;
    let reason = status.as_ref().and_then(|status| status.reason.as_deref()).filter(|reason| !reason.is_empty());
    Ok(Known {
        name: name.map(|name| printable(&name, 200)),
        lists_pods: status.as_ref().is_some_and(|status| status.allowed),
        reason: reason.map(|reason| printable(reason, 300)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_came_is_not_told_to_be_none() {
        let torn = NotKnown::of(CallError::Unreachable(Unanswered::Torn.because("line 1")));
        assert!(torn.why.starts_with("what answers there is not understood") && !torn.is_refused, "{torn:?}");
        let none = NotKnown::of(CallError::Unreachable(Unanswered::NoAnswer.because("closed")));
        assert!(none.why.starts_with("its Kubernetes API does not answer"), "{none:?}");
    }
}
