//! The checks, live, and what to do about their answers.

mod spoken;

use crosspull_core::check::{Check, Finding, Level};
use crosspull_core::explain::NoConnection;
use crosspull_core::input::Inputs;
use crosspull_core::input::Key;
use crosspull_core::names::Side;
use crosspull_core::sign_in::{SignIn, next_way};
use crosspull_core::text::count;
use crosspull_core::wording::Front;
use jiff::Timestamp;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::{Go, Reaction, View, along, to_previous};
use crate::keys::{Action, Context};
use crate::live::{Activity, Live};
use crate::msg::Effect;
use crate::pages::RailEntry;
use crate::shared::Shared;
use crate::spoken::Spoken;
use crate::theme::{Mark, Theme, Tone};
use crate::widgets::lines::{block, hang};
use crate::widgets::sheet::Sheet;
use crate::widgets::trouble::trouble;
use crate::words::next::Next;
use crate::words::{names, times};
pub(super) use spoken::{answers, open};

/// Columns before a text: tenant, glyph and the spaces around them.
const BEFORE: usize = 5;

/// The checks, with the one that is looked at.
#[derive(Debug, Default)]
pub(crate) struct ChecksScreen {
    chosen: Option<usize>,
}

impl View for ChecksScreen {
    fn context(&self, _: &Shared) -> Context {
        Context::Checks
    }

    fn offers(&self, shared: &Shared, action: Action) -> bool {
        action != Action::GoOn || shared.live.ready().is_some()
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        match action {
            Action::Move(way) => {
                let count = shared.live.run.checks.len();
                along(shared, &mut self.chosen, count, way)
            }
            Action::Again => self.again(shared),
            Action::GoOn => vec![Reaction::Go(Go::Review)],
            Action::Back => back(shared),
            _ => Vec::new(),
        }
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        spoken::checks(shared)
    }

    /// The cure stands under every warning and stop; under the chosen one alone where there is no room for
    /// all and one is chosen.
    fn sheet(&self, shared: &Shared, columns: usize, rows: usize, now: Timestamp) -> Sheet {
        let all = build(shared, self.chosen, columns, now, true);
        let fits = self.chosen.is_none() || all.lines.len() <= rows;
        if fits { all } else { build(shared, self.chosen, columns, now, false) }
    }

    fn status(&self, shared: &Shared, _: bool) -> Option<(Tone, String)> {
        status(shared)
    }

    /// Nothing was answered for an earlier run, and its journal stays as it is.
    fn loses(&self, shared: &Shared) -> bool {
        shared.live.taken_up.is_none()
    }
}

impl ChecksScreen {
    /// Asks all checks again.
    fn again(&mut self, shared: &mut Shared) -> Vec<Reaction> {
        if let Some(earlier) = &shared.live.taken_up {
            return vec![Reaction::Do(Effect::TakeUp { run: earlier.run.clone(), way: earlier.way })];
        }
        let Some(inputs) = shared.live.asked_with.clone() else { return Vec::new() };
        self.chosen = None;
        vec![ask(shared, inputs)]
    }
}

/// Goes to the checks. They are asked where the inputs are not those that were checked last, or where that came to no
/// plan.
pub(super) fn begin(shared: &mut Shared, inputs: Inputs) -> Vec<Reaction> {
    let same = shared.live.asked_with.as_ref() == Some(&inputs);
    let known = same && (shared.live.activity == Activity::Checks || shared.live.ready().is_some());
    let asked = if known { None } else { Some(ask(shared, inputs)) };
    std::iter::once(Reaction::Go(Go::Checks)).chain(asked).collect()
}

/// Asks the checks.
fn ask(shared: &mut Shared, inputs: Inputs) -> Reaction {
    shared.live.check(inputs.clone());
    Reaction::Do(Effect::Check(Box::new(inputs)))
}

/// Goes back to the last form, or to where the earlier run was taken up.
fn back(shared: &mut Shared) -> Vec<Reaction> {
    let Some(earlier) = &shared.live.taken_up else {
        return to_previous(shared, RailEntry::Checks);
    };
    if shared.live.has_secret() {
        // The first part of the run ended in this window: its end has the secret.
        return vec![Reaction::Go(Go::Done), Reaction::Do(Effect::LetGo)];
    }
    let way = earlier.way;
    shared.live = Live::default();
    vec![Reaction::Go(Go::Runs(way)), Reaction::Do(Effect::LetGo)]
}

