//! A secret that is typed: nobody sees more of it than how long it is.

use std::fmt;

use crosspull_core::secret::Secret;
use crosspull_core::text::clean;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use zeroize::{Zeroize as _, Zeroizing};

/// No field takes more characters: a registry's password has some fifty.
const MOST: usize = 2000;

/// A secret that is typed. Its room is there from the beginning: a text that grows leaves copies behind.
pub(crate) struct HiddenBox(Zeroizing<String>);

impl fmt::Debug for HiddenBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HiddenBox(…)")
    }
}

impl HiddenBox {
    /// Creates a field with a secret in it, the cursor at its end.
    pub fn new(secret: &str) -> Self {
        let mut field = Self(Zeroizing::new(String::with_capacity(4 * MOST)));
        field.paste(secret);
        field
    }

    /// Returns what was typed.
    pub fn secret(&self) -> Secret {
        Secret::new((*self.0).clone())
    }

    /// Takes a key; true where it was one for a secret.
    pub fn key(&mut self, key: &KeyEvent) -> bool {
        let chord = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match key.code {
            KeyCode::Char('u') if key.modifiers == KeyModifiers::CONTROL => self.0.zeroize(),
            KeyCode::Char(c) if !chord => self.insert(c),
            KeyCode::Backspace => drop(self.0.pop()),
            _ => return false,
        }
        true
    }

    /// Takes a paste, without what people paste along.
    pub fn paste(&mut self, text: &str) {
        clean(text).chars().for_each(|c| self.insert(c));
    }

    fn insert(&mut self, c: char) {
        if !c.is_control() && self.0.chars().count() < MOST {
            self.0.push(c);
        }
    }

    /// Returns what is seen of it in that many columns: a dot for each character.
    pub fn view(&self, columns: usize) -> String {
        "•".repeat(self.0.chars().count().min(columns.saturating_sub(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(field: &mut HiddenBox, code: KeyCode, modifiers: KeyModifiers) -> bool {
        field.key(&KeyEvent::new(code, modifiers))
    }

    #[test]
    fn what_is_typed_is_kept_and_not_seen() {
        let mut field = HiddenBox::new("ab~");
        assert!(pressed(&mut field, KeyCode::Char('C'), KeyModifiers::SHIFT));
        assert_eq!((field.secret().reveal(), field.view(80).as_str()), ("ab~C", "••••"));
        assert!(pressed(&mut field, KeyCode::Backspace, KeyModifiers::NONE));
        field.paste("\td\u{1b}e\r\n");
        assert_eq!(field.secret().reveal(), "ab~de");
        assert_eq!(field.view(4), "•••", "the cursor has its column");
        assert!(!pressed(&mut field, KeyCode::Char('x'), KeyModifiers::ALT));
        pressed(&mut field, KeyCode::Char('u'), KeyModifiers::CONTROL);
        assert!(field.secret().is_empty());
    }
}
