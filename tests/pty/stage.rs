//! `crosspull demo` in a window of its own, and the screens on the way through it.

use std::num::NonZeroU16;
use std::path::Path;
use std::time::Duration;

use crosspull_support::Story;
use crosspull_support::terminal::{Program, View, Window, command, open};
use portable_pty::PtySize;
use tempfile::TempDir;

/// The longest time that a screen may take to come: far more than it does on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// The time after which a screen can have been read.
pub const READ: Duration = Duration::from_millis(750);
/// Makes the simulated cloud quick.
const QUICK: [&str; 3] = ["demo", "--speed", "50"];

/// Keys as a terminal sends them.
pub const ENTER: &str = "\r";
/// The key.
pub const ESC: &str = "\x1b";
/// The key.
pub const TAB: &str = "\t";
/// The chord.
pub const BACK_TAB: &str = "\x1b[Z";
/// The key.
pub const DOWN: &str = "\x1b[B";
/// The key.
pub const UP: &str = "\x1b[A";
/// The key.
pub const F5: &str = "\x1b[15~";
/// The chord.
pub const CTRL_C: &str = "\x03";
/// The chord, which draws anew.
pub const CTRL_L: &str = "\x0c";
/// The chord, which empties a field up to the cursor.
pub const CTRL_U: &str = "\x15";
/// The key.
pub const F1: &str = "\x1bOP";
/// The key.
pub const F2: &str = "\x1bOQ";
/// The key.
pub const F3: &str = "\x1bOR";

/// The screens of the wizard, each with the words that are on it alone.
pub const HOME: &str = "What do you want to do?";
/// The routes.
pub const ROUTE: &str = "Which way?";
/// The first form.
pub const TENANT_A: &str = "Tenant A, where the cluster is";
/// The second form.
pub const TENANT_B: &str = "Tenant B, where the registry is";
/// The routes, weighed by what was found.
pub const WAY: &str = "Enter take it";
/// The form of the app.
pub const APP: &str = "Secret lives";
/// The form of the pull secret.
pub const PULL_SECRET: &str = "The pull secret in the cluster";
/// The checks, when they are over.
pub const CHECKED: &str = "The plan may run";
/// The plan.
pub const REVIEW: &str = "Nothing was written so far";
/// The run, at its question.
pub const ASKED: &str = "Its nodes restart";
/// The run, at its end.
pub const OVER: &str = "The run is over";
/// The last screen of a run that went well.
pub const DONE: &str = "crosspull does not keep the secret";

/// The program in its window, and the folder that it may write in.
pub struct Stage {
    /// The window.
    pub window: Window,
    /// The program.
    pub program: Program,
    /// The home of the program, with its state and its temporary files.
    pub home: TempDir,
    /// True where Enter counts only once the screen could be read: wherever this is not the demo.
    pub careful: bool,
}

impl Stage {
    /// Returns the demo at its first screen, at 80x24.
    pub fn demo() -> Self {
        Self::of(&[], &[])
    }

    /// Returns the demo at its first screen, with more flags and variables.
    pub fn of(flags: &[&str], variables: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let arguments = [&QUICK, flags].concat();
        let mut command = command(env!("CARGO_BIN_EXE_crosspull"), &arguments, home.path());
        for (name, value) in variables {
            command.env(name, value);
        }
        let (window, program) = open(command, (80, 24));
        let stage = Self { window, program, home, careful: false };
        stage.shows(HOME);
        stage
    }

    /// Returns the demo at its first screen in a terminal that tells another size than it has, such as `rows 0 cols 0`.
    pub fn in_a_terminal_of(size: &str, variables: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let line = format!("stty {size}; exec '{}' demo --speed 50", env!("CARGO_BIN_EXE_crosspull"));
        let mut command = command("sh", &["-c", &line], home.path());
        for (name, value) in variables {
            command.env(name, value);
        }
        let (window, program) = open(command, (100, 30));
        let stage = Self { window, program, home, careful: false };
        stage.shows(HOME);
        stage
    }

    /// Returns the wizard on the simulated cloud of a story, at its first screen.
    pub fn on(story: &Story) -> Self {
        Self::on_with(story, &[], &[])
    }

