//! The line to the terminal where operating systems differ: its size, what is typed and hidden, and the errors of one that
//! is gone.
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
