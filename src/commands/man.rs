//! `crosspull man`: writes a manual page to standard output.

use clap::{Arg, ArgMatches, Command};

use super::{Subcommand, command};
use crate::exit::{Code, WRONG_INPUT};
use crate::headless::lines::{self, aside};

/// The command line of `man`, and what it does.
pub const MAN: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(async { run(arguments) }) };

fn arguments() -> Command {
    Command::new("man")
        .about("Writes the manual page, or that of a command")
        .arg(Arg::new("command").value_name("COMMAND").help("The command"))
}

fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let whole = command();
    let page = match arguments.get_one::<String>("command") {
        None => whole,
        Some(named) => {
            let Some(one) = whole.find_subcommand(named) else {
                aside(&format!("crosspull: {named} is no command: crosspull --help lists them"));
                return Ok(WRONG_INPUT);
            };
            one.clone().display_name(format!("crosspull-{named}")).bin_name(format!("crosspull {named}"))
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    lines::bytes(&text)?;
    Ok(0)
}
