//! An earlier run: goes on with it, or takes it back.

use std::path::Path;

use clap::ArgMatches;
use crosspull_core::input::Access;
use crosspull_core::input::Answers;
use crosspull_core::input::Key;
use crosspull_core::names::Direction;
use crosspull_core::names::{RunId, Verdict};
use crosspull_core::plan::Plan;
use crosspull_core::run::{NoWay, Run};

use super::lines::aside;
use super::nobody_to_ask;
use super::secret_file::{SecretFile, SecretFiles, SecretPlaces, reserved, saved_way_back, secrets_of_plan};
use super::session::Session;
use super::stream::Stream;
use crate::credentials::{self, Credentials};
use crate::exit::Code;
use crate::sources::{self, environment};

/// Goes on with a run, or takes it back.
///
/// # Errors
/// An error where signals or standard output cannot be used.
pub async fn take_up(
    arguments: &ArgMatches,
    stream: &mut Stream,
    runs: &Path,
    id: &RunId,
    way: Direction,
) -> color_eyre::Result<Code> {
    let mut session = Session::new(arguments, stream, SecretPlaces::default())?;
    let (run, _, receipt) = match session.backend.reopen(runs, id) {
        Ok(reopened) => reopened,
        Err(why) => return Ok(session.stream.complain(&[why.to_string()])),
    };
    session.stream.is_about(run.clone());
    let plan = match run.plan_for(way) {
        Ok(plan) => plan,
        Err(NoWay::Over(says)) => {
            let ends = run.plan_that_ends().filter(|_| way == Direction::Back);
            session.stream.say(&[says]);
            if let Some(plan) = ends {
                if let Err(error) = session.backend.end_unmade(plan, run) {
                    return Ok(session.stream.complain(&[error.to_string()]));
                }
                session.stream.say(&["It is ended: nobody is asked to go on with it any more.".to_owned()]);
            }
            session.stream.end(Verdict::Done, None);
            return Ok(0);
        }
        Err(NoWay::Refused(why)) => return Ok(session.stream.complain(&[why])),
    };
    match prepare(arguments, way, &run, &plan, &receipt) {
        Ok((access, credentials, files)) => {
            (session.secret_places, session.way_back_file) = (files.secrets, files.way_back);
            if let Some((key, secret)) = files.saved_way_back {
                session.backend.vault.put(key, secret);
            }
            session.go(way, run, plan, &access, credentials, receipt).await
        }
        Err(complaints) => Ok(session.stream.complain(&complaints)),
    }
}

/// All that going on takes: the journal's answers, and over them what is given now.
type Going = (Access, Credentials, SecretFiles);

fn prepare(
    arguments: &ArgMatches,
    way: Direction,
    run: &Run,
    plan: &Plan,
    journal: &Path,
) -> Result<Going, Vec<String>> {
    let given = sources::answers(arguments, &environment)?.only(Key::is_of_access);
    let answers = sources::answers_of_run(&given, &run.answers, journal)?;
    let route = run.forward_plan().unwrap_or(plan);
    let read = Access::of_run(&answers, route.route, route.tenants, way);
    let mut complaints: Vec<String> = read.as_ref().err().into_iter().flatten().map(ToString::to_string).collect();
    complaints.extend(nobody_to_ask(arguments));
    let mut files = SecretFiles::default();
    if way == Direction::Forward {
        if let Some((path, reserve)) = place_of(&given, run, Key::SecretOut) {
            files.secrets = SecretPlaces::reserve(secrets_of_plan(plan), path, reserve, &mut complaints);
        }
        let place = place_of(&given, run, Key::WayBackOut);
        files.way_back = place.and_then(|(path, reserve)| reserved(Key::WayBackOut, reserve, path, &mut complaints));
    } else {
        match saved_way_back(&given, run) {
            Ok(saved) => files.saved_way_back = saved,
            Err(why) if given.get(Key::WayBackOut).is_some() => complaints.push(format!("way-back-out: {why}")),
            Err(why) => aside(&format!("crosspull: {why}; undo adds another secret to the former app in its place")),
        }
    }
    // What is taken back may need no Kubernetes API, and the kubeconfig of then may be gone.
    if way == Direction::Forward || given.get(Key::Kubeconfig).is_some() {
        complaints.extend(read.as_ref().ok().and_then(credentials::wrong_kubeconfig));
    }
    let credentials = match &read {
        Ok(access) => credentials::read(access, credentials::subscriptions_of(route), &environment),
        Err(_) => Err(Vec::new()),
    };
    match (read, credentials) {
        (Ok(access), Ok(credentials)) if complaints.is_empty() => Ok((access, credentials, files)),
        (_, credentials) => {
            complaints.extend(credentials.err().unwrap_or_default());
            Err(complaints)
        }
    }
}

/// The way to reserve a file.
type Reserve = fn(&Path) -> Result<SecretFile, String>;

/// Returns the place for a secret of a run that goes on: one that was named now, else beside the one of then.
fn place_of<'a>(given: &'a Answers, run: &'a Run, key: Key) -> Option<(&'a str, Reserve)> {
    match (given.get(key), run.answers.get(key)) {
        // One that was given again as it was is no new wish.
        (Some(now), then) if Some(now) != then => Some((now, SecretFile::reserve)),
        (_, Some(then)) => Some((then, SecretFile::reserve_beside)),
        _ => None,
    }
}
