//! The terminal: taken over whole, and given back whatever happens.

use std::io::{self, IsTerminal as _, Write as _};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};

use crosspull_tui::Theme;
use crossterm::cursor::MoveTo;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::DefaultTerminal;

/// The terminal in raw mode, on its alternate screen, with pastes marked. What ratatui would do when it is dropped would
/// fail on a terminal that is gone, and abort the program.
pub struct Terminal(ManuallyDrop<DefaultTerminal>);

/// True while the terminal is taken over, so that it is given back once.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Why the wizard cannot run here.
pub const NO_TERMINAL: &str = "crosspull: the wizard needs a terminal, and this is none. Give the inputs as flags or in a file: \
                               crosspull apply --answers FILE --yes";

impl Terminal {
    /// True where standard input and output are a terminal.
    pub fn is_there() -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// Takes the terminal over. A panic gives it back before it is reported.
    ///
    /// # Errors
    /// Where the terminal refuses.
    pub fn open() -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            leave();
            before(panic);
        }));
        let terminal = ManuallyDrop::new(ratatui::try_init()?);
        TAKEN.store(true, Ordering::Relaxed);
        crossterm::execute!(io::stdout(), EnableBracketedPaste)?;
        Ok(Self(terminal))
    }

    /// Draws a frame; the terminal shows it whole or not at all.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn draw(&mut self, view: impl FnOnce(&mut ratatui::Frame)) -> io::Result<()> {
        crossterm::queue!(io::stdout(), BeginSynchronizedUpdate)?;
        let drawn = self.0.draw(view).map(drop);
        crossterm::execute!(io::stdout(), EndSynchronizedUpdate)?;
        drawn
    }

    /// Forgets what is on the screen, so that the next frame is drawn whole.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn clear(&mut self) -> io::Result<()> {
        self.0.clear()
    }

    /// Writes bytes between two frames.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout();
        out.write_all(bytes)?;
        out.flush()
    }

    /// Its columns and rows.
    pub fn size(&self) -> (u16, u16) {
        self.0.size().map_or((80, 24), |s| (s.width, s.height))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        leave();
    }
}

/// Gives the terminal back. Every part is tried, whatever became of the others; where the terminal is gone there is
/// nobody to tell, and saying so on standard error would fail too.
///
/// The last frame is wiped first, since it may show a secret, and a terminal without an alternate screen would keep it.
fn leave() {
    if !TAKEN.swap(false, Ordering::Relaxed) {
        return;
    }
    let _ = crossterm::execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        DisableBracketedPaste,
        Clear(ClearType::All),
        MoveTo(0, 0)
    );
    let _ = ratatui::try_restore();
    let _ = crossterm::execute!(io::stdout(), crossterm::cursor::Show);
}

/// What the terminal can show, by what the environment says of it.
pub fn theme() -> Theme {
    let linux_console = std::env::var("TERM").is_ok_and(|t| matches!(t.as_str(), "linux" | "dumb"));
    let unicode = !linux_console && supports_unicode::on(supports_unicode::Stream::Stdout);
    let colour = supports_color::on(supports_color::Stream::Stdout).is_some();
    Theme::new(unicode, colour)
}
