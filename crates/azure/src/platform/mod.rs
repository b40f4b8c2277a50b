//! Files and programs where operating systems differ: files for their owner alone, and programs with their children.
//!
//! One module for each system, with the same functions.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::*;
#[cfg(windows)]
pub use windows::*;
