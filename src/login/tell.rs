//! What a sign-in to a registry prints.

use clap::ArgMatches;
use color_eyre::eyre::eyre;
use crosspull_azure::request::Audience;
use crosspull_core::command::Command;
use crosspull_core::login::{self, Given, NULL_USER, Who};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::arguments::{EXPOSE, REFRESH, flag};
use super::entered::Entered;
use crate::headless::lines::bytes;
use crate::tell::Form;

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

    /// Returns the form in which it is told why nobody was signed in.
    pub const fn of_refusal(self) -> Form {
        match self {
            Self::Json => Form::Json,
            Self::Text | Self::Token { .. } => Form::Text,
        }
    }
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
