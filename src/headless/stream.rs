//! The output of a headless command on standard output: lines for people, or one JSON object a line. In JSON the last
//! line is `run_ended`, whatever ends the command (`docs/PRODUCT.md` 5).

use clap::ArgMatches;
use crosspull_core::event::{Entry, Event};
use crosspull_core::explain::Trouble;
use crosspull_core::names::Verdict;
use crosspull_core::run::Run;
use jiff::Timestamp;

use super::lines::{Lines, aside};
use super::report::Report;
use crate::exit::{Code, WRONG_INPUT};

/// Standard output of one headless command, and what was told on it so far.
#[derive(Debug)]
pub struct Stream {
    json: bool,
    out: Lines,
    report: Report,
    /// True once the end was told; nothing comes after it.
    ended: bool,
}

/// Tells the end of a command whose arguments were refused before there was an output of its own.
pub fn refused(why: &str) {
    let trouble =
        Trouble::new("Nothing was called, since the arguments are refused.", why, "Standard error says which.");
    let (verdict, facts) = (Verdict::Stopped, Vec::new());
    let end = Entry::new(Timestamp::now(), Event::RunEnded { verdict, run: None, facts, trouble: Some(trouble) });
    // An end consists of texts alone, which are JSON.
    Lines::default().write(&serde_json::to_string(&end).into_iter().collect::<Vec<_>>());
}

impl Stream {
    /// Creates the output in the form that the arguments ask for.
    fn new(arguments: &ArgMatches) -> Self {
        let json = arguments.get_one::<String>("output").is_some_and(|form| form == "json");
        Self { json, out: Lines::default(), report: Report::default(), ended: false }
    }

    /// Returns the run as far as it was told.
    pub const fn run(&self) -> &Run {
        self.report.run()
    }

    /// Takes this run for the one that is told of from here on.
    pub fn is_about(&mut self, run: Run) {
        self.report = Report::of(run);
    }

    /// Tells an event.
    ///
    /// # Errors
    /// An error where it cannot be written as JSON.
    pub fn tell(&mut self, entry: &Entry) -> serde_json::Result<()> {
        let lines = self.report.lines(entry);
        self.ended |= matches!(entry.event, Event::RunEnded { .. });
        self.out.write(&if self.json { vec![serde_json::to_string(entry)?] } else { lines });
        Ok(())
    }

    /// Tells people what no event says.
    pub fn say(&mut self, lines: &[String]) {
        if !self.json {
            self.out.write(lines);
        }
    }

    /// Tells people on standard error what a program that reads events knows.
    pub fn say_aside(&self, line: &str) {
        if !self.json {
            aside(line);
        }
    }

    /// Tells the end, unless it was told. The journal does not get it: this is the end of what is told here.
    pub fn end(&mut self, verdict: Verdict, trouble: Option<Trouble>) {
        if self.ended {
            return;
        }
        self.ended = true;
        let run = self.report.run();
        let facts = run.facts.iter().cloned().collect();
        let end = Event::RunEnded { verdict, run: run.id.clone(), facts, trouble };
        // An end consists of texts alone, which are JSON.
        let _ = self.tell(&Entry::new(Timestamp::now(), end));
    }

    /// Says everything that is wrong with the input, and what was not done because of it.
    pub fn refuse(&mut self, undone: &str, complaints: &[String]) -> Code {
        aside(&format!("crosspull: nothing was {undone}, since the input is not complete or not right:"));
        complaints.iter().for_each(|complaint| aside(&format!("  {complaint}")));
        let what = format!("Nothing was {undone}, since the input is not complete or not right.");
        let now = "Put right what is named, then run the same command again.";
        self.end(Verdict::Stopped, Some(Trouble::new(what, complaints.join("; "), now)));
        WRONG_INPUT
    }

    /// Says everything that is wrong with the input; nothing was called.
    pub fn complain(&mut self, complaints: &[String]) -> Code {
        self.refuse("called", complaints)
    }

    /// Returns why not all of it was written. A reader that did not want more is no reason.
    pub fn trouble(&self) -> Option<&std::io::Error> {
        self.out.trouble()
    }
}

impl Drop for Stream {
    /// Only a defect comes here without an end. The reader of the stream is told even then that no more comes.
    fn drop(&mut self) {
        let now = "crosspull runs tells where the run stands; standard error tells more.";
        self.end(Verdict::Failed, Some(Trouble::new("A defect ended crosspull.", "", now)));
    }
}

/// Does what a headless command is to do, and sees to it that its end is told: also where an error ends it.
///
/// # Errors
/// Those of the work.
pub async fn told(
    arguments: &ArgMatches,
    work: impl AsyncFnOnce(&mut Stream) -> color_eyre::Result<Code>,
) -> color_eyre::Result<Code> {
    let mut stream = Stream::new(arguments);
    let ended = work(&mut stream).await;
    match &ended {
        Ok(_) => {}
        Err(why) => stream.end(Verdict::Failed, Some(Trouble::new("crosspull ended.", format!("{why:#}."), ""))),
    }
    ended
}
