//! Sign-in: tokens for the operator, one source per tenant. The Azure SDK's types stay inside this module.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use azure_core::credentials::TokenCredential;
use crosspull_core::cloud::Endpoints;
use crosspull_core::command::Command;
use crosspull_core::explain::{Meaning, Trouble};
use crosspull_core::ids::{AppId, TenantId, TenantRef};
use crosspull_core::input::Key;
use crosspull_core::names::{PerTenant, Side};
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::{Prompt, SignIn};
use crosspull_core::text::printable;
use crosspull_core::wording::Wording;
use tokio::sync::OnceCell;
use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

use crate::line::Line;
use crate::refusal::{OauthError, Refused};
use crate::request::{Audience, scope};
use crate::wire::Wire;

mod app;
mod by_cli;
mod certificate;
mod cli;
mod on_path;
mod person;
mod process;
mod token_cache;
mod transport;

pub use certificate::Certificate;
pub use token_cache::TokenCache;

use person::PersonSignIn;
use token_cache::CachedToken;
use transport::LastRefusal;

/// The code of a proof that is not valid at the present time: this machine's clock is compared then
/// (`docs/facts/azure.md` 9.6).
const CLOCK: &str = "AADSTS700024";
/// The server application of AKS, which tokens for the Kubernetes API of a cluster are for (`docs/facts/azure.md` 9.5).
pub const KUBERNETES_SERVER: &str = "6dae42f8-4368-4678-94ff-3960e28e3630";
/// A token is not used in its last minutes.
const MARGIN_SECONDS: i64 = 300;

/// The sign-in to one tenant, with its cache. A copy shares the cache.
#[derive(Debug, Clone)]
pub struct Login {
    how: How,
    cache: TokenCache,
}

/// The way to sign in to one tenant, with what that takes.
#[derive(Debug, Clone)]
pub enum How {
    /// The Azure CLI's account for that subscription, else for that tenant.
    AzureCli {
        /// The subscription of what is worked on. The CLI chooses an account by subscription; a tenant alone makes it
        /// try the account of its current subscription, which may be another one's.
        subscription: Option<Uuid>,
    },
    /// A service principal of that tenant, or an app that a pod's identity is.
    ServicePrincipal {
        /// The id of its app.
        client_id: AppId,
        /// The proof of the app.
        proof: Proof,
    },
    /// The machine's own identity.
    ManagedIdentity {
        /// The client id of the identity, where the machine has several.
        client_id: Option<AppId>,
    },
    /// A person.
    Person {
        /// The way that the person takes: by device code or by browser.
        way: SignIn,
        /// The public client.
        client_id: AppId,
    },
    /// Nobody signs in to that tenant.
    Nobody,
}

/// The proof that an app is the one that it says.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A client secret.
    Secret(Secret),
    /// A certificate with its key.
    Certificate(Certificate),
    /// A file with a token of somebody whom the app trusts. The file is read each time, since others renew the token.
    TokenFile(PathBuf),
}

impl Login {
    /// Returns a login that left nothing yet.
    #[must_use]
    pub fn new(how: How) -> Self {
        Self { how, cache: TokenCache::default() }
    }

    /// Returns the login of a person who signed in by `home`, at another tenant.
    ///
    /// Their refresh token there is tried here before they are asked again (Microsoft identity platform, "Refresh
    /// tokens": they are bound to user and client, not to a tenant).
    #[must_use]
    pub fn after(self, home: &Self) -> Self {
        self.cache.inherit(&home.cache);
        self
    }

    /// Returns a service principal with its secret.
    #[must_use]
    pub fn service_principal(client_id: AppId, secret: Secret) -> Self {
        Self::new(How::ServicePrincipal { client_id, proof: Proof::Secret(secret) })
    }
}

/// The way to ask persons. A question holds a code, so it is no event: events are journalled.
#[derive(Debug, Clone)]
pub struct Prompts {
    front_end: UnboundedSender<Prompt>,
    /// The turn to ask a person: one at a time, whoever shares this.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Prompts {
    /// Persons are asked at the other end.
    #[must_use]
    pub fn new(front_end: UnboundedSender<Prompt>) -> Self {
        Self { front_end, turn: Arc::default() }
    }

    /// Asks at the front end. Where the front end is gone, nobody can be asked, and the wait ends by itself.
    fn say(&self, prompt: Prompt) {
        let _ = self.front_end.send(prompt);
    }
}

/// The token service of the machine itself.
#[derive(Debug, Clone)]
pub struct MetadataService {
    /// A line that goes through no proxy and may speak plainly.
    pub line: Line,
    /// The address of the service, where the environment names one (`AZURE_POD_IDENTITY_AUTHORITY_HOST`, as in
    /// Microsoft's other SDKs).
    pub host: Option<url::Url>,
}

