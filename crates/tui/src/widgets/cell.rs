//! A field of a form with what is in it.

use crosspull_core::find::Named;
use crosspull_core::ids::{ClusterId, RegistryId};
use crosspull_core::input::Answers;
use crosspull_core::input::check;
use crosspull_core::input::{Field, Key, Kind, Page, name_of_choice};
use crosspull_core::login::judge;
use crosspull_core::names::{Route, Side, Tenants, pull_secret_name};
use crosspull_core::text::{abbreviated, clean, count};
use ratatui::text::{Line, Span};

use crate::here::Here;
use crate::theme::{Theme, Tone};
use crate::widgets::lines::{apart, fit, hang, middle, width};
use crate::widgets::text_box::TextBox;

/// Columns before the values.
pub(crate) const LABEL: usize = 14;
/// The mark after a word that can be turned into another.
const TURNS: &str = "  ←→";
/// Columns from which on a choice is called as people call it.
const ROOMY: usize = 50;
/// Columns that a value has at least, beside what stands at its right.
const LEAST: usize = 12;

/// A field with what is in it.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub field: &'static Field,
    pub value: Value,
    /// The text that is used where the field is left empty.
    else_used: String,
    pub complaint: Option<String>,
    /// True while what is in the field is still being typed.
    pub typed: bool,
}

/// The content of a field.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// Typed text.
    Text(TextBox),
    /// One of the words, by its place.
    Word(&'static [(&'static str, &'static str)], usize),
}

impl Cell {
    pub fn new(field: &'static Field, answers: &Answers) -> Self {
        let text = shown(answers, field);
        let value = match field.kind {
            Kind::Choice(words) => {
                Value::Word(words, words.iter().position(|(word, _)| *word == clean(&text)).unwrap_or(0))
            }
            Kind::Text | Kind::Many => Value::Text(TextBox::new(&text)),
        };
        Self { field, value, else_used: else_used(field.key, answers), complaint: None, typed: false }
    }

    /// Returns what is in the field, without what people paste along.
    pub fn text(&self) -> &str {
        match &self.value {
            Value::Text(input) => clean(input.value()),
            Value::Word(words, at) => words.get(*at).map_or("", |(word, _)| word),
        }
    }

    /// Judges what is in the field so far.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what right looks like.
    pub fn judged(&self) -> Result<(), String> {
        match self.field.page {
            Page::Login => judge(self.field.key, self.text()),
            _ => check(self.field.key, self.text()),
        }
    }

    /// Takes in that somebody typed in the field: a complaint goes as soon as the value is right, and follows the value
    /// until then.
    pub fn changed(&mut self) {
        self.typed = true;
        if self.complaint.is_some() {
            self.doubt(self.judged().err());
        }
    }

    /// Returns true where the field is not answered as it must be. The field says so from then on.
    pub fn is_wrong(&mut self) -> bool {
        self.doubt(match self.text() {
            "" => Some(format!("missing. {}", self.field.help)),
            _ => self.judged().err(),
        });
        self.complaint.is_some()
    }

    /// Takes in that the focus left the field. A name without an id is right so far, where it can be looked up.
    pub fn left(&mut self, lists: bool) {
        let named = lists && Named::read(self.field.key, self.text()).is_some();
        if let (false, Err(complaint)) = (named, self.judged()) {
            self.doubt(Some(complaint));
        }
    }

    /// Keeps a complaint about what is in the field. A value that fills the window is not told whole: it stands in the field.
    pub fn doubt(&mut self, complaint: Option<String>) {
        /// The columns of a value that is told whole.
        const MOST: usize = 60;
        let text = self.text();
        let short = |complaint: String| match width(text) > MOST {
            true => complaint.replace(text, &middle(text, MOST)),
            false => complaint,
        };
        self.complaint = complaint.map(short);
    }

    /// Returns the line of the field, with something dim at its right, and the cursor's column where it has the focus.
    pub fn line(&self, theme: Theme, focused: bool, right: &str, columns: usize) -> (Line<'static>, usize) {
        let right = middle(right, self.beside(focused, columns));
        let taken = if right.is_empty() { 0 } else { width(&right) + 1 };
        let room = columns.saturating_sub(LABEL + taken);
        let label = fit(self.field.label, LABEL - 1);
        let label = format!("{label}{}", " ".repeat(LABEL - width(&label)));
        let label = theme.span(if focused { Tone::Accent } else { Tone::Plain }, label);
        let (value, cursor) = match &self.value {
            Value::Text(_) if self.text().is_empty() => (vec![theme.span(Tone::Dim, middle(&self.else_used, room))], 0),
            Value::Text(input) if focused => {
                let (text, cursor) = input.view(room);
                (vec![theme.span(Tone::Strong, text)], cursor)
            }
            Value::Text(input) => {
                let unit = unit(self.field.key, self.text());
                (vec![Span::raw(middle(&format!("{}{unit}", input.value()), room))], 0)
            }
            Value::Word(..) => (self.choice(theme, focused, room, columns), 0),
        };
        let left: Vec<Span<'static>> = std::iter::once(label).chain(value).collect();
        let line =
            if right.is_empty() { Line::from(left) } else { apart(left, vec![theme.span(Tone::Dim, right)], columns) };
        (line, LABEL + cursor)
    }

