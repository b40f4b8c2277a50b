//! The Azure CLI as the SDK runs it: with a time limit, its answer read out of what surrounds it, and its own words kept
//! when it fails.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use azure_core::credentials::TokenCredential;
use azure_identity::{AzureCliCredential, AzureCliCredentialOptions, Executor};
use crosspull_core::command::Command;
use crosspull_core::explain::{CliFailure, without_colours};
use crosspull_core::ids::TenantRef;
use crosspull_core::secret::SECRET_VARIABLES;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroize as _;

use super::on_path::OnPath;
use super::process::Turn;

/// The longest time that the Azure CLI may take for a token.
const CLI_AT_MOST: Duration = Duration::from_secs(60);

/// The turn to run the Azure CLI, of which there is one on a machine. One that reads its cache of tokens while another
/// writes it finds an empty one, and says that the account is not signed in (seen with 2.91: `msal-extensions` writes the
/// file in place, and `azure-cli-core` reads accounts without its lock).
static TURN: Turn = Turn::new();
/// The folder in which the SDK has the Azure CLI run.
const FOLDER: &str = "/bin";

/// Runs the Azure CLI with a time limit, and keeps why it gave no token.
#[derive(Debug)]
pub(super) struct Cli {
    asked: Instant,
    failure: Mutex<Option<CliFailure>>,
}

impl Cli {
    /// Returns the Azure CLI for a token that was asked for then.
    pub(super) fn new(asked: Instant) -> Self {
        Self { asked, failure: Mutex::default() }
    }

    /// Returns the last failure.
    pub(super) fn failure(&self) -> Option<CliFailure> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, failure: Option<CliFailure>) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
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
    let mut commands = Vec::new();
    if let Some(id) = subscription {
        commands.push(command(
            Some(id.to_string()),
            None,
            format!("{} --subscription {id}", Command::GetToken { tenant: None }),
        )?);
    }
    commands.push(command(None, named(tenant).map(str::to_owned), ask(tenant))?);
    Ok(commands)
}

/// Returns the command that asks for a token of a tenant.
pub(super) fn ask(tenant: &str) -> String {
    Command::GetToken { tenant: named(tenant) }.to_string()
}

/// Returns the tenant where one is named.
pub(super) fn named(tenant: &str) -> Option<&str> {
    Some(tenant).filter(|tenant| *tenant != TenantRef::HOME)
}

#[async_trait::async_trait]
impl Executor for Cli {
    async fn run(&self, program: &OsStr, args: &[&OsStr]) -> io::Result<Output> {
        self.keep(None);
        let mut az = tokio::process::Command::new(program);
        az.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        // The operators' secrets in our environment are none of the child's business.
        for name in SECRET_VARIABLES {
            az.env_remove(name);
        }
        let Some(mut output) = TURN.run(self.asked, az, CLI_AT_MOST).await? else {
            self.keep(Some(CliFailure::silent(CLI_AT_MOST.as_secs())));
            return Err(io::ErrorKind::TimedOut.into());
        };
        let stderr = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => match answer(&String::from_utf8_lossy(&output.stdout), &stderr, &TimeZone::system()) {
                Ok(plain) => {
                    output.stdout.zeroize();
                    output.stdout = plain.into_bytes();
                }
                Err(failure) => self.keep(Some(failure)),
            },
            // The shell's words for a program that is not there, or that cannot be run; or a program's own.
            Some(126 | 127) => self.keep(Some(not_run(&stderr))),
            _ => self.keep(Some(CliFailure::said(&stderr))),
        }
        Ok(output)
    }
}

/// Returns why a shell could not run the Azure CLI. Where it could, the words are the Azure CLI's own, as where its script
/// does not find its Python.
fn not_run(stderr: &str) -> CliFailure {
    match OnPath::of("az", &std::env::var_os("PATH").unwrap_or_default(), Path::new(FOLDER)) {
        OnPath::Nothing => CliFailure::missing(),
        OnPath::Broken(file, why) => CliFailure::not_run(&file.to_string_lossy(), &why),
        OnPath::Runs => CliFailure::said(stderr),
    }
}

/// Returns the Azure CLI's answer as the SDK reads it: the JSON alone, with the time when the token expires.
///
/// Extensions and wrappers write before and after it. Before version 2.54 it told that time as the machine's local time
/// alone (`docs/facts/azure.md` 9.6).
fn answer(stdout: &str, stderr: &str, here: &TimeZone) -> Result<String, CliFailure> {
    let stdout = without_colours(stdout);
    let starts = stdout.match_indices('{').map(|(at, _)| stdout.get(at..).unwrap_or_default());
    let objects = starts
        .filter_map(|from| serde_json::Deserializer::from_str(from).into_iter::<Value>().next().and_then(Result::ok));
    let found = objects.filter_map(|o| Some((o.get("accessToken")?.as_str()?.to_owned(), o))).next();
    let Some((token, told)) = found.filter(|(token, _)| !token.is_empty()) else {
        return Err(CliFailure::without_token(stderr));
    };
    let until = expiry(&told, here)?;
    Ok(json!({"accessToken": token, "expires_on": until.as_second(), "tokenType": "Bearer"}).to_string())
}

