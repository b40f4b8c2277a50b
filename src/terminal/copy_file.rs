//! A file in place of a clipboard, for whoever has none: `--clipboard file`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::sources::environment;

/// Returns the file of this process, in the folder that is the user's own and in memory, where there is one.
fn path() -> PathBuf {
    let folder = environment("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty());
    let folder = folder.map_or_else(std::env::temp_dir, PathBuf::from);
    folder.join(format!("crosspull-copy-{}", std::process::id()))
}

/// Returns where the copy is, for a person.
pub fn place() -> String {
    path().display().to_string()
}

/// Puts a text in place of the one that was copied before.
pub fn write(text: &str) -> Result<(), String> {
    let path = path();
    put(&path, text).map_err(|why| format!("Not copied: {} cannot be written ({why}).", path.display()))
}

/// Takes the copy away. The disk may keep what was in it.
pub fn remove() -> Result<(), String> {
    let path = path();
    match fs::remove_file(&path) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => {
            Err(format!("The copy is still in {}: it cannot be removed ({why}).", path.display()))
        }
        _ => Ok(()),
    }
}

/// Writes a file that its owner alone can read, as `tempfile` makes them, in place of one that is there. A link of somebody
/// else's is replaced and not followed.
fn put(path: &Path, text: &str) -> io::Result<()> {
    let mut new = NamedTempFile::new_in(path.parent().unwrap_or_else(|| Path::new(".")))?;
    new.write_all(text.as_bytes())?;
    new.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn the_copy_is_its_owners_alone_and_follows_no_link() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, other) = (folder.path().join("copy"), folder.path().join("other"));
        fs::write(&other, "theirs").expect("a file");
        symlink(&other, &path).expect("a link");
        for text in ["one", "another"] {
            put(&path, text).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("text"), text);
        }
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&other).expect("text"), "theirs");
    }
}
