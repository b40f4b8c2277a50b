//! `crosspull plan`, `apply`, `resume`, `undo` and `runs`: the same answers, plan and events as the wizard, as lines.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use crosspull_azure::journal::{Earlier, earlier};
use crosspull_core::event::RunId;
use crosspull_core::field::Key;
use crosspull_core::find::Named;
use crosspull_core::inputs::Access;
use crosspull_core::plan::Plan;
use crosspull_core::run::{NoWay, Run, Way};
use crosspull_core::text::terminal_safe;

use crate::gather::{self, Ready, environment};
use crate::report::run_lines;
use crate::secret_file::SecretFile;
use crate::session::{Session, complain};
use crate::{Code, places};

/// Asks the checks and shows the plan.
///
/// # Errors
/// Where signals or standard output cannot be used.
pub async fn plan(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    begin(arguments, None).await
}

/// Asks the checks, then carries out the plan.
///
/// # Errors
/// Where signals, standard output or the folder of runs cannot be used.
pub async fn apply(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    begin(arguments, Some(places::runs()?)).await
}

/// Looks up what was named without its id, asks the checks, and carries out the plan where there is a folder for its
/// journal.
async fn begin(arguments: &ArgMatches, runs: Option<PathBuf>) -> color_eyre::Result<Code> {
    match prepared(arguments, runs.is_some()) {
        Ok((named, ready, secret_file)) => Session::new(arguments, secret_file)?.apply(&named, ready, runs).await,
        Err(complaints) => complain(&complaints),
    }
}

/// Goes on with a run: the one that is named, else the newest that can be gone on with.
///
/// # Errors
/// Where signals, standard output or the folder of runs cannot be used.
pub async fn resume(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let runs = places::runs()?;
    let named = arguments.get_one::<String>("run").map(|text| text.parse::<RunId>());
    let id = match named {
        Some(Ok(id)) => id,
        Some(Err(why)) => return complain(&[why]),
        None => {
            match earlier(&runs)?.into_iter().find(|e| !e.locked && e.run.as_ref().is_ok_and(|r| r.stage().goes_on())) {
                Some(newest) => newest.id,
                None => {
                    return complain(&[
                        "there is no run to go on with; crosspull runs lists those that are there".to_owned()
                    ]);
                }
            }
        }
    };
    go(arguments, &runs, &id, Way::On).await
}

/// Takes back what a run made.
///
/// # Errors
/// Where signals, standard output or the folder of runs cannot be used.
pub async fn undo(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let named = arguments.get_one::<String>("run").map(|text| text.parse::<RunId>());
    match named {
        Some(Ok(id)) => go(arguments, &places::runs()?, &id, Way::Back).await,
        Some(Err(why)) => complain(&[why]),
        None => complain(&["which run is meant? crosspull runs lists them".to_owned()]),
    }
}

/// Goes on with a run, or takes it back.
async fn go(arguments: &ArgMatches, runs: &Path, id: &RunId, way: Way) -> color_eyre::Result<Code> {
    let mut session = Session::new(arguments, None)?;
    let (run, _, receipt) = match session.job.reopen(runs, id) {
        Ok(reopened) => reopened,
        Err(why) => return complain(&[why.to_string()]),
    };
    let plan = match run.plan_for(way) {
        Ok(plan) => plan,
        Err(NoWay::Over(says)) => return session.nothing_to_do(run, &says).await,
        Err(NoWay::Refused(why)) => return complain(&[why]),
    };
    match means(arguments, way, &run, &plan, &receipt) {
        Ok((access, means, secret_file)) => {
            session.secret_file = secret_file;
            session.go(way, run, plan, &access, means, receipt).await
        }
        Err(complaints) => complain(&complaints),
    }
}

/// What going on takes: the journal's answers, and over them what is given now.
type Going = (Access, gather::Means, Option<SecretFile>);

