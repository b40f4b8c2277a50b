//! One key, or one sequence, at the beginning of some bytes.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::control::{control, function};

/// The byte that begins a sequence.
pub(super) const ESC: u8 = 0x1b;
/// The byte that ends an answer of old terminals.
pub(super) const BEL: u8 = 0x07;
/// The byte after ESC that begins what xterm tells of its colours.
pub(super) const OSC: u8 = b']';
/// A control sequence with more bytes is none.
pub(super) const LONGEST: usize = 64;

/// The outcome of reading.
#[derive(Debug, PartialEq)]
pub(super) enum Read {
    /// More bytes are needed.
    More,
    /// So many bytes are that.
    Known(usize, Form),
}

/// The meaning of some bytes.
#[derive(Debug, PartialEq)]
pub(super) enum Form {
    /// A key.
    Event(Event),
    /// Nothing that a person did.
    Nothing,
    /// The beginning of a paste.
    Paste,
    /// The beginning of an answer that ends with a string terminator, by its byte after ESC.
    Answer(u8),
}

/// Returns true for bytes that may be a key of their own, such as Esc or Alt with a bracket.
pub(super) const fn may_be_a_chord(kept: &[u8]) -> bool {
    matches!(kept, [_] | [ESC, _])
}

/// Reads one key or one sequence.
pub(super) fn read(bytes: &[u8]) -> Read {
    match bytes {
        [] | [ESC] => Read::More,
        [ESC, b'[', rest @ ..] => longer(2, control_sequence(rest)),
        [ESC, b'O', rest @ ..] => longer(2, application(rest)),
        // OSC, DCS, APC, PM, SOS: what a terminal says of itself.
        [ESC, OSC | b'P' | b'_' | b'^' | b'X'] => Read::More,
        [ESC, kind @ (OSC | b'P' | b'_' | b'^' | b'X'), ..] => Read::Known(2, Form::Answer(*kind)),
        // Some terminals send ESC before the sequence of a key for Alt.
        [ESC, ESC] => Read::More,
        [ESC, ESC, b'[' | b'O', ..] => longer(1, alt(read(bytes.get(1..).unwrap_or_default()))),
        [ESC, ESC, ..] => Read::Known(1, press(KeyCode::Esc, KeyModifiers::NONE)),
        // Nobody means a chord of both: Ctrl+C counts also right after Esc.
        [ESC, 0..=0x07 | 0x0a..=0x0c | 0x0e..=0x1f, ..] => Read::Known(1, press(KeyCode::Esc, KeyModifiers::NONE)),
        [ESC, rest @ ..] => longer(1, alt(character(rest))),
        _ => character(bytes),
    }
}

/// Counts bytes that stand before what was read.
fn longer(before: usize, read: Read) -> Read {
    match read {
        Read::More => Read::More,
        Read::Known(length, form) => Read::Known(before + length, form),
    }
}

/// Adds Alt to a key.
fn alt(read: Read) -> Read {
    match read {
        Read::Known(length, Form::Event(Event::Key(key))) => {
            Read::Known(length, press(key.code, key.modifiers | KeyModifiers::ALT))
        }
        other => other,
    }
}

/// Returns a key.
const fn press(code: KeyCode, modifiers: KeyModifiers) -> Form {
    Form::Event(Event::Key(KeyEvent::new(code, modifiers)))
}

/// Reads a character of UTF-8, or a control character. What is neither is dropped.
fn character(bytes: &[u8]) -> Read {
    let Some(first) = bytes.first() else { return Read::More };
    if let Some((code, modifiers)) = control(*first) {
        return Read::Known(1, press(code, modifiers));
    }
    let length = match first {
        0x20..=0x7e => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Read::Known(1, Form::Nothing),
    };
    let Some(whole) = bytes.get(..length) else {
        let broken = bytes.iter().skip(1).any(|byte| !matches!(byte, 0x80..=0xbf));
        return if broken { Read::Known(1, Form::Nothing) } else { Read::More };
    };
    match std::str::from_utf8(whole).ok().and_then(|text| text.chars().next()) {
        Some(c) if c.is_uppercase() => Read::Known(length, press(KeyCode::Char(c), KeyModifiers::SHIFT)),
        Some(c) if !c.is_control() => Read::Known(length, press(KeyCode::Char(c), KeyModifiers::NONE)),
        Some(_) => Read::Known(length, Form::Nothing),
        None => Read::Known(1, Form::Nothing),
    }
}

