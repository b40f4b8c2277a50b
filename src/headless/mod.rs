//! Commands without a wizard: the same answers, plan and events, as lines.

mod begin;
mod given;
pub mod hand_over;
pub mod lines;
pub mod manifest;
pub mod report;
pub mod secret_file;
mod session;
mod stream;
mod take_up;

use std::io::{IsTerminal as _, Write as _};

use clap::ArgMatches;

use crate::exit::Code;
use crate::terminal::signals::Signals;
use crate::terminal::tty;

pub use begin::begin;
pub use session::Session;
pub use stream::{Stream, refused, told};
pub use take_up::take_up;

/// Returns the complaint where it is to be asked and nobody is there.
pub fn nobody_to_ask(arguments: &ArgMatches) -> Option<String> {
    (!arguments.get_flag("yes") && !std::io::stdin().is_terminal())
        .then(|| "yes: it asks before it writes, and there is no terminal to ask on: give --yes".to_owned())
}

/// Asks on the terminal; only `yes` is yes. The error is the code of a signal that came in place of an answer.
///
/// A line that was typed before the question answers nothing: nobody had read what it would be an answer to.
pub async fn agrees(question: &str, signals: &mut Signals) -> Result<bool, Code> {
    let mut before = "";
    loop {
        // What is told with the question comes after this, so that no answer to it is forgotten.
        tty::forget_typed();
        let mut err = std::io::stderr();
        if write!(err, "{before}{question}").and_then(|()| err.flush()).is_err() {
            // Nobody was asked.
            return Ok(false);
        }
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map(|_| line)
        });
        let line = tokio::select! {
            // What cannot be read is no yes.
            line = line => line.ok().and_then(Result::ok).unwrap_or_default(),
            code = signals.next() => {
                lines::aside("");
                return Err(code);
            }
        };
        match line.trim() {
            "yes" => return Ok(true),
            "" | "n" | "no" => return Ok(false),
            _ => before = "Only the word yes does it; Enter alone does not, and ends this.\n",
        }
    }
}
