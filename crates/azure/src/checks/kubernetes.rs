//! The check of a cluster's Kubernetes API: does it answer from here, and to whom?

use crosspull_core::check::{Check, Reach, judge_kubernetes};
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::input::ProveFrom;
use futures_util::future::join_all;
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;

use super::reads::Reads;
use super::{CheckStopped, registry};
use crate::kubernetes::{Kubernetes, KubernetesUnavailable, requests};

/// Asks where the route needs the API. One that proves the pull from here does not.
pub(super) async fn ask(reads: &Reads<'_>, id: &ClusterId) -> Result<(), CheckStopped> {
    if reads.asks(&Check::ResetRight(id.clone())) && !proves_inside(reads).await {
        return Ok(());
    }
    let check = Check::Kubernetes(id.clone());
    reads
        .ask(check, async {
            let found = match usable(reads, id).await {
                Ok(api) => Ok(api.signed_in()),
                Err(why) => Err(why.as_str()),
            };
            Ok(((), judge_kubernetes(id, found)))
        })
        .await
}

/// True where the pull is to be proved from a node: it was asked for, or a registry keeps this machine out.
async fn proves_inside(reads: &Reads<'_>) -> bool {
    match reads.inputs.prove {
        ProveFrom::Inside => true,
        ProveFrom::Here => false,
        ProveFrom::Auto => {
            let asked = join_all(reads.inputs.registries.iter().map(|id| registry::usable(reads, id))).await;
            asked.into_iter().any(|answer| answer.is_ok_and(|(facts, _)| !matches!(facts.reach, Reach::Open)))
        }
    }
}

/// Returns the Kubernetes API of a cluster, where it answers. The error says why it cannot be used, as the second half
/// of a sentence.
pub(super) async fn usable<'r>(reads: &'r Reads<'_>, id: &ClusterId) -> Result<&'r Kubernetes, &'r String> {
    match reads.cluster(id) {
        Ok(of) => of.kubernetes.get_or_init(|| open(reads, id)).await.as_ref(),
        Err(CheckStopped) => Err(reads.nobody_named()),
    }
}

/// Opens the API and asks it something that everybody may ask, so that it is known to answer.
async fn open(reads: &Reads<'_>, id: &ClusterId) -> Result<Kubernetes, String> {
    let work = Work::Check(Check::Kubernetes(id.clone()));
    let api = Kubernetes::of(reads.door, &work, id).await.map_err(why)?;
    let asked = api.json::<SelfSubjectAccessReview>(&work, requests::may("default", "create", "pods")).await;
    match asked {
        Ok(_) => Ok(api),
        Err(error) => Err(why(KubernetesUnavailable::of("its Kubernetes API", error))),
    }
}

pub(super) fn why(unavailable: KubernetesUnavailable) -> String {
    match unavailable {
        KubernetesUnavailable::Because(why) => why,
        KubernetesUnavailable::Halted(_) => "it was not asked".to_owned(),
    }
}
