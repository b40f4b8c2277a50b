//! The wizard as its operator meets it: keys in, screens out.

#![allow(clippy::expect_used, clippy::panic, reason = "all of this crate is a test")]

mod access;
mod access_who;
mod along;
mod aloud;
mod any_order;
mod careful;
mod choosing;
mod earlier;
mod engine;
mod heard;
mod looks;
mod palettes;
mod picking;
mod registry;
mod secret;
mod sign_in;
mod stops;
mod story;
mod ways;
mod words;
