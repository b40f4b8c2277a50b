//! The wizard where there is no screen: what is told of the model, line by line, and what a line that is typed means.
//!
//! It is a front end over the model and no second wizard: what is told are the views of the model, and what is typed becomes
//! their answers or the actions of the key table. Nothing that was told is told again, since nothing can be wiped.

mod hear;
mod plain;
mod prompt;
mod words;

use crosspull_core::secret::Secret;
use jiff::{SignedDuration, Timestamp};

use crate::app::Model;
use crate::spoken::{Kind, Question, Said, Spoken};
use crate::words::times;
use plain::plain;
use prompt::asked;

/// The longest time for which nothing is told while something is waited for.
const QUIET: SignedDuration = SignedDuration::from_secs(30);

/// The memory of a talk: all that was told so far, and the question that is asked.
#[derive(Debug, Default)]
pub struct Voice {
    /// The screen and the layers over it, each with what was told of it.
    places: Vec<Place>,
    asked: Option<Asked>,
    notice: Option<String>,
    /// The row that was picked, which is told back.
    picked: Option<String>,
    /// True once the secret in sight was told.
    secret: bool,
    /// The time at which something was told last.
    last: Option<Timestamp>,
    /// The time since which something is waited for.
    since: Option<Timestamp>,
}

/// A place in the wizard, with the lines that were told there.
#[derive(Debug, Default)]
struct Place {
    title: String,
    told: Vec<String>,
    /// The question that was told there last.
    question: Option<Question>,
    /// How many of the lines have a number that can be typed.
    numbered: usize,
    /// The words that were told there.
    words: Vec<&'static str>,
}

/// The question that is asked at present.
#[derive(Debug)]
struct Asked {
    /// The question. `None` where only a word is waited for.
    question: Option<Question>,
    /// The prompt.
    prompt: String,
    /// True where nobody's answer led to it, so that a line that was typed before it was told is no answer to it.
    by_itself: bool,
}

/// Something to write.
#[derive(Debug)]
pub enum Line {
    /// A line.
    Text(String),
    /// A line with the secret, for which the operator asked.
    Secret(Secret),
    /// The text that stands before an answer.
    Prompt {
        /// The text.
        text: String,
        /// True where the answer is a secret, which nobody is to see while it is typed.
        hidden: bool,
        /// True where the same question was asked already and is still open.
        again: bool,
    },
}

/// The result of a line that was typed.
#[derive(Debug)]
pub enum Heard {
    /// Something for the model.
    Said(Said),
    /// These lines are told, and the question stays.
    Told(Vec<Line>),
}

impl Voice {
    /// Returns what there is to tell: whatever is new since it was told last, and the question. `answered` is true right
    /// after an answer.
    pub fn speak(&mut self, model: &Model, now: Timestamp, answered: bool) -> Vec<Line> {
        let spoken = model.spoken(now);
        let entered = self.enter(model.depth(), &spoken.title);
        let mut lines: Vec<String> = self.picked.take().into_iter().collect();
        lines.extend(entered.then(|| [String::new(), spoken.title.clone()]).into_iter().flatten());
        lines.extend(self.news(&spoken, answered));
        lines.extend(self.noticed(model, answered));
        let mut told: Vec<Line> = lines.into_iter().map(|line| Line::Text(plain(&line))).collect();
        // Whatever is typed hides it: one that is in sight right after an answer was asked for anew.
        let in_sight = spoken.secret.filter(|_| answered || !self.secret);
        self.secret = in_sight.is_some() || (self.secret && !answered);
        told.extend(in_sight.map(Line::Secret));
        self.works(spoken.works.is_some(), now);
        let question = (spoken.works.is_none()).then_some(spoken.question);
        told.extend(self.ask(model, question, entered, answered || !told.is_empty(), answered));
        if !told.is_empty() {
            self.last = Some(now);
        }
        told
    }

    /// Returns all that there is to tell of the place, and the question, as if nothing of it had been told.
    fn anew(&self, model: &Model, now: Timestamp) -> Vec<Line> {
        let spoken = model.spoken(now);
        let waits = self.waits(model, now);
        let question = spoken.question.filter(|_| waits.is_none());
        let asks = question.iter().flat_map(|question| asked(model, question));
        let told = std::iter::once(spoken.title).chain(spoken.lines).chain(asks).chain(waits);
        told.map(|line| Line::Text(plain(&line))).chain(self.prompt(true)).collect()
    }

    /// Returns a line where nothing was told for a while and something is waited for.
    pub fn still(&mut self, model: &Model, now: Timestamp) -> Option<Line> {
        let quiet = self.last.is_none_or(|last| now.duration_since(last).abs() >= QUIET);
        let text = self.waits(model, now).filter(|_| quiet)?;
        self.last = Some(now);
        Some(Line::Text(text))
    }

    /// Returns true where only what is typed after the question was told is an answer to it: something is written by that,
    /// or the question came by itself.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        let is_yes = |asked: &Asked| matches!(asked.question.as_ref().map(|question| &question.kind), Some(Kind::Yes));
        self.asked.as_ref().is_none_or(|asked| asked.by_itself || is_yes(asked) || self.loses())
    }

    /// Returns true where something is lost by an answer.
    fn loses(&self) -> bool {
        self.question().is_some_and(|question| question.loses)
    }

    /// Returns true while the answer is a secret.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        matches!(self.question().map(|question| &question.kind), Some(Kind::Hidden { .. }))
    }

    fn numbered(&self) -> usize {
        self.places.last().map_or(0, |place| place.numbered)
    }

    fn question(&self) -> Option<&Question> {
        self.asked.as_ref()?.question.as_ref()
    }

    /// Returns what is waited for, and for how long already.
    fn waits(&self, model: &Model, now: Timestamp) -> Option<String> {
        let works = model.spoken(now).works?;
        let seconds = self.since.map_or(0, |since| times::between(since, now) / 1000);
        Some(plain(&format!("Still working: {works}, {}.", times::seconds(seconds))))
    }

    /// Goes to a place; true where its title is to be told.
    fn enter(&mut self, depth: usize, title: &str) -> bool {
        let came_back = self.places.len() > depth + 1;
        self.places.truncate(depth + 1);
        if came_back {
            self.asked = None;
        }
        if self.places.len() == depth + 1 && self.places.last().is_some_and(|place| place.title == title) {
            return came_back;
        }
        self.places.truncate(depth);
        // What lies under a layer that came before its screen was told is told when the layer goes.
        while self.places.len() < depth {
            self.places.push(Place::default());
        }
        self.places.push(Place { title: title.to_owned(), ..Place::default() });
        self.asked = None;
        true
    }

    /// Returns the lines that were not told yet. After an answer, what is no longer so may be told again.
    fn news(&mut self, spoken: &Spoken, answered: bool) -> Vec<String> {
        let Some(place) = self.places.last_mut() else { return Vec::new() };
        if answered {
            place.told.retain(|line| spoken.lines.contains(line));
        }
        let news: Vec<String> = spoken.lines.iter().filter(|line| !place.told.contains(line)).cloned().collect();
        place.told.extend(news.iter().cloned());
        place.numbered = spoken.numbered;
        news
    }

    fn noticed(&mut self, model: &Model, answered: bool) -> Option<String> {
        let before = self.notice.take().filter(|_| !answered);
        self.notice = model.notice().map(str::to_owned);
        self.notice.clone().filter(|notice| before.as_ref() != Some(notice))
    }

    fn works(&mut self, works: bool, now: Timestamp) {
        self.since = if works { self.since.or(Some(now)) } else { None };
    }
}
