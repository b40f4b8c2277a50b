//! `crosspull simulate`: serves the simulated cloud until a signal ends it.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use crosspull_core::text::wrapped;
use crosspull_sim::{Options, Scenario, Sim, SimError};

use super::Subcommand;
use crate::exit::{Code, WRONG_INPUT};
use crate::headless::lines::Lines;
use crate::terminal::signals::Signals;

/// The columns of a sentence about a scenario, which is indented by four.
const LIST_COLUMNS: usize = 76;

/// The command line of `simulate`, and what it does.
pub const SIMULATE: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

fn arguments() -> Command {
    Command::new("simulate").about("Serves the simulated cloud on loopback").args([
        dir(),
        listen(),
        scenario(),
        latency(),
        speed("1"),
    ])
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

/// Returns the flag for scenarios of the simulated cloud.
pub(super) fn scenario() -> Arg {
    Arg::new("scenario")
        .long("scenario")
        .value_name("NAME|FILE")
        .num_args(0..=1)
        .default_missing_value("")
        .action(ArgAction::Append)
        .help(
            "A scenario of the simulated cloud; several add up. Without a name: lists them, and what to watch in each",
        )
}

/// Returns the flag for the speed of the simulated cloud's time.
pub(super) fn speed(default: &'static str) -> Arg {
    Arg::new("speed")
        .long("speed")
        .value_name("X")
        .value_parser(value_parser!(f64))
        .default_value(default)
        .help("Divides every other delay of the simulated cloud")
}

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    if list_scenarios(arguments)? {
        return Ok(0);
    }
    let mut signals = Signals::listen(true)?;
    let sim = match start(arguments).await {
        Ok(sim) => sim,
        Err(why) => {
            writeln!(std::io::stderr(), "crosspull simulate: {why}")?;
            return Ok(WRONG_INPUT);
        }
    };
    let folder = arguments.get_one::<String>("dir").map(String::as_str).unwrap_or_default();
    let ready = match crosspull_sim::write_files(&sim, Path::new(folder)) {
        Ok(ready) => ready,
        Err(error) => {
            writeln!(
                std::io::stderr(),
                "crosspull simulate: {folder} cannot be written ({error}): name a folder of yours"
            )?;
            return Ok(WRONG_INPUT);
        }
    };
    let mut out = std::io::stdout();
    writeln!(out, "{}", serde_json::to_string(&ready)?)?;
    out.flush()?;
    signals.next().await;
    sim.stop().await;
    Ok(0)
}

/// Lists the scenarios, where one is asked for and none is named; true then.
///
/// # Errors
/// One of standard output.
pub(super) fn list_scenarios(arguments: &ArgMatches) -> std::io::Result<bool> {
    let mut named = arguments.get_many::<String>("scenario").into_iter().flatten();
    if !named.any(|name| name.is_empty()) {
        return Ok(false);
    }
    let lines: Vec<String> = Scenario::shipped().flat_map(|scenario| listed(&scenario)).collect();
    let mut out = Lines::default();
    out.write(&lines);
    out.whole()?;
    Ok(true)
}

/// Returns the lines of the list about a scenario: its name, what is so there, and what to watch.
fn listed(scenario: &Scenario) -> Vec<String> {
    let sentences = [scenario.says.clone(), format!("Watch: {}", scenario.watch)];
    let indented = sentences.iter().flat_map(|sentence| wrapped(sentence, LIST_COLUMNS));
    std::iter::once(scenario.name.clone()).chain(indented.map(|line| format!("    {line}"))).collect()
}

/// Starts the simulated cloud as the arguments say. Arguments that a command does not have keep their defaults.
///
/// # Errors
/// A sentence about the argument that is wrong.
pub(super) async fn start(arguments: &ArgMatches) -> Result<Sim, String> {
    let mut scenarios = Vec::new();
    for name in arguments.get_many::<String>("scenario").into_iter().flatten() {
        scenarios.push(Scenario::load(name).map_err(|e| e.to_string())?);
    }
    let mut options = Options { scenarios, ..Options::default() };
    if let Ok(Some(listen)) = arguments.try_get_one::<std::net::SocketAddr>("listen") {
        options.listen = *listen;
    }
    if let Ok(Some(ms)) = arguments.try_get_one::<u64>("latency") {
        options.latency = Duration::from_millis(*ms);
    }
    if let Some(speed) = arguments.get_one::<f64>("speed") {
        options.speed = *speed;
    }
    crosspull_sim::start(options).await.map_err(|e: SimError| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scenario_is_listed_in_lines_of_80_columns_with_what_to_watch() {
        for scenario in Scenario::shipped() {
            let lines = listed(&scenario);
            assert_eq!(lines.first(), Some(&scenario.name));
            assert!(lines.iter().any(|line| line.starts_with("    Watch: ")), "{lines:?}");
            assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:?}");
        }
    }

    #[test]
    fn a_scenario_without_a_name_is_a_question_and_one_beside_it_is_not() {
        let named = |words: &[&str]| {
            let matches = Command::new("demo").arg(scenario()).try_get_matches_from(words).expect("read");
            matches.get_many::<String>("scenario").into_iter().flatten().cloned().collect::<Vec<_>>()
        };
        assert_eq!(named(&["demo", "--scenario"]), [""]);
        assert_eq!(named(&["demo", "--scenario", "many", "--scenario", "paged"]), ["many", "paged"]);
    }
}