/// The context of every sign-in.
#[derive(Debug, Clone)]
pub struct SignInContext {
    /// The wire.
    pub wire: Arc<Wire>,
    /// The addresses of the cloud's services.
    pub endpoints: Endpoints,
    /// The way to ask persons.
    pub prompts: Prompts,
    /// The machine's own token service.
    pub metadata: MetadataService,
    /// The application that tokens for Kubernetes are for.
    pub kubernetes: String,
}

/// Tokens for both tenants. TokenCache in memory only.
#[derive(Debug)]
pub struct Tokens(PerTenant<Source>);

/// The source of one tenant's tokens.
struct Source {
    side: Side,
    tenant: String,
    /// The tenant's id, once it was needed. `None` in it where it cannot be read.
    id: OnceCell<Option<TenantId>>,
    login: Login,
    wire: Arc<Wire>,
    endpoints: Endpoints,
    prompts: Prompts,
    metadata: MetadataService,
    kubernetes: String,
}

impl Tokens {
    /// Makes the sources for both tenants; nothing is asked yet.
    #[must_use]
    pub fn new(context: &SignInContext, tenants: &PerTenant<TenantRef>, logins: PerTenant<Login>) -> Self {
        Self(PerTenant::of(|side| Source {
            side,
            tenant: tenants[side].to_string(),
            id: OnceCell::new(),
            login: logins[side].clone(),
            wire: context.wire.clone(),
            endpoints: context.endpoints.clone(),
            prompts: context.prompts.clone(),
            metadata: context.metadata.clone(),
            kubernetes: context.kubernetes.clone(),
        }))
    }

    /// True where somebody signs in to that tenant.
    #[must_use]
    pub const fn signs_in(&self, side: Side) -> bool {
        !matches!(self.source(side).login.how, How::Nobody)
    }

    /// True where a person may be asked to sign in to that tenant.
    #[must_use]
    pub const fn asks_a_person(&self, side: Side) -> bool {
        matches!(self.source(side).login.how, How::Person { .. })
    }

    const fn source(&self, side: Side) -> &Source {
        self.0.get(side)
    }

    /// Returns a token that is still good for some minutes.
    ///
    /// # Errors
    /// A trouble where sign-in does not work, in the words of who refused.
    pub async fn token(&self, side: Side, audience: Audience) -> Result<Secret, Trouble> {
        self.source(side).token(audience).await
    }

    /// Forgets a token that a service did not accept, unless there is another one since: requests that go out together
    /// are refused together, and nobody is asked once for each. Where the service names claims that the token lacks,
    /// the next one is asked for with these; a person can sign in again for that.
    ///
    /// # Errors
    /// A trouble where nobody can be asked; the trouble tells what can be done.
    pub async fn refused(
        &self,
        side: Side,
        audience: Audience,
        token: &Secret,
        claims: Option<String>,
    ) -> Result<(), Trouble> {
        let source = self.source(side);
        if let Some(claims) = claims.as_ref().filter(|_| !self.asks_a_person(side)) {
            return Err(source.not_strong_enough(claims));
        }
        let mut held = source.login.cache.slot(audience).lock().await;
        let was_it = held.take_if(|(known, _)| known.reveal() == token.reveal()).is_some();
        if let Some(claims) = claims.filter(|_| was_it) {
            source.login.cache.demand(claims);
        }
        Ok(())
    }
}

impl Source {
    /// Returns the resource that a token for an audience is for.
    fn resource(&self, audience: Audience) -> &str {
        match audience {
            Audience::Arm => &self.endpoints.arm_audience,
            Audience::Graph => &self.endpoints.graph_audience,
            Audience::Registry => &self.endpoints.registry_audience,
            Audience::Kubernetes => &self.kubernetes,
        }
    }

    /// Returns a token. One request is made at a time for each audience: the others wait for its token.
    async fn token(&self, audience: Audience) -> Result<Secret, Trouble> {
        let asked = Instant::now();
        let mut held = self.login.cache.slot(audience).lock().await;
        let now = self.wire.recorder().now().as_second();
        if let Some((token, until)) = held.as_ref()
            && now + MARGIN_SECONDS < *until
        {
            return Ok(token.clone());
        }
        let (token, until) = self.ask(audience, asked).await?;
        *held = Some((token.clone(), until));
        Ok(token)
    }

