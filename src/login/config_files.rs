//! The files in which programs look up the credential helper of a registry: docker's, and that of podman, skopeo and
//! buildah where there is one.

use std::path::{Path, PathBuf};

use crosspull_core::login::helper_config::{Change, ConfigError, Edited, with_password};

use crate::headless::lines::aside;
use crate::kept::replace;
use crate::sources::Variables;
use crate::tell::print;

/// Returns the files: docker's, which is made where it is missing, and that of containers where the environment names
/// it or it is there (containers-auth.json(5)).
///
/// # Errors
/// A sentence where there is no home folder.
pub fn files(variables: Variables) -> Result<Vec<PathBuf>, String> {
    let home = etcetera::home_dir().map_err(|error| format!("there is no home folder ({error}): set HOME"))?;
    let docker = variables("DOCKER_CONFIG").map_or_else(|| home.join(".docker"), PathBuf::from);
    let containers = match variables("REGISTRY_AUTH_FILE") {
        Some(file) => vec![PathBuf::from(file)],
        None => {
            let settings = variables("XDG_CONFIG_HOME").map_or_else(|| home.join(".config"), PathBuf::from);
            let folders = [variables("XDG_RUNTIME_DIR").map(PathBuf::from), Some(settings)];
            let files = folders.into_iter().flatten().map(|folder| folder.join("containers").join("auth.json"));
            // A link to nothing is one that cannot be read, which is told.
            files.filter(|file| file.symlink_metadata().is_ok()).collect()
        }
    };
    Ok([vec![docker.join("config.json")], containers].concat())
}

/// Returns what a change of a file would change.
///
/// # Errors
/// A sentence that names the file.
pub fn look(file: &Path, edit: impl Fn(&str) -> Result<Edited, ConfigError>) -> Result<Vec<Change>, String> {
    let text = replace::read(file).map_err(|error| format!("{} cannot be read ({error})", file.display()))?;
    let edited = edit(&text.unwrap_or_default());
    edited.map(|edited| edited.changed).map_err(|why| format!("{} was left alone: {why}", file.display()))
}

/// Changes a file, tells each line that changes, and returns what changed.
///
/// # Errors
/// A sentence that names the file; it is as it was.
pub fn change(file: &Path, edit: impl Fn(&str) -> Result<Edited, ConfigError>) -> Result<Vec<Change>, String> {
    let changed = replace::edit(file, |text| {
        let edited = edit(text).map_err(|error| error.to_string())?;
        Ok((edited.text, edited.changed))
    })?;
    print(&changed.iter().map(|change| line(file, change)).collect::<Vec<_>>()).map_err(|error| error.to_string())?;
    Ok(changed)
}

/// Tells which passwords of earlier logins are still in a file: the helper stands over them, and they stay.
pub fn tell_passwords(file: &Path, servers: &[String]) {
    let text = replace::read(file).ok().flatten().unwrap_or_default();
    for server in with_password(&text, servers.iter().map(String::as_str)) {
        aside(&format!(
            "crosspull: {} still has a password of {server}, which nothing uses any more. To have it on disk no longer, take \
             {server} out of \"auths\" there",
            file.display()
        ));
    }
}

fn line(file: &Path, Change { server, before, after }: &Change) -> String {
    let file = file.display();
    match (before, after) {
        (None, Some(after)) => format!("{file}: the credential helper of {server} is {after}"),
        (Some(before), Some(after)) => {
            format!("{file}: the credential helper of {server} is {after}, in place of {before}")
        }
        (_, None) => format!("{file}: {server} has no credential helper any more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_that_changes_is_told_with_what_was_there() {
        let told = |before: Option<&str>, after: Option<&str>| {
            let [before, after] = [before, after].map(|helper| helper.map(str::to_owned));
            line(Path::new("/c"), &Change { server: "a.azurecr.io".to_owned(), before, after })
        };
        assert_eq!(told(None, Some("crosspull")), "/c: the credential helper of a.azurecr.io is crosspull");
        let replaced = "/c: the credential helper of a.azurecr.io is crosspull, in place of acr-env";
        assert_eq!(told(Some("acr-env"), Some("crosspull")), replaced);
        assert_eq!(told(Some("crosspull"), None), "/c: a.azurecr.io has no credential helper any more");
    }

    #[test]
    fn a_file_that_is_not_understood_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config.json");
        std::fs::write(&file, "[]").expect("written");
        let said = change(&file, |text| crosspull_core::login::helper_config::with_helper(text, ["a.azurecr.io"]));
        assert!(said.is_err_and(|said| said.contains("config.json was left alone: it is no JSON object")));
    }

    #[test]
    fn the_files_are_dockers_and_those_of_containers_that_are_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().to_str().expect("UTF-8");
        let with = |pairs: &[(&str, &str)]| -> Vec<String> {
            let variables = |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            let files = files(&variables).expect("a home");
            files.iter().map(|file| file.display().to_string()).collect()
        };
        let docker = ("DOCKER_CONFIG", place);
        let runtime = ("XDG_RUNTIME_DIR", place);
        let auth = format!("{place}/containers/auth.json");
        assert_eq!(with(&[docker])[0], format!("{place}/config.json"));
        assert!(!with(&[docker, runtime]).contains(&auth), "it is not there");
        std::fs::create_dir(folder.path().join("containers")).expect("made");
        std::fs::write(&auth, "{}").expect("written");
        assert!(with(&[docker, runtime]).contains(&auth));
        assert_eq!(
            with(&[docker, runtime, ("REGISTRY_AUTH_FILE", "/a")]),
            [format!("{place}/config.json"), "/a".into()]
        );
    }
}
