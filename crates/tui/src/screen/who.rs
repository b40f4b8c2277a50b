//! Who: the question who will use a registry, answered from Microsoft's table of the ways to sign in to one.

use crosspull_core::input::Page;
use crosspull_core::login::Who;
use crosspull_core::names::Side;
use crosspull_core::sign_in::{Offer, SignIn};
use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::home::Start;
use super::{Go, Layer, MethodsLayer, Reaction, View, along_list};
use crate::keys::{Action, Context};
use crate::msg::Notice;
use crate::shared::Shared;
use crate::spoken::{Answer, Row, Spoken};
use crate::theme::Tone;
use crate::widgets::lines::{apart, fit, hang, width};
use crate::widgets::sheet::Sheet;
use crate::words::sentence;

/// The answers: those who sign in, and before the registry's own users the cluster, which a route lets in. `None` is the cluster.
const ANSWERS: [Option<Who>; 7] = [
    Some(Who::Me),
    Some(Who::ServicePrincipal),
    Some(Who::ManagedIdentity),
    Some(Who::WorkloadIdentity),
    None,
    Some(Who::Admin),
    Some(Who::Token),
];
/// What stands for the cluster.
const CLUSTER: &str = "a cluster, whose nodes pull";
/// Columns of the names before what is said of an answer.
const NAME: usize = 8;
/// Columns before everything that is said of an answer.
const INDENT: usize = 4;

/// The question, with the answer that is chosen.
#[derive(Debug)]
pub(crate) struct WhoScreen {
    chosen: usize,
}

impl WhoScreen {
    /// Opens the question with the answer of before, else with the one that suits this place.
    pub fn new(shared: &Shared) -> Self {
        let before = shared.login.who.or_else(|| recommended(shared));
        Self { chosen: ANSWERS.iter().position(|answer| *answer == before).unwrap_or(0) }
    }
}

impl View for WhoScreen {
    fn context(&self, _: &Shared) -> Context {
        Context::Route
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        match (action, ANSWERS.get(self.chosen)) {
            (Action::Move(way), _) => along_list(shared, &mut self.chosen, ANSWERS.len(), way),
            (Action::Back, _) => vec![Reaction::Go(Go::Home(Start::Login))],
            (Action::Methods, _) => vec![Reaction::Over(Layer::Methods(MethodsLayer::default()))],
            (Action::GoOn, Some(None)) => vec![Reaction::Go(Go::Form(Page::Route))],
            (Action::GoOn, Some(Some(who))) if is_not_in_demo(shared, *who) => {
                shared.notice =
                    Some(Notice::bad("The demo has no such identity. crosspull login has it where there is one."));
                Vec::new()
            }
            (Action::GoOn, Some(Some(who))) => {
                shared.begin_login(*who);
                vec![Reaction::Go(Go::Form(Page::Login))]
            }
            _ => Vec::new(),
        }
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        let rows = ANSWERS.iter().map(|answer| {
            let right = right(shared, *answer);
            let title = if right.is_empty() { title(*answer) } else { format!("{}, {right}", title(*answer)) };
            Row::new(title, details(shared, *answer).into_iter().map(|(name, text)| format!("{name}: {text}")))
        });
        Spoken::choice("Who will use it?", rows.collect(), Some(self.chosen))
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        let Answer::Number(at) = answer else { return Vec::new() };
        self.chosen = *at;
        self.on(shared, Action::GoOn)
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, _: Timestamp) -> Sheet {
        let theme = shared.theme;
        let mut sheet = Sheet::new(theme.span(Tone::Strong, "Who will use it?"));
        for (i, answer) in ANSWERS.iter().enumerate() {
            let top = sheet.lines.len();
            let here = i == self.chosen;
            let (mark, tone) = if here { ("▸ ", Tone::Strong) } else { ("  ", Tone::Plain) };
            let (title, right) = (title(*answer), right(shared, *answer));
            // What is chosen is read whole; of the others enough to choose.
            if here && width(&title) + 2 > columns {
                sheet.lines.extend(hang(theme, tone, vec![theme.span(Tone::Accent, mark)], &title, columns));
            } else {
                let room = columns.saturating_sub(3 + width(&title)) > width(right);
                let left: Vec<Span<'static>> =
                    vec![theme.span(Tone::Accent, mark), theme.span(tone, fit(&title, columns.saturating_sub(2)))];
                let right = if room { right } else { "" };
                let line = apart(left.clone(), vec![theme.span(Tone::Dim, right)], columns);
                sheet.lines.push(if right.is_empty() { Line::from(left) } else { line });
            }
            if here {
                for (name, text) in details(shared, *answer) {
                    let before = vec![Span::raw(" ".repeat(INDENT)), theme.span(Tone::Dim, format!("{name:NAME$}"))];
                    sheet.lines.extend(hang(theme, Tone::Plain, before, &text, columns));
                }
                sheet.focus = top..sheet.lines.len();
            }
        }
        sheet
    }