fn means(arguments: &ArgMatches, way: Way, run: &Run, plan: &Plan, journal: &Path) -> Result<Going, Vec<String>> {
    let given = gather::answers(arguments, &environment)?.only(Key::is_of_access);
    let answers = gather::answers_of_run(&given, &run.answers, journal)?;
    let read = Access::of_run(&answers, plan.tenant_a, plan.tenant_b);
    let mut complaints: Vec<String> = read.as_ref().err().into_iter().flatten().map(|c| c.text.clone()).collect();
    complaints.extend(nobody_to_ask(arguments));
    let secret_file = match (given.get(Key::SecretOut), run.answers.get(Key::SecretOut)) {
        // One that was given again as it was is no new wish.
        _ if way == Way::Back => None,
        (Some(now), then) if Some(now) != then => reserved(SecretFile::reserve, now, &mut complaints),
        (_, Some(then)) => reserved(SecretFile::reserve_beside, then, &mut complaints),
        _ => None,
    };
    let route = run.route().unwrap_or(plan);
    let means = match &read {
        Ok(access) => gather::means(access, gather::subscriptions_of(route), &environment),
        Err(_) => Err(Vec::new()),
    };
    match (read, means) {
        (Ok(access), Ok(means)) if complaints.is_empty() => Ok((access, means, secret_file)),
        (_, means) => {
            complaints.extend(means.err().unwrap_or_default());
            Err(complaints)
        }
    }
}

/// What was named without its id, all that is there to begin with, and the place for the secret.
type Prepared = (Vec<Named>, Ready, Option<SecretFile>);

/// Reads and checks all that was given, before anything is called. What was named without its id has a stand-in.
fn prepared(arguments: &ArgMatches, writes: bool) -> Result<Prepared, Vec<String>> {
    let mut answers = gather::answers(arguments, &environment)?;
    let named = Named::all(&answers);
    for one in &named {
        answers.set(one.key, one.stand_in());
    }
    let ready = gather::ready(&answers, &environment);
    let mut complaints = ready.as_ref().err().cloned().unwrap_or_default();
    if writes {
        complaints.extend(nobody_to_ask(arguments));
    }
    let path = answers.get(Key::SecretOut).filter(|_| writes);
    let reserved = path.and_then(|path| reserved(SecretFile::reserve, path, &mut complaints));
    match ready {
        Ok(ready) if complaints.is_empty() => Ok((named, ready, reserved)),
        _ => Err(complaints),
    }
}

/// The place for the secret.
fn reserved(
    reserve: fn(&Path) -> Result<SecretFile, String>,
    path: &str,
    complaints: &mut Vec<String>,
) -> Option<SecretFile> {
    match reserve(path.as_ref()) {
        Ok(file) => Some(file),
        Err(why) => {
            complaints.push(format!("secret-out: {why}"));
            None
        }
    }
}

/// The complaint where it is to be asked and nobody is there.
fn nobody_to_ask(arguments: &ArgMatches) -> Option<String> {
    (!arguments.get_flag("yes") && !std::io::stdin().is_terminal())
        .then(|| "yes: it asks before it writes, and there is no terminal to ask on: give --yes".to_owned())
}

/// Lists the runs, newest first.
///
/// # Errors
/// Where standard output or the folder of runs cannot be used.
pub fn runs(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let runs = places::runs()?;
    let found = earlier(&runs)?;
    let json = arguments.get_one::<String>("output").is_some_and(|o| o == "json");
    let mut out = std::io::stdout().lock();
    if found.is_empty() && !json {
        writeln!(out, "There are no runs in {}", runs.display())?;
    }
    for one in &found {
        if json {
            writeln!(out, "{}", terminal_safe(&run_json(one).to_string()))?;
        } else {
            for line in run_lines(one) {
                writeln!(out, "{}", terminal_safe(&line))?;
            }
        }
    }
    Ok(0)
}

/// A run of the list as JSON.
fn run_json(one: &Earlier) -> serde_json::Value {
    match &one.run {
        Ok(run) => serde_json::json!({
            "run": one.id, "started": run.started, "about": run.about(), "stage": run.stage().word(),
            "where": run.where_it_stopped(), "in_use": one.locked,
            "simulated": run.answers.is_simulated(),
            "can_resume": run.stage().goes_on() && !one.locked, "can_undo": run.can_be_undone() && !one.locked,
        }),
        Err(why) => serde_json::json!({ "run": one.id, "damaged": why.to_string(), "in_use": one.locked }),
    }
}
