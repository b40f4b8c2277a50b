//! The parts of screens: lines that fit, a sheet of them, buttons, a line of text that is typed, a list to choose
//! from, a field of a form.

pub(crate) mod aloud;
pub(crate) mod button;
pub(crate) mod cell;
pub(crate) mod hidden_box;
pub(crate) mod lines;
pub(crate) mod picker;
pub(crate) mod picker_rows;
pub(crate) mod sheet;
pub(crate) mod text_box;
pub(crate) mod trouble;
