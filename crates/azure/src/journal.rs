//! The journal: a run's events on disk, one JSON object a line. What must survive a crash is synced before the engine
//! goes on (`docs/PRODUCT.md` 7, rule 3). Whoever works on a run holds its journal locked.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crosspull_core::event::Entry;

use crosspull_core::ids::ClusterId;
use crosspull_core::journal::{LARGEST, Unreadable, read};
use crosspull_core::names::{RunId, marker};
use crosspull_core::run::Run;

use crate::platform::{private, private_folder, sync_folder};

/// A log that keeps the entries of a run.
pub trait EntryLog: Send + std::fmt::Debug {
    /// Adds an entry; where it must be safe, ends only when the disk has it.
    ///
    /// # Errors
    /// An error where the entry cannot be written or synced.
    fn append(&mut self, entry: &Entry, safe: bool) -> Result<(), JournalError>;
}

/// The journal of one run, locked for as long as this lives.
#[derive(Debug)]
pub struct JournalFile {
    file: File,
    path: PathBuf,
    /// The bytes of the file that are whole entries.
    whole: u64,
}

/// Something on this machine that a run stands on cannot be used, so nothing more may be sent.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The journal cannot be written.
    #[error("the journal {path} cannot be written: {source}")]
    Unwritable {
        /// The path of the file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The folder of journals, or the lock of a cluster in it, cannot be read or made.
    #[error("{path} cannot be used: {source}")]
    Unusable {
        /// The path of the file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// Another run has the cluster.
    #[error("another run is at work on {cluster}")]
    Busy {
        /// The cluster's name.
        cluster: String,
    },
}

impl JournalError {
    /// Returns the error of a journal at that path that cannot be written.
    #[must_use]
    pub fn new(path: &Path, source: io::Error) -> Self {
        Self::Unwritable { path: path.to_owned(), source }
    }

    /// Returns the error of a folder at that path that cannot be used, or that holds something that cannot.
    #[must_use]
    pub fn unusable(path: &Path, source: io::Error) -> Self {
        Self::Unusable { path: path.to_owned(), source }
    }

    /// Returns what to do now, as a sentence.
    #[must_use]
    pub fn cure(&self) -> &'static str {
        match self {
            Self::Unwritable { source, .. } | Self::Unusable { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "Free some disk space.",
                io::ErrorKind::FileTooLarge => "Raise the limit on the size of a file.",
                _ => "Look at the folder and at who may read and write it.",
            },
            Self::Busy { .. } => "Wait until it has ended, or end it; crosspull runs tells where it stands.",
        }
    }
}

/// The reason why the journal of an earlier run cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReopenError {
    /// There is no such run.
    #[error("there is no run {0}; crosspull runs lists those that are there")]
    Unknown(String),
    /// Another process works on the run.
    #[error("run {0} is being worked on by another crosspull; wait until that has ended, or end it")]
    Locked(RunId),
    /// The journal of the run is no whole one.
    #[error("the journal {path} cannot be used: {why}")]
    Unreadable {
        /// The path of the file.
        path: PathBuf,
        /// The reason.
        why: Unreadable,
    },
    /// The file is larger than any journal.
    #[error("the journal {0} is larger than any run writes; it is not read")]
    TooLarge(PathBuf),
    /// The file itself cannot be read.
    #[error("the journal {path} cannot be read: {source}")]
    Io {
        /// The path of the file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

/// An earlier run as its journal tells it.
#[derive(Debug)]
pub struct Earlier {
    /// The id.
    pub id: RunId,
    /// The run; else why its journal cannot be used.
    pub run: Result<Run, ReopenError>,
    /// True while another process works on the run.
    pub locked: bool,
}

impl JournalFile {
    /// Begins the journal of a run: a new file, readable by its owner alone, in a folder that is made if missing.
    ///
    /// # Errors
    /// An error where folder or file cannot be made.
    pub fn create(runs: &Path, run: &RunId) -> Result<Self, JournalError> {
        let path = place(runs, run);
        let made = private_folder()
            .recursive(true)
            .create(runs)
            .and_then(|()| private(OpenOptions::new().append(true).create_new(true)).open(&path))
            .and_then(|file| file.lock().map(|()| file))
            // The folder too, or a power cut leaves a journal that nobody finds.
            .and_then(|file| sync_folder(runs).map(|()| file));
        match made {
            Ok(file) => Ok(Self { file, path, whole: 0 }),
            Err(source) => Err(JournalError::new(&path, source)),
        }
    }

    /// Opens the journal of an earlier run to go on with that run: locks the file, reads it, and cuts off a last line
    /// that was torn.
    ///
    /// # Errors
    /// See [`ReopenError`].
    pub fn reopen(runs: &Path, run: &RunId) -> Result<(Self, Run, Vec<Entry>), ReopenError> {
        let path = place(runs, run);
        let failed = |source| ReopenError::Io { path: path.clone(), source };
        let mut file = match OpenOptions::new().read(true).append(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(ReopenError::Unknown(run.to_string())),
            Err(error) => return Err(failed(error)),
        };
        if !locked(&file).map_err(failed)? {
            return Err(ReopenError::Locked(run.clone()));
        }
        let bytes = bytes_of(&mut file, &path)?;
        let journal = read(&bytes).map_err(|why| ReopenError::Unreadable { path: path.clone(), why })?;
        let whole = u64::try_from(journal.whole).unwrap_or(u64::MAX);
        if journal.whole < bytes.len() {
            let cut = file.set_len(whole).and_then(|()| file.seek(SeekFrom::End(0))).and_then(|_| file.sync_all());
            cut.map_err(failed)?;
        }
        Ok((Self { file, path, whole }, journal.run, journal.entries))
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn write(&mut self, entry: &Entry, safe: bool) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry).map_err(io::Error::other)?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            // A disk that was full for a moment must not leave half a line before the next entry.
            self.file.set_len(self.whole)?;
            return Err(error);
        }
        self.whole += u64::try_from(line.len()).unwrap_or(u64::MAX);
        if safe { self.file.sync_data() } else { Ok(()) }
    }
}

