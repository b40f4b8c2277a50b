//! A new run: reads what was given, then asks the checks and carries out the plan.

use std::path::PathBuf;

use clap::ArgMatches;
use crosspull_core::find::Named;
use crosspull_core::input::Key;

use super::nobody_to_ask;
use super::secret_file::{SecretFile, SecretFiles, reserved};
use super::session::Session;
use super::stream::Stream;
use crate::credentials::{self, Ready};
use crate::exit::Code;
use crate::sources::{self, environment};

/// Looks up what was named without its id, asks the checks, and carries out the plan where there is a folder for its
/// journal.
///
/// # Errors
/// Where signals or standard output cannot be used.
pub async fn begin(arguments: &ArgMatches, stream: &mut Stream, runs: Option<PathBuf>) -> color_eyre::Result<Code> {
    match prepare(arguments, runs.is_some()) {
        Ok((named, ready, files)) => {
            let mut session = Session::new(arguments, stream, files.secret)?;
            session.way_back_file = files.way_back;
            session.apply(&named, ready, runs).await
        }
        Err(complaints) => Ok(stream.complain(&complaints)),
    }
}

/// The resources that were named without an id, all that is there to begin with, and the places for the secrets.
type Prepared = (Vec<Named>, Ready, SecretFiles);

/// Reads and checks all that was given, before anything is called. What was named without its id has a stand-in.
fn prepare(arguments: &ArgMatches, writes: bool) -> Result<Prepared, Vec<String>> {
    let mut answers = sources::answers(arguments, &environment)?;
    let named = Named::all(&answers);
    for one in &named {
        answers.set(one.key, one.stand_in());
    }
    let ready = credentials::ready(&answers, &environment);
    let mut complaints = ready.as_ref().err().cloned().unwrap_or_default();
    if writes {
        complaints.extend(nobody_to_ask(arguments));
    }
    let mut place = |key| {
        let path = answers.get(key).filter(|_| writes)?;
        reserved(key, SecretFile::reserve, path, &mut complaints)
    };
    let files = SecretFiles { secret: place(Key::SecretOut), way_back: place(Key::WayBackOut), saved_way_back: None };
    if files.secret.is_some() && answers.get(Key::SecretOut) == answers.get(Key::WayBackOut) {
        complaints.push("way-back-out: that is the file of secret-out: name another one".to_owned());
    }
    match ready {
        Ok(ready) if complaints.is_empty() => Ok((named, ready, files)),
        _ => Err(complaints),
    }
}
