//! A terminal for tests: a pseudo-terminal with a program in it, and what a person would see of it.
//!
//! Nothing here sleeps. [`Window::see`] and [`Program::end`] wait for what they are asked for, up to a limit.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
pub use vt100::{Cell, Color};

/// Begin and end of a frame that is shown whole or not at all (synchronized output, `docs/facts/terminal.md` 2).
const FRAME_BEGINS: &[u8] = b"\x1b[?2026h";
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

/// The output of a program, as a screen shows it.
pub struct View {
    /// The screen.
    pub parser: vt100::Parser,
    /// Every byte that the program wrote.
    pub bytes: Vec<u8>,
    shown: usize,
    /// True when no more is to come.
    pub over: bool,
}

impl View {
    /// Returns the text on the screen, without the spaces at the ends of its lines.
    pub fn text(&self) -> String {
        let contents = self.parser.screen().contents();
        contents.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    /// Takes in what the program wrote; a frame that has begun is shown when it ends.
    fn take(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        let last = |mark: &[u8]| self.bytes.windows(mark.len()).rposition(|at| at == mark);
        let to = match (last(FRAME_BEGINS), last(FRAME_ENDS)) {
            (Some(begin), end) if end.is_none_or(|end| end < begin) => begin.max(self.shown),
            _ => self.bytes.len(),
        };
        self.parser.process(&self.bytes[self.shown..to]);
        self.shown = to;
    }
}

/// A value that somebody waits for.
struct Watched<T>(Mutex<T>, Condvar);

impl<T> Watched<T> {
    fn new(value: T) -> Arc<Self> {
        Arc::new(Self(Mutex::new(value), Condvar::new()))
    }

    fn now(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, how: impl FnOnce(&mut T)) {
        how(&mut self.now());
        self.1.notify_all();
    }

    /// Waits until the value holds, or the limit has passed.
    fn until(&self, limit: Duration, mut holds: impl FnMut(&T) -> bool) -> MutexGuard<'_, T> {
        let waited = self.1.wait_timeout_while(self.now(), limit, |value| !holds(value));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// The window of a terminal. Dropping it is closing it: the program's line is gone.
pub struct Window {
    /// True once it is being closed: who reads the program's output lets go of the line then.
    closing: Arc<AtomicBool>,
    /// The terminal's own end of the line.
    pub pty: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    view: Arc<Watched<View>>,
}

/// The program in the window. Dropping it kills it.
pub struct Program {
    /// The process id of the program.
    pub pid: u32,
    status: Arc<Watched<Option<ExitStatus>>>,
}

/// Returns a command with an environment of its own, all folders of which are in `home`.
pub fn command(program: &str, arguments: &[&str], home: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.args(arguments);
    command.cwd(home);
    command.env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    for name in ["HOME", "TMPDIR", "XDG_STATE_HOME"] {
        command.env(name, home);
    }
    command
}

/// Opens a window of that many columns and rows with a program in it.
pub fn open(command: CommandBuilder, (columns, rows): (u16, u16)) -> (Window, Program) {
    let size = PtySize { cols: columns, rows, ..PtySize::default() };
    let pty = native_pty_system().openpty(size).expect("a pseudo-terminal");
    let mut child = pty.slave.spawn_command(command).expect("the program starts");
    drop(pty.slave);
    let pid = child.process_id().expect("a process id");
    let side = |length| NonZeroU16::new(length).expect("a side has a length");
    let parser = vt100::Parser::new(side(rows), side(columns), 0);
    let view = Watched::new(View { parser, bytes: Vec::new(), shown: 0, over: false });
    let status = Watched::new(None);
    let output = pty.master.try_clone_reader().expect("the program's output");
    let seen = Arc::downgrade(&view);
    let closing = Arc::new(AtomicBool::new(false));
    let closed = Arc::clone(&closing);
    thread::spawn(move || watch(output, &seen, &closed));
    let told = Arc::clone(&status);
    thread::spawn(move || {
        let ended = child.wait().expect("the program can be waited for");
        told.change(|status| *status = Some(ended));
    });
    let keys = pty.master.take_writer().expect("the program's input");
    (Window { closing, pty: pty.master, keys, view }, Program { pid, status })
}

/// Takes in the output until the program or the window is gone.
fn watch(mut output: Box<dyn Read + Send>, view: &Weak<Watched<View>>, closing: &AtomicBool) {
    let mut chunk = [0; 16 * 1024];
    loop {
        let read = output.read(&mut chunk).unwrap_or(0);
        let Some(view) = view.upgrade().filter(|_| !closing.load(Ordering::SeqCst)) else { return };
        view.change(|view| match &chunk[..read] {
            [] => view.over = true,
            bytes => view.take(bytes),
        });
        if read == 0 {
            return;
        }
    }
}

impl Drop for Window {
    /// Has the program say something once more, so that its reader notices, though its screen may stand still.
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        let size = self.pty.get_size().unwrap_or_default();
        let _ = self.pty.resize(PtySize { cols: size.cols.saturating_sub(1).max(1), ..size });
    }
}

impl Window {
    /// Sends keys. Where the program is gone nobody takes them, and a line that is full of them would hold the test.
    pub fn press(&mut self, keys: &str) {
        if self.view.now().over {
            return;
        }
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("the program takes keys");
    }

    /// Looks at what the program has drawn so far.
    pub fn look<T>(&self, at: impl FnOnce(&mut View) -> T) -> T {
        at(&mut self.view.now())
    }

    /// Waits until something is in sight.
    ///
    /// # Errors
    /// A text with the screen, where it did not come within the limit or cannot come any more.
    pub fn see<T>(&self, what: &str, limit: Duration, look: impl Fn(&View) -> Option<T>) -> Result<T, String> {
        let view = self.view.until(limit, |view| view.over || look(view).is_some());
        look(&view).ok_or_else(|| {
            let why = if view.over { "the program is gone" } else { "it took too long" };
            let size = self.pty.get_size().map_or_else(|_| String::new(), |s| format!("{}x{}, ", s.cols, s.rows));
            let wrote = view.bytes.len();
            format!("{what} is not in sight, {why} ({limit:?}). The screen ({size}{wrote} bytes):\n{}", view.text())
        })
    }
}

impl Program {
    /// Waits until the program has ended, and gives its exit code.
    ///
    /// # Errors
    /// A sentence, where it did not end within the limit, or by a signal that it did not take.
    pub fn end(&self, limit: Duration) -> Result<u32, String> {
        match &*self.status.until(limit, Option::is_some) {
            None => Err(format!("the program has not ended within {limit:?}")),
            Some(status) => match status.signal() {
                Some(signal) => Err(format!("the program was ended by a signal: {signal}")),
                None => Ok(status.exit_code()),
            },
        }
    }

    /// Sends the program a signal, by its name; false where it is gone.
    pub fn signal(&self, name: &str) -> bool {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {} 2>/dev/null", self.pid)]).status();
        sent.expect("sh starts").success()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let ended = self.status.now().is_some();
        if !ended {
            self.signal("KILL");
        }
    }
}