    /// Returns what people call the choice that is in the field; in a narrow window its word, which is shorter.
    fn name(&self, columns: usize) -> &'static str {
        let Value::Word(words, at) = &self.value else { return "" };
        let word = words.get(*at).map_or("", |(word, _)| word);
        if columns < ROOMY { word } else { name_of_choice(self.field.key, word) }
    }

    /// Returns the choice as people call it and, where there is room for it, its word on the command line.
    fn choice(&self, theme: Theme, focused: bool, room: usize, columns: usize) -> Vec<Span<'static>> {
        let name = self.name(columns);
        let (tone, turns) = if focused { (Tone::Strong, TURNS) } else { (Tone::Plain, "") };
        let word = format!("  {}", self.text());
        let fits = self.text() != name && width(name) + width(&word) + width(turns) <= room;
        let beside = if fits { format!("{word}{turns}") } else { turns.to_owned() };
        vec![theme.span(tone, name.to_owned()), theme.span(Tone::Dim, beside)]
    }

    /// Returns the columns for what stands at the right of the field: a word stays whole, and of a text enough to see
    /// what is typed.
    pub fn beside(&self, focused: bool, columns: usize) -> usize {
        let least = match &self.value {
            Value::Text(input) => (width(input.value()) + 1).min(LEAST),
            Value::Word(..) => width(self.name(columns)) + if focused { width(TURNS) } else { 0 },
        };
        columns.saturating_sub(LABEL + least + 1)
    }

    /// Returns the complaint about the field.
    pub fn complaint(&self, theme: Theme, columns: usize) -> Option<Vec<Line<'static>>> {
        let before = vec![Span::raw(" ".repeat(LABEL)), theme.span(Tone::Bad, "✗ ")];
        self.complaint.as_ref().map(|complaint| hang(theme, Tone::Bad, before, complaint, columns))
    }

    /// Returns what the field's value means, else while it has the focus what it is for and what `keys` do there. `here`
    /// is the place, where it says which ways to sign in can work.
    pub fn meaning(&self, here: Option<&Here>, focused: bool, keys: &str) -> Option<String> {
        match &self.value {
            Value::Word(words, at) if focused => words.get(*at).map(|(word, says)| {
                let suits = here.map_or_else(String::new, |here| suits(here, self.field.key, word));
                [*says, &suits].concat()
            }),
            Value::Word(..) => None,
            Value::Text(_) => {
                understood(self.field.key, self.text()).map(|understood| understood + keys).or_else(|| {
                    focused.then(|| hint(self.field, keys, self.text().is_empty() && self.else_used.is_empty()))
                })
            }
        }
    }
}

impl Cell {
    /// Returns the words that the field may be, each with what it means. `here` says which ways to sign in can work.
    pub fn words(&self, here: Option<&Here>) -> Vec<(&'static str, String)> {
        let Value::Word(words, _) = &self.value else { return Vec::new() };
        let says = |word| here.map_or_else(String::new, |here| suits(here, self.field.key, word));
        words.iter().map(|(word, help)| (*word, format!("{help}{}", says(word)))).collect()
    }

    /// Returns what is in the field with its unit; else what is used in its place.
    pub fn value_in_words(&self) -> String {
        match self.text() {
            "" => self.else_used.clone(),
            text => format!("{text}{}", unit(self.field.key, text)),
        }
    }
}

/// Returns the unit of a number, to stand after it.
fn unit(key: Key, text: &str) -> String {
    let noun = match key {
        Key::SecretDays => "day",
        Key::Soak => "minute",
        _ => return String::new(),
    };
    text.parse().map_or_else(|_| String::new(), |n| count(n, noun).trim_start_matches(char::is_numeric).to_owned())
}

/// Returns whether a way to sign in suits the place, to stand after what it is; nothing for other words.
fn suits(here: &Here, key: Key, word: &str) -> String {
    let offers = match key {
        Key::SignInA => here.offers(Side::A),
        Key::SignInB => here.offers(Side::B),
        _ => return String::new(),
    };
    let recommended = offers.first().map(|offer| offer.way);
    match offers.iter().find(|offer| offer.way.word() == word) {
        Some(offer) if !offer.fits => format!(". Not here: {}", offer.why),
        Some(offer) if Some(offer.way) == recommended => format!(". Recommended here: {}", offer.why),
        Some(offer) => format!(". Here: {}", offer.why),
        None => String::new(),
    }
}

/// Returns the help of a field and what keys do there, with an example where it is empty and the example short.
fn hint(field: &Field, keys: &str, empty: bool) -> String {
    let help = format!("{}{keys}", field.help);
    if empty && field.example.len() < 30 { format!("{help} For example {}", field.example) } else { help }
}

/// Returns what is used for a field that is left empty.
fn else_used(key: Key, answers: &Answers) -> String {
    let cluster = || answers.get(Key::Cluster).and_then(|text| ClusterId::parse(text).ok());
    let registry = || answers.get(Key::Registry).and_then(|text| RegistryId::parse(text).ok());
    let kind = if answers.route() == Some(Route::PullSecret) { "pull-" } else { "" };
    match key {
        Key::AppName => cluster().map_or_else(String::new, |c| format!("crosspull-{kind}{}", c.name())),
        Key::PullSecret => registry().map_or_else(String::new, |registry| pull_secret_name(&registry)),
        Key::ServiceAccount | Key::ManifestOut => "none".to_owned(),
        Key::Kubeconfig => "given by Resource Manager".to_owned(),
        Key::Context => "the current one".to_owned(),
        _ => key.default().unwrap_or_default().to_owned(),
    }
}

/// Returns what a long id says in short, so that one sees that the right one was pasted.
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

/// Returns the text that stands for the answers to a field: all of them, so that none is lost unseen; else the default.
pub(crate) fn shown(answers: &Answers, field: &Field) -> String {
    let all = answers.all(field.key);
    // Where both tenants are one, its sign-in is asked once.
    if all.is_empty() && field.key == Key::SignInB && answers.route().and_then(Route::tenants) == Some(Tenants::One) {
        return answers.or_default(Key::SignInA).to_owned();
    }
    if all.is_empty() { field.default.unwrap_or_default().to_owned() } else { all.join(" ") }
}
