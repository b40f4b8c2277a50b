//! The file with the credential helper's settings: `$XDG_CONFIG_HOME/crosspull/registries.toml`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crosspull_azure::platform::is_own;
use crosspull_core::login::settings::{Settings, parse, text};

use crate::kept::replace;
use crate::kept::turn::Turn;
use crate::places;

/// The longest wait for another crosspull that writes the file, which takes it no time.
const LIMIT: Duration = Duration::from_secs(10);

/// Reads the settings of all registries: none where there is no file.
///
/// The file says where secrets go, so it is believed only where it is the user's own (`docs/PRODUCT.md` 7, rule 10).
///
/// # Errors
/// A clause on why it cannot be read or is not believed.
pub fn read(file: &Path) -> Result<Settings, String> {
    let cannot = |why: &dyn std::fmt::Display| {
        format!("{} cannot be read ({why}): mend it, or remove it and set the registries up again", file.display())
    };
    let Some(text) = replace::read(file).map_err(|error| cannot(&error))? else { return Ok(Settings::new()) };
    if !is_own(file) {
        return Err(format!(
            "{} is not believed, since it says where secrets go and is another user's, or others may write it: give it to \
             yourself alone (mode 0600)",
            file.display()
        ));
    }
    parse(&text).map_err(|why| cannot(&why))
}

/// Changes the settings, one crosspull at a time.
///
/// # Errors
/// A sentence; the settings are as they were.
pub fn change(file: &Path, change: impl Fn(&mut Settings)) -> Result<(), String> {
    // Nothing of a file that is not believed is taken over.
    read(file)?;
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    let cannot = |error: std::io::Error| format!("{} cannot be changed ({error})", file.display());
    std::fs::create_dir_all(folder).map_err(cannot)?;
    let turn = Turn::wait(&file.with_extension("lock"), LIMIT).map_err(cannot)?;
    let _turn = turn.ok_or_else(|| format!("{} is being changed by another crosspull: try again", file.display()))?;
    replace::edit(file, |before| {
        let mut settings = parse(before)?;
        change(&mut settings);
        Ok((text(&settings), ()))
    })
}

/// Returns the file.
///
/// # Errors
/// A sentence where there is no home folder.
pub fn file() -> Result<PathBuf, String> {
    places::registries().map_err(|error| format!("there is no place for settings ({error}): set HOME"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crosspull_core::login::settings::{OfRegistry, Setting};
    use std::os::unix::fs::PermissionsExt as _;

    fn add(file: &Path, server: &str) -> Result<(), String> {
        change(file, |settings| {
            let mut of_registry = OfRegistry::default();
            of_registry.set(Setting::As, "me");
            settings.insert(server.to_owned(), of_registry);
        })
    }

    #[test]
    fn settings_are_private_and_believed_only_where_nobody_else_may_write_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("crosspull/registries.toml");
        assert_eq!(read(&file), Ok(Settings::new()));
        add(&file, "a.azurecr.io").expect("added");
        add(&file, "b.azurecr.io").expect("added");
        let mode = |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("ours");
        assert_eq!(file.metadata().expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(read(&file).map(|all| all.len()), Ok(2));
        mode(0o620);
        assert!(read(&file).is_err_and(|said| said.contains("is not believed")));
        assert!(add(&file, "c.azurecr.io").is_err());
        mode(0o600);
        std::fs::write(&file, "[a").expect("written");
        assert!(read(&file).is_err_and(|said| said.contains("line 1 is not TOML")));
        assert!(add(&file, "c.azurecr.io").is_err(), "what is not understood is not overwritten");
    }

    #[test]
    fn nothing_is_lost_of_two_changes_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("registries.toml");
        std::thread::scope(|threads| {
            for n in 0..8 {
                let file = &file;
                threads.spawn(move || add(file, &format!("r{n}.azurecr.io")).expect("added"));
            }
        });
        assert_eq!(read(&file).map(|all| all.len()), Ok(8));
    }
}
