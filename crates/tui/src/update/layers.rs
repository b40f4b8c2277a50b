//! What keys do on what lies over a screen.

use crosspull_core::plan::StepId;

use super::sign_in;
use crate::frame;
use crate::keys::{Action, Move};
use crate::model::{Copied, Model};
use crate::msg::{Effect, Said};
use crate::overlay::{Overlay, Parting, Saving};
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
    let goes = model.here.clipboard_goes;
    let Some(overlay) = model.overlays.last_mut() else {
        return Vec::new();
    };
    match (overlay, action) {
        (Overlay::Ways { chosen, offers, .. }, Action::Move(way)) => sign_in::along(chosen, offers.len(), way),
        (Overlay::Ways { .. }, Action::GoOn) => return sign_in::take_way(model),
        (_, Action::Back) => drop(model.overlays.pop()),
        (Overlay::Help { .. } | Overlay::Calls { .. } | Overlay::Explain { .. }, Action::GoOn) => {
            drop(model.overlays.pop())
        }
        (_, Action::Move(way)) => scroll(model, way),
        (
            Overlay::Leave { yes, .. } | Overlay::Reset { yes, .. } | Overlay::CutShort { yes },
            Action::Left | Action::Right,
        ) => *yes = !*yes,
        (Overlay::Leave { .. }, Action::Yes) => return answered(model, true),
        (Overlay::Leave { .. }, Action::No) => return answered(model, false),
        (Overlay::Leave { yes, .. } | Overlay::Reset { yes, .. } | Overlay::CutShort { yes }, Action::GoOn) => {
            let yes = *yes;
            return answered(model, yes);
        }
        (Overlay::Clipboard { chosen }, Action::Left) => *chosen = chosen.beside(goes, false),
        (Overlay::Clipboard { chosen }, Action::Right) => *chosen = chosen.beside(goes, true),
        (Overlay::Clipboard { chosen }, Action::GoOn) => {
            let chosen = *chosen;
            return part(model, chosen);
        }
        (Overlay::Clipboard { .. }, Action::KeepCopied) if !goes => return part(model, Parting::Keep),
        (Overlay::Clipboard { .. }, Action::ClearCopied) => return part(model, Parting::Clear),
        (Overlay::Path { .. }, Action::GoOn) => return save(model),
        _ => {}
    }
    Vec::new()
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

/// Leaves as was answered. What is still in the clipboard by then, the shell takes out of it at the end.
fn part(model: &mut Model, answer: Parting) -> Vec<Effect> {
    model.overlays.pop();
    match answer {
        Parting::Stay => return Vec::new(),
        Parting::Keep => model.copied = Some(Copied::Kept),
        Parting::Clear => {}
    }
    vec![Effect::Leave]
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
