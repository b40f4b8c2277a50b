//! `crosspull completions`: completions for a shell. Its script asks crosspull itself at each press of Tab, which knows the
//! runs, the scenarios and what each input may be.

use std::ffi::OsString;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::Shells;
use crosspull_azure::journal::earlier;
use crosspull_core::input::{FIELDS, Kind};

use super::{Subcommand, command};
use crate::exit::Code;
use crate::headless::lines;
use crate::places;

/// The variable by which the script of a shell asks.
const ASKS: &str = "CROSSPULL_COMPLETE";
/// The program, as the script calls it.
const PROGRAM: &str = "crosspull";

/// The command line of `completions`, and what it does.
pub const COMPLETIONS: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(async { run(arguments) }) };

fn arguments() -> Command {
    let shells = PossibleValuesParser::new(Shells::builtins().names());
    Command::new("completions")
        .about("Writes completions for a shell")
        .arg(Arg::new("shell").required(true).value_parser(shells))
}

fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let shells = Shells::builtins();
    if let Some(shell) = arguments.get_one::<String>("shell").and_then(|name| shells.completer(name)) {
        let mut text = Vec::new();
        shell.write_registration(ASKS, PROGRAM, PROGRAM, PROGRAM, &mut text)?;
        lines::bytes(&text)?;
    }
    Ok(0)
}

/// Answers the script of a shell, where that is who asks; true then.
///
/// # Errors
/// An error where the answer cannot be written.
pub fn answered(arguments: impl Iterator<Item = OsString>) -> color_eyre::Result<bool> {
    // The answer takes the command line apart, so it is not looked at where nobody asks.
    if std::env::var_os(ASKS).is_none() {
        return Ok(false);
    }
    let here = std::env::current_dir().ok();
    Ok(CompleteEnv::with_factory(knowing).var(ASKS).try_complete(arguments, here.as_deref())?)
}

/// Returns the command line with what its arguments may be.
fn knowing() -> Command {
    with_candidates(command())
}

fn with_candidates(command: Command) -> Command {
    command.mut_args(with_its_own).mut_subcommands(with_candidates)
}

/// Returns an argument with what it may be. One of which nothing is known is left to the shell's files.
fn with_its_own(arg: Arg) -> Arg {
    let id = arg.get_id().as_str();
    let choice = FIELDS.iter().find(|field| field.key.name() == id).and_then(|field| match field.kind {
        Kind::Choice(words) => Some(words),
        _ => None,
    });
    match (id, choice) {
        ("command", _) => arg.add(ArgValueCandidates::new(|| commands(&command()))),
        ("run", _) => arg.add(ArgValueCandidates::new(runs)),
        #[cfg(feature = "simulated-cloud")]
        ("scenario", _) => arg.add(ArgValueCandidates::new(scenarios)),
        (_, Some(words)) => arg.add(ArgValueCandidates::new(move || {
            words.iter().map(|(word, means)| candidate(*word, (*means).to_owned())).collect()
        })),
        _ => arg,
    }
}

fn candidate(word: impl Into<OsString>, means: String) -> CompletionCandidate {
    CompletionCandidate::new(word).help(Some(means.into()))
}

/// Returns the commands that have a page of their own, each before its parts.
fn commands(of: &Command) -> Vec<CompletionCandidate> {
    let with_parts = |one: &Command| {
        let own = candidate(one.get_name(), one.get_about().map(ToString::to_string).unwrap_or_default());
        std::iter::once(own).chain(commands(one)).collect::<Vec<_>>()
    };
    of.get_subcommands().flat_map(with_parts).collect()
}

/// Returns the earlier runs. Where they cannot be read there is nobody to tell.
fn runs() -> Vec<CompletionCandidate> {
    let found = places::runs().ok().and_then(|folder| earlier(&folder).ok()).unwrap_or_default();
    let about = |run: &crosspull_core::run::Run| run.about();
    found.iter().map(|one| candidate(one.id.to_string(), one.run.as_ref().map(about).unwrap_or_default())).collect()
}

/// Returns the scenarios of the simulated cloud.
#[cfg(feature = "simulated-cloud")]
fn scenarios() -> Vec<CompletionCandidate> {
    crosspull_sim::Scenario::shipped().map(|one| candidate(one.name, one.says)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what the last of those words may be.
    fn completed(words: &[&str]) -> Vec<String> {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let last = words.len() - 1;
        let found = clap_complete::engine::complete(&mut knowing(), words, last, None).expect("an answer");
        found.iter().map(|one| one.get_value().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn commands_inputs_and_scenarios_are_known() {
        assert_eq!(completed(&["crosspull", "access", "op"]), ["open"]);
        assert!(completed(&["crosspull", "plan", "--sign-in-a", ""]).contains(&"device-code".to_owned()));
        assert_eq!(completed(&["crosspull", "apply", "--route", "pull"]), ["pull-secret"]);
        assert_eq!(completed(&["crosspull", "man", "app"]), ["apply"]);
        assert_eq!(completed(&["crosspull", "man", "access", "who"]), ["who-can"]);
        assert!(completed(&["crosspull", "demo", "--scenario", "mana"]).iter().all(|name| name.starts_with("mana")));
        assert!(!completed(&["crosspull", "demo", "--scenario", ""]).is_empty());
    }
}
