//! The chooser: which routes fit what was found, the recommended one first, and why the others cannot work.

mod spoken;

use crosspull_core::input::Inputs;
use crosspull_core::route::{self, Fit, Weighed};
use crosspull_core::wording::Front;
use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::{Go, Layer, MethodsLayer, Reaction, View, along_chosen, checks, to_next, to_previous};
use crate::keys::{Action, Context, Move};
use crate::live::Activity;
use crate::msg::{Effect, Notice};
use crate::pages::RailEntry;
use crate::shared::Shared;
use crate::spoken::{Answer, Spoken};
use crate::theme::{Theme, Tone};
use crate::widgets::lines::{apart, block, clipped, fit, hang, width};
use crate::widgets::sheet::Sheet;
use crate::words::next::Next;
use crate::words::sentence;

/// Columns of the names before what a route changes.
const NAME: usize = 10;
/// Columns before everything that is said of a route.
const INDENT: usize = 2;
/// In fewer columns names and texts are no columns of their own.
const NARROW: usize = 50;
/// In fewer rows nothing stands apart.
const ROOMY: usize = 12;
/// The things that routes depend on.
const LOOKS_AT: &str = "Looking at the cluster's identity, at the registry, at your rights on it, and whether the cluster's \
                        Kubernetes API answers from here.";
/// The sentence where the routes cannot be weighed.
const UNREAD: &str = "What routes depend on could not be read.";
/// The title in every state.
const TITLE: &str = "Which way fits?";

/// The routes, weighed by what was found, with the one in focus.
#[derive(Debug)]
pub(crate) struct ChooserScreen {
    chosen: usize,
}

/// The state of the weighing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Something is being read.
    Reading,
    /// The routes are weighed.
    Weighed,
    /// What is needed could not be read.
    Unread,
}

/// The routes that stand apart from the others by an empty line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gaps {
    /// Every route.
    All,
    /// The route in focus.
    Focus,
    /// None.
    No,
}

impl ChooserScreen {
    /// Opens the list with the route in focus that was taken last, else the recommended one.
    pub fn new(shared: &Shared) -> Self {
        let weighing = &shared.weighing;
        let last = weighing.routes.iter().position(|one| weighing.last == Some(one.route));
        Self { chosen: last.unwrap_or(0) }
    }

    /// Reads again what routes are weighed by.
    fn again(&mut self, shared: &mut Shared) -> Vec<Reaction> {
        self.chosen = 0;
        let inputs = shared.weighing.by().cloned();
        inputs.map(|inputs| weigh(shared, inputs)).into_iter().collect()
    }

    /// Takes the route in focus, where it can work, and goes on to its next form; else says why it cannot.
    fn take(&self, shared: &mut Shared) -> Vec<Reaction> {
        let Some(Weighed { route, fit, .. }) = shared.weighing.routes.get(self.chosen).cloned() else {
            return Vec::new();
        };
        if let Fit::Cannot(why) = fit {
            shared.notice = Some(Notice::bad(format!("{} cannot work: {why}.", sentence(route::title(route)))));
            return Vec::new();
        }
        shared.weighing.take(route, &mut shared.answers);
        to_next(shared, RailEntry::Chooser).unwrap_or_else(|complaints| {
            shared.weighing.give_back(&mut shared.answers);
            shared.notice = complaints.first().map(|complaint| Notice::bad(complaint.told(Front::Fields)));
            Vec::new()
        })
    }
}

impl View for ChooserScreen {
    fn context(&self, shared: &Shared) -> Context {
        if stage(shared) == Stage::Unread { Context::Unweighed } else { Context::Chooser }
    }

    fn offers(&self, shared: &Shared, action: Action) -> bool {
        match action {
            Action::GoOn => stage(shared) == Stage::Weighed,
            Action::Again => stage(shared) != Stage::Reading,
            Action::Move(Move::Up | Move::Down) => stage(shared) != Stage::Reading,
            _ => true,
        }
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        match action {
            Action::Move(way) if stage(shared) == Stage::Weighed => {
                let count = shared.weighing.routes.len();
                along_chosen(shared, &mut self.chosen, count, way)
            }
            Action::Move(way) => vec![Reaction::Scroll(way)],
            Action::Again => self.again(shared),
            Action::Methods => vec![Reaction::Over(Layer::Methods(MethodsLayer::default()))],
            Action::GoOn => self.take(shared),
            Action::Back => to_previous(shared, RailEntry::Chooser),
            _ => Vec::new(),
        }
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        spoken::chooser(shared, self.chosen)
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        let Answer::Number(at) = answer else { return Vec::new() };
        self.chosen = *at;
        self.on(shared, Action::GoOn)
    }

    /// The reasons stand whole where there is room; else each that is not in focus has one line.
    fn sheet(&self, shared: &Shared, columns: usize, rows: usize, now: Timestamp) -> Sheet {
        match stage(shared) {
            Stage::Weighed => {}
            Stage::Reading => return reading(shared, columns, now),
            Stage::Unread => return unread(shared, columns, now),
        }
        let last = || self.weighed(shared, columns, 1, Gaps::No);
        if rows < ROOMY {
            return last();
        }
        let shapes = [(usize::MAX, Gaps::All), (1, Gaps::All), (1, Gaps::Focus)];
        let mut sheets = shapes.into_iter().map(|(most, gaps)| self.weighed(shared, columns, most, gaps));
        sheets.find(|sheet| sheet.lines.len() <= rows).unwrap_or_else(last)
    }

    fn status(&self, shared: &Shared, _: bool) -> Option<(Tone, String)> {
        status(shared)
    }
}

