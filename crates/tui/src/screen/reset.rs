//! The last question before the cluster is given the new credential, with the proof on it; or its former app back.

use crosspull_core::names::StepId;

use crosspull_core::operation::Fact;
use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::{Reaction, View};
use crate::keys::{Action, Context};
use crate::msg::Effect;
use crate::shared::Shared;
use crate::spoken::{Answer, Spoken};
use crate::theme::{Mark, Theme, Tone};
use crate::widgets::aloud::{TALL, WIDE, aloud};
use crate::widgets::button::buttons;
use crate::widgets::lines::{block, hang, width};
use crate::widgets::sheet::Sheet;
use crate::words::{names, reset};

/// Reset the cluster now?
#[derive(Debug)]
pub(crate) struct ResetLayer {
    /// The step that asks.
    step: StepId,
    /// True where the focus is on yes.
    yes: bool,
    /// The first line that is shown of what stands above the buttons.
    from: usize,
}

impl ResetLayer {
    /// Opens the question of a step. In a simulated cloud, where nothing can break, the focus is on yes.
    pub const fn new(step: StepId, shared: &Shared) -> Self {
        Self { step, yes: shared.simulated, from: 0 }
    }
}

impl View for ResetLayer {
    /// Keys typed ahead must not answer with yes.
    fn context(&self, _: &Shared) -> Context {
        Context::Reset
    }

    fn writes(&self, _: &Shared, action: Action) -> bool {
        action == Action::GoOn && self.yes
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        match action {
            Action::Move(way) => vec![Reaction::Scroll(way)],
            Action::Left | Action::Right => {
                self.yes = !self.yes;
                Vec::new()
            }
            Action::GoOn if self.yes => {
                shared.live.confirmed = Some(self.step);
                vec![Reaction::Close, Reaction::Do(Effect::Confirm(self.step))]
            }
            Action::GoOn | Action::Back => vec![Reaction::Close],
            _ => Vec::new(),
        }
    }

    fn spoken(&self, shared: &Shared, now: Timestamp) -> Spoken {
        let question = question(shared);
        let mut spoken = aloud(&self.sheet(shared, WIDE, TALL, now));
        spoken.title.clone_from(&question);
        spoken.yes(question)
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        match answer {
            Answer::Yes => {
                self.yes = true;
                self.on(shared, Action::GoOn)
            }
            _ => Vec::new(),
        }
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, now: Timestamp) -> Sheet {
        let (theme, run) = (shared.theme, &shared.live.run);
        let back = run.is_undoing();
        let mut sheet = Sheet::new(Span::raw(question(shared)));
        // What is done stands first: a small window shows no more.
        sheet.lines.extend(block(theme, Tone::Strong, "Its nodes restart, as in an upgrade.", 0, columns));
        sheet.gap();
        let point =
            |mark, text: &str| hang(theme, Tone::Plain, vec![theme.mark(mark, now), Span::raw(" ")], text, columns);
        if back {
            sheet.lines.extend(point(Mark::Good, "Its former app has a new secret, and sign-in takes it."));
        } else {
            if let Some(warning) = reset::lacks(run) {
                sheet.lines.extend(point(Mark::Warn, &warning));
                if let Some(app) = run.facts.get(&Fact::App) {
                    sheet.lines.extend(id(theme, "New app:", app, columns));
                }
                sheet.gap();
            }
            match reset::proof(run) {
                Some(proof) => sheet.lines.extend(point(Mark::Good, &proof)),
                None => sheet.lines.extend(point(Mark::Warn, "The pull was not proved in this run.")),
            }
            match run.way_back(!shared.simulated) {
                Some(Ok(kept)) => sheet.lines.extend(point(Mark::Good, &kept)),
                Some(Err(none)) => sheet.lines.extend(point(Mark::Warn, &none)),
                None => {}
            }
        }
        sheet.foot = vec![Line::default(), buttons(theme, "Reset", "Not now", self.yes)];
        // In a small window the rows are for what will lack.
        if shared.simulated && columns >= 50 {
            sheet.foot.extend(block(theme, Tone::Dim, "On a real cluster the focus is on Not now.", 0, columns));
        }
        sheet.from = Some(self.from);
        sheet
    }

    fn first_line(&mut self) -> Option<&mut usize> {
        Some(&mut self.from)
    }
}

/// Returns the question.
fn question(shared: &Shared) -> String {
    let run = &shared.live.run;
    let cluster = names::cluster(run.plan.as_ref());
    if run.is_undoing() { format!("Reset {cluster} back now?") } else { format!("Reset {cluster} now?") }
}

/// Returns an id after its name, or whole on a line of its own where there is no room beside it.
fn id(theme: Theme, name: &str, id: &str, columns: usize) -> Vec<Line<'static>> {
    let one = format!("{name} {id}");
    if width(&one) + 2 <= columns {
        return block(theme, Tone::Plain, &one, 2, columns);
    }
    [block(theme, Tone::Plain, name, 2, columns), block(theme, Tone::Plain, id, 0, columns)].concat()
}
