//! The lines that somebody types, or that a program writes into a pipe.

use std::io::ErrorKind;
use std::time::Instant;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zeroize::Zeroizing;

use crate::terminal::tty;

/// No line takes more bytes: the longest value has a few hundred.
const MOST: usize = 64 * 1024;

/// A line, with the time at which it was read.
pub struct Typed {
    /// The line, which may be a secret.
    pub line: Zeroizing<String>,
    /// The time at which it was there.
    pub at: Instant,
}

/// Returns the lines of standard input as they come. The channel ends with the input.
pub fn read_lines() -> UnboundedReceiver<Typed> {
    let (tell, lines) = unbounded_channel();
    // The thread ends with the input or with the program: nothing waits for it.
    let _ = std::thread::Builder::new().name("input".to_owned()).spawn(move || pump(&tell));
    lines
}

/// Sends each line of standard input, until it ends or nobody listens.
fn pump(tell: &UnboundedSender<Typed>) {
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

/// Tells a line. The error is that nobody listens any more.
fn send(tell: &UnboundedSender<Typed>, line: &[u8], at: Instant) -> Result<(), ()> {
    let text = String::from_utf8_lossy(line);
    let line = Zeroizing::new(text.trim_end_matches('\r').to_owned());
    tell.send(Typed { line, at }).map_err(drop)
}
