//! The rules of people's sign-ins: who is known where, and which policy keeps whom out (`docs/facts/azure.md` 3.2;
//! Entra's document "Microsoft Entra authentication and authorization error codes").

use http::StatusCode;
use uuid::Uuid;

use super::client::{self, Client};
use crate::{
    cloud::Cloud,
    consent, errors,
    errors::Refusal,
    sessions::{Claims, Session},
    world::{Directory, User, World},
};

/// The way in which somebody signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A code is entered on another device.
    DeviceCode,
    /// A browser is used, for a client on the same machine.
    Browser,
    /// A refresh token is redeemed, nobody being there.
    RefreshToken,
}

/// The reason why somebody is not signed in.
#[derive(Debug)]
pub struct Stop {
    /// `error` of the answer to the client.
    pub error: &'static str,
    /// Entra's number of it.
    pub code: u32,
    /// Entra's words for it.
    pub message: String,
    /// True where the client that waits is told; else the person may still try another account.
    pub ends: bool,
}

impl Stop {
    /// Returns the stop for a mistake of the client itself.
    pub fn client(error: &'static str, code: u32, message: String) -> Self {
        Self { error, code, message, ends: true }
    }

    fn policy(code: u32, message: &str) -> Self {
        Self { error: "invalid_grant", code, message: message.to_owned(), ends: true }
    }

    fn person(code: u32, message: String) -> Self {
        Self { error: "invalid_grant", code, message, ends: false }
    }

    /// Returns 700016.
    pub fn unknown_application(client_id: &str, tenant: Option<&Directory>) -> Self {
        let tenant = tenant.map_or("organizations", |tenant| tenant.display_name.as_str());
        let message = format!(
            "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the application has not been \
             installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
        );
        Self::client("unauthorized_client", 700_016, message)
    }

    /// Returns 90002.
    pub fn unknown_tenant(tenant: &str) -> Self {
        let message = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
        );
        Self::client("invalid_tenant", 90_002, message)
    }

    /// Returns the token endpoint's answer.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        let status = if self.error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        errors::entra(status, self.error, self.code, &self.message)
    }
}

/// True where a tenant is left to the account that signs in.
#[must_use]
pub fn any_tenant(authority: &str) -> bool {
    ["organizations", "common"].contains(&authority)
}

/// Returns the tenant that a path names. `None` where it is left to the account.
///
/// # Errors
/// 90002.
pub fn tenant<'w>(world: &'w World, authority: &str) -> Result<Option<&'w Directory>, Stop> {
    if any_tenant(authority) {
        return Ok(None);
    }
    world.tenant(authority).map(Some).ok_or_else(|| Stop::unknown_tenant(authority))
}

/// True where two names are of one tenant; `organizations` and `common` are themselves alone.
#[must_use]
pub fn same_tenant(world: &World, one: &str, other: &str) -> bool {
    let id = |authority: &str| world.tenant(authority).map(|tenant| tenant.id);
    one.eq_ignore_ascii_case(other) || id(one).is_some_and(|one| Some(one) == id(other))
}

/// Signs an account in to a tenant, or to its own where none is named.
///
/// # Errors
/// Why Entra keeps it out.
pub fn sign_in(
    cloud: &Cloud,
    authority: &str,
    account: &str,
    client_id: &str,
    claims: &Claims,
    way: Way,
) -> Result<Session, Stop> {
    let (session, client) = {
        let world = cloud.world();
        let named = tenant(&world, authority)?;
        let (home, account) = world.account(account).ok_or_else(|| no_account(account))?;
        let tenant = named.unwrap_or(home);
        let client = client::public(&world, Some(tenant), client_id)?;
        policies(cloud, tenant, way)?;
        let user = tenant.user_of_account(&account.account);
        let user = user.ok_or_else(|| not_here(&world, tenant, account, &client))?;
        if !(user.enabled && account.enabled) {
            return Err(Stop::person(50_057, "The user account is disabled.".to_owned()));
        }
        let session = Session {
            tenant: tenant.id,
            user: user.id,
            account: user.account.clone(),
            client: client.id,
            mfa: cloud.policies(tenant.id).mfa == Some(true) || !claims.acrs.is_empty(),
            acrs: claims.acrs.clone(),
            capabilities: claims.capabilities.clone(),
            nonce: None,
        };
        (session, client)
    };
    consented(cloud, session.tenant, &client, way)?;
    Ok(session)
}

fn policies(cloud: &Cloud, tenant: &Directory, way: Way) -> Result<(), Stop> {
    let policies = cloud.policies(tenant.id);
    let on = |policy: Option<bool>| policy == Some(true);
    if on(policies.tenant_restrictions) {
        let message = format!("Access to '{}' tenant is denied.", tenant.display_name);
        return Err(Stop::policy(500_021, &message));
    }
    if on(policies.block_sign_in) || (way == Way::DeviceCode && on(policies.block_device_code)) {
        let message =
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
        return Err(Stop::policy(53_003, message));
    }
    if way == Way::DeviceCode && on(policies.security_defaults) {
        let message = "Access has been blocked by security defaults. This is due to the request using legacy auth or being deemed unsafe by security defaults policies.";
        return Err(Stop::policy(530_035, message));
    }
    Ok(())
}

fn no_account(name: &str) -> Stop {
    let domain = name.split_once('@').map_or(name, |(_, domain)| domain);
    Stop::person(
        50_034,
        format!(
            "The user account {{EmailHidden}} does not exist in the {domain} directory. To sign into this application, the account must be added to the directory."
        ),
    )
}

/// Returns 50020, in whose words the account's tenant is an identity provider.
fn not_here(world: &World, tenant: &Directory, account: &User, client: &Client) -> Stop {
    Stop::person(
        50_020,
        format!(
            "User account '{}' from identity provider 'https://{}/{}/' does not exist in tenant '{}' and cannot access the application '{}'({}) in that \
             tenant. The account needs to be added as an external user in the tenant first. Sign out and sign in again with a different Azure Active Directory user account.",
            account.account, world.names.issuer_host, account.home, tenant.display_name, client.id, client.name
        ),
    )
}

/// Consents to a client that the tenant has no service principal of, where people may consent. The client gets one by
/// that.
fn consented(cloud: &Cloud, tenant: Uuid, client: &Client, way: Way) -> Result<(), Stop> {
    let mut world = cloud.world();
    let known = world.directory(tenant).is_some_and(|directory| directory.principal_of(client.id).is_some());
    if client.first_party || known {
        return Ok(());
    }
    if way == Way::RefreshToken {
        let message = format!(
            "The user or administrator has not consented to use the application with ID '{}' named '{}'. Send an interactive authorization request for this user and resource.",
            client.id, client.name
        );
        return Err(Stop::policy(65_001, &message));
    }
    if cloud.policies(tenant).block_user_consent == Some(true) {
        let message = format!(
            "Admin consent is required for the permissions requested by this application. An administrator has to consent to '{}' first.",
            client.name
        );
        return Err(Stop::policy(90_094, &message));
    }
    let made = world.application(client.id).map(|(home, found)| consent::principal_of(cloud, found, home.id));
    if let (Some(principal), Some(directory)) = (made, world.directory_mut(tenant)) {
        directory.service_principals.push(principal);
    }
    Ok(())
}
