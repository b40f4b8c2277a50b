//! `crosspull access`: who can reach a cluster, and how. Each part is a file: its arguments and its body.

mod asked;
mod close;
mod file;
mod fixed;
mod identity;
mod kubeconfig;
mod open;
mod opening;
pub mod token;
mod ways;
mod who;
mod who_can;

use clap::{ArgMatches, Command};

use super::Subcommand;
use crate::exit::Code;

/// The command line of `access`, and what it does.
pub const ACCESS: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

/// The commands below `access`, in the order in which the help lists them.
const PARTS: [Subcommand; 6] =
    [who_can::WHO_CAN, identity::IDENTITY, open::OPEN, close::CLOSE, kubeconfig::KUBECONFIG, token::TOKEN];

fn arguments() -> Command {
    who::arguments(ways::arguments(Command::new("access")))
        .args_conflicts_with_subcommands(true)
        .subcommands(PARTS.iter().map(|part| (part.arguments)()))
}

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    match arguments.subcommand() {
        Some((name, arguments)) => super::run_one(&PARTS, name, arguments).await,
        None if arguments.contains_id("principal") => who::run(arguments).await,
        None => match who::without(arguments) {
            Some(complaint) => Ok(crate::tell::complain(&[complaint])),
            None => ways::run(arguments).await,
        },
    }
}
