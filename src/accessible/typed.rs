//! The lines that somebody types, or that a program writes into a pipe.

use std::io::ErrorKind;
use std::time::Instant;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use zeroize::Zeroizing;

use crate::terminal::tty;

/// No line takes more bytes: the longest value has a few hundred.
const MOST: usize = 64 * 1024;
/// No more lines wait to be heard: nobody answers so many questions ahead.
const MOST_LINES: usize = 500;

/// A line, with the time at which it was read.
pub struct Typed {
    /// The line, which may be a secret.
    pub line: Zeroizing<String>,
    /// The time at which it was there.
    pub at: Instant,
}

/// Returns the lines of standard input as they come. The channel ends with the input.
///
/// Each line is read as soon as it is there, so that its time tells which question it cannot have meant. What comes when
/// too many wait, as from a program that writes without end, is dropped.
pub fn read_lines() -> Receiver<Typed> {
    let (tell, lines) = channel(MOST_LINES);
    // The thread ends with the input or with the program: nothing waits for it.
    let _ = std::thread::Builder::new().name("input".to_owned()).spawn(move || pump(&tell));
    lines
}

/// Sends each line of standard input, until it ends or nobody listens.
fn pump(tell: &Sender<Typed>) {
    let mut chunk = Zeroizing::new([0u8; 4096]);
    let mut line = Zeroizing::new(Vec::with_capacity(MOST));
    loop {
        let read = match tty::read(&mut chunk[..]) {
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => 0,
        };
        let at = Instant::now();
        for byte in chunk.iter().take(read) {
            match byte {
                b'\n' => {
                    if send(tell, &line, at).is_err() {
                        return;
                    }
                    line.clear();
                }
                // What is too long is cut; the field says what is wrong with it.
                byte if line.len() < MOST => line.push(*byte),
                _ => {}
            }
        }
        if read == 0 {
            if !line.is_empty() {
                let _ = send(tell, &line, at);
            }
            return;
        }
    }
}

/// Tells a line, unless too many wait. The error is that nobody listens any more.
fn send(tell: &Sender<Typed>, line: &[u8], at: Instant) -> Result<(), ()> {
    let text = String::from_utf8_lossy(line);
    let line = Zeroizing::new(text.trim_end_matches('\r').to_owned());
    match tell.try_send(Typed { line, at }) {
        Ok(()) | Err(TrySendError::Full(_)) => Ok(()),
        Err(TrySendError::Closed(_)) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_lines_without_end_the_first_ones_wait_and_the_others_are_dropped() {
        let (tell, mut lines) = channel(2);
        let now = Instant::now();
        for line in [b"1".as_slice(), b"2\r", b"3"] {
            assert_eq!(send(&tell, line, now), Ok(()));
        }
        let mut waits = || lines.try_recv().ok().map(|typed| typed.line.to_string());
        assert_eq!([waits(), waits(), waits()], [Some("1".to_owned()), Some("2".to_owned()), None]);
        drop(lines);
        assert_eq!(send(&tell, b"4", now), Err(()));
    }
}
