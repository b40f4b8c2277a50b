//! The sentences of the screens, by subject, as pure functions of what they speak about.

pub(crate) mod command;
pub(crate) mod earlier;
pub(crate) mod explain;
pub(crate) mod names;
pub(crate) mod next;
pub(crate) mod plan_text;
pub(crate) mod reset;
mod sentence;
pub(crate) mod times;

pub(crate) use sentence::sentence;
