//! The wizard without a screen: its loop, in which the model is told in lines and lines that are typed are its answers.

use std::io;
use std::time::Duration;

use clap::ArgMatches;
use crosspull_core::input::Answers;
use crosspull_core::names::Verdict;
use crosspull_core::secret::Secret;
use crosspull_tui::{Heard, Line, Model, Msg, Said, Setup, Theme, Voice, Word};
use tokio::sync::mpsc::Receiver;
use tokio::time::MissedTickBehavior;

use super::surface::Surface;
use super::{Wizard, Workspace, copies_by, here, panicked};
use crate::accessible::{Output, Typed, read_lines};
use crate::exit::Code;
use crate::terminal::clipboard::CopyMethod;
use crate::terminal::signals::Signals;
use crate::terminal::stuck::end_what_is_stuck;

/// The time between two looks at how long something is waited for.
const TICK: Duration = Duration::from_secs(1);
/// The longest time that the first question waits for the list of earlier runs.
const FIRST: Duration = Duration::from_secs(2);
/// The code of a line that dropped, which the end of the input is too.
const DROPPED: Code = 129;
/// The lines before anything is asked.
const WELCOME: &str = "crosspull, in plain lines. Answer with a number, a value or a word, and press Enter. Enter alone takes \
                       what stands in brackets. The word help tells the others.";

impl Surface for Output {
    /// Nothing that was written is written anew.
    fn forget(&mut self) {}

    /// A terminal that takes whole lines stops the program by itself.
    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// All lines are plain here, so nothing asks for this.
    fn show_plain(&mut self, _: Secret) -> io::Result<()> {
        Ok(())
    }

    /// Nothing but text is written.
    fn write(&mut self, _: &Secret) -> io::Result<()> {
        Err(io::Error::other("no escape sequence is written in this mode, so nothing was copied"))
    }
}

/// Lets the wizard talk until the operator leaves it.
///
/// # Errors
/// An error where signals cannot be used.
pub(super) async fn run(
    arguments: &ArgMatches,
    answers: Answers,
    workspace: Workspace,
    simulated: bool,
) -> color_eyre::Result<Code> {
    let copies_by = match copies_by(arguments) {
        CopyMethod::Osc52 | CopyMethod::Screen => CopyMethod::Nowhere,
        other => other,
    };
    let mut signals = Signals::listen(false)?;
    end_what_is_stuck()?;
    let setup = Setup { answers, simulated, theme: Theme::plain(), size: (80, 24), here: here(copies_by) };
    let mut wizard = Wizard::new(setup, workspace, copies_by);
    wizard.model.speak_aloud();
    let mut output = Output::new();
    output.write(&[Line::Text(WELCOME.to_owned())]);
    if !simulated {
        wizard.list_earlier();
        wizard.wait_for_earlier(&mut output).await?;
    }
    let stopped_by = wizard.talk(&mut output, &mut signals).await?;
    if wizard.model.secret_in_clipboard() {
        // Nobody is left to tell what became of it.
        let _ = wizard.clear_clipboard(&mut output).await;
    }
    drop(output);
    Ok(wizard.end(stopped_by).await)
}

/// The talk so far.
struct Talk {
    voice: Voice,
    typed: Receiver<Typed>,
    /// True right after an answer.
    answered: bool,
    /// The exit code, once nobody is there any more.
    ended: Option<Code>,
    /// True where a run was under way then, which was stopped for it.
    cut_off: bool,
}

impl Wizard {
    /// Waits for the earlier runs, so that the numbers of the first question stay what they are.
    async fn wait_for_earlier(&mut self, output: &mut Output) -> color_eyre::Result<()> {
        if let Ok(Some(msg)) = tokio::time::timeout(FIRST, self.told.recv()).await {
            self.take(msg, output).await?;
        }
        Ok(())
    }

    /// Runs the loop. Returns the exit code that a signal or the end of the input asks for, where one ended it.
    async fn talk(&mut self, output: &mut Output, signals: &mut Signals) -> color_eyre::Result<Option<Code>> {
        let mut talk =
            Talk { voice: Voice::default(), typed: read_lines(), answered: false, ended: None, cut_off: false };
        // What comes more often than this does not put it off.
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.leaving {
            output.write(&talk.voice.speak(&self.model, self.clock.now(), std::mem::take(&mut talk.answered)));
            if output.gone && talk.ended.is_none() {
                self.nobody(&mut talk, output).await?;
            }
            if talk.ended.is_some() && !self.model.is_running() {
                return Ok(talk.ended.filter(|_| !is_told(&self.model, talk.cut_off)));
            }
            tokio::select! {
                biased;
                code = signals.next() => match code {
                    130 => self.says(Said::Word(Word::STOP), &mut talk, output).await?,
                    code => return Ok(Some(code)),
                },
                broken = panicked(&mut self.task) => if broken {
                    return Ok(Some(Verdict::Failed.exit_code()));
                },
                Some(entry) = self.events.recv() => self.take(Msg::Engine(entry), output).await?,
                Some(msg) = self.told.recv() => self.take(msg, output).await?,
                Some(msg) = self.backend_told.recv() => self.take(msg, output).await?,
                Some(prompt) = self.prompts.recv() => self.take(Msg::Prompt(prompt), output).await?,
                typed = talk.typed.recv(), if talk.ended.is_none() => match typed {
                    Some(typed) => self.hear(&typed, &mut talk, output).await?,
                    None => self.nobody(&mut talk, output).await?,
                },
                _ = ticks.tick() => self.time_passed(&mut talk, output).await?,
            }
            while let Ok(entry) = self.events.try_recv() {
                self.take(Msg::Engine(entry), output).await?;
            }
        }
        Ok(None)
    }

    /// Takes a line that was typed.
    async fn hear(&mut self, typed: &Typed, talk: &mut Talk, output: &mut Output) -> color_eyre::Result<()> {
        output.typed();
        let fresh = typed.at > output.prompted;
        match talk.voice.hear(&self.model, &typed.line, fresh, self.clock.now()) {
            Heard::Said(said) => self.says(said, talk, output).await,
            Heard::Told(lines) => {
                output.write(&lines);
                Ok(())
            }
        }
    }

    async fn says(&mut self, said: Said, talk: &mut Talk, output: &mut Output) -> color_eyre::Result<()> {
        talk.answered = true;
        self.take(Msg::Said(said), output).await
    }

    /// Takes in that nobody is there any more: a run stops after the call in flight, and nothing else is waited for.
    async fn nobody(&mut self, talk: &mut Talk, output: &mut Output) -> color_eyre::Result<()> {
        talk.ended = Some(DROPPED);
        talk.cut_off = self.model.is_running();
        if talk.cut_off {
            output.write(&[Line::Text("The input has ended: stopping after the call in flight.".to_owned())]);
            self.take(Msg::StopAsked, output).await?;
        }
        Ok(())
    }

    async fn time_passed(&mut self, talk: &mut Talk, output: &mut Output) -> color_eyre::Result<()> {
        if self.model.animates() {
            self.take(Msg::Tick, output).await?;
        }
        output.write(talk.voice.still(&self.model, self.clock.now()).as_slice());
        Ok(())
    }
}

/// Returns true where the run came to its end before nobody was there any more, or to an end of its own: that has an exit code.
fn is_told(model: &Model, cut_off: bool) -> bool {
    model.is_over() && model.run().verdict.is_some_and(|verdict| !cut_off || verdict != Verdict::Interrupted)
}
