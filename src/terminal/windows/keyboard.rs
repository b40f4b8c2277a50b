//! The keyboard, of which there is none for screens on Windows.

use std::io;

use crosspull_tui::Background;
use crossterm::event::Event;

use crate::terminal::Gone;

/// The keyboard at the terminal. There is none.
#[derive(Debug)]
pub enum Keyboard {}

impl Keyboard {
    /// Refuses to listen.
    ///
    /// # Errors
    /// An error always.
    pub fn open() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Waits for keys and pastes.
    ///
    /// # Errors
    /// None: nobody has a keyboard to wait for.
    #[expect(clippy::unused_async, reason = "the other keyboard waits")]
    pub async fn next(&mut self) -> Result<Vec<Event>, Gone> {
        match *self {}
    }

    /// Takes the background that the terminal told.
    pub const fn background(&mut self) -> Option<Background> {
        match *self {}
    }
}
