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

/// The reason where nothing was sent.
const NOT_ASKED: &str = "it was not asked";

/// Asks where the route needs the API. One that proves the pull from here does not.
pub(super) async fn ask(reads: &Reads<'_>, id: &ClusterId) -> Result<(), CheckStopped> {
    if reads.asks(&Check::ResetRight(id.clone())) && !proves_inside(reads).await {
        return Ok(());
    }
    let _ = usable(reads, id).await;
    Ok(())
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

/// Returns the Kubernetes API of a cluster, where it answers. Whoever asks first has the check of it said. The error says
/// why the API cannot be used, as the second half of a sentence.
pub(super) async fn usable<'r>(reads: &'r Reads<'_>, id: &ClusterId) -> Result<&'r Kubernetes, &'r String> {
    match reads.cluster(id) {
        Ok(of) => of.kubernetes.get_or_init(|| asked(reads, id)).await.as_ref(),
        Err(CheckStopped) => Err(reads.nobody_named()),
    }
}

/// Opens the API, and says whether it can be used.
async fn asked(reads: &Reads<'_>, id: &ClusterId) -> Result<Kubernetes, String> {
    let asked = async {
        let opened = open(reads, id).await;
        let found = opened.as_ref().map(Kubernetes::signed_in).map_err(String::as_str);
        let finding = judge_kubernetes(id, found);
        Ok((opened, finding))
    };
    let said = reads.ask(Check::Kubernetes(id.clone()), asked).await;
    said.unwrap_or_else(|CheckStopped| Err(NOT_ASKED.to_owned()))
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
        KubernetesUnavailable::Halted(_) => NOT_ASKED.to_owned(),
    }
}
