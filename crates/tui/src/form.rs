//! A form: the fields of a page, from the table of inputs.

use crosspull_core::answers::{Answers, Complaint};
use crosspull_core::field::{self, Key, Kind, Page};
use crosspull_core::find::Sought;
use crosspull_core::ids::{ClusterId, RegistryId};
use crosspull_core::inputs::check;
use crosspull_core::text::{abbreviated, clean};
use crossterm::event::KeyEvent;
use ratatui::text::{Line, Span};

use crate::input::TextBox;
use crate::lines::{fit, hang, middle, width};
use crate::model::Here;
use crate::screens::Sheet;
use crate::theme::{Theme, Tone};

/// Columns before the values.
const LABEL: usize = 14;

/// The fields of a page.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    /// Which page.
    pub page: Page,
    cells: Vec<Cell>,
    focus: usize,
}

/// A field with what is in it.
#[derive(Debug, Clone)]
struct Cell {
    field: &'static field::Field,
    value: Value,
    /// What is used where it is left empty.
    else_used: String,
    complaint: Option<String>,
}

/// What is in a field.
#[derive(Debug, Clone)]
enum Value {
    /// Typed text.
    Text(TextBox),
    /// One of the words, by its place.
    Word(&'static [(&'static str, &'static str)], usize),
}

impl Form {
    /// The form of a page, with the answers so far or the defaults.
    pub fn new(page: Page, answers: &Answers) -> Self {
        let cells = field::on(page).map(|field| Cell::new(field, answers)).collect();
        Self { page, cells, focus: 0 }
    }

    /// True where the focus is in a field that takes letters.
    pub fn in_text(&self) -> bool {
        matches!(self.cells.get(self.focus).map(|c| &c.value), Some(Value::Text(_)))
    }

    /// What can be listed for the field in focus, and what to look for there: what is typed, unless that is an id.
    pub fn lists(&self) -> Option<(Sought, String)> {
        let cell = self.cells.get(self.focus)?;
        let key = cell.field.key;
        let can = matches!(key, Key::TenantA | Key::TenantB | Key::Cluster | Key::Registry | Key::Repository);
        let whole = check(key, cell.text()).is_ok();
        can.then(|| (Sought::For(key), if whole { String::new() } else { cell.text().to_owned() }))
    }

    /// Takes what was chosen from a list for the field in focus: in place of what it has, or beside it where it holds
    /// several.
    pub fn take(&mut self, value: &str) {
        if let Some(cell) = self.cells.get_mut(self.focus)
            && let Value::Text(input) = &mut cell.value
        {
            let whole = match cell.field.kind {
                Kind::Many => {
                    let mut all: Vec<&str> =
                        input.value().split_whitespace().filter(|v| v.contains([':', '@'])).collect();
                    if !all.contains(&value) {
                        all.push(value);
                    }
                    all.join(" ")
                }
                Kind::Text | Kind::Choice(_) => value.to_owned(),
            };
            *input = TextBox::new(&whole);
            cell.changed();
        }
    }

    /// Takes a key for the field in focus.
    pub fn key(&mut self, key: &KeyEvent) {
        if let Some(cell) = self.cells.get_mut(self.focus)
            && let Value::Text(input) = &mut cell.value
            && input.key(key)
        {
            cell.changed();
        }
    }

    /// Takes a paste for the field in focus.
    pub fn paste(&mut self, text: &str) {
        if let Some(cell) = self.cells.get_mut(self.focus)
            && let Value::Text(input) = &mut cell.value
        {
            input.paste(text);
            cell.changed();
        }
    }

    /// Another word in the field in focus: the next, or the one before.
    pub fn turn(&mut self, forward: bool) {
        if let Some(cell) = self.cells.get_mut(self.focus)
            && let Value::Word(words, at) = &mut cell.value
        {
            *at = around(*at, words.len(), forward);
            cell.complaint = None;
        }
    }

    /// The focus goes to the next field, or the one before; the field that is left is checked.
    pub fn step(&mut self, forward: bool) {
        if let Some(cell) = self.cells.get_mut(self.focus) {
            cell.left();
        }
        self.focus = around(self.focus, self.cells.len(), forward);
    }

