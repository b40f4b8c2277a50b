//! The words of the key table: what they are called where there are no keys, and which one a line is.

use crate::app::Model;
use crate::keys::Action;
use crate::spoken::{Kind, Question, Word};

/// A word with what it asks for.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub name: &'static str,
    /// The key as it is written, which is taken too where it is one.
    key: &'static str,
    pub help: &'static str,
    pub action: Action,
}

/// Returns the words that are taken at present, beside the answers to a question.
pub(super) fn named(model: &Model, question: Option<&Question>) -> Vec<Named> {
    let kind = question.map(|question| &question.kind);
    // Where something is written nothing but a typed yes is one.
    let is_taken = |action| !(action == Action::GoOn && matches!(kind, Some(Kind::Yes | Kind::Choice { .. })));
    let rows = model.words().into_iter().filter(|row| is_taken(row.action));
    let mut words: Vec<Named> = Vec::new();
    for row in rows {
        let name = match (row.action, row.word) {
            (Action::Help, _) => "help",
            (Action::Stop, "") => "leave",
            (_, "") if is_letter(row.label) => row.label,
            (_, "") => continue,
            (_, word) => word,
        };
        // The same by two keys is one word.
        if !words.iter().any(|word| word.name == name) {
            words.push(Named { name, key: row.label, help: row.help, action: row.action });
        }
    }
    if !words.iter().any(|word| word.action == Action::Help) {
        words.push(Named { name: "help", key: "?", help: "these words", action: Action::Help });
    }
    words
}

/// Returns the word that a line is. Where a text is typed, a letter is none.
pub(super) fn word(model: &Model, question: Option<&Question>, line: &str) -> Option<Word> {
    let line = line.trim();
    let is_text = matches!(question.map(|q| &q.kind), Some(Kind::Text { .. } | Kind::Hidden { .. }));
    let words = named(model, question);
    let is = |name: &str| name.eq_ignore_ascii_case(line);
    let by_name = words.iter().find(|word| is(word.name) || (!is_text && is(word.key)));
    let by_name = by_name.filter(|word| !is_text || !is_letter(word.name)).map(|word| word.action);
    let everywhere = || match line.to_ascii_lowercase().as_str() {
        "list" => words.iter().find(|word| word.action == Action::LookUp).map(|word| word.action),
        "back" => words.iter().find(|word| word.action == Action::Back).map(|word| word.action),
        "stop" | "leave" | "quit" => Some(Action::Stop),
        _ => None,
    };
    by_name.or_else(everywhere).map(Word)
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

fn is_letter(label: &str) -> bool {
    label.chars().count() == 1
}
