//! What lies over the screens, as sheets for a box.

use crosspull_core::explain::{Trouble, meaning};
use crosspull_core::plan::{Fact, Side, StepId};
use crosspull_core::run::{Call, Try};
use crosspull_core::sign_in::Offer;
use jiff::Timestamp;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::Sheet;
use crate::keys::{self, Context};
use crate::lines::{block, hang, width};
use crate::model::{Model, Screen};
use crate::overlay::{Overlay, Parting, Saving};
use crate::theme::{Mark, Theme, Tone};
use crate::words;

/// The layer in so many columns.
pub(crate) fn sheet(model: &Model, overlay: &Overlay, columns: usize, now: Timestamp) -> Sheet {
    match overlay {
        Overlay::Help { context, from } => Sheet { from: Some(*from), ..help(model.theme, *context, columns, now) },
        Overlay::Leave { yes, cleared } => leave(model, *yes, *cleared, columns),
        Overlay::Clipboard { chosen } => clipboard(model, *chosen, columns),
        Overlay::Reset { yes, from, .. } => Sheet { from: Some(*from), ..reset(model, *yes, columns, now) },
        Overlay::CutShort { yes } => cut_short(model, *yes, columns),
        Overlay::Calls { step, from } => Sheet { from: Some(*from), ..calls(model, *step, columns) },
        Overlay::Explain { step, from } => Sheet { from: Some(*from), ..explain(model, *step, columns) },
        Overlay::Ways { side, trouble, offers, chosen } => ways(model, *side, trouble, offers, *chosen, columns),
        Overlay::Path { what, input } => {
            let (text, cursor) = input.view(columns);
            let mut sheet = Sheet::new(Span::raw(match what {
                Saving::Secret => "Save the secret",
                Saving::Plan => "Save the plan",
            }));
            let hint = match what {
                Saving::Secret => "A new file, readable by you alone. It must not exist yet.",
                Saving::Plan => "A new file. It holds no secret. It must not exist yet.",
            };
            sheet.lines.extend(block(model.theme, Tone::Dim, hint, 0, columns));
            sheet.gap();
            sheet.cursor = Some((cursor, sheet.lines.len()));
            sheet.lines.push(model.theme.span(Tone::Strong, text).into());
            let lines = sheet.lines.len();
            sheet.focus = lines.saturating_sub(1)..lines;
            sheet
        }
    }
}

/// Why a sign-in did not work, and the other ways that fit the place.
fn ways(model: &Model, side: Side, trouble: &Trouble, offers: &[Offer], chosen: usize, columns: usize) -> Sheet {
    let mut sheet = Sheet::new(Span::raw(format!("Sign-in to tenant {side} did not work")));
    let theme = model.theme;
    for text in [&trouble.why, &trouble.now].into_iter().filter(|text| !text.is_empty()) {
        sheet.lines.extend(block(theme, Tone::Plain, text, 0, columns));
    }
    for text in trouble.refusal.iter().flat_map(|refusal| refusal.lines(model.holding().cloud())) {
        sheet.lines.extend(block(theme, Tone::Dim, &text, 0, columns));
    }
    sheet.gap();
    if offers.is_empty() {
        sheet.lines.extend(block(theme, Tone::Dim, "No other way fits this place.", 0, columns));
    }
    for (at, offer) in offers.iter().enumerate() {
        let on = at == chosen;
        let name = format!("{}{:18}", if on { "▸ " } else { "  " }, offer.way.word());
        let name = theme.span(if on { Tone::Strong } else { Tone::Plain }, name);
        let name = if on { name.patch_style(Modifier::REVERSED) } else { name };
        if on {
            sheet.focus = sheet.lines.len()..sheet.lines.len() + 1;
        }
        sheet.lines.extend(hang(theme, Tone::Dim, vec![name, Span::raw("  ")], offer.why, columns));
    }
    sheet
}

/// A button; the one in focus is reversed and marked.
fn button(theme: Theme, text: &str, on: bool) -> Span<'static> {
    let text = if on { format!("▸ {text} ") } else { format!("  {text} ") };
    let span = theme.span(if on { Tone::Strong } else { Tone::Plain }, text);
    if on { span.patch_style(Modifier::REVERSED) } else { span }
}

