//! The terminal: taken over whole, and given back whatever happens.

pub mod browser;
pub mod clipboard;
mod copy_file;
mod ink;
#[cfg(unix)]
pub mod keyboard;
pub mod look;
mod painter;
mod plain;
mod question;
pub mod screen_signal;
#[cfg(unix)]
pub mod screen_signals;
#[cfg(unix)]
pub mod signals;
mod size;
pub mod stuck;
pub mod surroundings;
pub mod tty;
#[cfg(windows)]
mod windows;

#[cfg(windows)]
pub use windows::{keyboard, screen_signals, signals};

use std::io::{self, IsTerminal as _, Write as _};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crosspull_core::secret::Secret;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::backend::Backend as _;
use ratatui::layout::{Position, Rect, Size};
use ratatui::{TerminalOptions, Viewport};

use crate::sources::environment;
use painter::Painter;
use plain::Plain;
use question::Question;
use tty::is_of_a_lost_line;

/// The terminal in raw mode, on its alternate screen, with pastes marked.
pub struct Terminal {
    /// Ratatui's own work when it is dropped would fail on a terminal that is gone, and abort the program.
    inner: ManuallyDrop<ratatui::Terminal<Painter<io::Stdout>>>,
    /// The window as it was at the last frame.
    area: Rect,
    /// True where the screen may not show the last frame, so that the next one is drawn whole.
    stale: bool,
    /// The question about its background, while it is not answered.
    question: Option<Question>,
    /// The text that is shown in place of the screens.
    plain: Option<Plain>,
}

/// The terminal is gone, and its line with it.
#[derive(Debug)]
pub struct Gone;

/// True while the terminal is taken over, so that it is given back once.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Said on Windows, where a paste comes as keys and its line ends would be presses of Enter.
const NOT_ON_WINDOWS: &str = "crosspull: the wizard's screens need a Unix terminal. In plain lines: crosspull --accessible. \
                              By flags or a file: crosspull apply --answers FILE --yes. With screens: crosspull in WSL";

/// Returns the reason why the wizard's screens cannot be shown here, where they cannot.
pub fn unfit() -> Option<String> {
    if cfg!(windows) {
        return Some(NOT_ON_WINDOWS.to_owned());
    }
    let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    why_unfit(is_terminal, environment)
}

fn why_unfit(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    const INSTEAD: &str = "In plain lines it needs none: crosspull --accessible. Or give the inputs as flags or in a file: \
                           crosspull apply --answers FILE --yes";
    let term = variable("TERM").unwrap_or_default();
    if !is_terminal {
        // ssh gives a command no terminal by itself (ssh(1), -t).
        let ssh = if surroundings::is_ssh(&variable) { "Over SSH, ask for one: ssh -t HOST crosspull. " } else { "" };
        return Some(format!("crosspull: the wizard needs a terminal, and this is none. {ssh}{INSTEAD}"));
    }
    let says =
        if term.is_empty() { "does not say what it is (TERM is empty)" } else { "cannot show screens (TERM=dumb)" };
    (term.is_empty() || term == "dumb").then(|| format!("crosspull: this terminal {says}. {INSTEAD}"))
}

