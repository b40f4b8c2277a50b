//! A form where there is no screen: one field after the other is asked for.

use crosspull_core::find::{Choice, Progress, Sought};
use crosspull_core::input::Key;
use crosspull_core::sign_in::SignIn;
use crosspull_core::text::clean;
use crosspull_core::wording::Front;

use super::FormScreen;
use crate::msg::Notice;
use crate::pages;
use crate::screen::Reaction;
use crate::shared::Shared;
use crate::spoken::{Answer, Kind, Question, Row, Spoken};
use crate::widgets::aloud::WIDE;
use crate::widgets::cell::{Cell, Value, shown};
use crate::widgets::picker::Picker;
use crate::widgets::text_box::TextBox;
use crate::words::names;

/// The answers to the line that fields are folded away behind.
const FOLD: [&str; 2] = ["Leave them as they are", "Show them"];

impl FormScreen {
    /// Returns the question for the field in focus; while its list comes in, what is waited for.
    pub(super) fn told(&self, shared: &Shared) -> Spoken {
        let mut spoken = Spoken::titled(shared.pages().title(self.page));
        let signs_in = pages::side(self.page).is_some_and(|side| shared.signed_in.signs_in(side, &shared.answers));
        spoken.lines.extend(signs_in.then(|| "Signing in to the tenant; the questions go on meanwhile.".to_owned()));
        let list = self.list.as_deref().filter(|list| list.is_seen());
        if let Some(list) = list.filter(|list| list.progress == Progress::Goes) {
            spoken.works = Some(format!("waits for the list of {}; close goes on without it", listed(list)));
            return spoken;
        }
        spoken.question = Some(match (self.cells.get(self.focus), self.at_below()) {
            (Some(cell), _) => self.asks(shared, cell, list),
            (None, Some(field)) => self.asks_below(field),
            (None, None) => self.asks_fold(),
        });
        spoken
    }

    fn asks(&self, shared: &Shared, cell: &Cell, list: Option<&Picker>) -> Question {
        let here = Some(&shared.here).filter(|_| !shared.simulated);
        let kind = match &cell.value {
            Value::Word(_, at) => {
                let rows = cell.words(here).into_iter().map(|(word, says)| Row::new(word, [says])).collect();
                Kind::Choice { rows, chosen: Some(*at) }
            }
            Value::Text(_) => {
                let rows = list.map_or_else(Vec::new, |list| list.matching().flatten().map(row).collect());
                Kind::Text { value: cell.value_in_words(), rows }
            }
        };
        let mut question = Question { complaint: cell.complaint.clone(), ..Question::new(cell.field.label, kind) };
        let is_text = matches!(cell.value, Value::Text(_));
        let says = self.entered(shared, cell).or_else(|| cell.meaning(here, true, "").filter(|_| is_text));
        question.says.extend(says);
        question
            .says
            .extend((list.is_none() && self.has_list()).then(|| "Type list to choose from a list.".to_owned()));
        question.says.extend(list.map(why_none).unwrap_or_default());
        question
    }

    /// Returns the tenant that somebody signed in to, below the field that names it, and below the way who that was.
    fn entered(&self, shared: &Shared, cell: &Cell) -> Option<String> {
        let side = pages::side(self.page)?;
        // What is wrong is not among the answers, so whoever signed in by these signed in elsewhere.
        let is_answer = |cell: &Cell| cell.text() == clean(&shown(&shared.answers, cell.field));
        let entered = shared.signed_in.of(side, &shared.answers).filter(|_| self.cells.iter().all(is_answer))?;
        match cell.field.key {
            key if key == Key::tenant(side) => Some(names::tenant(entered, cell.text(), WIDE)),
            key if key == Key::sign_in(side) => {
                entered.account.as_ref().map(|account| format!("{account} is signed in."))
            }
            _ => None,
        }
    }