/// Two buttons side by side.
fn buttons(theme: Theme, yes: &str, no: &str, on_yes: bool) -> Line<'static> {
    Line::from(vec![button(theme, yes, on_yes), Span::raw("   "), button(theme, no, !on_yes)])
}

/// Leave, and what is to become of the secret that is in the clipboard alone?
fn clipboard(model: &Model, chosen: Parting, columns: usize) -> Sheet {
    let (theme, goes) = (model.theme, model.here.clipboard_goes);
    // That crosspull does not keep it stands in the message line.
    let then = if goes { " It goes from there when crosspull ends." } else { "" };
    let mut sheet = Sheet::new(Span::raw("Leave?"));
    let says = format!("The secret is in the clipboard alone, in no file.{then}");
    sheet.lines.extend(block(theme, Tone::Plain, &says, 0, columns));
    let all = Parting::all(goes).iter().map(|answer| button(theme, answer.words(), *answer == chosen));
    let all: Vec<Span> = all.collect();
    // In the smallest window there is no room between them but their own.
    let between = if all.iter().map(|button| button.width() + 3).sum::<usize>() <= columns { "   " } else { "" };
    let row = all.into_iter().flat_map(|button| [button, Span::raw(between)]).collect();
    sheet.foot = vec![Line::default(), row];
    sheet
}

/// Leave, though something is lost by it? The secret was `cleared` from the clipboard while that was asked.
fn leave(model: &Model, yes: bool, cleared: bool, columns: usize) -> Sheet {
    let run = &model.live.run;
    let loses = match (&model.screen, cleared) {
        (_, true) if run.gave_secret() || run.reset_was_sent() => {
            "The clipboard was cleared: the secret is nowhere but in the cluster."
        }
        (_, true) => "The clipboard was cleared: the secret is gone.",
        (Screen::Done, false) => "crosspull does not keep the secret. Leave without it?",
        (_, false) => "Nothing was written. The answers are not kept.",
    };
    let go = if cleared { "Leave without it" } else { "Leave" };
    let mut sheet = Sheet::new(Span::raw("Leave?"));
    sheet.lines.extend(block(model.theme, Tone::Plain, loses, 0, columns));
    sheet.foot = vec![Line::default(), buttons(model.theme, go, "Stay", yes)];
    sheet
}

/// The last question before the cluster is given the new credential, with the proof on it; or its former app back.
fn reset(model: &Model, yes: bool, columns: usize, now: Timestamp) -> Sheet {
    let (theme, run) = (model.theme, &model.live.run);
    let cluster = words::cluster(run.plan.as_ref());
    let back = run.is_undoing();
    let question = if back { format!("Reset {cluster} back now?") } else { format!("Reset {cluster} now?") };
    let mut sheet = Sheet::new(Span::raw(question.clone()));
    let point = |mark, text: &str| hang(theme, Tone::Plain, vec![theme.mark(mark, now), Span::raw(" ")], text, columns);
    if back {
        sheet.lines.extend(point(Mark::Good, "Its former app has a new secret, and sign-in takes it."));
    } else {
        if let Some(warning) = words::lacks(run) {
            sheet.lines.extend(point(Mark::Warn, &warning));
            if let Some(app) = run.facts.get(&Fact::App) {
                sheet.lines.extend(id(theme, "New app:", app, columns));
            }
            sheet.gap();
        }
        match words::proof(run) {
            Some(proof) => sheet.lines.extend(point(Mark::Good, &proof)),
            None => sheet.lines.extend(point(Mark::Warn, "The pull was not proved in this run.")),
        }
        match run.way_back(!model.simulated) {
            Some(Ok(kept)) => sheet.lines.extend(point(Mark::Good, &kept)),
            Some(Err(none)) => sheet.lines.extend(point(Mark::Warn, &none)),
            None => {}
        }
    }
    sheet.gap();
    let says = format!("{question} Its nodes restart, as in an upgrade.");
    sheet.lines.extend(block(theme, Tone::Strong, &says, 0, columns));
    sheet.foot = vec![Line::default(), buttons(theme, "Reset", "Not now", yes)];
    sheet
}

