//! The file of a program on the PATH, and why it cannot be run: a shell says of most reasons that there is none.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::platform::may_run;

/// The state of a program on the PATH.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OnPath {
    /// No file of that name.
    Nothing,
    /// A file that can be run, as far as can be seen.
    Runs,
    /// Only files that cannot be run: the first of them, and why, to go on after its name.
    Broken(PathBuf, String),
}

impl OnPath {
    /// Looks for a program as a shell does that is in the folder `here`.
    pub(super) fn of(program: &str, path: &OsStr, here: &Path) -> Self {
        let mut found = Self::Nothing;
        for folder in std::env::split_paths(path) {
            let file = here.join(folder).join(program);
            if file.symlink_metadata().is_err() {
                continue;
            }
            match why_not(&file) {
                None => return Self::Runs,
                Some(why) if found == Self::Nothing => found = Self::Broken(file, why),
                Some(_) => {}
            }
        }
        found
    }
}

/// Returns why a file that is there cannot be run.
fn why_not(file: &Path) -> Option<String> {
    match file.metadata() {
        Err(_) => return Some("is a link to a file that is not there".to_owned()),
        Ok(found) if found.is_dir() => return Some("is a folder".to_owned()),
        Ok(_) => {}
    }
    if !may_run(file) {
        return Some("is not executable for this account".to_owned());
    }
    let interpreter = interpreter(file)?;
    (!Path::new(&interpreter).exists()).then(|| format!("names the interpreter {interpreter}, which is not there"))
}

/// Returns the interpreter that the first line of a script names (execve(2): `#!`, and at most 255 bytes).
fn interpreter(file: &Path) -> Option<String> {
    let mut head = Vec::new();
    File::open(file).ok()?.take(256).read_to_end(&mut head).ok()?;
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    // A carriage return before the end of the line is part of the name.
    line.split([' ', '\t']).find(|word| !word.is_empty()).map(|word| word.escape_default().to_string())
}
