//! The commands, one file each: its arguments and its body. Here they are listed.

pub mod access;
mod apply;
pub mod completions;
mod credential;
#[cfg(feature = "simulated-cloud")]
mod demo;
mod login;
mod man;
mod plan;
mod resume;
mod runs;
#[cfg(feature = "simulated-cloud")]
mod simulate;
mod undo;
mod wizard;

use std::pin::Pin;

use clap::{ArgMatches, Command};

use crate::cli::AFTER;
use crate::exit::Code;

/// The commands, in the order in which the help lists them.
const COMMANDS: &[Subcommand] = &[
    #[cfg(feature = "simulated-cloud")]
    demo::DEMO,
    plan::PLAN,
    apply::APPLY,
    runs::RUNS,
    resume::RESUME,
    undo::UNDO,
    login::LOGIN,
    access::ACCESS,
    credential::CREDENTIAL,
    #[cfg(feature = "simulated-cloud")]
    simulate::SIMULATE,
    completions::COMPLETIONS,
    man::MAN,
];

/// A command.
pub struct Subcommand {
    /// Returns the command line, by which the command is called too.
    arguments: fn() -> Command,
    run: fn(&ArgMatches) -> Work<'_>,
}

/// The work of a command, which ends with the exit code.
type Work<'a> = Pin<Box<dyn Future<Output = color_eyre::Result<Code>> + 'a>>;

/// The columns of a help text: those of the narrowest terminal that is common, also on a wider one and in a pipe.
const COLUMNS: usize = 80;

/// Returns the whole command line.
pub fn command() -> Command {
    Command::new("crosspull")
        .version(env!("CARGO_PKG_VERSION"))
        .about(
            "Lets an AKS cluster in one Microsoft Entra tenant pull images from a registry in another, and proves the pull \
             before it touches the cluster. Without a command: the wizard.",
        )
        .after_help(AFTER)
        .max_term_width(COLUMNS)
        .args_override_self(true)
        .args(wizard::arguments())
        .subcommands(COMMANDS.iter().map(|one| (one.arguments)()))
}

/// Does what the command line asks for.
///
/// # Errors
/// Those of the command.
pub async fn run(matches: &ArgMatches) -> color_eyre::Result<Code> {
    let Some((name, arguments)) = matches.subcommand() else { return wizard::run(matches).await };
    run_one(COMMANDS, name, arguments).await
}

/// Does what that command of those is for.
///
/// # Errors
/// Those of the command.
async fn run_one(commands: &[Subcommand], name: &str, arguments: &ArgMatches) -> color_eyre::Result<Code> {
    match commands.iter().find(|one| (one.arguments)().get_name() == name) {
        Some(found) => (found.run)(arguments).await,
        None => Err(color_eyre::eyre::eyre!("{name} is not a command")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::HEADINGS;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    /// Returns what every command answers to `--help` and to `-h` on a terminal of 80 columns.
    fn helps() -> Vec<String> {
        let whole = command().term_width(COLUMNS);
        let mut lines = vec![vec!["crosspull".to_owned()]];
        for command in whole.get_subcommands() {
            let line = vec!["crosspull".to_owned(), command.get_name().to_owned()];
            let parts = command.get_subcommands().map(|part| [line.clone(), vec![part.get_name().to_owned()]].concat());
            lines.extend(parts);
            lines.push(line);
        }
        let asked = lines.iter().flat_map(|line| ["--help", "-h"].map(|flag| [line.clone(), vec![flag.to_owned()]]));
        let told = |line: [Vec<String>; 2]| whole.clone().try_get_matches_from(line.concat()).map(drop);
        asked.map(|line| told(line).expect_err("a help").to_string()).collect()
    }

    #[test]
    fn every_help_fits_a_terminal_of_80_columns() {
        for help in helps() {
            assert!(help.lines().all(|line| line.chars().count() <= COLUMNS), "{help}");
        }
    }

    #[test]
    fn no_sentence_of_a_help_is_broken_into_a_narrow_column() {
        for help in helps() {
            // Lines that go on with a sentence begin where its column does.
            for line in help.lines().filter(|line| line.starts_with("         ")) {
                let column = COLUMNS - (line.len() - line.trim_start().len());
                assert!(column >= 40, "{column} columns\n{help}");
            }
        }
    }

    #[test]
    fn the_commands_come_before_the_inputs_and_those_are_grouped() {
        let help = helps().swap_remove(0);
        let at = |heading: &str| help.find(&format!("\n{heading}:\n")).unwrap_or_else(|| panic!("{heading}\n{help}"));
        let headings = ["Commands", "Options"].into_iter().chain(HEADINGS);
        assert!(headings.map(at).is_sorted(), "{help}");
    }
}
