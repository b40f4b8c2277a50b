//! Tools that the tests of the whole program share.
//!
//! A story is the simulated cloud of a scenario, the program run against it as an operator would, and statements about
//! the end. Only tests and benches depend on this crate.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod access_runs;
mod asked;
mod by_hand;
mod cloud;
mod commands;
mod end;
mod program;
mod routes;
mod side_by_side;
mod story;
pub mod terminal;
mod world;

pub use access_runs::{ACCESS_RUNS, AccessRun};
pub use end::End;
pub use program::program;
pub use routes::{ROUTES, Struck};
pub use side_by_side::side_by_side;
pub use story::{AT_ONCE, Story, add_answer, path_text};
pub use world::{World, forget_pulls_of_identities, text};
