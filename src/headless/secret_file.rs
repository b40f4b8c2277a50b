//! The file that a secret is saved in: new, readable by its owner alone, whole or not at all.

use std::fs::{File, Metadata, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use crosspull_azure::platform::{is_named, is_private, keeps_private, others_may_use, private};
use crosspull_core::ids::{KeyId, RegistryId};
use crosspull_core::input::Answers;
use crosspull_core::input::Key;
use crosspull_core::names::{Outcome, PullUser};
use crosspull_core::operation::Fact;
use crosspull_core::plan::Plan;
use crosspull_core::run::Run;
use crosspull_core::secret::Secret;

/// A place for a secret, reserved before the secret exists, so that a wrong path is known before anything is written
/// in Azure.
///
/// The file has its own name from the beginning, and is empty and locked until the secret is written into it: a program
/// that is killed leaves an empty file there and no other one. One that is not used is removed.
#[derive(Debug)]
pub struct SecretFile {
    file: File,
    path: PathBuf,
    /// The files that earlier parts of the run saved, where this one goes beside them.
    earlier: Vec<PathBuf>,
    /// True where it was asked for now, and not by an earlier part of the run.
    asked: bool,
}

/// The file that a secret is in.
#[derive(Debug, PartialEq, Eq)]
pub struct Saved {
    /// The file.
    pub path: PathBuf,
    /// True where an earlier part of the run had saved another secret, which this one takes the place of.
    pub is_another: bool,
}

impl SecretFile {
    /// Reserves a place.
    ///
    /// # Errors
    /// A sentence, where the file exists already or its folder cannot be written.
    pub fn reserve(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        if let Ok(found) = path.symlink_metadata() {
            return Err(if found.is_file() && found.len() == 0 {
                format!(
                    "{shown} exists already and is empty, as a run leaves it that was ended before it had a secret: go on \
                     with that run, remove the file, or name a new one"
                )
            } else {
                format!("{shown} exists already: name a new file, so that no earlier secret is lost")
            });
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        if !folder.is_dir() {
            return Err(format!("the folder {} is not there: name a file in one that is", folder.display()));
        }
        keeps_private(folder)?;
        let file = private(File::options().write(true).create_new(true))
            .open(path)
            .map_err(|e| format!("{shown} cannot be made ({e}): name a file in a folder that you may write"))?;
        // Where files cannot be locked, the name that was free is enough.
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(format!("{shown} was taken by another crosspull: name a new file"));
        }
        Ok(Self { file, path: path.to_owned(), earlier: Vec::new(), asked: true })
    }

    /// Reserves a place where an earlier part of the run was told to save its secret: beside it, where that did. An
    /// empty file that it reserved and left is taken up.
    ///
    /// # Errors
    /// A sentence, where no place is free or the folder cannot be written.
    pub fn reserve_beside(path: &Path) -> Result<Self, String> {
        let mut earlier = Vec::new();
        for place in places(path) {
            if place.symlink_metadata().is_err() {
                let mut reserved = Self::reserve(&place)?;
                (reserved.asked, reserved.earlier) = (false, earlier);
                return Ok(reserved);
            }
            if let Some(file) = left_empty(&place) {
                return Ok(Self { file, path: place, earlier, asked: false });
            }
            earlier.push(place);
        }
        Self::reserve(path)
    }

    /// True where whoever named the file knows its name: it was named now, or it is the one that the run was told.
    pub fn is_as_named(&self) -> bool {
        self.asked || self.earlier.is_empty()
    }

    /// Saves the secret, and nothing else, under the reserved name. One that an earlier part of the run saved is not
    /// saved again.
    ///
    /// # Errors
    /// A sentence, where the disk or somebody else was faster.
    pub fn save(mut self, secret: &Secret) -> Result<Saved, String> {
        let is_in = |place: &&PathBuf| read_secret(place).is_ok_and(|known| known.reveal() == secret.reveal());
        if let Some(place) = self.earlier.iter().find(is_in) {
            return Ok(Saved { path: place.clone(), is_another: false });
        }
        if self.is_free() {
            self.write(secret)?;
            return Ok(Saved { path: self.path.clone(), is_another: !self.earlier.is_empty() });
        }
        // Somebody removed or filled the file. The secret is shown once, so it goes beside it.
        let mut beside = Self::reserve_beside(&self.path)?;
        beside.write(secret)?;
        if beside.path == self.path {
            return Ok(Saved { path: self.path.clone(), is_another: false });
        }
        Err(format!(
            "{} is another file by now: the secret is in {} instead",
            self.path.display(),
            beside.path.display()
        ))
    }

    /// Writes the secret, or nothing.
    fn write(&mut self, secret: &Secret) -> Result<(), String> {
        let written = self.file.write_all(secret.reveal().as_bytes()).and_then(|()| self.file.sync_all());
        written.map_err(|e| {
            // Half of a secret is none; the empty file is removed.
            let _ = self.file.set_len(0);
            format!("the secret was not saved in {} ({e})", self.path.display())
        })
    }

    /// True where the file is still empty and has its name.
    fn is_free(&self) -> bool {
        self.file.metadata().is_ok_and(|open| open.len() == 0) && is_named(&self.file, &self.path)
    }
}

impl Drop for SecretFile {
    /// Removes a file that was not used.
    fn drop(&mut self) {
        if self.is_free() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Opens an empty file of this user that nobody else may read or write and that no program has reserved now.
fn left_empty(path: &Path) -> Option<File> {
    let is_ours = |found: &Metadata| found.is_file() && found.len() == 0 && is_private(path, found);
    // Nothing else than a file is opened: a pipe would wait for its other end.
    path.symlink_metadata().ok().filter(is_ours)?;
    let file = File::options().write(true).open(path).ok()?;
    file.try_lock().ok()?;
    // It may have been filled or removed since.
    file.metadata().ok().filter(is_ours)?;
    is_named(&file, path).then_some(file)
}

/// The subject of a saved secret: one registry of several, whose own user has it. `None` for the one secret of a run.
pub type SecretOf = Option<RegistryId>;

/// Returns the secrets that a run may make: one; or, where several registries have users of their own, one for each.
///
/// Both are returned where the choice of the route is left to crosspull.
pub fn secrets_of(user: Option<PullUser>, registries: &[RegistryId]) -> Vec<SecretOf> {
    let mut each: Vec<RegistryId> = registries.to_vec();
    each.sort();
    each.dedup();
    if each.len() < 2 {
        return vec![None];
    }
    let one = (user != Some(PullUser::OfRegistry)).then_some(None);
    let each = each.into_iter().filter(|_| user != Some(PullUser::App)).map(Some);
    one.into_iter().chain(each).collect()
}

/// Returns the secrets that the run of a plan makes.
pub fn secrets_of_plan(plan: &Plan) -> Vec<SecretOf> {
    let registries = plan.registries_with_passwords();
    secrets_of(Some(if registries.is_empty() { PullUser::App } else { PullUser::OfRegistry }), &registries)
}

/// Returns the file of a secret: the one that was named, with the name of the registry after it where there is one of each.
pub fn file_of(path: &str, of: &SecretOf) -> PathBuf {
    match of {
        None => PathBuf::from(path),
        Some(registry) => {
            // A registry on this machine is named by its address.
            let name = registry.name().to_ascii_lowercase().replace(':', "-");
            PathBuf::from(format!("{path}.{name}"))
        }
    }
}

/// The places that the secrets of a run go to.
#[derive(Debug, Default)]
pub struct SecretPlaces {
    free: Vec<(SecretOf, SecretFile)>,
    /// The subjects of those that were taken.
    taken: Vec<SecretOf>,
}

impl SecretPlaces {
    /// Reserves a place for each secret; adds to the complaints where that is not possible.
    pub fn reserve(
        secrets: Vec<SecretOf>,
        path: &str,
        reserve: fn(&Path) -> Result<SecretFile, String>,
        complaints: &mut Vec<String>,
    ) -> Self {
        let one = |of: SecretOf| match reserve(&file_of(path, &of)) {
            Ok(file) => Some((of, file)),
            Err(why) => {
                complaints.push(format!("{}: {why}", Key::SecretOut.name()));
                None
            }
        };
        Self { free: secrets.into_iter().filter_map(one).collect(), taken: Vec::new() }
    }

    /// True where a secret goes to that file.
    pub fn have(&self, path: &Path) -> bool {
        self.free.iter().any(|(_, file)| file.path == path)
    }

    /// Takes the place of the secret whose key that fact is. `None` where it is not to be saved, or was.
    pub fn take(&mut self, key: &Fact) -> Option<(SecretOf, SecretFile)> {
        let of = match key {
            Fact::PullKey(registry) if self.is_of_several() => Some(registry.clone()),
            _ => None,
        };
        let at = self.free.iter().position(|(known, _)| *known == of)?;
        let (of, file) = self.free.swap_remove(at);
        self.taken.push(of.clone());
        Some((of, file))
    }

    fn is_of_several(&self) -> bool {
        self.free.iter().map(|(of, _)| of).chain(&self.taken).any(Option::is_some)
    }

    /// Returns what is to be said of the secrets that were asked for now and that no step of a run that is done has made.
    pub fn not_made(&self, run: &Run) -> Vec<String> {
        let asked = || self.free.iter().filter(|(_, file)| file.asked);
        if run.forward_plan().is_some_and(|plan| !plan.leaves_secret()) {
            return asked().map(|_| "this route leaves no secret, so none was saved".to_owned()).take(1).collect();
        }
        if self.taken.is_empty() {
            return asked().map(|_| "no secret was made, so none was saved".to_owned()).take(1).collect();
        }
        if self.taken.contains(&None) {
            return Vec::new();
        }
        let of_registry =
            |registry: &RegistryId| format!("no password of {} was made, so none was saved", registry.name());
        asked().filter_map(|(of, _)| of.as_ref().map(of_registry)).collect()
    }
}

/// The files that hold secrets: where they go, and the one that an earlier part of the run saved.
#[derive(Default)]
pub struct SecretFiles {
    pub secrets: SecretPlaces,
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
            // One that is empty was reserved only.
            let holds = |p: &PathBuf| p.metadata().is_ok_and(|found| found.len() > 0);
            then.map(|path| places(path.as_ref()).filter(holds).last().unwrap_or_else(|| path.into()))
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
    if others_may_use(path, &about) {
        return Err(format!("{shown} can be read by others than you: give it mode 0600"));
    }
    let mut text = zeroize::Zeroizing::new(String::with_capacity(usize::try_from(LARGEST).unwrap_or_default() + 1));
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(cannot)?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};

    #[test]
    fn a_secret_is_saved_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        let reserved = SecretFile::reserve(&path).expect("reserved");
        assert_eq!(std::fs::read(&path).expect("there"), b"", "nothing is in it before the secret is");
        assert!(SecretFile::reserve(&path).expect_err("exists").contains("exists already and is empty"));
        reserved.save(&Secret::new("value".to_owned())).expect("saved");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "no other file is there");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "value");
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert!(SecretFile::reserve(&path).expect_err("exists").contains("exists already"));
    }

    #[test]
    fn of_several_registries_each_secret_has_its_own_place() {
        let id = |name: &str| RegistryId::parse(&format!("{name}.azurecr.io")).expect("a registry");
        let two = [id("regb"), id("regc"), id("regb")];
        let places = |user, registries: &[RegistryId]| -> Vec<String> {
            let all = secrets_of(user, registries);
            all.iter().map(|of| file_of("s", of).display().to_string()).collect()
        };
        assert_eq!(places(Some(PullUser::OfRegistry), &two), ["s.regb", "s.regc"]);
        assert_eq!(places(Some(PullUser::App), &two), ["s"], "one app pulls from both");
        assert_eq!(places(None, &two), ["s", "s.regb", "s.regc"], "whichever route is taken");
        assert_eq!(places(Some(PullUser::OfRegistry), &two[..1]), ["s"]);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s");
        let reserved = || {
            let (mut complaints, all) = (Vec::new(), secrets_of(None, &two));
            let places =
                SecretPlaces::reserve(all, path.to_str().expect("UTF-8"), SecretFile::reserve, &mut complaints);
            (places, complaints)
        };
        let (mut all, complaints) = reserved();
        assert!(complaints.is_empty(), "{complaints:?}");
        assert_eq!(all.not_made(&Run::default()), ["no secret was made, so none was saved"]);
        let (of, file) = all.take(&Fact::PullKey(id("regc"))).expect("a place");
        assert_eq!((of, all.take(&Fact::PullKey(id("regc"))).is_none()), (Some(id("regc")), true));
        file.save(&Secret::new("c".to_owned())).expect("saved");
        assert_eq!(std::fs::read_to_string(folder.path().join("s.regc")).expect("read"), "c");
        assert_eq!(all.not_made(&Run::default()), ["no password of regb was made, so none was saved"]);
        drop(all);
        let (_, complaints) = reserved();
        assert!(matches!(complaints.as_slice(), [one] if one.contains("s.regc exists already")), "{complaints:?}");
        let (mut all, _) = reserved();
        assert!(
            all.take(&Fact::SecretKey).is_some_and(|(of, _)| of.is_none()) && all.not_made(&Run::default()).is_empty()
        );
    }

    #[test]
    fn another_secret_of_the_run_is_saved_beside_the_first_and_the_same_one_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        let save =
            |text: &str| SecretFile::reserve_beside(&path).expect("reserved").save(&Secret::new(text.to_owned()));
        for (text, name, is_another) in [
            ("one", "secret", false),
            ("two", "secret.2", true),
            ("three", "secret.3", true),
            ("two", "secret.2", false),
        ] {
            let place = folder.path().join(name);
            assert_eq!(save(text), Ok(Saved { path: place.clone(), is_another }));
            assert_eq!(std::fs::read_to_string(place).expect("read"), text);
        }
        assert!(!folder.path().join("secret.4").exists(), "what is not used is removed");
    }

    /// A file as a program leaves it that is killed before there is a secret.
    fn left(path: &Path) {
        File::options().write(true).create_new(true).mode(0o600).open(path).expect("made");
    }

    #[test]
    fn an_empty_file_that_the_run_left_is_taken_up_and_no_other_one_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        left(&path);
        let beside = || SecretFile::reserve_beside(&path).expect("reserved");
        let first = beside();
        assert_eq!(first.path, path);
        let second = beside();
        assert_eq!(second.path, folder.path().join("secret.2"), "another program has the first one");
        drop((first, second));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "what is not used is removed");
        std::fs::write(&path, "").expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
        assert_eq!(beside().path, folder.path().join("secret.2"), "others may read it");
        std::fs::remove_file(&path).expect("removed");
        let elsewhere = folder.path().join("elsewhere");
        left(&elsewhere);
        std::os::unix::fs::symlink(&elsewhere, &path).expect("a link");
        assert_eq!(beside().path, folder.path().join("secret.2"), "a link leads elsewhere");
    }

    #[test]
    fn a_secret_whose_place_was_taken_meanwhile_is_not_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        let secret = Secret::new("value".to_owned());
        for name in ["secret.2", "secret.3"] {
            let reserved = SecretFile::reserve_beside(&path).expect("reserved");
            let taken = reserved.path.clone();
            std::fs::write(&taken, "somebody else's").expect("written");
            if name == "secret.2" {
                let said = reserved.save(&secret).expect_err("taken");
                assert!(said.ends_with("secret.2 instead"), "{said}");
                assert_eq!(std::fs::read_to_string(&taken).expect("read"), "somebody else's");
                assert_eq!(std::fs::read_to_string(folder.path().join(name)).expect("read"), "value");
            } else {
                drop(reserved);
                assert_eq!(std::fs::read_to_string(&taken).expect("read"), "somebody else's", "it is not removed");
            }
        }
        let gone = folder.path().join("gone");
        let reserved = SecretFile::reserve(&gone).expect("reserved");
        std::fs::remove_file(&gone).expect("removed");
        assert_eq!(reserved.save(&secret), Ok(Saved { path: gone.clone(), is_another: false }));
        assert_eq!(std::fs::read_to_string(&gone).expect("read"), "value");
    }
}
