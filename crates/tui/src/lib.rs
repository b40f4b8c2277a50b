//! The screens of the wizard. They see `crosspull-core` alone: no network, no files, no environment, no clock.
//!
//! ```text
//! Msg -> update(&mut Model) -> Vec<Effect>      the shell performs effects and answers with messages
//!        view(&Model) -> frame                  draws, decides nothing
//! ```
//!
//! Where things are: `keys` has the key table that the key line and the help are printed from, `theme` the colours
//! and glyphs, `words` the sentences, `form` the input fields, `screens` one file for each screen, `overlay` what
//! lies over them, `frame` the frame around them.

mod form;
mod frame;
mod input;
mod keys;
mod lines;
mod live;
mod model;
mod msg;
mod overlay;
mod screens;
mod theme;
mod update;
mod who;
pub mod words;

pub use frame::view;
pub use model::{Here, Model, Setup};
pub use msg::{Effect, Msg, Said};
pub use theme::Theme;
pub use update::update;
