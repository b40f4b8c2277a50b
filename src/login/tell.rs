//! What a sign-in to a registry prints.

use clap::ArgMatches;
use color_eyre::eyre::eyre;
use crosspull_azure::request::Audience;
use crosspull_core::cloud::KnownCloud;
use crosspull_core::command::Command;
use crosspull_core::explain::Trouble;
use crosspull_core::login::{self, Given, NULL_USER, Who};
use crosspull_core::names::Verdict;
use crosspull_core::text::terminal_safe;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::arguments::{EXPOSE, REFRESH, flag};
use super::entered::Entered;
use crate::exit::Code;
use crate::headless::lines::{Lines, aside, bytes};

/// The form of what is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Lines for people.
    Text,
    /// One JSON object.
    Json,
    /// The registry's token as JSON, and nothing else; named as a refresh token too, or not.
    Token { refresh: bool },
}

impl Told {
    /// Returns the form that the arguments ask for.
    pub fn of(arguments: &ArgMatches) -> Self {
        match arguments.get_one::<String>("output").map(String::as_str) {
            _ if flag(arguments, EXPOSE) => Self::Token { refresh: flag(arguments, REFRESH) },
            Some("json") => Self::Json,
            _ => Self::Text,
        }
    }
}

/// Tells why nobody was signed in. Pages that explain are those of that cloud.
pub fn refused(told: Told, trouble: &Trouble, cloud: Option<KnownCloud>) -> Code {
    let lines = trouble.lines(cloud);
    let heads = ["crosspull: "].into_iter().chain(std::iter::repeat("  "));
    heads.zip(&lines).for_each(|(head, line)| aside(&format!("{head}{line}")));
    if told == Told::Json {
        // It was told already.
        let _ = print(&[json!({ "trouble": trouble }).to_string()]);
    }
    Verdict::Failed.exit_code()
}

/// Prints the registry's token, in the names of `az acr login --expose-token`.
///
/// # Errors
/// An error where it cannot be written.
pub fn token(entered: &Entered, refresh: bool) -> color_eyre::Result<()> {
    let (user, secret) = entered.credential.pair();
    let ends = entered.expires.map(|at| at.to_string());
    let mut text = zeroize::Zeroizing::new(String::with_capacity(8192));
    let mut line = |name: &str, value: &str, end: &str| {
        text.push_str(&format!("  {}: {}{end}\n", Value::from(name), Value::from(value)));
    };
    line("loginServer", &entered.server, ",");
    line("username", user, ",");
    if refresh && user == NULL_USER {
        line("refreshToken", secret.reveal(), ",");
    }
    if let Some(ends) = &ends {
        line("expiresAt", ends, ",");
    }
    line("accessToken", secret.reveal(), "");
    let written = bytes(b"{\n").and_then(|()| bytes(text.as_bytes())).and_then(|()| bytes(b"}\n"));
    written.map_err(|error| eyre!("standard output could not be written ({error}), so the token is nowhere"))
}

/// Returns the sign-in as JSON, without anything secret. `why` says why no program was given it.
pub fn object(entered: &Entered, given: &[Given], why: Option<&str>) -> Value {
    json!({
        "why": why,
        "loginServer": entered.server,
        "as": entered.who.word(),
        "account": entered.account,
        "tenant": entered.tenant,
        "audience": entered.audience.map(audience),
        "expiresAt": entered.expires.map(|at| at.to_string()),
        "granted": {
            "everywhere": entered.granted.everywhere,
            "repositories": entered.granted.repositories,
            "unseen": entered.granted.unseen,
        },
        "given": given.iter().map(|one| json!({ "program": one.program, "taken": one.taken, "says": one.says })).collect::<Vec<_>>(),
    })
}

const fn audience(of: Audience) -> &'static str {
    match of {
        Audience::Registry => "registry",
        _ => "resource-manager",
    }
}

/// Returns when the sign-in ends, and what renews it, in lines.
pub fn end(entered: &Entered, now: Timestamp) -> Vec<String> {
    let ends = login::ends(entered.expires, now);
    if entered.expires.is_none() {
        return vec![ends];
    }
    let of_app = Some(("as", entered.who.word())).filter(|_| entered.who != Who::Me);
    let tenant = entered.tenant.as_deref().map(|tenant| ("tenant", tenant));
    let options: Vec<(&str, &str)> = of_app.into_iter().chain(tenant).collect();
    let configure = Command::SignIn { registry: &entered.server, options: &options, from_now_on: true };
    vec![format!("{ends} The same command again renews it."), format!("To have docker renew it by itself: {configure}")]
}

/// Prints lines on standard output.
///
/// # Errors
/// An error where not all of it could be written. A reader that did not want more is none.
pub fn print(lines: &[String]) -> color_eyre::Result<()> {
    let mut out = Lines::default();
    out.write(&lines.iter().map(|line| terminal_safe(line).into_owned()).collect::<Vec<_>>());
    out.whole().map_err(|error| eyre!("standard output could not be written ({error}), so not all was told"))
}