/// Wait no longer?
fn cut_short(model: &Model, yes: bool, columns: usize) -> Sheet {
    let mut sheet = Sheet::new(Span::raw("Wait no longer?"));
    sheet.lines.extend(block(model.theme, Tone::Plain, &words::short_wait(), 0, columns));
    sheet.foot = vec![Line::default(), buttons(model.theme, "Wait no longer", "Wait", yes)];
    sheet
}

/// An id after its name, or whole on a line of its own where there is no room beside it.
fn id(theme: Theme, name: &str, id: &str, columns: usize) -> Vec<Line<'static>> {
    let one = format!("{name} {id}");
    if width(&one) + 2 <= columns {
        return block(theme, Tone::Plain, &one, 2, columns);
    }
    [block(theme, Tone::Plain, name, 2, columns), block(theme, Tone::Plain, id, 0, columns)].concat()
}

fn help(theme: Theme, context: Context, columns: usize, now: Timestamp) -> Sheet {
    let mut sheet = Sheet::new(Span::raw("Keys"));
    for row in keys::table(context).filter(|row| !row.help.is_empty()) {
        let label = theme.span(Tone::Strong, format!("{:11}", row.label));
        sheet.lines.extend(hang(theme, Tone::Plain, vec![label], row.help, columns));
    }
    sheet.gap();
    let marks = [
        (Mark::ToCome, "to come"),
        (Mark::Here, "here"),
        (Mark::Good, "created, changed"),
        (Mark::Found, "was there already"),
        (Mark::Warn, "needs a look"),
        (Mark::Bad, "stopped, failed"),
        (Mark::Unknown, "nobody knows"),
    ];
    for (mark, says) in marks {
        sheet.lines.push(Line::from(vec![theme.mark(mark, now), Span::raw(format!("          {says}"))]));
    }
    sheet
}

fn explain(model: &Model, step: StepId, columns: usize) -> Sheet {
    let plan = model.live.plan();
    let Some((plan, step)) = plan.and_then(|p| p.step(step).map(|s| (p, s))) else {
        return Sheet::default();
    };
    let mut sheet = Sheet::new(Span::raw(format!("{} {}", step.id, step.title())));
    for sentence in words::explain(plan, step) {
        sheet.gap();
        sheet.lines.extend(block(model.theme, Tone::Plain, &sentence, 0, columns));
    }
    sheet
}

/// The calls of a step by number, the last one first.
fn calls(model: &Model, step: StepId, columns: usize) -> Sheet {
    let (theme, run) = (model.theme, &model.live.run);
    let title =
        run.plan.as_ref().and_then(|p| p.step(step)).map_or_else(String::new, |s| format!("{} {}", s.id, s.title()));
    let mut sheet = Sheet::new(Span::raw(title));
    let calls: Vec<&Call> = run.calls_of(step).collect();
    if calls.is_empty() {
        sheet.lines.push(theme.span(Tone::Dim, "No call was made so far.").into());
    }
    for (n, call) in calls.into_iter().enumerate().rev() {
        sheet.gap();
        let head =
            vec![theme.span(Tone::Dim, format!("{}. ", n + 1)), theme.span(Tone::Accent, format!("{} ", call.method))];
        sheet.lines.extend(hang(theme, Tone::Strong, head, &call.url, columns));
        sheet.lines.extend(block(
            theme,
            Tone::Dim,
            &format!("{}, as tenant {}, at {}", call.plane.word(), call.side, call.started.strftime("%T UTC")),
            2,
            columns,
        ));
        for (n, tried) in call.tries.iter().enumerate().rev() {
            sheet.lines.extend(one_try(model, n + 1, tried, columns));
        }
    }
    sheet
}

/// A try: its answer, what that means, what to do.
fn one_try(model: &Model, n: usize, tried: &Try, columns: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let tone = if tried.refusal.is_some() { Tone::Warn } else { Tone::Plain };
    let mut lines = block(theme, tone, &format!("try {n}: {}", words::tried(tried)), 2, columns);
    let Some(refusal) = &tried.refusal else {
        return lines;
    };
    if let Some(meaning) = meaning(&refusal.code) {
        lines.extend(block(theme, Tone::Plain, &format!("{} {}", meaning.means, meaning.now), 4, columns));
    }
    // Its own words are told above.
    for text in refusal.lines(model.holding().cloud()).iter().skip(1) {
        lines.extend(block(theme, Tone::Dim, text, 4, columns));
    }
    lines
}
