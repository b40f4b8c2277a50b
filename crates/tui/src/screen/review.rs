//! The review: every request that will be made, with its undo. What cannot be undone stands first.

mod spoken;

use crosspull_core::names::{Route, Side};
use crosspull_core::operation::PlannedCall;

use crosspull_core::operation::Step;

use crosspull_core::names::Direction;
use crosspull_core::plan::Plan;
use crosspull_core::run::{Run, Status, StepState};
use jiff::Timestamp;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::path::Saving;
use super::{ExplainLayer, Go, Layer, PathLayer, Reaction, View, along_chosen, step_row};
use crate::keys::{Action, Context};
use crate::live::EarlierRun;
use crate::msg::Effect;
use crate::shared::Shared;
use crate::spoken::{Answer, Spoken};
use crate::theme::{Theme, Tone};
use crate::widgets::lines::{block, fit, path, width};
use crate::widgets::sheet::Sheet;
use crate::words::{names, reset};

/// The fate of a reset that an earlier part of the run sent.
const WATCHES: &str = "The reset was sent. Where Azure still works on it, it is watched to its end; where it did not take, you \
                       are asked before it is sent again.";

/// The plan before it runs, with the step that is looked at.
#[derive(Debug, Default)]
pub(crate) struct ReviewScreen {
    chosen: usize,
}

impl View for ReviewScreen {
    fn context(&self, _: &Shared) -> Context {
        Context::Review
    }

    fn writes(&self, _: &Shared, action: Action) -> bool {
        action == Action::GoOn
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        let plan = shared.live.plan();
        match (action, plan) {
            (Action::Move(way), _) => {
                let count = plan.map_or(0, |plan| plan.steps.len());
                along_chosen(shared, &mut self.chosen, count, way)
            }
            (Action::Explain, Some(plan)) => {
                let step = plan.steps.get(self.chosen).map(|step| step.id);
                step.map(|step| Reaction::Over(Layer::Explain(ExplainLayer::new(step)))).into_iter().collect()
            }
            (Action::SavePlan, Some(_)) => {
                let layer = PathLayer::new(Saving::Plan, &format!("{}-plan.md", names::cluster(plan)));
                vec![Reaction::Over(Layer::Path(layer))]
            }
            (Action::Back, Some(_)) => vec![Reaction::Go(Go::Checks)],
            (Action::GoOn, Some(_)) => run(shared),
            _ => Vec::new(),
        }
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        spoken::review(shared)
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        match answer {
            Answer::Number(at) => {
                self.chosen = *at;
                self.on(shared, Action::Explain)
            }
            Answer::Yes => self.on(shared, Action::GoOn),
            Answer::Text(_) | Answer::Sought(_) | Answer::Keep => Vec::new(),
        }
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, _: Timestamp) -> Sheet {
        let theme = shared.theme;
        let mut sheet = Sheet::new(theme.span(Tone::Strong, "Review"));
        let Some(plan) = shared.live.plan() else {
            return sheet;
        };
        let steps = plan.steps.len();
        sheet.right = vec![theme.span(Tone::Dim, format!("{steps} step{}", if steps == 1 { "" } else { "s" }))];
        if let Some(taken_up) = &shared.live.taken_up {
            sheet.title = vec![theme.span(Tone::Strong, title(taken_up))];
            sheet.lines.extend(block(theme, Tone::Plain, &beginning(&shared.live.run, taken_up), 0, columns));
            sheet.gap();
        }
        let (warns, warning) =
            if is_watched(shared) { (true, WATCHES.to_owned()) } else { (reset::warns(plan), reset::warning(plan)) };
        let tone = if warns { Tone::Warn } else { Tone::Plain };
        sheet.lines.extend(block(theme, tone, &warning, 0, columns));
        sheet.gap();
        for (side, resource) in [Side::A, Side::B].into_iter().zip(names::resources(plan)) {
            sheet.lines.push(Line::from(vec![
                theme.span(Tone::Dim, format!("{side} ")),
                Span::raw(fit(&plan.tenant(side).to_string(), columns.saturating_sub(2))),
            ]));
            let id = path(&resource, columns.saturating_sub(2)).into_iter();
            sheet.lines.extend(id.map(|part| Line::from(vec![Span::raw("  "), Span::raw(part)])));
        }
        sheet.gap();
        let goes_on = shared.live.taken_up.as_ref().is_some_and(|taken_up| taken_up.way == Direction::Forward);
        for (i, step) in plan.steps.iter().enumerate() {
            let top = if i == 0 { 0 } else { sheet.lines.len() };
            let state = shared.live.run.step(step.id).filter(|_| goes_on);
            sheet.lines.extend(match state {
                Some(state) => {
                    let state = at_rest(state);
                    vec![step_row::line(theme, plan, step, &state, i == self.chosen, columns, Timestamp::UNIX_EPOCH)]
                }
                None => lines(theme, plan, step, i == self.chosen, columns),
            });
            if i == self.chosen {
                sheet.focus = top..sheet.lines.len();
            }
        }
        sheet
    }

