//! Replays a tape in a terminal.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crosspull_support::terminal::{Window, command};
use portable_pty::CommandBuilder;

use crate::reader::{Command, Line};

/// The time after which a screen can have been read.
const READ: Duration = Duration::from_millis(750);

/// Returns the shell of the tape, that finds programs in this folder first.
pub fn shell(programs: &Path, home: &Path) -> CommandBuilder {
    let mut shell = command("bash", &["--noprofile", "--norc"], home);
    let others = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(programs.to_owned()).chain(std::env::split_paths(&others));
    shell.env("PATH", std::env::join_paths(folders).expect("folders of programs"));
    shell
}

/// A tape recorder in front of a window.
pub struct Recorder {
    window: Window,
    programs: PathBuf,
    /// The pictures so far: name and text.
    pub screenshots: Vec<(String, String)>,
}

impl Recorder {
    /// Returns a recorder in front of this window. Required programs are in this folder.
    pub fn new(window: Window, programs: &Path) -> Self {
        Self { window, programs: programs.to_owned(), screenshots: Vec::new() }
    }

    /// Returns the text on the screen.
    pub fn screen(&self) -> String {
        self.window.look(|view| view.text())
    }

    /// Types a text.
    pub fn type_text(&mut self, text: &str) {
        self.window.press(text);
    }

    /// Does what the lines say, as soon as it can be done: pauses for people are left out.
    ///
    /// # Errors
    /// The first line that fails, by its number, with the screen.
    pub fn replay(&mut self, lines: &[Line]) -> Result<(), String> {
        lines.iter().try_for_each(|line| self.step(&line.command).map_err(|why| format!("line {}: {why}", line.number)))
    }

    /// Reads the screen, where Enter writes something or loses a secret: it counts no sooner. All other pauses are left out.
    fn read(&self) {
        const WRITES: [&str; 5] = ["Enter run", "Not now", "Wait no longer", "Enter give it", "Leave without it"];
        let text = self.screen();
        if WRITES.iter().any(|words| text.contains(words)) {
            let nothing = self.window.see("nothing", READ, |_| None::<()>);
            assert!(nothing.is_err());
        }
    }

    fn step(&mut self, command: &Command) -> Result<(), String> {
        match command {
            Command::ForPeople => {}
            Command::Require(program) if self.programs.join(program).is_file() => {}
            Command::Require(program) => return Err(format!("Require: there is no {program}")),
            Command::Type(text) => self.type_text(text),
            Command::Enter => {
                self.read();
                self.type_text("\r");
            }
            Command::Left => self.type_text("\x1b[D"),
            Command::Wait { screen, at_most } => {
                let shows = |text: &str| screen.is_match(text).then_some(());
                self.window.see(&format!("/{screen}/"), *at_most, |view| shows(&view.text()))?;
            }
            Command::Screenshot(name) => match self.screen() {
                screen if screen.trim().is_empty() => return Err(format!("{name}: the screen is empty")),
                screen => self.screenshots.push((name.clone(), screen)),
            },
        }
        Ok(())
    }
}
