//! The kubeconfig that an entry is written to: which file it is, by kubectl's rules, and how it is changed.

mod writable;

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crosspull_azure::platform::{others_may_use, private, private_folder};
use crosspull_core::access::kubeconfig::{Chosen, Entry, Kubeconfig, Names, Wish};

use crate::kept::replace::{edit_up_to, read_up_to};
use writable::{is_plain, may_write};

/// The most bytes of a kubeconfig: some have hundreds of clusters.
const LARGEST: u64 = 16 << 20;
/// The longest wait for another program that writes the file, which takes it no time.
const LIMIT: Duration = Duration::from_secs(5);
/// The time between two tries.
const AGAIN: Duration = Duration::from_millis(20);

/// The place that an entry is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Standard output.
    Standard,
    /// A file, among those that kubectl reads together, in their order.
    File { target: PathBuf, all: Vec<PathBuf> },
}

impl Place {
    /// Returns the place: a file that was named, else the first of `KUBECONFIG` that is there (else its last), else the one
    /// in the home folder (Kubernetes documentation, "Organizing Cluster Access Using kubeconfig Files"; client-go,
    /// `GetDefaultFilename`).
    ///
    /// # Errors
    /// A sentence where there is no home folder.
    pub fn of(named: Option<&str>, variable: Option<&OsStr>, home: Option<&OsStr>) -> Result<Self, String> {
        let one = |file: PathBuf| Self::File { target: file.clone(), all: vec![file] };
        match named {
            Some("-") => return Ok(Self::Standard),
            Some(file) => return Ok(one(file.into())),
            None => {}
        }
        let listed =
            variable.map(std::env::split_paths).into_iter().flatten().filter(|file| !file.as_os_str().is_empty());
        let all: Vec<PathBuf> = listed.collect();
        match all.iter().find(|file| file.exists()).or(all.last()) {
            Some(target) => Ok(Self::File { target: target.clone(), all }),
            None => match home.filter(|home| !home.is_empty()) {
                Some(home) => Ok(one(Path::new(home).join(".kube").join("config"))),
                None => Err("file: there is no home folder with a kubeconfig in it: give --file FILE".to_owned()),
            },
        }
    }

    /// Reads all files, so that a broken one is known before anything is called.
    ///
    /// # Errors
    /// A sentence on the first that is broken, or that may not be written.
    pub fn look(&self) -> Result<(), String> {
        let Self::File { target, all } = self else { return Ok(()) };
        may_write(target)?;
        all.iter().try_for_each(|file| is_plain(file).and_then(|()| read(file)).map(drop))
    }

    /// Puts an entry into the file, or writes it alone. Returns the names that it has there.
    ///
    /// # Errors
    /// A sentence that names the file, which is as it was.
    pub fn write(
        &self,
        wish: &Wish<'_>,
        entry: &Entry,
        keeps_context: bool,
    ) -> Result<(Chosen, Option<String>), String> {
        let Self::File { target, all } = self else {
            let chosen = Names::choose(wish, entry, &[])?;
            let mut alone = Kubeconfig::default();
            alone.merge(entry, &chosen.names, true);
            return Ok((chosen, Some(alone.text()?)));
        };
        may_write(target)?;
        let _lock = Lock::take(target, LIMIT)?;
        let chosen = edit_up_to(target, LARGEST, |text| {
            let before = Kubeconfig::parse(text)?;
            let mut config = before.clone();
            let together = all.iter().map(|file| if file == target { Ok(config.clone()) } else { read(file) });
            let together: Vec<Kubeconfig> = together.collect::<Result<_, _>>()?;
            let chosen = Names::choose(wish, entry, &together)?;
            config.merge(entry, &chosen.names, !keeps_context);
            Ok((config.text_after(&before, &chosen.names)?, chosen))
        })?;
        Ok((chosen, None))
    }

    /// Returns what is to be said of the file where others may read it.
    pub fn warning(&self) -> Option<String> {
        let Self::File { target, .. } = self else { return None };
        others_may_use(target, &target.metadata().ok()?)
            .then(|| format!("Others may read {}: chmod 600 keeps them from it", target.display()))
    }
}

/// Reads one of the files; one that is not there has nothing in it.
fn read(file: &Path) -> Result<Kubeconfig, String> {
    let left_alone = |why: String| format!("{} was left alone: {why}: mend it, or give --file FILE", file.display());
    let text = read_up_to(file, LARGEST).map_err(|error| left_alone(format!("it cannot be read ({error})")))?;
    Kubeconfig::parse(text.as_deref().unwrap_or_default()).map_err(left_alone)
}

/// The lock that kubectl and its kin take before they write a kubeconfig: a file beside it (client-go, `lockFile`).
#[derive(Debug)]
struct Lock(PathBuf);

impl Lock {
    fn take(file: &Path, limit: Duration) -> Result<Self, String> {
        let mut name = file.as_os_str().to_owned();
        name.push(".lock");
        let lock = PathBuf::from(name);
        let cannot = |error: io::Error| format!("{} cannot be changed ({error})", file.display());
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            private_folder().recursive(true).create(folder).map_err(cannot)?;
        }
        let end = Instant::now() + limit;
        loop {
            match made(&lock) {
                Ok(_) => return Ok(Self(lock)),
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(cannot(error)),
                Err(_) if Instant::now() >= end => {
                    return Err(format!(
                        "{} was left alone: another program writes it, by {}: where none does, remove that and try again",
                        file.display(),
                        lock.display()
                    ));
                }
                Err(_) => std::thread::sleep(AGAIN),
            }
        }
    }
}

fn made(lock: &Path) -> io::Result<File> {
    private(OpenOptions::new().write(true).create_new(true)).open(lock)
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Where it stays, the next one says so.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_the_one_that_kubectl_writes() {
        let folder = tempfile::tempdir().expect("a folder");
        let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
        let list = std::env::join_paths([Path::new(""), &one, &two]).expect("a list");
        let target = |named, variable| match Place::of(named, variable, Some(OsStr::new("/home/me"))) {
            Ok(Place::File { target, all }) => (target, all.len()),
            other => panic!("{other:?}"),
        };
        assert_eq!(target(None, Some(list.as_os_str())), (two.clone(), 2), "none is there: the last");
        std::fs::write(&two, "").expect("written");
        std::fs::write(&one, "").expect("written");
        assert_eq!(target(None, Some(list.as_os_str())), (one, 2), "the first that is there");
        for variable in [None, Some(OsStr::new("")), Some(OsStr::new(":"))] {
            assert_eq!(target(None, variable), (PathBuf::from("/home/me/.kube/config"), 1));
        }
        assert_eq!(target(Some("x"), Some(list.as_os_str())), (PathBuf::from("x"), 1));
        assert_eq!(Place::of(Some("-"), None, None), Ok(Place::Standard));
        assert!(Place::of(None, None, None).is_err());
    }

    #[test]
    fn a_lock_of_another_program_is_waited_for_and_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("new/config");
        let lock = Lock::take(&file, Duration::ZERO).expect("free");
        let said = Lock::take(&file, Duration::ZERO).expect_err("held");
        assert!(said.contains("config.lock: where none does, remove that"), "{said}");
        std::thread::scope(|threads| {
            let next = threads.spawn(|| Lock::take(&file, Duration::from_secs(60)).map(drop));
            drop(lock);
            assert_eq!(next.join().expect("no panic"), Ok(()));
        });
        assert_eq!(std::fs::read_dir(folder.path().join("new")).expect("a folder").count(), 0, "no lock is left");
    }
}
