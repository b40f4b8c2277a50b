//! The end of a command: the exit codes of `docs/PRODUCT.md` 5.

/// An exit code. Those of a run's end are [`crosspull_core::names::Verdict::exit_code`].
pub type Code = u8;

/// Wrong input; nothing was called.
pub const WRONG_INPUT: Code = 2;
