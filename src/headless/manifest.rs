//! The file for the manifests that use the pull secrets. It is new, and there is no secret in it.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use crosspull_core::input::Key;
use crosspull_core::manifest::deployments;
use crosspull_core::run::Run;

/// Returns the complaint about a place where no new file can be.
pub fn refused(place: &str) -> Option<String> {
    let path = Path::new(place);
    let key = Key::ManifestOut.name();
    if path.symlink_metadata().is_ok() {
        return Some(format!("{key}: {place} exists already: name a new file"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    (!folder.is_dir())
        .then(|| format!("{key}: the folder {} is not there: name a file in one that is", folder.display()))
}

/// Writes the manifests of a run that is done, where a file was asked for. Returns the sentence about it; the error says
/// why there is no file.
pub fn written(run: &Run) -> Option<Result<String, String>> {
    let place = run.answers.get(Key::ManifestOut)?;
    let Some(text) = run.forward_plan().and_then(deployments) else {
        return Some(Err(format!("This route has no pull secret, so {place} was not written")));
    };
    let written = File::create_new(place).and_then(|mut file| file.write_all(text.as_bytes()));
    Some(match written {
        Ok(()) => Ok(format!("A Deployment that uses the pull secret is in {place}")),
        Err(error) => Err(format!("The manifest was not written in {place} ({error})")),
    })
}
