//! What happens on a message: the only code that changes the model.

mod layers;
mod screens;
mod sign_in;

use crosspull_core::event::Event;
use crosspull_core::run::{NoWay, Run, Way};
use crossterm::event::{KeyEvent, KeyEventKind};
use jiff::Timestamp;

use crate::frame;
use crate::keys::{self, Action, Context};
use crate::live::Job;
use crate::model::{Copied, Model, Screen};
use crate::msg::{Effect, Msg, Said};
use crate::overlay::{Overlay, Parting};
use crate::words;
use layers::{ask, on_overlay};
use screens::on_screen;

/// Takes in what happened; returns what the shell is to do.
pub fn update(model: &mut Model, msg: Msg, now: Timestamp) -> Vec<Effect> {
    let before = Context::of_screen(model);
    let mut effects = take(model, msg, now);
    effects.extend(sign_in::follow(model));
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
        Msg::Tick => return ticked(model, now),
        Msg::Engine(entry) => {
            model.live.hear(&entry);
            heard(model, &entry.event);
        }
        Msg::Prompt(prompt) => return sign_in::prompted(model, prompt),
        Msg::Entered { side, entered } => sign_in::entered(model, side, entered),
        Msg::Found { sought, choices, progress } => sign_in::found(model, &sought, choices, progress),
        Msg::Secret(secret) => model.reveal(secret, now),
        Msg::Said(said) => model.tell(said, now),
        Msg::Earlier(runs) => heard_of_earlier(model, runs),
        Msg::TakenUp { run, way } => {
            model.receipt = None;
            match run.plan_for(way) {
                Ok(_) => model.screen = Screen::Checks { chosen: None },
                // Somebody has worked on it meanwhile.
                Err(NoWay::Over(why) | NoWay::Refused(why)) => {
                    model.said = Some(Said::bad(why));
                    return vec![Effect::LetGo];
                }
            }
            model.live.take_up(*run, way);
        }
        Msg::SecretAtHand(is) => model.live.secret_at_hand = is,
        Msg::SecretSaved { place } => model.saved(place),
        Msg::ChecksOver => model.live.checked(),
        Msg::NotBegun(why) => {
            model.live.job = Job::None;
            model.live.begun = false;
            model.screen = Screen::Review { chosen: 0 };
            model.said = Some(Said::bad(why));
        }
        Msg::Receipt(place) => model.receipt = Some(place),
        Msg::StopAsked if model.live.job == Job::Run => return stop(model),
        Msg::StopAsked => return vec![Effect::Leave],
    }
    Vec::new()
}

/// Time passed: what is shown or kept for a while only goes.
fn ticked(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if model.in_sight(now).is_none() {
        model.revealed = None;
    }
    let Some(Copied::For { until, seconds_left }) = &mut model.copied else { return Vec::new() };
    *seconds_left = words::between(now, *until).div_ceil(1000);
    if *seconds_left > 0 {
        return Vec::new();
    }
    model.copied = None;
    // Whoever is being asked is still asked: now nothing but the cluster has it.
    for overlay in model.overlays.iter_mut().filter(|o| matches!(o, Overlay::Clipboard { .. })) {
        *overlay = Overlay::Leave { yes: false, cleared: true };
    }
    vec![Effect::ClearClipboard]
}

/// Earlier runs are known: where one was not finished, going on with it is what the operator most likely came for.
fn heard_of_earlier(model: &mut Model, runs: Vec<Run>) {
    model.earlier = runs;
    if matches!(model.screen, Screen::Home { .. }) && !model.touched {
        model.screen = Screen::Home { chosen: usize::from(!model.earlier_for(Way::On).is_empty()) };
    }
}

/// The engine said something: a question comes up and goes away with it.
fn heard(model: &mut Model, event: &Event) {
    if let Event::Asking { step } = event {
        ask(model, *step);
    }
    if model.live.question().is_none() {
        model.overlays.retain(|o| !matches!(o, Overlay::Reset { .. }));
    }
    if model.live.soaking().is_none() {
        model.overlays.retain(|o| !matches!(o, Overlay::CutShort { .. }));
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
    model.copying = None;
    model.touched = true;
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
    // What is typed while a code is looked at is meant for the browser.
    if model.signing_in.is_some() && model.layer().is_none() {
        return;
    }
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
    if frame::too_small(model.size) || (model.signing_in.is_some() && model.layer().is_none()) {
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
        _ if model.layer().is_some() => return on_overlay(model, action),
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
            model.overlays.retain(|o| !matches!(o, Overlay::Reset { .. } | Overlay::CutShort { .. }));
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

/// Leaves, where nothing is lost by it or somebody asked for it twice; else asks. What is to become of a secret that is
/// in the clipboard alone has to be answered.
fn leave(model: &mut Model) -> Vec<Effect> {
    if model.in_clipboard_alone() {
        if !model.overlays.iter().any(|o| matches!(o, Overlay::Clipboard { .. })) {
            model.overlays.push(Overlay::Clipboard { chosen: Parting::Stay });
        }
        return Vec::new();
    }
    let loses = match model.screen {
        Screen::Home { .. } | Screen::Runs { .. } => model.answers != model.given,
        // Nothing was answered for an earlier run, and its journal stays as it is.
        Screen::Checks { .. } | Screen::Review { .. } if model.live.errand.is_some() => false,
        Screen::Done => model.loses_secret(),
        _ => true,
    };
    let asked = model.overlays.iter().any(|o| matches!(o, Overlay::Leave { .. }));
    if asked || !loses {
        return vec![Effect::Leave];
    }
    model.overlays.push(Overlay::Leave { yes: false, cleared: false });
    Vec::new()
}