    /// Writes the fields into the answers.
    pub fn write(&self, answers: &mut Answers) {
        for cell in &self.cells {
            let text = cell.text();
            if text != clean(&shown(answers, cell.field)) {
                answers.set(cell.field.key, text);
            }
        }
    }

    /// Shows the complaints that belong to this page and goes to the first; returns how many there are.
    pub fn complain(&mut self, complaints: &[Complaint]) -> usize {
        for cell in &mut self.cells {
            let mine = complaints.iter().find(|c| c.key == Some(cell.field.key));
            cell.complaint = mine.map(|c| without_name(cell.field.key, &c.text));
        }
        let wrong = |c: &Cell| c.complaint.is_some();
        if let Some(first) = self.cells.iter().position(wrong) {
            self.focus = first;
        }
        self.cells.iter().filter(|c| wrong(c)).count()
    }

    /// The form as lines.
    pub fn sheet(&self, theme: Theme, here: &Here, columns: usize, rows: usize) -> Sheet {
        let stride = if self.cells.len() * 4 <= rows { 4 } else { 3 };
        let mut sheet = Sheet::new(theme.span(Tone::Strong, title(self.page)));
        for (i, cell) in self.cells.iter().enumerate() {
            let focused = i == self.focus;
            let top = sheet.lines.len();
            let (line, cursor) = cell.line(theme, focused, columns);
            sheet.lines.push(line);
            sheet.lines.extend(cell.under(theme, here, focused, columns));
            if focused {
                sheet.focus = top..sheet.lines.len();
                sheet.cursor = Some((cursor, top));
            }
            let last = i + 1 == self.cells.len();
            while rows >= 12 && !last && sheet.lines.len() < top + stride {
                sheet.lines.push(Line::default());
            }
            if rows >= 12 && !last {
                sheet.gap();
            }
        }
        sheet
    }
}

impl Cell {
    fn new(field: &'static field::Field, answers: &Answers) -> Self {
        let text = shown(answers, field);
        let value = match field.kind {
            Kind::Choice(words) => {
                Value::Word(words, words.iter().position(|(word, _)| *word == clean(&text)).unwrap_or(0))
            }
            Kind::Text | Kind::Many => Value::Text(TextBox::new(&text)),
        };
        Self { field, value, else_used: else_used(field.key, answers), complaint: None }
    }

    /// What is in it, without what people paste along.
    fn text(&self) -> &str {
        match &self.value {
            Value::Text(input) => clean(input.value()),
            Value::Word(words, at) => words.get(*at).map_or("", |(word, _)| word),
        }
    }

    /// It was typed in: a complaint goes as soon as the value is right, and follows it while it is not.
    fn changed(&mut self) {
        if self.complaint.is_some() {
            self.complaint = check(self.field.key, self.text()).err();
        }
    }

    /// It was left.
    fn left(&mut self) {
        if let Err(complaint) = check(self.field.key, self.text()) {
            self.complaint = Some(complaint);
        }
    }

    /// Its line, and the cursor's column where it has the focus.
    fn line(&self, theme: Theme, focused: bool, columns: usize) -> (Line<'static>, usize) {
        let room = columns.saturating_sub(LABEL);
        let label = fit(self.field.label, LABEL - 1);
        let label = format!("{label}{}", " ".repeat(LABEL - width(&label)));
        let label = theme.span(if focused { Tone::Accent } else { Tone::Plain }, label);
        let (value, cursor) = match &self.value {
            Value::Text(_) if self.text().is_empty() => (vec![theme.span(Tone::Dim, middle(&self.else_used, room))], 0),
            Value::Text(input) if focused => {
                let (text, cursor) = input.view(room);
                (vec![theme.span(Tone::Strong, text)], cursor)
            }
            Value::Text(input) => (vec![Span::raw(middle(input.value(), room))], 0),
            Value::Word(_, _) if focused => {
                (vec![theme.span(Tone::Strong, self.text().to_owned()), theme.span(Tone::Dim, "  ←→")], 0)
            }
            Value::Word(_, _) => (vec![Span::raw(self.text().to_owned())], 0),
        };
        (Line::from_iter(std::iter::once(label).chain(value)), LABEL + cursor)
    }