impl ChooserScreen {
    /// Returns the routes, each reason in at most so many lines but for that of the route in focus.
    fn weighed(&self, shared: &Shared, columns: usize, most: usize, gaps: Gaps) -> Sheet {
        let (theme, routes) = (shared.theme, &shared.weighing.routes);
        let mut sheet = Sheet::new(theme.span(Tone::Strong, TITLE));
        let works = routes.iter().filter(|one| one.fit.works()).count();
        sheet.right = vec![theme.span(Tone::Dim, format!("{works} of {} can work", routes.len()))];
        for (i, one) in routes.iter().enumerate() {
            let beside = i == self.chosen || i == self.chosen + 1;
            if gaps == Gaps::All || (gaps == Gaps::Focus && beside) {
                sheet.gap();
            }
            let (top, here) = (sheet.lines.len(), i == self.chosen);
            sheet.lines.push(head(theme, one, here, columns));
            if here {
                sheet.lines.extend(unfolded(theme, one, columns));
                sheet.focus = top..sheet.lines.len();
            } else {
                sheet.lines.extend(folded(theme, one, columns, most));
            }
        }
        sheet
    }
}

/// Returns what is looked at, and what is answered so far.
fn reading(shared: &Shared, columns: usize, now: Timestamp) -> Sheet {
    let theme = shared.theme;
    let mut lines = block(theme, Tone::Plain, LOOKS_AT, 0, columns);
    lines.push(Line::default());
    let checks = checks::build(shared, None, columns, now, true);
    lines.extend(checks.lines);
    Sheet { title: vec![theme.span(Tone::Strong, TITLE)], right: checks.right, lines, ..Sheet::default() }
}

/// Returns what kept the routes from being weighed, and what to do about it.
fn unread(shared: &Shared, columns: usize, now: Timestamp) -> Sheet {
    let theme = shared.theme;
    let mut sheet = Sheet::new(theme.span(Tone::Strong, TITLE));
    sheet.lines.extend(block(theme, Tone::Plain, UNREAD, 0, columns));
    let stops = checks::stops(shared, columns, now);
    if !stops.is_empty() {
        sheet.gap();
    }
    sheet.lines.extend(stops);
    sheet
}

/// Returns a route's title, and at the right whether it can work.
fn head(theme: Theme, one: &Weighed, here: bool, columns: usize) -> Line<'static> {
    let (mark, tone) = if here { ("▸ ", Tone::Strong) } else { ("  ", Tone::Plain) };
    let word = one.fit.word();
    let title = fit(route::title(one.route), columns.saturating_sub(width(mark) + width(word) + 1));
    let fits = match one.fit {
        Fit::Recommended(_) => Tone::Good,
        Fit::Works(_) => Tone::Plain,
        Fit::Cannot(_) => Tone::Warn,
    };
    apart(vec![theme.span(Tone::Accent, mark), theme.span(tone, title)], vec![theme.span(fits, word)], columns)
}

/// Returns the reason in at most so many lines.
fn folded(theme: Theme, one: &Weighed, columns: usize, most: usize) -> Vec<Line<'static>> {
    let lines = clipped(&reason(one), columns.saturating_sub(INDENT), most);
    let indented = |line| Line::from(vec![Span::raw(" ".repeat(INDENT)), theme.span(Tone::Dim, line)]);
    lines.into_iter().map(indented).collect()
}

/// Returns the reason, and what the route changes and leaves behind.
fn unfolded(theme: Theme, one: &Weighed, columns: usize) -> Vec<Line<'static>> {
    let mut lines = block(theme, Tone::Plain, &reason(one), INDENT, columns);
    let beside = columns >= NARROW;
    for (name, says) in one.effects() {
        let name = if beside { format!("{name:NAME$}") } else { format!("{name}: ") };
        let before = vec![Span::raw(" ".repeat(INDENT)), theme.span(Tone::Dim, name)];
        lines.extend(hang(theme, Tone::Plain, before, says, columns));
    }
    lines
}

/// Returns the reason why a route fits, or why it cannot work, as a sentence.
fn reason(one: &Weighed) -> String {
    format!("{}.", sentence(one.fit.why()))
}

/// Returns the message line.
fn status(shared: &Shared) -> Option<(Tone, String)> {
    let routes = &shared.weighing.routes;
    Some(match stage(shared) {
        Stage::Reading => (Tone::Dim, "Asking; this only reads.".to_owned()),
        Stage::Unread => (Tone::Warn, Next::AnswersOrTry.after("Nothing was written.", shared)),
        Stage::Weighed if routes.iter().any(|one| one.fit.works()) => {
            (Tone::Dim, "Nothing was written; this only reads.".to_owned())
        }
        Stage::Weighed => (Tone::Warn, Next::Answers.after("No route can work with these answers.", shared)),
    })
}

/// Returns the state of the weighing.
fn stage(shared: &Shared) -> Stage {
    match shared.live.activity {
        _ if !shared.weighing.routes.is_empty() => Stage::Weighed,
        Activity::Weighing => Stage::Reading,
        _ => Stage::Unread,
    }
}

/// Goes to the weighed routes. What they depend on is read where the inputs are not those that it was read with last,
/// or where that came to nothing.
pub(super) fn begin(shared: &mut Shared, inputs: Inputs) -> Vec<Reaction> {
    let known = shared.weighing.by() == Some(&inputs) && stage(shared) != Stage::Unread;
    let asked = if known { None } else { Some(weigh(shared, inputs)) };
    std::iter::once(Reaction::Go(Go::Chooser)).chain(asked).collect()
}

/// Begins to read what routes are weighed by.
fn weigh(shared: &mut Shared, inputs: Inputs) -> Reaction {
    shared.weighing.begin(inputs.clone());
    shared.live.weigh();
    Reaction::Do(Effect::Weigh(Box::new(inputs)))
}
