//! The reasons why a scenario cannot be used.

/// The reason why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// No shipped scenario has the name, and no file is there.
    #[error(
        "there is no scenario named '{0}'; name a shipped one (such as happy or slow-replication) or a TOML file that exists"
    )]
    Unknown(String),
    /// The file cannot be read.
    #[error("the scenario file '{file}' cannot be read: {why}")]
    Unreadable {
        /// The file as given.
        file: String,
        /// The error of the read.
        why: std::io::Error,
    },
    /// The text is no scenario; the message names the key.
    #[error("the scenario cannot be understood: {0}")]
    Malformed(String),
}

/// Refuses a text that is none of the known ones.
pub fn one_of(key: &str, given: Option<&str>, known: &[&str]) -> Result<(), ScenarioError> {
    match given {
        Some(given) if !known.contains(&given) => {
            Err(ScenarioError::Malformed(format!("`{key}` is '{given}'; it must be one of {}", known.join(", "))))
        }
        _ => Ok(()),
    }
}
