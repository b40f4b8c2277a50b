//! The journal as bytes: what a run's event log on disk says. Reading and locking the file is the shell's work.

use crate::event::{EVENT_VERSION, Entry, Event};
use crate::plan::PLAN_VERSION;
use crate::run::Run;

/// No journal is larger, in bytes: a run writes some hundred thousand, and three million in a day of waiting for a person.
pub const LARGEST: u64 = 128 * 1024 * 1024;

/// The entries of a journal, and how it ends.
#[derive(Debug, Clone)]
pub struct Journal {
    /// The run, as far as its events tell.
    pub run: Run,
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// The length of what is whole, in bytes. What comes after it was torn off while it was written, and is as if it
    /// had never been.
    pub whole: usize,
}

/// The reason why a journal cannot be gone on with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The journal ends before its first entry does.
    #[error("it ends before its plan: nothing was sent by that run")]
    NoPlan,
    /// The journal does not begin with a run.
    #[error("it does not begin with a run's plan, so it is no journal of crosspull")]
    NoJournal,
    /// A line in it is not what any version writes.
    #[error("its line {line} is damaged ({why}), and what comes after it hangs on it")]
    Damaged {
        /// The number of the line, from 1.
        line: usize,
        /// The fault in that line.
        why: String,
    },
    /// A newer version wrote it.
    #[error("a newer crosspull wrote it: use that one")]
    Newer,
}

/// Reads a journal. A last line that is torn, or that nothing whole follows, is ignored (`docs/PRODUCT.md` 7, rule 3).
///
/// # Errors
/// See [`Unreadable`]; none of them is a panic, whatever the bytes are.
pub fn read(bytes: &[u8]) -> Result<Journal, Unreadable> {
    let mut journal = Journal { run: Run::default(), entries: Vec::new(), whole: 0 };
    let mut damaged = None;
    let mut read_to = 0;
    for (n, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        read_to += line.len();
        let Some(text) = line.strip_suffix(b"\n") else { break };
        match entry(text) {
            Ok(_) if damaged.is_some() => return Err(damaged.unwrap_or(Unreadable::NoJournal)),
            Ok(entry) => {
                if n == 0 && !matches!(entry.event, Event::RunStarted { .. }) {
                    return Err(Unreadable::NoJournal);
                }
                journal.run.apply(&entry);
                journal.entries.push(entry);
                journal.whole = read_to;
            }
            Err(Unreadable::Newer) => return Err(Unreadable::Newer),
            Err(_) if n == 0 && !text.starts_with(b"{") => return Err(Unreadable::NoJournal),
            Err(Unreadable::Damaged { why, .. }) => {
                damaged.get_or_insert(Unreadable::Damaged { line: n + 1, why });
            }
            Err(other) => return Err(other),
        }
    }
    if journal.entries.is_empty() { Err(Unreadable::NoPlan) } else { Ok(journal) }
}

/// One line.
fn entry(line: &[u8]) -> Result<Entry, Unreadable> {
    let version = serde_json::from_slice::<Version>(line).map(|v| v.v);
    if version.is_ok_and(|v| v > u64::from(EVENT_VERSION)) {
        return Err(Unreadable::Newer);
    }
    // The parser's own words may quote the line, which is data: the place alone is told.
    let mut entry: Entry = serde_json::from_slice(line)
        .map_err(|error| Unreadable::Damaged { line: 0, why: format!("at column {}", error.column()) })?;
    tell_resets(&mut entry.event);
    match &entry.event {
        Event::RunStarted { plan, .. } | Event::UndoStarted { plan, .. } if plan.v > PLAN_VERSION => {
            Err(Unreadable::Newer)
        }
        _ => Ok(entry),
    }
}

/// Tells of the call of an earlier version whether it resets a cluster: by its address, which was all that told it.
fn tell_resets(event: &mut Event) {
    if let Event::CallStarted { method, url, resets, .. } = event {
        *resets |= method == "POST" && url.contains("/resetServicePrincipalProfile");
    }
}

/// The fields that an entry has in every version.
#[derive(serde::Deserialize)]
struct Version {
    v: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::RoleMode;
    use crate::input::Answers;
    use crate::input::Key;
    use crate::names::StepId;
    use crate::names::{Outcome, RunId};
    use crate::operation::{Fact, Learnt};
    use crate::route::tests::sample;
    use jiff::Timestamp;

    fn lines() -> Vec<String> {
        let mut answers = Answers::default();
        answers.set(Key::TenantA, "contoso.com");
        let events = [
            Event::RunStarted { run: RunId("7f3c9a2e".to_owned()), plan: sample(RoleMode::Registry), answers },
            Event::StepStarted { step: StepId(1) },
            Event::Learnt { step: StepId(1), learnt: vec![Learnt::new(Outcome::Created, Fact::App, "an id")] },
        ];
        let line = |event| serde_json::to_string(&Entry::new(Timestamp::UNIX_EPOCH, event)).expect("writes") + "\n";
        events.map(line).to_vec()
    }

    #[test]
    fn a_journal_gives_the_run_and_its_answers_back() {
        let text = lines().concat();
        let journal = read(text.as_bytes()).expect("a journal");
        assert_eq!((journal.entries.len(), journal.whole), (3, text.len()));
        assert_eq!(journal.run.answers.get(Key::TenantA), Some("contoso.com"));
        assert_eq!(journal.run.facts.get(&Fact::App), Some("an id"));
    }

    #[test]
    fn a_torn_end_is_as_if_it_had_never_been() {
        let lines = lines();
        let whole: usize = lines.iter().take(2).map(String::len).sum();
        let text = lines.concat();
        for end in [text.len() - 1, whole + 1] {
            let journal = read(&text.as_bytes()[..end]).expect("a journal");
            assert_eq!((journal.entries.len(), journal.whole), (2, whole), "cut at {end}");
        }
        let zeroed = [&text.as_bytes()[..whole], &[0; 40], b"\n"].concat();
        assert_eq!(read(&zeroed).expect("a journal").whole, whole);
    }

    #[test]
    fn what_cannot_be_gone_on_with_says_why() {
        let lines = lines();
        assert_eq!(read(b"").err(), Some(Unreadable::NoPlan));
        assert_eq!(read(&lines[0].as_bytes()[..20]).err(), Some(Unreadable::NoPlan));
        assert_eq!(read(lines[1].as_bytes()).err(), Some(Unreadable::NoJournal));
        assert_eq!(read(b"hello\nworld\n").err(), Some(Unreadable::NoJournal));
        let holed = [lines[0].as_str(), "{\"v\":1,\n", lines[2].as_str()].concat();
        assert!(matches!(read(holed.as_bytes()), Err(Unreadable::Damaged { line: 2, .. })));
        let newer = [lines[0].as_str(), "{\"v\":9,\"at\":\"x\"}\n"].concat();
        assert_eq!(read(newer.as_bytes()).err(), Some(Unreadable::Newer));
    }
}
