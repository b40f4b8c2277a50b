//! The commands of the program, as an operator runs them in a story.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::Ordering;

use serde_json::Value;

use crate::end::End;
use crate::program::{ended, ended_while, program};
use crate::story::{Story, path_text};

impl Story {
    /// Runs `crosspull plan` with the answers file, in JSON.
    pub fn plan(&self, flags: &[&str]) -> End {
        let mut arguments = vec!["plan", "--answers", self.answers(), "--output", "json"];
        arguments.extend(flags);
        self.run(&arguments)
    }

    /// Runs `crosspull apply` with the answers file, without questions, in JSON, the secret to a new file.
    pub fn apply(&self, flags: &[&str]) -> End {
        self.apply_while(flags, |_, _| {})
    }

    /// Runs `crosspull apply` while somebody watches, who is told every event and the program's process id.
    pub fn apply_while(&self, flags: &[&str], watch: impl FnMut(&Value, u32)) -> End {
        let run = self.runs.fetch_add(1, Ordering::Relaxed) + 1;
        let secret = self.path(&format!("secret-{run}"));
        let mut arguments = vec!["apply", "--answers", self.answers(), "--yes", "--output", "json"];
        arguments.extend(["--secret-out", path_text(&secret)]);
        arguments.extend(flags);
        let end = self.run_while(&arguments, watch);
        End { secret_file: secret, ..end }
    }

    /// Runs `crosspull apply` while somebody reads what it says aside, line by line, and does what that asks for.
    pub fn apply_with_somebody(&self, flags: &[&str], aside: impl FnMut(&str)) -> End {
        self.with_somebody(&["apply", "--yes"], flags, aside)
    }

    /// Runs `crosspull plan` while somebody reads what it says aside, line by line, and does what that asks for.
    pub fn plan_with_somebody(&self, flags: &[&str], aside: impl FnMut(&str)) -> End {
        self.with_somebody(&["plan"], flags, aside)
    }

    fn with_somebody(&self, begin: &[&str], flags: &[&str], aside: impl FnMut(&str)) -> End {
        let mut command = Command::new(program());
        command.args(begin).args(["--answers", self.answers(), "--output", "json"]).args(flags);
        command.current_dir(self.folder.path()).env_clear().envs(self.variables());
        ended_while(command, |_, _| {}, aside)
    }

    /// Runs `crosspull resume` of the run, without questions, in JSON.
    pub fn resume(&self, flags: &[&str]) -> End {
        self.resume_while(flags, |_, _| {})
    }

    /// Runs `crosspull resume` while somebody watches.
    pub fn resume_while(&self, flags: &[&str], watch: impl FnMut(&Value, u32)) -> End {
        let run = self.run_id();
        let arguments = ["resume", &run, "--yes", "--output", "json"];
        self.run_while(&[&arguments, flags].concat(), watch)
    }

    /// Runs `crosspull resume` of one of several runs.
    pub fn resume_of(&self, run: &str) -> End {
        self.run(&["resume", run, "--yes", "--output", "json"])
    }

    /// Runs `crosspull undo` of the run, without questions, in JSON.
    pub fn undo(&self, flags: &[&str]) -> End {
        let run = self.run_id();
        self.undo_of(&run, flags)
    }

    /// Runs `crosspull undo` of one of several runs.
    pub fn undo_of(&self, run: &str, flags: &[&str]) -> End {
        let arguments = ["undo", run, "--yes", "--output", "json"];
        self.run(&[&arguments, flags].concat())
    }

    /// Runs `crosspull` with just these arguments.
    pub fn run(&self, arguments: &[&str]) -> End {
        self.run_while(arguments, |_, _| {})
    }

    /// Runs `crosspull` with just these arguments while somebody watches, who is told every event and the process id.
    pub fn run_while(&self, arguments: &[&str], watch: impl FnMut(&Value, u32)) -> End {
        let mut command = Command::new(program());
        command.args(arguments);
        self.told_of(command, watch)
    }

    /// Runs a command line of a shell, in which `crosspull` is the program.
    pub fn shell(&self, line: &str) -> End {
        let mut command = Command::new("sh");
        command.args(["-c", &line.replace("crosspull ", &format!("{} ", program().display()))]);
        self.told_of(command, |_, _| {})
    }

    fn told_of(&self, mut command: Command, watch: impl FnMut(&Value, u32)) -> End {
        command.current_dir(self.folder.path()).env_clear().envs(self.variables());
        ended(command, watch)
    }

    /// Returns the journals of the runs so far.
    pub fn journals(&self) -> Vec<PathBuf> {
        let folder = std::fs::read_dir(self.state().join("crosspull/runs")).into_iter().flatten();
        let files = folder.map(|entry| entry.expect("a file").path());
        files.filter(|path| path.extension().is_some_and(|kind| kind == "jsonl")).collect()
    }

    /// Returns the id of the one run.
    pub fn run_id(&self) -> String {
        match self.journals().as_slice() {
            [journal] => journal.file_stem().and_then(|stem| stem.to_str()).expect("a run's id").to_owned(),
            others => panic!("one run is expected: {others:?}"),
        }
    }

    /// Returns the ids of all runs but those.
    pub fn runs_but(&self, others: &[&str]) -> Vec<String> {
        let runs = self.journals().into_iter().map(|p| p.file_stem().expect("a name").to_string_lossy().into_owned());
        runs.filter(|run| !others.contains(&run.as_str())).collect()
    }
}
