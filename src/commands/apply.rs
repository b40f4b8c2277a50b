//! `crosspull apply`: asks every check and shows the plan, then carries it out.

use clap::{ArgMatches, Command};

use super::Subcommand;
use crate::cli::{AFTER, answers, inputs, output, yes};
use crate::exit::Code;
use crate::headless::{begin, told};
use crate::places;

/// The command line of `apply`, and what it does.
pub const APPLY: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

fn arguments() -> Command {
    Command::new("apply")
        .about("Asks every check, shows the plan and, after your yes, runs it")
        .after_help(AFTER)
        .args(inputs())
        .args([answers(), output(), yes()])
}

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    told(arguments, async |stream| begin(arguments, stream, Some(places::runs()?)).await).await
}
