//! `crosspull credential`: what docker and its kin ask their credential helper.

use clap::{Arg, ArgAction, Command};
use crosspull_core::login::helper::Verb;

use super::Subcommand;
use crate::login::arguments::NO_CACHE;

/// The command line of `credential`. What it does is done before a command line is built (`main`): whoever asks waits.
pub const CREDENTIAL: Subcommand = Subcommand {
    arguments,
    run: |_| Box::pin(async { Err(color_eyre::eyre::eyre!("credential is answered before the command line is read")) }),
};

const AFTER: &str =
    "Docker, podman and skopeo run it as docker-credential-crosspull, a link to this program, and write on its \
standard input what they ask: the registry's login server for get and erase, a JSON object for store. \
crosspull login --configure-docker REGISTRY sets it up.

Exit codes: 0 answered; 1 there is no answer, and why is said in one line.";

fn arguments() -> Command {
    Command::new("credential")
        .about("Answers docker and its kin as their credential helper")
        .after_help(AFTER)
        .arg(Arg::new("verb").value_name("WHAT").required(true).value_parser(Verb::words()).help("What is asked"))
        .arg(
            Arg::new(NO_CACHE)
                .long(NO_CACHE)
                .action(ArgAction::SetTrue)
                .help("Use nothing that is kept between two calls, and keep nothing"),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::credential::Call;

    #[test]
    fn every_line_that_is_right_is_answered_before_it_is_read() {
        for verb in Verb::words() {
            for words in [vec![verb], vec![verb, "--no-cache"], vec!["--no-cache", verb]] {
                let line = [&["credential"], words.as_slice()].concat();
                assert!(arguments().try_get_matches_from(&line).is_ok(), "{line:?}");
                let whole = [&["crosspull"], line.as_slice()].concat();
                assert!(Call::of(whole.iter().map(Into::into)).is_some_and(|call| call.verb.is_some()), "{line:?}");
            }
        }
    }
}
