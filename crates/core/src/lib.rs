//! The work of crosspull as values: answers, checks, plan, events, run.
//!
//! ```text
//! answers -> inputs -> (checks: survey, findings) -> plan -> events -> run
//! ```
//!
//! There is no I/O, no clock and no environment here: whatever comes from outside is an argument.

pub mod access;
pub mod check;
pub mod cloud;
pub mod command;
pub mod condition;
pub mod consent;
pub mod event;
pub mod explain;
pub mod field;
pub mod find;
pub mod hand_over;
pub mod ids;
pub mod input;
pub mod journal;
pub mod kept;
pub mod login;
pub mod manifest;
pub mod names;
pub mod opening;
pub mod operation;
pub mod plan;
pub mod rights;
pub mod route;
pub mod run;
pub mod secret;
pub mod sign_in;
pub mod text;
pub mod wording;
