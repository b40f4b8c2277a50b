//! `crosspull plan`, `apply`, `resume`, `undo` and `runs`: the same answers, plan and events as the wizard, as lines.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use crosspull_azure::journal::{Earlier, earlier};
use crosspull_core::answers::Answers;
use crosspull_core::event::{RunId, Verdict};
use crosspull_core::field::Key;
use crosspull_core::find::Named;
use crosspull_core::ids::KeyId;
use crosspull_core::inputs::Access;
use crosspull_core::plan::Plan;
use crosspull_core::run::{NoWay, Run, Way};
use crosspull_core::secret::Secret;

use crate::gather::{self, Ready, environment};
use crate::lines::{Lines, aside};
use crate::report::run_lines;
use crate::secret_file::{SecretFile, saved_way_back};
use crate::session::Session;
use crate::stream::{Stream, told};
use crate::{Code, places};

/// Asks the checks and shows the plan.
///
/// # Errors
/// Where signals or standard output cannot be used.
pub async fn plan(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    told(arguments, async |stream| begin(arguments, stream, None).await).await
}

/// Asks the checks, then carries out the plan.
///
/// # Errors
/// Where signals, standard output or the folder of runs cannot be used.
pub async fn apply(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    told(arguments, async |stream| begin(arguments, stream, Some(places::runs()?)).await).await
}

/// Looks up what was named without its id, asks the checks, and carries out the plan where there is a folder for its
/// journal.
async fn begin(arguments: &ArgMatches, stream: &mut Stream, runs: Option<PathBuf>) -> color_eyre::Result<Code> {
    match prepared(arguments, runs.is_some()) {
        Ok((named, ready, files)) => {
            let mut session = Session::new(arguments, stream, files.secret)?;
            session.way_back_file = files.way_back;
            session.apply(&named, ready, runs).await
        }
        Err(complaints) => Ok(stream.complain(&complaints)),
    }
}

/// Goes on with a run: the one that is named, else the newest that can be gone on with.
///
/// # Errors
/// Where signals, standard output or the folder of runs cannot be used.
pub async fn resume(arguments: &ArgMatches) -> color_eyre::Result<Code> {
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
    go(arguments, stream, &runs, &id, Way::On).await
}

/// The run to go on with where none is named: the newest that is open. Where nobody is asked (`--yes`), the only one:
/// another run's reset is not to be sent by a guess.
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

/// Takes back what a run made.
///
/// # Errors
/// Where signals, standard output or the folder of runs cannot be used.
pub async fn undo(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let named = arguments.get_one::<String>("run").map(|text| text.parse::<RunId>());
    told(arguments, async |stream| match named {
        Some(Ok(id)) => go(arguments, stream, &places::runs()?, &id, Way::Back).await,
        Some(Err(why)) => Ok(stream.complain(&[why])),
        None => Ok(stream.complain(&["which run is meant? crosspull runs lists them".to_owned()])),
    })
    .await
}

/// Goes on with a run, or takes it back.
async fn go(
    arguments: &ArgMatches,
    stream: &mut Stream,
    runs: &Path,
    id: &RunId,
    way: Way,
) -> color_eyre::Result<Code> {
    let mut session = Session::new(arguments, stream, None)?;
    let (run, _, receipt) = match session.job.reopen(runs, id) {
        Ok(reopened) => reopened,
        Err(why) => return Ok(session.stream.complain(&[why.to_string()])),
    };
    session.stream.is_about(run.clone());
    let plan = match run.plan_for(way) {
        Ok(plan) => plan,
        Err(NoWay::Over(says)) => {
            session.stream.say(&[says]);
            session.stream.end(Verdict::Done, None);
            return Ok(0);
        }
        Err(NoWay::Refused(why)) => return Ok(session.stream.complain(&[why])),
    };
    match means(arguments, way, &run, &plan, &receipt) {
        Ok((access, means, files)) => {
            (session.secret_file, session.way_back_file) = (files.secret, files.way_back);
            if let Some((key, secret)) = files.saved_way_back {
                session.job.vault.put(key, secret);
            }
            session.go(way, run, plan, &access, means, receipt).await
        }
        Err(complaints) => Ok(session.stream.complain(&complaints)),
    }
}

