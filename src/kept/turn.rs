//! The turn to do something of which there is one at a time on this machine: a lock on a file, with a limit to the wait
//! for it, since whoever has it may hang.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crosspull_azure::platform::private;

use super::replace::LARGEST;

/// A turn that is had. Its file may say something to whoever has the next one.
#[derive(Debug)]
pub struct Turn(File);

impl Turn {
    /// Waits for the turn, no longer than `limit`; `None` where that was not enough. The file is made where it is not
    /// there, for its owner alone.
    ///
    /// # Errors
    /// An error where the file cannot be made or locked.
    pub fn wait(file: &Path, limit: Duration) -> io::Result<Option<Self>> {
        let file = private(File::options().read(true).write(true).create(true).truncate(false)).open(file)?;
        match file.try_lock() {
            Ok(()) => return Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // The system's own wait for a lock has no limit. The thread ends with the process.
        let (give, take) = channel();
        std::thread::Builder::new().spawn(move || give.send(file.lock().map(|()| Self(file))))?;
        match take.recv_timeout(limit) {
            Ok(turn) => turn.map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(io::Error::other("nobody waits for the lock any more")),
        }
    }

    /// Returns what an earlier turn left; nothing where that cannot be read.
    pub fn left(&mut self) -> String {
        let mut text = String::new();
        let read = self.0.rewind().and_then(|()| (&self.0).take(LARGEST).read_to_string(&mut text));
        read.map(|_| text).unwrap_or_default()
    }

    /// Leaves a text for the next turn, in place of what there was.
    ///
    /// # Errors
    /// An error where it cannot be written.
    pub fn leave(&mut self, text: &str) -> io::Result<()> {
        self.0.set_len(0)?;
        self.0.rewind()?;
        self.0.write_all(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_had_by_one_and_says_something_to_the_next() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("lock");
        let wait = |limit| Turn::wait(&file, limit).expect("a file");
        let mut first = wait(Duration::ZERO).expect("free");
        assert!(wait(Duration::ZERO).is_none(), "somebody has it");
        first.leave("something long").expect("left");
        first.leave("short").expect("left");
        std::thread::scope(|threads| {
            let next = threads.spawn(|| wait(Duration::MAX).map(|mut turn| turn.left()));
            drop(first);
            assert_eq!(next.join().expect("no panic").as_deref(), Some("short"));
        });
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
