//! The check of a cluster's Kubernetes API: does it answer from here, and to whom?

use crosspull_core::check::{
    Check, Finding, Reach, judge_kubernetes, judge_kubernetes_unknown, judge_wrong_kubeconfig,
};
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::input::ProveFrom;
use futures_util::future::join_all;
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;

use super::reads::{NoKubernetes, Reads};
use super::{CheckStopped, call_stop, registry};
use crate::kubernetes::{Kubernetes, KubernetesUnavailable, requests};

/// Asks where the route needs the API. One that proves the pull from here does not.
pub(super) async fn ask(reads: &Reads<'_>, id: &ClusterId) -> Result<(), CheckStopped> {
    if reads.asks(&Check::ResetRight(id.clone())) && !proves_inside(reads).await {
        return Ok(());
    }
    match usable(reads, id).await {
        Err(NoKubernetes::Stopped) => Err(CheckStopped),
        Ok(_) | Err(NoKubernetes::NotFromHere(_)) => Ok(()),
    }
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

/// Returns the Kubernetes API of a cluster, where it answers. Whoever asks first has the check of it said.
pub(super) async fn usable<'r>(reads: &'r Reads<'_>, id: &ClusterId) -> Result<&'r Kubernetes, &'r NoKubernetes> {
    match reads.cluster(id) {
        Ok(of) => of.kubernetes.get_or_init(|| asked(reads, id)).await.as_ref(),
        Err(CheckStopped) => Err(&NoKubernetes::Stopped),
    }
}

/// Opens the API, and says whether it can be used. A read that failed is no answer to that.
async fn asked(reads: &Reads<'_>, id: &ClusterId) -> Result<Kubernetes, NoKubernetes> {
    let check = Check::Kubernetes(id.clone());
    let asked = async {
        match open(reads, id).await {
            Ok(api) => {
                let finding = judge_kubernetes(id, Ok(api.signed_in()));
                Ok((Ok(api), finding))
            }
            Err(KubernetesUnavailable::Because(why)) => {
                let finding = judge_kubernetes(id, Err(&why));
                Ok((Err(NoKubernetes::NotFromHere(why)), finding))
            }
            Err(KubernetesUnavailable::Unknown(why, refusal)) => {
                Err(Finding { refusal, ..judge_kubernetes_unknown(id, &why) })
            }
            Err(KubernetesUnavailable::WrongKubeconfig(why)) => Err(judge_wrong_kubeconfig(id, &why)),
            Err(KubernetesUnavailable::Halted(error)) => {
                let what = format!("{}'s Kubernetes API was not asked", id.name());
                Err(call_stop(Check::Kubernetes(id.clone()), &what, error))
            }
        }
    };
    reads.ask(check, asked).await.unwrap_or(Err(NoKubernetes::Stopped))
}

/// Opens the API and asks it something that everybody may ask, so that it is known to answer.
async fn open(reads: &Reads<'_>, id: &ClusterId) -> Result<Kubernetes, KubernetesUnavailable> {
    let work = Work::Check(Check::Kubernetes(id.clone()));
    let api = Kubernetes::of(reads.door, &work, id).await?;
    let asked = api.json::<SelfSubjectAccessReview>(&work, requests::may("default", "create", "pods")).await;
    asked.map(|_| api).map_err(KubernetesUnavailable::of)
}
