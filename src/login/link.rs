//! The name on the PATH by which docker, podman and skopeo run the credential helper: a link to this program.

#[cfg(unix)]
use std::os::unix::fs::symlink;
#[cfg(windows)]
use std::os::windows::fs::symlink_file as symlink;
use std::path::{Path, PathBuf};

use crosspull_azure::platform::is_same;
use crosspull_core::command::Command;
use crosspull_core::login::helper_config::HELPER;

use super::tools::on_path;

/// The name of the helper's program: `docker-credential-` and what the files call it.
pub const PROGRAM: &str = "docker-credential-crosspull";

/// The folder in which the link is suggested where crosspull's own is not on the PATH.
const COMMON: &str = "/usr/local/bin";

/// The state of the helper's name.
#[derive(Debug, PartialEq, Eq)]
pub enum Link {
    /// It is on the PATH and leads to this program.
    There,
    /// It was made.
    Made(PathBuf),
    /// It is on the PATH and leads to another program.
    Another(PathBuf),
    /// It is not on the PATH: the command that makes it.
    Missing(String),
}

impl Link {
    /// Makes the link where it is missing, beside the program `own` where that folder is on the PATH and may be
    /// written.
    pub fn provide(path: &str, own: &Path) -> Self {
        if let Some(found) = on_path(path, PROGRAM) {
            return if is_same(&found, own) { Self::There } else { Self::Another(found) };
        }
        let beside = own.parent().filter(|folder| std::env::split_paths(path).any(|one| is_same(&one, folder)));
        let link = beside.unwrap_or_else(|| Path::new(COMMON)).join(PROGRAM);
        if beside.is_some() && symlink(own, &link).is_ok() {
            return Self::Made(link);
        }
        let [program, link] = [own, &link].map(|file| file.display().to_string());
        Self::Missing(Command::LinkHelper { program: &program, link: &link }.to_string())
    }

    /// Returns what there is to say of it; `None` where all is as it should be.
    pub fn told(&self) -> Option<String> {
        Some(match self {
            Self::There => return None,
            Self::Made(link) => format!("{} was made: a link to this crosspull", link.display()),
            Self::Another(found) => format!(
                "{} is not this crosspull: docker asks that one. Remove it, then do this again",
                found.display()
            ),
            Self::Missing(command) => {
                format!(
                    "docker finds no {PROGRAM} (\"{HELPER}\" in its file) on the PATH yet. Make the link: {command}"
                )
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn program(folder: &Path, name: &str) -> PathBuf {
        let file = folder.join(name);
        std::fs::write(&file, "#!/bin/sh\n").expect("written");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("ours");
        file
    }

    #[test]
    fn the_name_is_made_beside_the_program_where_that_is_on_the_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let own = program(folder.path(), "crosspull");
        let path = folder.path().to_str().expect("UTF-8");
        let link = folder.path().join(PROGRAM);
        assert_eq!(Link::provide(path, &own), Link::Made(link.clone()));
        assert_eq!(link.canonicalize().ok(), own.canonicalize().ok());
        assert_eq!(Link::provide(path, &own), Link::There);
        std::fs::remove_file(&link).expect("removed");
        program(folder.path(), PROGRAM);
        assert_eq!(Link::provide(path, &own), Link::Another(link));
    }

    #[test]
    fn elsewhere_the_command_that_makes_it_is_told() {
        let [folder, on_path] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        let own = program(folder.path(), "crosspull");
        let path = on_path.path().to_str().expect("UTF-8");
        let link = Link::provide(path, &own);
        let expected = format!("ln -sf {} /usr/local/bin/{PROGRAM}", own.display());
        assert_eq!(link, Link::Missing(expected));
        assert_eq!(Link::provide("", &own), link);
        assert!(!folder.path().join(PROGRAM).exists());
        let taken = on_path.path().join(PROGRAM);
        std::os::unix::fs::symlink("/nowhere", &taken).expect("a link");
        assert_eq!(Link::provide(path, &own), link, "a link to nothing is no program");
    }
}
