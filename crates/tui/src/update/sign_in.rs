//! Who signs in, and what is looked for in their tenants.

use crosspull_core::explain::Trouble;
use crosspull_core::field::Key;
use crosspull_core::find::{Choice, Progress, Sought};
use crosspull_core::plan::Side;
use crosspull_core::sign_in::{Entered, Offer, Prompt, SignIn, next_way};

use crate::form;
use crate::keys::{Action, Move};
use crate::model::{Copying, Model, Screen, SigningIn};
use crate::msg::{Effect, Said};
use crate::overlay::Overlay;

/// A person is asked to sign in, in another way than was chosen, or not any more. On a desktop the page opens by itself:
/// a browser was asked for.
pub(super) fn prompted(model: &mut Model, prompt: Prompt) -> Vec<Effect> {
    let mut effects = Vec::new();
    match prompt {
        Prompt::Instead { .. } => model.instead = Some(prompt),
        Prompt::Over { side } => over(model, side),
        Prompt::Code { .. } | Prompt::Page { .. } => {
            if let (true, Prompt::Page { address, .. }) = (model.here.desktop, &prompt) {
                effects.push(Effect::Open { address: address.clone() });
            }
            let instead = model.instead.take().filter(|instead| instead.side() == prompt.side());
            model.signing_in = Some(SigningIn { prompt, instead, stopped: false });
        }
    }
    effects
}

/// Nothing is asked for that tenant any more.
fn over(model: &mut Model, side: Side) {
    model.instead = model.instead.take().filter(|instead| instead.side() != side);
    let Some(over) = model.signing_in.take_if(|s| s.prompt.side() == side) else { return };
    if over.stopped {
        model.who.stop(side);
        model.said = Some(Said::good("Sign-in was stopped."));
    }
}

/// A person signs in somewhere else; here the code is copied, the page opened, or all of it stopped.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(signing_in) = &mut model.signing_in else { return Vec::new() };
    let copy = |what: &str, text: &str| Effect::Copy { what: what.to_owned(), text: text.to_owned().into() };
    let asked = match (action, &signing_in.prompt) {
        (Action::Back, _) => {
            signing_in.stopped = true;
            model.said = Some(Said::good("The sign-in is being stopped."));
            return vec![Effect::StopSignIn];
        }
        (Action::Open, Prompt::Code { address, .. } | Prompt::Page { address, .. }) => {
            return vec![Effect::Open { address: address.clone() }];
        }
        (Action::Copy, Prompt::Code { code, .. }) => copy("code", code.reveal()),
        (Action::Copy | Action::CopyAddress, Prompt::Code { address, .. } | Prompt::Page { address, .. }) => {
            copy("address", address)
        }
        _ => return Vec::new(),
    };
    model.copying = Some(Copying::Other);
    vec![asked]
}

/// Whatever happened, the list of the field in focus follows it, and the search follows the list.
pub(super) fn follow(model: &mut Model) -> Vec<Effect> {
    let open = matches!(&model.screen, Screen::Form(form) if form.is_open(model));
    let list = match &mut model.screen {
        Screen::Form(form) => {
            form.follow(open);
            form.list.as_mut()
        }
        _ => None,
    };
    match list {
        Some(list) if !list.begun => {
            (list.begun, model.searches) = (true, true);
            vec![Effect::Find { sought: list.sought.clone(), answers: Box::new(model.answers.clone()) }]
        }
        None if std::mem::take(&mut model.searches) => vec![Effect::CancelFind],
        _ => Vec::new(),
    }
}

/// Something was found. What comes for a list that is no longer there is for nobody.
pub(super) fn found(model: &mut Model, sought: &Sought, choices: Vec<Choice>, progress: Progress) {
    if let Screen::Form(form) = &mut model.screen
        && let Some(list) = form.list.as_mut().filter(|list| list.sought == *sought && list.begun)
    {
        model.searches = progress == Progress::Goes;
        list.add(choices, progress);
    }
}

/// Asks for who signs in to the tenant of the form, where that tenant is named; else says what is missing.
pub(super) fn ask(model: &mut Model) -> Vec<Effect> {
    let Screen::Form(form) = &mut model.screen else { return Vec::new() };
    form.write(&mut model.answers);
    let Some(side) = form::side(form.page) else { return Vec::new() };
    if form.is_wrong(Key::tenant(side)) {
        return Vec::new();
    }
    model.who.ask(side, &model.answers);
    vec![Effect::SignIn { side }]
}

/// Somebody signed in, or could not: then the other ways are offered, where somebody looks at the form.
pub(super) fn entered(model: &mut Model, side: Side, entered: Result<Entered, Trouble>) {
    let trouble = match entered {
        Ok(entered) => {
            let answers = model.holding().clone();
            return model.who.hear(side, entered, &answers);
        }
        Err(trouble) => trouble,
    };
    if model.who.forget(side) {
        return;
    }
    let failed = SignIn::from_word(model.answers.or_default(Key::sign_in(side)));
    match (&model.screen, failed) {
        (Screen::Form(form), Some(failed)) if form::side(form.page) == Some(side) => {
            model.overlays.retain(|o| !matches!(o, Overlay::Ways { .. }));
            model.overlays.insert(0, other_ways(model, side, failed, trouble));
        }
        _ => model.said = Some(Said::bad(format!("{} {}", trouble.what, trouble.why))),
    }
}

fn other_ways(model: &Model, side: Side, failed: SignIn, trouble: Trouble) -> Overlay {
    let all = model.here.offers(side);
    let others = all.iter().filter(|offer| offer.fits && offer.way != failed && offer.way != SignIn::Nobody);
    let offers: Vec<Offer> = others.copied().collect();
    let next = next_way(all, failed);
    let chosen = offers.iter().position(|offer| Some(*offer) == next).unwrap_or(0);
    Overlay::Ways { side, trouble: Box::new(trouble), offers, chosen }
}

/// Along the other ways.
pub(super) fn along(chosen: &mut usize, offers: usize, way: Move) {
    let last = offers.saturating_sub(1);
    *chosen = match way {
        Move::Up | Move::PageUp => chosen.saturating_sub(1),
        Move::Down | Move::PageDown => chosen.saturating_add(1).min(last),
        Move::First => 0,
        Move::Last => last,
    };
}

/// Another way is taken: it is the answer now, and is tried at once.
pub(super) fn take_way(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Ways { side, offers, chosen, .. }) = model.overlays.pop() else { return Vec::new() };
    let (Some(offer), Screen::Form(form)) = (offers.get(chosen), &mut model.screen) else { return Vec::new() };
    form.set(Key::sign_in(side), offer.way.word());
    ask(model)
}
