//! Done: the verdict, the secret, what was made in A and in B, the command that does the same, the receipt. The secret
//! comes early: it is the one thing that is gone afterwards.

use crosspull_core::event::{Outcome, Verdict};
use crosspull_core::explain::Trouble;
use crosspull_core::plan::{Fact, Side};
use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::Sheet;
use super::run::mark as outcome_mark;
use crate::lines::{self, block, hang, width, wrap};
use crate::model::{Handed, Model};
use crate::theme::{Mark, Theme, Tone};
use crate::words;

/// Columns of the names before ids.
const NAME: usize = 18;

/// The screen.
pub(crate) fn sheet(model: &Model, columns: usize, now: Timestamp) -> Sheet {
    let (theme, run) = (model.theme, &model.live.run);
    let mut sheet = Sheet::new(theme.span(Tone::Strong, verdict_title(run.verdict)));
    if let Some(id) = &run.id {
        sheet.right = vec![theme.span(Tone::Dim, format!("run {id}"))];
    }
    let (mark, tone) = verdict_look(run.verdict);
    sheet.lines.extend(hang(theme, tone, vec![theme.mark(mark, now), Span::raw(" ")], &run.headline(), columns));
    if let Some(found) = &run.trouble {
        sheet.lines.extend(rest_of(model, found, columns));
    }
    from_here_on(model, &mut sheet, columns, now);
    if let Some((_, person)) = run.person() {
        sheet.gap();
        for (tone, text) in [(Tone::Plain, &person.says), (Tone::Accent, &person.url), (Tone::Dim, &person.command)] {
            sheet.lines.extend(block(theme, tone, text, 2, columns));
        }
    }
    next(model, &mut sheet, columns);
    secret(model, &mut sheet, columns, now);
    for side in [Side::A, Side::B] {
        made(model, side, &mut sheet, columns, now);
    }
    if model.live.errand.is_none() {
        same(model, &mut sheet, columns);
    }
    if let Some(receipt) = &model.receipt {
        sheet.gap();
        sheet.lines.extend(hang(theme, Tone::Plain, vec![theme.span(Tone::Dim, "Receipt  ")], receipt, columns));
    }
    sheet
}

/// What holds from here on, and what the new principal lacks.
fn from_here_on(model: &Model, sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let (theme, run) = (model.theme, &model.live.run);
    let sentences = run.from_here_on(!model.simulated);
    let lacks = run.lacks().filter(|_| !sentences.is_empty());
    for says in sentences {
        sheet.lines.extend(block(theme, Tone::Plain, &says, 2, columns));
    }
    if let Some(says) = lacks {
        let mark = vec![theme.mark(Mark::Warn, now), Span::raw(" ")];
        sheet.lines.extend(hang(theme, Tone::Plain, mark, &says, columns));
    }
}

/// The one next command, where there is something left to do.
fn next(model: &Model, sheet: &mut Sheet, columns: usize) {
    let Some(command) = model.live.run.next_command() else { return };
    let theme = model.theme;
    sheet.gap();
    sheet.lines.extend(hang(theme, Tone::Strong, vec![theme.span(Tone::Dim, "Next  ")], &command, columns));
    sheet.lines.extend(block(theme, Tone::Dim, "r does it now, in this window.", 6, columns));
}

/// The command that does the same without questions.
fn same(model: &Model, sheet: &mut Sheet, columns: usize) {
    let theme = model.theme;
    sheet.gap();
    let says = if model.simulated {
        "The same without questions, while this simulated cloud is there:"
    } else {
        "The same without questions (c copies it):"
    };
    sheet.lines.extend(block(theme, Tone::Dim, says, 0, columns));
    for part in words::command(&model.answers) {
        sheet.lines.extend(option(theme, &part, columns));
    }
    if let Some(says) = words::credentials(&model.answers) {
        sheet.lines.extend(block(theme, Tone::Dim, &says, 0, columns));
    }
}

/// An option of the command with its value beside it, or below where there is no room: a shell joins them either way.
fn option(theme: Theme, part: &str, columns: usize) -> Vec<Line<'static>> {
    match part.split_once(' ') {
        Some((name, value)) if name.starts_with("--") && width(part) + 2 > columns => {
            let mut lines = block(theme, Tone::Plain, &format!("{name} \\"), 2, columns);
            lines.extend(block(theme, Tone::Plain, value, 0, columns));
            lines
        }
        _ => block(theme, Tone::Plain, part, 2, columns),
    }
}

