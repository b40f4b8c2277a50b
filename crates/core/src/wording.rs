//! A text that names inputs: a screen calls an input by its field, the command line by its flag.

use std::fmt;
use std::ops::{Add, Deref};

use serde::{Deserialize, Serialize};

use crate::field::{Key, Page, login};
use crate::names::Side;
use crate::text::shell_option;

/// A place where a text is told, which decides what an input is called there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    /// The command line of a run, of its plan and of `access`.
    Flags,
    /// The command line of `login`, which has one tenant.
    LoginFlags,
    /// The entry of a kubeconfig, whose options are those of `access token`.
    EntryFlags,
    /// A screen of the wizard, or its questions where there is none.
    Fields,
    /// The form of a sign-in to a registry, which has one tenant too.
    LoginFields,
}

/// A text, with the inputs that it names.
///
/// The text dereferences to what the command line says; a journal keeps that, with the places of the inputs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    #[serde(rename = "now", default, skip_serializing_if = "String::is_empty")]
    text: String,
    #[serde(rename = "names", default, skip_serializing_if = "Vec::is_empty")]
    named: Vec<Named>,
}

/// An input, named at a place of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Named {
    /// The place where its flag begins.
    at: usize,
    input: Key,
    /// The values that it is to have; none where the input alone is meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
}

impl Key {
    /// Returns the input with the value that it is to have, as each front end says it.
    #[must_use]
    pub fn given(self, value: impl Into<String>) -> Wording {
        Wording::naming(self, vec![value.into()])
    }

    /// Returns the input with all the values that it is to have, as each front end says it.
    #[must_use]
    pub fn given_all(self, values: impl IntoIterator<Item = String>) -> Wording {
        Wording::naming(self, values.into_iter().collect())
    }
}

impl Wording {
    fn naming(input: Key, values: Vec<String>) -> Self {
        let named = Named { at: 0, input, values };
        Self { text: named.in_words_of(Front::Flags), named: vec![named] }
    }

    /// Returns the text in the words of a front end.
    #[must_use]
    pub fn told(&self, front: Front) -> String {
        let mut told = String::with_capacity(self.text.len());
        let mut from = 0;
        for named in &self.named {
            let flag = named.in_words_of(Front::Flags);
            let rest = self.text.get(named.at..).filter(|rest| rest.starts_with(&flag));
            // A text of a journal that somebody changed is told as it stands there.
            if let (Some(before), Some(_)) = (self.text.get(from..named.at), rest) {
                told.push_str(before);
                told.push_str(&named.in_words_of(front));
                from = named.at + flag.len();
            }
        }
        told.push_str(self.text.get(from..).unwrap_or_default());
        told
    }

    /// Returns the inputs that the text names.
    pub fn inputs(&self) -> impl Iterator<Item = Key> {
        self.named.iter().map(|named| named.input)
    }
}

impl Named {
    fn in_words_of(&self, front: Front) -> String {
        match front {
            Front::Flags => self.as_flag(self.input.name()),
            Front::LoginFlags => self.as_flag(flag_of_login(self.input)),
            Front::EntryFlags => self.as_flag(flag_of_entry(self.input)),
            Front::Fields => self.as_field(&field(self.input)),
            Front::LoginFields => self.as_field(&field_of_login(self.input)),
        }
    }

    fn as_flag(&self, name: &str) -> String {
        let flag = format!("--{name}");
        let options: Vec<String> = self.values.iter().map(|value| shell_option(&flag, value)).collect();
        if options.is_empty() { flag } else { options.join(" ") }
    }

    fn as_field(&self, name: &str) -> String {
        let told =
            if self.values.is_empty() { name.to_owned() } else { format!("{} under {name}", self.values.join(" ")) };
        // The variable of an input that no form asks for is read once.
        if name.starts_with('"') { told } else { format!("{told} (set before crosspull starts)") }
    }
}

/// Returns the name of an input, as a front end says it where a complaint about it follows.
#[must_use]
pub fn name(input: Key, front: Front) -> String {
    match front {
        Front::Flags => input.name().to_owned(),
        Front::LoginFlags => flag_of_login(input).to_owned(),
        Front::EntryFlags => flag_of_entry(input).to_owned(),
        Front::Fields => field(input),
        Front::LoginFields => field_of_login(input),
    }
}

/// Returns what `login` calls an input on the command line.
fn flag_of_login(input: Key) -> &'static str {
    match input {
        Key::TenantA | Key::TenantB => "tenant",
        Key::SignInA | Key::SignInB => "sign-in",
        other => other.name(),
    }
}

/// Returns what the entry of a kubeconfig calls an input.
fn flag_of_entry(input: Key) -> &'static str {
    match input {
        Key::TenantA => "tenant",
        Key::SignInA => "as",
        other => other.name(),
    }
}

