//! The proof from within the cluster: a pod that pulls the image, and is removed again.

use crosspull_core::explain::Trouble;
use crosspull_core::ids::{ClusterId, ImageRef};
use crosspull_core::names::Outcome;
use crosspull_core::names::pod_name;
use crosspull_core::operation::ProveInside;
use crosspull_core::operation::PullsAs;
use crosspull_core::operation::{Fact, Learnt};
use k8s_openapi::api::core::v1::{Event, Pod};
use kube::core::ObjectList;

use crate::engine::{Doing, Done};
use crate::kubernetes::pull::{self, Pull};
use crate::kubernetes::requests::{self, RUNS_NOTHING};
use crate::kubernetes::{Kubernetes, Shut};
use crate::patience::{Asked, Halt, Patience};
use crate::wire::CallError;

/// A node pulls an image of any size within this.
const PULLS: Patience = Patience::new(2, 10);
/// A node that was refused once tries again; so often in a row it is taken for a no.
const REFUSED_IN_A_ROW: u32 = 10;

/// A role is in effect within ten minutes (`azure-facts.md` 3.1), and a node that was refused tries again within five more.
const ROLE_TAKES_EFFECT: Patience = Patience::new(2, 16);

/// Why one waits where nothing comes back.
const SILENT: &str = "the Kubernetes API does not answer";

/// The pod that proves the pull.
pub(super) struct Place<'a> {
    pub namespace: &'a str,
    pub name: String,
    pub image: String,
}

/// What came of the pod.
pub(super) enum Came {
    /// The image was pulled, on that node.
    Pulled(String),
    /// The node could not; what it says.
    Refused(String),
    /// Nobody knows; why.
    Untold(String),
}

