//! `crosspull undo`: takes back what a run made.

use clap::{ArgMatches, Command};
use crosspull_core::input::Key;
use crosspull_core::names::Direction;
use crosspull_core::names::RunId;

use super::Subcommand;
use crate::cli::{EARLIER, answers, inputs_of_access, output, run_id, yes};
use crate::exit::Code;
use crate::headless::{take_up, told};
use crate::places;

/// The command line of `undo`, and what it does.
pub const UNDO: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

fn arguments() -> Command {
    Command::new("undo")
        .about("Takes back what a run made, newest first; what it found stays")
        .after_help(EARLIER)
        .arg(run_id().required(true))
        .args(inputs_of_access().filter(|arg| arg.get_id() != Key::SecretOut.name()))
        .args([answers(), output(), yes()])
}

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let named = arguments.get_one::<String>("run").map(|text| text.parse::<RunId>());
    told(arguments, async |stream| match named {
        Some(Ok(id)) => take_up(arguments, stream, &places::runs()?, &id, Direction::Back).await,
        Some(Err(why)) => Ok(stream.complain(&[why])),
        None => Ok(stream.complain(&["which run is meant? crosspull runs lists them".to_owned()])),
    })
    .await
}
