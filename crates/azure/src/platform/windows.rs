//! Files and programs on Windows. It compiles, and nobody ran it: see `docs/PLATFORMS.md`.
//!
//! Files have no modes there. A folder's list of rights holds for what is made in it, and that of a user's profile has the
//! user, the system and administrators alone (Microsoft, "Profiles Directory"). So a file is held to be private where it is
//! in the profile, and a secret is written nowhere else.

use std::fs::{DirBuilder, File, FileType, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use same_file::Handle;
use tokio::process::{Child, Command};

/// Has a new file be for its owner alone, as its folder does.
pub const fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Returns what makes a folder for its owner alone, as the folder around it does.
#[must_use]
pub fn private_folder() -> DirBuilder {
    DirBuilder::new()
}

/// Refuses a folder in which a file cannot be for its owner alone.
///
/// # Errors
/// A sentence that says why, and what to do.
pub fn keeps_private(folder: &Path) -> Result<(), String> {
    if is_in_profile(folder) {
        return Ok(());
    }
    Err(format!(
        "others may read what is written in {}: name a file in a folder of your profile, %USERPROFILE%",
        folder.display()
    ))
}

/// Returns true for what is in this user's profile.
#[must_use]
pub fn is_private(path: &Path, _found: &Metadata) -> bool {
    is_in_profile(path)
}

/// Returns true where others may have a right to a file: it is not in this user's profile.
#[must_use]
pub fn others_may_use(path: &Path, _found: &Metadata) -> bool {
    !is_in_profile(path)
}

/// Returns true for a file in this user's profile.
#[must_use]
pub fn is_own(file: &Path) -> bool {
    file.is_file() && is_in_profile(file)
}

/// Returns true where two paths lead to one file.
#[must_use]
pub fn is_same(one: &Path, other: &Path) -> bool {
    same_file::is_same_file(one, other).unwrap_or(false)
}

/// Returns true where an open file is the one of that name, which is no link.
#[must_use]
pub fn is_named(open: &File, path: &Path) -> bool {
    let open = open.try_clone().and_then(Handle::from_file).ok();
    !path.is_symlink() && open.is_some() && open == Handle::from_path(path).ok()
}

/// Gives a new file the attributes of the one that it takes the place of.
///
/// # Errors
/// An error where the system refuses.
pub fn take_over(new: &File, old: &Metadata) -> io::Result<()> {
    new.set_permissions(old.permissions())
}

/// Returns false: no pipe has a name among the files.
#[must_use]
pub const fn is_pipe(_kind: FileType) -> bool {
    false
}

/// Returns true where this user may run a file, as far as can be seen.
#[must_use]
pub fn may_run(file: &Path) -> bool {
    file.is_file()
}

/// Tells whether something can be made in a folder. Here only a try does.
///
/// # Errors
/// The system's words, where nothing can.
pub const fn may_make_in(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Has the disk keep the names in a folder through a power cut. Here the system does by itself.
///
/// # Errors
/// An error where the system refuses.
pub const fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Has a program be the leader of a group of its own: Ctrl-C in our terminal is not meant for it.
pub fn apart(program: &mut Command) -> &mut Command {
    /// Microsoft, "Process Creation Flags".
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    program.creation_flags(CREATE_NEW_PROCESS_GROUP)
}

/// A program that was started [`apart`]. It is killed by its handle alone; its children end with their outputs.
#[derive(Debug)]
pub struct Group;

impl Group {
    /// Returns the group of a program.
    #[must_use]
    pub const fn of(_child: &Child) -> Self {
        Self
    }

    /// Lets those live who are left of it.
    pub const fn let_go(&mut self) {}
}

/// True where a path, or the folder that it is to be in, is in this user's profile, whatever links lead to it.
fn is_in_profile(path: &Path) -> bool {
    let profile = std::env::home_dir().and_then(|home| home.canonicalize().ok());
    let found: Option<PathBuf> = path
        .canonicalize()
        .or_else(|error| match path.parent() {
            Some(folder) => folder.canonicalize(),
            None => Err(error),
        })
        .ok();
    profile.zip(found).is_some_and(|(profile, found)| found.starts_with(profile))
}
