//! The surface that the wizard shows itself on, as far as effects need it: a terminal with screens, or lines alone.

use std::io;

use crosspull_core::secret::Secret;

use crate::terminal::Terminal;

/// The surface that the wizard shows itself on.
pub(super) trait Surface {
    /// Forgets what is shown, so that all of it is shown anew.
    fn forget(&mut self);

    /// Stops the program for a while, and gives the terminal away meanwhile.
    ///
    /// # Errors
    /// An error where it cannot be stopped.
    fn suspend(&mut self) -> io::Result<()>;

    /// Shows a text alone, without a frame, until a key is pressed.
    ///
    /// # Errors
    /// An error where it cannot be shown.
    fn show_plain(&mut self, text: Secret) -> io::Result<()>;

    /// Writes an escape sequence.
    ///
    /// # Errors
    /// An error where it cannot be written.
    fn write(&mut self, sequence: &Secret) -> io::Result<()>;
}

impl Surface for Terminal {
    fn forget(&mut self) {
        Self::forget(self);
    }

    fn suspend(&mut self) -> io::Result<()> {
        Self::suspend(self)
    }

    fn show_plain(&mut self, text: Secret) -> io::Result<()> {
        Self::show_plain(self, text)
    }

    fn write(&mut self, sequence: &Secret) -> io::Result<()> {
        Self::write(self, sequence)
    }
}