    fn loses(&self, shared: &Shared) -> bool {
        shared.answers != shared.given
    }
}

/// Returns an answer in words.
fn title(answer: Option<Who>) -> String {
    let named = answer.and_then(|who| Who::ALL.iter().find(|(one, ..)| *one == who));
    sentence(named.map_or(CLUSTER, |(_, _, says)| says))
}

/// Returns what stands at the right of an answer.
fn right(shared: &Shared, answer: Option<Who>) -> &'static str {
    match answer {
        None => "by a route",
        Some(who) if Some(who) == recommended(shared) => "recommended",
        Some(who) if is_not_in_demo(shared, who) => "not in the demo",
        Some(who) if offer(shared, who).is_some_and(|offer| !offer.fits) => "not here",
        Some(_) => "",
    }
}

/// Returns what is said of an answer that is chosen, a name and a text for each.
fn details(shared: &Shared, answer: Option<Who>) -> Vec<(&'static str, String)> {
    let Some(who) = answer else {
        let says =
            "crosspull gives a cluster its access by a route, in one tenant or in two. Enter leads to the routes.";
        return vec![("By", says.to_owned())];
    };
    let table = who.method().map_or_else(Vec::new, |method| {
        vec![
            ("For", method.scenarios.to_owned()),
            ("How", method.how.to_owned()),
            ("Roles", method.role_based.to_owned()),
            ("Limits", method.limits.to_owned()),
        ]
    });
    let here = match offer(shared, who) {
        _ if shared.simulated => None,
        Some(offer) => Some(if offer.fits { offer.why.to_owned() } else { format!("no: {}", offer.why) }),
        None => None,
    };
    let demo = (shared.simulated && matches!(who, Who::Me | Who::Admin))
        .then(|| "in the demo an app of the simulated cloud stands for you".to_owned());
    table.into_iter().chain(here.or(demo).map(|text| ("Here", text))).collect()
}

/// Returns what this place offers to one who signs in by Entra.
fn offer(shared: &Shared, who: Who) -> Option<&Offer> {
    let is_persons = |way| matches!(way, SignIn::AzureCli | SignIn::DeviceCode | SignIn::Browser);
    let suits = |offer: &&Offer| match who {
        Who::Me => is_persons(offer.way),
        _ => who.sign_in(SignIn::Nobody) == Some(offer.way) && offer.way != SignIn::Nobody,
    };
    shared.here.offers(Side::B).iter().find(suits)
}

/// Returns the one that suits this place.
fn recommended(shared: &Shared) -> Option<Who> {
    if shared.simulated {
        return Some(Who::ServicePrincipal);
    }
    let first = shared.here.offers(Side::B).iter().find(|offer| offer.fits)?.way;
    let by_entra = [Who::ServicePrincipal, Who::ManagedIdentity, Who::WorkloadIdentity];
    Some(by_entra.into_iter().find(|who| who.sign_in(first) == Some(first)).unwrap_or(Who::Me))
}

/// True for an identity that the demo's simulated cloud does not give to this machine.
const fn is_not_in_demo(shared: &Shared, who: Who) -> bool {
    shared.simulated && matches!(who, Who::ManagedIdentity | Who::WorkloadIdentity)
}