    /// Returns the wizard on the simulated cloud of a story, with more flags and variables.
    pub fn on_with(story: &Story, flags: &[&str], variables: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let arguments = [&["--answers", story.answers()], flags].concat();
        let mut command = command(env!("CARGO_BIN_EXE_crosspull"), &arguments, home.path());
        for (name, value) in story.variables() {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let (window, program) = open(command, (80, 24));
        let stage = Self { window, program, home, careful: true };
        stage.shows(HOME);
        stage
    }

    /// Waits for words on the screen and gives all of its text.
    pub fn shows(&self, words: &str) -> String {
        self.sees(words, |view| Some(view.text()).filter(|text| text.contains(words)))
    }

    /// Waits for something to be in sight.
    pub fn sees<T>(&self, what: &str, look: impl Fn(&View) -> Option<T>) -> T {
        self.window.see(what, PATIENCE, look).unwrap_or_else(|why| panic!("{why}"))
    }

    /// Presses keys, waits for words, gives the screen's text.
    pub fn press(&mut self, keys: &str, words: &str) -> String {
        if keys == ENTER {
            self.reads();
        }
        self.window.press(keys);
        self.shows(words)
    }

    /// Reads the screen, where Enter writes something: it counts no sooner. In the demo it does.
    pub fn reads(&self) {
        const WRITES: [&str; 4] = ["Enter run", "Not now", "Wait no longer", "Enter give it"];
        let text = self.window.look(|view| view.text());
        if self.careful && WRITES.iter().any(|words| text.contains(words)) {
            self.passes(READ);
        }
    }

    /// Lets time pass.
    pub fn passes(&self, time: Duration) {
        let nothing = self.window.see("nothing", time, |_| None::<()>);
        assert!(nothing.is_err());
    }

    /// Presses keys and waits until those words are gone.
    pub fn press_away(&mut self, keys: &str, words: &str) -> String {
        self.window.press(keys);
        self.sees(&format!("no {words}"), |view| Some(view.text()).filter(|text| !text.contains(words)))
    }

    /// Pastes a text, as a terminal does that marks pastes, and waits for words.
    pub fn paste(&mut self, text: &str, words: &str) -> String {
        self.press(&format!("\x1b[200~{text}\x1b[201~"), words)
    }

    /// Takes the route that fits, and waits for its first form.
    pub fn reach_the_first_form(&mut self) -> String {
        self.press(ENTER, ROUTE);
        self.press(ENTER, TENANT_A)
    }

    /// Presses Enter through all screens to the question before the reset.
    pub fn reach_the_question(&mut self) {
        for words in [ROUTE, TENANT_A, TENANT_B, APP, CHECKED, REVIEW, ASKED] {
            self.press(ENTER, words);
        }
    }

    /// Presses Enter through all screens to the last one.
    pub fn reach_done(&mut self) {
        self.reach_the_question();
        self.press(ENTER, OVER);
        self.press(ENTER, DONE);
    }

    /// Gives the window another size and waits until the screen is drawn for it: what was drawn before is wiped.
    pub fn resize(&self, columns: u16, rows: u16, words: &str) -> String {
        let side = |length| NonZeroU16::new(length).expect("a side has a length");
        self.window.look(|view| {
            view.parser.set_size(side(rows), side(columns));
            view.parser.process(b"\x1b[2J");
        });
        let size = PtySize { cols: columns, rows, ..PtySize::default() };
        self.window.pty.resize(size).expect("the window can be resized");
        self.shows(words)
    }

    /// Returns the number of bytes that the program has written.
    pub fn written(&self) -> usize {
        self.window.look(|view| view.bytes.len())
    }

    /// Returns what the program wrote from there on, escape sequences included.
    pub fn since(&self, from: usize) -> String {
        self.window.look(|view| String::from_utf8_lossy(&view.bytes[from..]).into_owned())
    }

    /// Waits for the program's end with this exit code; gives what is on the terminal then.
    pub fn exits(&self, code: u32) -> String {
        assert_eq!(self.program.end(PATIENCE), Ok(code), "the screen:\n{}", self.window.look(|view| view.text()));
        self.sees("the end of the output", |view| view.over.then(|| view.text()))
    }

    /// Asserts that the terminal is as a shell wants it.
    pub fn is_given_back(&self) {
        self.window.look(|view| {
            let screen = view.parser.screen();
            assert!(!screen.alternate_screen(), "still on the alternate screen");
            assert!(!screen.hide_cursor(), "the cursor is hidden");
            assert!(!screen.bracketed_paste(), "pastes are still marked");
        });
        assert!(self.edits_lines(), "the terminal is still in raw mode");
    }

    /// True where the terminal takes whole lines, as a shell wants it; false in raw mode.
    pub fn edits_lines(&self) -> bool {
        let modes = self.window.pty.get_termios().expect("the terminal's modes").local_flags;
        format!("{modes:?}").contains("ICANON")
    }
}

/// Returns every file below a folder, with its text.
pub fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => {
                let bytes = std::fs::read(&path).expect("the file can be read");
                vec![(path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned())]
            }
        })
        .collect()
}
