//! The end of the wizard: what becomes of the work under way, and the last words in the scrollback.

use std::time::Duration;

use crosspull_core::names::{RunId, Verdict};
use crosspull_core::run::Run;
use crosspull_tui::Msg;

use super::Wizard;
use crate::exit::Code;
use crate::headless::lines::Lines;
use crate::headless::report::summary;
use crate::terminal::{clipboard, give_back_in_time};

/// The longest time that a call in flight has to come to its end.
const LAST_CALL: Duration = Duration::from_secs(5);

/// A run that ended here and was set aside for another one.
pub(super) struct Aside {
    run: Option<RunId>,
    verdict: Option<Verdict>,
    /// The words on what was true of it when it was set aside.
    words: Vec<String>,
}

impl Wizard {
    /// Ends the program at once, since the line is gone. Nothing of the work is waited for: the journal has what matters.
    ///
    /// A hangup does not tell whether the terminal went with the line, so it is given back where it still answers.
    pub(super) fn line_dropped(&mut self) -> ! {
        clipboard::at_the_end(self.copies_by);
        let words = self.last_words();
        give_back_in_time(move || Lines::default().write(&words));
        drop(self.workspace.temporary.take());
        std::process::exit(129)
    }

    /// Ends the work, tells what is true of the run, and returns the exit code.
    pub(super) async fn end(mut self, stopped_by: Option<Code>) -> Code {
        clipboard::at_the_end(self.copies_by);
        self.close().await;
        Lines::default().write(&self.last_words());
        let run = self.model.run();
        match (stopped_by, run.verdict) {
            (Some(code), _) => code,
            (None, Some(verdict)) => verdict.exit_code(),
            (None, None) if run.id.is_some() => Verdict::Interrupted.exit_code(),
            (None, None) => self.aside.last().and_then(|aside| aside.verdict).map_or(0, Verdict::exit_code),
        }
    }

    /// Keeps what is true of a run that ended for the end of the program, and lets go of its journal.
    pub(super) fn set_aside(&mut self, run: &Run, secret: Option<&str>) {
        let words = self.words_on(run, secret);
        self.aside.retain(|aside| aside.run != run.id);
        self.aside.push(Aside { run: run.id.clone(), verdict: run.verdict, words });
        self.receipt = None;
        self.new_backend();
    }

    /// Returns what stays in the scrollback: what is true of each run, and where its secret is.
    fn last_words(&self) -> Vec<String> {
        let run = self.model.run();
        // What was true of a run that was gone on with is so no more.
        let before = self.aside.iter().filter(|aside| aside.run != run.id);
        let before = before.map(|aside| (&aside.run, aside.words.clone()));
        let last = (&run.id, self.words_on(run, self.model.secret_file()));
        let mut all: Vec<_> = before.chain([last]).filter(|(_, words)| !words.is_empty()).collect();
        if all.len() > 1 {
            for (run, words) in &mut all {
                words.splice(0..0, [String::new(), format!("Run {}", run.as_ref().map_or("", |run| &run.0))]);
            }
        }
        all.into_iter().flat_map(|(_, words)| words).collect()
    }

    /// Returns what is true of a run, and where its secret is.
    fn words_on(&self, run: &Run, secret: Option<&str>) -> Vec<String> {
        let mut words = Vec::new();
        if run.id.is_some() {
            words.extend(summary(run, self.receipt.as_deref().filter(|_| !self.simulated)));
            if let Some(command) = run.next_command().filter(|_| self.simulated) {
                // The run goes with the simulated cloud: a command would not find it.
                words.retain(|line| !line.ends_with(&command));
            }
            if !self.simulated && self.model.is_new() {
                let same = crosspull_tui::command_line(self.model.answers());
                words.extend(["The same without the wizard:".to_owned(), format!("  {same}")]);
            }
        }
        words.extend(secret.map(|place| format!("The secret is saved, readable by you alone: {place}")));
        words
    }

    /// Lets a call in flight end before the program does, but not for long.
    async fn close(&mut self) {
        self.backend.controller.stop();
        if let Some(task) = self.task.take() {
            let _ = tokio::time::timeout(LAST_CALL, task).await;
        }
        while let Ok(entry) = self.events.try_recv() {
            crosspull_tui::update(&mut self.model, self.clock.restamped(Msg::Engine(entry)), self.clock.now());
        }
    }
}
