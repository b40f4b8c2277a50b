//! Giving a sign-in to who needs it: a script that reads it, or the programs that keep sign-ins.

use std::io::IsTerminal as _;

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

/// Gives the sign-in as the arguments say, and tells of it. What was asked for by name and is not granted is not given.
///
/// # Errors
/// An error where the token cannot be written.
pub async fn give(arguments: &ArgMatches, told: Told, entered: &Entered) -> color_eyre::Result<Code> {
    let failed = Verdict::Failed.exit_code();
    let said = entered.lines();
    if let Told::Token { refresh } = told {
        said.iter().for_each(|line| aside(&format!("crosspull: {line}")));
        tell::token(entered, refresh)?;
        return Ok(0);
    }
    let in_vain = entered.granted.in_vain().next().is_some();
    if told == Told::Text {
        tell::print(&said);
    }
    let mut given: Vec<Given> = Vec::new();
    for program in programs(arguments).into_iter().filter(|_| !in_vain) {
        let one = tools::give(program, &entered.server, &entered.credential).await;
        if told == Told::Text {
            tell::print(&one.lines());
        }
        given.push(one);
    }
    let is_given = !given.is_empty() && given.iter().all(|one| one.taken);
    if told == Told::Json {
        tell::print(&[tell::object(entered, &given).to_string()]);
        return Ok(if is_given { 0 } else { failed });
    }
    if in_vain {
        aside("crosspull: the sign-in was given to no program, since nothing is granted on what was named");
    } else if given.is_empty() {
        aside(&format!(
            "crosspull: none of {} is on the PATH, so nothing has the sign-in. To print it: --expose-token",
            tools::names().join(", ")
        ));
    } else if std::io::stdout().is_terminal() || is_given {
        tell::print(&tell::end(entered, Timestamp::now()));
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
