//! `crosspull runs`: lists earlier runs, newest first.

use clap::{ArgMatches, Command};
use crosspull_azure::journal::{Earlier, earlier};

use super::Subcommand;
use crate::cli::output;
use crate::exit::Code;
use crate::headless::lines::Lines;
use crate::headless::report::run_lines;
use crate::places;

/// The command line of `runs`, and what it does.
pub const RUNS: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(async { run(arguments) }) };

fn arguments() -> Command {
    Command::new("runs").about("Lists earlier runs, newest first").arg(output())
}

fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let runs = places::runs()?;
    let found = earlier(&runs)?;
    let json = arguments.get_one::<String>("output").is_some_and(|o| o == "json");
    let mut lines: Vec<String> = Vec::new();
    if found.is_empty() && !json {
        lines.push(format!("There are no runs in {}", runs.display()));
    }
    for one in &found {
        lines.extend(if json { vec![run_json(one).to_string()] } else { run_lines(one) });
    }
    let mut out = Lines::default();
    out.write(&lines);
    out.whole()?;
    Ok(0)
}

/// Returns a run of the list as JSON.
fn run_json(one: &Earlier) -> serde_json::Value {
    match &one.run {
        Ok(run) => serde_json::json!({
            "run": one.id, "started": run.started, "about": run.about(), "stage": run.stage().word(),
            "where": run.where_it_stopped(), "in_use": one.locked,
            "simulated": run.answers.is_simulated(),
            "can_resume": run.stage().goes_on() && !one.locked, "can_undo": run.can_be_undone() && !one.locked,
            "can_end": run.plan_that_ends().is_some() && !one.locked,
        }),
        Err(why) => serde_json::json!({ "run": one.id, "damaged": why.to_string(), "in_use": one.locked }),
    }
}
