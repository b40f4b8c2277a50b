//! The direction of a run.

/// The direction that a run goes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Go on where it stopped.
    Forward,
    /// Take back what it made.
    Back,
}
