//! The terminal on Windows, in place of the modules of the same names: signals alone. There are no screens, since a paste
//! comes as keys there, and its line ends would be presses of Enter.

pub mod keyboard;
pub mod screen_signals;
pub mod signals;
