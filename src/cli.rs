//! The command line. The inputs come from the table in `core`, so that flags, environment, answers file and wizard
//! cannot differ.

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use crosspull_core::field::{FIELDS, Field, Key, Kind, Page};

use crate::{Code, lines};

/// Says what one needs to know beyond the flags.
const AFTER: &str = "Every input can also be given as an environment variable (CROSSPULL_TENANT_A) or in the answers \
file (tenant-a). A service principal's id and secret come from CROSSPULL_A_CLIENT_ID and CROSSPULL_A_CLIENT_SECRET (or \
CROSSPULL_A_CLIENT_SECRET_FILE), likewise B; a secret is never an argument.

Exit codes: 0 done; 1 failed; 2 wrong input, nothing was called; 3 waits for a person; 4 stopped by a check, nothing was \
written; 5 undo left something behind; 129, 130, 143 stopped by a signal. What ended with 1, 3 or a signal can be gone on \
with: crosspull resume; with 5: crosspull undo.";

/// The columns of a help text: those of the narrowest terminal that is common, also on a wider one and in a pipe.
const COLUMNS: usize = 80;

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
        .max_term_width(COLUMNS)
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

/// The headings that inputs stand under in the help, in this order.
const HEADINGS: [&str; 5] = ["Tenant A", "Tenant B", "App and secret", "Run", "Cloud and sign-in"];

/// A flag for every input.
fn inputs() -> impl Iterator<Item = Arg> {
    grouped(|_| true)
}

/// The inputs that may differ when an earlier run is taken up: how the clouds are reached, and where a secret goes.
fn inputs_of_access() -> impl Iterator<Item = Arg> {
    grouped(Key::is_of_access)
}

/// A flag for every input of that kind, in the order of the headings: clap orders these by their first flag.
fn grouped(which: fn(Key) -> bool) -> impl Iterator<Item = Arg> {
    let under = move |wanted: &'static str| {
        FIELDS.iter().filter(move |field| which(field.key) && heading(field) == wanted).map(input)
    };
    HEADINGS.into_iter().flat_map(under)
}

fn input(field: &'static Field) -> Arg {
    let arg = Arg::new(field.key.name())
        .long(field.key.name())
        .help_heading(heading(field))
        .value_name(value_name(field.key))
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

/// The heading that an input stands under in the help.
const fn heading(field: &Field) -> &'static str {
    match (field.key, field.page) {
        (Key::Cloud | Key::LoginHost | Key::ClientId | Key::CaFile, _) => "Cloud and sign-in",
        (Key::Soak, _) => "Run",
        (_, Page::TenantA) => "Tenant A",
        (_, Page::TenantB) => "Tenant B",
        (Key::SecretOut | Key::WayBackOut | Key::Renew | Key::Adopt, _) | (_, Page::App) => "App and secret",
        (_, Page::Nowhere) => "Run",
    }
}

/// What stands for an input's value in the help. A long one makes the column of the sentences narrow.
const fn value_name(key: Key) -> &'static str {
    match key {
        Key::Route | Key::SignInA | Key::SignInB | Key::Consent => "WAY",
        Key::Cloud => "CLOUD",
        Key::LoginHost | Key::RedirectUri => "URL",
        Key::TenantA | Key::TenantB => "TENANT",
        Key::Cluster => "CLUSTER",
        Key::Registry => "REGISTRY",
        Key::Repository => "IMAGE",
        Key::AppName | Key::Namespace => "NAME",
        Key::SecretDays => "DAYS",
        Key::ConsentWait | Key::Soak => "MINUTES",
        Key::SecretOut | Key::WayBackOut | Key::CaFile => "FILE",
        Key::Renew => "yes|no",
        Key::Adopt => "ID|new",
        Key::Unread => "PART",
        Key::ClientId => "ID",
        Key::Pace => "X",
    }
}

/// Returns the help of an input: its meaning, the words that it may be, and its default.
fn help(field: &Field) -> String {
    let mut help = field.help.trim_end_matches('.').to_owned();
    if let Kind::Choice(words) = field.kind {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        help = format!("{help}: {}", words.join(", "));
    }
    field.default.map_or_else(|| help.clone(), |default| format!("{help} [default: {default}]"))
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
        lines::bytes(&text)?;
    }
    Ok(0)
}

/// Writes the manual page to standard output.
///
/// # Errors
/// Where standard output cannot be written.
pub fn man() -> color_eyre::Result<Code> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command()).render(&mut text)?;
    lines::bytes(&text)?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    /// What every command answers to `--help` and to `-h` on a terminal of 80 columns.
    fn helps() -> Vec<String> {
        let whole = command().term_width(COLUMNS);
        let names = whole.get_subcommands().map(|command| vec!["crosspull".to_owned(), command.get_name().to_owned()]);
        let lines: Vec<Vec<String>> = [vec!["crosspull".to_owned()]].into_iter().chain(names).collect();
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
