//! `crosspull` without a command: the wizard on a real cloud.

use clap::{Arg, ArgMatches};
use crosspull_core::input::Answers;
use crosspull_core::input::Key;
use crosspull_core::names::Side;
use crosspull_core::sign_in::offers;

use crate::cli;
use crate::exit::{Code, WRONG_INPUT};
use crate::headless::lines::aside;
use crate::places;
use crate::sources::{self, environment};
use crate::terminal::surroundings::surroundings;
use crate::wizard::{self, Workspace};

/// Returns the arguments of the wizard.
pub fn arguments() -> impl Iterator<Item = Arg> {
    cli::inputs().chain([cli::answers(), cli::clipboard(), cli::accessible()]).chain(cli::look())
}

/// Shows the wizard.
///
/// # Errors
/// An error where the terminal or the folder of runs cannot be used.
pub async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let answers = match sources::answers(arguments, &environment) {
        Ok(answers) => answers,
        Err(complaints) => {
            complaints.iter().for_each(|complaint| aside(&format!("crosspull: {complaint}")));
            return Ok(WRONG_INPUT);
        }
    };
    let runs = places::runs()?;
    let answers = answers.over(recommended());
    wizard::run(arguments, answers, Workspace { runs, fixed: None, temporary: None }, false).await
}

/// Returns the ways to sign in that suit this place, where nothing was answered.
fn recommended() -> Answers {
    let here = surroundings(environment);
    let mut answers = Answers::default();
    for side in [Side::A, Side::B] {
        if let Some(offer) = offers(&here, side).first().filter(|offer| offer.fits) {
            answers.set(Key::sign_in(side), offer.way.word());
        }
    }
    answers
}
