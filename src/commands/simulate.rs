//! `crosspull simulate`: serves the simulated cloud until a signal ends it.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use clap::{Arg, ArgMatches, Command, value_parser};
use crosspull_sim::{Options, Scenario, Sim, SimError};

use super::Subcommand;
use crate::cli::{scenario, speed};
use crate::exit::{Code, WRONG_INPUT};
use crate::terminal::signals::Signals;

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

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
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
