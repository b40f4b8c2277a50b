//! The bytes that a terminal sends, as keys and pastes.
//!
//! Terminals also answer questions, some that another program asked: an answer is no key, and is swallowed. Bytes come in
//! pieces, so an unfinished sequence is kept for a while. No byte is waited for without an end: a sequence that does not go
//! on, and a paste whose end is lost, end by time or by size. The cases are in `docs/facts/terminal.md` 2.

mod control;
mod sequence;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use crate::theme::Background;
use sequence::{Form, Read};

/// The longest time between an ESC and the rest of a sequence, over SSH and serial lines. An ESC that stands alone for
/// longer is the key.
const CHORD: Duration = Duration::from_millis(100);
/// The longest time in which a sequence, an answer or a paste that has begun may stand still.
const STILL: Duration = Duration::from_secs(1);
/// The most bytes that are kept of a paste; no field takes as many.
const MOST_KEPT: usize = 64 * 1024;
/// The most bytes of one paste, or of one answer, its end included.
const MOST: usize = 4 * 1024 * 1024;
/// Nobody types so many characters at once: they are a paste of a terminal that marks none.
const TYPED_AT_ONCE: usize = 32;

/// The most bytes that are kept of an answer. What is understood is shorter.
const MOST_TOLD: usize = 64;

/// The end of a paste.
const PASTE_ENDS: &[u8] = b"\x1b[201~";
const CTRL_C: u8 = 3;

/// Turns bytes into keys and pastes. The time is an argument.
#[derive(Debug, Default)]
pub struct Decoder {
    /// Bytes that are not understood yet.
    kept: Vec<u8>,
    /// The time of the last byte.
    at: Option<Instant>,
    inside: Inside,
    /// The background that the terminal told, until somebody takes it.
    background: Option<Background>,
}

/// A thing that has begun and is not over, whose bytes are no keys.
#[derive(Debug, Default)]
enum Inside {
    #[default]
    Nothing,
    /// A paste, and the number of its bytes so far.
    Paste(Vec<u8>, usize),
    /// An answer of the terminal that ends with a string terminator.
    Answer(Answer),
}

/// An answer so far.
#[derive(Debug)]
struct Answer {
    /// The byte after ESC that it began with.
    kind: u8,
    /// The first bytes of the answer.
    told: Vec<u8>,
    /// The number of its bytes.
    size: usize,
}

impl Decoder {
    /// Takes bytes, and returns the keys and pastes that are whole.
    pub fn take(&mut self, bytes: &[u8], now: Instant) -> Vec<Event> {
        let mut events = Vec::new();
        self.at = Some(now);
        if bytes == [CTRL_C]
            && let Inside::Paste(text, _) = std::mem::take(&mut self.inside)
        {
            // No paste holds it: somebody wants out.
            events.extend(paste(&text));
            self.kept.clear();
        }
        self.kept.extend_from_slice(bytes);
        self.read(&mut events, false);
        gathered(events)
    }

    /// Takes the background that the terminal told meanwhile.
    pub const fn background(&mut self) -> Option<Background> {
        self.background.take()
    }

    /// Returns when [`Decoder::pass`] has something to say although no byte came.
    #[must_use]
    pub fn until(&self) -> Option<Instant> {
        let patience = match (&self.inside, self.kept.as_slice()) {
            (Inside::Nothing, []) => return None,
            (Inside::Nothing, kept) if sequence::may_be_a_chord(kept) => CHORD,
            _ => STILL,
        };
        self.at.and_then(|at| at.checked_add(patience))
    }

    /// Ends what has stood still for too long; returns the keys that it was. Whoever reads the bytes looks first whether more
    /// of them came: a program that was busy does not make a sequence two keys.
    pub fn pass(&mut self, now: Instant) -> Vec<Event> {
        let mut events = Vec::new();
        if self.until().is_none_or(|until| now < until) {
            return events;
        }
        match std::mem::take(&mut self.inside) {
            Inside::Nothing => {}
            // The bytes that are kept are the beginning of its end.
            Inside::Paste(text, _) => {
                events.extend(paste(&text));
                self.kept.clear();
            }
            Inside::Answer(_) => self.kept.clear(),
        }
        self.read(&mut events, true);
        events
    }

    /// Reads what is kept, as far as it goes. Nothing more is to come of it where it `is_all`.
    fn read(&mut self, events: &mut Vec<Event>, is_all: bool) {
        let kept = std::mem::take(&mut self.kept);
        let mut rest = kept.as_slice();
        while !rest.is_empty() {
            let taken = match &mut self.inside {
                Inside::Nothing => match sequence::read(rest) {
                    Read::More if is_all => self.cut_off(rest, events),
                    Read::More => break,
                    Read::Known(length, form) => {
                        match form {
                            Form::Event(event) => events.push(event),
                            Form::Nothing => {}
                            Form::Paste => self.inside = Inside::Paste(Vec::new(), 0),
                            Form::Answer(kind) => {
                                self.inside = Inside::Answer(Answer { kind, told: Vec::new(), size: 0 });
                            }
                        }
                        length
                    }
                },
                Inside::Paste(text, size) => match pasted(rest, text, size) {
                    Some(length) => {
                        events.extend(paste(text));
                        self.inside = Inside::Nothing;
                        length
                    }
                    None => rest.len() - beginning_of_end(rest),
                },
                Inside::Answer(answer) => match answered(rest, answer) {
                    Some(End::Whole(length)) => {
                        self.background = answer.background().or(self.background);
                        self.inside = Inside::Nothing;
                        length
                    }
                    Some(End::CutOff(length)) => {
                        self.inside = Inside::Nothing;
                        length
                    }
                    None => rest.len() - usize::from(rest.last() == Some(&sequence::ESC)),
                },
            };
            rest = rest.get(taken..).unwrap_or_default();
            let waits = matches!(self.inside, Inside::Paste(..) | Inside::Answer(_));
            if waits && (rest.is_empty() || taken == 0) {
                break;
            }
        }
        self.kept = rest.to_vec();
    }

