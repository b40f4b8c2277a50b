//! The question: what there is to choose from, what is wrong with the answer so far, and the prompt.

use super::plain::plain;
use super::words::{Means, Named, named};
use super::{Asked, Line, Voice};
use crate::app::Model;
use crate::keys::Action;
use crate::spoken::{Kind, Question, Row};

/// Of a longer list a part is asked for before it is told.
pub(super) const MANY: usize = 20;

impl Voice {
    /// Asks: what is new of the question, and the prompt where something was told since it stood there. `question` is `None`
    /// while nothing is asked, since something is waited for.
    pub(super) fn ask(
        &mut self,
        model: &Model,
        question: Option<Option<Question>>,
        entered: bool,
        again: bool,
        answered: bool,
    ) -> Vec<Line> {
        let Some(question) = question else {
            self.asked = None;
            return Vec::new();
        };
        let before = self.asked.take();
        let told = self.places.last_mut().and_then(|place| std::mem::replace(&mut place.question, question.clone()));
        let same = is_same(told.as_ref(), question.as_ref());
        let complaint = |question: Option<&Question>| question.and_then(|one| one.complaint.clone());
        let complains = answered || complaint(told.as_ref()) != complaint(question.as_ref());
        let prompt = prompt_of(model, question.as_ref());
        // What Enter does may have changed though nothing else is asked.
        let stands = |before: &Asked| same && !answered && before.prompt == prompt;
        let kept = before.filter(stands).map(|before| before.by_itself);
        let mut lines = Vec::new();
        if let Some(question) = &question {
            if !same {
                lines.extend(question.says.iter().cloned());
                lines.extend(told_rows(question.rows()));
            }
            let complaint = question.complaint.iter().filter(|_| complains || !same);
            lines.extend(complaint.map(|complaint| format!("Not right: {complaint}")));
            let opens = told.as_ref().is_some_and(|told| is_list(question) && !is_list(told));
            lines.extend(self.new_words(model, question, entered || opens));
        }
        let mut lines: Vec<Line> = lines.into_iter().map(|line| Line::Text(plain(&line))).collect();
        let asks = again || kept.is_none() || !lines.is_empty();
        self.asked = Some(Asked { question, prompt, by_itself: kept.unwrap_or(!answered) });
        if asks {
            lines.extend(self.prompt(kept.is_some()));
        }
        lines
    }

    /// Returns the words beside the answer, where they are `told` or one of them was not told in this place.
    fn new_words(&mut self, model: &Model, question: &Question, told: bool) -> Option<String> {
        let words = beside(model, question);
        let place = self.places.last_mut()?;
        let is_new = words.iter().any(|word| !place.words.contains(word));
        place.words.extend(&words);
        (told || is_new).then(|| also(&words))
    }

    /// Returns the prompt of what is asked, for the first time or `again`.
    pub(super) fn prompt(&self, again: bool) -> Option<Line> {
        let asked = self.asked.as_ref()?;
        Some(Line::Prompt { text: asked.prompt.clone(), hidden: self.is_hidden(), again })
    }
}

/// Returns the prompt of a question, or of the words where there is none.
fn prompt_of(model: &Model, question: Option<&Question>) -> String {
    let Some(Question { label, kind, .. }) = question else { return of_words(model) };
    let end = if label.ends_with('?') { "" } else { "." };
    plain(&match kind {
        Kind::Choice { chosen: Some(chosen), .. } => format!("{label}{end} Type a number [{}]: ", chosen + 1),
        Kind::Choice { chosen: None, .. } => format!("{label}{end} Type a number: "),
        Kind::Text { value, .. } if value.is_empty() => format!("{label}: "),
        Kind::Text { value, .. } => format!("{label} [{value}]: "),
        Kind::Hidden { has: true } => format!("{label}, not shown [the one that was given]: "),
        Kind::Hidden { has: false } => format!("{label}, not shown: "),
        Kind::Yes => format!("{label} Type yes: "),
    })
}

/// Returns true where nothing is to be told again: what is new is the answer so far, and what is wrong with it.
fn is_same(before: Option<&Question>, now: Option<&Question>) -> bool {
    let parts = |question: Option<&Question>| {
        question
            .map(|one| (one.label.clone(), one.says.clone(), one.rows().to_vec(), std::mem::discriminant(&one.kind)))
    };
    parts(before) == parts(now)
}

/// Returns rows with their numbers; of many, how to have them told.
fn told_rows(rows: &[Row]) -> Vec<String> {
    if rows.len() > MANY {
        return vec![format!("{} to choose from. Type a part of a name to list those, or * to list all.", rows.len())];
    }
    numbered(rows, |_| true)
}

/// Returns the rows that are wanted, each with its number among all.
pub(super) fn numbered(rows: &[Row], wanted: impl Fn(&Row) -> bool) -> Vec<String> {
    let wanted = rows.iter().enumerate().filter(|(_, row)| wanted(row));
    let told = wanted.flat_map(|(at, row)| {
        let says = row.says.iter().map(|text| format!("   {text}"));
        [format!("{}. {}", at + 1, row.title)].into_iter().chain(says)
    });
    told.collect()
}

/// Returns everything that there is to know of a question.
pub(super) fn asked(model: &Model, question: &Question) -> Vec<String> {
    let mut lines = question.says.clone();
    lines.extend(told_rows(question.rows()));
    lines.extend(question.complaint.iter().map(|complaint| format!("Not right: {complaint}")));
    lines.push(also(&beside(model, question)));
    lines
}

/// Returns true where one chooses from what was found.
fn is_list(question: &Question) -> bool {
    matches!(question.kind, Kind::Text { .. }) && !question.rows().is_empty()
}

/// Returns the words that are taken beside an answer. What the answer itself is for is none.
fn beside(model: &Model, question: &Question) -> Vec<&'static str> {
    let words = named(model, Some(question)).into_iter();
    words.filter(|word| word.means != Means::Does(Action::GoOn)).map(|word| word.name).collect()
}

fn also(words: &[&'static str]) -> String {
    format!("Words beside the answer: {}.", words.join(", "))
}

/// Returns the prompt where only a word is waited for.
fn of_words(model: &Model) -> String {
    let words = named(model, None);
    let means = |action| words.iter().find(|word| word.means == Means::Does(action));
    // What is only read is closed by Enter too.
    let of_enter = model.enter().and_then(|enter| means(enter).or_else(|| means(Action::Back)));
    let others = listed(words.iter().filter(|word| of_enter.is_none_or(|enter| enter.means != word.means)).cloned());
    match of_enter {
        Some(on) => plain(&format!("Enter: {}. Or a word ({others}): ", on.name)),
        None => plain(&format!("Type a word ({others}): ")),
    }
}

fn listed(words: impl Iterator<Item = Named>) -> String {
    words.map(|word| word.name).collect::<Vec<_>>().join(", ")
}