/// Reads what follows `ESC O`: a key of a terminal in its application mode.
fn application(rest: &[u8]) -> Read {
    let Some(last) = rest.first() else { return Read::More };
    let code = match last {
        b'M' => Some(KeyCode::Enter),
        b'X' => Some(KeyCode::Char('=')),
        // The keypad, in the order of ASCII from `*` on.
        b'j'..=b'y' => Some(KeyCode::Char(char::from(last - b'j' + b'*'))),
        b'a'..=b'd' => function(last.to_ascii_uppercase()),
        _ => function(*last),
    };
    let modifiers = if matches!(last, b'a'..=b'd') { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
    match code {
        Some(code) => Read::Known(1, press(code, modifiers)),
        // A control character is a key by itself.
        None if last.is_ascii_control() => Read::Known(0, Form::Nothing),
        None => Read::Known(1, Form::Nothing),
    }
}

/// Reads what follows `ESC [`: parameters, then one last byte (ECMA-48, 5.4).
fn control_sequence(rest: &[u8]) -> Read {
    match rest {
        // The Linux console's F1 to F5.
        [b'['] => return Read::More,
        [b'[', letter @ b'A'..=b'E', ..] => {
            return Read::Known(2, press(KeyCode::F(letter - b'A' + 1), KeyModifiers::NONE));
        }
        // A mouse of the oldest kind: three bytes of any value.
        [b'M', button @ ..] => return if button.len() < 3 { Read::More } else { Read::Known(4, Form::Nothing) },
        _ => {}
    }
    let Some(end) = rest.iter().position(|byte| !matches!(byte, 0x20..=0x3f)) else {
        return if rest.len() < LONGEST { Read::More } else { Read::Known(rest.len(), Form::Nothing) };
    };
    let (parameters, last) = (rest.get(..end).unwrap_or_default(), rest.get(end).copied().unwrap_or_default());
    if !matches!(last, 0x40..=0x7e) {
        // A key cuts it off, and counts.
        return Read::Known(end, Form::Nothing);
    }
    Read::Known(end + 1, meaning(parameters, last))
}

/// Returns the meaning of a control sequence. One with a mark before its parameters, or with anything among them but
/// numbers, is an answer.
fn meaning(parameters: &[u8], last: u8) -> Form {
    let text = std::str::from_utf8(parameters).unwrap_or("?");
    let numbers: Option<Vec<u32>> = match text {
        "" => Some(Vec::new()),
        // Parts after a colon tell more of the same key.
        _ => text.split(';').map(|part| part.split(':').next().unwrap_or_default().parse().ok()).collect(),
    };
    let Some(numbers) = numbers else { return Form::Nothing };
    let found = match (last, numbers.as_slice()) {
        (b'~', [200]) => return Form::Paste,
        (b'~', [27, modifiers, code]) => coded(*code, *modifiers),
        (b'u', [code]) => coded(*code, 1),
        (b'u', [code, modifiers, ..]) => coded(*code, *modifiers),
        (b'~' | b'^', [number]) => {
            let held = if last == b'^' { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
            numbered(*number).map(|code| (code, held))
        }
        (b'~', [number, modifiers]) => numbered(*number).map(|code| (code, held(*modifiers))),
        (b'Z', []) => Some((KeyCode::BackTab, KeyModifiers::SHIFT)),
        (b'a'..=b'd', []) => function(last.to_ascii_uppercase()).map(|code| (code, KeyModifiers::SHIFT)),
        // With other numbers it tells where the cursor is.
        (b'A'..=b'D' | b'F' | b'H' | b'P'..=b'S', [] | [1]) => function(last).map(|code| (code, KeyModifiers::NONE)),
        (b'A'..=b'D' | b'F' | b'H' | b'P'..=b'S', [1, modifiers @ 2..=16]) => {
            function(last).map(|code| (code, held(*modifiers)))
        }
        _ => None,
    };
    found.map_or(Form::Nothing, |(code, modifiers)| press(code, modifiers))
}

/// Returns the modifiers that xterm counts from one: Shift 1, Alt 2, Control 4, Meta 8.
fn held(modifiers: u32) -> KeyModifiers {
    let bits = modifiers.saturating_sub(1);
    let all = [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL), (8, KeyModifiers::META)];
    all.into_iter().filter(|(bit, _)| bits & bit != 0).map(|(_, modifier)| modifier).collect()
}

/// Returns a key that is sent by its character's number.
fn coded(code: u32, modifiers: u32) -> Option<(KeyCode, KeyModifiers)> {
    let held = held(modifiers);
    match u8::try_from(code).ok().and_then(control) {
        Some((KeyCode::Tab, _)) if held.contains(KeyModifiers::SHIFT) => Some((KeyCode::BackTab, held)),
        Some((plain @ (KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace), _)) => Some((plain, held)),
        _ if code == u32::from(ESC) => Some((KeyCode::Esc, held)),
        // Keys that type nothing, by kitty's numbers; one of them is the Enter of the keypad.
        _ if code == 57_414 => Some((KeyCode::Enter, held)),
        _ if (0xe000..=0xf8ff).contains(&code) => None,
        _ => char::from_u32(code).filter(|c| !c.is_control()).map(|c| (KeyCode::Char(c), held)),
    }
}

/// Returns the key of a number (VT220, xterm, rxvt).
const fn numbered(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11 => KeyCode::F(1),
        12 => KeyCode::F(2),
        13 => KeyCode::F(3),
        14 => KeyCode::F(4),
        15 => KeyCode::F(5),
        17 => KeyCode::F(6),
        18 => KeyCode::F(7),
        19 => KeyCode::F(8),
        20 => KeyCode::F(9),
        21 => KeyCode::F(10),
        23 => KeyCode::F(11),
        24 => KeyCode::F(12),
        _ => return None,
    })
}
