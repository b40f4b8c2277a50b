//! Keys that one byte tells: control characters, and the letters at the end of sequences.

use crossterm::event::{KeyCode, KeyModifiers};

/// Returns the key of a control character; none for what is no control character, and for ESC.
pub(super) fn control(byte: u8) -> Option<(KeyCode, KeyModifiers)> {
    let chord = |c: u8| (KeyCode::Char(char::from(c)), KeyModifiers::CONTROL);
    Some(match byte {
        b'\r' => (KeyCode::Enter, KeyModifiers::NONE),
        b'\t' => (KeyCode::Tab, KeyModifiers::NONE),
        0x7f => (KeyCode::Backspace, KeyModifiers::NONE),
        0 => chord(b' '),
        0x01..=0x1a => chord(byte - 1 + b'a'),
        0x1c..=0x1f => chord(byte - 0x1c + b'4'),
        _ => return None,
    })
}

/// Returns the key of the letter at a sequence's end.
pub(super) const fn function(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'R' => KeyCode::F(3),
        b'S' => KeyCode::F(4),
        _ => return None,
    })
}
