//! The command line. The inputs come from the table in `core`, so that flags, environment, answers file and wizard
//! cannot differ.

use std::io::Write as _;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use crosspull_core::field::{FIELDS, Field, Key, Kind};

use crate::Code;

/// Says what one needs to know beyond the flags.
const AFTER: &str = "Every input can also be given as an environment variable (CROSSPULL_TENANT_A) or in the answers \
file (tenant-a). A service principal's id and secret come from CROSSPULL_A_CLIENT_ID and CROSSPULL_A_CLIENT_SECRET (or \
CROSSPULL_A_CLIENT_SECRET_FILE), likewise B; a secret is never an argument.

Exit codes: 0 done; 1 failed; 2 wrong input, nothing was called; 3 waits for a person; 4 stopped by a check, nothing was \
written; 5 undo left something behind; 129, 130, 143 stopped by a signal. What ended with 1, 3, 5 or a signal can be gone \
on with: crosspull resume.";

/// Says where the inputs of an earlier run come from.
const EARLIER: &str = "Cluster, registry, tenants and plan are those of the run. How to sign in is as it was then; flags, \
environment and an answers file change that. A secret is asked for anew: it is nowhere in the journal.";

/// The whole command line.
pub fn command() -> Command {
    Command::new("crosspull")
        .version(env!("CARGO_PKG_VERSION"))
        .about(
            "Lets an AKS cluster in one Microsoft Entra tenant pull images from a registry in another, and proves the pull \
             before it touches the cluster. Without a command: the wizard.",
        )
        .after_help(AFTER)
        .args_override_self(true)
        .args(inputs())
        .args([answers(), clipboard()])
        .subcommand(
            Command::new("demo")
                .about("The wizard on the embedded simulated cloud: press Enter on every screen")
                .args([scenario(), clipboard(), speed("4")]),
        )
        .subcommand(
            Command::new("plan").about("Asks every check and shows the plan; writes nothing").args(inputs()).args([answers(), output()]),
        )
        .subcommand(
            Command::new("apply")
                .about("The same, then runs it")
                .after_help(AFTER)
                .args(inputs())
                .args([answers(), output(), yes()]),
        )
        .subcommand(Command::new("runs").about("Lists earlier runs, newest first").arg(output()))
        .subcommand(
            Command::new("resume")
                .about("Goes on with a run where it stopped; without RUN, with the newest that can be gone on with")
                .after_help(EARLIER)
                .arg(run())
                .args(inputs_of_access())
                .args([answers(), output(), yes()]),
        )
        .subcommand(
            Command::new("undo")
                .about("Takes back what a run made, newest first; what it found stays")
                .after_help(EARLIER)
                .arg(run().required(true))
                .args(inputs_of_access().filter(|arg| arg.get_id() != Key::SecretOut.name()))
                .args([answers(), output(), yes()]),
        )
        .subcommand(
            Command::new("simulate")
                .about("Serves the simulated cloud on loopback")
                .args([dir(), listen(), scenario(), latency(), speed("1")]),
        )
        .subcommand(
            Command::new("completions")
                .about("Writes completions for a shell")
                .arg(Arg::new("shell").required(true).value_parser(value_parser!(clap_complete::Shell))),
        )
        .subcommand(Command::new("man").about("Writes the manual page"))
}

/// A flag for every input.
fn inputs() -> impl Iterator<Item = Arg> {
    FIELDS.iter().map(input)
}

/// The inputs that may differ when an earlier run is taken up: how the clouds are reached, and where a secret goes.
fn inputs_of_access() -> impl Iterator<Item = Arg> {
    FIELDS.iter().filter(|field| field.key.is_of_access()).map(input)
}

fn input(field: &'static Field) -> Arg {
    let arg = Arg::new(field.key.name())
        .long(field.key.name())
        .value_name(clap::builder::Str::from(value_name(field)))
        .allow_negative_numbers(true)
        .help(help(field));
    // The word alone is a yes.
    let arg = if field.key == Key::Renew {
        arg.num_args(0..=1).require_equals(true).default_missing_value("yes")
    } else {
        arg
    };
    // Of several values for one input the last counts, as in other tools, unless it takes a list.
    arg.action(if many(field.key) { ArgAction::Append } else { ArgAction::Set })
}

fn run() -> Arg {
    Arg::new("run").value_name("RUN").help("The run's id, as crosspull runs lists it")
}

/// True for the inputs that may be given several times. A second cluster or registry is read, so that it can be
/// refused with a sentence.
const fn many(key: Key) -> bool {
    matches!(key, Key::Repository | Key::Cluster | Key::Registry | Key::Unread)
}

fn value_name(field: &Field) -> String {
    match field.kind {
        Kind::Choice(words) => words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join("|"),
        Kind::Text | Kind::Many => field.key.name().to_ascii_uppercase(),
    }
}

fn help(field: &Field) -> String {
    let help = field.help.trim_end_matches('.');
    field.default.map_or_else(|| help.to_owned(), |default| format!("{help} [default: {default}]"))
}

fn answers() -> Arg {
    Arg::new("answers")
        .long("answers")
        .value_name("FILE")
        .env("CROSSPULL_ANSWERS")
        .help("A TOML file with inputs, by the same names")
}

fn output() -> Arg {
    Arg::new("output")
        .long("output")
        .value_name("FORM")
        .value_parser(["text", "json"])
        .default_value("text")
        .help("What to write on standard output: text for people, or one JSON object a line")
}

fn yes() -> Arg {
    Arg::new("yes")
        .long("yes")
        .action(ArgAction::SetTrue)
        .help("Go on without asking, also before the cluster is reset")
}

fn scenario() -> Arg {
    Arg::new("scenario")
        .long("scenario")
        .value_name("NAME|FILE")
        .action(ArgAction::Append)
        .help("A scenario of the simulated cloud; several add up")
}

fn dir() -> Arg {
    Arg::new("dir").long("dir").value_name("DIR").required(true).help("Where to write ca.pem, answers.toml and env")
}

fn listen() -> Arg {
    Arg::new("listen")
        .long("listen")
        .value_name("ADDRESS")
        .value_parser(value_parser!(std::net::SocketAddr))
        .default_value("127.0.0.1:0")
        .help("Where to listen; loopback only")
}

fn latency() -> Arg {
    Arg::new("latency")
        .long("latency")
        .value_name("MS")
        .value_parser(value_parser!(u64).range(..60_000))
        .default_value("0")
        .help("Delays every answer, in milliseconds")
}

fn speed(default: &'static str) -> Arg {
    Arg::new("speed")
        .long("speed")
        .value_name("X")
        .value_parser(value_parser!(f64))
        .default_value(default)
        .help("Divides every other delay of the simulated cloud")
}

fn clipboard() -> Arg {
    Arg::new("clipboard")
        .long("clipboard")
        .value_name("WAY")
        .env("CROSSPULL_CLIPBOARD")
        .default_value("auto")
        .value_parser(["auto", "osc52", "tmux", "screen", "system", "off"])
        .help("How to copy")
}

/// Writes completions for a shell to standard output.
///
/// # Errors
/// Where standard output cannot be written.
pub fn completions(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    if let Some(shell) = arguments.get_one::<clap_complete::Shell>("shell") {
        let mut text = Vec::new();
        clap_complete::generate(*shell, &mut command(), "crosspull", &mut text);
        std::io::stdout().write_all(&text)?;
    }
    Ok(0)
}

/// Writes the manual page to standard output.
///
/// # Errors
/// Where standard output cannot be written.
pub fn man() -> color_eyre::Result<Code> {
    clap_mangen::Man::new(command()).render(&mut std::io::stdout())?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }
}
