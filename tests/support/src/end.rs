//! The end of a run of the program, and what a story says about it.

use std::fmt;
use std::path::PathBuf;

use serde_json::Value;

/// The end of one run of the program. Every assertion shows the whole of it when it does not hold.
#[derive(Default)]
pub struct End {
    /// The exit code. `None` where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// The lines of standard output that are JSON.
    pub events: Vec<Value>,
    /// True where the output was asked for in JSON.
    pub json: bool,
    /// The file in which the secret was to be saved.
    pub secret_file: PathBuf,
}

impl End {
    /// Asserts that the program ended with this exit code.
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "\n{self}");
        self
    }

    /// Asserts that the last line is `run_ended` with this verdict, and that every line is an event of this version.
    pub fn verdict(&self, verdict: &str) -> &Self {
        assert_eq!(self.events.len(), self.out.lines().count(), "a line is no JSON\n{self}");
        assert!(self.events.iter().all(|e| e["v"] == 1 && e["at"].is_string() && e["event"].is_string()), "\n{self}");
        let last = self.events.last().unwrap_or(&Value::Null);
        assert_eq!((&last["event"], &last["verdict"]), (&"run_ended".into(), &verdict.into()), "\n{self}");
        self
    }

    /// Asserts that all was done, and that nothing went wrong on standard error.
    pub fn is_done(&self) -> &Self {
        self.exits(0).verdict("done").says_nothing_aside()
    }

    /// Asserts that all was done. The program may speak aside of what an earlier part of the run saved.
    pub fn ends_well(&self) -> &Self {
        self.exits(0).verdict("done")
    }

    /// Asserts that a check stopped the run: exit code 4, and one of the findings names this cause and this way out.
    pub fn is_stopped_by(&self, cause: &str, way_out: &str) -> &Self {
        self.exits(4).verdict("stopped").finds("stop", cause, way_out).says_nothing_aside()
    }

    /// Asserts that a step failed: exit code 1, and the run's trouble names this cause and this way out.
    pub fn fails_with(&self, cause: &str, way_out: &str) -> &Self {
        self.exits(1).verdict("failed").says_nothing_aside();
        let trouble = self.trouble();
        let why = format!("{} {}", text(trouble, "what"), text(trouble, "why"));
        assert!(why.contains(cause), "\"{cause}\" is not in: {why}\n{self}");
        let now = text(trouble, "now");
        assert!(now.contains(way_out), "\"{way_out}\" is not in: {now}\n{self}");
        self
    }

    /// Returns the trouble that the run ended with.
    pub fn trouble(&self) -> &Value {
        self.events.last().map_or(&Value::Null, |last| &last["trouble"])
    }

    /// Asserts that a finding of this level names this cause and this way out.
    pub fn finds(&self, level: &str, cause: &str, way_out: &str) -> &Self {
        let found = self.findings(level).any(|f| text(f, "text").contains(cause) && text(f, "now").contains(way_out));
        assert!(found, "no {level}: {cause} … {way_out}\n{self}");
        self
    }

    /// Returns the findings of a level.
    pub fn findings(&self, level: &str) -> impl Iterator<Item = &Value> {
        self.events("check_ended").map(|e| &e["finding"]).filter(move |f| f["level"] == level)
    }

    /// Asserts that the program complained about its input on standard error in these words, with exit code 2.
    ///
    /// It said nothing else: on standard output nothing, or in JSON the end alone, with the same words.
    pub fn complains(&self, sentence: &str) -> &Self {
        self.exits(2);
        assert!(self.err.contains(sentence), "\"{sentence}\" is not said\n{self}");
        if self.json {
            assert_eq!(self.verdict("stopped").events.len(), 1, "\n{self}");
            let said = format!("{} {}", text(self.trouble(), "what"), text(self.trouble(), "why"));
            assert!(said.to_lowercase().contains(&sentence.to_lowercase()), "\"{sentence}\" is not in: {said}\n{self}");
        } else {
            assert_eq!(self.out, "", "\n{self}");
        }
        self
    }

    /// Asserts that nothing is on standard error.
    pub fn says_nothing_aside(&self) -> &Self {
        assert_eq!(self.err, "", "\n{self}");
        self
    }

    /// Returns the events of a name.
    pub fn events(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.events.iter().filter(move |e| e["event"] == name)
    }

    /// Returns the outcome of a step, by its operation's name in the plan. Empty where the step did not end.
    pub fn outcome(&self, operation: &str) -> &str {
        self.ended(operation)["outcome"].as_str().unwrap_or_default()
    }

    /// Returns the note on a step at its end.
    pub fn note(&self, operation: &str) -> &str {
        self.ended(operation)["note"].as_str().unwrap_or_default()
    }

    fn ended(&self, operation: &str) -> &Value {
        let begun = self.events.iter().find(|e| e["plan"].is_object() && e["event"] != "planned");
        let plan = begun.map_or(&Value::Null, |e| &e["plan"]["steps"]);
        let step = plan.as_array().into_iter().flatten().find(|step| step["op"] == operation);
        let id = &step.unwrap_or_else(|| panic!("no step {operation} in {plan}"))["id"];
        self.events("step_ended").find(|e| e["step"] == *id).unwrap_or(&Value::Null)
    }

    /// Returns the outcome of a step, by its number: the events of a run that goes on do not name the plan.
    pub fn outcome_of(&self, step: u8) -> &str {
        let ended = self.events("step_ended").find(|e| e["step"] == step);
        ended.and_then(|e| e["outcome"].as_str()).unwrap_or_default()
    }

    /// Returns the reasons of the waits.
    pub fn waits(&self) -> Vec<&str> {
        self.events("waiting").filter_map(|e| e["why"].as_str()).collect()
    }

    /// Returns the value of a fact that the last line tells.
    pub fn fact(&self, name: &str) -> &str {
        let facts = self.events.last().map_or(&Value::Null, |last| &last["facts"]);
        let found = facts.as_array().into_iter().flatten().find(|f| f["fact"] == name);
        found.and_then(|f| f["value"].as_str()).unwrap_or_else(|| panic!("{name} is not told\n{self}"))
    }

    /// Returns the secret that was saved.
    pub fn secret(&self) -> String {
        std::fs::read_to_string(&self.secret_file).unwrap_or_else(|e| panic!("no secret was saved: {e}\n{self}"))
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// Shows the parts of an end that a person needs when a story fails: all but the calls.
impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "exit code {:?}", self.code)?;
        for line in self.out.lines().filter(|l| !l.contains(r#""event":"call_"#) && !l.contains(r#""event":"waiting""#))
        {
            writeln!(f, "  {}", line.chars().take(1000).collect::<String>())?;
        }
        self.err.lines().try_for_each(|line| writeln!(f, "! {line}"))
    }
}
