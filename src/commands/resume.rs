//! `crosspull resume`: goes on with a run where it stopped.

use std::path::Path;

use clap::{ArgMatches, Command};
use crosspull_azure::journal::earlier;
use crosspull_core::names::Direction;
use crosspull_core::names::RunId;

use super::Subcommand;
use crate::cli::{EARLIER, answers, inputs_of_access, output, run_id, yes};
use crate::exit::Code;
use crate::headless::{Stream, take_up, told};
use crate::places;

/// The command line of `resume`, and what it does.
pub const RESUME: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

fn arguments() -> Command {
    Command::new("resume")
        .about("Goes on with a run where it stopped; without RUN, with the newest that can be gone on with")
        .after_help(EARLIER)
        .arg(run_id())
        .args(inputs_of_access())
        .args([answers(), output(), yes()])
}

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    told(arguments, async |stream| go_on(arguments, stream).await).await
}

/// Chooses the run that is to go on, and goes on with it.
async fn go_on(arguments: &ArgMatches, stream: &mut Stream) -> color_eyre::Result<Code> {
    let runs = places::runs()?;
    let named = arguments.get_one::<String>("run").map(|text| text.parse::<RunId>());
    let id = match named {
        Some(Ok(id)) => id,
        Some(Err(why)) => return Ok(stream.complain(&[why])),
        None => match open_run(&runs, arguments.get_flag("yes"))? {
            Ok(id) => id,
            Err(why) => return Ok(stream.complain(&[why])),
        },
    };
    take_up(arguments, stream, &runs, &id, Direction::Forward).await
}

/// Returns the run to go on with where none is named: the newest that is open. Where nobody is asked (`--yes`), the
/// only one: another run's reset is not to be sent by a guess.
fn open_run(runs: &Path, unasked: bool) -> color_eyre::Result<Result<RunId, String>> {
    let open = earlier(runs)?.into_iter().filter(|e| !e.locked && e.run.as_ref().is_ok_and(|r| r.stage().goes_on()));
    let open: Vec<RunId> = open.map(|e| e.id).collect();
    Ok(match open.as_slice() {
        [] => Err("there is no run to go on with; crosspull runs lists those that are there".to_owned()),
        [newest, _, ..] if unasked => {
            let named: Vec<String> = open.iter().map(ToString::to_string).collect();
            Err(format!(
                "{} runs are open, and nobody is asked which one is meant: name one, such as crosspull resume {newest} \
                 (open: {})",
                open.len(),
                named.join(", ")
            ))
        }
        [newest, ..] => Ok(newest.clone()),
    })
}
