//! Giving a sign-in to who needs it: a script that reads it, or the programs that keep sign-ins.

use clap::ArgMatches;
use crosspull_core::login::Given;
use crosspull_core::names::Verdict;
use jiff::Timestamp;

use super::arguments::{INTO, all};
use super::entered::Entered;
use super::tell::{self, Told};
use super::tools;
use crate::exit::Code;
use crate::headless::lines::aside;
use crate::sources::environment;
use crate::tell::print;

/// Gives the sign-in as the arguments say, and tells of it. What was asked for by name and is not granted is not given.
///
/// # Errors
/// An error where the token cannot be written.
pub async fn give(arguments: &ArgMatches, told: Told, entered: &Entered) -> color_eyre::Result<Code> {
    let failed = Verdict::Failed.exit_code();
    let said = entered.lines();
    let in_vain = entered.granted.in_vain().next().is_some();
    const IN_VAIN: &str = "the sign-in was given to nobody, since nothing is granted on what was named";
    if let Told::Token { refresh } = told {
        said.iter().for_each(|line| aside(&format!("crosspull: {line}")));
        if in_vain {
            aside(&format!("crosspull: {IN_VAIN}"));
            return Ok(failed);
        }
        tell::token(entered, refresh)?;
        return Ok(0);
    }
    if told == Told::Text {
        print(&said)?;
    }
    let mut given: Vec<Given> = Vec::new();
    for program in programs(arguments).into_iter().filter(|_| !in_vain) {
        let one = tools::give(program, &entered.server, &entered.credential).await;
        if told == Told::Text {
            print(&one.lines())?;
        }
        given.push(one);
    }
    let is_given = !given.is_empty() && given.iter().all(|one| one.taken);
    let why = match (in_vain, given.is_empty()) {
        (true, _) => Some(IN_VAIN.to_owned()),
        (false, true) => Some(format!(
            "none of {} is on the PATH, so nothing has the sign-in. To print it: --expose-token",
            tools::names().join(", ")
        )),
        (false, false) => None,
    };
    if told == Told::Json {
        print(&[tell::object(entered, &given, why.as_deref()).to_string()])?;
    } else if let Some(why) = why {
        aside(&format!("crosspull: {why}"));
    } else if given.iter().any(|one| one.taken) {
        print(&tell::end(entered, Timestamp::now()))?;
    }
    Ok(if is_given { 0 } else { failed })
}

/// Returns the programs that get the sign-in: those that are named, else those that are here.
fn programs(arguments: &ArgMatches) -> Vec<&'static str> {
    let named = all(arguments, INTO);
    if named.is_empty() {
        return tools::here(&environment("PATH").unwrap_or_default());
    }
    tools::names().into_iter().filter(|name| named.contains(name)).collect()
}
