//! Home: what do you want to do?

use crosspull_core::input::Page;
use crosspull_core::names::Direction;
use crosspull_core::text::count;
use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::{Go, Reaction, View, along_list};
use crate::keys::{Action, Context};
use crate::shared::Shared;
use crate::spoken::{Answer, Row, Spoken};
use crate::theme::Tone;
use crate::widgets::lines::{apart, block, fit, width};
use crate::widgets::sheet::Sheet;
use crate::words::earlier;

/// A thing that can be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    NewRun,
    /// Sign in to a registry.
    Login,
    /// See who can reach a cluster.
    Access,
    /// Go on with an earlier run, or take one back.
    Earlier(Direction),
}

/// Home, with the entry that is chosen.
#[derive(Debug, Default)]
pub(crate) struct HomeScreen {
    chosen: usize,
}

impl HomeScreen {
    /// Opens Home with an entry chosen.
    pub fn at(start: Start, shared: &Shared) -> Self {
        Self { chosen: entries(shared).iter().position(|entry| *entry == start).unwrap_or(0) }
    }

    /// Returns the entry that is chosen.
    pub fn start(&self, shared: &Shared) -> Option<Start> {
        entries(shared).get(self.chosen).copied()
    }

    /// Opens Home where nobody chose anything: a run that was not finished is what the operator most likely came for.
    pub fn untouched(shared: &Shared) -> Self {
        Self::at(Start::Earlier(Direction::Forward), shared)
    }
}

impl View for HomeScreen {
    fn context(&self, _: &Shared) -> Context {
        Context::Home
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        let entries = entries(shared);
        match (action, entries.get(self.chosen)) {
            (Action::Move(way), _) => along_list(shared, &mut self.chosen, entries.len(), way),
            (Action::GoOn, Some(Start::NewRun)) => vec![Reaction::Go(Go::Form(Page::Route))],
            (Action::GoOn, Some(Start::Login)) => vec![Reaction::Go(Go::Who)],
            (Action::GoOn, Some(Start::Access)) => {
                shared.begin_access();
                vec![Reaction::Go(Go::Form(Page::Access))]
            }
            (Action::GoOn, Some(Start::Earlier(way))) => vec![Reaction::Go(Go::Runs(*way))],
            _ => Vec::new(),
        }
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        let rows = entries(shared).into_iter().map(|entry| {
            let (title, right, says) = words(shared, entry);
            Row::new(title, [right, says])
        });
        let mut spoken = Spoken::choice("What do you want to do?", rows.collect(), Some(self.chosen));
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
        let mut sheet = Sheet::new(theme.span(Tone::Strong, "What do you want to do?"));
        for (i, entry) in entries(shared).into_iter().enumerate() {
            sheet.gap();
            let top = sheet.lines.len();
            let here = i == self.chosen;
            let (mark, tone) = if here { ("▸ ", Tone::Strong) } else { ("  ", Tone::Plain) };
            let (title, right, says) = words(shared, entry);
            let title = fit(title, columns.saturating_sub(2));
            let room = columns.saturating_sub(2 + width(&title)) > width(&right);
            let right = if room { vec![theme.span(Tone::Dim, right)] } else { Vec::new() };
            let left: Vec<Span<'static>> = vec![theme.span(Tone::Accent, mark), theme.span(tone, title)];
            sheet.lines.push(if right.is_empty() { Line::from(left) } else { apart(left, right, columns) });
            sheet.lines.extend(block(theme, Tone::Dim, &says, 4, columns));
            if here {
                sheet.focus = top..sheet.lines.len();
            }
        }
        sheet
    }

    fn status(&self, shared: &Shared, _: bool) -> Option<(Tone, String)> {
        shared.simulated.then(|| (Tone::Dim, "Nothing here leaves this machine.".to_owned()))
    }

    fn loses(&self, shared: &Shared) -> bool {
        shared.answers != shared.given
    }
}

/// Returns what can be begun now: earlier runs are offered where there are some.
fn entries(shared: &Shared) -> Vec<Start> {
    let earlier = [Direction::Forward, Direction::Back].into_iter().filter(|way| !shared.earlier_for(*way).is_empty());
    std::iter::once(Start::NewRun).chain(earlier.map(Start::Earlier)).chain([Start::Login, Start::Access]).collect()
}

/// Returns an entry's title, what stands at its right, and the line that says more.
fn words(shared: &Shared, entry: Start) -> (&'static str, String, String) {
    let runs = |way| shared.earlier_for(way);
    match entry {
        Start::NewRun => (
            "Let a cluster pull from a registry",
            String::new(),
            "in another tenant or in the same one; the pull is proved first".to_owned(),
        ),
        Start::Login => (
            "Sign in to a registry",
            String::new(),
            "as a person, an app or a machine; docker and its kin get the sign-in".to_owned(),
        ),
        Start::Access => (
            "See who can reach a cluster",
            String::new(),
            "which ways in are open, how somebody gets in, and what they may do there".to_owned(),
        ),
        Start::Earlier(Direction::Forward) => {
            let newest = runs(Direction::Forward).first().map(|run| earlier::earlier(run)).unwrap_or_default();
            ("Go on with an earlier run", format!("{} unfinished", runs(Direction::Forward).len()), newest)
        }
        Start::Earlier(Direction::Back) => (
            "Take back what a run made",
            count(runs(Direction::Back).len(), "run"),
            "newest first; what was there before the run stays".to_owned(),
        ),
    }
}
