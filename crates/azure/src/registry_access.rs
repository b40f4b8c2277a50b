//! Access to a registry: where its tokens come from, and getting them. An app asks with its id and secret, as a node
//! does; an operator exchanges a token of Entra for one of the registry.

use crosspull_core::event::Work;
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use url::Url;

use crate::door::Door;
use crate::reply::{self, AccessToken, RefreshToken};
use crate::request;
use crate::wire::CallError;

/// The reason for which a registry that answers 404 is asked again (`docs/facts/azure.md` 9.3).
pub const A_REPLICA_MAY_LAG: &str = "the registry does not show the image; a replica may lag";

/// A registry and its token service.
#[derive(Debug, Clone)]
pub struct Realm {
    /// The registry's root.
    pub server: Url,
    /// The address at which tokens are asked for; always on the registry's own host.
    pub address: Url,
    /// The registry's name at its token service.
    pub service: String,
}

/// The reason why a registry's token service is not known.
#[derive(Debug)]
pub enum RealmError {
    /// The registry could not be asked.
    Call(CallError),
    /// The registry's answer cannot be used; the reason, as a sentence.
    Unusable(String),
}

/// Asks a registry (`GET /v2/`), and refuses a realm on another host before any secret is sent
/// (`docs/facts/azure.md` 3.10).
///
/// # Errors
/// See [`RealmError`].
pub async fn ask(door: &Door, work: &Work, login_server: &str) -> Result<Realm, RealmError> {
    let server = request::login_server(login_server)
        .map_err(|e| RealmError::Unusable(format!("Its login server is no host: {e}.")))?;
    if !door.endpoints().has_registry(&server) {
        let host = printable(login_server, 120);
        return Err(RealmError::Unusable(format!(
            "{host} is no host of this cloud's registries, so nothing is sent there."
        )));
    }
    let reply = door.raw(work, request::challenge(&server)).await.map_err(RealmError::Call)?;
    let (address, service) =
        reply::challenge(&reply.headers, &server).map_err(|why| RealmError::Unusable(format!("{why}.")))?;
    Ok(Realm { server, address, service })
}

impl Realm {
    /// Gets a token to pull a repository, as a user with a password. `None` means that the registry gave a token without that right.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn pull_token(
        &self,
        door: &Door,
        work: &Work,
        repository: &str,
        user: &str,
        secret: &Secret,
    ) -> Result<Option<Secret>, CallError> {
        let request = request::pull_token(&self.address, &self.service, repository, user, secret);
        let token = door.json::<AccessToken>(work, request).await?.access_token;
        Ok(reply::grants_pull(&token, repository).then_some(token))
    }

    /// Exchanges the operator's token of Entra, which is of that tenant, for a refresh token of the registry.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn exchange(&self, door: &Door, work: &Work, tenant: &str, token: &Secret) -> Result<Secret, CallError> {
        let request = request::exchange(&self.server, &self.service, tenant, token);
        Ok(door.json::<RefreshToken>(work, request).await?.refresh_token)
    }

    /// Gets a token for a scope, such as `repository:NAME:pull`, by a refresh token.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn token(&self, door: &Door, work: &Work, scope: &str, refresh: &Secret) -> Result<Secret, CallError> {
        let request = request::registry_token(&self.server, &self.service, scope, refresh);
        Ok(door.json::<AccessToken>(work, request).await?.access_token)
    }
}
