//! Key Vaults, read only (Key Vault's REST reference, "Vaults - List By Subscription", "- List By Resource Group", "- Get").

use http::{Method, StatusCode};
use serde_json::Value;

use super::{
    answers::{self, list_in, resource_not_found},
    request::{Asked, resource_id},
    shapes,
};
use crate::{
    cloud::Cloud,
    errors::{self, Answer},
    rights,
    world::World,
};

/// Provider and type of a vault.
pub const KIND: &str = "Microsoft.KeyVault/vaults";

/// Returns the vaults of a subscription or of one of its groups.
pub fn list(cloud: &Cloud, asked: &Asked, group: Option<&str>) -> Answer {
    list_in(cloud, asked, group, KIND, |world: &World, scope: &str| {
        let here = world.vaults.iter().filter(|vault| rights::covers(scope, &vault.id));
        here.map(|vault| shapes::vault(vault, world.names)).collect::<Vec<Value>>()
    })
}

/// Returns one vault.
pub fn answer(cloud: &Cloud, asked: &Asked) -> Answer {
    if asked.method != Method::GET {
        return Err(answers::not_served(asked));
    }
    let id = resource_id(asked);
    rights::require(cloud, &asked.caller, &id, &format!("{KIND}/read"))?;
    let world = cloud.world();
    let found = world.vaults.iter().find(|vault| vault.id.eq_ignore_ascii_case(&id));
    let found = found.ok_or_else(|| resource_not_found(asked, KIND))?;
    Ok(errors::json(StatusCode::OK, &shapes::vault(found, world.names)))
}
