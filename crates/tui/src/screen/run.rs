//! The run: each step with its state, and under those at work the call that is out.

mod spoken;

use crosspull_core::names::Verdict;
use crosspull_core::run::{Call, Status, StepState};
use crosspull_core::text::{abbreviated, duration};
use crosspull_core::wording::Front;
use jiff::Timestamp;
use ratatui::text::Line;

use super::{CallsLayer, CutShortLayer, Go, Layer, Reaction, View, along, consent, step_row};
use crate::keys::{Action, Context};
use crate::live::{Activity, Live};
use crate::msg::Notice;
use crate::shared::Shared;
use crate::spoken::{Answer, Spoken};
use crate::theme::{Theme, Tone};
use crate::widgets::lines::{block, middle};
use crate::widgets::sheet::Sheet;
use crate::words::next::Next;
use crate::words::{names, times};

/// The run, with the step that is looked at, once the operator moved. While a person is waited for, the page for that
/// person stands in its place.
#[derive(Debug, Default)]
pub(crate) struct RunScreen {
    chosen: Option<usize>,
}

impl View for RunScreen {
    fn context(&self, shared: &Shared) -> Context {
        match self.chosen {
            _ if shared.live.person().is_some() => Context::Consent,
            Some(_) => Context::Step,
            None if shared.live.question().is_some() => Context::NotReset,
            None => Context::Run,
        }
    }

    fn offers(&self, shared: &Shared, action: Action) -> bool {
        let live = &shared.live;
        match (self.context(shared), action) {
            (Context::Run, Action::GoOn) => live.over(),
            (_, Action::Stop) => !live.over(),
            (Context::Run | Context::Step, Action::CutShort) => live.soaking().is_some(),
            (Context::Consent, _) => live.person().is_none_or(|(_, person)| consent::offers(person, action)),
            _ => true,
        }
    }

    /// While nothing is chosen, Enter does nothing until there is a question to come back to or the run is over.
    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        if shared.live.person().is_some() {
            return consent::on(shared, action);
        }
        match action {
            Action::Move(way) => {
                let count = shared.live.run.steps.len();
                along(shared, &mut self.chosen, count, way)
            }
            Action::CutShort => vec![Reaction::Over(Layer::CutShort(CutShortLayer::default()))],
            Action::Back => {
                self.back(shared);
                Vec::new()
            }
            Action::GoOn => self.go_on(&shared.live).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        let mut spoken = spoken::run(shared);
        let begun = shared.live.run.id.is_some();
        spoken.lines.extend(self.status(shared, false).filter(|_| begun).map(|(_, says)| says));
        spoken
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        let Answer::Number(at) = answer else { return Vec::new() };
        let step = shared.live.run.steps.get(*at).map(|step| step.id);
        step.map(|step| Reaction::Over(Layer::Calls(CallsLayer::new(step)))).into_iter().collect()
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, now: Timestamp) -> Sheet {
        if let Some((step, person)) = shared.live.person() {
            return consent::sheet(shared, step, person, columns, now);
        }
        let (theme, live) = (shared.theme, &shared.live);
        let id = live.run.id.as_ref().map_or_else(String::new, |id| format!(" {}", abbreviated(&id.0)));
        let mut sheet = Sheet::new(theme.span(Tone::Strong, format!("Run{id}")));
        sheet.right = vec![theme.span(Tone::Dim, elapsed(live, now))];
        let Some(plan) = &live.run.plan else {
            return sheet;
        };
        for (i, step) in plan.steps.iter().enumerate() {
            let Some(state) = live.run.step(step.id) else {
                continue;
            };
            let top = sheet.lines.len();
            let here = self.chosen == Some(i);
            sheet.lines.push(step_row::line(theme, plan, step, state, here, columns, now));
            sheet.lines.extend(under(theme, live, state, here, columns, now));
            let calls_for_a_look = matches!(state.status, Status::Working | Status::Asking) || state.trouble.is_some();
            if here || (self.chosen.is_none() && calls_for_a_look) {
                sheet.focus = top..sheet.lines.len();
            }
        }
        sheet
    }

