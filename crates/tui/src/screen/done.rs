//! Done: the verdict, the secret, what was made in A and in B, the command that does the same, the receipt. The secret
//! comes early: it is the one thing that is gone afterwards.

use crosspull_core::names::Direction;
use crosspull_core::names::Side;
use crosspull_core::names::{Outcome, Verdict};
use crosspull_core::operation::Fact;
use crosspull_core::wording::Front;
use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::path::Saving;
use super::{Layer, LeaveLayer, PathLayer, Reaction, View, consent, step_row, to_answers};
use crate::keys::{Action, Context};
use crate::msg::Effect;
use crate::secret::{Copied, Copying, Handed};
use crate::shared::Shared;
use crate::spoken::Spoken;
use crate::theme::{Mark, Theme, Tone};
use crate::widgets::aloud::{TALL, WIDE, aloud};
use crate::widgets::lines::{self, block, hang, path, width, wrap};
use crate::widgets::sheet::Sheet;
use crate::widgets::trouble::below_the_first_line;
use crate::words::command::in_lines;
use crate::words::next::{Next, copied_by};
use crate::words::{command, names, times};

/// Columns of the names before ids.
const NAME: usize = 19;

/// The end of a run.
#[derive(Debug)]
pub(crate) struct DoneScreen;

impl View for DoneScreen {
    fn context(&self, shared: &Shared) -> Context {
        if shared.secret_in_clipboard() { Context::Copied } else { Context::Done }
    }

    fn offers(&self, shared: &Shared, action: Action) -> bool {
        let live = &shared.live;
        match action {
            Action::Again => live.run.next_command().is_some(),
            Action::Back => shared.may_change_answers(),
            Action::CopyCommand => live.taken_up.is_none(),
            Action::CopyAddress => live.run.person().is_some_and(|(_, person)| consent::offers(person, action)),
            Action::Copy | Action::Reveal | Action::SaveSecret => live.has_secret(),
            Action::Plain => {
                live.has_secret() || live.run.person().is_some_and(|(_, who)| consent::offers(who, action))
            }
            _ => true,
        }
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        let effect = match action {
            Action::Move(way) => return vec![Reaction::Scroll(way)],
            Action::GoOn => return vec![Reaction::Leave],
            Action::Back if shared.loses_secret() => {
                return vec![Reaction::Over(Layer::Leave(LeaveLayer::to_answers()))];
            }
            Action::Back => return to_answers(shared),
            Action::SaveSecret => {
                let name = names::cluster(shared.live.run.plan.as_ref());
                let layer = PathLayer::new(Saving::Secret, &format!("{name}.secret"));
                return vec![Reaction::Over(Layer::Path(layer))];
            }
            Action::KeepCopied => {
                shared.copied = Some(Copied::Kept);
                None
            }
            Action::Copy => {
                shared.copying = Some(Copying::Secret);
                Some(Effect::CopySecret)
            }
            Action::CopyAddress => {
                let address = shared.live.run.person().map(|(_, person)| person.url.clone());
                return address.map_or_else(Vec::new, |text| consent::copy(shared, "consent address", text));
            }
            Action::CopyCommand => {
                shared.copying = Some(Copying::Other);
                let text = command::command_line(&shared.answers).into();
                Some(Effect::Copy { what: "command".to_owned(), text })
            }
            Action::Again => {
                let way = if shared.live.run.is_undoing() { Direction::Back } else { Direction::Forward };
                shared.live.run.id.clone().map(|run| Effect::TakeUp { run, way })
            }
            Action::Reveal => Some(Effect::RevealSecret),
            // What a person waits for is wanted before the secret, which can be revealed.
            Action::Plain => {
                let person = shared.live.run.person().filter(|(_, person)| consent::offers(person, action));
                Some(person.map_or(Effect::ShowSecretPlain, |(_, person)| consent::plain(person)))
            }
            _ => None,
        };
        effect.map(Reaction::Do).into_iter().collect()
    }

