//! Everything that crosspull says to Azure: endpoints, sign-in, requests, replies, the one HTTP door, the checks, the
//! engine, the journal.
//!
//! ```text
//!            requests (pure)          events
//! inputs ->  checks  -> plan ->  engine ----> recorder -> journal, front end
//!               \                  /
//!                door (tokens) -> wire (deadline, retry, redaction) -> Azure
//!                                  \-> replies (typed)
//! ```

pub mod access;
pub mod checks;
pub mod connect;
pub mod control;
pub mod door;
pub mod endpoints;
pub mod engine;
pub mod find;
pub mod journal;
pub mod kubernetes;
pub mod line;
mod listener;
pub mod login_check;
pub mod long_running;
mod operations;
pub mod own_file;
mod page;
pub mod patience;
pub mod platform;
pub mod recorder;
pub mod refusal;
pub mod registry_access;
pub mod registry_login;
pub mod reply;
pub mod request;
mod role_lists;
pub mod sign_in;
mod step_context;
pub mod step_result;
mod throttle;
pub mod vault;
pub mod wire;
