//! The screens of the wizard. They see `crosspull-core` alone: no network, no files, no environment, no clock.
//!
//! ```text
//! Msg -> update(&mut Model) -> Vec<Effect>      the shell performs effects and answers with messages
//!        view(&Model) -> frame                  draws, decides nothing
//! ```
//!
//! Each room below uses those under it alone:
//!
//! | room | what it has |
//! | --- | --- |
//! | `app` | the model, and what happens on a message |
//! | `frame` | line 1, the rail, the message line, the key line |
//! | `screen` | the screens and the layers over them, one file each |
//! | `shared` | what all screens share; `live` is the engine's part of that, `access`, `login`, `secret`, `signed_in` and `weighing` five others |
//! | `words` | the sentences, by subject |
//! | `widgets` | lines that fit, lists, fields, buttons |
//! | `pages`, `keys`, `theme` | the order of the forms, the key table, colours and glyphs |

mod access;
mod app;
mod frame;
mod here;
mod keys;
mod live;
mod login;
mod msg;
mod own_answers;
mod pages;
mod screen;
mod secret;
mod shared;
mod signed_in;
mod theme;
mod weighing;
mod widgets;
mod words;

pub use app::{Model, Setup, update, view};
pub use here::Here;
pub use msg::{AccessTold, Effect, Msg, Notice};
pub use theme::Theme;
pub use words::command::command_line;