/// Returns what a screen calls an input: its field, with its tenant where each tenant has one of that name. An input that no
/// form asks for is given before the wizard is started.
fn field(input: Key) -> String {
    let side = match input {
        Key::TenantA | Key::SignInA => Some(Side::A),
        Key::TenantB | Key::SignInB => Some(Side::B),
        _ => None,
    };
    match (input.field(), side) {
        (Some(field), _) if field.page == Page::Nowhere => input.variable(),
        (Some(field), Some(side)) => format!("\"{}\" of tenant {side}", field.label),
        (Some(field), None) => format!("\"{}\"", field.label),
        (None, _) => input.variable(),
    }
}

/// Returns what the form of a sign-in to a registry calls an input.
fn field_of_login(input: Key) -> String {
    let of_form = match input {
        Key::TenantA => Key::TenantB,
        Key::SignInA => Key::SignInB,
        other => other,
    };
    let own = login::FIELDS.iter().find(|field| field.key == of_form);
    own.map_or_else(|| input.variable(), |own| format!("\"{}\"", own.label))
}

impl Deref for Wording {
    type Target = str;

    /// Reads the text in the words of the command line.
    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<String> for Wording {
    fn from(text: String) -> Self {
        Self { text, named: Vec::new() }
    }
}

impl From<&str> for Wording {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Key> for Wording {
    /// Returns the name of the input alone, as each front end says it.
    fn from(input: Key) -> Self {
        Self::naming(input, Vec::new())
    }
}

impl<T: Into<Self>> Add<T> for Wording {
    type Output = Self;

    fn add(mut self, more: T) -> Self {
        let Self { text, named } = more.into();
        let before = self.text.len();
        self.named.extend(named.into_iter().map(|one| Named { at: one.at + before, ..one }));
        self.text.push_str(&text);
        self
    }
}

impl Extend<Self> for Wording {
    fn extend<I: IntoIterator<Item = Self>>(&mut self, more: I) {
        for one in more {
            *self = std::mem::take(self) + one;
        }
    }
}

impl FromIterator<Self> for Wording {
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        let mut whole = Self::default();
        whole.extend(all);
        whole
    }
}

impl PartialEq<str> for Wording {
    fn eq(&self, text: &str) -> bool {
        self.text == text
    }
}

impl PartialEq<&str> for Wording {
    fn eq(&self, text: &&str) -> bool {
        self.text == *text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FIELDS;

    #[test]
    fn each_front_end_has_its_own_name_for_an_input() {
        let wording = Wording::from("Give ") + Key::Soak.given("30") + ", or another " + Key::SignInB + ".";
        assert_eq!(wording, "Give --soak 30, or another --sign-in-b.");
        assert_eq!(wording.told(Front::Flags), &*wording);
        assert_eq!(wording.told(Front::LoginFlags), "Give --soak 30, or another --sign-in.");
        assert_eq!(wording.told(Front::Fields), "Give 30 under \"Settle time\", or another \"Sign in\" of tenant B.");
        assert!(wording.told(Front::LoginFields).ends_with("or another \"Sign in\"."));
        assert_eq!(wording.inputs().collect::<Vec<_>>(), [Key::Soak, Key::SignInB]);
    }

    #[test]
    fn no_input_is_called_by_its_flag_on_a_screen_nor_by_its_field_on_the_command_line() {
        for row in &FIELDS {
            for wording in [row.key.into(), row.key.given(row.example)] {
                for front in [Front::Fields, Front::LoginFields] {
                    assert!(!wording.told(front).contains("--"), "{}", wording.told(front));
                }
                for front in [Front::Flags, Front::LoginFlags, Front::EntryFlags] {
                    assert!(wording.told(front).starts_with("--"), "{}", wording.told(front));
                }
            }
        }
    }

    #[test]
    fn what_a_journal_has_is_read_as_it_was_written_whatever_became_of_it() {
        let wording = Wording::from("Ü ") + Key::Renew + " now";
        let json = serde_json::to_value(&wording).expect("JSON");
        assert_eq!(json["now"], "Ü --renew now");
        assert_eq!(serde_json::from_value::<Wording>(json).expect("its own"), wording);
        let old = serde_json::from_str::<Wording>(r#"{"now":"Give --soak 30."}"#).expect("of an earlier version");
        assert_eq!(old.told(Front::Fields), "Give --soak 30.");
        for at in ["1", "3", "999"] {
            let torn = format!(
                r#"{{"now":"Ü --renew now","names":[{{"at":{at},"input":"renew"}},{{"at":0,"input":"soak"}}]}}"#
            );
            let read: Wording = serde_json::from_str(&torn).expect("a journal that somebody changed");
            assert!(read.told(Front::Fields).ends_with(" now"), "{at}");
        }
    }
}
