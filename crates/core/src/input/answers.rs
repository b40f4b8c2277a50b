//! Answers: raw text by key, from wherever it was given.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cloud::{CloudChoice, KnownCloud};
use crate::input::{FIELDS, Key, Kind};
use crate::names::{Route, Tenants};
use crate::text::clean;
use crate::wording::{Front, Wording, name};

/// The answers as text, from wherever they came: screen, flag, environment or file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<Key, Vec<String>>);

/// A sentence on what is wrong with an input, and what right looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The input; `None` where it is no input at all, such as an unknown key in the answers file.
    pub key: Option<Key>,
    /// The sentence.
    pub text: Wording,
}

impl Complaint {
    /// Returns the complaint about an input.
    #[must_use]
    pub fn of(key: Key, text: impl Into<Wording>) -> Self {
        Self { key: Some(key), text: text.into() }
    }

    /// Returns the complaint about what is no input.
    #[must_use]
    pub fn of_none(text: impl Into<Wording>) -> Self {
        Self { key: None, text: text.into() }
    }

    /// Returns the sentence with its input before it, in the words of a front end.
    #[must_use]
    pub fn told(&self, front: Front) -> String {
        let text = self.text.told(front);
        match self.key {
            Some(key) => format!("{}: {text}", name(key, front)),
            None => text,
        }
    }
}

impl std::fmt::Display for Complaint {
    /// Writes the sentence for the command line of a run.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.told(Front::Flags))
    }
}

impl Answers {
    /// Reads an answers file.
    ///
    /// # Errors
    /// Every unknown key and every value of a wrong type, each with its sentence.
    pub fn from_toml(text: &str) -> Result<Self, Vec<Complaint>> {
        let table: toml::Table =
            text.parse().map_err(|e: toml::de::Error| vec![Complaint::of_none(not_toml(text, &e))])?;
        let mut answers = Self::default();
        let mut complaints = Vec::new();
        for (name, value) in &table {
            let Some(key) = Key::from_name(name) else {
                complaints.push(Complaint::of_none(unknown_key(name)));
                continue;
            };
            match values(value) {
                Some(values) => answers.set_all(key, values),
                None => complaints
                    .push(Complaint::of(key, "in the answers file it is neither text, a number nor a list of texts")),
            }
        }
        if complaints.is_empty() { Ok(answers) } else { Err(complaints) }
    }

    /// The cloud, where it is a known one.
    #[must_use]
    pub fn cloud(&self) -> Option<KnownCloud> {
        CloudChoice::parse(self.or_default(Key::Cloud)).ok()?.known()
    }

    /// True where they are about a simulated cloud.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        CloudChoice::parse(self.or_default(Key::Cloud)).is_ok_and(|cloud| cloud.is_simulated())
    }

    /// True where nothing was answered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first value given for a key; nothing where none was or it is blank.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<&str> {
        self.0.get(&key)?.iter().map(|v| clean(v)).find(|v| !v.is_empty())
    }

    /// All values of a key, one text split at white space and commas where the field holds several.
    #[must_use]
    pub fn all(&self, key: Key) -> Vec<&str> {
        let split = key.field().is_some_and(|f| f.kind == Kind::Many);
        let given = self.0.get(&key).into_iter().flatten();
        given
            .flat_map(|v| v.split(move |c: char| split && (c.is_whitespace() || c == ',')))
            .map(clean)
            .filter(|v| !v.is_empty())
            .collect()
    }

    /// The value given, else the default.
    #[must_use]
    pub fn or_default(&self, key: Key) -> &str {
        self.get(key).or_else(|| key.default()).unwrap_or_default()
    }

    /// Answers a key, in place of what it had.
    pub fn set(&mut self, key: Key, value: impl Into<String>) {
        self.set_all(key, vec![value.into()]);
    }

    /// Answers a key with several values, in place of what it had.
    pub fn set_all(&mut self, key: Key, values: Vec<String>) {
        self.0.insert(key, values);
    }

    /// Returns the route that was asked for; none where it is left to crosspull.
    #[must_use]
    pub fn route(&self) -> Option<Route> {
        Route::from_word(self.or_default(Key::Route))
    }

    /// Returns the answers with what follows from a route that is about one tenant: the registry's tenant is the
    /// cluster's, unless somebody named it.
    #[must_use]
    pub fn with_one_tenant(&self) -> Self {
        let mut answers = self.clone();
        let one = answers.route().and_then(Route::tenants) == Some(Tenants::One);
        if let (true, None, Some(tenant)) = (one, self.get(Key::TenantB), self.get(Key::TenantA)) {
            answers.set(Key::TenantB, tenant);
        }
        answers
    }

    /// The answers to those keys alone.
    #[must_use]
    pub fn only(&self, keys: impl Fn(Key) -> bool) -> Self {
        Self(self.0.iter().filter(|(key, _)| keys(**key)).map(|(key, values)| (*key, values.clone())).collect())
    }

    /// Adds the answers of `below` for the keys that have none here.
    #[must_use]
    pub fn over(mut self, below: Self) -> Self {
        for (key, values) in below.0 {
            self.0.entry(key).or_insert(values);
        }
        self
    }

    /// The answers as an answers file: what was given, nothing else.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut table = toml::Table::new();
        for field in &FIELDS {
            let values = self.all(field.key);
            let value = match (values.as_slice(), field.kind) {
                ([], _) => continue,
                (several, kind) if kind == Kind::Many || several.len() > 1 => {
                    toml::Value::Array(several.iter().map(|v| toml::Value::String((*v).to_owned())).collect())
                }
                ([one, ..], _) => toml::Value::String((*one).to_owned()),
            };
            table.insert(field.key.name().to_owned(), value);
        }
        table.to_string()
    }
}

/// The sentence for a file that is no TOML, with the line where reading ended.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {} is not TOML: {}", before.lines().count().max(1), error.message())
}

/// A value of the answers file as texts.
fn values(value: &toml::Value) -> Option<Vec<String>> {
    match value {
        toml::Value::String(text) => Some(vec![text.clone()]),
        toml::Value::Integer(number) => Some(vec![number.to_string()]),
        toml::Value::Float(number) => Some(vec![number.to_string()]),
        toml::Value::Boolean(yes) => Some(vec![if *yes { "yes" } else { "no" }.to_owned()]),
        toml::Value::Array(items) => items.iter().map(|i| i.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// The sentence for a key that is none, with the nearest one that is.
fn unknown_key(name: &str) -> String {
    let near = FIELDS.iter().map(|f| f.key.name()).min_by_key(|known| distance(known, name));
    match near {
        Some(near) if distance(near, name) <= 3 => {
            format!("\"{name}\" in the answers file is not an input. Did you mean {near}?")
        }
        _ => format!("\"{name}\" in the answers file is not an input. crosspull apply --help lists them."),
    }
}

/// Edits that turn one word into another (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut previous = i;
        let mut left = i + 1;
        for (y, cell) in b.chars().zip(row.iter_mut().skip(1)) {
            let next = (previous + usize::from(x != y)).min(left + 1).min(*cell + 1);
            previous = std::mem::replace(cell, next);
            left = next;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
