//! `crosspull login --check`.

use clap::ArgMatches;

use super::complain;
use crate::exit::Code;

/// Looks at the way to a registry.
///
/// # Errors
/// Never.
pub async fn run(_arguments: &ArgMatches) -> color_eyre::Result<Code> {
    Ok(complain(&["check: this build does not have it yet".to_owned()]))
}