    fn asks_below(&self, field: usize) -> Question {
        let drawn = self.below.as_ref().and_then(|below| below.drawn(WIDE).into_iter().nth(field));
        let Some(drawn) = drawn else {
            return Question::new("", Kind::Text { value: String::new(), rows: Vec::new() });
        };
        let kind = match self.below.as_ref().is_some_and(|below| below.is_hidden(field)) {
            true => Kind::Hidden { has: !drawn.value.is_empty() },
            false if drawn.value.is_empty() => Kind::Text { value: drawn.else_used.to_owned(), rows: Vec::new() },
            false => Kind::Text { value: drawn.value, rows: Vec::new() },
        };
        Question { says: vec![drawn.help.to_owned()], complaint: drawn.complaint, ..Question::new(drawn.label, kind) }
    }

    fn asks_fold(&self) -> Question {
        let names: Vec<&str> = self.folded.iter().map(|cell| cell.field.label).collect();
        let rows = FOLD.map(|title| Row::new(title, [""; 0])).into();
        let says = vec![format!("{}.", names.join(", "))];
        Question { says, ..Question::new("More", Kind::Choice { rows, chosen: Some(0) }) }
    }

    /// Takes the answer for the field in focus, and goes on to the next one that needs something.
    pub(super) fn answered(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        if self.is_at_fold() {
            return match answer {
                Answer::Number(1) => {
                    self.unfold();
                    Vec::new()
                }
                _ => self.finish(shared),
            };
        }
        match answer {
            Answer::Number(at) if self.list.is_some() => {
                if let Some(list) = &mut self.list {
                    list.choose(*at);
                }
                self.take();
                // A repository is followed by its tags, and a namespace by others.
                let more = self.list.is_some() || self.cells.get(self.focus).is_some_and(is_of_many);
                if more {
                    self.write(shared);
                    return Vec::new();
                }
            }
            Answer::Number(at) => self.turn_to(*at),
            Answer::Text(text) => {
                let before = self.cells.get(self.focus).map(|cell| cell.text().to_owned());
                self.put(text);
                let reactions = self.forward(shared);
                self.keep_what_was(&before.unwrap_or_default());
                return reactions;
            }
            Answer::Sought(text) => {
                if let Some(none) = self.seek(text) {
                    shared.notice = Some(Notice::bad(none));
                    return Vec::new();
                }
            }
            // What was complained about was put back to what it was, so it is looked at anew.
            Answer::Keep => {
                if let Some(cell) = self.cells.get_mut(self.focus).filter(|cell| cell.complaint.is_some()) {
                    cell.changed();
                }
            }
            Answer::Yes => return Vec::new(),
        }
        self.forward(shared)
    }

    /// Says who stands for the person whose sign-in was chosen: on the simulated cloud nobody is asked.
    fn stands_in(&self, shared: &Shared) -> Option<Notice> {
        let cell = self.cells.get(self.focus).filter(|_| shared.simulated)?;
        let of_way = matches!(cell.field.key, Key::SignInA | Key::SignInB);
        let way = SignIn::from_word(cell.text()).filter(|_| of_way)?;
        (way == SignIn::AzureCli || way.asks_a_person())
            .then(|| Notice::good("In the demo an app stands for you: nobody is asked to sign in."))
    }

    /// Goes to the next field, where the one in focus is right so far. What was complained about is the last one that is
    /// asked for.
    fn forward(&mut self, shared: &mut Shared) -> Vec<Reaction> {
        let lists = self.has_list();
        if let Some(cell) = self.cells.get_mut(self.focus) {
            cell.left(lists);
            if cell.complaint.is_some() {
                // What is wrong is asked about once, and no list comes by itself to ask again.
                self.hush();
                return Vec::new();
            }
        }
        if let Some(place) = self.lacks_server() {
            self.go_to(place);
            self.hush();
            return Vec::new();
        }
        self.write(shared);
        shared.notice = self.stands_in(shared).or_else(|| shared.notice.take());
        if self.tried || self.focus + 1 >= self.stops() {
            return self.finish(shared);
        }
        self.go_to(self.focus + 1);
        Vec::new()
    }

