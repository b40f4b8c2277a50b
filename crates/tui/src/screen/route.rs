//! The route: which way is the cluster to get its access?

use crosspull_core::input::{Key, Page};
use crosspull_core::names::{Route, Tenants};
use crosspull_core::route;
use jiff::Timestamp;
use ratatui::text::Line;

use super::home::Start;
use super::{Go, Layer, MethodsLayer, Reaction, View, along_list, to_next};
use crate::keys::{Action, Context};
use crate::msg::Notice;
use crate::pages::RailEntry;
use crate::shared::Shared;
use crate::spoken::{Answer, Row, Spoken};
use crate::theme::Tone;
use crate::widgets::lines::{block, fit};
use crate::widgets::sheet::Sheet;

/// The word for the choice to leave it to crosspull.
const AUTO: &str = "auto";

/// The routes that can be chosen, with the choice to leave it to crosspull first.
#[derive(Debug)]
pub(crate) struct RouteScreen {
    chosen: usize,
}

/// A row of the list.
struct Choice {
    /// The word for the answer.
    word: &'static str,
    title: &'static str,
    says: &'static str,
    /// The reason why the route cannot work with what was answered.
    cannot: Option<&'static str>,
}

impl RouteScreen {
    /// Opens the list with the present answer chosen.
    pub fn new(shared: &Shared) -> Self {
        let word = if shared.weighing.is_taken() { AUTO } else { shared.answers.or_default(Key::Route) };
        Self { chosen: choices(shared).iter().position(|choice| choice.word == word).unwrap_or(0) }
    }

    /// Takes the chosen route, and goes on to its first form.
    fn take(&self, shared: &mut Shared) -> Vec<Reaction> {
        let choices = choices(shared);
        let Some(choice) = choices.get(self.chosen) else { return Vec::new() };
        if let Some(why) = choice.cannot {
            shared.notice = Some(Notice::bad(format!("{} cannot work: {why}.", choice.title)));
            return Vec::new();
        }
        shared.weighing.give_back(&mut shared.answers);
        if shared.answers.or_default(Key::Route) != choice.word {
            shared.answers.set(Key::Route, choice.word);
        }
        to_next(shared, RailEntry::Form(Page::Route)).unwrap_or_default()
    }
}

impl View for RouteScreen {
    fn context(&self, _: &Shared) -> Context {
        Context::Route
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        match action {
            Action::Move(way) => {
                let count = choices(shared).len();
                along_list(shared, &mut self.chosen, count, way)
            }
            Action::Back => vec![Reaction::Go(Go::Home(Start::NewRun))],
            Action::GoOn => self.take(shared),
            Action::Methods => vec![Reaction::Over(Layer::Methods(MethodsLayer::default()))],
            _ => Vec::new(),
        }
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        let rows = choices(shared).into_iter().map(|choice| {
            let cannot = choice.cannot.map(|why| format!("cannot work: {why}"));
            Row::new(choice.title, [choice.says.to_owned(), cannot.unwrap_or_default()])
        });
        Spoken::choice(shared.pages().title(Page::Route), rows.collect(), Some(self.chosen))
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        let Answer::Number(at) = answer else { return Vec::new() };
        self.chosen = *at;
        self.on(shared, Action::GoOn)
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, _: Timestamp) -> Sheet {
        let theme = shared.theme;
        let mut sheet = Sheet::new(theme.span(Tone::Strong, shared.pages().title(Page::Route)));
        for (i, choice) in choices(shared).into_iter().enumerate() {
            sheet.gap();
            let top = sheet.lines.len();
            let here = i == self.chosen;
            let (mark, tone) = if here { ("▸ ", Tone::Strong) } else { ("  ", Tone::Plain) };
            let title = fit(choice.title, columns.saturating_sub(2));
            sheet.lines.push(Line::from(vec![theme.span(Tone::Accent, mark), theme.span(tone, title)]));
            sheet.lines.extend(block(theme, Tone::Dim, choice.says, 4, columns));
            if let Some(why) = choice.cannot {
                sheet.lines.extend(block(theme, Tone::Warn, &format!("cannot work: {why}"), 4, columns));
            }
            if here {
                sheet.focus = top..sheet.lines.len();
            }
        }
        sheet
    }

    fn loses(&self, shared: &Shared) -> bool {
        shared.answers != shared.given
    }
}

fn choices(shared: &Shared) -> Vec<Choice> {
    let tenants = tenants(shared);
    let auto = Choice {
        word: AUTO,
        title: "The one that fits",
        says: "Once both tenants are entered, crosspull reads what cluster and registry are, recommends a route and says why. \
               You choose.",
        cannot: None,
    };
    let offered = Route::OFFERED.iter().filter_map(|offered| {
        let spec = route::spec(offered.route)?;
        let cannot = match (offered.tenants, tenants) {
            (Some(Tenants::One), Some(Tenants::Two)) => Some("cluster and registry are in two tenants"),
            (Some(Tenants::Two), Some(Tenants::One)) => Some("cluster and registry are in one tenant"),
            _ => None,
        };
        Some(Choice { word: offered.word, title: spec.title, says: spec.says, cannot })
    });
    std::iter::once(auto).chain(offered).collect()
}

/// Returns whether both tenants that were named are one. `None` while one of them is not named.
fn tenants(shared: &Shared) -> Option<Tenants> {
    let named = |key| shared.answers.get(key).map(str::to_ascii_lowercase);
    let (a, b) = (named(Key::TenantA)?, named(Key::TenantB)?);
    Some(if a == b { Tenants::One } else { Tenants::Two })
}
