//! The rules of sign-in: whether a tenant knows an application yet, and takes its secret.
//!
//! Entra's token endpoint, the registry's Basic credentials (`docs/facts/azure.md` 0.4) and the reset of a cluster's
//! service principal (3.9) all ask here, so they cannot disagree.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    clock::Moment,
    cloud::Cloud,
    scenario::Times,
    world::{Application, Directory, Password, ServicePrincipal, World},
};

/// The principal that signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The tenant that signed it in.
    pub tenant: Uuid,
    /// The client id.
    pub app_id: Uuid,
    /// The object id of its service principal there.
    pub object_id: Uuid,
    /// The app roles on Microsoft Graph.
    pub graph_roles: Vec<String>,
}

/// The reason why a sign-in was refused (`docs/facts/azure.md` 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInError {
    /// 90002: no such tenant.
    UnknownTenant,
    /// 700016: the tenant knows no such application.
    UnknownApplication,
    /// 7000229: its own application, without a service principal.
    MissingPrincipal,
    /// 7000112: switched off.
    Disabled,
    /// 7000215: not a secret of the application, or not known here yet.
    WrongSecret,
    /// 7000222: a secret whose time is over.
    ExpiredSecret,
}

impl SignInError {
    /// Returns Entra's number of the error.
    #[must_use]
    pub fn code(self) -> u32 {
        match self {
            Self::UnknownTenant => 90_002,
            Self::UnknownApplication => 700_016,
            Self::MissingPrincipal => 7_000_229,
            Self::Disabled => 7_000_112,
            Self::WrongSecret => 7_000_215,
            Self::ExpiredSecret => 7_000_222,
        }
    }

    /// Returns Entra's words for the error.
    #[must_use]
    pub fn message(self, tenant: &str, client_id: &str) -> String {
        match self {
            Self::UnknownTenant => format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the \
                 correct cloud. Check with your subscription administrator, this may happen if there are no active \
                 subscriptions for the tenant."
            ),
            Self::UnknownApplication => format!(
                "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if \
                 the application has not been installed by the administrator of the tenant or consented to by any user in \
                 the tenant. You may have sent your authentication request to the wrong tenant."
            ),
            Self::MissingPrincipal => {
                format!(
                    "The client application {client_id} is missing service principal in the tenant {tenant}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119"
                )
            }
            Self::Disabled => format!("Application '{client_id}' is disabled."),
            Self::WrongSecret => format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, \
                 not the client secret ID, for a secret added to app '{client_id}'."
            ),
            Self::ExpiredSecret => {
                format!(
                    "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
                )
            }
        }
    }
}

/// Signs an application in to a tenant, named by id or domain, with a client secret.
///
/// # Errors
/// Why Entra refuses.
pub fn sign_in(cloud: &Cloud, tenant: &str, client_id: &str, secret: &str) -> Result<SignedIn, SignInError> {
    let world = cloud.world();
    let (home, application, principal) = known(cloud, &world, tenant, client_id)?;
    let delay = if home { cloud.times.secret_effect } else { cloud.times.secret_effect_elsewhere() };
    let turn = principal.replica.fetch_add(1, Ordering::Relaxed);
    let now = cloud.clock.now();
    let mut known =
        application.passwords.iter().filter(|password| known_secret(password, turn, delay, now, &cloud.times));
    let password = known.find(|password| password.secret.reveal() == secret).ok_or(SignInError::WrongSecret)?;
    if password.end < cloud.clock.timestamp() || password.start > in_a_few_minutes(cloud.clock.timestamp()) {
        return Err(SignInError::ExpiredSecret);
    }
    Ok(signed_in(&world, tenant, principal))
}

/// Signs an application in to a tenant by a proof that is checked when all else is in order.
///
/// # Errors
/// Why Entra refuses, or what is wrong with the proof.
pub fn sign_in_by<E: From<SignInError>>(
    cloud: &Cloud,
    tenant: &str,
    client_id: &str,
    check: impl FnOnce(&World, &Application) -> Result<(), E>,
) -> Result<SignedIn, E> {
    let world = cloud.world();
    let (_, application, principal) = known(cloud, &world, tenant, client_id)?;
    check(&world, application)?;
    Ok(signed_in(&world, tenant, principal))
}

fn signed_in(world: &World, tenant: &str, principal: &ServicePrincipal) -> SignedIn {
    SignedIn {
        tenant: world.tenant(tenant).map(|directory| directory.id).unwrap_or_default(),
        app_id: principal.app_id,
        object_id: principal.id,
        graph_roles: principal.graph_roles.clone(),
    }
}

/// Returns an application and its service principal that a tenant knows by now, and whether it is the application's own
/// tenant.
fn known<'w>(
    cloud: &Cloud,
    world: &'w World,
    tenant: &str,
    client_id: &str,
) -> Result<(bool, &'w Application, &'w ServicePrincipal), SignInError> {
    let now = cloud.clock.now();
    let directory = world.tenant(tenant).ok_or(SignInError::UnknownTenant)?;
    let application = Uuid::parse_str(client_id)
        .ok()
        .and_then(|id| known_application(world, directory, id, now, &cloud.times))
        .ok_or(SignInError::UnknownApplication)?;
    let home = application.home == directory.id;
    let principal = directory
        .principal_of(application.registration.app_id)
        .filter(|principal| principal.written.after(cloud.times.principal_replication).reached(now))
        .ok_or(if home { SignInError::MissingPrincipal } else { SignInError::UnknownApplication })?;
    if principal.enabled { Ok((home, application.registration, principal)) } else { Err(SignInError::Disabled) }
}

/// An application that a tenant may know, with the tenant it is registered in.
struct Known<'a> {
    home: Uuid,
    registration: &'a Application,
}

fn known_application<'a>(
    world: &'a World,
    directory: &Directory,
    app_id: Uuid,
    now: Moment,
    times: &Times,
) -> Option<Known<'a>> {
    let (home, registration) = world.application(app_id)?;
    let replicated = registration.written.after(times.application_replication).reached(now);
    let open = home.id == directory.id || registration.sign_in_audience != "AzureADMyOrg";
    (replicated && open).then_some(Known { home: home.id, registration })
}

/// True where the replica whose turn it is knows the secret. With more than one replica a tenant's learn of it one
/// after the other and answer in turn, so a new secret flaps before it holds (`docs/facts/azure.md` 3.1).
fn known_secret(password: &Password, turn: usize, delay: f64, now: Moment, times: &Times) -> bool {
    let replicas = times.secret_replicas.max(1);
    #[expect(clippy::cast_precision_loss, reason = "a handful of replicas")]
    let share = (turn % replicas + 1) as f64 / replicas as f64;
    password.written.after(delay * share).reached(now)
}

/// Returns a time a little later: Entra allows for clocks that differ.
fn in_a_few_minutes(now: Timestamp) -> Timestamp {
    now.checked_add(jiff::SignedDuration::from_mins(5)).unwrap_or(now)
}
