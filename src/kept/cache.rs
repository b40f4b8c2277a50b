//! The folder in which tokens are kept between calls: in `$XDG_RUNTIME_DIR`, which is in memory and ends with the login
//! (XDG Base Directory Specification), for its owner alone.

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crosspull_azure::platform::{is_private, private_folder};
use crosspull_core::kept::{Kept, Sort};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::replace;
use super::turn::Turn;

/// The most bytes of a file with a token.
const LARGEST: u64 = 64 * 1024;

/// The folder with what is kept.
#[derive(Debug)]
pub struct Cache(PathBuf);

impl Cache {
    /// Returns the cache of this login; `None` where there is no place for one.
    pub fn of_login() -> Option<Self> {
        Self::within(std::env::var_os("XDG_RUNTIME_DIR").as_deref())
    }

    /// Forgets a token of that name that may be kept in this login, also where nothing is kept there any more since
    /// others may look into it.
    ///
    /// # Errors
    /// An error where it is still there.
    pub fn forget_of_login(name: &str) -> io::Result<()> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute());
        runtime.map_or(Ok(()), |folder| Self(folder.join("crosspull")).forget(name))
    }

    /// Forgets all tokens in this login whose names begin so, and returns how many these were.
    ///
    /// # Errors
    /// An error where one is still there, or where it is not known.
    pub fn forget_all_of_login(prefix: &str) -> io::Result<usize> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute());
        runtime.map_or(Ok(0), |folder| Self(folder.join("crosspull")).forget_all(prefix))
    }

    fn forget_all(&self, prefix: &str) -> io::Result<usize> {
        let folder = match std::fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            folder => folder?,
        };
        let mut forgotten = 0;
        for entry in folder {
            let name = entry?.file_name();
            let Some(name) = name.to_str().and_then(|name| name.strip_suffix(".token")) else { continue };
            if name.starts_with(prefix) {
                self.forget(name)?;
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    /// Returns the cache in the folder that the environment names; `None` where there is none, or where somebody else
    /// may look into it.
    pub fn within(runtime: Option<&OsStr>) -> Option<Self> {
        let runtime = runtime.map(Path::new).filter(|folder| folder.is_absolute() && is_private_folder(folder))?;
        let folder = runtime.join("crosspull");
        // One that is there already is looked at as well.
        let _ = private_folder().create(&folder);
        is_private_folder(&folder).then_some(Self(folder))
    }

    /// Returns the token that is kept under a name, whoever made it; `None` for a file that is torn, not ours or of another
    /// sort.
    pub fn look(&self, sort: Sort, name: &str) -> Option<Kept> {
        let file = self.token(name);
        let is_ours = |found: &Metadata| found.is_file() && is_private(&file, found) && found.len() <= LARGEST;
        file.symlink_metadata().ok().filter(is_ours)?;
        // The room is there from the beginning: a text that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(usize::try_from(LARGEST).unwrap_or_default()));
        File::open(file).ok()?.take(LARGEST).read_to_string(&mut text).ok()?;
        Kept::parse(sort, &text)
    }

    /// Returns the token that is kept under a name and that may be given out now.
    pub fn good(&self, sort: Sort, name: &str, by: &str, now: Timestamp) -> Option<Kept> {
        self.look(sort, name).filter(|kept| kept.is_good(by, now))
    }

    /// Keeps a token, in place of what was there.
    ///
    /// # Errors
    /// An error where it cannot be written.
    pub fn keep(&self, name: &str, kept: &Kept) -> io::Result<()> {
        replace::write_private(&self.token(name), &kept.text())
    }

    /// Forgets the token of a name; none is as good.
    ///
    /// # Errors
    /// An error where it is still there.
    pub fn forget(&self, name: &str) -> io::Result<()> {
        match std::fs::remove_file(self.token(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Waits for the turn to get the token of a name; `None` where `limit` was not enough.
    ///
    /// # Errors
    /// See [`Turn::wait`].
    pub fn turn(&self, name: &str, limit: Duration) -> io::Result<Option<Turn>> {
        Turn::wait(&self.0.join(format!("{name}.lock")), limit)
    }

    /// Returns the file of a token. Its name is one for a file: a registry's host has no slash.
    fn token(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.token"))
    }
}

/// Returns true for a folder of this user's own that nobody else has any right to, and that is no link.
fn is_private_folder(folder: &Path) -> bool {
    folder.symlink_metadata().is_ok_and(|found| found.is_dir() && is_private(folder, &found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crosspull_core::secret::Secret;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    fn set(file: &Path, mode: u32) {
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).expect("ours");
    }

    /// Returns a token that ends in an hour.
    fn token(now: Timestamp) -> Kept {
        let expires = now + jiff::SignedDuration::from_hours(1);
        Kept { sort: Sort::Registry, by: "me".to_owned(), since: now, expires, token: Secret::new("r".to_owned()) }
    }

    #[test]
    fn a_folder_that_others_may_use_keeps_nothing() {
        let runtime = tempfile::tempdir().expect("a folder");
        let cache = || Cache::within(Some(runtime.path().as_os_str()));
        for mode in [0o755, 0o750, 0o701] {
            set(runtime.path(), mode);
            assert!(cache().is_none(), "{mode:o}");
        }
        set(runtime.path(), 0o700);
        assert!(cache().is_some());
        assert!(Cache::within(None).is_none() && Cache::within(Some(OsStr::new("."))).is_none());
        let own = runtime.path().join("crosspull");
        assert_eq!(own.metadata().expect("made").mode() & 0o777, 0o700);
        set(&own, 0o755);
        assert!(cache().is_none(), "it was made by somebody else");
        std::fs::remove_dir(&own).expect("empty");
        std::os::unix::fs::symlink(runtime.path(), &own).expect("a link");
        assert!(cache().is_none(), "a link");
    }

    #[test]
    fn a_token_is_private_and_nothing_else_is_taken_for_one() {
        let runtime = tempfile::tempdir().expect("a folder");
        set(runtime.path(), 0o700);
        let cache = Cache::within(Some(runtime.path().as_os_str())).expect("private");
        let (server, now) = ("localhost:5001", Timestamp::now());
        assert!(cache.look(Sort::Registry, server).is_none());
        cache.forget(server).expect("none is as good");
        cache.keep(server, &token(now)).expect("kept");
        let file = cache.token(server);
        assert_eq!(file.metadata().expect("there").mode() & 0o777, 0o600);
        assert!(
            cache.good(Sort::Registry, server, "me", now).is_some()
                && cache.good(Sort::Registry, server, "you", now).is_none()
        );
        assert!(cache.look(Sort::Registry, "localhost:5002").is_none(), "another registry's");
        set(&file, 0o644);
        assert!(cache.look(Sort::Registry, server).is_none(), "others may read it");
        set(&file, 0o600);
        let text = std::fs::read_to_string(&file).expect("read");
        std::fs::write(&file, &text[..text.len() - 1]).expect("written");
        assert!(cache.look(Sort::Registry, server).is_none(), "it is torn");
        cache.keep(server, &token(now)).expect("replaced");
        assert!(cache.look(Sort::Registry, server).is_some());
        let elsewhere = runtime.path().join("elsewhere");
        std::fs::rename(&file, &elsewhere).expect("moved");
        std::os::unix::fs::symlink(&elsewhere, &file).expect("a link");
        assert!(cache.look(Sort::Registry, server).is_none(), "it is a link");
        cache.keep(server, &token(now)).expect("the link is replaced");
        assert!(cache.look(Sort::Registry, server).is_some() && !file.is_symlink());
        cache.forget(server).expect("forgotten");
        assert!(cache.look(Sort::Registry, server).is_none());
        for name in [server, "kubernetes-1", "kubernetes-2"] {
            cache.keep(name, &token(now)).expect("kept");
        }
        assert_eq!(cache.forget_all("kubernetes-").ok(), Some(2));
        assert!(cache.look(Sort::Registry, server).is_some() && cache.look(Sort::Registry, "kubernetes-1").is_none());
    }
}
