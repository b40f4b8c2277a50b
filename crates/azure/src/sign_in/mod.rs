//! Sign-in: tokens for the operator, one source per tenant. The Azure SDK's types stay inside this module.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret as SdkSecret, TokenCredential};
use azure_core::http::{ClientOptions, RetryOptions, Transport};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions, Executor,
};
use crosspull_core::cloud::Endpoints;
use crosspull_core::event::{CallId, Event, Plane, Work};
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::AppId;
use crosspull_core::plan::Side;
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use uuid::Uuid;

use crate::refusal::Refused;
use crate::request::{Audience, scope};
use crate::wire::Wire;

mod cli;
mod transport;

use cli::{Cli, NO_CLI};
use transport::IdentityTransport;

/// A token is not used in its last minutes.
const MARGIN_SECONDS: i64 = 300;

/// How to sign in to one tenant, with what it takes.
#[derive(Debug, Clone)]
pub enum Login {
    /// The Azure CLI's account for that subscription, else for that tenant.
    AzureCli {
        /// The subscription of what is worked on. The CLI chooses an account by subscription; a tenant alone makes it
        /// try the account of its current subscription, which may be another one's.
        subscription: Option<Uuid>,
    },
    /// A service principal of that tenant.
    ServicePrincipal {
        /// Its app's id.
        client_id: AppId,
        /// Its secret.
        secret: Secret,
    },
}

/// Tokens for both tenants. Kept in memory only.
#[derive(Debug)]
pub struct Tokens {
    a: Source,
    b: Source,
}

/// Where one tenant's tokens come from, and those it gave.
struct Source {
    side: Side,
    tenant: String,
    wire: Arc<Wire>,
    /// In the order in which they are tried; the next one only where the CLI does not know the subscription.
    ways: Vec<Way>,
    watch: Watch,
    endpoints: Endpoints,
    kept: [tokio::sync::Mutex<Option<(Secret, i64)>>; 3],
}

/// What the credential's own way to the outside saw, since the SDK's errors lose it.
enum Watch {
    /// The token endpoint's refusal.
    Wire(Arc<Mutex<Option<Refused>>>),
    /// The Azure CLI's own words.
    Cli(Arc<Cli>),
}

/// One way to ask for a token, and how it is called in an event.
struct Way {
    credential: Arc<dyn TokenCredential>,
    line: String,
}

/// A request to the Azure CLI that is under way.
type CliCall = (CallId, std::time::Instant);

impl Tokens {
    /// Sources for both tenants; nothing is asked yet.
    ///
    /// # Errors
    /// Where the SDK refuses the tenant's name or the sign-in host.
    pub fn new(wire: &Arc<Wire>, endpoints: &Endpoints, a: (&str, &Login), b: (&str, &Login)) -> Result<Self, Trouble> {
        Ok(Self {
            a: Source::new(wire, endpoints, Side::A, a.0, a.1)?,
            b: Source::new(wire, endpoints, Side::B, b.0, b.1)?,
        })
    }

    const fn source(&self, side: Side) -> &Source {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// A token that is still good for some minutes.
    ///
    /// # Errors
    /// Where sign-in does not work; the trouble says why in the words of who refused.
    pub async fn token(&self, side: Side, audience: Audience) -> Result<Secret, Trouble> {
        self.source(side).token(audience).await
    }

    /// Forgets a token that a service did not accept.
    pub async fn forget(&self, side: Side, audience: Audience) {
        *self.source(side).slot(audience).lock().await = None;
    }
}

impl Source {
    fn new(wire: &Arc<Wire>, endpoints: &Endpoints, side: Side, tenant: &str, login: &Login) -> Result<Self, Trouble> {
        let made = match login {
            Login::AzureCli { subscription } => azure_cli(tenant, *subscription),
            Login::ServicePrincipal { client_id, secret } => {
                service_principal(wire, endpoints, side, tenant, *client_id, secret)
            }
        };
        let (ways, watch) = made.map_err(|e| {
            Trouble::new(
                format!("Sign-in to tenant {side} cannot begin."),
                printable(&e.to_string(), 300),
                "Check the tenant and the sign-in host.",
            )
        })?;
        Ok(Self {
            side,
            tenant: tenant.to_owned(),
            wire: wire.clone(),
            ways,
            watch,
            endpoints: endpoints.clone(),
            kept: Default::default(),
        })
    }

    const fn slot(&self, audience: Audience) -> &tokio::sync::Mutex<Option<(Secret, i64)>> {
        let [arm, graph, registry] = &self.kept;
        match audience {
            Audience::Arm => arm,
            Audience::Graph => graph,
            Audience::Registry => registry,
        }
    }

    /// One request at a time for each audience: the others wait for its token.
    async fn token(&self, audience: Audience) -> Result<Secret, Trouble> {
        let mut kept = self.slot(audience).lock().await;
        let now = self.wire.recorder().now().as_second();
        if let Some((token, until)) = kept.as_ref()
            && now + MARGIN_SECONDS < *until
        {
            return Ok(token.clone());
        }
        let resource = match audience {
            Audience::Arm => &self.endpoints.arm_audience,
            Audience::Graph => &self.endpoints.graph_audience,
            Audience::Registry => &self.endpoints.registry_audience,
        };
        let mut failed = None;
        for way in &self.ways {
            let asked = self.cli_asked(way);
            let answer = way.credential.get_token(&[&scope(resource)], None).await;
            self.cli_answered(asked, answer.as_ref().err());
            match answer {
                Ok(token) => {
                    let secret = Secret::new(token.token.secret().to_owned());
                    *kept = Some((secret.clone(), token.expires_on.unix_timestamp()));
                    return Ok(secret);
                }
                Err(error) => {
                    let elsewhere = self.does_not_know_the_subscription();
                    failed = Some(self.trouble(&error));
                    if !elsewhere {
                        break;
                    }
                }
            }
        }
        Err(failed.unwrap_or_else(|| Trouble::new("There is no way to sign in.", "", "")))
    }

