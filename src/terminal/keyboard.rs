//! The bytes that come from the terminal, as keys and pastes.
//!
//! crossterm's own event source is not used: its parser types a terminal's answers into fields, or waits for more bytes for
//! ever, and it spins where the line is gone (`docs/facts/terminal.md` 2). Reading is left to the runtime, and what bytes mean
//! to [`Decoder`].

use std::io::{self, Stdin};
use std::time::{Duration, Instant};

use crosspull_tui::{Background, Decoder};
use crossterm::event::Event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::timeout_at;

use super::Gone;

/// Bytes that are read at once.
const BLOCK: usize = 16 * 1024;
/// Keys that wait are read for this long before a frame is drawn.
const DRAIN: Duration = Duration::from_millis(100);

/// The keyboard at the terminal.
#[derive(Debug)]
pub struct Keyboard {
    line: AsyncFd<Stdin>,
    decoder: Decoder,
    background: Option<Background>,
}

impl Keyboard {
    /// Begins to listen to standard input, which stays as blocking as it is: standard output is often the same terminal.
    ///
    /// # Errors
    /// An error where the system refuses.
    pub fn open() -> io::Result<Self> {
        #[expect(
            deprecated,
            reason = "what is said of it holds for files that may be closed; standard input stays open"
        )]
        let line = AsyncFd::with_interest(io::stdin(), Interest::READABLE)?;
        Ok(Self { line, decoder: Decoder::default(), background: None })
    }

    /// Waits for keys, pastes and the terminal's word on its background, which [`Keyboard::background`] then has; returns all keys
    /// and pastes that are there. Nothing is lost where the wait is given up.
    ///
    /// # Errors
    /// An error where the terminal is gone.
    pub async fn next(&mut self) -> Result<Vec<Event>, Gone> {
        loop {
            let until = self.decoder.until().map(tokio::time::Instant::from_std);
            let came = self.line.readable();
            let ready = match until {
                Some(until) => timeout_at(until, came).await.ok(),
                None => Some(came.await),
            };
            let events = if self.waits()? {
                self.drain()?
            } else {
                if let Some(ready) = ready {
                    ready.map_err(|_| Gone)?.clear_ready();
                }
                self.decoder.pass(Instant::now())
            };
            self.background = self.decoder.background().or(self.background);
            if !events.is_empty() || self.background.is_some() {
                return Ok(events);
            }
        }
    }

    /// Takes the background that the terminal told.
    pub const fn background(&mut self) -> Option<Background> {
        self.background.take()
    }

    /// Reads what waits, so that a paste of many lines is not drawn line by line.
    fn drain(&mut self) -> Result<Vec<Event>, Gone> {
        let (began, mut events, mut block) = (Instant::now(), Vec::new(), vec![0; BLOCK]);
        loop {
            match rustix::io::read(self.line.get_ref(), &mut block) {
                Ok(0) => return Err(Gone),
                Ok(count) => events.extend(self.decoder.take(block.get(..count).unwrap_or_default(), Instant::now())),
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(_) => return Err(Gone),
            }
            if began.elapsed() > DRAIN || !self.waits()? {
                return Ok(events);
            }
        }
    }

    /// Returns true where something can be read without a wait, be it the end of the line.
    fn waits(&self) -> Result<bool, Gone> {
        let mut line = [PollFd::new(self.line.get_ref(), PollFlags::IN)];
        match poll(&mut line, Some(&Timespec::default())) {
            Ok(count) => Ok(count > 0),
            Err(Errno::INTR) => Ok(false),
            Err(_) => Err(Gone),
        }
    }
}
