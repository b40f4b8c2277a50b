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
//! | `voice` | the wizard where there is no screen: what is told, and what a line that is typed means |
//! | `screen` | the screens and the layers over them, one file each |
//! | `shared` | what all screens share; `live` is the engine's part of that, `access`, `login`, `secret`, `signed_in` and `weighing` five others |
//! | `words` | the sentences, by subject |
//! | `widgets` | lines that fit, lists, fields, buttons |
//! | `spoken` | what a view says where there is no screen, and what is said to it |
//! | `decode` | the bytes that a terminal sends, as keys and pastes |
//! | `pages`, `keys`, `theme` | the order of the forms, the key table, colours and glyphs |

mod access;
mod app;
mod decode;
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
mod spoken;
mod theme;
mod voice;
mod weighing;
mod widgets;
mod words;

pub use app::{Model, Setup, update, view};
pub use decode::Decoder;
pub use here::{Clipboard, Here};
pub use msg::{AccessTold, Effect, Msg, Notice};
pub use spoken::{Answer, Said, Word};
pub use theme::{Background, Palette, Theme};
pub use voice::{Heard, Line, Voice};
pub use words::command::command_line;
