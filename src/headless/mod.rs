//! Commands without a wizard: the same answers, plan and events, as lines.

mod begin;
mod given;
pub mod hand_over;
pub mod lines;
pub mod manifest;
pub mod report;
pub mod secret_file;
mod session;
mod stream;
mod take_up;

use std::io::IsTerminal as _;

use clap::ArgMatches;

pub use begin::begin;
pub use session::Session;
pub use stream::{Stream, refused, told};
pub use take_up::take_up;

/// Returns the complaint where it is to be asked and nobody is there.
pub fn nobody_to_ask(arguments: &ArgMatches) -> Option<String> {
    (!arguments.get_flag("yes") && !std::io::stdin().is_terminal())
        .then(|| "yes: it asks before it writes, and there is no terminal to ask on: give --yes".to_owned())
}
