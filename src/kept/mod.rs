//! The things that stay on this machine between two calls: files that are replaced as a whole, tokens, and the turn to get them.

pub mod cache;
pub mod replace;
pub mod shared;
pub mod turn;
