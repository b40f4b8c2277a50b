//! Signing in to a registry: a refresh token for an operator's token of Entra, or a user of the registry's own with a
//! password; and what that is granted.

use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::login::{Granted, Grants, NULL_USER, REFRESH_HOURS};
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use jiff::{SignedDuration, Timestamp};

use crate::door::Door;
use crate::refusal::Unanswered;
use crate::registry_access::Realm;
use crate::reply::{self, AccessToken, Catalog};
use crate::request::{self, Audience};
use crate::wire::CallError;

/// The scope of a registry's list of repositories.
pub const CATALOG: &str = "registry:catalog:*";
/// A repository that nobody has: a role on the whole registry is granted on it all the same.
const NOBODYS: &str = "crosspull/asks-what-is-granted";
/// Repositories that are asked for by name where no role holds on the whole registry.
const MOST_ASKED: usize = 40;
/// The refusals of Entra that are about the service that the token is for, and not about who asks: the service is not
/// known in the tenant, or the client may not have tokens for it (`docs/facts/azure.md` 9.3, the registry's audience).
const OF_AUDIENCE: [&str; 6] =
    ["AADSTS500011", "AADSTS50001", "AADSTS650057", "AADSTS65001", "AADSTS65002", "invalid_resource"];

/// A credential that lets somebody in at a registry.
#[derive(Debug, Clone)]
pub enum RegistryCredential {
    /// The registry's own refresh token.
    Refresh(Secret),
    /// A user of the registry's own, such as its admin account, or an app's id and secret.
    Password(String, Secret),
}

impl RegistryCredential {
    /// Returns the user name and the password by which docker and its kin take it.
    #[must_use]
    pub fn pair(&self) -> (&str, &Secret) {
        match self {
            Self::Refresh(token) => (NULL_USER, token),
            Self::Password(user, secret) => (user, secret),
        }
    }
}

/// A sign-in by Entra at a registry.
#[derive(Debug, Clone)]
pub struct RegistrySignIn {
    /// The registry's refresh token.
    pub refresh: Secret,
    /// The end of the refresh token.
    pub expires: Timestamp,
    /// The service that the operator's token of Entra is for: the registry's own, else Resource Manager.
    pub audience: Audience,
    /// The operator's token of Entra, which tells who that is.
    pub entra: Secret,
}

impl Realm {
    /// Signs the operator of the registry's tenant in: a token of Entra for the registry, or for Resource Manager where
    /// Entra gives none for the registry, is exchanged for the registry's refresh token.
    ///
    /// # Errors
    /// See [`CallError`]. Where both audiences are refused, the refusal of the first.
    pub async fn sign_in(&self, door: &Door, work: &Work) -> Result<RegistrySignIn, CallError> {
        let token = entra_token(door).await.map_err(CallError::SignIn)?;
        self.exchange_for(door, work, token).await
    }

    /// Exchanges an operator's token of Entra for the registry's refresh token.
    ///
    /// # Errors
    /// See [`CallError`].
    pub(crate) async fn exchange_for(
        &self,
        door: &Door,
        work: &Work,
        (audience, entra): (Audience, Secret),
    ) -> Result<RegistrySignIn, CallError> {
        let tenant = reply::tenant_of(&entra).map(|tenant| tenant.to_string()).unwrap_or_default();
        let refresh = self.exchange(door, work, &tenant, &entra).await?;
        // Docker and its kin put it into headers and files as it is.
        if refresh.is_empty() || !refresh.reveal().bytes().all(|byte| byte.is_ascii_graphic()) {
            let why = "the registry's token holds characters that no token has";
            return Err(CallError::Unreachable(Unanswered::Torn.because(why)));
        }
        let expires = reply::end_of(&refresh).unwrap_or_else(|| {
            let now = door.wire().recorder().now();
            now.checked_add(SignedDuration::from_hours(REFRESH_HOURS)).unwrap_or(now)
        });
        Ok(RegistrySignIn { refresh, expires, audience, entra })
    }

