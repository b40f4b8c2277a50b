//! Whether a kubeconfig can be replaced where it is, told before anything is called.

use std::path::{Path, PathBuf};

use crosspull_azure::platform::{self, is_pipe};

/// The list of what is mounted (Linux, `proc_pid_mountinfo(5)`).
const MOUNTS: &str = "/proc/self/mountinfo";

/// Refuses what is no file, such as a pipe, which whoever reads it would wait for.
///
/// # Errors
/// A sentence that names it.
pub(super) fn is_plain(file: &Path) -> Result<(), String> {
    let Ok(found) = file.metadata() else { return Ok(()) };
    let what = match found.file_type() {
        kind if kind.is_file() => return Ok(()),
        kind if kind.is_dir() => "it is a folder",
        kind if is_pipe(kind) => "it is a pipe",
        // kubectl reads nothing of it.
        _ if file == Path::new("/dev/null") => return Ok(()),
        _ => "it is no file",
    };
    Err(left_alone(file, what, "give --file FILE, or --file - for standard output"))
}

/// Refuses a place where no file can be replaced as a whole: a link that leads nowhere, what is read-only, what is no file,
/// a folder in which nothing can be made, and a file that is mounted alone.
///
/// # Errors
/// A sentence that names it.
pub(super) fn may_write(file: &Path) -> Result<(), String> {
    is_plain(file)?;
    if file == Path::new("/dev/null") {
        return Err(left_alone(file, "it is no file", "give --file FILE, or --file - for standard output"));
    }
    if file.is_symlink() && matches!(file.try_exists(), Ok(false)) {
        let now = "make that file, or remove the link, or give --file FILE";
        return Err(left_alone(file, "it is a link to a file that is not there", now));
    }
    if file.metadata().is_ok_and(|found| found.permissions().readonly()) {
        return Err(left_alone(file, "it is read-only", "chmod u+w it, or give --file FILE"));
    }
    let target = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    // The lock stands beside the name, the new file beside what it leads to.
    for place in [file, &target] {
        may_make_in(place).map_err(|why| left_alone(file, &why, "give --file FILE"))?;
    }
    let mounts = std::fs::read_to_string(MOUNTS).unwrap_or_default();
    if is_mounted(&target, &mounts) {
        let now = "mount its folder in place of it, or give --file FILE";
        return Err(left_alone(file, "it is mounted alone, so it cannot be replaced as a whole", now));
    }
    Ok(())
}

/// Returns why nothing can be made in the folder of a file, or in the nearest one that is there.
fn may_make_in(file: &Path) -> Result<(), String> {
    let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let Some(folder) = whole.ancestors().skip(1).find(|folder| folder.symlink_metadata().is_ok()) else {
        return Ok(());
    };
    if !folder.is_dir() {
        return Err(format!("{} is no folder", folder.display()));
    }
    platform::may_make_in(folder).map_err(|error| format!("nothing can be made in {} ({error})", folder.display()))
}

/// True for a file that is a mount point.
fn is_mounted(file: &Path, mounts: &str) -> bool {
    let point = |line: &str| line.split(' ').nth(4).map(|point| PathBuf::from(point.replace("\\040", " ")));
    mounts.lines().filter_map(point).any(|point| point == file)
}

fn left_alone(file: &Path, why: &str, now: &str) -> String {
    format!("{} was left alone: {why}: {now}", file.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_place_where_no_file_can_be_replaced_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), "").expect("written");
        symlink("gone", at("link")).expect("a link");
        std::os::unix::net::UnixListener::bind(at("socket")).expect("a socket");
        for (place, why) in [
            (at("link"), "a link to a file that is not there"),
            (at("file/below"), "file is no folder"),
            (at("file/far/below"), "file is no folder"),
            (folder.path().to_owned(), "it is a folder"),
            (at("socket"), "it is no file"),
            (PathBuf::from("/dev/null"), "it is no file"),
        ] {
            let said = may_write(&place).expect_err(why);
            assert!(said.contains(why) && said.contains("--file"), "{said}");
        }
        for fine in ["file", "new", "new/folder/file"] {
            assert_eq!(may_write(&at(fine)), Ok(()), "{fine}");
        }
        assert!(is_plain(Path::new("/dev/null")).is_ok(), "kubectl reads nothing of it");
    }

    #[test]
    fn a_file_that_is_mounted_alone_is_known() {
        let mounts =
            "1 2 0:1 / / rw - overlay o rw\n3 1 8:1 /kc /home/ada/my\\040files/config rw - ext4 /dev/sda1 rw\n";
        assert!(is_mounted(Path::new("/home/ada/my files/config"), mounts));
        assert!(!is_mounted(Path::new("/home/ada/other/config"), mounts) && !is_mounted(Path::new("/home"), ""));
    }
}
