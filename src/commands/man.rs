//! `crosspull man`: writes the manual page to standard output.

use clap::Command;

use super::{Subcommand, command};
use crate::exit::Code;
use crate::headless::lines;

/// The command line of `man`, and what it does.
pub const MAN: Subcommand = Subcommand { arguments, run: |_| Box::pin(async { run() }) };

fn arguments() -> Command {
    Command::new("man").about("Writes the manual page")
}

fn run() -> color_eyre::Result<Code> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command()).render(&mut text)?;
    lines::bytes(&text)?;
    Ok(0)
}
