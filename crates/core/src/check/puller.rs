//! The check of the principal that a cluster pulls with: may it pull already?

use serde::{Deserialize, Serialize};

use super::{About, Check, Finding};
use crate::ids::{ClusterId, ObjectId, RegistryId};

/// The principal that a cluster pulls with, and what it may do at the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Puller {
    pub cluster: ClusterId,
    pub registry: RegistryId,
    /// The object id of the principal.
    pub principal: ObjectId,
    /// The role assignment by which the principal may pull already. `None` where there is none, or none was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<HeldAssignment>,
}

/// A role assignment that lets a principal pull already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct HeldAssignment {
    pub id: String,
    /// The name of the role.
    pub role: String,
    pub scope: String,
    /// True where the assignment is to a group that the principal is in.
    pub by_group: bool,
}

pub(super) fn about(cluster: &ClusterId, registry: &RegistryId) -> About {
    About::of_b(format!("whether {} may pull from {} already", cluster.name(), registry.name()))
}

impl HeldAssignment {
    /// Returns the role and its scope in a few words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let place = self.scope.rsplit('/').find(|part| !part.is_empty()).unwrap_or("everything");
        format!("{} on {place}", self.role)
    }

    /// Returns how the role is held, as the end of a sentence. Empty where the principal has the role itself.
    #[must_use]
    pub const fn how(&self) -> &'static str {
        if self.by_group { ", by a group that it is in" } else { "" }
    }
}

/// Judges whether the cluster may pull already.
///
/// `unread` is the reason why the role assignments could not be read. The role is given all the same then, since Azure
/// tells where it is there.
#[must_use]
pub fn judge_puller(puller: &Puller, unread: Option<&str>) -> Finding {
    let Puller { cluster, registry, principal, held } = puller;
    let check = Check::Puller(cluster.clone(), registry.clone());
    let name = cluster.name();
    match (held, unread) {
        (Some(held), _) => {
            check.pass(format!("{name} has {} already{}: nothing is to be assigned", held.in_words(), held.how()))
        }
        (None, Some(why)) => check.warn(
            format!("whether {name} may pull from {} already was not read: {why}", registry.name()),
            "The role is assigned all the same; where it is there, Azure says so and nothing changes.",
        ),
        (None, None) => check.pass(format!("{name} pulls as {principal} and has no role that lets it pull yet")),
    }
}

/// Returns a finding about the principal that the cluster pulls with, where nobody signs in who may read the registry's
/// roles.
#[must_use]
pub fn judge_puller_of_others(puller: &Puller) -> Finding {
    let Puller { cluster, registry, principal, .. } = puller;
    let text = format!("{} pulls as {principal} ; whether it may already is for others to tell", cluster.name());
    Check::Puller(cluster.clone(), registry.clone()).pass(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    #[test]
    fn what_is_held_is_found_and_what_was_not_read_is_said() {
        let cluster = ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id");
        let registry = RegistryId::parse("/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/registryb").expect("an id");
        let principal = ObjectId(uuid::Uuid::nil());
        let none = Puller { cluster, registry, principal, held: None };
        assert_eq!(judge_puller(&none, None).level, Level::Pass);
        assert_eq!(judge_puller(&none, Some("403")).level, Level::Warn);
        let held = HeldAssignment {
            id: "x".to_owned(),
            role: "AcrPull".to_owned(),
            scope: "/subscriptions/2/resourceGroups/rg-registry".to_owned(),
            by_group: true,
        };
        let found = judge_puller(&Puller { held: Some(held), ..none }, None);
        assert_eq!(
            found.text,
            "aks-shop has AcrPull on rg-registry already, by a group that it is in: nothing is to be assigned"
        );
    }
}
