//! The settings of scenarios for locks.

use serde::Deserialize;

use super::operators::On;
use crate::world::LockLevel;

/// A management lock that is there before anybody comes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockPart {
    /// The place that is locked.
    pub on: On,
    /// `CanNotDelete` or `ReadOnly`.
    pub level: LockLevel,
    /// The name; `freeze` where it is left out.
    #[serde(default = "usual_name")]
    pub name: String,
    /// What its owner noted.
    pub notes: Option<String>,
}

fn usual_name() -> String {
    "freeze".to_owned()
}
