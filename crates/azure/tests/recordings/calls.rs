//! Our calls by method and path, and how the answer of each is read and compared with what stands in it.

use crosspull_azure::{kubernetes, reply};
use crosspull_reference::Exchange;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The reason why an answer did not become what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The program does not take it for an answer, and says so.
    Unread(String),
    /// The program takes it for something else than what stands there.
    Misread(String),
}

/// The number of ids and words that were compared with what stands in a body.
pub type Read = Result<usize, Fault>;

/// A call of ours: a function of `request`.
#[derive(Debug)]
pub struct Call {
    /// The function.
    pub name: &'static str,
    method: &'static str,
    host: &'static str,
    /// `*` is one segment of a path, a leading `**` any number of them.
    path: &'static str,
    /// Reads the body of a success as the program does and compares it with the JSON; gives how many ids and words
    /// were compared.
    pub read: fn(&[u8]) -> Read,
}

const fn call(
    name: &'static str,
    method: &'static str,
    host: &'static str,
    path: &'static str,
    read: fn(&[u8]) -> Read,
) -> Call {
    Call { name, method, host, path, read }
}

const ENTRA: &str = "login.microsoftonline.com";
const GRAPH: &str = "graph.microsoft.com";
const ARM: &str = "management.azure.com";
const REGISTRY: &str = ".azurecr.io";

/// Every call that an answer may be recorded of. No recording has one of `metadata`, `assignment` (a GET),
/// `reset_cluster`, `pull_token` (a GET), `manifest` or `blob`.
pub const CALLS: &[Call] = &[
    call("openid_configuration", "GET", ENTRA, "/*/v2.0/.well-known/openid-configuration", open_id),
    call("token", "POST", ENTRA, "/*/oauth2/v2.0/token", token),
    call("organization", "GET", GRAPH, "/v1.0/organization", |body| list(body, organization)),
    call("apps_tagged", "GET", GRAPH, "/v1.0/applications", |body| list(body, app)),
    call("create_app", "POST", GRAPH, "/v1.0/applications", |body| one(body, app)),
    call("app", "GET", GRAPH, "/v1.0/applications/*", |body| one(body, app)),
    call("principals_of", "GET", GRAPH, "/v1.0/servicePrincipals", |body| list(body, principal)),
    call("create_principal", "POST", GRAPH, "/v1.0/servicePrincipals", |body| one(body, principal)),
    call("add_password", "POST", GRAPH, "/v1.0/applications/*/addPassword", |body| one(body, password)),
    call("remove_password", "POST", GRAPH, "/v1.0/applications/*/removePassword", nothing),
    call("cluster", "GET", ARM, "**/Microsoft.ContainerService/managedClusters/*", |body| one(body, cluster)),
    call("cluster_credentials", "POST", ARM, "**/managedClusters/*/listClusterUserCredential", credentials),
    call("subscriptions", "GET", ARM, "/subscriptions", |body| list(body, subscription)),
    call("operation", "GET", ARM, "**/operations/*", operation),
    call("operation", "GET", ARM, "**/operationStatuses/*", operation),
    call("operation", "GET", ARM, "**/operationResults/*", operation),
    call("permissions", "GET", ARM, "**/Microsoft.Authorization/permissions", |body| list(body, permission)),
    call("roles_at", "GET", ARM, "**/Microsoft.Authorization/roleAssignments", |body| list(body, assignment)),
    call("assign_role", "PUT", ARM, "**/Microsoft.Authorization/roleAssignments/*", |body| one(body, assignment)),
    call("role_definition", "GET", ARM, "**/Microsoft.Authorization/roleDefinitions/*", |body| one(body, definition)),
    call("remove_role", "DELETE", ARM, "**/Microsoft.Authorization/roleAssignments/*", nothing),
    call("delete_app", "DELETE", GRAPH, "/v1.0/applications/*", nothing),
    call("delete_principal", "DELETE", GRAPH, "/v1.0/servicePrincipals/*", nothing),
    call("registry", "GET", ARM, "**/Microsoft.ContainerRegistry/registries/*", |body| one(body, registry)),
    call("challenge", "GET", REGISTRY, "/v2/", nothing),
    call("exchange", "POST", REGISTRY, "/oauth2/exchange", refresh_token),
    call("registry_token", "POST", REGISTRY, "/oauth2/token", token),
];

/// Returns the call of ours that an exchange is an example of.
pub fn of(exchange: &Exchange) -> Option<&'static Call> {
    let (host, path) = place(&exchange.request.uri);
    CALLS
        .iter()
        .find(|call| call.method == exchange.request.method && host.ends_with(call.host) && matches(call.path, path))
}

/// Returns host without port, and path, of an address. Some recorders wrote a query that no parser takes.
pub fn place(uri: &str) -> (&str, &str) {
    let address = uri.split('?').next().unwrap_or_default();
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (host.split(':').next().unwrap_or_default(), path)
}

