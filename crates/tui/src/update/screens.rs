//! What keys do on the screens.

use crosspull_core::field::Page;
use crosspull_core::inputs::Inputs;

use super::layers::ask;
use crate::form::Form;
use crate::frame;
use crate::input::TextBox;
use crate::keys::{self, Action};
use crate::live::Job;
use crate::model::{Model, Screen};
use crate::msg::{Effect, Said};
use crate::overlay::{Overlay, Saving};
use crate::screens::home;
use crate::words;

/// What an action does on the screen, where it is offered there.
pub(super) fn on_screen(model: &mut Model, action: Action) -> Vec<Effect> {
    if !keys::offered(model, action) {
        return Vec::new();
    }
    match model.screen {
        Screen::Home { chosen } => {
            on_home(model, chosen, action);
            Vec::new()
        }
        Screen::Form(_) => on_form(model, action),
        Screen::Checks { chosen } => on_checks(model, chosen, action),
        Screen::Review { chosen } => on_review(model, chosen, action),
        Screen::Run { .. } if model.live.person().is_some() => on_consent(model, action),
        Screen::Run { chosen, .. } => on_run(model, chosen, action),
        Screen::Done { from } => on_done(model, from, action),
    }
}

fn on_home(model: &mut Model, chosen: usize, action: Action) {
    match action {
        Action::Up | Action::Down => {
            model.screen = Screen::Home { chosen: moved(chosen, home::ENTRIES.len(), action) };
        }
        Action::GoOn => model.open(Page::TenantA),
        _ => {}
    }
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
        Action::GoOn => return submit(model),
        Action::Back => match form.page {
            Page::TenantA | Page::Nowhere => model.screen = Screen::Home { chosen: 0 },
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

fn on_checks(model: &mut Model, chosen: Option<usize>, action: Action) -> Vec<Effect> {
    match action {
        Action::Up | Action::Down => {
            let all = model.live.run.checks.len();
            let chosen = if all == 0 { None } else { Some(chosen.map_or(0, |c| moved(c, all, action))) };
            model.screen = Screen::Checks { chosen };
        }
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
    let Some(plan) = &model.live.run.plan else {
        return Vec::new();
    };
    match action {
        Action::Up | Action::Down => {
            model.screen = Screen::Review { chosen: moved(chosen, plan.steps.len(), action) };
        }
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
            if let Some(plan) = model.live.begin() {
                model.screen = Screen::Run { chosen: None, from: 0 };
                return vec![Effect::Run(Box::new(plan))];
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
        Action::Up | Action::Down => {
            let all = live.run.steps.len();
            let chosen = if all == 0 { None } else { Some(chosen.map_or(0, |c| moved(c, all, action))) };
            model.screen = Screen::Run { chosen, from: 0 };
        }
        Action::Back if chosen.is_some() => model.screen = Screen::Run { chosen: None, from: 0 },
        Action::Back if live.over() => {
            model.said = Some(Said::good("The run is over; there is no way back. Enter goes on."))
        }
        Action::Back => {
            model.said = Some(Said::good("The run is under way. Ctrl+C stops it after the call in flight."))
        }
        Action::GoOn => match chosen.and_then(|at| live.run.steps.get(at)).map(|s| s.id) {
            Some(step) => model.overlays.push(Overlay::Calls { step, from: 0 }),
            None if live.over() => model.screen = Screen::Done { from: 0 },
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
    let most = frame::most_offset(model);
    match (&mut model.screen, action) {
        (Screen::Run { from, .. }, Action::Up) => *from = from.saturating_sub(1),
        (Screen::Run { from, .. }, Action::Down) => *from = (*from + 1).min(most),
        (_, Action::Copy) => {
            if let Some((_, person)) = model.live.person() {
                return vec![Effect::Copy { what: "consent address".to_owned(), text: person.url.clone() }];
            }
        }
        _ => {}
    }
    Vec::new()
}

fn on_done(model: &mut Model, from: usize, action: Action) -> Vec<Effect> {
    match action {
        Action::Up => model.screen = Screen::Done { from: from.saturating_sub(1) },
        Action::Down => {
            let most = frame::most_offset(model);
            model.screen = Screen::Done { from: (from + 1).min(most) };
        }
        Action::Copy => return vec![Effect::CopySecret],
        Action::Reveal => return vec![Effect::RevealSecret],
        Action::CopyCommand => {
            let text = words::command_line(&model.answers);
            return vec![Effect::Copy { what: "command".to_owned(), text }];
        }
        Action::SaveSecret => {
            let name = words::cluster(model.live.run.plan.as_ref());
            let input = TextBox::new(&format!("{name}.secret"));
            model.overlays.push(Overlay::Path { what: Saving::Secret, input });
        }
        Action::GoOn => return vec![Effect::Leave],
        _ => {}
    }
    Vec::new()
}

/// The place above or below in a list, which ends at its ends.
fn moved(at: usize, of: usize, action: Action) -> usize {
    let to = if action == Action::Up { at.saturating_sub(1) } else { at.saturating_add(1) };
    to.min(of.saturating_sub(1))
}
