//! The check of a namespace: is it there, and may the operator write there what the route needs?

use crosspull_core::check::{Check, Finding, FoundSecret, NamespaceFacts, judge_namespace, judge_no_namespace};
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::route::secret_name;
use crosspull_core::text::printable;
use futures_util::future::{try_join, try_join_all};
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;
use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};

use super::reads::Reads;
use super::{CheckStopped, call_stop, kubernetes};
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
        let is_there = self.found::<Namespace>(requests::namespace(self.namespace)).await?;
        if is_there.is_none() {
            return Ok(None);
        }
        let lacks = self.lacks().await?;
        // What may not be read is told by the right that lacks.
        let (secrets, no_accounts) =
            if lacks.is_empty() { try_join(self.secrets(), self.no_accounts()).await? } else { Default::default() };
        let (cluster, namespace) = (self.id.clone(), self.namespace.to_owned());
        Ok(Some(NamespaceFacts { cluster, namespace, secrets, lacks, no_accounts }))
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
            let read = self.found::<ServiceAccount>(requests::account(self.namespace, name)).await?;
            Ok::<_, CallError>(read.is_none().then(|| name.to_owned()))
        });
        Ok(try_join_all(missing).await?.into_iter().flatten().collect())
    }
}
