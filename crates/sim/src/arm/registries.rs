//! Registries: reading, changing what may be changed, and the admin user's credentials.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    answers::{self, value, writes_left},
    crowd, registry_tokens,
    request::{self, Asked},
    shapes,
};
use crate::{
    cloud::Cloud,
    errors::{self, Answer, Refusal},
    rights,
    world::{self, Registry, RegistryPassword, crowd::Kind},
};

const KIND: &str = "Microsoft.ContainerRegistry/registries";

/// Returns the registries of a subscription, or of one of its groups.
pub fn list(cloud: &Cloud, asked: &Asked, group: Option<&str>) -> Answer {
    answers::list_in(cloud, asked, group, KIND, |world, scope| {
        let found = world.registries.iter().filter(|registry| rights::covers(scope, &registry.id));
        found.map(shapes::registry).chain(crowd::listed(world, Kind::Registry, scope)).collect()
    })
}

/// Answers everything under one registry. `rest` is what follows its name, in lower case.
pub fn answer(cloud: &Cloud, asked: &Asked, rest: &[&str]) -> Answer {
    match (asked.method.as_str(), rest) {
        ("GET", []) => {
            with_registry(cloud, asked, "read", |found| Ok(errors::json(StatusCode::OK, &shapes::registry(found))))
        }
        ("PATCH", []) => update(cloud, asked),
        ("GET", ["listusages"]) => {
            with_registry(cloud, asked, "listUsages/read", |found| value(cloud, asked, usages(found)))
        }
        ("POST", ["listcredentials"]) => {
            with_registry(cloud, asked, "listCredentials/action", |found| admin_credentials(found))
        }
        ("POST", ["regeneratecredential"]) => regenerate(cloud, asked),
        (_, ["scopemaps" | "tokens" | "generatecredentials", ..]) => registry_tokens::answer(cloud, asked, rest),
        _ => Err(answers::not_served(asked)),
    }
}

/// Lets `act` answer for the registry of the path, if the caller may do the action there.
pub fn with_registry(cloud: &Cloud, asked: &Asked, action: &str, act: impl FnOnce(&mut Registry) -> Answer) -> Answer {
    let id = request::resource_id(asked);
    rights::require(cloud, &asked.caller, &id, &format!("{KIND}/{action}"))?;
    let mut world = cloud.world();
    if let Some(found) = world.registry_mut(&id) {
        return act(found);
    }
    let found = world.crowd.find(Kind::Registry, &id).filter(|_| asked.method == Method::GET);
    let found = found.ok_or_else(|| answers::resource_not_found(asked, KIND))?;
    act(&mut world::crowd::registry(&found, asked.caller.tenant))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Update {
    #[serde(default)]
    properties: UpdateProperties,
    // Taken and not kept: nothing here depends on them.
    #[serde(rename = "tags")]
    _tags: Option<Value>,
    #[serde(rename = "sku")]
    _sku: Option<Value>,
    #[serde(rename = "identity")]
    _identity: Option<Value>,
}

/// The properties that a change may name; the others are left alone.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct UpdateProperties {
    admin_user_enabled: Option<bool>,
    public_network_access: Option<String>,
    role_assignment_mode: Option<String>,
}

fn update(cloud: &Cloud, asked: &Asked) -> Answer {
    with_registry(cloud, asked, "write", |found| {
        let Update { properties, .. } = asked.body()?;
        if let Some(enabled) = properties.admin_user_enabled {
            found.admin_user_enabled = enabled;
        }
        if let Some(access) = properties.public_network_access {
            found.firewalled = !access.eq_ignore_ascii_case("Enabled");
        }
        if let Some(mode) = properties.role_assignment_mode {
            if !["LegacyRegistryPermissions", "AbacRepositoryPermissions"].contains(&mode.as_str()) {
                let message = format!("The value '{mode}' of roleAssignmentMode is invalid.");
                return Err(errors::arm(StatusCode::BAD_REQUEST, "InvalidRequest", &message));
            }
            if found.role_assignment_mode != mode {
                found.role_assignment_mode = mode;
                found.mode_switches += 1;
            }
        }
        Ok(writes_left(errors::json(StatusCode::OK, &shapes::registry(found))))
    })
}

fn usages(registry: &Registry) -> Vec<Value> {
    let count = |name: &str, limit: i64, current: usize| json!({"name": name, "limit": limit, "currentValue": current, "unit": "Count"});
    vec![
        json!({"name": "Size", "limit": 536_870_912_000_i64, "currentValue": 0, "unit": "Bytes"}),
        count("Webhooks", 500, 0),
        count("ScopeMaps", 50_000, registry.scope_maps.len()),
        count("Tokens", 50_000, registry.tokens.len()),
    ]
}

/// Refuses what is about the admin user where it is disabled.
fn admin_enabled(registry: &Registry) -> Result<(), Refusal> {
    if !registry.admin_user_enabled {
        let message = format!(
            "Cannot perform credential operations for {} as admin user is disabled. Kindly enable admin user as per docs: \
             https://docs.microsoft.com/en-us/azure/container-registry/container-registry-authentication#admin-account",
            registry.id
        );
        return Err(errors::arm(StatusCode::BAD_REQUEST, "UnAuthorizedForCredentialOperations", &message));
    }
    Ok(())
}

fn admin_credentials(registry: &Registry) -> Answer {
    admin_enabled(registry)?;
    let [first, second] = &registry.admin_passwords;
    let body = json!({
        "username": registry.name,
        "passwords": [
            {"name": "password", "value": first.value.reveal()},
            {"name": "password2", "value": second.value.reveal()},
        ],
    });
    Ok(writes_left(errors::json(StatusCode::OK, &body)))
}

#[derive(Deserialize)]
struct Regenerate {
    name: String,
}

fn regenerate(cloud: &Cloud, asked: &Asked) -> Answer {
    with_registry(cloud, asked, "regenerateCredential/action", |found| {
        let Regenerate { name } = asked.body()?;
        admin_enabled(found)?;
        let [first, second] = &mut found.admin_passwords;
        match name.as_str() {
            "password" => *first = RegistryPassword::new(&cloud.clock, None),
            "password2" => *second = RegistryPassword::new(&cloud.clock, None),
            _ => return Err(bad_password(&name)),
        }
        admin_credentials(found)
    })
}

/// Returns 400 for a password that a registry does not have.
pub fn bad_password(name: &str) -> Refusal {
    let message = format!("The password name '{name}' is invalid.");
    errors::arm(StatusCode::BAD_REQUEST, "InvalidRequest", &message)
}

#[derive(Deserialize)]
struct CheckName {
    name: String,
}

/// Returns whether a name is free: every registry of every tenant counts, since the names are host names.
pub fn check_name(cloud: &Cloud, asked: &Asked) -> Answer {
    let CheckName { name } = asked.body()?;
    let taken = cloud.world().registries.iter().any(|found| found.name.eq_ignore_ascii_case(&name));
    let body = if taken {
        json!({
            "nameAvailable": false,
            "reason": "AlreadyExists",
            "message": format!("The registry {name} is already in use."),
        })
    } else {
        json!({"nameAvailable": true})
    };
    Ok(errors::json(StatusCode::OK, &body))
}
