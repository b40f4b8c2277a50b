//! The writer below ratatui: turns the cells that changed into bytes, and sends a frame in one piece.
//!
//! ratatui's own writer names both colours at every change of one, places the cursor after every gap, and sets on each frame
//! what is set already. Over a slow line that is felt at every key, so this one writes what the terminal does not know yet.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::ink::{Ink, change};
use super::size;
use crate::sources::environment;

/// A terminal may take in a frame of more bytes than this in parts, so its begin and end are marked (synchronized output,
/// `docs/facts/terminal.md` 2). A smaller one comes in one piece.
const LARGE: usize = 512;
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// The writer of frames. Nothing is sent before a frame is flushed.
#[derive(Debug)]
pub(super) struct Painter<W> {
    out: W,
    frame: Vec<u8>,
    pen: Pen,
    /// True where the terminal shows its cursor. `None` where nobody knows.
    shows_cursor: Option<bool>,
}

impl<W: Write> Painter<W> {
    /// Returns a writer to a terminal of which nothing is known.
    pub(super) const fn new(out: W) -> Self {
        Self { out, frame: Vec::new(), pen: Pen { at: None, is_sure: false }, shows_cursor: None }
    }

    /// Forgets what the terminal shows: somebody else has written to it, or not all of a frame arrived.
    pub(super) fn forget(&mut self) {
        self.frame = Ink::PLAIN.to_vec();
        (self.pen.at, self.shows_cursor) = (None, None);
    }

    fn show(&mut self, cursor: bool) {
        if self.shows_cursor != Some(cursor) {
            self.frame.extend_from_slice(if cursor { b"\x1b[?25h" } else { b"\x1b[?25l" });
            self.shows_cursor = Some(cursor);
        }
    }
}

/// The place at which the terminal writes next, as far as it is known.
#[derive(Debug)]
struct Pen {
    at: Option<Position>,
    /// False after a character of which terminals disagree how wide it is. What follows at once is written where the terminal
    /// is, as that character's neighbour.
    is_sure: bool,
}

impl Pen {
    /// Moves to a cell.
    fn go(&mut self, frame: &mut Vec<u8>, to: Position) {
        let moved = match self.at {
            Some(at) if at == to => String::new(),
            Some(at) if at.y == to.y && at.x + 1 == to.x && self.is_sure => "\x1b[C".to_owned(),
            Some(at) if at.y == to.y && at.x < to.x && self.is_sure => format!("\x1b[{}C", to.x - at.x),
            // The column by its number would be shorter, and is none for a VT220.
            Some(at) if at.y == to.y && to.x == 0 => "\r".to_owned(),
            Some(at) if at.y == to.y && to.x == 1 => "\r\x1b[C".to_owned(),
            Some(at) if at.y == to.y => format!("\r\x1b[{}C", to.x),
            _ => format!("\x1b[{};{}H", to.y + 1, to.x + 1),
        };
        self.is_sure |= !moved.is_empty();
        frame.extend_from_slice(moved.as_bytes());
        self.at = Some(to);
    }

    /// Writes a cell's character where the pen is.
    fn write(&mut self, frame: &mut Vec<u8>, symbol: &str) {
        frame.extend_from_slice(symbol.as_bytes());
        self.is_sure &= symbol.is_ascii();
        self.at = self.at.map(|at| Position { x: at.x + 1, ..at });
    }
}

impl<W: Write> Backend for Painter<W> {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> io::Result<()> {
        let mut ink = Ink::default();
        for (x, y, cell) in content {
            self.pen.go(&mut self.frame, Position { x, y });
            let wanted = ink.for_cell(cell);
            self.frame.extend_from_slice(change(ink, wanted).as_bytes());
            ink = wanted;
            self.pen.write(&mut self.frame, cell.symbol());
        }
        self.frame.extend_from_slice(change(ink, Ink::default()).as_bytes());
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.show(false);
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.show(true);
        Ok(())
    }

