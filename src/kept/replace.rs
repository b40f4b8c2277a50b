//! Files that are replaced as a whole: whoever reads one, and whoever is killed while writing one, leaves it as it was
//! or as it is to be.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crosspull_azure::platform::{private_folder, sync_folder, take_over};
use tempfile::NamedTempFile;

/// The most bytes that are read of a file.
pub const LARGEST: u64 = 1 << 20;
/// A file that others change each time is left alone after so many tries.
const TRIES: u8 = 20;

/// Reads a text file; `None` where there is none.
///
/// # Errors
/// An error where it cannot be read, is too large, or is no text.
pub fn read(file: &Path) -> io::Result<Option<String>> {
    read_up_to(file, LARGEST)
}

/// Reads a text file of no more than so many bytes; `None` where there is none.
///
/// # Errors
/// An error where it cannot be read, is too large, or is no text.
pub fn read_up_to(file: &Path, most: u64) -> io::Result<Option<String>> {
    let mut text = String::new();
    match File::open(file).and_then(|open| open.take(most + 1).read_to_string(&mut text)) {
        Ok(read) if read as u64 > most => {
            Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {most} bytes")))
        }
        Ok(_) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a file for its owner alone, in place of one that is there.
///
/// # Errors
/// An error where it cannot be written; what was there stays.
pub fn write_private(file: &Path, text: &str) -> io::Result<()> {
    let new = written(folder(file), text)?;
    new.persist(file).map(drop).map_err(|error| error.error)
}

/// Changes a text file by `edit`, which is given the text (an empty one where there is no file) and returns the new one
/// with what is to be told of it. Rights, owner and links to it stay. A change by somebody else in the meantime is not
/// lost: the edit is then made anew.
///
/// # Errors
/// A sentence that names the file; it is as it was.
pub fn edit<T>(file: &Path, edit: impl Fn(&str) -> Result<(String, T), String>) -> Result<T, String> {
    edit_up_to(file, LARGEST, edit)
}

/// Changes a text file of no more than so many bytes likewise.
///
/// # Errors
/// A sentence that names the file; it is as it was.
pub fn edit_up_to<T>(file: &Path, most: u64, edit: impl Fn(&str) -> Result<(String, T), String>) -> Result<T, String> {
    let cannot = |error: io::Error| format!("{} cannot be changed ({error})", file.display());
    let told = |why: String| format!("{} was left alone: {why}", file.display());
    for _ in 0..TRIES {
        let target = followed(file).map_err(cannot)?;
        // A device or a pipe is not replaced by a file.
        if target.exists() && !target.is_file() {
            return Err(told("it is no file".to_owned()));
        }
        let before = read_up_to(&target, most).map_err(cannot)?;
        let (text, result) = edit(before.as_deref().unwrap_or_default()).map_err(told)?;
        if before.as_deref() == Some(text.as_str()) || before.is_none() && text.is_empty() {
            return Ok(result);
        }
        private_folder().recursive(true).create(folder(&target)).map_err(cannot)?;
        let new = written(folder(&target), &text).map_err(cannot)?;
        if before.is_some() {
            take_over(new.as_file(), &target.metadata().map_err(cannot)?).map_err(cannot)?;
        }
        new.as_file().sync_all().map_err(cannot)?;
        // Looked at right before: other programs replace the file too, and none of them locks it.
        if read_up_to(&target, most).map_err(cannot)? == before {
            new.persist(&target).map_err(|error| cannot(error.error))?;
            // The name is kept through a crash of the machine where the system can do that.
            let _ = sync_folder(folder(&target));
            return Ok(result);
        }
    }
    Err(told("another program changes it all the time".to_owned()))
}

/// Returns the file that a link leads to, or the file itself.
fn followed(file: &Path) -> io::Result<PathBuf> {
    if file.is_symlink() { file.canonicalize() } else { Ok(file.to_owned()) }
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Writes a text to a file without a name that lasts, for its owner alone, as `tempfile` makes them.
fn written(folder: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut new = tempfile::Builder::new().prefix(".crosspull-").tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    /// Returns an edit that adds a line.
    fn add(line: &str) -> impl Fn(&str) -> Result<(String, ()), String> {
        move |text| Ok((format!("{text}{line}\n"), ()))
    }

    #[test]
    fn a_file_keeps_its_rights_and_a_new_one_is_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("new/config.json");
        let mode = || file.metadata().expect("there").permissions().mode() & 0o777;
        edit(&file, add("one")).expect("changed");
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("ours");
        edit(&file, add("two")).expect("changed");
        assert_eq!((mode(), read(&file).expect("read").as_deref()), (0o644, Some("one\ntwo\n")));
        assert_eq!(
            std::fs::read_dir(file.parent().expect("a folder")).expect("read").count(),
            1,
            "nothing else is left"
        );
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().expect("a folder");
        let [link, file] = ["link", "file"].map(|name| folder.path().join(name));
        std::fs::write(&file, "one\n").expect("written");
        std::os::unix::fs::symlink("file", &link).expect("a link");
        edit(&link, add("two")).expect("changed");
        assert!(link.is_symlink() && read(&file).expect("read").as_deref() == Some("one\ntwo\n"));
        std::fs::remove_file(&file).expect("removed");
        assert!(edit(&link, add("two")).is_err_and(|said| said.contains("link cannot be changed")));
    }

    #[test]
    fn a_change_by_somebody_else_meanwhile_is_not_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config.json");
        let times = Cell::new(0);
        let meanwhile = |text: &str| {
            times.set(times.get() + 1);
            if times.get() < 3 {
                std::fs::write(&file, format!("{text}theirs\n")).expect("written");
            }
            add("ours")(text)
        };
        edit(&file, meanwhile).expect("changed");
        assert_eq!(read(&file).expect("read").as_deref(), Some("theirs\ntheirs\nours\n"));
        let always = |text: &str| {
            std::fs::write(&file, format!("{text}x")).expect("written");
            add("ours")(text)
        };
        assert!(edit(&file, always).is_err_and(|said| said.contains("changes it all the time")));
    }

    #[test]
    fn what_cannot_be_read_is_not_taken_for_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config.json");
        assert!(edit(folder.path(), add("x")).is_err_and(|said| said.ends_with("it is no file")));
        std::fs::write(&file, [0xff]).expect("written");
        assert!(edit(&file, add("x")).is_err(), "no text");
        std::fs::write(&file, vec![b' '; 1 << 20 | 1]).expect("written");
        assert!(edit(&file, add("x")).is_err_and(|said| said.contains("more than 1048576 bytes")));
        let refused = |_: &str| -> Result<(String, ()), String> { Err("no".to_owned()) };
        std::fs::write(&file, "x").expect("written");
        assert!(edit(&file, refused).is_err_and(|said| said.ends_with("was left alone: no")));
        assert_eq!(read(&file).expect("read").as_deref(), Some("x"));
    }
}
