//! What keys do on the screens.

use crosspull_core::field::Page;
use crosspull_core::inputs::Inputs;
use crosspull_core::run::Way;

use super::layers::ask;
use super::{leave, sign_in};
use crate::form::Form;
use crate::frame;
use crate::input::TextBox;
use crate::keys::{self, Action, Move};
use crate::live::{Job, Live};
use crate::model::{Copied, Copying, Model, Screen};
use crate::msg::{Effect, Said};
use crate::overlay::{Overlay, Saving};
use crate::screens::home::{self, Entry};
use crate::words;

/// What an action does on the screen, where it is offered there.
pub(super) fn on_screen(model: &mut Model, action: Action) -> Vec<Effect> {
    if !keys::offered(model, action) {
        return Vec::new();
    }
    if let Action::Move(way) = action {
        along(model, way);
        return Vec::new();
    }
    if model.signing_in.is_some() {
        return sign_in::act(model, action);
    }
    match model.screen {
        Screen::Home { chosen } => on_home(model, chosen, action),
        Screen::Runs { way, chosen } => on_runs(model, way, chosen, action),
        Screen::Form(_) => on_form(model, action),
        Screen::Checks { .. } => on_checks(model, action),
        Screen::Review { chosen } => on_review(model, chosen, action),
        Screen::Run { .. } if model.live.person().is_some() => on_consent(model, action),
        Screen::Run { chosen } => on_run(model, chosen, action),
        Screen::Done => on_done(model, action),
    }
}

fn on_home(model: &mut Model, chosen: usize, action: Action) -> Vec<Effect> {
    match home::entries(model).get(chosen) {
        Some(Entry::New) if action == Action::GoOn => model.open(Page::TenantA),
        Some(Entry::Earlier(way)) if action == Action::GoOn => model.screen = Screen::Runs { way: *way, chosen: 0 },
        _ => {}
    }
    Vec::new()
}

fn on_runs(model: &mut Model, way: Way, chosen: usize, action: Action) -> Vec<Effect> {
    match action {
        Action::Back => to_home(model),
        Action::GoOn => {
            let run = model.earlier_for(way).get(chosen).and_then(|run| run.id.clone());
            return run.map(|run| Effect::TakeUp { run, way }).into_iter().collect();
        }
        _ => {}
    }
    Vec::new()
}

/// Home, with the entry chosen that led away from it.
fn to_home(model: &mut Model) {
    let left = match &model.screen {
        Screen::Runs { way, .. } => Entry::Earlier(*way),
        _ => Entry::New,
    };
    let chosen = home::entries(model).iter().position(|entry| *entry == left).unwrap_or(0);
    model.screen = Screen::Home { chosen };
}

fn on_form(model: &mut Model, action: Action) -> Vec<Effect> {
    let Screen::Form(form) = &mut model.screen else {
        return Vec::new();
    };
    match action {
        Action::NextField => form.step(true),
        Action::PreviousField => form.step(false),
        Action::Left => form.turn(false),
        Action::Right => form.turn(true),
        Action::Below if form.can_list() => form.ask(),
        Action::Below => form.step(true),
        Action::LookUp if form.has_list() => form.ask(),
        Action::LookUp | Action::SignIn => return sign_in::ask(model),
        Action::Take | Action::GoOn if form.chooses() && form.take() => {}
        Action::Take => form.step(true),
        Action::GoOn => return submit(model),
        Action::Back if form.chooses() => form.hush(),
        Action::Back => match form.page {
            Page::TenantA | Page::Nowhere => to_home(model),
            Page::TenantB => model.open(Page::TenantA),
            Page::App => model.open(Page::TenantB),
        },
        _ => {}
    }
    if let Screen::Form(form) = &model.screen {
        form.write(&mut model.answers);
    }
    Vec::new()
}

