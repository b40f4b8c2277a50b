//! The wizard in plain lines, as a script meets it: it reads lines, and types answers into a pipe.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crosspull_support::Story;
use tempfile::TempDir;

/// The longest time that a line may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The program, with a script at both of its ends.
pub struct Talk {
    child: Child,
    answers: Option<ChildStdin>,
    lines: Receiver<String>,
    /// Everything that was told.
    pub told: String,
    /// The home of the program.
    pub home: TempDir,
}

impl Talk {
    /// Starts the demo.
    pub fn demo(flags: &[&str]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        Self::start(&[&["demo", "--speed", "50", "--accessible"], flags].concat(), &[], home)
    }

    /// Starts the wizard on the cloud of a story.
    pub fn on(story: &Story, flags: &[&str]) -> Self {
        let variables: Vec<(String, String)> = story.variables().into_iter().collect();
        let home = tempfile::tempdir().expect("a folder");
        Self::start(&[&["--answers", story.answers(), "--accessible"], flags].concat(), &variables, home)
    }

    fn start(arguments: &[&str], variables: &[(String, String)], home: TempDir) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspull"));
        command.args(arguments).current_dir(home.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for name in ["HOME", "TMPDIR", "XDG_STATE_HOME"] {
            command.env(name, home.path());
        }
        command.envs(variables.iter().cloned());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().expect("the program starts");
        let (tell, lines) = channel();
        let out = child.stdout.take().expect("piped");
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                let _ = tell.send(line.expect("text in UTF-8"));
            }
        });
        let answers = child.stdin.take();
        Self { child, answers, lines, told: String::new(), home }
    }

    /// Reads lines until one has these words; gives that line.
    #[track_caller]
    pub fn reads(&mut self, words: &str) -> String {
        self.reads_until(&format!("{words:?}"), |line| line.contains(words))
    }

    #[track_caller]
    fn reads_until(&mut self, what: &str, is: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else { panic!("no {what} in\n{}", self.told) };
            self.told.push_str(&line);
            self.told.push('\n');
            if is(&line) {
                return line;
            }
        }
    }

    /// Types a line.
    pub fn types(&mut self, line: &str) {
        let answers = self.answers.as_mut().expect("the input is open");
        writeln!(answers, "{line}").and_then(|()| answers.flush()).expect("the program takes lines");
    }

    /// Waits for each of these prompts and types its answer.
    #[track_caller]
    pub fn answers(&mut self, pairs: &[(&str, &str)]) {
        for (prompt, answer) in pairs {
            self.reads(prompt);
            self.types(answer);
        }
    }

    /// Takes whatever is offered, says yes to whatever is written, and leaves at the end.
    #[track_caller]
    pub fn goes_through(&mut self) {
        loop {
            // Each prompt ends in one of these, or begins so.
            let prompt = self.reads_until("prompt", |line| {
                line.ends_with("]:")
                    || line.ends_with("Type yes:")
                    || line.starts_with("Enter: ")
                    || line.starts_with("Type a word")
            });
            match prompt.as_str() {
                stuck if stuck.starts_with("Type a word") => panic!("it goes on by no Enter:\n{}", self.told),
                yes if yes.ends_with("Type yes:") => self.types("yes"),
                end if end.starts_with("Enter: leave.") => {
                    self.types("");
                    return self.leaves_for_good();
                }
                _ => self.types(""),
            }
        }
    }

    /// Reads to the end. Where the secret is nowhere else it is asked once more whether to leave.
    fn leaves_for_good(&mut self) {
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.told.push_str(&line);
            self.told.push('\n');
            if line == "Which one? Type a number [2]:" {
                return self.types("1");
            }
        }
    }

    /// Ends the input.
    pub fn hangs_up(&mut self) {
        self.answers = None;
    }

    /// Sends the program a signal, by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(sent.expect("sh starts").success());
    }

    /// Kills the program.
    pub fn kill(mut self) {
        self.child.kill().and_then(|()| self.child.wait()).expect("it can be killed");
    }

    /// Reads what still comes, and asserts that the program ends with that code. Gives everything that it told.
    #[track_caller]
    pub fn ends(mut self, code: i32) -> String {
        let deadline = Instant::now() + PATIENCE;
        while let Ok(line) = self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            self.told.push_str(&line);
            self.told.push('\n');
        }
        assert!(Instant::now() < deadline, "it has not ended:\n{}", self.told);
        let ended = self.child.wait().expect("its end").code();
        assert_eq!(ended, Some(code), "{}", self.told);
        is_plain(&self.told);
        self.told.clone()
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asserts that there is no escape sequence in a text, and no box, shape, arrow or braille.
#[track_caller]
pub fn is_plain(text: &str) {
    let drawn = |c: char| {
        let glyph = matches!(c, '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{25ff}' | '\u{2800}'..='\u{28ff}');
        glyph || (c.is_control() && !matches!(c, '\n' | '\r'))
    };
    assert!(!text.contains(drawn), "{:?} in\n{text}", text.chars().find(|c| drawn(*c)));
}
