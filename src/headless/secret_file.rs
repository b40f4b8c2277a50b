//! The file that a secret is saved in: new, readable by its owner alone, whole or not at all.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crosspull_core::ids::KeyId;
use crosspull_core::input::Answers;
use crosspull_core::input::Key;
use crosspull_core::names::Outcome;
use crosspull_core::operation::Fact;
use crosspull_core::run::Run;
use crosspull_core::secret::Secret;
use tempfile::NamedTempFile;

/// A place for a secret, reserved before the secret exists, so that a wrong path is known before anything is written
/// in Azure.
#[derive(Debug)]
pub struct SecretFile {
    file: NamedTempFile,
    path: PathBuf,
    /// True where it was asked for now, and not by an earlier part of the run.
    pub asked: bool,
}

impl SecretFile {
    /// Reserves a place.
    ///
    /// # Errors
    /// A sentence, where the file exists already or its folder cannot be written.
    pub fn reserve(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        if path.symlink_metadata().is_ok() {
            return Err(format!("{shown} exists already: name a new file, so that no earlier secret is lost"));
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        if !folder.is_dir() {
            return Err(format!("the folder {} is not there: name a file in one that is", folder.display()));
        }
        // tempfile makes it with mode 0600.
        let file = NamedTempFile::new_in(folder)
            .map_err(|e| format!("{shown} cannot be made ({e}): name a file in a folder that you may write"))?;
        Ok(Self { file, path: path.to_owned(), asked: true })
    }

    /// Reserves a place where an earlier part of the run was told to save its secret: beside it, where that did.
    ///
    /// # Errors
    /// A sentence, where the file exists already or its folder cannot be written.
    pub fn reserve_beside(path: &Path) -> Result<Self, String> {
        let free = places(path).find(|place| place.symlink_metadata().is_err());
        let reserved = Self::reserve(&free.unwrap_or_else(|| path.to_owned()))?;
        Ok(Self { asked: false, ..reserved })
    }

    /// Saves the secret, and nothing else, under the reserved name.
    ///
    /// # Errors
    /// A sentence, where the disk or somebody else was faster.
    pub fn save(mut self, secret: &Secret) -> Result<PathBuf, String> {
        let shown = self.path.display().to_string();
        let written = self.file.write_all(secret.reveal().as_bytes()).and_then(|()| self.file.as_file().sync_all());
        written.map_err(|e| format!("the secret was not saved in {shown} ({e})"))?;
        match self.file.persist_noclobber(&self.path) {
            Ok(_) => Ok(self.path),
            // Somebody was faster. The secret is shown once, so it stays where it was written first.
            Err(failed) => match failed.file.keep() {
                Ok((_, kept)) => Err(format!("{shown} exists by now: the secret is in {} instead", kept.display())),
                Err(_) => Err(format!("the secret was not saved in {shown} ({})", failed.error)),
            },
        }
    }
}

/// The files that hold secrets: where they go, and the one that an earlier part of the run saved.
#[derive(Default)]
pub struct SecretFiles {
    pub secret: Option<SecretFile>,
    pub way_back: Option<SecretFile>,
    pub saved_way_back: Option<(KeyId, Secret)>,
}

/// Reserves the place for a secret; adds to the complaints where that is not possible.
pub fn reserved(
    key: Key,
    reserve: fn(&Path) -> Result<SecretFile, String>,
    path: &str,
    complaints: &mut Vec<String>,
) -> Option<SecretFile> {
    match reserve(path.as_ref()) {
        Ok(file) => Some(file),
        Err(why) => {
            complaints.push(format!("{}: {why}", key.name()));
            None
        }
    }
}

/// Reads the secret of the way back that a run saved: in the file that is named now, else in the one that the run was
/// told, or in the last one beside it where a later part of the run made another.
///
/// # Errors
/// A sentence, where the file cannot be read.
pub fn saved_way_back(given: &Answers, run: &Run) -> Result<Option<(KeyId, Secret)>, String> {
    let made = run.facts.learnt(&Fact::WayBackKey).filter(|l| l.how == Outcome::Created);
    let key = made.and_then(|l| l.value.parse().ok());
    let path = match (given.get(Key::WayBackOut), run.answers.get(Key::WayBackOut)) {
        (Some(now), _) => Some(PathBuf::from(now)),
        (None, then) => {
            then.map(|path| places(path.as_ref()).filter(|p| p.exists()).last().unwrap_or_else(|| path.into()))
        }
    };
    let Some((key, path)) = key.zip(path) else { return Ok(None) };
    read_secret(&path).map(|secret| Some((key, secret)))
}

/// Returns the places where the parts of a run save their secrets, one beside the other.
fn places(path: &Path) -> impl Iterator<Item = PathBuf> {
    const MOST: u8 = 99;
    (1..=MOST).map(|n| if n < 2 { path.to_owned() } else { PathBuf::from(format!("{}.{n}", path.display())) })
}

/// Reads a secret that was saved. A file that others may read or write is not taken, nor one that is larger than any.
///
/// # Errors
/// A sentence that says why not.
fn read_secret(path: &Path) -> Result<Secret, String> {
    const LARGEST: u64 = 1024;
    let shown = path.display();
    let cannot = |error: std::io::Error| format!("{shown} cannot be read ({error})");
    let file = std::fs::File::open(path).map_err(cannot)?;
    let about = file.metadata().map_err(cannot)?;
    if !about.is_file() || about.len() == 0 || about.len() > LARGEST {
        return Err(format!("{shown} holds no secret"));
    }
    if about.mode() & 0o077 != 0 {
        return Err(format!("{shown} can be read by others than you: give it mode 0600"));
    }
    let mut text = zeroize::Zeroizing::new(String::with_capacity(usize::try_from(LARGEST).unwrap_or_default() + 1));
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(cannot)?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_secret_is_saved_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        let reserved = SecretFile::reserve(&path).expect("reserved");
        assert!(!path.exists(), "nothing is there before the secret is");
        reserved.save(&Secret::new("value".to_owned())).expect("saved");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "value");
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert!(SecretFile::reserve(&path).expect_err("exists").contains("exists already"));
    }

    #[test]
    fn another_secret_of_the_run_is_saved_beside_the_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        for (text, name) in [("one", "secret"), ("two", "secret.2"), ("three", "secret.3")] {
            let saved = SecretFile::reserve_beside(&path).expect("reserved").save(&Secret::new(text.to_owned()));
            assert_eq!(saved, Ok(folder.path().join(name)));
            assert_eq!(std::fs::read_to_string(folder.path().join(name)).expect("read"), text);
        }
    }

    #[test]
    fn a_secret_whose_place_was_taken_meanwhile_is_not_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        let reserved = SecretFile::reserve(&path).expect("reserved");
        std::fs::write(&path, "somebody else's").expect("written");
        let said = reserved.save(&Secret::new("value".to_owned())).expect_err("taken");
        let kept = said.split("the secret is in ").nth(1).and_then(|t| t.strip_suffix(" instead")).expect("a place");
        assert_eq!(std::fs::read_to_string(kept).expect("read"), "value");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "somebody else's");
    }
}
