//! Files and programs on Linux and macOS: modes, owners, process groups.

use std::fs::{DirBuilder, File, FileType, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::Path;

use rustix::fs::{Access, access};
use rustix::process::{Pid, Signal, geteuid, kill_process_group};
use tokio::process::{Child, Command};

/// Has a new file be for its owner alone.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Returns what makes a folder for its owner alone.
#[must_use]
pub fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Refuses a folder in which a file cannot be for its owner alone. Here each file has a mode of its own.
///
/// # Errors
/// A sentence that says why, and what to do.
pub const fn keeps_private(_folder: &Path) -> Result<(), String> {
    Ok(())
}

/// Returns true for what belongs to this user, and that nobody else has any right to.
#[must_use]
pub fn is_private(path: &Path, found: &Metadata) -> bool {
    found.uid() == geteuid().as_raw() && !others_may_use(path, found)
}

/// Returns true where others than the owner have any right to a file.
#[must_use]
pub fn others_may_use(_path: &Path, found: &Metadata) -> bool {
    found.mode() & 0o077 != 0
}

/// Returns true for a file that belongs to this user, and that nobody else may write.
#[must_use]
pub fn is_own(file: &Path) -> bool {
    file.metadata().is_ok_and(|found| found.uid() == geteuid().as_raw() && found.mode() & 0o022 == 0)
}

/// Returns true where two paths lead to one file.
#[must_use]
pub fn is_same(one: &Path, other: &Path) -> bool {
    let id = |file: &Path| file.metadata().map(|found| (found.dev(), found.ino())).ok();
    id(one).is_some() && id(one) == id(other)
}

/// Returns true where an open file is the one of that name, which is no link.
#[must_use]
pub fn is_named(open: &File, path: &Path) -> bool {
    let id = |found: Metadata| (found.dev(), found.ino());
    let found = open.metadata().ok().zip(path.symlink_metadata().ok());
    found.is_some_and(|(open, named)| id(open) == id(named))
}

/// Gives a new file the owner and the rights of the one that it takes the place of.
///
/// # Errors
/// An error where the system refuses.
pub fn take_over(new: &File, old: &Metadata) -> io::Result<()> {
    let made = new.metadata()?;
    if (made.uid(), made.gid()) != (old.uid(), old.gid()) {
        fchown(new, Some(old.uid()), Some(old.gid()))?;
    }
    new.set_permissions(old.permissions())
}

/// Returns true for a pipe, which whoever reads it waits for.
#[must_use]
pub fn is_pipe(kind: FileType) -> bool {
    kind.is_fifo()
}

/// Returns true where this user may run a file.
#[must_use]
pub fn may_run(file: &Path) -> bool {
    access(file, Access::EXEC_OK).is_ok()
}

/// Tells whether something can be made in a folder.
///
/// # Errors
/// The system's words, where nothing can.
pub fn may_make_in(folder: &Path) -> io::Result<()> {
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

/// Has the disk keep the names in a folder through a power cut.
///
/// # Errors
/// An error where the system refuses.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Has a program be the leader of a group of its own: Ctrl-C in our terminal is not meant for it.
pub fn apart(program: &mut Command) -> &mut Command {
    program.process_group(0)
}

/// A program that was started [`apart`], with its children, killed when dropped: the Azure CLI is a script that starts
/// Python, and the SDK starts it by a shell.
#[derive(Debug)]
pub struct Group(Option<Pid>);

impl Group {
    /// Returns the group of a program.
    #[must_use]
    pub fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }

    /// Lets those live who are left of it.
    pub const fn let_go(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // They may all have ended just now.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}