impl Terminal {
    /// Takes the terminal over. A panic gives it back before it is reported.
    ///
    /// # Errors
    /// An error where the terminal refuses.
    pub fn open() -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            leave();
            before(panic);
        }));
        enter()?;
        let area = window();
        // Fixed, since the size is not asked of crossterm: it has none for a terminal that tells none.
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let inner = ratatui::Terminal::with_options(Painter::new(io::stdout()), options)?;
        // Stale: the first frame is drawn whole, over what a terminal without an alternate screen shows.
        Ok(Self { inner: ManuallyDrop::new(inner), area, stale: true, question: None, plain: None })
    }

    /// Asks the terminal for its background. It answers among the keys, late or never.
    pub fn ask_background(&mut self) {
        // Where the terminal is gone, the next frame ends the program.
        self.question = Question::ask(environment).ok();
    }

    /// Takes in that the background was told; true where it was asked for.
    pub const fn answered(&mut self) -> bool {
        self.question.take().is_some()
    }

    /// Waits out an answer that may still come, so that it is not typed into the shell.
    fn settle(&mut self) {
        if let Some(question) = self.question.take() {
            question.settle();
        }
    }

    /// Shows a text on the terminal itself, without a frame, until [`Self::hide_plain`]. Nothing is drawn meanwhile.
    ///
    /// # Errors
    /// An error where the terminal is gone.
    pub fn show_plain(&mut self, text: Secret) -> io::Result<()> {
        self.plain = Some(Plain::show(text, window().height, &mut io::stdout())?);
        Ok(())
    }

    /// Returns the time at which the text that is shown goes by itself.
    pub fn plain_until(&self) -> Option<Instant> {
        self.plain.as_ref().map(|plain| plain.until)
    }

    /// Wipes the text that is shown, and shows the screens again.
    ///
    /// # Errors
    /// An error where the terminal is gone.
    pub fn hide_plain(&mut self) -> io::Result<()> {
        let Some(plain) = self.plain.take() else { return Ok(()) };
        plain.wipe(self.size(), &mut io::stdout())?;
        enter()?;
        self.forget();
        Ok(())
    }

    /// Gives the terminal back, stops the program until somebody lets it go on, and takes the terminal over again.
    ///
    /// # Errors
    /// An error where the program cannot be stopped, or the terminal refuses.
    pub fn suspend(&mut self) -> io::Result<()> {
        if !screen_signals::has_job_control() {
            return Err(io::Error::other("no shell here could bring it back"));
        }
        self.settle();
        // What is left is the alternate screen, whatever was shown plain.
        let _ = self.hide_plain();
        leave();
        let stopped = screen_signals::stop_for_a_while();
        self.take_over_again()?;
        stopped
    }

    /// Takes the terminal over from whoever had it meanwhile.
    ///
    /// # Errors
    /// An error where the terminal refuses.
    pub fn take_over_again(&mut self) -> io::Result<()> {
        // A shell has set the modes that it likes.
        disable_raw_mode()?;
        enter()?;
        self.forget();
        Ok(())
    }

    /// Draws a frame; the terminal shows it whole or not at all. One that could not be drawn leaves the screen stale.
    ///
    /// # Errors
    /// An error where the terminal is gone.
    pub fn draw(&mut self, view: impl FnOnce(&mut ratatui::Frame)) -> Result<(), Gone> {
        if self.plain.is_some() {
            return Ok(());
        }
        let drawn = self.frame(view);
        self.stale = drawn.is_err();
        if drawn.as_ref().is_err_and(is_of_a_lost_line) { Err(Gone) } else { Ok(()) }
    }

    fn frame(&mut self, view: impl FnOnce(&mut ratatui::Frame)) -> io::Result<()> {
        let area = window();
        if self.stale || area != self.area {
            self.area = area;
            // ratatui's own `clear` asks the terminal where its cursor is, and fails where it does not answer in time.
            // Its `resize` asks nothing.
            self.inner.backend_mut().forget();
            self.inner.backend_mut().clear()?;
            self.inner.resize(area)?;
            // A frame that was not shown is still in it.
            self.inner.current_buffer_mut().reset();
        }
        self.inner.draw(view).map(drop)
    }

    /// Forgets what is on the screen, so that the next frame is drawn whole.
    pub const fn forget(&mut self) {
        self.stale = true;
    }

    /// Returns true where the screen does not show the last frame.
    pub const fn is_stale(&self) -> bool {
        self.stale
    }

    /// Writes an escape sequence between two frames.
    ///
    /// # Errors
    /// An error where the terminal is gone.
    pub fn write(&mut self, sequence: &Secret) -> io::Result<()> {
        let mut out = io::stdout();
        out.write_all(sequence.reveal().as_bytes())?;
        out.flush()
    }

    /// Returns the terminal's columns and rows.
    pub fn size(&self) -> (u16, u16) {
        size::of_window(environment)
    }
}

/// Returns the window as a place to draw in.
fn window() -> Rect {
    Rect::from((Position::ORIGIN, Size::from(size::of_window(environment))))
}

/// Takes the terminal over: raw mode, the alternate screen, marked pastes.
fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::Relaxed);
    crossterm::execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.settle();
        let _ = self.hide_plain();
        leave();
    }
}

/// Gives the terminal back. Every part is tried, whatever became of the others; where the terminal is gone there is
/// nobody to tell, and saying so on standard error would fail too.
///
/// The last frame is wiped first, since it may show a secret, and a terminal without an alternate screen would keep it: row by
/// row, since some keep what is wiped in one.
fn leave() {
    if !TAKEN.swap(false, Ordering::Relaxed) {
        return;
    }
    let mut out = io::stdout();
    let _ = crossterm::queue!(out, EndSynchronizedUpdate, DisableBracketedPaste);
    let _ = plain::erase(window().height, &mut out);
    let _ = out.flush();
    let _ = disable_raw_mode();
    let _ = crossterm::execute!(io::stdout(), LeaveAlternateScreen, crossterm::cursor::Show);
}

/// The longest time that a terminal has to take the last words of a program whose line dropped.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Gives the terminal back and has the last words written, where it still answers. One that is gone, or takes nothing, does
/// not hold the program.
pub fn give_back_in_time(words: impl FnOnce() + Send + 'static) {
    let (tell, told) = mpsc::channel();
    let work = move || {
        leave();
        words();
        // Nobody listens after the limit.
        let _ = tell.send(());
    };
    if thread::Builder::new().name("last words".to_owned()).spawn(work).is_ok() {
        let _ = told.recv_timeout(LAST_WORDS);
    }
    // The thread may be stuck in a write before it came to this.
    let _ = disable_raw_mode();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_screens_need_a_terminal_that_can_show_them() {
        let with = |pairs: &'static [(&str, &str)]| {
            move |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(why_unfit(true, with(&[("TERM", "xterm")])), None);
        for (is_terminal, variables, says) in [
            (true, with(&[("TERM", "dumb")]), "TERM=dumb"),
            (true, with(&[]), "TERM is empty"),
            (false, with(&[("TERM", "xterm")]), "this is none. In plain lines"),
            (false, with(&[("SSH_CONNECTION", "a 1 b 2")]), "ask for one: ssh -t HOST crosspull. In plain lines"),
        ] {
            let why = why_unfit(is_terminal, variables).unwrap_or_default();
            assert!(why.contains(says) && why.contains("crosspull apply"), "{why}");
        }
    }
}
