//! The check of a namespace: is it there, and may the operator write there what the route needs?

use crosspull_core::check::{
    Check, Finding, FoundSecret, NamespaceFacts, NoSecret, judge_namespace, judge_no_namespace,
};
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::route::secret_name;
use crosspull_core::text::printable;
use futures_util::future::{join, try_join, try_join_all};
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;
use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use serde_json::Value;

use super::reads::Reads;
use super::{CheckStopped, call_stop, kubernetes, registry};
use crate::kubernetes::requests::PodPulls;
use crate::kubernetes::{Kubernetes, requests};
use crate::reply::StoredSecret;
use crate::wire::CallError;

/// The rights that writing and proving a pull secret takes, in every namespace that gets one.
const RIGHTS: [(&str, &str); 7] = [
    ("get", "secrets"),
    ("create", "secrets"),
    ("patch", "secrets"),
    ("delete", "secrets"),
    ("create", "pods"),
    ("get", "pods"),
    ("delete", "pods"),
];
/// The name of a pod that is tried and not made, and of its pull secret.
const TRIED: &str = "crosspull-dry-run";
/// The rights that changing a service account takes.
const ACCOUNT_RIGHTS: [(&str, &str); 2] = [("get", "serviceaccounts"), ("patch", "serviceaccounts")];

/// Asks about a namespace. Where the Kubernetes API does not answer, its own check says so.
pub(super) async fn ask(reads: &Reads<'_>, id: &ClusterId, namespace: &str) -> Result<(), CheckStopped> {
    let Ok(api) = kubernetes::usable(reads, id).await else { return Ok(()) };
    let check = Check::Namespace(id.clone(), namespace.to_owned());
    let facts = reads
        .ask(check.clone(), async {
            let asked = Asked { reads, api, id, namespace, work: Work::Check(check.clone()) };
            let read = asked.read().await;
            let read = read.map_err(|error| call_stop(check.clone(), &format!("{namespace} cannot be read"), error))?;
            let Some(facts) = read else { return Err(judge_no_namespace(id, namespace)) };
            let finding: Finding = judge_namespace(&facts);
            Ok((facts, finding))
        })
        .await?;
    reads.learn_namespace(facts);
    Ok(())
}

/// A namespace that is asked about.
struct Asked<'a> {
    reads: &'a Reads<'a>,
    api: &'a Kubernetes,
    id: &'a ClusterId,
    namespace: &'a str,
    work: Work,
}