    /// Returns where the pen is. The terminal is not asked, which may not answer in time.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.pen.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        if !self.pen.is_sure {
            self.pen.at = None;
        }
        self.pen.go(&mut self.frame, position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        let sequence: &[u8] = match region {
            ClearType::All => b"\x1b[2J",
            ClearType::AfterCursor => b"\x1b[J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[K",
        };
        self.frame.extend_from_slice(sequence);
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        Ok(Size::from(size::of_window(environment)))
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::default() })
    }

    /// Sends the frame. The next one begins at a place that it names itself.
    fn flush(&mut self) -> io::Result<()> {
        let frame = std::mem::take(&mut self.frame);
        self.pen.at = None;
        let bytes = if frame.len() > LARGE { [BEGIN, &frame, END].concat() } else { frame };
        self.out.write_all(&bytes)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use proptest::prelude::*;
    use ratatui::backend::CrosstermBackend;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Modifier, Style};
    use ratatui::{Terminal, TerminalOptions, Viewport};

    use super::*;

    const AREA: Rect = Rect { x: 0, y: 0, width: 12, height: 4 };

    /// The marks that a style has on a screen, and its colours.
    type Look = ([bool; 5], vt100::Color, vt100::Color);

    /// Draws frames one after the other, and returns the bytes of each.
    fn drawn(frames: &[Buffer]) -> Vec<Vec<u8>> {
        let options = TerminalOptions { viewport: Viewport::Fixed(AREA) };
        let mut terminal = Terminal::with_options(Painter::new(Vec::new()), options).expect("a terminal");
        let draw = |frame: &Buffer| {
            terminal.draw(|screen| screen.buffer_mut().clone_from(frame)).expect("drawn");
            std::mem::take(&mut terminal.backend_mut().out)
        };
        frames.iter().map(draw).collect()
    }

    fn colour() -> impl Strategy<Value = Color> {
        prop_oneof![
            3 => Just(Color::Reset),
            1 => Just(Color::Cyan),
            1 => Just(Color::LightRed),
            1 => any::<u8>().prop_map(Color::Indexed),
            1 => any::<[u8; 3]>().prop_map(|[r, g, b]| Color::Rgb(r, g, b)),
        ]
    }

    fn style() -> impl Strategy<Value = Style> {
        let marks = [Modifier::BOLD, Modifier::DIM, Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED];
        let marks = proptest::sample::subsequence(marks.to_vec(), 0..=2);
        (colour(), colour(), marks).prop_map(|(fg, bg, marks)| {
            Style::new().fg(fg).bg(bg).add_modifier(marks.into_iter().fold(Modifier::empty(), |all, one| all | one))
        })
    }

    fn buffer() -> impl Strategy<Value = Buffer> {
        let text = prop_oneof![Just("   "), Just("ab"), Just("─▸─"), Just("字x"), Just("a b")];
        let piece = (0..AREA.width, 0..AREA.height, text, style());
        proptest::collection::vec(piece, 0..8).prop_map(|pieces| {
            let mut buffer = Buffer::empty(AREA);
            for (x, y, text, style) in pieces {
                buffer.set_string(x, y, text, style);
            }
            // `vt100` knows one of bold and dim at a time.
            let both = |cell: &&mut Cell| cell.modifier.contains(Modifier::BOLD | Modifier::DIM);
            buffer.content.iter_mut().filter(both).for_each(|cell| cell.modifier.remove(Modifier::DIM));
            buffer
        })
    }

    fn screen() -> vt100::Parser {
        let size = |n: u16| NonZeroU16::new(n).expect("a size");
        vt100::Parser::new(size(AREA.height), size(AREA.width), 0)
    }

    /// Returns what a person sees of a cell of a screen. A blank has no colour of a letter, and none is thick.
    fn seen(cell: &vt100::Cell) -> (String, Look) {
        let text = if cell.has_contents() { cell.contents().to_owned() } else { " ".to_owned() };
        let marks = [cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse()];
        let look = (marks, cell.fgcolor(), cell.bgcolor());
        (text.clone(), if text == " " { of_blank(look) } else { look })
    }

    fn of_blank(([_, _, _, underline, inverse], fg, bg): Look) -> Look {
        let fg = if underline || inverse { fg } else { vt100::Color::Default };
        ([false, false, false, underline, inverse], fg, bg)
    }

    /// Draws one frame after another by ratatui's own writer.
    fn by_ratatui(before: &Buffer, frame: &Buffer) -> Vec<u8> {
        let mut bytes = Vec::new();
        CrosstermBackend::new(&mut bytes).draw(before.diff(frame).into_iter()).expect("drawn");
        bytes
    }

    proptest! {
        #[test]
        fn a_terminal_shows_what_it_shows_by_ratatuis_own_writer(frames in proptest::collection::vec(buffer(), 1..5)) {
            let (mut parser, mut wanted) = (screen(), screen());
            let mut before = Buffer::empty(AREA);
            for (frame, bytes) in frames.iter().zip(drawn(&frames)) {
                parser.process(&bytes);
                wanted.process(&by_ratatui(&before, frame));
                before.clone_from(frame);
                for (row, column) in (0..AREA.height).flat_map(|row| (0..AREA.width).map(move |column| (row, column))) {
                    let cell = |of: &vt100::Parser| seen(of.screen().cell(row, column).expect("a cell"));
                    prop_assert_eq!(cell(&parser), cell(&wanted), "row {} column {}", row, column);
                }
            }
        }
    }

    #[test]
    fn a_change_takes_the_bytes_that_it_needs() {
        let accent = Style::new().fg(Color::Indexed(63)).add_modifier(Modifier::BOLD);
        let strong = Style::new().add_modifier(Modifier::BOLD);
        let frame = |chosen: u16| {
            let mut buffer = Buffer::empty(AREA);
            buffer.set_string(1, chosen, "▸", accent);
            for row in 0..2 {
                buffer.set_string(3, row, "abc", if row == chosen { strong } else { Style::new() });
            }
            buffer
        };
        let bytes = drawn(&[frame(0), frame(1), frame(1)]);
        let text = String::from_utf8(bytes[1].clone()).expect("UTF-8");
        assert_eq!(text, "\x1b[1;2H \x1b[Cabc\x1b[2;2H\x1b[1;38;5;63m▸\r\x1b[3C\x1b[39mabc\x1b[m");
        assert_eq!(bytes[2], b"", "nothing changed, so nothing is sent");
    }

    #[test]
    fn a_letter_leaves_the_cursor_where_it_is_wanted() {
        let options = TerminalOptions { viewport: Viewport::Fixed(AREA) };
        let mut terminal = Terminal::with_options(Painter::new(Vec::new()), options).expect("a terminal");
        let mut typed = |text: &str| {
            let drawn = terminal.draw(|screen| {
                screen.buffer_mut().set_string(0, 1, text, Style::new());
                screen.set_cursor_position((u16::try_from(text.len()).unwrap_or_default(), 1));
            });
            drawn.expect("drawn");
            String::from_utf8(std::mem::take(&mut terminal.backend_mut().out)).expect("UTF-8")
        };
        assert_eq!(typed("a"), "\x1b[2;1Ha\x1b[?25h");
        assert_eq!(typed("ab"), "\x1b[2;2Hb");
        assert_eq!(typed("a"), "\x1b[2;2H \r\x1b[C");
    }

    #[test]
    fn a_large_frame_is_marked_as_one() {
        let area = Rect::new(0, 0, 80, 24);
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let mut terminal = Terminal::with_options(Painter::new(Vec::new()), options).expect("a terminal");
        terminal.draw(|screen| screen.buffer_mut().content.fill(Cell::new("x"))).expect("drawn");
        let bytes = &terminal.backend().out;
        assert!(bytes.starts_with(BEGIN) && bytes.ends_with(END), "{}", bytes.len());
    }
}
