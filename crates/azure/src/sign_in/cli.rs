//! The Azure CLI as the SDK runs it: with a time limit, and its own words kept when it fails.

use std::ffi::OsStr;
use std::io;
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_identity::{AzureCliCredential, AzureCliCredentialOptions, Executor};
use crosspull_core::ids::TenantRef;
use crosspull_core::secret::SECRET_VARIABLES;
use crosspull_core::text::printable;
use uuid::Uuid;

use crate::refusal::first_line;

/// The longest time that the Azure CLI may take for a token.
const CLI_AT_MOST: Duration = Duration::from_secs(60);
/// The words where there is no Azure CLI.
pub(super) const NO_CLI: &str = "The Azure CLI (az) was not found on the PATH.";

/// Runs the Azure CLI with a time limit, and keeps its own words when it fails.
#[derive(Debug, Default)]
pub(super) struct Cli(Mutex<Option<String>>);

impl Cli {
    /// Returns the words of the last failure.
    pub(super) fn words(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// True where the Azure CLI says that it has no such subscription: a guest, or a login without subscriptions.
    pub(super) fn does_not_know_the_subscription(&self) -> bool {
        self.words().is_some_and(|w| w.contains("Subscription '") && w.contains("not found"))
    }

    fn keep(&self, words: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = words;
    }
}

/// A command of the Azure CLI that asks for a token, and its line in an event.
pub(super) struct CliCommand {
    pub(super) credential: Arc<dyn TokenCredential>,
    pub(super) line: String,
}

/// Returns the commands that ask the Azure CLI for a token of a tenant, in the order in which they are tried. Where no
/// tenant is named, the token is one of its current account.
pub(super) fn commands(
    cli: &Arc<Cli>,
    tenant: &str,
    subscription: Option<Uuid>,
) -> azure_core::Result<Vec<CliCommand>> {
    let command = |subscription: Option<String>, tenant_id: Option<String>, line: String| {
        let executor: Arc<dyn Executor> = cli.clone();
        let options = AzureCliCredentialOptions { subscription, tenant_id, executor: Some(executor) };
        AzureCliCredential::new(Some(options)).map(|credential| CliCommand { credential, line })
    };
    let ask = "az account get-access-token";
    let mut commands = Vec::new();
    if let Some(id) = subscription {
        commands.push(command(Some(id.to_string()), None, format!("{ask} --subscription {id}"))?);
    }
    commands.push(match tenant {
        TenantRef::HOME => command(None, None, ask.to_owned())?,
        tenant => command(None, Some(tenant.to_owned()), format!("{ask} --tenant {tenant}"))?,
    });
    Ok(commands)
}

#[async_trait::async_trait]
impl Executor for Cli {
    async fn run(&self, program: &OsStr, args: &[&OsStr]) -> io::Result<Output> {
        self.keep(None);
        let mut az = tokio::process::Command::new(program);
        az.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // The operators' secrets in our environment are none of the child's business.
        for name in SECRET_VARIABLES {
            az.env_remove(name);
        }
        let child = az.spawn()?;
        let Ok(output) = tokio::time::timeout(CLI_AT_MOST, child.wait_with_output()).await else {
            self.keep(Some(format!("The Azure CLI did not answer within {} s.", CLI_AT_MOST.as_secs())));
            return Err(io::ErrorKind::TimedOut.into());
        };
        let output = output?;
        // The shell's word for a program that is not there.
        if output.status.code() == Some(127) {
            self.keep(Some(NO_CLI.to_owned()));
        } else if !output.status.success() {
            self.keep(Some(own_words(&String::from_utf8_lossy(&output.stderr))).filter(|w| !w.is_empty()));
        }
        Ok(output)
    }
}

/// Returns the words of the Azure CLI from its first error on, without the warnings before and the ids behind.
fn own_words(stderr: &str) -> String {
    let from = stderr.find("ERROR: ").map_or(0, |at| at + "ERROR: ".len());
    printable(&first_line(stderr.get(from..).unwrap_or_default().trim()), 500)
}

/// Returns the number of the sign-in service in the Azure CLI's words, such as `AADSTS7000222`.
pub(super) fn number_in(words: &str) -> Option<String> {
    const MARK: &str = "AADSTS";
    let from = words.get(words.find(MARK)? + MARK.len()..)?;
    let digits: String = from.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("{MARK}{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_in_services_number_is_found_in_the_azure_clis_words() {
        assert_eq!(number_in("AADSTS7000222: The secret is expired.").as_deref(), Some("AADSTS7000222"));
        assert_eq!(number_in("Failed (AADSTS53003)").as_deref(), Some("AADSTS53003"));
        assert_eq!(number_in("no AADSTS here"), None);
    }

    #[test]
    fn the_azure_clis_own_words_begin_with_its_error() {
        let stderr = "WARNING: Could not retrieve credential.\nERROR: AADSTS700016: Application 'x' was not found. Trace ID: 1\nRun the command below";
        assert_eq!(own_words(stderr), "AADSTS700016: Application 'x' was not found.");
        assert_eq!(own_words("Please run 'az login'"), "Please run 'az login'");
    }
}
