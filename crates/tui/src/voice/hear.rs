//! What a line that is typed means: an answer, a word of the key table, or something to be told about.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::plain::plain;
use super::prompt::{MANY, numbered};
use super::words::{help, word};
use super::{Heard, Line, Voice};
use crate::app::Model;
use crate::keys::Action;
use crate::spoken::{Answer, Kind, Question, Row, Said, Word};

impl Voice {
    /// Takes a line. It is `fresh` where it was typed after the prompt was told.
    pub fn hear(&self, model: &Model, line: &str, fresh: bool, now: Timestamp) -> Heard {
        let asked = self.question();
        let text = line.trim();
        let is_hidden = self.is_hidden();
        match word(model, asked, text).filter(|_| !is_hidden) {
            Some(Word(Action::Help)) => return self.tell(help(model, asked, self.asked.is_none())),
            Some(word @ Word(Action::Stop)) => return Heard::Said(Said::Word(word)),
            _ if !fresh && self.is_strict() && self.asked.is_some() => {
                return self.say("That was typed before this question was told, so it is no answer to it.");
            }
            Some(word) => return Heard::Said(Said::Word(word)),
            None => {}
        }
        if self.asked.is_none() {
            return self.while_working(model, text, now);
        }
        match asked {
            None => self.without_question(model, text),
            Some(question) => self.answer(question, if is_hidden { line } else { text }),
        }
    }

    /// Takes a line while nothing is asked.
    fn while_working(&self, model: &Model, text: &str, now: Timestamp) -> Heard {
        match (number(text, self.numbered()), self.waits(model, now)) {
            (Some(Ok(at)), _) => said(Answer::Number(at)),
            (_, Some(waits)) => Heard::Told(vec![Line::Text(waits)]),
            (_, None) => Heard::Told(vec![Line::Text("Nothing is asked now.".to_owned())]),
        }
    }

    /// Takes a line where only a word or the number of a line is waited for.
    fn without_question(&self, model: &Model, text: &str) -> Heard {
        match (text, model.enter(), number(text, self.numbered())) {
            ("", Some(enter), _) => Heard::Said(Said::Word(Word(enter))),
            (_, _, Some(Ok(at))) => said(Answer::Number(at)),
            _ => self.say("That is none of the words. help tells what they do."),
        }
    }

    fn answer(&self, question: &Question, text: &str) -> Heard {
        match (&question.kind, text) {
            (Kind::Yes, yes) if yes.eq_ignore_ascii_case("yes") => said(Answer::Yes),
            (Kind::Yes, _) => match number(text, self.numbered()) {
                Some(Ok(at)) => said(Answer::Number(at)),
                _ => self.say("Nothing was done. Only the word yes does it; back and leave are words too."),
            },
            (Kind::Choice { chosen: Some(chosen), .. }, "") => said(Answer::Number(*chosen)),
            (Kind::Text { .. } | Kind::Hidden { .. }, "") => said(Answer::Keep),
            (Kind::Hidden { .. }, secret) => said(Answer::Text(Zeroizing::new(secret.to_owned()))),
            (Kind::Choice { rows, .. } | Kind::Text { rows, .. }, _) => self.of_rows(question, rows, text),
        }
    }

    /// Takes a line as the number or the name of a row, or as what narrows many of them; else as a text, where one is asked
    /// for.
    fn of_rows(&self, question: &Question, rows: &[Row], text: &str) -> Heard {
        let takes_text = matches!(question.kind, Kind::Text { .. });
        match number(text, rows.len()) {
            Some(Ok(at)) => return said(Answer::Number(at)),
            Some(Err(of)) if of > 0 => return self.say(&format!("There is none of that number: 1 to {of}.")),
            _ => {}
        }
        if let Some(at) = rows.iter().position(|row| row.title.eq_ignore_ascii_case(text)) {
            return said(Answer::Number(at));
        }
        let part = text.to_lowercase();
        let wanted = |row: &Row| part == "*" || row.title.to_lowercase().contains(&part);
        if rows.len() > MANY && rows.iter().any(wanted) {
            return self.tell(numbered(rows, wanted));
        }
        if takes_text {
            return said(Answer::Text(Zeroizing::new(unquoted(text).to_owned())));
        }
        self.say("That is none of them. Type the number of one.")
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

/// Returns a text without the quotes that tell it from a word.
fn unquoted(text: &str) -> &str {
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inside.unwrap_or(text)
}
