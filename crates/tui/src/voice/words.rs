//! The words that may be typed: what the key table offers, called and explained for the ear, and which one a line is.

use crate::app::Model;
use crate::keys::{Action, Binding};
use crate::spoken::{Kind, Question};

/// The word that has the whole place told anew.
const AGAIN: &str = "again";
/// The words of forms, none of which is ever taken for a value by mistake.
const OF_FORMS: [&str; 10] = ["list", "close", "back", "previous", "next", "help", AGAIN, "leave", "stop", "quit"];

/// The consequence of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    /// An action of the key table.
    Does(Action),
    /// The place is told anew.
    Again,
}

/// A word with what it asks for.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub name: &'static str,
    pub help: &'static str,
    pub means: Means,
}

/// Returns the words that are taken at present, beside the answers to a question. No other line is one.
pub(super) fn named(model: &Model, question: Option<&Question>) -> Vec<Named> {
    let kind = question.map(|question| &question.kind);
    // Where something is written nothing but a typed yes is one.
    let takes = !matches!(kind, Some(Kind::Yes | Kind::Choice { .. }));
    let is_taken = |row: &&Binding| takes || row.action != Action::GoOn;
    let (mut words, mut last): (Vec<Named>, Vec<Named>) = (Vec::new(), Vec::new());
    for row in model.words().into_iter().filter(is_taken) {
        let Some(name) = name(row) else { continue };
        let word = Named { name, help: help_of(row), means: Means::Does(row.action) };
        let of_everywhere = matches!(row.action, Action::Help | Action::Stop);
        let into = if of_everywhere { &mut last } else { &mut words };
        // The way back has the same name everywhere, whatever else it is called.
        let back = (row.action == Action::Back && name != "back").then(|| Named { name: "back", ..word.clone() });
        for word in [word].into_iter().chain(back) {
            // The same by two keys is one word.
            if !into.iter().any(|one| one.name == word.name) {
                into.push(word);
            }
        }
    }
    if !last.iter().any(|word| word.means == Means::Does(Action::Help)) {
        last.insert(0, Named { name: "help", help: "these words", means: Means::Does(Action::Help) });
    }
    last.insert(1, Named { name: AGAIN, help: "tell anew what is told here", means: Means::Again });
    last.retain(|word| words.iter().all(|one| one.name != word.name));
    words.extend(last);
    words
}

/// Returns what a row of the key table is called; `None` for what is there for eyes alone.
fn name(row: &Binding) -> Option<&'static str> {
    Some(match (row.action, row.word) {
        (Action::Help, _) => "help",
        (Action::Stop, "") => "leave",
        // A list is chosen from by its numbers.
        (Action::GoOn, "take" | "ok") => return None,
        (Action::PreviousField, _) => "previous",
        (Action::PreviousTab, _) => "previous page",
        (Action::CopyCommand, "") => "copy command",
        (Action::Again, "") => "read again",
        (_, "") => return None,
        (_, word) => word,
    })
}

/// Returns what a row does, without the keys that do it and the screen that it is done on.
fn help_of(row: &Binding) -> &'static str {
    match (row.action, row.word) {
        (Action::Help, _) => "these words",
        (Action::Stop, word) if word.starts_with("stop") => {
            "stop after the call in flight, as leave and quit do; a second time leaves at once"
        }
        (Action::Stop, "end the run") => "end the run here, as leave, stop and quit do; nothing was reset",
        (Action::Stop, _) => "leave, as stop and quit do; asks first where there is something to lose",
        (Action::Back, "back") if row.help.contains("answers;") => row.help,
        (Action::Back, "back") => "to where you were before; every answer is kept",
        (Action::GoOn, "go on") => "on to what comes next",
        (Action::NextTab, _) => "to the next page",
        (Action::Reveal, _) => "tell the secret, once; it stays in the history of the terminal",
        (Action::LookUp, _) => "list what there is to choose from, else tell who you are there; signs in for that",
        (Action::Back, "close") if row.help.contains("list") => "close the list, and go on without it",
        (Action::Back, "close") => "close this",
        _ => row.help.split_once(" also by").map_or(row.help, |(does, _)| does.trim_end_matches([',', ';'])),
    }
}

/// Returns the meaning of a line, where it is a word.
pub(super) fn word(model: &Model, question: Option<&Question>, line: &str) -> Option<Means> {
    let is = |name: &str| name.eq_ignore_ascii_case(line);
    let named = named(model, question).into_iter().find(|word| is(word.name)).map(|word| word.means);
    named.or_else(|| ["stop", "leave", "quit"].into_iter().any(is).then_some(Means::Does(Action::Stop)))
}

/// Returns true for a word of forms, wherever it means something.
pub(super) fn is_of_forms(line: &str) -> bool {
    OF_FORMS.iter().any(|word| word.eq_ignore_ascii_case(line))
}

/// Returns what the words do, and how values are told from them. Where something is waited for, nothing is asked.
pub(super) fn help(model: &Model, question: Option<&Question>, waits: bool) -> Vec<String> {
    let enter = match question.map(|question| &question.kind) {
        None if waits => None,
        None => model.enter().map(|_| "Enter: as the prompt says"),
        Some(Kind::Yes) => Some("yes: do it; nothing else is taken for that"),
        Some(_) => Some("Enter: keep what stands in brackets"),
    };
    let words = named(model, question).into_iter().map(|word| format!("{}: {}", word.name, word.help));
    let values = matches!(question.map(|question| &question.kind), Some(Kind::Text { .. }));
    let quotes =
        values.then(|| "A value that is one of these words is given in quotes; two quotes alone empty it.".to_owned());
    enter.map(str::to_owned).into_iter().chain(words).chain(quotes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys;

    #[test]
    fn no_word_is_a_key_and_none_is_explained_by_one() {
        let rows = keys::ALL.into_iter().flat_map(keys::table);
        for row in rows.filter(|row| !matches!(row.action, Action::Suspend | Action::Move(_))) {
            let Some(name) = name(row) else { continue };
            assert!(name.chars().count() > 1, "{row:?}");
            let help = help_of(row);
            let keys = ["F1", "F2", "F3", "F4", "F5", "Ctrl", "Esc", "also by", "screen", "seconds", "window"];
            assert!(!help.is_empty() && !keys.iter().any(|key| help.contains(key)), "{name}: {help}");
        }
    }
}