    /// Takes the beginning of a sequence that does not go on; returns the number of its bytes.
    fn cut_off(&self, rest: &[u8], events: &mut Vec<Event>) -> usize {
        match rest {
            [sequence::ESC] => events.push(key(KeyCode::Esc, KeyModifiers::NONE)),
            [sequence::ESC, sequence::ESC, ..] => {
                events.push(key(KeyCode::Esc, KeyModifiers::NONE));
                return 1;
            }
            // Alt with a bracket, the beginning of an answer, or half a character: nothing is meant by it here.
            _ => {}
        }
        rest.len()
    }
}

/// Takes in bytes of a paste. Returns how many there are up to its end, where it is among them, or the paste is too long.
fn pasted(rest: &[u8], text: &mut Vec<u8>, size: &mut usize) -> Option<usize> {
    let end = rest.windows(PASTE_ENDS.len()).position(|at| at == PASTE_ENDS);
    let inside = end.unwrap_or_else(|| rest.len() - beginning_of_end(rest));
    let room = MOST_KEPT.saturating_sub(text.len()).min(inside);
    text.extend_from_slice(rest.get(..room).unwrap_or_default());
    *size = size.saturating_add(inside);
    match end {
        Some(end) => Some(end + PASTE_ENDS.len()),
        None => (*size > MOST).then_some(inside),
    }
}

/// Returns how many of the last bytes may be the beginning of a paste's end.
fn beginning_of_end(rest: &[u8]) -> usize {
    (1..PASTE_ENDS.len())
        .rev()
        .find(|length| rest.ends_with(PASTE_ENDS.get(..*length).unwrap_or_default()))
        .unwrap_or(0)
}

/// The end of an answer, and the bytes up to it.
enum End {
    /// The terminator of the answer.
    Whole(usize),
    /// A key, which is left, or too many bytes.
    CutOff(usize),
}

impl Answer {
    /// Returns the background, where this tells it.
    fn background(&self) -> Option<Background> {
        (self.kind == sequence::OSC).then(|| Background::told_by(&self.told)).flatten()
    }
}

/// Takes in bytes of an answer. Returns its end, where it is among them.
fn answered(rest: &[u8], answer: &mut Answer) -> Option<End> {
    let at = rest.iter().position(u8::is_ascii_control);
    let inside = rest.get(..at.unwrap_or(rest.len())).unwrap_or_default();
    let room = MOST_TOLD.saturating_sub(answer.told.len()).min(inside.len());
    answer.told.extend_from_slice(inside.get(..room).unwrap_or_default());
    answer.size = answer.size.saturating_add(inside.len());
    match (at, at.and_then(|at| rest.get(at..))) {
        (Some(at), Some([sequence::ESC, b'\\', ..])) => Some(End::Whole(at + 2)),
        // More may come.
        (Some(_), Some([sequence::ESC])) => None,
        (Some(at), Some([sequence::BEL, ..])) => Some(End::Whole(at + 1)),
        (Some(at), _) => Some(End::CutOff(at)),
        (None, _) => (answer.size > MOST).then_some(End::CutOff(rest.len())),
    }
}

/// Returns a paste; none where nothing was pasted.
fn paste(text: &[u8]) -> Option<Event> {
    (!text.is_empty()).then(|| Event::Paste(String::from_utf8_lossy(text).into_owned()))
}

/// Returns the event of a key.
const fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

/// Puts together what nobody has typed: many characters at once are a paste.
fn gathered(events: Vec<Event>) -> Vec<Event> {
    let mut all = Vec::with_capacity(events.len().min(1024));
    let mut run = String::new();
    let mut keys = Vec::new();
    for event in events {
        match typed(&event) {
            Some(c) => {
                run.push(c);
                keys.push(event);
            }
            None => {
                end_run(&mut all, &mut run, &mut keys);
                all.push(event);
            }
        }
    }
    end_run(&mut all, &mut run, &mut keys);
    all
}

/// Adds a run of characters: the keys that they are, or one paste.
fn end_run(all: &mut Vec<Event>, run: &mut String, keys: &mut Vec<Event>) {
    if keys.len() >= TYPED_AT_ONCE {
        all.push(Event::Paste(std::mem::take(run)));
        keys.clear();
    }
    run.clear();
    all.append(keys);
}

/// Returns the character of a key that types one.
fn typed(event: &Event) -> Option<char> {
    match event {
        Event::Key(KeyEvent { code: KeyCode::Char(c), modifiers, .. })
            if modifiers.difference(KeyModifiers::SHIFT).is_empty() =>
        {
            Some(*c)
        }
        _ => None,
    }
}