    fn status(&self, shared: &Shared, covered: bool) -> Option<(Tone, String)> {
        let live = &shared.live;
        if live.over() {
            let enter = match (covered, self.chosen.is_some()) {
                (true, _) => "",
                (false, true) => " Enter shows the step's calls, Esc then Enter goes on.",
                (false, false) => " Enter goes on.",
            };
            return Some((Tone::Plain, format!("The run is over.{enter}")));
        }
        if live.stopping {
            let says = if live.resetting() {
                "The reset goes on in Azure; crosspull only stops watching it. Ctrl+C again leaves."
            } else {
                "Stopping after the call in flight. Ctrl+C again leaves at once."
            };
            return Some((Tone::Warn, says.to_owned()));
        }
        if live.question().is_some() {
            let enter = if self.chosen.is_some() {
                "Enter shows the step's calls, Esc then Enter asks again."
            } else {
                Next::AskResetOrEnd.told(shared)
            };
            return Some((Tone::Warn, format!("Not reset. {enter}"))).filter(|_| !covered);
        }
        if live.soaking().is_some() {
            return Some((Tone::Plain, Next::CutShort.after("Nothing is asked of Azure meanwhile.", shared)));
        }
        (live.activity == Activity::Run && live.run.id.is_none()).then(|| (Tone::Dim, "Starting.".to_owned()))
    }
}

impl RunScreen {
    /// Goes back to the run as a whole; says why there is no way back beyond.
    fn back(&mut self, shared: &mut Shared) {
        if self.chosen.is_some() || shared.scrolled.is_some() {
            (self.chosen, shared.scrolled) = (None, None);
        } else if shared.live.over() {
            // "Way back" is the word for restoring the cluster.
            let ended = match shared.live.run.verdict {
                Some(Verdict::Stopped | Verdict::Interrupted) => "Stopped.",
                _ => "The run is over.",
            };
            shared.notice = Some(Notice::good(format!("{ended} Enter shows what is true now.")));
        } else {
            shared.notice = Some(Notice::good("The run is under way. Ctrl+C stops it after the call in flight."));
        }
    }

    /// Shows the calls of the step that is looked at; else the end, or the question.
    fn go_on(&self, live: &Live) -> Option<Reaction> {
        match self.chosen.and_then(|at| live.run.steps.get(at)).map(|s| s.id) {
            Some(step) => Some(Reaction::Over(Layer::Calls(CallsLayer::new(step)))),
            None if live.over() => Some(Reaction::Go(Go::Done)),
            None => live.question().map(Reaction::AskReset),
        }
    }
}

/// Returns how long the run takes or took.
fn elapsed(live: &Live, now: Timestamp) -> String {
    // While nothing but the operator is waited for, no tick comes and a clock would stand.
    let Some(started) = live.run.since.filter(|_| live.over() || live.moves()) else {
        return String::new();
    };
    duration(times::between(started, live.run.ended.unwrap_or(now)))
}

/// Returns what stands under a step: the call that is out while it works, what went wrong, a note where it is looked
/// at.
fn under(
    theme: Theme,
    live: &Live,
    state: &StepState,
    here: bool,
    columns: usize,
    now: Timestamp,
) -> Vec<Line<'static>> {
    const INDENT: usize = 6;
    let room = columns.saturating_sub(INDENT);
    let mut lines = Vec::new();
    if state.status == Status::Working {
        let waits_alone = state.waiting.as_ref().is_some_and(|w| w.tries == 0);
        if let Some(call) = live.last_call(state.id).filter(|_| !waits_alone) {
            let address = format!("{} {}", call.method, names::address(&call.url));
            lines.extend(block(theme, Tone::Dim, &middle(&address, room), INDENT, columns));
            if state.waiting.is_none() {
                lines.extend(block(theme, Tone::Dim, &answer(call, now), INDENT, columns));
            }
        }
        if let Some(wait) = &state.waiting {
            let status = live.last_call(state.id).and_then(Call::last).and_then(|t| t.status);
            let status = status.map_or_else(String::new, |s| format!("{s}, "));
            let why = match wait.tries {
                // Nothing is asked meanwhile.
                0 => wait.why.clone(),
                tries => format!("{status}try {tries}: {}", wait.why),
            };
            lines.extend(block(theme, Tone::Plain, &why, INDENT, columns));
            lines.extend(block(theme, Tone::Dim, &times::until(wait, now), INDENT, columns));
        }
    }
    if let Some(trouble) = &state.trouble {
        let tones = [Tone::Bad, Tone::Plain, Tone::Plain].into_iter().chain(std::iter::repeat(Tone::Dim));
        for (text, tone) in trouble.told(Front::Fields, live.run.answers.cloud()).iter().zip(tones) {
            lines.extend(block(theme, tone, text, INDENT, columns));
        }
    }
    if here && !state.note.is_empty() {
        lines.extend(block(theme, Tone::Dim, &state.note, INDENT, columns));
    }
    lines
}

/// Returns what came back from a call, or since when nothing did.
fn answer(call: &Call, now: Timestamp) -> String {
    match call.last() {
        None => format!("sent {} ago", duration(times::between(call.started, now))),
        Some(tried) => times::tried(tried),
    }
}
