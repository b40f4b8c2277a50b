//! A reader of tapes: the commands of VHS that the tapes of the project use, and no others.

use std::time::Duration;

use regex::Regex;

/// A command with the number of its line.
pub struct Line {
    /// The number of the line, from 1.
    pub number: usize,
    /// The command of the line.
    pub command: Command,
}

/// The command that a line holds.
#[derive(Debug)]
pub enum Command {
    /// A program that must be there.
    Require(String),
    /// Text that is typed.
    Type(String),
    /// The key.
    Enter,
    /// The arrow.
    Left,
    /// A screen that is waited for.
    Wait {
        /// The text that the screen shows.
        screen: Regex,
        /// The longest time that the screen may take.
        at_most: Duration,
    },
    /// A picture of the screen, under this name.
    Screenshot(String),
    /// For a recording that people look at: its file, its looks, its pauses, what it leaves out.
    ForPeople,
}

/// Reads a tape.
///
/// # Errors
/// The first line that is not understood, by its number.
pub fn read(tape: &str) -> Result<Vec<Line>, String> {
    let lines = (1..).zip(tape.lines().map(str::trim));
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| match command(line) {
            Ok(command) => Ok(Line { number, command }),
            Err(why) => Err(format!("line {number}: {why}")),
        })
        .collect()
}

fn command(line: &str) -> Result<Command, String> {
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    match (name, rest) {
        ("Output", file) if !file.is_empty() => Ok(Command::ForPeople),
        ("Set", setting) => set(setting),
        ("Sleep", pause) => time(pause).map(|_| Command::ForPeople),
        ("Require", program) if !program.is_empty() => Ok(Command::Require(program.to_owned())),
        ("Type", text) => quoted(text).map(Command::Type),
        ("Enter", "") => Ok(Command::Enter),
        ("Left", "") => Ok(Command::Left),
        ("Hide" | "Show", "") => Ok(Command::ForPeople),
        ("Screenshot", file) if file.ends_with(".png") => Ok(Command::Screenshot(file.to_owned())),
        _ => match name.strip_prefix("Wait+Screen@") {
            Some(limit) => wait(limit, rest),
            None => Err(format!("`{line}` is no command of this tape")),
        },
    }
}

/// Reads a setting: the shell and the looks. The replay has its own shell, which must be the same.
fn set(setting: &str) -> Result<Command, String> {
    match setting.split_once(' ') {
        Some(("Shell", "bash")) => Ok(Command::ForPeople),
        Some(("FontSize" | "Width" | "Height", pixels)) if pixels.parse::<u16>().is_ok() => Ok(Command::ForPeople),
        Some(("TypingSpeed", pause)) => time(pause).map(|_| Command::ForPeople),
        _ => Err(format!("`Set {setting}` is no setting of this tape")),
    }
}

fn quoted(text: &str) -> Result<String, String> {
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).filter(|t| !t.contains('"'));
    inner.map(str::to_owned).ok_or_else(|| format!("`{text}` is no text in quotes"))
}

fn wait(limit: &str, pattern: &str) -> Result<Command, String> {
    let at_most = time(limit)?;
    let inner = pattern.strip_prefix('/').and_then(|p| p.strip_suffix('/')).filter(|p| !p.is_empty());
    let inner = inner.ok_or_else(|| format!("`{pattern}` is no pattern between slashes"))?;
    Ok(Command::Wait { screen: Regex::new(inner).map_err(|e| e.to_string())?, at_most })
}

fn time(text: &str) -> Result<Duration, String> {
    let (count, unit) = match text.strip_suffix("ms") {
        Some(count) => (count, Duration::from_millis(1)),
        None => (text.strip_suffix('s').unwrap_or_default(), Duration::from_secs(1)),
    };
    count.parse::<u32>().map(|count| unit * count).map_err(|_| format!("`{text}` is no time such as 500ms or 2s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_not_understood_is_named_by_its_number() {
        for (line, why) in [
            ("Wave hello", "`Wave hello` is no command of this tape"),
            ("Enter 3", "`Enter 3` is no command"),
            ("Wait", "`Wait` is no command"),
            ("Wait+Screen@5s Home", "`Home` is no pattern between slashes"),
            ("Wait+Screen@5s //", "is no pattern"),
            ("Wait+Screen@5s /(/", "unclosed group"),
            ("Wait+Screen@5 /a/", "`5` is no time"),
            ("Set Shell zsh", "`Set Shell zsh` is no setting"),
            ("Set Width wide", "is no setting"),
            ("Type hello", "`hello` is no text in quotes"),
            ("Sleep soon", "`soon` is no time"),
            ("Screenshot home", "is no command"),
        ] {
            let why_not = read(&format!("# a tape\n\nEnter\n{line}\n")).err().expect("refused");
            assert!(why_not.starts_with("line 4: ") && why_not.contains(why), "{line}: {why_not}");
        }
    }

    #[test]
    fn times_are_in_seconds_or_milliseconds() {
        assert_eq!(time("20s"), Ok(Duration::from_secs(20)));
        assert_eq!(time("400ms"), Ok(Duration::from_millis(400)));
    }
}