    /// True where the CLI says that it has no such subscription: a guest, or a login without subscriptions.
    fn does_not_know_the_subscription(&self) -> bool {
        let Watch::Cli(cli) = &self.watch else { return false };
        cli.words().is_some_and(|w| w.contains("Subscription '") && w.contains("not found"))
    }

    /// Says that the CLI is asked; requests to the token endpoint say so themselves. A journal that fails here is met
    /// again by the next write, which is not sent then.
    fn cli_asked(&self, way: &Way) -> Option<CliCall> {
        let Watch::Cli(_) = &self.watch else { return None };
        let call = self.wire.recorder().next_call();
        let _ = self.wire.recorder().say(Event::CallStarted {
            call,
            work: Work::SignIn(self.side),
            plane: Plane::Entra,
            side: self.side,
            method: "RUN".to_owned(),
            url: way.line.clone(),
            writes: false,
        });
        Some((call, std::time::Instant::now()))
    }

    fn cli_answered(&self, asked: Option<CliCall>, error: Option<&azure_core::Error>) {
        let (Watch::Cli(cli), Some((call, since))) = (&self.watch, asked) else {
            return;
        };
        let refusal = error.map(|e| Refusal {
            status: None,
            code: "AzureCli".to_owned(),
            message: cli.words().unwrap_or_else(|| printable(&e.to_string(), 300)),
            request_id: None,
        });
        let ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let _ = self.wire.recorder().say(Event::CallTried { call, n: 1, status: None, ms, refusal });
    }

    /// A refusal of the operator's own service principal. Its meanings in the table are those for the new app.
    fn refused(&self, what: String, refused: Refused) -> Trouble {
        let credential = matches!(refused.oauth.as_deref(), Some("invalid_client" | "unauthorized_client"));
        let trouble = Trouble::from_refusal(what, refused.refusal);
        if !credential {
            return trouble;
        }
        let side = self.side;
        trouble.because(
            format!("The id or the secret is not that of a service principal of tenant {}.", self.tenant),
            format!(
                "Check CROSSPULL_{side}_CLIENT_ID and CROSSPULL_{side}_CLIENT_SECRET: the secret's value, not its id."
            ),
        )
    }

    fn trouble(&self, error: &azure_core::Error) -> Trouble {
        let what = format!("Sign-in to tenant {} did not work.", self.side);
        match &self.watch {
            Watch::Wire(seen) => match seen.lock().unwrap_or_else(PoisonError::into_inner).take() {
                Some(refused) => self.refused(what, refused),
                None => Trouble::new(what, printable(&error.to_string(), 300), "Check the connection, then try again."),
            },
            Watch::Cli(cli) => match cli.words() {
                Some(words) if words == NO_CLI => Trouble::new(
                    what,
                    words,
                    format!("Install the Azure CLI, or give --sign-in-{} service-principal.", self.side.lower()),
                ),
                words => Trouble::new(
                    what,
                    words.unwrap_or_else(|| printable(&error.to_string(), 300)),
                    format!("Sign in with az login --tenant {}, then try again.", self.tenant),
                ),
            },
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({})", self.side)
    }
}

/// The ways of the Azure CLI to a token of a tenant.
fn azure_cli(tenant: &str, subscription: Option<Uuid>) -> azure_core::Result<(Vec<Way>, Watch)> {
    let cli = Arc::new(Cli::default());
    let way = |subscription: Option<String>, tenant_id: Option<String>, line: String| {
        let executor: Arc<dyn Executor> = cli.clone();
        let options = AzureCliCredentialOptions { subscription, tenant_id, executor: Some(executor) };
        AzureCliCredential::new(Some(options)).map(|credential| Way { credential, line })
    };
    let ask = "az account get-access-token";
    let mut ways = Vec::new();
    if let Some(id) = subscription {
        ways.push(way(Some(id.to_string()), None, format!("{ask} --subscription {id}"))?);
    }
    ways.push(way(None, Some(tenant.to_owned()), format!("{ask} --tenant {tenant}"))?);
    Ok((ways, Watch::Cli(cli)))
}

/// A service principal's way to a token: client credentials, over our own wire.
fn service_principal(
    wire: &Arc<Wire>,
    endpoints: &Endpoints,
    side: Side,
    tenant: &str,
    client_id: AppId,
    secret: &Secret,
) -> azure_core::Result<(Vec<Way>, Watch)> {
    let seen = Arc::new(Mutex::new(None));
    let transport = IdentityTransport { wire: wire.clone(), side, seen: seen.clone() };
    let mut custom = CustomConfiguration::default();
    custom.authority_host = endpoints.login.to_string();
    let client_options = ClientOptions {
        transport: Some(Transport::new(Arc::new(transport))),
        cloud: Some(Arc::new(CloudConfiguration::Custom(custom))),
        // The wire retries, visibly; the SDK must not do so on top.
        retry: RetryOptions::none(),
        ..Default::default()
    };
    let options = ClientSecretCredentialOptions { client_options };
    let secret = SdkSecret::new(secret.reveal().to_owned());
    let credential = ClientSecretCredential::new(tenant, client_id.to_string(), secret, Some(options))?;
    Ok((vec![Way { credential, line: String::new() }], Watch::Wire(seen)))
}
