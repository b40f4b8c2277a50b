//! A new run: reads what was given, then asks the checks and carries out the plan.

use std::path::PathBuf;

use clap::ArgMatches;
use crosspull_core::input::Key;

use super::given::Given;
use super::manifest;
use super::nobody_to_ask;
use super::secret_file::{SecretFile, SecretFiles, reserved};
use super::session::Session;
use super::stream::Stream;
use crate::exit::Code;
use crate::sources::{self, environment};

/// Looks up what was named without its id, asks the checks, and carries out the plan where there is a folder for its
/// journal.
///
/// # Errors
/// An error where signals or standard output cannot be used.
pub async fn begin(arguments: &ArgMatches, stream: &mut Stream, runs: Option<PathBuf>) -> color_eyre::Result<Code> {
    match prepare(arguments, runs.is_some()) {
        Ok((given, files)) => {
            let mut session = Session::new(arguments, stream, files.secret)?;
            session.way_back_file = files.way_back;
            session.apply(given, runs).await
        }
        Err(complaints) => Ok(stream.complain(&complaints)),
    }
}

/// Reads and checks all that was given, before anything is called.
fn prepare(arguments: &ArgMatches, writes: bool) -> Result<(Given, SecretFiles), Vec<String>> {
    let answers = sources::answers(arguments, &environment)?;
    let given = Given::read(&answers);
    let mut complaints = given.as_ref().err().cloned().unwrap_or_default();
    if writes {
        complaints.extend(nobody_to_ask(arguments));
    }
    complaints.extend(answers.get(Key::ManifestOut).filter(|_| writes).and_then(manifest::refused));
    let mut place = |key| {
        let path = answers.get(key).filter(|_| writes)?;
        reserved(key, SecretFile::reserve, path, &mut complaints)
    };
    let files = SecretFiles { secret: place(Key::SecretOut), way_back: place(Key::WayBackOut), saved_way_back: None };
    if files.secret.is_some() && answers.get(Key::SecretOut) == answers.get(Key::WayBackOut) {
        complaints.push("way-back-out: that is the file of secret-out: name another one".to_owned());
    }
    match given {
        Ok(given) if complaints.is_empty() => Ok((given, files)),
        _ => Err(complaints),
    }
}
