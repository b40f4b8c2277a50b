//! The output of a command that is no run: lines or JSON on standard output, and what went wrong on standard error.

use clap::ArgMatches;
use color_eyre::eyre::eyre;
use crosspull_core::cloud::KnownCloud;
use crosspull_core::explain::Trouble;
use crosspull_core::names::Verdict;
use crosspull_core::text::terminal_safe;
use crosspull_core::wording::Front;
use serde_json::json;

use crate::exit::{Code, WRONG_INPUT};
use crate::headless::lines::{Lines, aside};

/// The form of what is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines for people.
    Text,
    /// JSON.
    Json,
}

impl Form {
    /// Returns the form that the arguments ask for (`cli::output`).
    pub fn of(arguments: &ArgMatches) -> Self {
        match arguments.get_one::<String>("output").map(String::as_str) {
            Some("json") => Self::Json,
            _ => Self::Text,
        }
    }
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

/// Tells why nothing was done. Pages that explain are those of that cloud.
pub fn refused(form: Form, front: Front, trouble: &Trouble, cloud: Option<KnownCloud>) -> Code {
    let lines = trouble.told(front, cloud);
    let heads = ["crosspull: "].into_iter().chain(std::iter::repeat("  "));
    heads.zip(&lines).for_each(|(head, line)| aside(&format!("{head}{line}")));
    if form == Form::Json {
        // It was told already.
        let _ = print(&[json!({ "trouble": trouble }).to_string()]);
    }
    Verdict::Failed.exit_code()
}

/// Says everything that is wrong with the input; nothing was called.
pub fn complain(complaints: &[String]) -> Code {
    aside("crosspull: nothing was called, since the input is not complete or not right:");
    complaints.iter().for_each(|complaint| aside(&format!("  {complaint}")));
    WRONG_INPUT
}
