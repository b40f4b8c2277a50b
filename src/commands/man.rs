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
        .arg(Arg::new("command").value_name("COMMAND").num_args(0..).help("The command, and its part if it has some"))
}

fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let whole = command();
    let named: Vec<&str> = arguments.get_many::<String>("command").into_iter().flatten().map(String::as_str).collect();
    let found = named.iter().try_fold(&whole, |command, name| command.find_subcommand(name));
    let Some(page) = found.cloned() else {
        aside(&format!("crosspull: {} is no command: crosspull --help lists them", named.join(" ")));
        return Ok(WRONG_INPUT);
    };
    let full = ["crosspull"].into_iter().chain(named).collect::<Vec<_>>();
    let page = page.display_name(full.join("-")).bin_name(full.join(" "));
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    lines::bytes(&text)?;
    Ok(0)
}