/// A form goes on where the inputs have no complaint about it; the last one where they have none at all, else back to
/// the page of the first.
fn submit(model: &mut Model) -> Vec<Effect> {
    let Screen::Form(form) = &mut model.screen else {
        return Vec::new();
    };
    form.write(&mut model.answers);
    let page = form.page;
    let read = Inputs::from_answers(&model.answers);
    let complaints = read.as_ref().err().cloned().unwrap_or_default();
    let wrong = form.complain(&complaints);
    if wrong > 0 {
        if form.asks_which() {
            model.said = Some(Said::good("Choose the one that is meant."));
            return Vec::new();
        }
        model.said = Some(Said::bad(if wrong == 1 { "One answer needs a look." } else { "Some answers need a look." }));
        return Vec::new();
    }
    match (page, read) {
        (Page::TenantA, _) => model.open(Page::TenantB),
        (Page::TenantB, _) => model.open(Page::App),
        (Page::App | Page::Nowhere, Ok(inputs)) => return to_checks(model, inputs),
        (Page::App | Page::Nowhere, Err(_)) => {
            let page = complaints.iter().find_map(|c| c.key?.field().map(|f| f.page).filter(|p| *p != Page::Nowhere));
            if let Some(page) = page {
                let mut form = Form::new(page, &model.answers);
                form.complain(&complaints);
                model.screen = Screen::Form(form);
            }
            model.said = complaints.into_iter().next().map(|c| Said::bad(c.text));
        }
    }
    Vec::new()
}

/// The checks run where the inputs are not those that were checked last, or where that came to no plan.
fn to_checks(model: &mut Model, inputs: Inputs) -> Vec<Effect> {
    model.screen = Screen::Checks { chosen: None };
    let same = model.live.asked_with.as_ref() == Some(&inputs);
    if same && (model.live.job == Job::Checks || model.live.ready().is_some()) {
        return Vec::new();
    }
    check(model, inputs)
}

fn check(model: &mut Model, inputs: Inputs) -> Vec<Effect> {
    model.live.check(inputs.clone());
    vec![Effect::Check(Box::new(inputs))]
}

fn on_checks(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Some(errand) = &model.live.errand {
        let way = errand.way;
        match action {
            Action::Again => return vec![Effect::TakeUp { run: errand.run.clone(), way }],
            Action::GoOn => model.screen = Screen::Review { chosen: 0 },
            Action::Back => {
                model.live = Live::default();
                model.screen = Screen::Runs { way, chosen: 0 };
                return vec![Effect::LetGo];
            }
            _ => {}
        }
        return Vec::new();
    }
    match action {
        Action::Again => {
            if let Some(inputs) = model.live.asked_with.clone() {
                model.screen = Screen::Checks { chosen: None };
                return check(model, inputs);
            }
        }
        Action::GoOn => model.screen = Screen::Review { chosen: 0 },
        Action::Back => model.open(Page::App),
        _ => {}
    }
    Vec::new()
}

fn on_review(model: &mut Model, chosen: usize, action: Action) -> Vec<Effect> {
    let Some(plan) = model.live.plan() else {
        return Vec::new();
    };
    match action {
        Action::Explain => {
            if let Some(step) = plan.steps.get(chosen).map(|s| s.id) {
                model.overlays.push(Overlay::Explain { step, from: 0 });
            }
        }
        Action::SavePlan => {
            let input = TextBox::new(&format!("{}-plan.md", words::cluster(Some(plan))));
            model.overlays.push(Overlay::Path { what: Saving::Plan, input });
        }
        Action::Back => model.screen = Screen::Checks { chosen: None },
        Action::GoOn => {
            let way = model.live.errand.as_ref().map(|errand| errand.way);
            if let Some(plan) = model.live.begin().map(Box::new) {
                model.screen = Screen::Run { chosen: None };
                return vec![
                    way.map_or_else(|| Effect::Run(plan.clone()), |way| Effect::Go { way, plan: plan.clone() }),
                ];
            }
        }
        _ => {}
    }
    Vec::new()
}

/// While nothing is chosen, Enter does nothing until there is a question to come back to or the run is over.
fn on_run(model: &mut Model, chosen: Option<usize>, action: Action) -> Vec<Effect> {
    let live = &model.live;
    match action {
        Action::CutShort => model.overlays.push(Overlay::CutShort { yes: false }),
        Action::Back if chosen.is_some() || model.scrolled.is_some() => {
            model.screen = Screen::Run { chosen: None };
            model.scrolled = None;
        }
        Action::Back if live.over() => {
            model.said = Some(Said::good("The run is over; there is no way back. Enter goes on."))
        }
        Action::Back => {
            model.said = Some(Said::good("The run is under way. Ctrl+C stops it after the call in flight."))
        }
        Action::GoOn => match chosen.and_then(|at| live.run.steps.get(at)).map(|s| s.id) {
            Some(step) => model.overlays.push(Overlay::Calls { step, from: 0 }),
            None if live.over() => model.screen = Screen::Done,
            None => {
                if let Some(step) = live.question() {
                    ask(model, step);
                }
            }
        },
        _ => {}
    }
    Vec::new()
}