impl Asked<'_> {
    /// Reads the namespace. `None` where there is none.
    async fn read(&self) -> Result<Option<NamespaceFacts>, CallError> {
        let is_there = self.found::<Namespace>(requests::namespace(self.namespace));
        let (is_there, lacks) = join(is_there, self.lacks()).await;
        if is_there?.is_none() {
            return Ok(None);
        }
        let lacks = lacks?;
        // What may not be read is told by the right that lacks.
        let (secrets, no_accounts) =
            if lacks.is_empty() { try_join(self.secrets(), self.no_accounts()).await? } else { Default::default() };
        let tries = lacks.is_empty() && no_accounts.is_empty() && secrets.iter().all(|secret| secret.is_own);
        let (takes_no_secret, takes_no_pod) =
            if tries { try_join(self.takes_no_secret(), self.takes_no_pod()).await? } else { Default::default() };
        let (cluster, namespace) = (self.id.clone(), self.namespace.to_owned());
        Ok(Some(NamespaceFacts { cluster, namespace, secrets, lacks, no_accounts, takes_no_secret, takes_no_pod }))
    }

    /// Returns the reason why Kubernetes would not take a pull secret that is to be written.
    async fn takes_no_secret(&self) -> Result<Option<NoSecret>, CallError> {
        let inputs = self.reads.inputs;
        let tried = inputs.registries.iter().map(async |registry| {
            let name = secret_name(inputs, registry);
            let refused = self.refused(requests::try_secret(self.namespace, &name)).await?;
            Ok::<_, CallError>(refused.map(|(status, why)| match status {
                409 => NoSecret::ManagedByOthers(why),
                _ => NoSecret::Refused(why),
            }))
        });
        Ok(try_join_all(tried).await?.into_iter().flatten().next())
    }

    /// Returns the reason why Kubernetes would not let a pod in that proves the pull.
    async fn takes_no_pod(&self) -> Result<Option<String>, CallError> {
        let Some(wanted) = self.reads.inputs.images.first() else { return Ok(None) };
        // A policy on images knows the registry by its address. Where that cannot be read, its own check says so.
        let Ok((registry, _)) = registry::usable(self.reads, &wanted.registry).await else { return Ok(None) };
        let image = format!("{}/{}", registry.login_server, wanted.image);
        let pulls = PodPulls::BySecret(TRIED);
        let refused = self.refused(requests::try_pod(self.namespace, TRIED, &image, pulls)).await?;
        Ok(refused.map(|(_, why)| why))
    }

    /// Returns status and words with which a dry run is refused. What cannot be tried is not known to be refused: some
    /// webhooks take no dry run, which the API answers with 400.
    async fn refused(&self, request: requests::Built) -> Result<Option<(u16, String)>, CallError> {
        match self.api.json::<Value>(&self.work, request).await {
            Ok(_) => Ok(None),
            Err(CallError::Refused(r)) => {
                let status = r.refusal.status.filter(|status| matches!(status, 403 | 409 | 422));
                Ok(status.map(|status| (status, r.refusal.message.trim_end_matches('.').to_owned())))
            }
            Err(error) => Err(error),
        }
    }

    /// Reads an object. `None` where there is none, or where it may not be read: a namespace need not be readable to
    /// be written into, and the access reviews tell the rest.
    async fn found<T: serde::de::DeserializeOwned + Send>(
        &self,
        request: requests::Built,
    ) -> Result<Option<Result<T, CallError>>, CallError> {
        match self.api.json::<T>(&self.work, request).await {
            Ok(found) => Ok(Some(Ok(found))),
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(None),
            Err(CallError::Refused(r)) if r.refusal.status == Some(403) => Ok(Some(Err(CallError::Refused(r)))),
            Err(error) => Err(error),
        }
    }

    /// Returns what the operator may not do there, by access reviews.
    async fn lacks(&self) -> Result<Vec<String>, CallError> {
        let accounts = !self.accounts().is_empty();
        let asked = RIGHTS.iter().chain(ACCOUNT_RIGHTS.iter().filter(|_| accounts));
        let reviews = asked.map(async |(verb, resource)| {
            let review: SelfSubjectAccessReview =
                self.api.json(&self.work, requests::may(self.namespace, verb, resource)).await?;
            let allowed = review.status.is_some_and(|status| status.allowed);
            Ok((!allowed).then(|| format!("{verb} {resource}")))
        });
        Ok(try_join_all(reviews).await?.into_iter().flatten().collect())
    }

    /// Reads the secrets that are there under the names of those that are to be written.
    async fn secrets(&self) -> Result<Vec<FoundSecret>, CallError> {
        let inputs = self.reads.inputs;
        let names = inputs.registries.iter().map(|registry| secret_name(inputs, registry));
        let found = names.map(async |name| {
            let read = self.found::<StoredSecret>(requests::secret(self.namespace, &name)).await?;
            let Some(stored) = read else { return Ok(None) };
            let stored = stored?;
            let managers = stored.managers().iter().map(|manager| printable(manager, 60)).collect();
            Ok::<_, CallError>(Some(FoundSecret { name, is_own: stored.is_own(), key: stored.key(), managers }))
        });
        Ok(try_join_all(found).await?.into_iter().flatten().collect())
    }

    fn accounts(&self) -> Vec<&str> {
        let accounts = self.reads.inputs.accounts.iter().filter(|account| account.is_in(self.namespace));
        accounts.map(|account| account.name.as_str()).collect()
    }

    /// Returns the service accounts that are to use the pull secret and are not there.
    async fn no_accounts(&self) -> Result<Vec<String>, CallError> {
        let missing = self.accounts().into_iter().map(async |name| {
            // Whoever may get it and is refused all the same does not know whether it is there.
            match self.found::<ServiceAccount>(requests::account(self.namespace, name)).await? {
                Some(account) => account.map(|_| None),
                None => Ok(Some(name.to_owned())),
            }
        });
        Ok(try_join_all(missing).await?.into_iter().flatten().collect())
    }
}
