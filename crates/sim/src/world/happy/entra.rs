//! The way in which the cluster takes users of Entra.

use uuid::Uuid;

use super::{
    CONTOSO,
    identities::{Builder, OPERATOR_A},
    others::object_ids,
    people::OPS_A,
};
use crate::{
    scenario::{EntraPart, WorldPart},
    world::{EntraProfile, Group, Keeper, World},
};

impl Builder {
    /// Has the cluster take users of Entra, with its groups of administrators.
    pub fn entra_of_cluster(&self, world: &mut World, part: &WorldPart) {
        let mut admin_groups = Vec::new();
        for group in part.cluster.entra.iter().flat_map(|entra| &entra.admin_groups) {
            let id = Uuid::new_v5(&CONTOSO, group.name.as_bytes());
            let members = group.members.iter().flat_map(|party| object_ids(*party, part)).collect();
            admin_groups.push(id);
            if let Some(directory) = world.directory_mut(CONTOSO) {
                let display_name = group.name.clone();
                let keeper = match &group.rule {
                    Some(rule) => Keeper::Rule(rule.clone()),
                    None if group.on_premises => Keeper::OnPremises,
                    None => Keeper::People,
                };
                directory.groups.push(Group {
                    id,
                    display_name,
                    members,
                    owners: vec![OPS_A, OPERATOR_A.principal],
                    keeper,
                    created: self.before,
                });
            }
        }
        if let Some(cluster) = world.clusters.first_mut() {
            let profile = |entra: &EntraPart| EntraProfile {
                azure_rbac: entra.azure_rbac,
                custom_resources: entra.custom_resources,
                admin_groups,
            };
            cluster.entra = part.cluster.entra.as_ref().map(profile);
            cluster.disable_local_accounts = part.cluster.disable_local_accounts.unwrap_or(false);
        }
    }
}
