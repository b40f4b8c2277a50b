//! Colours and glyphs (`docs/PRODUCT.md` 4, frame). Sixteen colours, nothing blue; every state also has its glyph and
//! its word, so nothing is lost without colour.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

/// The looks that the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// False draws with ASCII alone.
    pub unicode: bool,
    /// False draws with bold, dim and reverse alone (`NO_COLOR`).
    pub colour: bool,
}

/// The tone of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As the terminal has it.
    Plain,
    /// Out of focus.
    Dim,
    /// Here, at work.
    Accent,
    /// The one thing in focus.
    Strong,
    /// Created, found, proved.
    Good,
    /// Needs a look.
    Warn,
    /// Stopped, failed.
    Bad,
}

/// The state of a thing, shown by its glyph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// To come.
    ToCome,
    /// Here.
    Here,
    /// At work.
    Work,
    /// Created or changed.
    Good,
    /// Was there already.
    Found,
    /// Needs a look.
    Warn,
    /// Stopped, failed.
    Bad,
    /// Nobody knows.
    Unknown,
}

/// The stand-ins for characters where only ASCII can be shown; one column each.
const ASCII: [(&str, &str); 27] = [
    ("○", "."),
    ("●", ">"),
    ("◐", "-"),
    ("◓", "\\"),
    ("◑", "|"),
    ("◒", "/"),
    ("✓", "+"),
    ("✗", "x"),
    ("▸", ">"),
    ("·", "-"),
    ("•", "*"),
    ("…", "~"),
    ("─", "-"),
    ("│", "|"),
    ("┬", "+"),
    ("┴", "+"),
    ("┌", "+"),
    ("┐", "+"),
    ("└", "+"),
    ("┘", "+"),
    ("↑", "^"),
    ("↓", "v"),
    ("←", "<"),
    ("→", ">"),
    ("“", "\""),
    ("”", "\""),
    ("’", "'"),
];

/// The time for which one picture of the spinner stands, in milliseconds: eight a second.
const FRAME_MS: i64 = 125;

impl Theme {
    /// Creates the theme of what the terminal can show.
    #[must_use]
    pub const fn new(unicode: bool, colour: bool) -> Self {
        Self { unicode, colour }
    }

    /// Returns the theme of a terminal that can show everything.
    #[must_use]
    pub const fn full() -> Self {
        Self::new(true, true)
    }

    /// Returns the theme of a terminal that shows ASCII without colour.
    #[must_use]
    pub const fn plain() -> Self {
        Self::new(false, false)
    }

    /// Returns true where more than ASCII can be shown.
    pub(crate) const fn unicode(self) -> bool {
        self.unicode
    }

    /// Returns the style of a tone.
    pub(crate) fn style(self, tone: Tone) -> Style {
        let (colour, modifier) = match tone {
            Tone::Plain => (Color::Reset, Modifier::empty()),
            Tone::Dim => (Color::Reset, Modifier::DIM),
            Tone::Strong => (Color::Reset, Modifier::BOLD),
            Tone::Accent => (Color::Cyan, Modifier::BOLD),
            Tone::Good => (Color::Green, Modifier::empty()),
            Tone::Warn => (Color::Yellow, Modifier::empty()),
            Tone::Bad => (Color::Red, Modifier::BOLD),
        };
        let style = Style::new().add_modifier(modifier);
        if self.colour { style.fg(colour) } else { style }
    }

    /// Returns the style of a picture that cameras read: light on dark whatever the terminal's own colours are, where
    /// it has any.
    pub(crate) fn picture(self) -> Style {
        if self.colour { Style::new().fg(Color::White).bg(Color::Black) } else { Style::new() }
    }

    /// Returns a text in a tone.
    pub(crate) fn span(self, tone: Tone, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.style(tone))
    }

    /// Returns the glyph of a state; the spinner turns with the time.
    pub(crate) fn mark(self, mark: Mark, now: Timestamp) -> Span<'static> {
        self.span(mark.tone(), mark.glyph(now))
    }

    /// Draws what was drawn with ASCII alone, where nothing else can be shown. A character that has no stand-in
    /// becomes a question mark.
    pub(crate) fn narrow(self, buffer: &mut Buffer) {
        if self.unicode {
            return;
        }
        for cell in &mut buffer.content {
            if !cell.symbol().is_ascii() {
                let found = ASCII.iter().find(|(unicode, _)| *unicode == cell.symbol());
                cell.set_symbol(found.map_or("?", |(_, ascii)| ascii));
            }
        }
    }
}

impl Mark {
    const fn tone(self) -> Tone {
        match self {
            Self::ToCome => Tone::Dim,
            Self::Here | Self::Work => Tone::Accent,
            Self::Good | Self::Found => Tone::Good,
            Self::Warn | Self::Unknown => Tone::Warn,
            Self::Bad => Tone::Bad,
        }
    }

    fn glyph(self, now: Timestamp) -> &'static str {
        match self {
            Self::ToCome => "○",
            Self::Here => "●",
            Self::Work => match now.as_millisecond().div_euclid(FRAME_MS).rem_euclid(4) {
                0 => "◐",
                1 => "◓",
                2 => "◑",
                _ => "◒",
            },
            Self::Good => "✓",
            Self::Found => "=",
            Self::Warn => "!",
            Self::Bad => "✗",
            Self::Unknown => "?",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stand_in_is_one_ascii_column() {
        for (unicode, ascii) in ASCII {
            assert!(ascii.is_ascii() && ascii.len() == 1, "{unicode}");
            assert_eq!(unicode_width::UnicodeWidthStr::width(unicode), 1, "{unicode}");
        }
    }

    #[test]
    fn states_differ_by_glyph_in_both_sets() {
        let marks = [Mark::ToCome, Mark::Here, Mark::Good, Mark::Found, Mark::Warn, Mark::Bad, Mark::Unknown];
        let unicode: Vec<&str> = marks.iter().map(|m| m.glyph(Timestamp::UNIX_EPOCH)).collect();
        let ascii = unicode.iter().map(|g| ASCII.iter().find(|(u, _)| u == g).map_or(*g, |(_, a)| a));
        for mut set in [unicode.clone(), ascii.collect()] {
            set.sort_unstable();
            set.dedup();
            assert_eq!(set.len(), marks.len());
        }
    }

    #[test]
    fn without_colour_no_style_has_one() {
        for tone in [Tone::Accent, Tone::Good, Tone::Warn, Tone::Bad] {
            assert_eq!(Theme::plain().style(tone).fg, None);
        }
    }
}
