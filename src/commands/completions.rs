//! `crosspull completions`: writes completions for a shell to standard output.

use clap::{Arg, ArgMatches, Command, value_parser};

use super::{Subcommand, command};
use crate::exit::Code;
use crate::headless::lines;

/// The command line of `completions`, and what it does.
pub const COMPLETIONS: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(async { run(arguments) }) };

fn arguments() -> Command {
    Command::new("completions")
        .about("Writes completions for a shell")
        .arg(Arg::new("shell").required(true).value_parser(value_parser!(clap_complete::Shell)))
}

fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    if let Some(shell) = arguments.get_one::<clap_complete::Shell>("shell") {
        let mut text = Vec::new();
        clap_complete::generate(*shell, &mut command(), "crosspull", &mut text);
        lines::bytes(&text)?;
    }
    Ok(0)
}
