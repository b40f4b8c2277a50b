//! What the tests of the whole program share: a story is the simulated cloud of a scenario, the program run against it as
//! an operator would, and what is said of how that ended. Only tests and benches depend on this crate.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod asked;
mod by_hand;
mod cloud;
mod commands;
mod end;
mod program;
mod story;
pub mod terminal;
mod world;

pub use end::End;
pub use program::program;
pub use story::{Story, path_text};
pub use world::{World, text};