impl EntryLog for JournalFile {
    fn append(&mut self, entry: &Entry, safe: bool) -> Result<(), JournalError> {
        self.write(entry, safe).map_err(|source| JournalError::new(&self.path, source))
    }
}

/// The lock of a cluster: one run works on a cluster at a time. The file lies beside the journals, and the lock goes
/// with the process, whatever ends that.
#[derive(Debug)]
pub struct ClusterLock {
    _file: File,
}

impl ClusterLock {
    /// Takes the lock of a cluster for a run.
    ///
    /// # Errors
    /// An error where another run has it, or the file cannot be made.
    pub fn take(runs: &Path, cluster: &ClusterId, run: &RunId) -> Result<Self, JournalError> {
        let path = Self::place(runs, cluster);
        let taken = || -> io::Result<Option<Self>> {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            let mut file = private(&mut options).open(&path)?;
            if !locked(&file)? {
                return Ok(None);
            }
            file.set_len(0)?;
            file.write_all(run.to_string().as_bytes())?;
            Ok(Some(Self { _file: file }))
        };
        match taken() {
            Ok(Some(lock)) => Ok(lock),
            Ok(None) => Err(JournalError::Busy { cluster: cluster.name().to_owned() }),
            Err(source) => Err(JournalError::unusable(&path, source)),
        }
    }

    /// Returns the run that works on a cluster. `None` where no program does.
    ///
    /// # Errors
    /// An error where the lock cannot be looked at.
    pub fn holder(runs: &Path, cluster: &ClusterId) -> io::Result<Option<RunId>> {
        let file = match File::open(Self::place(runs, cluster)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
            Err(TryLockError::WouldBlock) => {
                let mut name = String::new();
                // A lock that was taken this moment has no name in it yet.
                for _ in 0..10 {
                    (&file).take(64).read_to_string(&mut name)?;
                    if !name.is_empty() {
                        break;
                    }
                    std::thread::sleep(std::time::Duration::from_millis(10));
                }
                Ok(Some(name.parse().unwrap_or_else(|_| RunId("unknown".to_owned()))))
            }
        }
    }

    fn place(runs: &Path, cluster: &ClusterId) -> PathBuf {
        let name = marker(cluster);
        runs.join(format!("{}.lock", name.replace(':', "-")))
    }
}

/// Lists the earlier runs in a folder, newest first. A folder that is not there holds none.
///
/// # Errors
/// An error where the folder, or an entry of it, cannot be read: a run that was not seen is not one that is not there.
pub fn earlier(runs: &Path) -> io::Result<Vec<Earlier>> {
    let folder = match std::fs::read_dir(runs) {
        Ok(folder) => folder,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let paths: Vec<PathBuf> = folder.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    let mut found: Vec<Earlier> = paths.iter().filter_map(|path| one(path)).collect();
    found.sort_by_key(|e| std::cmp::Reverse(e.run.as_ref().ok().and_then(|run| run.started)));
    Ok(found)
}

/// Reads the run of a journal. `None` where the file is no journal by its name.
fn one(path: &Path) -> Option<Earlier> {
    let id = path.file_name()?.to_str()?.strip_suffix(".jsonl").and_then(|name| name.parse::<RunId>().ok())?;
    let failed = |source| ReopenError::Io { path: path.to_owned(), source };
    let (run, locked) = match File::open(path) {
        Err(error) => (Err(failed(error)), false),
        Ok(mut file) => {
            let locked = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
            let read = bytes_of(&mut file, path)
                .and_then(|bytes| read(&bytes).map_err(|why| ReopenError::Unreadable { path: path.to_owned(), why }));
            (read.map(|journal| journal.run), locked)
        }
    };
    Some(Earlier { id, run, locked })
}

/// Locks a file for this process; false where another process has the lock. A listing of the runs holds the lock for a
/// moment only, so a few tries are made.
fn locked(file: &File) -> io::Result<bool> {
    for _ in 0..5 {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => std::thread::sleep(std::time::Duration::from_millis(20)),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(false)
}

/// Reads all of a journal, unless the file is larger than any journal.
fn bytes_of(file: &mut File, path: &Path) -> Result<Vec<u8>, ReopenError> {
    let mut bytes = Vec::new();
    let read = file.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|source| ReopenError::Io { path: path.to_owned(), source })?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        return Err(ReopenError::TooLarge(path.to_owned()));
    }
    Ok(bytes)
}

fn place(runs: &Path, run: &RunId) -> PathBuf {
    runs.join(format!("{run}.jsonl"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_asked_for_where_there_is_none_and_nowhere_else() {
        let cure = |kind: io::ErrorKind| JournalError::new(Path::new("run.jsonl"), kind.into()).cure();
        assert_eq!(cure(io::ErrorKind::StorageFull), "Free some disk space.");
        assert_eq!(cure(io::ErrorKind::FileTooLarge), "Raise the limit on the size of a file.");
        for kind in [io::ErrorKind::ReadOnlyFilesystem, io::ErrorKind::NotFound, io::ErrorKind::PermissionDenied] {
            assert_eq!(cure(kind), "Look at the folder and at who may read and write it.", "{kind:?}");
        }
    }
}
