//! Access tokens of Entra, and the checks that every plane makes of them.

use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    cloud::Cloud,
    delegated,
    directory::SignedIn,
    errors::{self, Refusal},
    issuer::TokenFault,
    names::{CloudNames, KUBERNETES_AUDIENCE, REGISTRY_AUDIENCE},
};

mod people;

pub use people::{id_token, user_token};

/// The caller that a token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The tenant that issued the token.
    pub tenant: Uuid,
    /// The client id.
    pub app_id: Uuid,
    /// The object id of its service principal in that tenant, or of the user.
    pub object_id: Uuid,
    /// The rights on the resource: app roles, or what the client's scopes and the roles of the user come to.
    pub roles: Vec<String>,
    /// The user, where one has signed in.
    pub person: Option<Person>,
}

/// The user that a token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The user principal name, or a guest's address.
    pub name: String,
    /// The authentication contexts that were satisfied.
    pub acrs: Vec<String>,
}

impl Caller {
    /// Returns the name of the client in refusals: the user, or the client id.
    #[must_use]
    pub fn name(&self) -> String {
        self.person.as_ref().map_or_else(|| self.app_id.to_string(), |person| person.name.clone())
    }
}

/// The audiences that Entra issues tokens for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The Resource Manager.
    ResourceManager,
    /// Microsoft Graph.
    Graph,
    /// The data plane of registries.
    Registry,
    /// The Kubernetes APIs of clusters.
    Kubernetes,
}

impl Audience {
    /// Returns the resource of an audience, with or without slashes at its end.
    #[must_use]
    pub fn of(audience: &str, names: &CloudNames, origin: &str) -> Option<Self> {
        let audience = audience.trim_end_matches('/');
        let is = |known: &str| audience.eq_ignore_ascii_case(known);
        if is(names.management) || is(names.resource_manager) {
            Some(Self::ResourceManager)
        } else if is(names.graph) || is(origin) {
            Some(Self::Graph)
        } else if is(REGISTRY_AUDIENCE) {
            Some(Self::Registry)
        } else if is(KUBERNETES_AUDIENCE) {
            Some(Self::Kubernetes)
        } else {
            None
        }
    }
}

/// Returns an access token of Entra for an audience.
#[must_use]
pub fn access_token(cloud: &Cloud, who: &SignedIn, audience: &str, names: &CloudNames) -> String {
    let now = cloud.clock.timestamp().as_second();
    let roles = match Audience::of(audience, names, &cloud.origin) {
        Some(Audience::Graph) => who.graph_roles.clone(),
        _ => Vec::new(),
    };
    cloud.issuer.sign(&json!({
        "aud": audience,
        "iss": format!("https://{}/{}/", names.issuer_host, who.tenant),
        "iat": now, "nbf": now, "exp": now + cloud.times.token_lifetime,
        "appid": who.app_id, "appidacr": "1",
        "idp": format!("https://{}/{}/", names.issuer_host, who.tenant), "idtyp": "app",
        "oid": who.object_id, "sub": who.object_id, "tid": who.tenant,
        "roles": roles, "uti": Uuid::new_v4().simple().to_string(), "ver": "1.0",
    }))
}

/// Returns the bearer token of a request.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Returns the caller that a token of Entra for a resource names.
///
/// # Errors
/// What is wrong with the token.
pub fn caller(cloud: &Cloud, token: Option<&str>, resource: Audience) -> Result<Caller, TokenFault> {
    let claims = cloud.issuer.open(token.ok_or(TokenFault::Missing)?, &cloud.clock)?;
    let world = cloud.world();
    let names = world.names;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let id = |name: &str| text(name).and_then(|id| Uuid::parse_str(id).ok()).ok_or(TokenFault::Invalid);
    if Audience::of(text("aud").unwrap_or_default(), names, &cloud.origin) != Some(resource) {
        return Err(TokenFault::WrongAudience);
    }
    let (tenant, object_id) = (id("tid")?, id("oid")?);
    let user = world.directory(tenant).and_then(|directory| directory.user(object_id));
    let roles = match (text("scp"), user) {
        (None, _) => texts(&claims, "roles"),
        (Some(scopes), Some(user)) => delegated::rights(&scopes.split(' ').collect::<Vec<_>>(), user, tenant),
        (Some(_), None) => Vec::new(),
    };
    let person = text("unique_name").map(|name| Person { name: name.to_owned(), acrs: texts(&claims, "acrs") });
    Ok(Caller { tenant, app_id: id("appid")?, object_id, roles, person })
}

fn texts(claims: &Value, name: &str) -> Vec<String> {
    let all = claims.get(name).and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// Returns the caller of the Resource Manager. `tenant` is that of what is asked for, where there is one.
///
/// # Errors
/// 401 with the challenge and body of the recordings (`arm_invalid_token_401`).
pub fn arm_caller(cloud: &Cloud, headers: &HeaderMap, tenant: Option<Uuid>) -> Result<Caller, Refusal> {
    caller(cloud, bearer(headers), Audience::ResourceManager).map_err(|fault| {
        let (code, message) = match fault {
            TokenFault::Missing => ("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.".to_owned()),
            TokenFault::Invalid => ("InvalidAuthenticationToken", "The access token is invalid.".to_owned()),
            TokenFault::Expired => ("ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time.".to_owned()),
            TokenFault::WrongAudience => (
                "InvalidAuthenticationTokenAudience",
                format!(
                    "The access token has been obtained for wrong audience or resource. It should exactly match with one of the allowed audiences '{0}/','{0}'.",
                    cloud.world().names.management
                ),
            ),
        };
        let tenant = tenant.map(|tenant| tenant.to_string()).unwrap_or_default();
        let challenge = format!(
            "Bearer authorization_uri=\"{}/{tenant}\", error=\"invalid_token\", error_description=\"{message}\"",
            cloud.origin
        );
        errors::arm(StatusCode::UNAUTHORIZED, code, &message).with(header::WWW_AUTHENTICATE, &challenge)
    })
}

/// Returns the caller of Graph.
///
/// # Errors
/// 401 `InvalidAuthenticationToken`.
pub fn graph_caller(cloud: &Cloud, headers: &HeaderMap) -> Result<Caller, Refusal> {
    caller(cloud, bearer(headers), Audience::Graph).map_err(|fault| {
        let message = match fault {
            TokenFault::Missing => "Access token is empty.",
            TokenFault::Invalid => "Access token validation failure. Invalid signature.",
            TokenFault::Expired => "Lifetime validation failed, the token is expired.",
            TokenFault::WrongAudience => "Access token validation failure. Invalid audience.",
        };
        errors::graph(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
            .with(header::WWW_AUTHENTICATE, "Bearer realm=\"\", error=\"invalid_token\"")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audiences_are_told_apart_whatever_their_slashes() {
        let of = |audience| Audience::of(audience, &crate::names::PUBLIC, "https://localhost:1");
        assert_eq!(of("https://management.core.windows.net//"), Some(Audience::ResourceManager));
        assert_eq!(of("https://localhost:1/"), Some(Audience::Graph));
        assert_eq!(of("https://containerregistry.azure.net"), Some(Audience::Registry));
        assert_eq!(of("6dae42f8-4368-4678-94ff-3960e28e3630"), Some(Audience::Kubernetes));
        assert_eq!(of("https://registryb.azurecr.io"), None);
    }
}