    fn spoken(&self, shared: &Shared, now: Timestamp) -> Spoken {
        // The secret is told by itself, and a line that counts down is not.
        let mut spoken = aloud(&self.sheet(shared, WIDE, TALL, Timestamp::MAX));
        spoken.lines.extend(self.status(shared, false).map(|(_, says)| says));
        spoken.secret = shared.in_sight(now).map(|revealed| revealed.secret.clone());
        spoken
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, now: Timestamp) -> Sheet {
        let (theme, run) = (shared.theme, &shared.live.run);
        let mut sheet = Sheet::new(theme.span(Tone::Strong, verdict_title(run.verdict)));
        if let Some(id) = &run.id {
            sheet.right = vec![theme.span(Tone::Dim, format!("run {id}"))];
        }
        let (mark, tone) = verdict_look(run.verdict);
        sheet.lines.extend(hang(theme, tone, vec![theme.mark(mark, now), Span::raw(" ")], &run.headline(), columns));
        if let Some(found) = &run.trouble {
            sheet.lines.extend(below_the_first_line(theme, Front::Fields, shared.holding().cloud(), found, columns));
        }
        from_here_on(shared, &mut sheet, columns, now);
        if let Some((_, person)) = run.person() {
            sheet.gap();
            let inside = columns.saturating_sub(2);
            sheet.lines.extend(block(theme, Tone::Plain, &person.says, 2, columns));
            let (address, command) = (path(&person.url, inside), in_lines(&person.command, inside));
            let address = address.into_iter().map(|line| (Tone::Accent, line));
            for (tone, line) in address.chain(command.into_iter().map(|line| (Tone::Plain, line))) {
                sheet.lines.extend(block(theme, tone, &line, 2, columns));
            }
        }
        if let Some(place) = shared.page.as_ref().filter(|_| run.person().is_some() && !shared.simulated) {
            sheet.gap();
            sheet.lines.extend(consent::page_file(shared, place, columns));
        }
        next(shared, &mut sheet, columns);
        if shared.may_change_answers() {
            let before = if run.next_command().is_some() { "Or    " } else { "Next  " };
            let before = vec![theme.span(Tone::Dim, before)];
            let other = if run.still_made().next().is_some() { Next::AnotherRun } else { Next::FirstRun };
            sheet.lines.extend(hang(theme, Tone::Plain, before, other.told(shared), columns));
        }
        secret(shared, &mut sheet, columns, now);
        for side in [Side::A, Side::B] {
            made(shared, side, &mut sheet, columns, now);
        }
        if shared.live.taken_up.is_none() {
            same_command(shared, &mut sheet, columns);
        }
        if let Some(receipt) = &shared.receipt {
            sheet.gap();
            sheet.lines.extend(hang(theme, Tone::Plain, vec![theme.span(Tone::Dim, "Receipt  ")], receipt, columns));
        }
        sheet
    }

    fn status(&self, shared: &Shared, _: bool) -> Option<(Tone, String)> {
        let only_here = shared.live.has_secret() && !matches!(shared.handed, Handed::Saved(_));
        only_here.then(|| (Tone::Plain, "crosspull does not keep the secret.".to_owned()))
    }

    fn loses(&self, shared: &Shared) -> bool {
        shared.loses_secret()
    }
}

/// Adds what holds from here on, and what the new principal lacks.
fn from_here_on(shared: &Shared, sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let (theme, run) = (shared.theme, &shared.live.run);
    let sentences = run.from_here_on(!shared.simulated);
    let lacks = run.lacks().filter(|_| !sentences.is_empty());
    for says in sentences {
        sheet.lines.extend(block(theme, Tone::Plain, &says, 2, columns));
    }
    if let Some(says) = lacks {
        let mark = vec![theme.mark(Mark::Warn, now), Span::raw(" ")];
        sheet.lines.extend(hang(theme, Tone::Plain, mark, &says, columns));
    }
}

/// Adds the one next command, where there is something left to do.
fn next(shared: &Shared, sheet: &mut Sheet, columns: usize) {
    let Some(command) = shared.live.run.next_command() else { return };
    let theme = shared.theme;
    sheet.gap();
    if shared.simulated {
        // The command would look for a run that goes with the demo.
        let next = if shared.live.run.waits_to_be_mended() { Next::GoOnOnceMended } else { Next::GoOn };
        let before = vec![theme.span(Tone::Dim, "Next  ")];
        return sheet.lines.extend(hang(theme, Tone::Plain, before, next.told(shared), columns));
    }
    let under = if shared.live.run.waits_to_be_mended() {
        sheet.lines.extend(block(theme, Tone::Plain, "Once that is mended", 0, columns));
        sheet.lines.extend(block(theme, Tone::Strong, &command, 2, columns));
        2
    } else {
        sheet.lines.extend(hang(theme, Tone::Strong, vec![theme.span(Tone::Dim, "Next  ")], &command, columns));
        6
    };
    sheet.lines.extend(block(theme, Tone::Plain, Next::DoNow.told(shared), under, columns));
}

