//! The pod that proves a pull from within a cluster: made, watched, and removed again.

use std::time::Instant;

use crosspull_core::command::Command;
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::names::{Outcome, pod_name};
use crosspull_core::operation::{Fact, Learnt};
use kube::core::ObjectList;

use crate::door::Door;
use crate::kubernetes::pull::{self, Pull};
use crate::kubernetes::requests::{PodPulls, RUNS_NOTHING};
use crate::kubernetes::{Kubernetes, KubernetesUnavailable, requests};
use crate::patience::{Asked, Patience};
use crate::reply::{ObjectEvent, Pod};
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;

/// The reason to wait where nothing comes back.
pub const SILENT: &str = "the Kubernetes API does not answer";

/// The door by which a pod is made and asked about, and the work that the calls are made for.
#[derive(Debug, Clone, Copy)]
pub struct Asks<'a> {
    pub door: &'a Door,
    pub work: &'a Work,
}

impl<'a> Asks<'a> {
    fn of(context: &'a StepContext<'_>) -> Self {
        Self { door: context.door(), work: &context.work }
    }

    async fn until<T>(
        self,
        patience: Patience,
        what: &str,
        ask: impl AsyncFnMut() -> Result<Asked<T>, StepError>,
    ) -> Result<T, StepError> {
        patience.until(self.door.wire(), self.work, what, ask).await
    }
}

/// A pod that proves a pull from within a cluster.
#[derive(Debug, Clone)]
pub struct PodProof<'a> {
    pub cluster: &'a ClusterId,
    pub namespace: &'a str,
    pub name: String,
    /// The image as a node names it, with its registry.
    pub image: String,
    /// The time that a node may take to pull the image.
    pub patience: Patience,
    /// A node that was refused once tries again; so often in a row counts as a no.
    pub refused_in_a_row: u32,
    /// True where the pod is a fact of the step while it is there, so that the way back removes it.
    pub is_fact: bool,
    /// The credential that it pulls by.
    pub pulls: PodPulls<'a>,
}

/// The result of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PodResult {
    /// The image was pulled, on the node of this name.
    Pulled(String),
    /// The node could not pull the image; its own words.
    Refused(String),
    /// Nobody knows; the reason, as the second half of a sentence.
    Untold(String),
    /// The pod could not be made; the reason, as the second half of a sentence.
    NotMade(String),
}

impl<'a> PodProof<'a> {
    /// Makes a proof by the pod of the run. The namespace is checked: it comes from a journal, and an address is made
    /// of it.
    pub fn new(
        context: &StepContext<'_>,
        cluster: &'a ClusterId,
        namespace: &'a str,
        image: String,
    ) -> Result<Self, StepError> {
        match crosspull_core::input::namespace(namespace) {
            Ok(_) => Ok(Self {
                cluster,
                namespace,
                name: pod_name(context.run()),
                image,
                // A node pulls an image of any size within this.
                patience: Patience::new(2, 10),
                refused_in_a_row: 10,
                is_fact: true,
                pulls: PodPulls::AsNode,
            }),
            Err(why) => Err(StepError::failed(
                "The pod was not looked for.",
                format!("The journal holds something else in the place of a namespace: {why}."),
                "Look what was done to the journal.",
            )),
        }
    }

    /// Opens the Kubernetes API of the cluster. The inner error says why the API cannot be used, as the second half of
    /// a sentence.
    pub async fn api(&self, context: &StepContext<'_>) -> Result<Result<Kubernetes, String>, StepError> {
        self.opened(Asks::of(context)).await
    }

    /// Opens the API without a run.
    pub async fn opened(&self, asks: Asks<'_>) -> Result<Result<Kubernetes, String>, StepError> {
        match Kubernetes::of(asks.door, asks.work, self.cluster).await {
            Ok(api) => Ok(Ok(api)),
            Err(unavailable) => because(unavailable).map(Err),
        }
    }

    /// Has a node pull the image: makes the pod, watches the pod and removes the pod.
    pub async fn run(&self, context: &StepContext<'_>, api: &Kubernetes) -> Result<PodResult, StepError> {
        let asks = Asks::of(context);
        if let Err(unavailable) = self.make(asks, api).await? {
            return Ok(PodResult::NotMade(because(unavailable)?));
        }
        if self.is_fact {
            context.learn(vec![self.learnt()])?;
        }
        let result = self.watch(asks, api).await?;
        self.remove_by(asks, api).await?;
        if self.is_fact {
            context.learn_undone(&[self.learnt()])?;
        }
        Ok(result)
    }

    /// Has a node pull the image where there is no run, and no journal that knows of the pod: it is removed whatever
    /// comes of it, also where `stop` ends the wait.
    pub async fn run_alone(
        &self,
        asks: Asks<'_>,
        api: &Kubernetes,
        stop: impl Future<Output = ()>,
    ) -> Result<PodResult, StepError> {
        let result = match self.make(asks, api).await {
            Ok(Err(unavailable)) => return because(unavailable).map(PodResult::NotMade),
            Ok(Ok(())) => tokio::select! {
                result = self.watch(asks, api) => result,
                () = stop => Err(StepError::Stopped),
            },
            // It may have been made all the same.
            Err(error) => Err(error),
        };
        // That the pod stays counts more than what became of it.
        self.remove_by(asks, api).await?;
        result
    }

