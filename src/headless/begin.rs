//! A new run: reads what was given, then asks the checks and carries out the plan.

use std::path::PathBuf;

use clap::ArgMatches;
use crosspull_core::ids::RegistryId;
use crosspull_core::input::{Answers, Key};
use crosspull_core::names::Route;

use super::given::Given;
use super::manifest;
use super::nobody_to_ask;
use super::secret_file::{SecretFile, SecretFiles, SecretPlaces, reserved, secrets_of};
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
            let mut session = Session::new(arguments, stream, files.secrets)?;
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
    let files = if writes { files(&answers, &mut complaints) } else { SecretFiles::default() };
    match given {
        Ok(given) if complaints.is_empty() => Ok((given, files)),
        _ => Err(complaints),
    }
}

/// Reserves the files for secrets; adds to the complaints where that is not possible.
fn files(answers: &Answers, complaints: &mut Vec<String>) -> SecretFiles {
    let secrets = answers.get(Key::SecretOut).map(|path| {
        // Complaints about registries that cannot be read come from the inputs.
        let registries: Vec<RegistryId> =
            answers.all(Key::Registry).into_iter().filter_map(|text| RegistryId::parse(text).ok()).collect();
        let secrets = secrets_of(answers.route().map(Route::pull_user), &registries);
        SecretPlaces::reserve(secrets, path, SecretFile::reserve, complaints)
    });
    let secrets = secrets.unwrap_or_default();
    let way_back = answers.get(Key::WayBackOut);
    let is_same = way_back.is_some_and(|path| secrets.have(path.as_ref()));
    if is_same {
        complaints.push("way-back-out: that is the file of secret-out: name another one".to_owned());
    }
    let way_back =
        way_back.filter(|_| !is_same).and_then(|path| reserved(Key::WayBackOut, SecretFile::reserve, path, complaints));
    SecretFiles { secrets, way_back, saved_way_back: None }
}