/// What going on takes: the journal's answers, and over them what is given now.
type Going = (Access, gather::Means, Files);

/// The files that hold secrets: where they go, and the one that an earlier part of the run saved.
#[derive(Default)]
struct Files {
    secret: Option<SecretFile>,
    way_back: Option<SecretFile>,
    saved_way_back: Option<(KeyId, Secret)>,
}

fn means(arguments: &ArgMatches, way: Way, run: &Run, plan: &Plan, journal: &Path) -> Result<Going, Vec<String>> {
    let given = gather::answers(arguments, &environment)?.only(Key::is_of_access);
    let answers = gather::answers_of_run(&given, &run.answers, journal)?;
    let read = Access::of_run(&answers, plan.tenant_a, plan.tenant_b);
    let mut complaints: Vec<String> = read.as_ref().err().into_iter().flatten().map(|c| c.text.clone()).collect();
    complaints.extend(nobody_to_ask(arguments));
    let mut files = Files::default();
    if way == Way::On {
        let mut place = |key| place_of(&given, run, key, &mut complaints);
        (files.secret, files.way_back) = (place(Key::SecretOut), place(Key::WayBackOut));
    } else {
        match saved_way_back(&given, run) {
            Ok(saved) => files.saved_way_back = saved,
            Err(why) if given.get(Key::WayBackOut).is_some() => complaints.push(format!("way-back-out: {why}")),
            Err(why) => aside(&format!("crosspull: {why}; undo adds another secret to the former app in its place")),
        }
    }
    let route = run.route().unwrap_or(plan);
    let means = match &read {
        Ok(access) => gather::means(access, gather::subscriptions_of(route), &environment),
        Err(_) => Err(Vec::new()),
    };
    match (read, means) {
        (Ok(access), Ok(means)) if complaints.is_empty() => Ok((access, means, files)),
        (_, means) => {
            complaints.extend(means.err().unwrap_or_default());
            Err(complaints)
        }
    }
}

/// The place for a secret of a run that goes on: one that was named now, else beside the one of then.
fn place_of(given: &Answers, run: &Run, key: Key, complaints: &mut Vec<String>) -> Option<SecretFile> {
    match (given.get(key), run.answers.get(key)) {
        // One that was given again as it was is no new wish.
        (Some(now), then) if Some(now) != then => reserved(key, SecretFile::reserve, now, complaints),
        (_, Some(then)) => reserved(key, SecretFile::reserve_beside, then, complaints),
        _ => None,
    }
}

/// What was named without its id, all that is there to begin with, and the places for the secrets.
type Prepared = (Vec<Named>, Ready, Files);

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
    let mut place = |key| {
        let path = answers.get(key).filter(|_| writes)?;
        reserved(key, SecretFile::reserve, path, &mut complaints)
    };
    let files = Files { secret: place(Key::SecretOut), way_back: place(Key::WayBackOut), saved_way_back: None };
    if files.secret.is_some() && answers.get(Key::SecretOut) == answers.get(Key::WayBackOut) {
        complaints.push("way-back-out: that is the file of secret-out: name another one".to_owned());
    }
    match ready {
        Ok(ready) if complaints.is_empty() => Ok((named, ready, files)),
        _ => Err(complaints),
    }
}

/// The place for a secret.
fn reserved(
    key: Key,
    reserve: fn(&Path) -> Result<SecretFile, String>,
    path: &str,
    complaints: &mut Vec<String>,
) -> Option<SecretFile> {
    match reserve(path.as_ref()) {
        Ok(file) => Some(file),
        Err(why) => {
            complaints.push(format!("{}: {why}", key.name()));
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