/// Returns the checks with their answers, every one of them unfolded or the chosen one alone.
pub(super) fn build(shared: &Shared, chosen: Option<usize>, columns: usize, now: Timestamp, every: bool) -> Sheet {
    let (theme, live) = (shared.theme, &shared.live);
    let title = if live.taken_up.is_some() { "Sign-in" } else { "Checks" };
    let mut sheet = Sheet::new(theme.span(Tone::Strong, title));
    sheet.right = vec![progress(shared)];
    let checks = live.checks();
    for side in [Side::A, Side::B].into_iter().filter(|side| !is_told(shared, *side)) {
        if let Some(entered) = shared.signed_in.of(side, shared.holding()) {
            let before = vec![
                theme.span(Tone::Dim, format!("{side} ")),
                Span::raw(" "),
                theme.mark(Mark::Good, now),
                Span::raw(" "),
            ];
            let says = names::who_entered(entered, columns.saturating_sub(BEFORE));
            sheet.lines.extend(hang(theme, Tone::Plain, before, &says, columns));
        }
    }
    let shown = chosen.or_else(|| worst(&checks));
    let over = live.activity == Activity::None;
    let folded: Vec<usize> = (0..checks.len()).filter(|i| over && checks.get(*i).is_some_and(may_be_folded)).collect();
    // Who goes along the list sees all of it.
    let folds = folded.len() > 1 && chosen.is_none_or(|at| !folded.contains(&at));
    for (i, (check, finding)) in checks.iter().enumerate().filter(|(i, _)| !(folds && folded.contains(i))) {
        let top = sheet.lines.len();
        sheet.lines.extend(line(theme, check, *finding, chosen == Some(i), columns, now));
        if let Some(finding) = finding.filter(|_| every || shown == Some(i)) {
            sheet.lines.extend(below(shared, finding, columns));
        }
        if shown == Some(i) {
            sheet.focus = top..sheet.lines.len();
        }
    }
    if folds {
        let before = vec![Span::raw("   "), theme.mark(Mark::Good, now), Span::raw(" ")];
        let says = format!("{} more passed", folded.len());
        sheet.lines.extend(hang(theme, Tone::Plain, before, &says, columns));
    }
    if let Some(wait) = live.run.waiting.as_ref().filter(|_| live.activity != Activity::None) {
        sheet.gap();
        sheet.lines.extend(block(theme, Tone::Dim, &times::wait(wait, now), 0, columns));
    }
    if let Some(found) = live.run.trouble.as_ref().filter(|_| live.taken_up.is_none()) {
        sheet.gap();
        sheet.lines.extend(trouble(theme, Front::Fields, shared.holding().cloud(), found, columns));
    }
    sheet
}

/// Returns the answers that stop, with what to do about them.
pub(super) fn stops(shared: &Shared, columns: usize, now: Timestamp) -> Vec<Line<'static>> {
    let checks = shared.live.checks().into_iter();
    let stops = checks.filter_map(|(check, finding)| Some((check, finding.filter(|f| f.level == Level::Stop)?)));
    let told = stops.map(|(check, finding)| {
        let mut lines = line(shared.theme, check, Some(finding), false, columns, now);
        lines.extend(below(shared, finding, columns));
        lines
    });
    told.flatten().collect()
}

/// Returns a check with its answer, or with what it asks.
fn line(
    theme: Theme,
    check: &Check,
    finding: Option<&Finding>,
    chosen: bool,
    columns: usize,
    now: Timestamp,
) -> Vec<Line<'static>> {
    let side = check.side().map_or_else(|| "  ".to_owned(), |side| side.to_string() + " ");
    let (mark, tone, text) = match finding {
        None => (Mark::Work, Tone::Dim, check.title()),
        Some(f) => (mark(f.level), Tone::Plain, f.text.clone()),
    };
    let before = vec![theme.span(Tone::Dim, side), Span::raw(" "), theme.mark(mark, now), Span::raw(" ")];
    let mut lines = hang(theme, tone, before, &text, columns);
    if chosen {
        for text in lines.iter_mut().filter_map(|l| l.spans.last_mut()) {
            text.style = text.style.add_modifier(Modifier::REVERSED);
        }
    }
    lines
}

/// Returns true where the check tells who signed in. Until then it is known from the form.
fn is_told(shared: &Shared, side: Side) -> bool {
    let checks = shared.live.checks();
    checks.iter().any(|(check, finding)| **check == Check::SignIn(side) && finding.is_some())
}

