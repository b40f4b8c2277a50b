//! The meaning of a line that is typed: an answer, a word of the key table, or something to be told about.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::plain::plain;
use super::prompt::{MANY, numbered};
use super::words::{Means, help, is_of_forms, word};
use super::{Heard, Line, Voice};
use crate::app::Model;
use crate::keys::Action;
use crate::spoken::{Answer, Kind, Question, Row, Said, Word};

impl Voice {
    /// Takes a line. It is `fresh` where it was typed after the prompt was told.
    pub fn hear(&mut self, model: &Model, line: &str, fresh: bool, now: Timestamp) -> Heard {
        let heard = self.heard(model, line, fresh, now);
        if let (Heard::Said(Said::Answer(Answer::Number(at))), Some(question)) = (&heard, self.question()) {
            self.picked = told_back(question, *at);
        }
        heard
    }

    fn heard(&self, model: &Model, line: &str, fresh: bool, now: Timestamp) -> Heard {
        let asked = self.question();
        let text = line.trim();
        let is_hidden = self.is_hidden();
        match word(model, asked, text).filter(|_| !is_hidden) {
            Some(Means::Does(Action::Help)) => return self.tell(help(model, asked, self.asked.is_none())),
            Some(Means::Again) => return Heard::Told(self.anew(model, now)),
            // A run is stopped by it at once.
            Some(Means::Does(Action::Stop)) if fresh || !self.loses() => return Heard::Said(Said::Word(Word::STOP)),
            _ if !fresh && self.is_strict() && self.asked.is_some() => {
                return self.say("That was typed before this question was told, so it is no answer to it.");
            }
            Some(Means::Does(action)) => return Heard::Said(Said::Word(Word(action))),
            None => {}
        }
        let text = if is_hidden { text } else { self.explained(model, text) };
        if self.asked.is_none() {
            return self.while_working(model, text, now);
        }
        match asked {
            None => self.without_question(model, text),
            Some(question) => self.answer(question, if is_hidden { line } else { text }),
        }
    }

    /// Returns the number of a step that is to be explained: `explain 3` is `3`.
    fn explained<'a>(&self, model: &Model, text: &'a str) -> &'a str {
        let of_step = text
            .split_once(' ')
            .filter(|(explain, _)| word(model, self.question(), explain) == Some(Means::Does(Action::Explain)));
        of_step.map_or(text, |(_, number)| number.trim())
    }

    /// Takes a line while nothing is asked.
    fn while_working(&self, model: &Model, text: &str, now: Timestamp) -> Heard {
        match (number(text, self.numbered()), self.waits(model, now)) {
            (Some(Ok(at)), _) => said(Answer::Number(at)),
            (Some(Err(of)), _) if of > 0 => self.none_of(of),
            (_, Some(waits)) => Heard::Told(vec![Line::Text(waits)]),
            (_, None) => Heard::Told(vec![Line::Text("Nothing is asked now.".to_owned())]),
        }
    }

    /// Takes a line where only a word or the number of a line is waited for.
    fn without_question(&self, model: &Model, text: &str) -> Heard {
        match (text, model.enter(), number(text, self.numbered())) {
            ("", Some(enter), _) => Heard::Said(Said::Word(Word(enter))),
            (_, _, Some(Ok(at))) => said(Answer::Number(at)),
            (_, _, Some(Err(of))) if of > 0 => self.none_of(of),
            _ => self.say("That is none of the words. help tells what they do."),
        }
    }

    fn answer(&self, question: &Question, text: &str) -> Heard {
        match (&question.kind, text) {
            (Kind::Yes, yes) if yes.eq_ignore_ascii_case("yes") => said(Answer::Yes),
            (Kind::Yes, _) => match number(text, self.numbered()) {
                Some(Ok(at)) => said(Answer::Number(at)),
                Some(Err(of)) if of > 0 => self.none_of(of),
                _ => self.say("Nothing was done. Only the word yes does it; back and leave are words too."),
            },
            (Kind::Choice { chosen: Some(chosen), .. }, "") => said(Answer::Number(*chosen)),
            (Kind::Text { .. } | Kind::Hidden { .. }, "") => said(Answer::Keep),
            (Kind::Hidden { .. }, secret) => said(Answer::Text(Zeroizing::new(secret.to_owned()))),
            (Kind::Text { .. }, word) if is_of_forms(word) => {
                self.say(&format!("{word} is no word here. As a value it is given in quotes."))
            }
            (Kind::Choice { rows, .. }, _) => {
                self.of_rows(rows, text).unwrap_or_else(|| self.say("That is none of them. Type the number of one."))
            }
            (Kind::Text { rows, .. }, _) => self.of_rows(rows, text).unwrap_or_else(|| {
                said(match unquoted(text) {
                    Some(value) => Answer::Text(Zeroizing::new(value.to_owned())),
                    None if rows.is_empty() => Answer::Text(Zeroizing::new(text.to_owned())),
                    None => Answer::Sought(Zeroizing::new(text.to_owned())),
                })
            }),
        }
    }

    /// Takes a line as the number or the name of a row, or as what narrows them; `None` where it is none of that.
    fn of_rows(&self, rows: &[Row], text: &str) -> Option<Heard> {
        match number(text, rows.len()) {
            Some(Ok(at)) => return Some(said(Answer::Number(at))),
            Some(Err(of)) if of > 0 => return Some(self.none_of(of)),
            _ => {}
        }
        if let Some(at) = rows.iter().position(|row| row.title.eq_ignore_ascii_case(text)) {
            return Some(said(Answer::Number(at)));
        }
        let part = text.to_lowercase();
        let wanted = |row: &Row| part == "*" || row.title.to_lowercase().contains(&part);
        let narrows = rows.len() > MANY || matches!(self.question().map(|one| &one.kind), Some(Kind::Text { .. }));
        (narrows && rows.iter().any(wanted)).then(|| self.tell(numbered(rows, wanted)))
    }

    fn none_of(&self, of: usize) -> Heard {
        self.say(&format!("There is none of that number: 1 to {of}."))
    }

    fn say(&self, text: &str) -> Heard {
        self.tell(vec![text.to_owned()])
    }

    /// Tells lines, and asks again.
    fn tell(&self, lines: Vec<String>) -> Heard {
        let lines = lines.iter().map(|line| Line::Text(plain(line)));
        Heard::Told(lines.chain(self.prompt(true)).collect())
    }
}

const fn said(answer: Answer) -> Heard {
    Heard::Said(Said::Answer(answer))
}

/// Returns the place that a number names among so many; else how many there are.
fn number(text: &str, of: usize) -> Option<Result<usize, usize>> {
    let number: usize = text.parse().ok()?;
    let at = number.checked_sub(1).filter(|at| *at < of);
    Some(at.ok_or(of))
}

/// Returns what is between the quotes that tell a value from a word.
fn unquoted(text: &str) -> Option<&str> {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"'))
}

/// Returns the row that was picked by its number, to be told back.
fn told_back(question: &Question, at: usize) -> Option<String> {
    let row = question.rows().get(at)?;
    // What a choice means was told with it; the details of what was found say which of those of one name it is.
    let says = row.says.iter().filter(|_| matches!(question.kind, Kind::Text { .. }));
    let row: Vec<&str> = std::iter::once(row.title.as_str()).chain(says.map(String::as_str)).collect();
    let label = if question.label.ends_with('?') { "Chosen" } else { question.label.as_str() };
    Some(format!("{label}: {}", row.join(", ")))
}
