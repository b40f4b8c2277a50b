//! Consent: what a person in tenant B must do, while the run waits for it.

use crosspull_core::names::StepId;
use crosspull_core::run::Person;
use crosspull_core::wording::Front;
use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::Reaction;
use crate::keys::Action;
use crate::msg::Effect;
use crate::secret::Copying;
use crate::shared::Shared;
use crate::theme::{Mark, Tone};
use crate::widgets::lines::{block, path, wrap};
use crate::widgets::sheet::Sheet;
use crate::words::command::in_lines;
use crate::words::times;

/// Does what an action asks for while a person is waited for.
pub(super) fn on(shared: &mut Shared, action: Action) -> Vec<Reaction> {
    let Some((_, person)) = shared.live.person() else { return Vec::new() };
    let copied = match action {
        Action::Move(way) => return vec![Reaction::Scroll(way)],
        Action::Plain => return vec![Reaction::Do(plain(person))],
        Action::Copy => person.page.as_ref().map(|page| ("page", page.markdown())),
        Action::CopyAddress => Some(("consent address", person.url.clone())),
        _ => None,
    };
    copied.map_or_else(Vec::new, |(what, text)| copy(shared, what, text))
}

/// Returns true where an action has something to do while a person is waited for.
pub(super) fn offers(person: &Person, action: Action) -> bool {
    match action {
        Action::Copy => person.page.is_some(),
        Action::CopyAddress => !person.url.is_empty(),
        Action::Plain => person.page.is_some() || !person.url.is_empty(),
        _ => true,
    }
}

/// Shows on the terminal itself what the person is to get: the page, else the address.
pub(super) fn plain(person: &Person) -> Effect {
    let text = person.page.as_ref().map_or_else(|| person.url.clone(), |page| page.text());
    Effect::ShowPlain { text: text.into() }
}

/// Copies a text for the person who is waited for.
pub(super) fn copy(shared: &mut Shared, what: &str, text: String) -> Vec<Reaction> {
    shared.copying = Some(Copying::Other);
    vec![Reaction::Do(Effect::Copy { what: what.to_owned(), text: text.into() })]
}

/// Returns where the page is, its path whole on lines of its own. In a simulated cloud it goes with the program.
pub(super) fn page_file(shared: &Shared, place: &str, columns: usize) -> Vec<Line<'static>> {
    let theme = shared.theme;
    if shared.simulated {
        let says = "On a real cloud the whole page is in a file too, as Markdown, as text and as a script.";
        return block(theme, Tone::Dim, says, 1, columns.saturating_sub(1));
    }
    let says = "The whole page as Markdown; beside it as text and as a script:";
    let place = path(place, columns).into_iter().map(|line| theme.span(Tone::Accent, line).into());
    block(theme, Tone::Plain, says, 1, columns.saturating_sub(1)).into_iter().chain(place).collect()
}

/// Returns what is shown while a person is waited for.
///
/// The address stands on lines of its own from the window's first column on, so that it can be selected
/// whole; there is no rail beside it.
pub(super) fn sheet(shared: &Shared, step: StepId, person: &Person, columns: usize, now: Timestamp) -> Sheet {
    let theme = shared.theme;
    let inside = columns.saturating_sub(1);
    let indented = |tone, text: &str| block(theme, tone, text, 1, inside);
    let title = person.page.as_ref().map_or_else(|| " Consent".to_owned(), |page| format!(" For {}", page.reader()));
    let mut sheet = Sheet::new(theme.span(Tone::Strong, title));
    sheet.right = vec![theme.span(Tone::Dim, format!("step {step} "))];
    sheet.lines.extend(indented(Tone::Plain, &person.says));
    sheet.gap();
    sheet.lines.extend(path(&person.url, columns).into_iter().map(|line| theme.span(Tone::Accent, line).into()));
    sheet.gap();
    // What is sent to that person stands before what they do: a small window shows no more.
    if let Some(place) = &shared.page {
        sheet.lines.extend(page_file(shared, place, columns));
        sheet.gap();
    }
    match &person.page {
        // Nobody here can follow it, so what there is to do stands on the page that is sent to them.
        Some(page) => {
            sheet.lines.extend(indented(
                Tone::Plain,
                if person.url.is_empty() {
                    "By the Azure CLI:"
                } else {
                    "Or by the Azure CLI, which also gives the role on the registry:"
                },
            ));
            for line in page.commands().iter().flat_map(|command| in_lines(command, columns)) {
                sheet.lines.extend(wrap(&line, columns).into_iter().map(|l| theme.span(Tone::Strong, l).into()));
            }
        }
        None => {
            sheet.lines.extend(indented(Tone::Plain, "Or an administrator of tenant B, signed in there, runs:"));
            for line in in_lines(&person.command, inside.saturating_sub(1)) {
                sheet.lines.extend(indented(Tone::Strong, &line));
            }
        }
    }
    sheet.gap();
    let asked = shared
        .live
        .last_asked
        .map_or_else(String::new, |at| format!(", asked {} ago", times::seconds(times::between(at, now) / 1000)));
    let mut waiting = Line::from(vec![Span::raw(" "), theme.mark(Mark::Work, now), Span::raw(" ")]);
    let what = if person.page.is_some() { "Not done yet" } else { "Not given yet" };
    waiting.push_span(Span::raw(format!("{what}{asked}.")));
    sheet.lines.push(waiting);
    let watched = shared.live.run.step(step).and_then(|s| s.waiting.as_ref()).filter(|w| w.at_most_ms > 0);
    if let Some(says) = watched.and_then(|wait| wait.says.as_ref()) {
        let tones = [Tone::Warn, Tone::Plain, Tone::Plain].into_iter().chain(std::iter::repeat(Tone::Dim));
        for (text, tone) in says.told(Front::Fields, shared.live.run.answers.cloud()).iter().zip(tones) {
            sheet.lines.extend(block(theme, tone, text, 3, inside));
        }
    }
    if let Some(wait) = watched {
        let says = format!("It is asked for at most {}.", times::limit(wait.at_most_ms));
        sheet.lines.extend(indented(Tone::Dim, &says));
    }
    let goes_on = "This screen goes on by itself.";
    let says = match shared.simulated {
        true => format!("You may leave with Ctrl+C; the run ends with the demo. {goes_on}"),
        false => format!("You may leave with Ctrl+C; crosspull resume goes on later. {goes_on}"),
    };
    sheet.lines.extend(indented(Tone::Plain, &says));
    sheet
}