fn on_consent(model: &mut Model, action: Action) -> Vec<Effect> {
    match model.live.person().map(|(_, person)| person.url.clone()) {
        Some(text) if action == Action::Copy => {
            model.copying = Some(Copying::Other);
            vec![Effect::Copy { what: "consent address".to_owned(), text: text.into() }]
        }
        _ => Vec::new(),
    }
}

fn on_done(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Copy => {
            model.copying = Some(Copying::Secret);
            return vec![Effect::CopySecret];
        }
        Action::KeepCopied => model.copied = Some(Copied::Kept),
        Action::Again => {
            let way = if model.live.run.is_undoing() { Way::Back } else { Way::On };
            return model.live.run.id.clone().map(|run| Effect::TakeUp { run, way }).into_iter().collect();
        }
        Action::Reveal => return vec![Effect::RevealSecret],
        Action::CopyCommand => {
            let text = words::command_line(&model.answers);
            model.copying = Some(Copying::Other);
            return vec![Effect::Copy { what: "command".to_owned(), text: text.into() }];
        }
        Action::SaveSecret => {
            let name = words::cluster(model.live.run.plan.as_ref());
            let input = TextBox::new(&format!("{name}.secret"));
            model.overlays.push(Overlay::Path { what: Saving::Secret, input });
        }
        Action::GoOn => return leave(model),
        _ => {}
    }
    Vec::new()
}

/// Along what the screen shows: to the next entry of a list, else through the lines.
fn along(model: &mut Model, way: Move) {
    let picks = matches!(&model.screen, Screen::Form(form) if form.chooses());
    let forward = match way {
        Move::Up => false,
        Move::Down => true,
        _ if picks && model.signing_in.is_none() => true,
        _ => return scroll(model, way),
    };
    let live = &model.live;
    let planned = live.plan().map_or(0, |plan| plan.steps.len());
    let entries = home::entries(model).len();
    let listed = if let Screen::Runs { way, .. } = model.screen { model.earlier_for(way).len() } else { 0 };
    if model.signing_in.is_some() {
        return scroll(model, way);
    }
    let at_once = usize::from(model.size.1).saturating_sub(16).clamp(3, 12);
    match &mut model.screen {
        Screen::Form(form) if form.chooses() => {
            if let Some(list) = &mut form.list {
                list.along(way, at_once);
            }
            return;
        }
        Screen::Run { .. } if live.person().is_some() => return scroll(model, way),
        Screen::Form(_) | Screen::Done => return scroll(model, way),
        Screen::Home { chosen } => *chosen = next(Some(*chosen), entries, forward).unwrap_or(0),
        Screen::Runs { chosen, .. } => *chosen = next(Some(*chosen), listed, forward).unwrap_or(0),
        Screen::Review { chosen } => *chosen = next(Some(*chosen), planned, forward).unwrap_or(0),
        Screen::Checks { chosen } => *chosen = next(*chosen, live.run.checks.len(), forward),
        Screen::Run { chosen } => *chosen = next(*chosen, live.run.steps.len(), forward),
    }
    model.scrolled = None;
}

/// The place above or below in a list, which ends at its ends; the first one where there was none.
fn next(at: Option<usize>, of: usize, forward: bool) -> Option<usize> {
    let last = of.checked_sub(1)?;
    Some(match at {
        None => 0,
        Some(at) if forward => at.saturating_add(1).min(last),
        Some(at) => at.saturating_sub(1).min(last),
    })
}

/// Through the lines of the screen.
fn scroll(model: &mut Model, way: Move) {
    let room = frame::screen_room(model);
    model.scrolled = Some(room.moved(room.from, way));
}