    fn finish(&mut self, shared: &mut Shared) -> Vec<Reaction> {
        let reactions = self.submit(shared);
        self.tried = true;
        reactions
    }

    fn turn_to(&mut self, at: usize) {
        if let Some(cell) = self.cells.get_mut(self.focus)
            && let Value::Word(_, chosen) = &mut cell.value
        {
            *chosen = at;
            cell.complaint = None;
        }
    }

    /// Takes a text as the value, where it is a whole one. Else none of the list is called so, which is returned, and what
    /// stood in the field stays.
    fn seek(&mut self, text: &str) -> Option<String> {
        let before = self.cells.get(self.focus)?.clone();
        let list = self.list.take()?;
        self.put(text);
        if self.is_whole() {
            return None;
        }
        let none = none_called(&list, text);
        if let Some(cell) = self.cells.get_mut(self.focus) {
            *cell = before;
        }
        self.list = Some(list);
        Some(none)
    }

    /// Puts the former text back in the place of one that is complained about: Enter alone keeps what was right.
    fn keep_what_was(&mut self, before: &str) {
        let wrong = self.cells.get_mut(self.focus).filter(|cell| cell.complaint.is_some() && !before.is_empty());
        if let Some(cell) = wrong
            && let Value::Text(input) = &mut cell.value
        {
            *input = TextBox::new(before);
        }
    }

    fn put(&mut self, text: &str) {
        if let (Some(field), Some(below)) = (self.at_below(), &mut self.below) {
            below.put(field, text);
        }
        if let Some(cell) = self.cells.get_mut(self.focus)
            && let Value::Text(input) = &mut cell.value
        {
            *input = TextBox::new(text);
            cell.changed();
            self.list = None;
        }
    }
}

fn row(choice: &Choice) -> Row {
    let details: Vec<&str> = choice.details.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    Row::new(choice.name.clone(), [details.join(", ")])
}

/// Returns true for a field that takes several values, one after the other.
fn is_of_many(cell: &Cell) -> bool {
    cell.field.key == Key::Namespace
}

/// Returns what a list is of.
fn listed(list: &Picker) -> String {
    match &list.sought {
        Sought::Tags(repository) => format!("tags of {repository}"),
        Sought::For(Key::TenantA | Key::TenantB) => "tenants".to_owned(),
        Sought::For(Key::Cluster) => "clusters".to_owned(),
        Sought::For(Key::Registry) => "registries".to_owned(),
        Sought::For(Key::Repository) => "repositories".to_owned(),
        Sought::For(Key::Namespace) => "namespaces".to_owned(),
        Sought::For(_) => "what there is".to_owned(),
    }
}

/// Returns what one of a list is.
fn one_of(list: &Picker) -> &'static str {
    match &list.sought {
        Sought::Tags(_) => "tag",
        Sought::For(Key::TenantA | Key::TenantB) => "tenant",
        Sought::For(Key::Cluster) => "cluster",
        Sought::For(Key::Registry) => "registry",
        Sought::For(Key::Repository) => "repository",
        Sought::For(Key::Namespace) => "namespace",
        Sought::For(_) => "entry",
    }
}

fn none_called(list: &Picker, part: &str) -> String {
    format!("No {} has {part} in its name.", one_of(list))
}

/// Returns why a list has nothing to choose from, or not all.
fn why_none(list: &Picker) -> Vec<String> {
    match &list.progress {
        Progress::Failed(trouble) => trouble.told(Front::Fields, None),
        Progress::Whole if list.len() == 0 => vec!["There is none that you may see. Give it yourself.".to_owned()],
        Progress::Whole if list.matching().len() == 0 => vec![none_called(list, list.filter())],
        Progress::Whole | Progress::Goes => Vec::new(),
    }
}
