//! Colours and marks of a cell, and the shortest sequence from one to another (ECMA-48, SGR).

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// The marks that a blank shows too.
const ON_BLANKS: Modifier = Modifier::UNDERLINED.union(Modifier::REVERSED).union(Modifier::CROSSED_OUT);

/// Each mark with its number.
const MARKS: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// The colours and marks that a terminal writes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink {
    fg: Color,
    bg: Color,
    marks: Modifier,
}

impl Default for Ink {
    fn default() -> Self {
        Self { fg: Color::Reset, bg: Color::Reset, marks: Modifier::empty() }
    }
}

impl Ink {
    /// The sequence to the terminal's own colours, without marks.
    pub(super) const PLAIN: &[u8] = b"\x1b[m";

    /// Returns the ink that a cell needs after this one. A blank shows its background alone, so the rest stays.
    pub(super) fn for_cell(self, cell: &Cell) -> Self {
        let wanted = Self { fg: cell.fg, bg: cell.bg, marks: cell.modifier };
        if cell.symbol() == " " && !(self.marks | wanted.marks).intersects(ON_BLANKS) {
            return Self { bg: wanted.bg, ..self };
        }
        wanted
    }
}

/// Returns the sequence that changes the ink: from what it is, or from plain where that is shorter or a mark goes.
pub(super) fn change(from: Ink, to: Ink) -> String {
    if from == to {
        return String::new();
    }
    let afresh = match parameters(Ink::default(), to).as_str() {
        "" => String::new(),
        rest => format!("0;{rest}"),
    };
    let added = parameters(from, to);
    let shorter = if to.marks.contains(from.marks) && added.len() < afresh.len() { added } else { afresh };
    format!("\x1b[{shorter}m")
}

/// Returns the parameters that add what the one has not to the other.
fn parameters(from: Ink, to: Ink) -> String {
    let marks = MARKS.iter().filter(|(mark, _)| to.marks.contains(*mark) && !from.marks.contains(*mark));
    let marks = marks.map(|(_, number)| number.to_string());
    let fg = (to.fg != from.fg).then(|| colour(to.fg, 30));
    let bg = (to.bg != from.bg).then(|| colour(to.bg, 40));
    marks.chain(fg).chain(bg).collect::<Vec<_>>().join(";")
}

/// Returns the parameters of a colour. `first` is the number of the first of eight: 30 for letters, 40 for what is behind.
fn colour(colour: Color, first: u8) -> String {
    let of_eight = |n: u8| (first + n).to_string();
    let bright = |n: u8| (first + 60 + n).to_string();
    match colour {
        Color::Reset => (first + 9).to_string(),
        Color::Black => of_eight(0),
        Color::Red => of_eight(1),
        Color::Green => of_eight(2),
        Color::Yellow => of_eight(3),
        Color::Blue => of_eight(4),
        Color::Magenta => of_eight(5),
        Color::Cyan => of_eight(6),
        Color::Gray => of_eight(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(n) => format!("{};5;{n}", first + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", first + 8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink(fg: Color, marks: Modifier) -> Ink {
        Ink { fg, bg: Color::Reset, marks }
    }

    #[test]
    fn the_shortest_way_from_one_ink_to_another_is_taken() {
        let (plain, bold) = (Modifier::empty(), Modifier::BOLD);
        let accent = ink(Color::Indexed(63), bold);
        for (from, to, sequence) in [
            (Ink::default(), Ink::default(), ""),
            (Ink::default(), accent, "\x1b[1;38;5;63m"),
            (accent, ink(Color::Reset, bold), "\x1b[39m"),
            (accent, ink(Color::Reset, plain), "\x1b[m"),
            (accent, ink(Color::Cyan, plain), "\x1b[0;36m"),
            (ink(Color::Cyan, plain), ink(Color::LightRed, bold), "\x1b[1;91m"),
            (Ink { bg: Color::Black, ..accent }, ink(Color::Reset, bold), "\x1b[0;1m"),
        ] {
            assert_eq!(change(from, to), sequence, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn a_blank_changes_nothing_but_its_background() {
        let blank = |marks: Modifier| {
            let mut cell = Cell::new(" ");
            cell.fg = Color::Red;
            cell.modifier = marks;
            cell
        };
        assert_eq!(Ink::default().for_cell(&blank(Modifier::BOLD)), Ink::default());
        let reversed = Ink::default().for_cell(&blank(Modifier::REVERSED));
        assert_eq!(reversed, ink(Color::Red, Modifier::REVERSED));
        assert_eq!(reversed.for_cell(&Cell::new(" ")), Ink::default());
    }
}