    /// Gets a token for scopes, with whatever lets somebody in.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn token_by(
        &self,
        door: &Door,
        work: &Work,
        scopes: &[String],
        credential: &RegistryCredential,
    ) -> Result<Secret, CallError> {
        match credential {
            RegistryCredential::Refresh(refresh) => self.token(door, work, &scopes.join(" "), refresh).await,
            RegistryCredential::Password(user, secret) => {
                let request = request::token_by_password(&self.address, &self.service, scopes, user, secret);
                Ok(door.json::<AccessToken>(work, request).await?.access_token)
            }
        }
    }

    /// Asks what a credential is granted: on those repositories, or, where none is named, on the whole registry, else on
    /// the repositories that may be listed.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn granted(
        &self,
        door: &Door,
        work: &Work,
        credential: &RegistryCredential,
        repositories: &[String],
    ) -> Result<Granted, CallError> {
        if !repositories.is_empty() {
            return self.granted_on(door, work, credential, repositories).await;
        }
        let scopes = [Granted::scope(NOBODYS), CATALOG.to_owned()];
        let token = self.token_by(door, work, &scopes, credential).await?;
        let grants = told_by(&token)?;
        let everywhere = grants.iter().find(|(name, _)| name == NOBODYS).map(|(_, held)| held.clone());
        if let Some(everywhere) = everywhere.filter(|held| !held.is_empty()) {
            return Ok(Granted { everywhere, ..Granted::default() });
        }
        let unseen = Granted { unseen: true, ..Granted::default() };
        if !grants.iter().any(|(name, held)| name == "catalog" && !held.is_empty()) {
            return Ok(unseen);
        }
        let listed = door.json::<Catalog>(work, request::repositories(&self.server, None, &token)).await?;
        let mut listed = listed.repositories.unwrap_or_default();
        let all = listed.len() <= MOST_ASKED;
        listed.truncate(MOST_ASKED);
        if listed.is_empty() {
            return Ok(unseen);
        }
        let mut granted = self.granted_on(door, work, credential, &listed).await?;
        granted.repositories.retain(|_, held| !held.is_empty());
        granted.unseen = !all;
        Ok(granted)
    }

    async fn granted_on(
        &self,
        door: &Door,
        work: &Work,
        credential: &RegistryCredential,
        repositories: &[String],
    ) -> Result<Granted, CallError> {
        let scopes: Vec<String> = repositories.iter().map(|name| Granted::scope(name)).collect();
        let token = self.token_by(door, work, &scopes, credential).await?;
        Ok(Granted::on(repositories, &told_by(&token)?))
    }
}

/// Returns what a registry's token grants. A token that cannot be read tells nothing, and is no token without a right.
fn told_by(token: &Secret) -> Result<Grants, CallError> {
    let torn = || CallError::Unreachable(Unanswered::Torn.because("its token does not tell what it grants"));
    reply::grants(token).ok_or_else(torn)
}

/// Returns the operator's token of Entra: for registries, else for Resource Manager where Entra refuses that service.
pub(crate) async fn entra_token(door: &Door) -> Result<(Audience, Secret), Trouble> {
    let refused = match door.tokens().token(Side::B, Audience::Registry).await {
        Ok(token) => return Ok((Audience::Registry, token)),
        Err(refused) => refused,
    };
    if door.wire().control().is_stopped() || !is_of_audience(&refused) {
        return Err(refused);
    }
    let second = door.tokens().token(Side::B, Audience::Arm).await;
    second.map(|token| (Audience::Arm, token)).map_err(|_| refused)
}

/// True where Entra refuses the service that the token is for. The Azure CLI has the number in its words alone; a machine's
/// token service has none, and answers 400 (az #33698).
fn is_of_audience(trouble: &Trouble) -> bool {
    let names = |text: &str| OF_AUDIENCE.iter().any(|code| text.contains(code));
    trouble.refusal.as_ref().is_some_and(|r| r.status == Some(400) || names(&r.code) || names(&r.message))
}