    fn status(&self, shared: &Shared, _: bool) -> Option<(Tone, String)> {
        let says = if shared.live.taken_up.is_some() || shared.wrote {
            "Nothing is sent before you say so."
        } else {
            "Nothing was written so far."
        };
        Some((Tone::Plain, says.to_owned()))
    }

    /// Nothing was answered for an earlier run, and its journal stays as it is.
    fn loses(&self, shared: &Shared) -> bool {
        shared.live.taken_up.is_none()
    }
}

/// Returns true where an earlier part of the run sent the reset, so that it is watched and not sent.
fn is_watched(shared: &Shared) -> bool {
    let goes_on = shared.live.taken_up.as_ref().is_some_and(|earlier| earlier.way == Direction::Forward);
    goes_on && shared.live.run.reset_was_sent()
}

/// Returns the state of a step while nobody works on the run: what a run that broke off was at has stopped.
fn at_rest(state: &StepState) -> StepState {
    let mut state = state.clone();
    if matches!(state.status, Status::Working | Status::Asking) {
        (state.status, state.waiting, state.started) = (Status::Stopped, None, None);
    }
    state
}

/// Begins the run, where the checks let it.
fn run(shared: &mut Shared) -> Vec<Reaction> {
    let way = shared.live.taken_up.as_ref().map(|earlier| earlier.way);
    let Some(plan) = shared.live.begin().map(Box::new) else { return Vec::new() };
    let effect = match way {
        Some(way) => Effect::Go { way, plan },
        None => Effect::Run(plan),
    };
    vec![Reaction::Go(Go::Run), Reaction::Do(effect)]
}

/// Returns a step in lines: number, tenant and title, its requests, and, dim, its undo.
fn lines(theme: Theme, plan: &Plan, step: &Step, chosen: bool, columns: usize) -> Vec<Line<'static>> {
    let number = names::number(plan, step.id);
    let indent = number.len() + 3;
    let title = theme.span(Tone::Strong, fit(&step.title(), columns.saturating_sub(indent)));
    let title = if chosen { title.patch_style(Modifier::REVERSED) } else { title };
    let mut lines = vec![Line::from(vec![Span::raw(number), theme.span(Tone::Dim, format!(" {} ", step.side)), title])];
    for call in step.calls() {
        lines.extend(request(theme, &call, indent, columns));
    }
    if plan.route != Route::TakeBack {
        lines.extend(block(theme, Tone::Dim, &step.undo().to_string(), indent, columns));
    }
    lines
}

fn title(earlier: &EarlierRun) -> String {
    match earlier.way {
        Direction::Forward => format!("Go on with run {}", earlier.run),
        Direction::Back => format!("Take back run {}", earlier.run),
    }
}

/// Returns what is done with an earlier run.
fn beginning(run: &Run, earlier: &EarlierRun) -> String {
    match earlier.way {
        Direction::Forward => format!("{} Every step looks first; what is done is not done again.", run.headline()),
        Direction::Back => "Newest first, and past a step that fails. What the run found stays.".to_owned(),
    }
}

/// Returns a request and what it sends: side by side where there is room, else below each other.
fn request(theme: Theme, call: &PlannedCall, indent: usize, columns: usize) -> Vec<Line<'static>> {
    let (call, sends) = (call.call.as_str(), call.sends.as_str());
    let mut lines = block(theme, Tone::Plain, call, indent, columns);
    match lines.as_mut_slice() {
        _ if sends.is_empty() => {}
        [line] if line.width() + 2 + width(sends) <= columns => {
            line.push_span(theme.span(Tone::Plain, format!("  {}", fit(sends, columns))));
        }
        _ => lines.extend(block(theme, Tone::Plain, sends, indent + 2, columns)),
    }
    lines
}
