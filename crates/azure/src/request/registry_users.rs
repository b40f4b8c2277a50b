//! Requests to Azure Resource Manager about a registry's own users: scope maps, repository tokens, their passwords,
//! the admin account.

use crosspull_core::cloud::Endpoints;
use crosspull_core::ids::RegistryId;
use crosspull_core::names::Side;
use http::Method;
use jiff::Timestamp;
use serde_json::json;

use super::arm::arm;
use super::{Repeat, Request};

/// The api-version that the contract describes. Nothing newer is needed.
const VERSION: &str = "2023-07-01";

fn below(endpoints: &Endpoints, registry: &RegistryId, method: Method, path: &str) -> Request {
    arm(endpoints, Side::B, method, &format!("{registry}/{path}"), &[("api-version", VERSION)])
}

/// Returns the id of a scope map.
#[must_use]
pub fn scope_map_id(registry: &RegistryId, name: &str) -> String {
    format!("{registry}/scopeMaps/{name}")
}

/// Asks for one scope map.
#[must_use]
pub fn scope_map(endpoints: &Endpoints, registry: &RegistryId, name: &str) -> Request {
    below(endpoints, registry, Method::GET, &format!("scopeMaps/{name}"))
}

/// Makes a scope map, or gives it other actions.
#[must_use]
pub fn put_scope_map(
    endpoints: &Endpoints,
    registry: &RegistryId,
    name: &str,
    description: &str,
    actions: &[String],
) -> Request {
    let body = json!({ "properties": { "description": description, "actions": actions } });
    below(endpoints, registry, Method::PUT, &format!("scopeMaps/{name}")).json(&body)
}

/// Deletes a scope map.
#[must_use]
pub fn delete_scope_map(endpoints: &Endpoints, registry: &RegistryId, name: &str) -> Request {
    below(endpoints, registry, Method::DELETE, &format!("scopeMaps/{name}"))
}

/// Asks for the repository tokens of a registry.
#[must_use]
pub fn repository_tokens(endpoints: &Endpoints, registry: &RegistryId) -> Request {
    below(endpoints, registry, Method::GET, "tokens")
}

/// Asks for one repository token.
#[must_use]
pub fn repository_token(endpoints: &Endpoints, registry: &RegistryId, name: &str) -> Request {
    below(endpoints, registry, Method::GET, &format!("tokens/{name}"))
}

/// Makes a repository token that may do what the scope map of its name says.
#[must_use]
pub fn put_repository_token(endpoints: &Endpoints, registry: &RegistryId, name: &str) -> Request {
    let body = json!({ "properties": { "scopeMapId": scope_map_id(registry, name), "status": "enabled" } });
    below(endpoints, registry, Method::PUT, &format!("tokens/{name}")).json(&body)
}

/// Deletes a repository token, and its passwords with it.
#[must_use]
pub fn delete_repository_token(endpoints: &Endpoints, registry: &RegistryId, name: &str) -> Request {
    below(endpoints, registry, Method::DELETE, &format!("tokens/{name}"))
}

/// Makes one of the two passwords of a repository token. The one that it had until then ends.
#[must_use]
pub fn generate_credentials(
    endpoints: &Endpoints,
    registry: &RegistryId,
    token: &str,
    password: &str,
    ends: Timestamp,
) -> Request {
    let body = json!({
        "tokenId": format!("{registry}/tokens/{token}"),
        "name": password,
        "expiry": ends.to_string(),
    });
    below(endpoints, registry, Method::POST, "generateCredentials").json(&body)
}

/// Enables or disables a registry's admin account, and changes nothing else.
#[must_use]
pub fn set_admin_account(endpoints: &Endpoints, registry: &RegistryId, enabled: bool) -> Request {
    let body = json!({ "properties": { "adminUserEnabled": enabled } });
    arm(endpoints, Side::B, Method::PATCH, &registry.to_string(), &[("api-version", VERSION)]).json(&body)
}

/// Asks for the passwords of a registry's admin account. A POST that reads.
#[must_use]
pub fn admin_credentials(endpoints: &Endpoints, registry: &RegistryId) -> Request {
    let request = below(endpoints, registry, Method::POST, "listCredentials");
    Request { repeat: Repeat::Freely, ..request }
}

/// Makes one of the two passwords of a registry's admin account anew. Whoever has the former one is shut out.
#[must_use]
pub fn regenerate_admin_password(endpoints: &Endpoints, registry: &RegistryId, name: &str) -> Request {
    below(endpoints, registry, Method::POST, "regenerateCredential").json(&json!({ "name": name }))
}
