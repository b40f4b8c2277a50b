//! Events of the engine, and what a session does on them: it shows them, saves secrets, writes a page, asks.

use crosspull_core::event::{Entry, Event};

use crosspull_core::hand_over::HandOver;
use crosspull_core::names::Outcome;
use crosspull_core::names::StepId;
use crosspull_core::operation::{Fact, Learnt, Step};

use super::Session;
use crate::headless::agrees;
use crate::headless::hand_over;
use crate::headless::lines::aside;
use crate::headless::secret_file::Saved;

impl Session<'_> {
    /// Shows one event, saves the secret when it was made, and asks where the engine does.
    pub(super) async fn show(&mut self, entry: &Entry) -> color_eyre::Result<()> {
        self.stream.tell(entry)?;
        if let Event::Learnt { learnt, .. } = &entry.event {
            learnt.iter().filter(|l| l.fact.is_key_of_secret()).for_each(|l| self.save_secret(l));
            if learnt.iter().any(|l| l.fact == Fact::WayBackKey && l.how == Outcome::Created) {
                self.save_way_back();
            }
        }
        match &entry.event {
            Event::Asking { step } if self.asks => self.ask_step(*step).await,
            Event::PersonNeeded { page: Some(page), .. } => {
                self.write_page(page);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Writes the page for whoever acts elsewhere, and tells where it is.
    fn write_page(&self, page: &HandOver) {
        let Some(journal) = &self.journal else { return };
        match hand_over::write(page, journal) {
            Ok(files) => {
                aside(&format!(
                    "crosspull: the page for {}, as Markdown, as text and as a script, is in",
                    page.reader()
                ));
                files.iter().for_each(|path| aside(&format!("  {}", path.display())));
            }
            Err(why) => aside(&format!("crosspull: {why}; it is in the output above")),
        }
    }

    /// Asks before a step that restarts nodes, or may lock somebody out.
    async fn ask_step(&mut self, step: StepId) -> color_eyre::Result<()> {
        let run = self.stream.run();
        let plan = run.plan.as_ref();
        let found = plan.and_then(|p| p.step(step));
        let title = found.map(Step::title).unwrap_or_default();
        if let Some(why) = found.and_then(|step| step.op.operation().why_asks()).map(str::to_owned) {
            self.confirm(step, &format!("{why} Now {title}? Type yes: ")).await;
            return Ok(());
        }
        let proved = if run.is_undoing() { "" } else { "The pull is proved. " };
        if !run.is_undoing() {
            let way_back = run.way_back(true).map(|way| way.unwrap_or_else(|none| none));
            run.lacks().into_iter().chain(way_back).for_each(|says| aside(&says));
        }
        self.confirm(step, &format!("{proved}Now {title}? Its nodes restart. Type yes: ")).await;
        Ok(())
    }

    /// Asks whether a step goes on, and stops the run where it does not.
    async fn confirm(&mut self, step: StepId, question: &str) {
        if self.ask(question).await {
            self.backend.controller.confirm(step);
        } else {
            self.backend.controller.stop();
        }
    }

    /// Asks on the terminal. A signal is a no, and ends the program with its code.
    pub(super) async fn ask(&mut self, question: &str) -> bool {
        agrees(question, &mut self.signals).await.unwrap_or_else(|code| {
            self.stopped_by = Some(code);
            false
        })
    }

    /// Saves the secret of the way back as soon as there is one.
    fn save_way_back(&mut self) {
        let made = self.stream.run().facts.id(&Fact::WayBackKey).and_then(|key| self.backend.vault.get(key));
        let Some((secret, file)) = made.zip(self.way_back_file.take()) else { return };
        let known = file.is_as_named();
        match file.save(&secret) {
            Ok(saved) => {
                let says = format!(
                    "crosspull: the secret of the way back is in {}, readable by you alone",
                    saved.path.display()
                );
                // Whoever reads events and asked for the file knows.
                if known { self.stream.say_aside(&says) } else { aside(&says) }
            }
            Err(why) => {
                self.secret_trouble = true;
                aside(&format!("crosspull: {why}"));
            }
        }
    }

    /// Saves a secret as soon as there is one, so that whatever happens later does not lose it.
    fn save_secret(&mut self, key: &Learnt) {
        let Some(secret) = key.value.parse().ok().and_then(|key| self.backend.vault.get(key)) else { return };
        // One that the run removes, or was given, is of no use to anybody in a file.
        if self.stream.run().forward_plan().is_some_and(|plan| !plan.leaves_secret()) {
            return;
        }
        let Some((of, file)) = self.secret_places.take(&key.fact) else { return };
        let what = of.map_or_else(|| "secret".to_owned(), |registry| format!("secret for {}", registry.name()));
        match file.save(&secret) {
            Ok(Saved { path, is_another: false }) => {
                let place = path.display();
                self.stream.say_aside(&format!("crosspull: the {what} is in {place}, readable by you alone"));
            }
            Ok(Saved { path, .. }) => aside(&format!(
                "crosspull: a new {what} is in {}, readable by you alone; one that an earlier part of the run saved is of \
                 no use any more",
                path.display()
            )),
            Err(why) => {
                self.secret_trouble = true;
                aside(&format!("crosspull: {why}"));
            }
        }
    }
}
