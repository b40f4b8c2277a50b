//! The direction of a run.

/// The direction that a run goes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Goes on where the run stopped.
    Forward,
    /// Takes back what the run made.
    Back,
}