impl Doing<'_> {
    /// Has a node pull the image, where the Kubernetes API can be reached; else tells how to do it by hand.
    pub(super) async fn prove_inside(&self, op: &ProveInside) -> Done {
        let ProveInside { cluster, login_server, image, namespace, pulls_as } = op;
        for earlier in self.plan().steps.iter().filter(|s| s.id < self.step.id) {
            self.after(earlier.id).await?;
        }
        self.begin()?;
        let place = self.place(namespace, full_name(login_server, image))?;
        let api = match Kubernetes::of(self.door(), &self.work, cluster).await {
            Ok(api) => api,
            Err(shut) => return untold(cluster, &place, because(shut)?),
        };
        if let Err(shut) = self.make_pod(&api, &place).await? {
            return untold(cluster, &place, because(shut)?);
        }
        let pod = || Learnt::new(Outcome::Created, Fact::Pod(cluster.clone()), format!("{namespace}/{}", place.name));
        self.learn(vec![pod()])?;
        let (patience, refused_in_a_row) = match pulls_as {
            PullsAs::NewCredential => (PULLS, REFUSED_IN_A_ROW),
            PullsAs::OwnIdentity => (ROLE_TAKES_EFFECT, u32::MAX),
        };
        let came = self.watch_pod(&api, &place, patience, refused_in_a_row).await?;
        self.remove(&api, &place).await?;
        self.learn_undone(&[pod()])?;
        match came {
            Came::Pulled(node) => {
                self.learn(vec![Learnt::new(Outcome::Proved, Fact::ProvedInside(cluster.clone()), &node)])?;
                Ok((Outcome::Proved, format!("on node {node}")))
            }
            Came::Untold(why) => untold(cluster, &place, why),
            Came::Refused(why) => Err(Halt::Failed(Trouble::new(
                format!("A node of {} does not pull {}.", cluster.name(), place.image),
                format!("It says: {why}"),
                match pulls_as {
                    PullsAs::NewCredential => {
                        "The cluster has the new credential, and the same credential pulls from here. Look whether the \
                         cluster's network reaches the registry, then go on with crosspull resume."
                    }
                    PullsAs::OwnIdentity => {
                        "The cluster's identity has the role. Look whether the cluster's network reaches the registry, and \
                         whether the role's condition names this repository; then go on with crosspull resume."
                    }
                },
            ))),
        }
    }

    /// Returns the place of the pod. The namespace comes from the journal, and an address is made of it, so it is
    /// checked.
    pub(super) fn place<'n>(&self, namespace: &'n str, image: String) -> Result<Place<'n>, Halt> {
        let name = pod_name(self.run());
        match crosspull_core::input::namespace(namespace) {
            Ok(_) => Ok(Place { namespace, name, image }),
            Err(why) => Err(Halt::Failed(Trouble::new(
                "The pod was not looked for.",
                format!("The journal holds something else in the place of a namespace: {why}."),
                "Look what was done to the journal.",
            ))),
        }
    }

    /// Makes the pod, unless it is there. The inner error is the API's no.
    pub(super) async fn make_pod(&self, api: &Kubernetes, place: &Place<'_>) -> Result<Result<(), Shut>, Halt> {
        let mut tries = 3_u8;
        Patience::new(5, 2)
            .evenly()
            .until(self.door().wire(), &self.work, "The pod was not made.", async || {
                let request = requests::create_pod(place.namespace, &place.name, &place.image);
                tries = tries.saturating_sub(1);
                match api.json::<Pod>(&self.work, request).await {
                    Ok(_) => Ok(Asked::Yes(Ok(()))),
                    // Made by an earlier part of this run, or by the request whose answer was lost.
                    Err(CallError::Refused(r)) if r.refusal.status == Some(409) => Ok(Asked::Yes(Ok(()))),
                    Err(CallError::Lost(refusal)) if tries > 0 => Ok(Asked::NotYet(
                        "the answer was lost; making the pod again, if it is not there",
                        Some(refusal),
                    )),
                    // Right after a reset it may be away for a moment.
                    Err(CallError::Unreachable(refusal)) if tries > 0 => Ok(Asked::NotYet(SILENT, Some(refusal))),
                    Err(error) => Ok(Asked::Yes(Err(Shut::of("its Kubernetes API", error)))),
                }
            })
            .await
    }

    /// Watches the pod until it is clear what became of the pull.
    pub(super) async fn watch_pod(
        &self,
        api: &Kubernetes,
        place: &Place<'_>,
        patience: Patience,
        refused_in_a_row: u32,
    ) -> Result<Came, Halt> {
        let mut refused = 0;
        let begun = std::time::Instant::now();
        let wire = self.door().wire();
        patience
            .evenly()
            .until(wire, &self.work, "", async || {
                let request = requests::read_pod(place.namespace, &place.name);
                let judged = match api.json::<Pod>(&self.work, request).await {
                    Ok(pod) => pull::judge(&pod),
                    Err(CallError::Unreachable(_)) => Pull::NotYet(SILENT),
                    Err(error) => {
                        let why = because(Shut::of("its Kubernetes API", error))?;
                        return Ok(Asked::Yes(Came::Untold(why)));
                    }
                };
                let late = begun.elapsed() + wire.pace().of(patience.every) >= wire.pace().of(patience.at_most);
                Ok(match judged {
                    Pull::Done(node) => Asked::Yes(Came::Pulled(node)),
                    Pull::Refused(why) => {
                        refused += 1;
                        if refused >= refused_in_a_row || late {
                            Asked::Yes(Came::Refused(self.said_of(api, place).await?.unwrap_or(why)))
                        } else {
                            Asked::NotYet("the node cannot pull the image yet", None)
                        }
                    }
                    Pull::NotYet(why) if late => {
                        let said = self.said_of(api, place).await?;
                        Asked::Yes(Came::Untold(said.unwrap_or_else(|| why.to_owned())))
                    }
                    Pull::NotYet(why) => Asked::NotYet(why, None),
                })
            })
            .await
    }

    /// What Kubernetes says went wrong with the pod last.
    async fn said_of(&self, api: &Kubernetes, place: &Place<'_>) -> Result<Option<String>, Halt> {
        let request = requests::events_of(place.namespace, &place.name);
        match api.json::<ObjectList<Event>>(&self.work, request).await {
            Ok(events) => Ok(pull::last_warning(&events.items)),
            Err(error @ (CallError::Journal(_) | CallError::Stopped)) => Err(Halt::of("", error)),
            Err(_) => Ok(None),
        }
    }

    pub(super) async fn remove(&self, api: &Kubernetes, place: &Place<'_>) -> Result<(), Halt> {
        let what = format!("The pod {} in {} was not removed.", place.name, place.namespace);
        let removed = Patience::new(5, 2).evenly().until(self.door().wire(), &self.work, &what, async || {
            let request = requests::delete_pod(place.namespace, &place.name);
            match api.json::<serde_json::Value>(&self.work, request).await {
                Ok(_) => Ok(Asked::Yes(())),
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(Asked::Yes(())),
                Err(CallError::Unreachable(refusal)) => Ok(Asked::NotYet(SILENT, Some(refusal))),
                Err(error) => Err(Halt::of(&what, error)),
            }
        });
        removed.await.map_err(|halt| halt.now(&by_hand(place)))
    }

    /// Removes a pod that an earlier part of the run left behind.
    pub(super) async fn remove_pod(&self, cluster: &ClusterId, namespace: &str, made: &[Learnt]) -> Done {
        let place = self.place(namespace, String::new())?;
        let api = match Kubernetes::of(self.door(), &self.work, cluster).await {
            Ok(api) => api,
            Err(shut) => {
                let what = format!("The pod {} in {namespace} was not removed, if it is there.", place.name);
                return Err(Halt::Failed(Trouble::new(what, because(shut)?, by_hand(&place))));
            }
        };
        self.remove(&api, &place).await?;
        self.undone(made, &[])
    }
}

/// The reason, where the run itself may go on.
pub(super) fn because(shut: Shut) -> Result<String, Halt> {
    match shut {
        Shut::Because(why) => Ok(why),
        Shut::Halted(error) => Err(Halt::of("", error)),
    }
}

/// The image as a node names it.
pub(super) fn full_name(login_server: &str, image: &ImageRef) -> String {
    format!("{login_server}/{image}")
}

/// The proof is left to the operator: with the commands that make it.
fn untold(cluster: &ClusterId, place: &Place<'_>, why: String) -> Done {
    let Place { namespace, name, image } = place;
    Ok((
        Outcome::Skipped,
        format!(
            "not proved from the cluster: {why}. By hand: az aks get-credentials --resource-group {} --name {} ; kubectl run \
             {name} --namespace {namespace} --image {image} --image-pull-policy Always --restart Never --command -- \
             {RUNS_NOTHING} ; kubectl describe pod {name} --namespace {namespace} (it says Pulled) ; kubectl delete pod \
             {name} --namespace {namespace}",
            cluster.group(),
            cluster.name()
        ),
    ))
}

fn by_hand(place: &Place<'_>) -> String {
    format!("Remove it by kubectl delete pod {} --namespace {}", place.name, place.namespace)
}
