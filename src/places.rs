//! The place where runs live.

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
