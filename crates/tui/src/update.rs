//! What happens on a message: the only code that changes the model.

mod layers;
mod screens;

use crosspull_core::event::Event;
use crossterm::event::{KeyEvent, KeyEventKind};
use jiff::Timestamp;

use crate::frame;
use crate::keys::{self, Action, Context};
use crate::live::Job;
use crate::model::{Model, Screen};
use crate::msg::{Effect, Msg, Said};
use crate::overlay::Overlay;
use layers::{ask, on_overlay};
use screens::on_screen;

/// Takes in what happened; returns what the shell is to do.
pub fn update(model: &mut Model, msg: Msg, now: Timestamp) -> Vec<Effect> {
    let before = Context::of_screen(model);
    let effects = take(model, msg, now);
    if Context::of_screen(model) != before {
        model.scrolled = None;
    }
    effects
}

fn take(model: &mut Model, msg: Msg, now: Timestamp) -> Vec<Effect> {
    match msg {
        Msg::Key(key) if key.kind == KeyEventKind::Release => return Vec::new(),
        Msg::Key(key) => return pressed(model, &key),
        Msg::Paste(text) => paste(model, &text),
        Msg::Resize(columns, rows) => model.size = (columns, rows),
        Msg::Tick => {
            if model.in_sight(now).is_none() {
                model.revealed = None;
            }
        }
        Msg::Engine(entry) => {
            model.live.hear(&entry);
            heard(model, &entry.event);
        }
        Msg::Secret(secret) => model.reveal(secret, now),
        Msg::Said(said) => model.tell(said),
        Msg::SecretSaved { place } => model.saved(place),
        Msg::ChecksOver => model.live.checked(),
        Msg::NotBegun(why) => {
            model.live.job = Job::None;
            model.screen = Screen::Review { chosen: 0 };
            model.said = Some(Said::bad(why));
        }
        Msg::Receipt(place) => model.receipt = Some(place),
        Msg::StopAsked if model.live.job == Job::Run => return stop(model),
        Msg::StopAsked => return vec![Effect::Leave],
    }
    Vec::new()
}

/// The engine said something: a question comes up and goes away with it.
fn heard(model: &mut Model, event: &Event) {
    if let Event::Asking { step } = event {
        ask(model, *step);
    }
    if model.live.question().is_none() {
        model.overlays.retain(|o| !matches!(o, Overlay::Reset { .. }));
    }
    // What was said about a run under way is no longer so; what did not work stays true.
    if matches!(event, Event::RunEnded { .. }) {
        model.said = model.said.take().filter(|said| !said.good);
    }
}

/// A key: what it asks for there, else it is text. Where nothing can be seen nothing can be meant but Ctrl+C.
fn pressed(model: &mut Model, key: &KeyEvent) -> Vec<Effect> {
    let context = Context::of(model);
    let action = keys::action(context, key);
    if frame::too_small(model.size) && action != Some(Action::Stop) {
        return Vec::new();
    }
    if model.revealed.take().is_some() && !matches!(action, Some(Action::Copy | Action::SaveSecret | Action::Stop)) {
        return Vec::new();
    }
    model.said = None;
    model.copying = false;
    match action {
        Some(action) => act(model, context, action),
        None => {
            typed(model, key);
            Vec::new()
        }
    }
}

/// A key that is text.
fn typed(model: &mut Model, key: &KeyEvent) {
    if let Some(overlay) = model.overlays.last_mut() {
        if let Overlay::Path { input, .. } = overlay {
            input.key(key);
        }
    } else if let Screen::Form(form) = &mut model.screen {
        form.key(key);
        form.write(&mut model.answers);
    }
}

/// A paste goes where typed text goes, and never goes on by itself.
fn paste(model: &mut Model, text: &str) {
    if frame::too_small(model.size) {
        return;
    }
    model.said = None;
    if let Some(overlay) = model.overlays.last_mut() {
        if let Overlay::Path { input, .. } = overlay {
            input.paste(text);
        }
    } else if let Screen::Form(form) = &mut model.screen {
        form.paste(text);
        form.write(&mut model.answers);
    }
}

fn act(model: &mut Model, context: Context, action: Action) -> Vec<Effect> {
    match action {
        Action::Stop => return stop(model),
        Action::Redraw => return vec![Effect::Redraw],
        Action::Help => model.overlays.push(Overlay::Help { context, from: 0 }),
        _ if !model.overlays.is_empty() => return on_overlay(model, action),
        _ => return on_screen(model, action),
    }
    Vec::new()
}

/// Ctrl+C. During a run it stops after the call in flight, and a second time leaves; when the run has ended meanwhile,
/// its end is shown first. On a form it asks.
fn stop(model: &mut Model) -> Vec<Effect> {
    match model.live.job {
        Job::Run if model.live.stopping => vec![Effect::Leave],
        Job::Run => {
            model.live.stopping = true;
            model.overlays.retain(|o| !matches!(o, Overlay::Reset { .. }));
            vec![Effect::Stop]
        }
        Job::None | Job::Checks => {
            if matches!(model.screen, Screen::Run { .. }) {
                model.overlays.clear();
                model.screen = Screen::Done;
                return Vec::new();
            }
            leave(model)
        }
    }
}

/// Leaves, where nothing is lost by it or somebody asked for it twice; else asks.
fn leave(model: &mut Model) -> Vec<Effect> {
    let loses = match model.screen {
        Screen::Home { .. } => model.answers != model.given,
        Screen::Done => model.loses_secret(),
        _ => true,
    };
    let asked = model.overlays.iter().any(|o| matches!(o, Overlay::Leave { .. }));
    if asked || !loses {
        return vec![Effect::Leave];
    }
    model.overlays.push(Overlay::Leave { yes: false });
    Vec::new()
}
