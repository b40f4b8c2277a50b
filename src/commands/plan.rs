//! `crosspull plan`: asks every check and shows the plan; writes nothing.

use clap::{ArgMatches, Command};

use super::Subcommand;
use crate::cli::{answers, inputs, output};
use crate::exit::Code;
use crate::headless::{begin, told};

/// The command line of `plan`, and what it does.
pub const PLAN: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

fn arguments() -> Command {
    Command::new("plan")
        .about("Asks every check and shows the plan; writes nothing")
        .args(inputs())
        .args([answers(), output()])
}

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    told(arguments, async |stream| begin(arguments, stream, None).await).await
}
