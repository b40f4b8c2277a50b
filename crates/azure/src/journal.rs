//! The journal: a run's events on disk, one JSON object a line. What must survive a crash is synced before the engine
//! goes on (`product.md` section 7, rule 3).

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crosspull_core::event::{Entry, RunId};

/// The journal of one run.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
}

/// The journal cannot be written, so nothing more may be sent.
#[derive(Debug, thiserror::Error)]
#[error("the journal {path} cannot be written: {source}")]
pub struct JournalError {
    path: PathBuf,
    source: io::Error,
}

impl Journal {
    /// Begins the journal of a run: a new file, readable by its owner alone, in a folder that is made if missing.
    ///
    /// # Errors
    /// Where folder or file cannot be made.
    pub fn create(runs: &Path, run: &RunId) -> Result<Self, JournalError> {
        let path = runs.join(format!("{run}.jsonl"));
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(runs)
            .and_then(|()| OpenOptions::new().append(true).create_new(true).mode(0o600).open(&path))
            // The folder too, or a power cut leaves a journal that nobody finds.
            .and_then(|file| File::open(runs)?.sync_all().map(|()| file));
        match made {
            Ok(file) => Ok(Self { file, path }),
            Err(source) => Err(JournalError { path, source }),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds an entry; where it must be safe, ends only when the disk has it.
    ///
    /// # Errors
    /// Where it cannot be written or synced.
    pub fn append(&mut self, entry: &Entry, safe: bool) -> Result<(), JournalError> {
        self.write(entry, safe).map_err(|source| JournalError { path: self.path.clone(), source })
    }

    fn write(&mut self, entry: &Entry, safe: bool) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry).map_err(io::Error::other)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        if safe { self.file.sync_data() } else { Ok(()) }
    }
}
