//! Earlier runs: which one?

use crosspull_core::names::Direction;

use crosspull_core::run::Run;
use jiff::Timestamp;
use ratatui::text::Line;

use super::home::Start;
use super::{Go, Reaction, View, along_list};
use crate::keys::{Action, Context};
use crate::msg::Effect;
use crate::shared::Shared;
use crate::spoken::{Answer, Row, Spoken};
use crate::theme::{Theme, Tone};
use crate::widgets::lines::{block, fit};
use crate::widgets::sheet::Sheet;
use crate::words::earlier;

/// The earlier runs that something can be done with.
#[derive(Debug)]
pub(crate) struct RunsScreen {
    /// The direction: go on with one of them, or take one back.
    way: Direction,
    chosen: usize,
}

impl RunsScreen {
    /// Opens the list with the newest run chosen.
    pub const fn new(way: Direction) -> Self {
        Self { way, chosen: 0 }
    }
}

impl View for RunsScreen {
    fn context(&self, _: &Shared) -> Context {
        Context::Runs
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        let way = self.way;
        let runs = shared.earlier_for(way);
        match action {
            Action::Move(along) => {
                let count = runs.len();
                along_list(shared, &mut self.chosen, count, along)
            }
            Action::Back => vec![Reaction::Go(Go::Home(Start::Earlier(way)))],
            Action::GoOn => {
                let run = runs.get(self.chosen).and_then(|run| run.id.clone());
                run.map(|run| Reaction::Do(Effect::TakeUp { run, way })).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        let runs = shared.earlier_for(self.way);
        let rows = runs.into_iter().map(|run| Row::new(earlier::began(run), [stands(run)])).collect();
        let mut spoken = Spoken::choice(title(self.way), rows, Some(self.chosen));
        spoken.lines.extend(self.status(shared, false).map(|(_, says)| says));
        spoken
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        let Answer::Number(at) = answer else { return Vec::new() };
        self.chosen = *at;
        self.on(shared, Action::GoOn)
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, _: Timestamp) -> Sheet {
        let theme = shared.theme;
        let mut sheet = Sheet::new(theme.span(Tone::Strong, title(self.way)));
        for (i, run) in shared.earlier_for(self.way).into_iter().enumerate() {
            let top = sheet.lines.len();
            sheet.lines.extend(lines(theme, run, i == self.chosen, columns));
            if i == self.chosen {
                sheet.focus = top..sheet.lines.len();
            }
        }
        sheet
    }

    fn status(&self, _: &Shared, _: bool) -> Option<(Tone, String)> {
        Some((Tone::Dim, "Its journal is read; nothing is sent before you say so.".to_owned()))
    }

    fn loses(&self, shared: &Shared) -> bool {
        shared.answers != shared.given
    }
}

/// Returns the question.
const fn title(way: Direction) -> &'static str {
    match way {
        Direction::Forward => "Go on with which run?",
        Direction::Back => "Take back which run?",
    }
}

/// Returns a run's id, and where it stands.
fn stands(run: &Run) -> String {
    let id = run.id.as_ref().map(ToString::to_string).unwrap_or_default();
    let stands = run.where_it_stopped();
    let stands = if stands.is_empty() { run.stage().word().to_owned() } else { stands };
    format!("{id} · {stands}")
}

/// Returns a run in lines: when it began and what it is about; its id and where it stands.
fn lines(theme: Theme, run: &Run, chosen: bool, columns: usize) -> Vec<Line<'static>> {
    let (mark, tone) = if chosen { ("▸ ", Tone::Strong) } else { ("  ", Tone::Plain) };
    let title = fit(&earlier::began(run), columns.saturating_sub(2));
    let mut lines = vec![Line::from(vec![theme.span(Tone::Accent, mark), theme.span(tone, title)])];
    lines.extend(block(theme, Tone::Dim, &stands(run), 4, columns));
    lines
}