/// The title of the last screen.
const fn verdict_title(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Done) => "Done",
        Some(Verdict::Left) => "Partly taken back",
        Some(Verdict::Failed) => "Failed",
        Some(Verdict::Waits) => "Waiting for a person",
        Some(Verdict::Stopped | Verdict::Interrupted) | None => "Stopped",
    }
}

const fn verdict_look(verdict: Option<Verdict>) -> (Mark, Tone) {
    match verdict {
        Some(Verdict::Done) => (Mark::Good, Tone::Strong),
        Some(Verdict::Failed) => (Mark::Bad, Tone::Bad),
        _ => (Mark::Warn, Tone::Strong),
    }
}

/// All of a trouble: what happened, why, what to do now, the service's words.
pub(crate) fn trouble(model: &Model, trouble: &Trouble, columns: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mut lines = hang(theme, Tone::Bad, vec![theme.span(Tone::Bad, "✗ ")], &trouble.what, columns);
    lines.extend(rest_of(model, trouble, columns));
    lines
}

/// A trouble below its first line.
fn rest_of(model: &Model, trouble: &Trouble, columns: usize) -> Vec<Line<'static>> {
    let service = trouble.lines(model.holding().cloud()).into_iter().skip(1);
    service
        .zip([Tone::Plain, Tone::Strong].into_iter().chain(std::iter::repeat(Tone::Dim)))
        .flat_map(|(text, tone)| block(model.theme, tone, &text, 2, columns))
        .collect()
}

/// What was made or found in a tenant and is there now, with full ids.
fn made(model: &Model, side: Side, sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let (theme, run) = (model.theme, &model.live.run);
    let lines = run.there(side);
    let Some(plan) = run.route().filter(|_| !lines.is_empty()) else {
        return;
    };
    sheet.gap();
    let tenant = plan.tenant(side).to_string();
    sheet.lines.extend(named(theme, vec![Span::raw("  ")], &format!("Tenant {side}"), &tenant, columns));
    for (outcome, name, value) in lines {
        let mark = vec![theme.mark(outcome_mark(outcome), now), Span::raw(" ")];
        sheet.lines.extend(named(theme, mark, name, &value, columns));
    }
    if run.there(side).iter().any(|(outcome, ..)| *outcome == Outcome::Found) {
        let says = "= was there already; it is never taken back";
        sheet.lines.extend(block(theme, Tone::Dim, says, 0, columns));
    }
}

/// A name with its value beside it, or below where the value would be broken.
fn named(theme: Theme, before: Vec<Span<'static>>, name: &str, value: &str, columns: usize) -> Vec<Line<'static>> {
    let indent: usize = before.iter().map(Span::width).sum();
    let name = theme.span(Tone::Dim, format!("{name:NAME$}"));
    let head = Line::from_iter(before.into_iter().chain([name]));
    if indent + NAME + width(value) <= columns {
        return vec![head + Span::raw(wrap(value, columns).concat())];
    }
    let mut lines = vec![head];
    lines.extend(block(theme, Tone::Plain, value, indent, columns));
    lines
}

/// The secret: masked, or in sight for a while.
fn secret(model: &Model, sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let (theme, run) = (model.theme, &model.live.run);
    if !model.live.has_secret() {
        return;
    }
    sheet.gap();
    let ends = run
        .facts
        .get(&Fact::SecretEnds)
        .map_or_else(String::new, |at| format!("until {}", at.split_once('T').map_or(at, |(day, _)| day)));
    let head = format!("  {:NAME$}", "client secret");
    match model.in_sight(now) {
        None => sheet.lines.extend(hang(
            theme,
            Tone::Plain,
            vec![theme.span(Tone::Dim, head)],
            &format!("•••••••• {ends}"),
            columns,
        )),
        Some(revealed) => {
            let left = words::between(now, revealed.until).div_ceil(1000);
            let top = sheet.lines.len();
            sheet.lines.push(theme.span(Tone::Dim, format!("{head}hides in {left} s")).into());
            let shown = lines::secret(revealed.secret.reveal(), columns.saturating_sub(2));
            sheet
                .lines
                .extend(shown.into_iter().map(|line| vec![Span::raw("  "), theme.span(Tone::Strong, line)].into()));
            sheet.focus = top..sheet.lines.len();
        }
    }
}

/// The message line.
pub(crate) fn status(model: &Model) -> Option<(Tone, String)> {
    let only_here = model.live.has_secret() && !matches!(model.handed, Handed::Saved(_));
    only_here.then(|| (Tone::Dim, "crosspull does not keep the secret.".to_owned()))
}
