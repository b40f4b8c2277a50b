//! `crosspull login --configure-docker`.

use clap::ArgMatches;

use super::complain;
use crate::exit::Code;

/// Sets up the credential helper for registries, or takes it back.
///
/// # Errors
/// Never.
pub async fn run(_arguments: &ArgMatches) -> color_eyre::Result<Code> {
    Ok(complain(&["configure-docker: this build does not have it yet".to_owned()]))
}