/// Adds the command that does the same without questions.
fn same_command(shared: &Shared, sheet: &mut Sheet, columns: usize) {
    let theme = shared.theme;
    sheet.gap();
    let says = if shared.simulated {
        "The same without questions, while this simulated cloud is there:".to_owned()
    } else {
        let restarts = shared.live.plan().is_some_and(|plan| plan.restarts().is_some());
        let also = if restarts { ", also the one before nodes restart" } else { "" };
        format!("The same without questions{also}{}:", copied_by('c', shared))
    };
    sheet.lines.extend(block(theme, Tone::Dim, &says, 0, columns));
    for part in command::command(&shared.answers) {
        sheet.lines.extend(option(theme, &part, columns));
    }
    if let Some(says) = command::credentials(&shared.answers) {
        sheet.lines.extend(block(theme, Tone::Dim, &says, 0, columns));
    }
}

/// Returns an option of the command with its value beside it, or below where there is no room: a shell joins them
/// either way.
fn option(theme: Theme, part: &str, columns: usize) -> Vec<Line<'static>> {
    match part.split_once(' ') {
        Some((name, value)) if name.starts_with("--") && width(part) + 2 > columns => {
            let mut lines = block(theme, Tone::Plain, &format!("{name} \\"), 2, columns);
            let cut = path(value, columns.saturating_sub(1));
            let last = cut.len().saturating_sub(1);
            let joined = cut.into_iter().enumerate().map(|(i, line)| if i < last { line + "\\" } else { line });
            lines.extend(joined.map(|line| theme.span(Tone::Plain, line).into()));
            lines
        }
        _ => block(theme, Tone::Plain, part, 2, columns),
    }
}

/// Returns the title of the last screen.
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

/// Adds what was made or found in a tenant and is there now, with full ids.
fn made(shared: &Shared, side: Side, sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let (theme, run) = (shared.theme, &shared.live.run);
    let lines = run.there(side);
    let Some(plan) = run.forward_plan().filter(|_| !lines.is_empty()) else {
        return;
    };
    sheet.gap();
    let tenant = plan.tenant(side).to_string();
    sheet.lines.extend(named(theme, vec![Span::raw("  ")], &format!("Tenant {side}"), &tenant, columns));
    for (outcome, name, value) in lines {
        let mark = vec![theme.mark(step_row::mark(outcome), now), Span::raw(" ")];
        sheet.lines.extend(named(theme, mark, name, &value, columns));
    }
    if run.there(side).iter().any(|(outcome, ..)| *outcome == Outcome::Found) {
        let says = "= was there already; it is never taken back";
        sheet.lines.extend(block(theme, Tone::Dim, says, 0, columns));
    }
}

/// Returns a name with its value beside it, or below where the value would be broken.
fn named(theme: Theme, before: Vec<Span<'static>>, name: &str, value: &str, columns: usize) -> Vec<Line<'static>> {
    let indent: usize = before.iter().map(Span::width).sum();
    let name = theme.span(Tone::Dim, format!("{name:NAME$}"));
    let head = Line::from_iter(before.into_iter().chain([name]));
    if indent + NAME + width(value) <= columns {
        return vec![head + Span::raw(wrap(value, columns).concat())];
    }
    let mut lines = vec![head];
    let value = path(value, columns.saturating_sub(indent));
    lines.extend(value.into_iter().map(|line| Line::from(format!("{}{line}", " ".repeat(indent)))));
    lines
}

/// Adds the secret: masked, or in sight for a while.
fn secret(shared: &Shared, sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let (theme, run) = (shared.theme, &shared.live.run);
    if !shared.live.has_secret() {
        return;
    }
    sheet.gap();
    let ends = run.facts.iter().find(|l| matches!(l.fact, Fact::SecretEnds | Fact::PullEnds(_)));
    let ends = ends.map(|l| l.value.split_once('T').map_or(l.value.as_str(), |(day, _)| day));
    let ends = ends.map_or_else(String::new, |day| format!("until {day}"));
    let kind = if run.facts.learnt(&Fact::SecretKey).is_some() { "client secret" } else { "password" };
    let head = format!("  {kind:NAME$}");
    match shared.in_sight(now) {
        None => sheet.lines.extend(hang(
            theme,
            Tone::Plain,
            vec![theme.span(Tone::Dim, head)],
            &format!("•••••••• {ends}"),
            columns,
        )),
        Some(revealed) => {
            let left = times::between(now, revealed.until).div_ceil(1000);
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
