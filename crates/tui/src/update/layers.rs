//! What keys do on what lies over a screen.

use crosspull_core::field::Key;
use crosspull_core::find::Sought;
use crosspull_core::plan::StepId;

use crate::frame;
use crate::keys::{Action, Move};
use crate::model::{Model, Screen};
use crate::msg::{Effect, Said};
use crate::overlay::{Overlay, Saving};
use crate::picker::Picker;
use crate::screens::layers::picked_at_once;
use crate::words;

/// Asks before the cluster is reset. The question goes below what is being read, so that no key meant for that
/// answers it; in a simulated cloud, where nothing can break, the focus is on yes.
pub(super) fn ask(model: &mut Model, step: StepId) {
    if !model.overlays.iter().any(|o| matches!(o, Overlay::Reset { .. })) {
        model.overlays.insert(0, Overlay::Reset { step, yes: model.simulated, from: 0 });
    }
}

/// What an action does on the topmost layer.
pub(super) fn on_overlay(model: &mut Model, action: Action) -> Vec<Effect> {
    let page = picked_at_once(model);
    let Some(overlay) = model.overlays.last_mut() else {
        return Vec::new();
    };
    match (overlay, action) {
        (Overlay::Pick(picker), Action::Move(way)) => picker.along(way, page),
        (Overlay::Pick(_), Action::GoOn) => return picked(model),
        (Overlay::Pick(_), Action::Back) => {
            model.overlays.pop();
            return vec![Effect::CancelFind];
        }
        (_, Action::Back) => drop(model.overlays.pop()),
        (Overlay::Help { .. } | Overlay::Calls { .. } | Overlay::Explain { .. }, Action::GoOn) => {
            drop(model.overlays.pop())
        }
        (_, Action::Move(way)) => scroll(model, way),
        (
            Overlay::Leave { yes } | Overlay::Reset { yes, .. } | Overlay::CutShort { yes },
            Action::Left | Action::Right,
        ) => *yes = !*yes,
        (Overlay::Leave { .. }, Action::Yes) => return answered(model, true),
        (Overlay::Leave { .. }, Action::No) => return answered(model, false),
        (Overlay::Leave { yes } | Overlay::Reset { yes, .. } | Overlay::CutShort { yes }, Action::GoOn) => {
            let yes = *yes;
            return answered(model, yes);
        }
        (Overlay::Path { .. }, Action::GoOn) => return save(model),
        _ => {}
    }
    Vec::new()
}

/// What is chosen goes into the field. A repository leads to its tags; where nothing matches, what was typed is taken.
fn picked(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Pick(picker)) = model.overlays.pop() else { return Vec::new() };
    let Some(value) = picker.taken().map(str::to_owned) else {
        model.overlays.push(Overlay::Pick(picker));
        return Vec::new();
    };
    if picker.sought == Sought::For(Key::Repository) {
        return pick(model, Sought::Tags(value), "");
    }
    if let Screen::Form(form) = &mut model.screen {
        form.take(&value);
        form.write(&mut model.answers);
    }
    vec![Effect::CancelFind]
}

/// Opens a list, and has it looked for.
pub(super) fn pick(model: &mut Model, sought: Sought, typed: &str) -> Vec<Effect> {
    model.overlays.push(Overlay::Pick(Box::new(Picker::new(sought.clone(), typed))));
    vec![Effect::Find { sought, answers: Box::new(model.answers.clone()) }]
}

/// A question is answered.
fn answered(model: &mut Model, yes: bool) -> Vec<Effect> {
    match model.overlays.pop() {
        Some(Overlay::Leave { .. }) if yes => vec![Effect::Leave],
        Some(Overlay::Reset { step, .. }) if yes => {
            model.live.confirmed = Some(step);
            vec![Effect::Confirm(step)]
        }
        Some(Overlay::CutShort { .. }) if yes => vec![Effect::CutShort],
        _ => Vec::new(),
    }
}

/// The path is given: the shell saves, and says what became of it. Without a path the question stays.
fn save(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Path { what, input }) = model.overlays.last() else {
        return Vec::new();
    };
    let path = input.value().trim().to_owned();
    let what = *what;
    if path.is_empty() {
        model.said = Some(Said::bad("Give the path of a new file."));
        return Vec::new();
    }
    model.overlays.pop();
    match (what, model.live.plan()) {
        (Saving::Secret, _) => vec![Effect::SaveSecret { path }],
        (Saving::Plan, Some(plan)) => {
            let text = words::plan_text(plan, &model.live.run, &model.answers);
            vec![Effect::SavePlan { path, text }]
        }
        (Saving::Plan, None) => Vec::new(),
    }
}

/// Along what is read.
fn scroll(model: &mut Model, way: Move) {
    let room = frame::layer_room(model);
    if let Some(
        Overlay::Help { from, .. }
        | Overlay::Calls { from, .. }
        | Overlay::Explain { from, .. }
        | Overlay::Reset { from, .. },
    ) = model.overlays.last_mut()
    {
        *from = room.moved(*from, way);
    }
}
