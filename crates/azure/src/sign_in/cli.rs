//! The Azure CLI as the SDK runs it: with a time limit, its answer read out of what surrounds it, and its own words kept
//! when it fails.

use std::ffi::OsStr;
use std::io;
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_identity::{AzureCliCredential, AzureCliCredentialOptions, Executor};
use crosspull_core::command::Command;
use crosspull_core::explain::{CliFailure, without_colours};
use crosspull_core::ids::TenantRef;
use crosspull_core::secret::SECRET_VARIABLES;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroize as _;

/// The longest time that the Azure CLI may take for a token.
const CLI_AT_MOST: Duration = Duration::from_secs(60);

/// The turn to run the Azure CLI, of which there is one on a machine. One that reads its cache of tokens while another
/// writes it finds an empty one, and says that the account is not signed in (seen with 2.91: `msal-extensions` writes the
/// file in place, and `azure-cli-core` reads accounts without its lock).
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Runs the Azure CLI with a time limit, and keeps why it gave no token.
#[derive(Debug, Default)]
pub(super) struct Cli(Mutex<Option<CliFailure>>);

impl Cli {
    /// Returns the last failure.
    pub(super) fn failure(&self) -> Option<CliFailure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, failure: Option<CliFailure>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = failure;
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
        let _turn = TURN.lock().await;
        self.keep(None);
        let mut az = tokio::process::Command::new(program);
        az.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // The operators' secrets in our environment are none of the child's business.
        for name in SECRET_VARIABLES {
            az.env_remove(name);
        }
        let Some(mut output) = ended_before(az, tokio::time::sleep(CLI_AT_MOST)).await? else {
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
            // The shell's word for a program that is not there; the Azure CLI's own script says it of its Python.
            Some(127) if !stderr.contains("python") => self.keep(Some(CliFailure::missing())),
            _ => self.keep(Some(CliFailure::said(&stderr))),
        }
        Ok(output)
    }
}

/// Runs a program to its end. Returns `None` where the limit comes first; program and children are killed then, as they
/// are where nobody waits for them any more.
async fn ended_before(
    mut program: tokio::process::Command,
    limit: impl Future<Output = ()> + Send,
) -> io::Result<Option<Output>> {
    program.kill_on_drop(true);
    program.process_group(0);
    let child = program.spawn()?;
    let mut group = Group::of(&child);
    tokio::select! {
        output = child.wait_with_output() => {
            // What the Azure CLI leaves behind, such as the one who sends its telemetry, is its own business.
            group.let_go();
            output.map(Some)
        }
        () = limit => Ok(None),
    }
}

/// A program with its children, killed when dropped: the Azure CLI is a script that starts Python, and the SDK starts it by
/// a shell.
struct Group(Option<rustix::process::Pid>);

impl Group {
    fn of(child: &tokio::process::Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw))
    }

    const fn let_go(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // They may all have ended just now.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
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
    let until = expiry(&told, here).ok_or_else(CliFailure::without_expiry)?;
    Ok(json!({"accessToken": token, "expires_on": until.as_second(), "tokenType": "Bearer"}).to_string())
}

fn expiry(told: &Value, here: &TimeZone) -> Option<Timestamp> {
    let number = told.get("expires_on").and_then(|v| v.as_i64().or_else(|| v.as_str()?.parse().ok()));
    if let Some(seconds) = number {
        return Timestamp::from_second(seconds).ok();
    }
    let text = told.get("expiresOn")?.as_str()?;
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
        let failure = until(r#""expiresOn": "tomorrow""#).expect_err("no time");
        assert_eq!(failure, CliFailure::without_expiry());
    }

    /// The end of the pipe that all of them hold tells that none of them is left.
    #[tokio::test]
    async fn what_does_not_end_is_killed_with_its_children() {
        use std::io::{BufRead as _, BufReader, Read as _};

        let (reader, writer) = io::pipe().expect("a pipe");
        let mut program = tokio::process::Command::new("/bin/sh");
        program.args(["-c", "sh -c 'echo there; exec sleep 1000' & wait"]).stdin(Stdio::null()).stdout(writer);
        let (sender, received) = std::sync::mpsc::channel();
        // The limit comes once the child's child is there.
        let limit = async move {
            let first_line = tokio::task::spawn_blocking(move || {
                let (mut lines, mut line) = (BufReader::new(reader), String::new());
                lines.read_line(&mut line).map(|_| (lines, line))
            });
            let _ = sender.send(first_line.await.expect("a thread").expect("a line"));
        };
        assert!(ended_before(program, limit).await.expect("runs").is_none());
        let (mut lines, line) = received.recv().expect("a line");
        assert_eq!(line, "there\n");
        assert_eq!(lines.read_to_string(&mut String::new()).expect("the end"), 0);
    }
}
