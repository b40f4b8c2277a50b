//! The checks, live, and what to do about their answers.

use crosspull_core::check::{Check, Finding, Level};
use crosspull_core::explain::NoConnection;
use crosspull_core::field::Key;
use crosspull_core::plan::Side;
use crosspull_core::sign_in::{SignIn, next_way};
use crosspull_core::text::count;
use jiff::Timestamp;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::Sheet;
use crate::lines::{block, hang};
use crate::live::Job;
use crate::model::Model;
use crate::theme::{Mark, Theme, Tone};
use crate::words;

/// Columns before a text: tenant, glyph and the spaces around them.
const BEFORE: usize = 5;

/// The screen. What to do stands under every warning and stop; under the chosen one alone where there is no room for
/// all and one is chosen.
pub(crate) fn sheet(model: &Model, chosen: Option<usize>, columns: usize, rows: usize, now: Timestamp) -> Sheet {
    let all = build(model, chosen, columns, now, true);
    if chosen.is_none() || all.lines.len() <= rows { all } else { build(model, chosen, columns, now, false) }
}

fn build(model: &Model, chosen: Option<usize>, columns: usize, now: Timestamp, every: bool) -> Sheet {
    let (theme, live) = (model.theme, &model.live);
    let title = if live.errand.is_some() { "Sign-in" } else { "Checks" };
    let mut sheet = Sheet::new(theme.span(Tone::Strong, title));
    sheet.right = vec![progress(model)];
    let checks = live.checks();
    // Who signed in is known from the form until the check tells it.
    let told = |side| checks.iter().any(|(check, finding)| **check == Check::SignIn(side) && finding.is_some());
    for side in [Side::A, Side::B].into_iter().filter(|side| !told(*side)) {
        if let Some(entered) = model.who.of(side, model.holding()) {
            let before = vec![
                theme.span(Tone::Dim, format!("{side} ")),
                Span::raw(" "),
                theme.mark(Mark::Good, now),
                Span::raw(" "),
            ];
            let says = words::who_entered(entered, columns.saturating_sub(BEFORE));
            sheet.lines.extend(hang(theme, Tone::Plain, before, &says, columns));
        }
    }
    let shown = chosen.or_else(|| worst(&checks));
    for (i, (check, finding)) in checks.iter().enumerate() {
        let top = sheet.lines.len();
        sheet.lines.extend(line(theme, check, *finding, chosen == Some(i), columns, now));
        if let Some(finding) = finding.filter(|_| every || shown == Some(i)) {
            sheet.lines.extend(details(model, finding, columns));
            sheet.lines.extend(another_way(model, finding, columns));
        }
        if shown == Some(i) {
            sheet.focus = top..sheet.lines.len();
        }
    }
    if let Some(wait) = live.run.waiting.as_ref().filter(|_| live.job == Job::Checks) {
        sheet.gap();
        sheet.lines.extend(block(theme, Tone::Dim, &words::wait(wait, now), 0, columns));
    }
    if let Some(trouble) = live.run.trouble.as_ref().filter(|_| live.errand.is_none()) {
        sheet.gap();
        sheet.lines.extend(super::done::trouble(model, trouble, columns));
    }
    sheet
}

/// A check with its answer, or with what it asks.
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

/// What to do about an answer, and the service's own words behind it.
fn details(model: &Model, finding: &Finding, columns: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mut lines = Vec::new();
    if !finding.now.is_empty() {
        lines.extend(block(theme, Tone::Plain, &finding.now, BEFORE, columns));
    }
    for text in finding.refusal.iter().flat_map(|refusal| refusal.lines(model.holding().cloud())) {
        lines.extend(block(theme, Tone::Dim, &text, BEFORE, columns));
    }
    lines
}

/// Another way to sign in, where this one did not work.
fn another_way(model: &Model, finding: &Finding, columns: usize) -> Vec<Line<'static>> {
    let (Check::SignIn(side), Level::Stop) = (&finding.check, finding.level) else { return Vec::new() };
    // No way to sign in leads to a host that cannot be reached.
    if finding.refusal.as_ref().and_then(NoConnection::of).is_some() {
        return Vec::new();
    }
    let key = Key::sign_in(*side);
    let Some(failed) = SignIn::from_word(model.holding().or_default(key)) else { return Vec::new() };
    let Some(offer) = next_way(model.here.offers(*side), failed) else { return Vec::new() };
    let says = format!("Another way here: {}, {}.", offer.way.word(), offer.why);
    block(model.theme, Tone::Plain, &says, BEFORE, columns)
}

/// The first of the worst answers, where there is one that asks for something.
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

/// How far they are, at the right of the title.
fn progress(model: &Model) -> Span<'static> {
    let run = &model.live.run;
    let at = |level| run.findings().filter(|f| f.level == level).count();
    let answered = run.findings().count();
    match (model.live.job, run.worst()) {
        (_, Level::Stop) => model.theme.span(Tone::Bad, count(at(Level::Stop), "stop")),
        (Job::Checks, _) => model.theme.span(Tone::Dim, format!("{answered} of {} answered", run.checks.len())),
        (_, Level::Warn) => model.theme.span(Tone::Warn, count(at(Level::Warn), "warning")),
        (_, Level::Pass) if model.live.ready().is_some() => model.theme.span(Tone::Good, "all passed"),
        _ => Span::default(),
    }
}

/// The message line.
pub(crate) fn status(model: &Model) -> Option<(Tone, String)> {
    let live = &model.live;
    if live.ready().is_some() && live.errand.is_some() {
        return Some((Tone::Plain, "You are signed in to both tenants. Enter shows what comes next.".to_owned()));
    }
    if live.ready().is_some() {
        let warnings = live.run.findings().filter(|f| f.level == Level::Warn).count();
        let spite = if warnings == 0 { String::new() } else { format!(" in spite of {}", count(warnings, "warning")) };
        return Some((Tone::Plain, format!("The plan may run{spite}. Enter shows it.")));
    }
    match (live.job, live.run.worst()) {
        (_, Level::Stop) if live.errand.is_some() => {
            Some((Tone::Warn, "Nothing was written. Esc goes back, r signs in again.".to_owned()))
        }
        (_, Level::Stop) => Some((Tone::Warn, "Nothing was written. Esc changes answers, r asks again.".to_owned())),
        (Job::Checks, _) => Some((Tone::Dim, "Asking; this only reads.".to_owned())),
        _ => Some((Tone::Warn, "The checks came to no end. r asks again.".to_owned())),
    }
}