/// Paths are compared without case, as Resource Manager and Graph do.
fn matches(pattern: &str, path: &str) -> bool {
    let path: Vec<&str> = path.split('/').collect();
    let (any, pattern) = pattern.strip_prefix("**/").map_or((false, pattern), |rest| (true, rest));
    let pattern: Vec<&str> = pattern.split('/').collect();
    let skipped = if any { path.len().checked_sub(pattern.len()) } else { Some(0) };
    let path = skipped.and_then(|skipped| path.get(skipped..)).unwrap_or_default();
    path.len() == pattern.len()
        && path
            .iter()
            .zip(pattern)
            .all(|(part, wanted)| if wanted == "*" { !part.is_empty() } else { part.eq_ignore_ascii_case(wanted) })
}

fn misread<T>(why: String) -> Result<T, Fault> {
    Err(Fault::Misread(why))
}

/// Compares one thing that was read with what stands at a place of the body.
fn same(body: &Value, place: &str, read: Option<&str>) -> Read {
    let stands = body.pointer(place).and_then(Value::as_str);
    if stands == read { Ok(1) } else { misread(format!("{place} is {stands:?} and was read as {read:?}")) }
}

/// Compares an id. GUIDs are compared without case and marks, as they are read.
fn same_id(body: &Value, place: &str, read: &impl ToString) -> Read {
    let plain = |id: &str| id.to_ascii_lowercase().trim_start_matches("urn:uuid:").replace(['-', '{', '}'], "");
    let stands = body.pointer(place).and_then(Value::as_str).unwrap_or_default();
    match plain(stands) == plain(&read.to_string()) {
        true => Ok(1),
        false => misread(format!("{place} is {stands} and was read as {}", read.to_string())),
    }
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<(T, Value), Fault> {
    let read = serde_json::from_slice(body).map_err(|why| Fault::Unread(why.to_string()))?;
    Ok((read, serde_json::from_slice(body).map_err(|why| Fault::Misread(why.to_string()))?))
}

fn one<T: DeserializeOwned>(body: &[u8], compare: fn(&T, &Value) -> Read) -> Read {
    let (read, value) = json(body)?;
    compare(&read, &value)
}

fn list<T: DeserializeOwned>(body: &[u8], compare: fn(&T, &Value) -> Read) -> Read {
    let (read, value): (reply::List<T>, _) = json(body)?;
    let Some(items) = value.get("value").and_then(Value::as_array) else {
        return misread("what is no list was read as one".to_owned());
    };
    if read.value.len() != items.len() {
        return misread(format!("{} items were read as {}", items.len(), read.value.len()));
    }
    let next = ["/nextLink", "/@odata.nextLink"].into_iter().find(|place| value.pointer(place).is_some());
    let mut compared = same(&value, next.unwrap_or("/nextLink"), read.next.as_deref())?;
    for (item, value) in read.value.iter().zip(items) {
        compared += compare(item, value)?;
    }
    Ok(compared)
}

/// Reads an answer that counts by its status alone: a body is not read.
fn nothing(_: &[u8]) -> Read {
    Ok(0)
}

/// Compares the kubeconfigs of a cluster's user. Only the address is read of them here, since keys were taken out.
fn credentials(body: &[u8]) -> Read {
    let (read, _): (reply::ClusterCredentials, _) = json(body)?;
    for config in &read.kubeconfigs {
        let text = config.value.reveal();
        let server =
            kubernetes::server_of(text).ok_or_else(|| Fault::Unread("it names no server".to_owned()))?.to_string();
        let mut stand = text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("server:"));
        let plain = |text: &str| {
            text.trim().trim_matches(['"', '\'']).trim_end_matches('/').trim_end_matches(":443").to_owned()
        };
        if !stand.any(|stands| plain(stands) == plain(&server)) {
            return misread(format!("the server was read as {server:?}, which does not stand there"));
        }
    }
    Ok(read.kubeconfigs.len())
}

fn subscription(read: &reply::Subscription, value: &Value) -> Read {
    same_id(value, "/subscriptionId", &read.subscription_id)
}

fn open_id(body: &[u8]) -> Read {
    one(body, |read: &reply::OpenId, value| same(value, "/issuer", Some(&read.issuer)))
}

fn token(body: &[u8]) -> Read {
    one(body, |read: &reply::AccessToken, value| {
        let place = if value.get("access_token").is_some() { "/access_token" } else { "/token" };
        same(value, place, Some(read.access_token.reveal()))
    })
}

fn refresh_token(body: &[u8]) -> Read {
    one(body, |read: &reply::RefreshToken, value| same(value, "/refresh_token", Some(read.refresh_token.reveal())))
}

fn organization(read: &reply::Organization, value: &Value) -> Read {
    same(value, "/displayName", read.display_name.as_deref())
}

