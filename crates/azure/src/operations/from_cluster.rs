//! A pull by a node that is part of no run: with what the cluster itself has, by a pod that is removed again.

use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::names::{RunId, pod_name};

use super::shared::pods::{Asks, PodProof, PodResult};
use crate::door::Door;
use crate::kubernetes::requests::PodPulls;
use crate::patience::Patience;
use crate::step_result::StepError;

/// A node pulls most images within this. What it is refused once it asks for again.
const PATIENCE: Patience = Patience::new(2, 5);
const REFUSED_IN_A_ROW: u32 = 3;

/// A pull by a node.
#[derive(Debug, Clone, Copy)]
pub struct FromCluster<'a> {
    /// The cluster.
    pub cluster: &'a ClusterId,
    /// The namespace of the pod, which is one.
    pub namespace: &'a str,
    /// Tells the pod from others.
    pub mark: &'a RunId,
    /// The image as a node names it, with its registry.
    pub image: &'a str,
}

/// The result of a pull by a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodePulled {
    /// The node of this name pulled the image.
    Yes(String),
    /// A node could not pull it; its own words.
    No(String),
    /// Nobody knows: the reason, as the second half of a sentence, and the commands that tell.
    Unknown(String, String),
}

impl FromCluster<'_> {
    /// Has a node pull the image. `stop` ends the wait; the pod is removed all the same.
    ///
    /// # Errors
    /// The pod may still be there, or the wait was stopped.
    pub async fn pull(self, door: &Door, work: &Work, stop: impl Future<Output = ()>) -> Result<NodePulled, StepError> {
        let proof = PodProof {
            cluster: self.cluster,
            namespace: self.namespace,
            name: pod_name(self.mark),
            image: self.image.to_owned(),
            patience: PATIENCE,
            refused_in_a_row: REFUSED_IN_A_ROW,
            is_fact: false,
            pulls: PodPulls::AsNode,
        };
        let asks = Asks { door, work };
        let unknown = |why| NodePulled::Unknown(why, proof.commands());
        let api = match proof.opened(asks).await? {
            Ok(api) => api,
            Err(why) => return Ok(unknown(why)),
        };
        Ok(match proof.run_alone(asks, &api, stop).await? {
            PodResult::Pulled(node) => NodePulled::Yes(node),
            PodResult::Refused(why) => NodePulled::No(why),
            PodResult::Untold(why) | PodResult::NotMade(why) => unknown(why),
        })
    }
}
