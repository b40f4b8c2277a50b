//! The `scope` of a request for a user's tokens (Entra's document "Scopes and permissions in the Microsoft identity
//! platform").

use http::StatusCode;
use uuid::Uuid;

use super::{audience, client::Client};
use crate::{
    cloud::Cloud,
    delegated::AZURE_CLI_SCOPES,
    errors::{self, Refusal},
    tokens::Audience,
};

/// Scopes of OpenID Connect, which belong to no resource.
const OPENID: &[&str] = &["openid", "profile", "email", "offline_access"];

/// The scopes that are asked for.
#[derive(Debug)]
pub struct Scopes {
    /// The audience of the access token.
    pub audience: String,
    resource: Audience,
    /// The resource as the request wrote it, a slash after it.
    prefix: String,
    permissions: Vec<String>,
    openid: Vec<String>,
}

impl Scopes {
    /// Reads a scope; one that names no resource is for Graph.
    ///
    /// # Errors
    /// Two resources, or one that is not known.
    pub fn read(cloud: &Cloud, tenant: Uuid, scope: &str) -> Result<Self, Refusal> {
        let (openid, others): (Vec<&str>, Vec<&str>) =
            scope.split_whitespace().partition(|scope| OPENID.contains(scope));
        let graph = cloud.world().names.graph;
        let mut parts = others.iter().map(|scope| match scope.rsplit_once('/') {
            Some((resource, permission)) if resource.contains("://") || Uuid::parse_str(resource).is_ok() => {
                (resource, permission)
            }
            _ => ("", *scope),
        });
        let resource = parts.clone().next().map_or("", |(resource, _)| resource);
        if parts.any(|(other, _)| other != resource) {
            let text = format!(
                "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {scope} is not valid."
            );
            return Err(errors::entra(StatusCode::BAD_REQUEST, "invalid_request", 28_000, &text));
        }
        let permissions = others.iter().map(|scope| scope.rsplit('/').next().unwrap_or(scope).to_owned()).collect();
        let (audience, resource_kind) =
            audience::of(cloud, tenant, if resource.is_empty() { graph } else { resource })?;
        Ok(Self {
            audience,
            resource: resource_kind,
            prefix: if resource.is_empty() { String::new() } else { format!("{resource}/") },
            permissions,
            openid: openid.into_iter().map(str::to_owned).collect(),
        })
    }

    /// True where a scope of OpenID Connect is asked for.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.openid.iter().any(|scope| scope == name)
    }

    /// Returns the names in the access token's `scp`: all that the client is consented to for the Azure CLI, or else
    /// what it asks for.
    #[must_use]
    pub fn granted(&self, client: &Client) -> Vec<&str> {
        match (self.resource, client.first_party) {
            (Audience::Graph, true) => AZURE_CLI_SCOPES.to_vec(),
            (Audience::Graph, false) => {
                let named: Vec<&str> =
                    self.permissions.iter().map(String::as_str).filter(|name| *name != ".default").collect();
                if named.is_empty() { vec!["User.Read"] } else { named }
            }
            _ => vec!["user_impersonation"],
        }
    }

    /// Returns the answer's `scope` (`entra_device_code_pending`, `entra_cae_device_code`): what is granted, and what
    /// was asked for.
    #[must_use]
    pub fn shown(&self, client: &Client) -> String {
        let granted = self.granted(client).into_iter();
        let granted =
            granted.map(|name| if OPENID.contains(&name) { name.to_owned() } else { format!("{}{name}", self.prefix) });
        let asked = self.permissions.iter().map(|name| format!("{}{name}", self.prefix));
        let mut all: Vec<String> = Vec::new();
        for scope in granted.chain(asked) {
            if !all.contains(&scope) {
                all.push(scope);
            }
        }
        all.join(" ")
    }
}