fn app(read: &reply::App, value: &Value) -> Read {
    let mut compared = same_id(value, "/id", &read.id)? + same_id(value, "/appId", &read.app_id)?;
    compared += same(value, "/displayName", read.display_name.as_deref())?;
    let secrets = value.get("passwordCredentials").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if secrets.len() != read.password_credentials.len() {
        return misread(format!("{} secrets were read as {}", secrets.len(), read.password_credentials.len()));
    }
    for (read, value) in read.password_credentials.iter().zip(secrets) {
        compared += same_id(value, "/keyId", &read.key_id)?;
        compared += same(value, "/displayName", read.display_name.as_deref())?;
        compared += same_time(value, "/endDateTime", read.end_date_time)?;
    }
    Ok(compared)
}

/// Compares a time, which is recorded with more or fewer digits than it is shown with.
fn same_time(body: &Value, place: &str, read: Option<jiff::Timestamp>) -> Read {
    let stands = body.pointer(place).and_then(Value::as_str);
    if stands.is_some_and(|text| !text.ends_with('Z')) {
        // Another zone than UTC: what is compared below is not how it is written.
        return Ok(0);
    }
    // The first 19 characters are date and time in UTC, to the second.
    let shown = read.map(|time| time.strftime("%Y-%m-%dT%H:%M:%S").to_string());
    let same = stands.and_then(|text| text.get(..19)) == shown.as_deref();
    if same { Ok(1) } else { misread(format!("{place} is {stands:?} and was read as {read:?}")) }
}

fn password(read: &reply::NewPassword, value: &Value) -> Read {
    Ok(same_id(value, "/keyId", &read.key_id)?
        + same(value, "/secretText", Some(read.secret_text.reveal()))?
        + same_time(value, "/endDateTime", read.end_date_time)?)
}

fn principal(read: &reply::Principal, value: &Value) -> Read {
    Ok(same_id(value, "/id", &read.id)? + same_id(value, "/appId", &read.app_id)?)
}

fn cluster(read: &reply::Cluster, value: &Value) -> Read {
    let read = &read.properties;
    let mut compared = same(value, "/properties/provisioningState", read.provisioning_state.as_deref())?;
    let power = read.power_state.as_ref().and_then(|power| power.code.as_deref());
    compared += same(value, "/properties/powerState/code", power)?;
    let profile = read.service_principal_profile.as_ref().map(|profile| profile.client_id.as_str());
    compared += same(value, "/properties/servicePrincipalProfile/clientId", profile)?;
    // `msi`, and what recorders put in the place of ids (`000000000000`, `http://clitest000002`), is no app.
    let digits = profile.map(|text| text.replace(['-', '{', '}'], "")).unwrap_or_default();
    let guid = digits.len() == 32 && digits.chars().all(|digit| digit.is_ascii_hexdigit());
    match read.client_id() {
        Some(id) if guid => compared += same_id(value, "/properties/servicePrincipalProfile/clientId", &id)?,
        None if !guid => {}
        other => return misread(format!("{profile:?} was read as {other:?}")),
    }
    let pools = value.pointer("/properties/agentPoolProfiles").and_then(Value::as_array);
    let counts = pools.map(|pools| pools.iter().map(|pool| pool.get("count").and_then(Value::as_u64)).collect());
    let read: Option<Vec<Option<u64>>> =
        read.agent_pool_profiles.as_ref().map(|pools| pools.iter().map(|pool| pool.count.map(u64::from)).collect());
    if counts == read { Ok(compared + 1) } else { misread(format!("node counts {counts:?} were read as {read:?}")) }
}

fn operation(body: &[u8]) -> Read {
    if body.is_empty() {
        // Only `Location`: the HTTP status tells.
        return Ok(0);
    }
    one(body, |read: &reply::OperationStatus, value| {
        let error = read.error.as_ref();
        Ok(same(value, "/status", Some(&read.status))?
            + same(value, "/error/code", error.and_then(|e| e.code.as_deref()))?
            + same(value, "/error/message", error.and_then(|e| e.message.as_deref()))?)
    })
}

fn permission(read: &crosspull_core::rights::PermissionSet, value: &Value) -> Read {
    let empty = Value::Array(Vec::new());
    let stands = ["actions", "notActions"].map(|name| value.get(name).unwrap_or(&empty));
    let read = [&read.actions, &read.not_actions].map(|list| Value::from(list.clone()));
    if stands == [&read[0], &read[1]] { Ok(2) } else { misread(format!("{stands:?} was read as {read:?}")) }
}

fn assignment(read: &reply::Assignment, value: &Value) -> Read {
    Ok(same(value, "/id", Some(&read.id))?
        + same(value, "/properties/roleDefinitionId", Some(&read.properties.role_definition_id))?
        + same(value, "/properties/scope", read.properties.scope.as_deref())?
        + same_id(value, "/properties/principalId", &read.properties.principal_id)?)
}

fn definition(read: &reply::Definition, value: &Value) -> Read {
    same(value, "/properties/roleName", Some(&read.properties.role_name))
}

fn registry(read: &reply::Registry, value: &Value) -> Read {
    Ok(same(value, "/properties/loginServer", read.properties.login_server.as_deref())?
        + same(value, "/properties/roleAssignmentMode", read.properties.role_assignment_mode.as_deref())?)
}
