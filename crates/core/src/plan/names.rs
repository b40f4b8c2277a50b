//! Names that crosspull derives, so that two runs derive the same ones and find each other's work.

use uuid::Uuid;

use super::Role;
use crate::ids::{ClusterId, ObjectId, RegistryId};

/// The namespace of the derived names.
const NAMESPACE: Uuid = Uuid::from_u128(0x5a1e_7c1d_93b0_4f5e_8f0a_2c6d_1b7e_9a40);

/// The tag on the app by which a later run for the same cluster finds it. A cluster has one service principal, so
/// the cluster alone is in it.
#[must_use]
pub fn marker(cluster: &ClusterId) -> String {
    format!("crosspull:{}", Uuid::new_v5(&NAMESPACE, cluster.key().as_bytes()))
}

/// The name of a role assignment: the same for the same principal, role and scope, so that a second run cannot make a
/// second one (`azure-facts.md` 3.1).
#[must_use]
pub fn assignment_name(registry: &RegistryId, role: Role, principal: ObjectId) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{}|{}|{principal}", registry.key(), role.definition()).as_bytes())
}

/// The condition that lets a reader into the named repositories alone, version 2.0 (`azure-facts.md` 3.6); none where
/// none is named.
#[must_use]
pub fn condition(repositories: &[String]) -> Option<String> {
    const REPOSITORIES: &str = "Microsoft.ContainerRegistry/registries/repositories";
    if repositories.is_empty() {
        return None;
    }
    let named: Vec<String> =
        repositories.iter().map(|r| format!("@Request[{REPOSITORIES}:name] StringEqualsIgnoreCase '{r}'")).collect();
    Some(format!(
        "((!(ActionMatches{{'{REPOSITORIES}/content/read'}}) AND !(ActionMatches{{'{REPOSITORIES}/metadata/read'}})) OR \
         ({}))",
        named.join(" OR ")
    ))
}