/// The first second, of those since 1970, that is taken for milliseconds: it is in the year 5138.
const MILLISECONDS: f64 = 1e11;

/// Returns when a token expires.
fn expiry(told: &Value, here: &TimeZone) -> Result<Timestamp, CliFailure> {
    let field = |name| told.get(name).filter(|value| !value.is_null());
    let (number, text) = (field("expires_on"), field("expiresOn"));
    if number.or(text).is_none() {
        return Err(CliFailure::without_expiry());
    }
    let since_1970 = number.and_then(since_1970);
    since_1970.or_else(|| written(text?.as_str()?, here)).ok_or_else(CliFailure::unread_expiry)
}

/// Reads seconds since 1970: a number or a text, whole or not. Some wrappers write milliseconds.
fn since_1970(value: &Value) -> Option<Timestamp> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    let seconds = if number < MILLISECONDS { number } else { number / 1000.0 };
    SignedDuration::try_from_secs_f64(seconds).ok().and_then(|since| Timestamp::from_duration(since).ok())
}

/// Reads a time as it is written: with its zone, else as the time of this machine.
fn written(text: &str, here: &TimeZone) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    // Of two times with one name, where clocks are set back, the earlier one is the safe one.
    here.to_ambiguous_timestamp(text.parse::<DateTime>().ok()?).earlier().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stdout: &str) -> Result<Value, CliFailure> {
        let here = TimeZone::fixed(jiff::tz::offset(2));
        answer(stdout, "", &here).map(|plain| serde_json::from_str(&plain).expect("JSON"))
    }

    #[test]
    fn the_answer_is_read_out_of_what_surrounds_it() {
        let json = r#"{"accessToken": "t", "expires_on": 1700000000, "tokenType": "Bearer"}"#;
        let plain = read(json).expect("an answer");
        for around in [
            format!("\u{feff}{json}"),
            format!("Loading {{profile}} {{\"a\": 1}}\n{json}\nA new version is available {{2.99}}\n"),
            format!("\u{1b}[33mwarning\u{1b}[0m\n\u{1b}[0m{json}"),
        ] {
            assert_eq!(read(&around).as_ref(), Ok(&plain), "{around}");
        }
        for none in ["", "{", "[]", r#"{"accessToken": ""}"#, r#"{"accessToken": "t", "expi"#, "<html>{}</html>"] {
            let failure = read(none).expect_err("no token");
            assert_eq!(failure.words(), "The Azure CLI gave no token, and no reason.", "{none}");
        }
    }

    #[test]
    fn an_old_azure_clis_local_time_is_read() {
        let until = |told: &str| read(&format!(r#"{{"accessToken": "t", {told}}}"#)).map(|v| v["expires_on"].clone());
        assert_eq!(until(r#""expiresOn": "2023-11-15 00:13:20.000000""#), Ok(json!(1_700_000_000)));
        assert_eq!(until(r#""expiresOn": "2023-11-14T22:13:20Z""#), Ok(json!(1_700_000_000)));
        assert_eq!(until(r#""expires_on": "1700000000""#), Ok(json!(1_700_000_000)));
    }

    #[test]
    fn an_expiry_is_read_in_every_form_and_only_its_lack_is_of_an_old_azure_cli() {
        let until = |told: &str| read(&format!(r#"{{"accessToken": "t", {told}}}"#)).map(|v| v["expires_on"].clone());
        for told in ["1700000000000", "1700000000.25", r#""1700000000.0""#, r#""1700000000000""#, "1.7e9"] {
            assert_eq!(until(&format!(r#""expires_on": {told}"#)), Ok(json!(1_700_000_000)), "{told}");
        }
        assert_eq!(until(r#""expires_on": "soon", "expiresOn": "2023-11-14T22:13:20Z""#), Ok(json!(1_700_000_000)));
        for told in
            [r#""expiresOn": "tomorrow""#, r#""expires_on": "NaN""#, r#""expires_on": 1e300"#, r#""expires_on": []"#]
        {
            assert_eq!(until(told), Err(CliFailure::unread_expiry()), "{told}");
        }
        for told in [r#""a": 1"#, r#""expires_on": null"#] {
            assert_eq!(until(told), Err(CliFailure::without_expiry()), "{told}");
        }
    }
}
