//! Sign-in by an account of the Azure CLI: which of its accounts is asked, and what is told where it gives no token.

use std::sync::Arc;
use std::time::Instant;

use crosspull_core::event::{Event, Plane, Work};
use crosspull_core::explain::{CliCommands, CliFailure, Trouble};
use crosspull_core::ids::{TenantId, TenantRef};
use crosspull_core::names::CallId;
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use uuid::Uuid;

use super::Source;
use super::cli::{self, Cli, CliCommand};
use super::token_cache::CachedToken;
use crate::reply::{self, OpenId};
use crate::request::{self, Audience, scope};
use crate::wire::{CallError, Reply};

/// A request to the Azure CLI that is under way.
type CliCall = (CallId, Instant);

impl Source {
    /// Asks the Azure CLI. The next command is tried where the CLI does not know the subscription, or has it under another
    /// tenant, as where that one manages it (Azure Lighthouse): of several tenants, the last login has it.
    /// `asked` is when the token was asked for.
    pub(super) async fn by_cli(
        &self,
        subscription: Option<Uuid>,
        audience: Audience,
        asked: Instant,
    ) -> Result<CachedToken, Trouble> {
        let cli = Arc::new(Cli::new(asked));
        let commands = cli::commands(&cli, &self.tenant, subscription)
            .map_err(|e| Trouble::new(self.what(), printable(&e.to_string(), 300), "Check the tenant."))?;
        let (mut elsewhere, mut failed) = (None, CliFailure::without_token(""));
        for (n, command) in commands.iter().enumerate() {
            let (other, unknown) = match self.cli_token(&cli, command, audience).await? {
                // What is wrong with the last one's token, the check of the sign-in says.
                Ok(token) if n + 1 == commands.len() => return Ok(token),
                Ok(token) => match self.elsewhere(reply::tenant_of(&token.0)).await {
                    None => return Ok(token),
                    other => (other, false),
                },
                Err(failure) => {
                    failed = failure;
                    let tenant = failed.remedy_tenant().and_then(|tenant| tenant.parse().ok());
                    (self.elsewhere(tenant).await, failed.is_of_the_subscription())
                }
            };
            if other.is_none() && !unknown {
                break;
            }
            elsewhere = elsewhere.or(other);
        }
        let mut trouble = failed.trouble(self.what(), &self.cli_commands());
        if let (Some(other), Some(id)) = (elsewhere, subscription) {
            trouble.why = format!("The Azure CLI has subscription {id} under tenant {other}. {}", trouble.why);
        }
        Err(trouble)
    }

    /// Asks the Azure CLI by one command.
    async fn cli_token(
        &self,
        cli: &Cli,
        command: &CliCommand,
        audience: Audience,
    ) -> Result<Result<CachedToken, CliFailure>, Trouble> {
        let asked = self.cli_asked(command);
        let scope = scope(self.resource(audience));
        let scopes = [scope.as_str()];
        let answer = tokio::select! {
            biased;
            () = self.wire.control().stopped() => return Err(CallError::Stopped.trouble(self.what())),
            answer = command.credential.get_token(&scopes, None) => answer,
        };
        let answer = match answer {
            Ok(token) => Ok((Secret::new(token.token.secret().to_owned()), token.expires_on.unix_timestamp())),
            Err(error) => Err(cli.failure().unwrap_or_else(|| CliFailure::said(&error.to_string()))),
        };
        self.cli_answered(asked, answer.as_ref().err());
        Ok(answer)
    }

    /// Returns the tenant that a token is of, where that is known to be another one than this.
    async fn elsewhere(&self, of: Option<TenantId>) -> Option<TenantId> {
        let of = of?;
        if self.tenant == TenantRef::HOME {
            return None;
        }
        let here = self.id.get_or_init(|| self.read_id()).await.as_ref()?;
        (of != *here).then_some(of)
    }

    /// Reads the id of the tenant, which may be named by a domain.
    async fn read_id(&self) -> Option<TenantId> {
        if let Ok(id) = self.tenant.parse() {
            return Some(id);
        }
        let request = request::openid_configuration(&self.endpoints, self.side, &self.tenant);
        let read = |reply: &Reply| serde_json::from_slice::<OpenId>(&reply.body).map_err(|e| e.to_string());
        self.wire.send(&Work::SignIn(self.side), &request, None, read).await.ok()?.tenant()
    }

    fn cli_commands(&self) -> CliCommands {
        let cloud = self.endpoints.name.clone();
        CliCommands { side: self.side, login: self.az_login(), ask: cli::ask(&self.tenant), cloud }
    }

    /// Says that the CLI is asked; requests to the token endpoint say so themselves. A journal that fails here is met
    /// again by the next write, which is not sent then.
    fn cli_asked(&self, command: &CliCommand) -> CliCall {
        let call = self.wire.recorder().next_call();
        let _ = self.wire.recorder().announce(Event::CallStarted {
            call,
            work: Work::SignIn(self.side),
            plane: Plane::Entra,
            side: self.side,
            method: "RUN".to_owned(),
            url: command.line.clone(),
            writes: false,
            resets: false,
        });
        (call, Instant::now())
    }

    fn cli_answered(&self, (call, since): CliCall, failure: Option<&CliFailure>) {
        let refusal = failure.map(CliFailure::refusal);
        let ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let _ = self.wire.recorder().announce(Event::CallTried { call, n: 1, status: None, ms, refusal });
    }
}
