//! The places where things live: runs, and the settings of the credential helper.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;

/// Returns the folder of journals: `$XDG_STATE_HOME/crosspull/runs`, or the platform's own place for state.
///
/// # Errors
/// An error where there is no home folder.
pub fn runs() -> color_eyre::Result<PathBuf> {
    let strategy = etcetera::choose_base_strategy()?;
    let state = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    Ok(state.join("crosspull").join("runs"))
}

/// Returns the file with the settings of the credential helper: `$XDG_CONFIG_HOME/crosspull/registries.toml`.
///
/// # Errors
/// An error where there is no home folder.
pub fn registries() -> color_eyre::Result<PathBuf> {
    Ok(etcetera::choose_base_strategy()?.config_dir().join("crosspull").join("registries.toml"))
}