    /// What stands under it: the complaint, else what the value means, else the hint while it has the focus.
    fn under(&self, theme: Theme, here: &Here, focused: bool, columns: usize) -> Vec<Line<'static>> {
        let before = Span::raw(" ".repeat(LABEL));
        if let Some(complaint) = &self.complaint {
            let before = vec![before, theme.span(Tone::Bad, "✗ ")];
            return hang(theme, Tone::Bad, before, complaint, columns);
        }
        let text = match &self.value {
            Value::Word(words, at) if focused => {
                words.get(*at).map(|(word, says)| [*says, &suits(here, self.field.key, word)].concat())
            }
            Value::Word(..) => None,
            Value::Text(_) => understood(self.field.key, self.text())
                .or_else(|| focused.then(|| hint(self.field, self.text().is_empty() && self.else_used.is_empty()))),
        };
        text.map_or_else(Vec::new, |text| hang(theme, Tone::Dim, vec![before], &text, columns))
    }
}

/// Whether a way to sign in suits the place, to stand after what it is; nothing for other words.
fn suits(here: &Here, key: Key, word: &str) -> String {
    let offers = match key {
        Key::SignInA => &here.offers[0],
        Key::SignInB => &here.offers[1],
        _ => return String::new(),
    };
    let recommended = offers.first().map(|offer| offer.way);
    match offers.iter().find(|offer| offer.way.word() == word) {
        Some(offer) if Some(offer.way) == recommended => format!(". Recommended here: {}", offer.why),
        Some(offer) if !offer.fits => format!(". Not here: {}", offer.why),
        _ => String::new(),
    }
}

/// The help of a field, with an example where it is empty and the example short.
fn hint(field: &field::Field, empty: bool) -> String {
    if empty && field.example.len() < 30 {
        format!("{} For example {}", field.help, field.example)
    } else {
        field.help.to_owned()
    }
}

/// What is used for a field that is left empty.
fn else_used(key: Key, answers: &Answers) -> String {
    let cluster = || answers.get(Key::Cluster).and_then(|text| ClusterId::parse(text).ok());
    match key {
        Key::AppName => cluster().map_or_else(String::new, |c| format!("crosspull-{}", c.name())),
        _ => key.default().unwrap_or_default().to_owned(),
    }
}

/// What a long id says in short, so that one sees that the right one was pasted.
fn understood(key: Key, text: &str) -> Option<String> {
    let (name, group, subscription) = match key {
        Key::Cluster => {
            ClusterId::parse(text).ok().map(|c| (c.name().to_owned(), c.group().to_owned(), c.subscription()))?
        }
        Key::Registry => {
            let registry = RegistryId::parse(text).ok()?;
            (registry.name().to_owned(), registry.group()?.to_owned(), registry.subscription()?)
        }
        _ => return None,
    };
    Some(format!("{name} in {group}, subscription {}", abbreviated(&subscription.to_string())))
}

/// The text that stands for the answers to a field: all of them, so that none is lost unseen; else the default.
fn shown(answers: &Answers, field: &field::Field) -> String {
    let all = answers.all(field.key);
    if all.is_empty() { field.default.unwrap_or_default().to_owned() } else { all.join(" ") }
}

/// A complaint without the name of its field, where it stands under the field.
fn without_name(key: Key, text: &str) -> String {
    text.strip_prefix(key.name()).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(text).to_owned()
}

/// The next place in a ring, or the one before.
fn around(at: usize, of: usize, forward: bool) -> usize {
    let step = if forward { 1 } else { of.saturating_sub(1) };
    (at + step).checked_rem(of).unwrap_or(0)
}

/// What a page is called.
pub(crate) const fn title(page: Page) -> &'static str {
    match page {
        Page::TenantA => "Tenant A, where the cluster is",
        Page::TenantB => "Tenant B, where the registry is",
        Page::App | Page::Nowhere => "App and secret",
    }
}