    async fn ask(&self, audience: Audience, asked: Instant) -> Result<CachedToken, Trouble> {
        match &self.login.how {
            How::AzureCli { subscription } => self.by_cli(*subscription, audience, asked).await,
            How::ServicePrincipal { client_id, proof } => {
                self.by_app(app::service_principal(self, *client_id, proof), audience).await
            }
            How::ManagedIdentity { client_id } => self.by_app(app::managed_identity(self, *client_id), audience).await,
            How::Person { way, client_id } => {
                PersonSignIn { source: self, way: *way, client: *client_id }.token(audience).await
            }
            How::Nobody => Err(Trouble::new(
                self.what(),
                format!("Nobody signs in to tenant {}.", self.side),
                "Somebody else administers it; their page tells what they do.",
            )),
        }
    }

    async fn by_app(
        &self,
        made: azure_core::Result<(Arc<dyn TokenCredential>, LastRefusal)>,
        audience: Audience,
    ) -> Result<CachedToken, Trouble> {
        let (credential, seen) = made.map_err(|e| {
            let now = "Check the tenant, the sign-in host, and what the environment says about the identity.";
            Trouble::new(format!("Sign-in to tenant {} cannot begin.", self.side), printable(&e.to_string(), 300), now)
        })?;
        let answer = credential.get_token(&[&scope(self.resource(audience))], None).await;
        let token = answer.map_err(|error| match seen.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(refused) => self.refused(refused),
            None => {
                Trouble::new(self.what(), printable(&error.to_string(), 300), "Check the connection, then try again.")
            }
        })?;
        Ok((Secret::new(token.token.secret().to_owned()), token.expires_on.unix_timestamp()))
    }

    fn what(&self) -> String {
        format!("Sign-in to tenant {} did not work.", self.side)
    }

    /// Explains a refusal of the operator's own app: by the table of meanings, else by the kind of the refusal. Names
    /// what the app signs in by.
    fn refused(&self, refused: Refused) -> Trouble {
        let side = self.side;
        let credential = refused.oauth.as_ref().is_some_and(OauthError::is_of_credential);
        // A number that no table knows may mean anything.
        let numbered = refused.refusal.code.starts_with("AADSTS");
        let unreachable = refused.refusal.status.is_none();
        let known = Meaning::of(&refused.refusal);
        let trouble = Trouble::from_refusal(self.what(), refused.refusal);
        match &self.login.how {
            How::ManagedIdentity { .. } if unreachable => trouble.because(
                "No token service of a managed identity answers on this machine.",
                Wording::from("Run crosspull on the Azure machine that has the identity, or give another ")
                    + Key::sign_in(side)
                    + ".",
            ),
            How::ManagedIdentity { client_id: Some(client_id) } => {
                let asked = format!(
                    " CROSSPULL_{side}_CLIENT_ID asks for the identity {client_id} of this machine; without it the machine's own \
                     is asked for."
                );
                Trouble { now: trouble.now + asked, ..trouble }
            }
            How::ServicePrincipal { client_id, proof } if !unreachable => {
                let variable = |name| format!("of CROSSPULL_{side}_{name}");
                let (what, from) = match proof {
                    Proof::Secret(_) => ("secret", variable("CLIENT_SECRET or its _FILE")),
                    Proof::Certificate(_) => ("certificate", variable("CLIENT_CERTIFICATE_FILE")),
                    Proof::TokenFile(path) => ("token", format!("in {}", path.display())),
                };
                let by = format!("App {client_id} signs in by the {what} {from}.");
                let now = self.wire.recorder().now().strftime("%F %R UTC");
                match known {
                    Some(known) if known.code == CLOCK => {
                        trouble.because(known.means, format!("{} It says {now} here. {by}", known.now))
                    }
                    None if credential && !numbered => trouble.because(
                        format!("The id or the {what} is not that of a service principal of tenant {}.", self.tenant),
                        format!("Check both. {by}"),
                    ),
                    Some(_) | None => Trouble { now: trouble.now + " " + by, ..trouble },
                }
            }
            _ => trouble,
        }
    }

    /// Returns the command that signs somebody in to the tenant, or to their own.
    fn az_login(&self) -> String {
        Command::Login { tenant: cli::named(&self.tenant) }.to_string()
    }

    /// Returns the trouble of a stronger sign-in that is asked for, where crosspull can ask nobody.
    fn not_strong_enough(&self, claims: &str) -> Trouble {
        use base64::prelude::{BASE64_STANDARD, Engine as _};
        let side = self.side;
        let now = match self.login.how {
            // `az login --claims-challenge` takes them in base64.
            How::AzureCli { .. } => {
                let claims = BASE64_STANDARD.encode(claims);
                let login = Command::LoginWithClaims { tenant: cli::named(&self.tenant), claims: &claims };
                format!("Sign in with {login}").into()
            }
            _ => {
                Wording::from("An app cannot give that. Sign in as a person: ")
                    + Key::sign_in(side).given("device-code")
                    + "."
            }
        };
        Trouble::new(self.what(), format!("A policy of tenant {side} asks for a stronger sign-in."), now)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({})", self.side)
    }
}