    /// Returns the commands by which a person has a node pull the image.
    pub fn commands(&self) -> String {
        let Self { cluster, namespace, name, image, .. } = self;
        format!(
            "{} ; {} ; {} (it says Pulled) ; {}",
            Command::GetCredentials { cluster },
            Command::RunPod { pod: name, namespace, image, runs: RUNS_NOTHING },
            Command::DescribePod { pod: name, namespace },
            Command::DeletePod { pod: name, namespace }
        )
    }

    /// Removes a pod that an earlier part of the run left behind.
    pub async fn remove(&self, context: &StepContext<'_>) -> Result<(), StepError> {
        let api = match self.api(context).await? {
            Ok(api) => api,
            Err(why) => {
                let what = format!("The pod {} in {} was not removed, if it is there.", self.name, self.namespace);
                return Err(StepError::failed(what, why, self.by_hand()));
            }
        };
        self.remove_by(Asks::of(context), &api).await
    }

    fn learnt(&self) -> Learnt {
        let place = format!("{}/{}", self.namespace, self.name);
        Learnt::new(Outcome::Created, Fact::Pod(self.cluster.clone()), place)
    }

    /// Makes the pod, unless there is one. The inner error is the API's no.
    async fn make(&self, asks: Asks<'_>, api: &Kubernetes) -> Result<Result<(), KubernetesUnavailable>, StepError> {
        let mut tries = 3_u8;
        asks.until(Patience::new(5, 2).evenly(), "The pod was not made.", async || {
            let request = requests::create_pod(self.namespace, &self.name, &self.image, self.pulls);
            tries = tries.saturating_sub(1);
            match api.json::<Pod>(asks.work, request).await {
                Ok(_) => Ok(Asked::Yes(Ok(()))),
                // Made by an earlier part of this run, or by the request whose answer was lost.
                Err(CallError::Refused(r)) if r.refusal.status == Some(409) => Ok(Asked::Yes(Ok(()))),
                Err(CallError::Lost(refusal)) if tries > 0 => {
                    Ok(Asked::NotYet("the answer was lost; making the pod again, if it is not there", Some(refusal)))
                }
                // Right after a reset it may be away for a moment.
                Err(CallError::Unreachable(refusal)) if tries > 0 => Ok(Asked::NotYet(SILENT, Some(refusal))),
                Err(error) => Ok(Asked::Yes(Err(KubernetesUnavailable::of(error)))),
            }
        })
        .await
    }

    /// Watches the pod until the result of the pull is clear.
    async fn watch(&self, asks: Asks<'_>, api: &Kubernetes) -> Result<PodResult, StepError> {
        let mut refused = 0;
        let begun = Instant::now();
        let pace = asks.door.wire().pace();
        let patience = self.patience.evenly();
        asks.until(patience, "", async || {
            let request = requests::read_pod(self.namespace, &self.name);
            let judged = match api.json::<Pod>(asks.work, request).await {
                Ok(pod) => pull::judge(&pod),
                Err(CallError::Unreachable(_)) => Pull::NotYet(SILENT),
                Err(error) => {
                    let why = because(KubernetesUnavailable::of(error))?;
                    return Ok(Asked::Yes(PodResult::Untold(why)));
                }
            };
            let late = begun.elapsed() + pace.of(patience.every) >= pace.of(patience.at_most);
            Ok(match judged {
                Pull::Done(node) => Asked::Yes(PodResult::Pulled(node)),
                Pull::Refused(why) => {
                    refused += 1;
                    if refused >= self.refused_in_a_row || late {
                        Asked::Yes(PodResult::Refused(self.said(asks, api).await?.unwrap_or(why)))
                    } else {
                        Asked::NotYet("the node cannot pull the image yet", None)
                    }
                }
                Pull::NotYet(why) if late => {
                    let said = self.said(asks, api).await?;
                    Asked::Yes(PodResult::Untold(said.unwrap_or_else(|| why.to_owned())))
                }
                Pull::NotYet(why) => Asked::NotYet(why, None),
            })
        })
        .await
    }

    /// Returns what Kubernetes says went wrong with the pod last.
    async fn said(&self, asks: Asks<'_>, api: &Kubernetes) -> Result<Option<String>, StepError> {
        let request = requests::events_of(self.namespace, &self.name);
        match api.json::<ObjectList<ObjectEvent>>(asks.work, request).await {
            Ok(events) => Ok(pull::last_warning(&events.items)),
            Err(error @ (CallError::Journal(_) | CallError::Stopped)) => Err(StepError::of("", error)),
            Err(_) => Ok(None),
        }
    }

    async fn remove_by(&self, asks: Asks<'_>, api: &Kubernetes) -> Result<(), StepError> {
        let what = format!("The pod {} in {} was not removed.", self.name, self.namespace);
        let removed = asks.until(Patience::new(5, 2).evenly(), &what, async || {
            let request = requests::delete_pod(self.namespace, &self.name);
            match api.json::<serde_json::Value>(asks.work, request).await {
                Ok(_) => Ok(Asked::Yes(())),
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(Asked::Yes(())),
                Err(CallError::Unreachable(refusal)) => Ok(Asked::NotYet(SILENT, Some(refusal))),
                Err(error) => Err(StepError::of(&what, error)),
            }
        });
        removed.await.map_err(|error| error.now(&self.by_hand()))
    }

    fn by_hand(&self) -> String {
        format!("Remove it by {}", Command::DeletePod { pod: &self.name, namespace: self.namespace })
    }
}

/// Returns the reason, where the run itself may go on.
pub fn because(unavailable: KubernetesUnavailable) -> Result<String, StepError> {
    unavailable.why().map_err(|error| StepError::of("", error))
}
