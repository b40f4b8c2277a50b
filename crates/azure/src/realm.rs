//! Where a registry's tokens come from.

use crosspull_core::event::Work;
use crosspull_core::text::printable;
use url::Url;

use crate::door::Door;
use crate::reply;
use crate::request;
use crate::wire::CallError;

/// A registry and its token service.
#[derive(Debug, Clone)]
pub struct Realm {
    /// The registry's root.
    pub server: Url,
    /// Where its tokens are asked for; always on the registry's own host.
    pub address: Url,
    /// What it calls itself there.
    pub service: String,
}

/// Why a registry's token service is not known.
#[derive(Debug)]
pub enum RealmError {
    /// The registry could not be asked.
    Call(CallError),
    /// Its answer cannot be used; why, as a sentence.
    Unusable(String),
}

/// Asks a registry (`GET /v2/`), and refuses a realm on another host before any secret is sent
/// (`azure-facts.md` 3.10).
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