/// Returns what to do about an answer, the service's own words behind it, and another way to sign in.
fn below(shared: &Shared, finding: &Finding, columns: usize) -> Vec<Line<'static>> {
    let now = finding.now.told(Front::Fields);
    let tone = |text: &String| if *text == now { Tone::Plain } else { Tone::Dim };
    let told = details(shared, finding).into_iter().map(|text| (tone(&text), text));
    let all = told.chain(another(shared, finding).map(|text| (Tone::Plain, text)));
    all.flat_map(|(tone, text)| block(shared.theme, tone, &text, BEFORE, columns)).collect()
}

/// Returns what to do about an answer, and the service's own words behind it.
fn details(shared: &Shared, finding: &Finding) -> Vec<String> {
    let now = Some(finding.now.told(Front::Fields)).filter(|now| !now.is_empty());
    let words = finding.refusal.iter().flat_map(|refusal| refusal.lines(shared.holding().cloud()));
    now.into_iter().chain(words).collect()
}

/// Returns another way to sign in, where this one did not work.
fn another(shared: &Shared, finding: &Finding) -> Option<String> {
    let (Check::SignIn(side), Level::Stop) = (&finding.check, finding.level) else { return None };
    // No way to sign in leads to a host that cannot be reached.
    if finding.refusal.as_ref().and_then(NoConnection::of).is_some() {
        return None;
    }
    let failed = SignIn::from_word(shared.holding().or_default(Key::sign_in(*side)))?;
    let offer = next_way(shared.here.offers(*side), failed)?;
    Some(format!("Another way here: {}, {}.", offer.way.word(), offer.why))
}

/// True for an answer that is told by a number alone: it passed, and says neither where what is sent goes nor who signed in.
fn may_be_folded((check, finding): &(&Check, Option<&Finding>)) -> bool {
    let passed = finding.is_some_and(|finding| finding.level == Level::Pass && finding.now.is_empty());
    passed && !matches!(check, Check::Cloud | Check::SignIn(_))
}

/// Returns the first of the worst answers, where there is one that asks for something.
fn worst(checks: &[(&Check, Option<&Finding>)]) -> Option<usize> {
    let level = checks.iter().filter_map(|(_, f)| f.map(|f| f.level)).max()?;
    checks.iter().position(|(_, f)| level > Level::Pass && f.is_some_and(|f| f.level == level))
}

const fn mark(level: Level) -> Mark {
    match level {
        Level::Pass => Mark::Good,
        Level::Warn => Mark::Warn,
        Level::Stop => Mark::Bad,
    }
}

/// Returns how far the checks are, for the right of the title.
fn progress(shared: &Shared) -> Span<'static> {
    let run = &shared.live.run;
    let at = |level| run.findings().filter(|f| f.level == level).count();
    let answered = run.findings().count();
    match (shared.live.activity, run.worst()) {
        (_, Level::Stop) => shared.theme.span(Tone::Bad, count(at(Level::Stop), "stop")),
        (Activity::Checks | Activity::Weighing, _) => {
            shared.theme.span(Tone::Dim, format!("{answered} of {} answered", run.checks.len()))
        }
        (_, Level::Warn) => shared.theme.span(Tone::Warn, count(at(Level::Warn), "warning")),
        (_, Level::Pass) if shared.live.ready().is_some() => shared.theme.span(Tone::Good, "all passed"),
        _ => Span::default(),
    }
}

/// Returns the message line.
fn status(shared: &Shared) -> Option<(Tone, String)> {
    let live = &shared.live;
    if live.ready().is_some() && live.taken_up.is_some() {
        return Some((Tone::Plain, "You are signed in to both tenants. Enter shows what comes next.".to_owned()));
    }
    if live.ready().is_some() {
        let warnings = live.run.findings().filter(|f| f.level == Level::Warn).count();
        let spite = if warnings == 0 { String::new() } else { format!(" in spite of {}", count(warnings, "warning")) };
        return Some((Tone::Plain, format!("The plan may run{spite}. Enter shows it.")));
    }
    match (live.activity, live.run.worst()) {
        (_, Level::Stop) if live.taken_up.is_some() => {
            Some((Tone::Warn, Next::BackOrSignIn.after("Nothing was written.", shared)))
        }
        (_, Level::Stop) => Some((Tone::Warn, Next::AnswersOrAsk.after("Nothing was written.", shared))),
        (Activity::Checks, _) => Some((Tone::Dim, "Asking; this only reads.".to_owned())),
        _ => Some((Tone::Warn, Next::Ask.after("The checks came to no end.", shared))),
    }
}
