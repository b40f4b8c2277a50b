//! A line of text that is typed. `tui-input` is used here and nowhere else.

use crosspull_core::text::{as_typed, clean, printable};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::backend::crossterm::to_input_request;
use tui_input::{Input, InputRequest};

use crate::widgets::lines::window;

/// No field takes more characters: the longest value, a portal address, has a few hundred.
const MOST: usize = 2000;

/// A line of text that is typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextBox(Input);

impl TextBox {
    /// Creates a line with a text in it, the cursor at its end.
    pub fn new(text: &str) -> Self {
        Self(Input::new(printable(text, MOST)))
    }

    /// Returns the text.
    pub fn value(&self) -> &str {
        self.0.value()
    }

    /// Takes a key; true where it was one for a line of text.
    pub fn key(&mut self, key: &KeyEvent) -> bool {
        let request = by_words(key).or_else(|| to_input_request(&Event::Key(*key)));
        match request {
            Some(InputRequest::InsertChar(c)) => self.insert(c),
            Some(request) => drop(self.0.handle(request)),
            None => return false,
        }
        true
    }

    /// Takes a paste: without what people paste along, without control characters, as one line.
    pub fn paste(&mut self, text: &str) {
        for c in printable(clean(&as_typed(text)), MOST).chars() {
            self.insert(c);
        }
    }

    fn insert(&mut self, c: char) {
        if !c.is_control() && self.value().chars().count() < MOST {
            self.0.handle(InputRequest::InsertChar(c));
        }
    }

    /// Returns what is seen of the text in that many columns, and the cursor's column.
    pub fn view(&self, columns: usize) -> (String, usize) {
        let room = columns.saturating_sub(1);
        let from = self.0.visual_scroll(room);
        // What is cut at its left shows that it is.
        let seen = match from {
            0 => window(self.value(), 0, columns),
            cut => format!("…{}", window(self.value(), cut + 1, room)),
        };
        (seen, self.0.visual_cursor().saturating_sub(from).min(room))
    }
}

/// Returns the request of a chord with Alt or Option. Terminals send ESC before the letter or the arrow for these, and
/// tui-input knows them by Meta alone.
fn by_words(key: &KeyEvent) -> Option<InputRequest> {
    let held = key.modifiers.difference(KeyModifiers::SHIFT);
    (held == KeyModifiers::ALT || held == KeyModifiers::META).then_some(())?;
    match key.code {
        KeyCode::Char('b' | 'B') | KeyCode::Left => Some(InputRequest::GoToPrevWord),
        KeyCode::Char('f' | 'F') | KeyCode::Right => Some(InputRequest::GoToNextWord),
        KeyCode::Char('d' | 'D') | KeyCode::Delete => Some(InputRequest::DeleteNextWord),
        KeyCode::Backspace => Some(InputRequest::DeletePrevWord),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_is_trimmed_and_one_line() {
        let mut input = TextBox::default();
        input.paste("  \"contoso.com\"\r\n\u{1b}[31m");
        assert_eq!(input.value(), "contoso.com\" [31m");
        let mut input = TextBox::default();
        input.paste("\tcontoso.com\r\n");
        assert_eq!(input.value(), "contoso.com");
    }

    #[test]
    fn alt_goes_by_words() {
        let mut input = TextBox::new("one two three");
        let mut alt = |code| {
            assert!(input.key(&KeyEvent::new(code, KeyModifiers::ALT)), "{code:?}");
            (input.value().to_owned(), input.view(40).1)
        };
        let whole = |at| ("one two three".to_owned(), at);
        assert_eq!(alt(KeyCode::Char('b')), whole(8));
        assert_eq!(alt(KeyCode::Left), whole(4));
        assert_eq!(alt(KeyCode::Char('f')), whole(8));
        assert_eq!(alt(KeyCode::Backspace), ("one three".to_owned(), 4));
        assert_eq!(alt(KeyCode::Char('d')), ("one ".to_owned(), 4));
    }

    #[test]
    fn a_long_value_scrolls_so_that_the_cursor_is_in_sight() {
        let input = TextBox::new("0123456789");
        assert_eq!(input.view(5), ("…789".to_owned(), 4), "a value that is cut shows that it is");
        assert_eq!(input.view(40), ("0123456789".to_owned(), 10));
    }
}
