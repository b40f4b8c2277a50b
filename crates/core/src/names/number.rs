//! The ids and numbers of runs, steps and calls.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::clean;

/// The id of a run, such as `7f3c9a2e`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct RunId(pub String);

impl TryFrom<String> for RunId {
    type Error = String;

    /// Reads the id that a journal holds, as strictly as one from a person: names of files and pods are made of it.
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl std::str::FromStr for RunId {
    type Err = String;

    /// Reads the id that a person gives: letters and digits alone, since a file is named so.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = clean(text);
        if (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(format!("\"{text}\" is not a run: give its id, such as 7f3c9a2e; crosspull runs lists them"))
        }
    }
}

impl std::fmt::Display for RunId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The number of a step in its plan, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u16);

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a call in its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(pub u32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_a_journal_has_an_id_that_a_file_may_be_named_by() {
        assert!(serde_json::from_str::<RunId>(r#""7f3c9a2e""#).is_ok_and(|run| run.0 == "7f3c9a2e"));
        for text in ["../x", "a/b", "", "7f3c 9a2e"] {
            assert!(serde_json::from_value::<RunId>(text.into()).is_err(), "{text}");
        }
        assert_eq!(serde_json::to_string(&RunId("7f3c9a2e".to_owned())).expect("writes"), r#""7f3c9a2e""#);
    }
}
