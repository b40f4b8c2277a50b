//! Colours and glyphs (`docs/PRODUCT.md` 4, frame). Every state also has its glyph and its word, so nothing is lost without
//! colour.

mod background;
mod contrast;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

pub use background::Background;

/// The looks that the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// False draws with ASCII alone.
    pub unicode: bool,
    /// The colours that can be read here.
    pub palette: Palette,
}

/// The colours that can be read on a background: each has at least 4.5:1 against it (WCAG 2, 1.4.3), by xterm's own colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// None: bold, dim and reverse alone.
    Mono,
    /// Those of the sixteen that can be read on black.
    Dark,
    /// Those of the sixteen that can be read on white. Green, yellow and cyan cannot.
    Light,
    /// Those of the 256 that can be read on either. None of the sixteen can.
    Either,
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
    pub const fn new(unicode: bool, palette: Palette) -> Self {
        Self { unicode, palette }
    }

    /// Returns the theme of a terminal that can show everything.
    #[must_use]
    pub const fn full() -> Self {
        Self::new(true, Palette::Dark)
    }

    /// Returns the theme of a terminal that shows ASCII without colour.
    #[must_use]
    pub const fn plain() -> Self {
        Self::new(false, Palette::Mono)
    }

    /// Returns the theme of the same terminal, now that its background is known.
    #[must_use]
    pub const fn on(self, background: Background) -> Self {
        Self::new(self.unicode, background.palette())
    }

    /// Returns true where more than ASCII can be shown.
    pub(crate) const fn unicode(self) -> bool {
        self.unicode
    }

    /// Returns the style of a tone.
    pub(crate) fn style(self, tone: Tone) -> Style {
        let modifier = match tone {
            Tone::Plain | Tone::Good | Tone::Warn => Modifier::empty(),
            // A grey that can be read says the same where there is one.
            Tone::Dim if self.palette == Palette::Either => Modifier::empty(),
            Tone::Dim => Modifier::DIM,
            Tone::Strong | Tone::Accent | Tone::Bad => Modifier::BOLD,
        };
        let style = Style::new().add_modifier(modifier);
        match self.palette.colour(tone) {
            Some(colour) => style.fg(colour),
            None if self.palette == Palette::Mono => style,
            None => style.fg(Color::Reset),
        }
    }

    /// Returns the style of a picture that cameras read: light on dark whatever the terminal's own colours are, where
    /// it has any.
    pub(crate) fn picture(self) -> Style {
        if self.palette == Palette::Mono { Style::new() } else { Style::new().fg(Color::White).bg(Color::Black) }
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

impl Palette {
    /// Returns the colour of a tone; none where it has the terminal's own.
    const fn colour(self, tone: Tone) -> Option<Color> {
        Some(match (self, tone) {
            (Self::Mono, _) | (_, Tone::Plain | Tone::Strong) => return None,
            (Self::Dark, Tone::Accent) => Color::Cyan,
            (Self::Dark, Tone::Good) => Color::Green,
            (Self::Dark, Tone::Warn) => Color::Yellow,
            (Self::Dark, Tone::Bad) => Color::LightRed,
            (Self::Light, Tone::Accent | Tone::Good) => Color::Blue,
            (Self::Light, Tone::Warn) => Color::Magenta,
            (Self::Light, Tone::Bad) => Color::Red,
            (Self::Either, Tone::Accent) => Color::Indexed(63),
            (Self::Either, Tone::Good) => Color::Indexed(29),
            (Self::Either, Tone::Warn) => Color::Indexed(131),
            (Self::Either, Tone::Bad) => Color::Indexed(163),
            (Self::Either, Tone::Dim) => Color::Indexed(243),
            (Self::Dark | Self::Light, Tone::Dim) => return None,
        })
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

    /// xterm's sixteen colours (XTerm-col.ad), in the order of their numbers.
    const XTERM: [u32; 16] = [
        0x00_0000, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5, 0x7f_7f7f, 0xff_0000,
        0x00_ff00, 0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
    ];

    /// Returns the colour that xterm shows.
    fn shown(colour: Color) -> u32 {
        let named = [
            Color::Black,
            Color::Red,
            Color::Green,
            Color::Yellow,
            Color::Blue,
            Color::Magenta,
            Color::Cyan,
            Color::Gray,
            Color::DarkGray,
            Color::LightRed,
            Color::LightGreen,
            Color::LightYellow,
            Color::LightBlue,
            Color::LightMagenta,
            Color::LightCyan,
            Color::White,
        ];
        match colour {
            // A cube of six levels a side, then greys (256colres.pl).
            Color::Indexed(number @ 16..=231) => {
                let level = |at: u32| if at == 0 { 0 } else { 55 + at * 40 };
                let at = u32::from(number) - 16;
                (level(at / 36) << 16) | (level(at / 6 % 6) << 8) | level(at % 6)
            }
            Color::Indexed(number @ 232..) => (8 + 10 * (u32::from(number) - 232)) * 0x01_0101,
            named_one => {
                let at = named.iter().position(|one| *one == named_one).expect("one of the sixteen");
                XTERM[at]
            }
        }
    }

    /// Returns the contrast of two colours.
    fn contrast(one: u32, other: u32) -> f64 {
        let part = |colour: u32, shift: u32| f64::from((colour >> shift) & 0xff) / 255.0;
        let [one, other] = [one, other].map(|colour| contrast::luminance([16, 8, 0].map(|shift| part(colour, shift))));
        contrast::contrast(one, other)
    }

    const TONES: [Tone; 7] = [Tone::Plain, Tone::Dim, Tone::Accent, Tone::Strong, Tone::Good, Tone::Warn, Tone::Bad];

    #[test]
    fn every_colour_can_be_read_on_its_backgrounds() {
        let (black, white) = (0x00_0000, 0xff_ffff);
        for (palette, backgrounds) in
            [(Palette::Dark, [black].as_slice()), (Palette::Light, &[white]), (Palette::Either, &[black, white])]
        {
            for tone in TONES {
                let Some(colour) = palette.colour(tone) else { continue };
                for background in backgrounds {
                    let contrast = contrast(shown(colour), *background);
                    assert!(contrast >= 4.5, "{palette:?} {tone:?} {contrast:.2} on {background:06x}");
                }
            }
        }
        assert!((contrast(black, white) - 21.0).abs() < 1e-9);
        let picture = Theme::full().picture();
        let (fg, bg) = (picture.fg.expect("a colour"), picture.bg.expect("a colour"));
        assert!(contrast(shown(fg), shown(bg)) >= 4.5);
    }

    #[test]
    fn the_sixteen_colours_are_enough_where_the_background_is_known() {
        for palette in [Palette::Dark, Palette::Light] {
            assert!(
                TONES.into_iter().all(|tone| !matches!(palette.colour(tone), Some(Color::Indexed(_)))),
                "{palette:?}"
            );
        }
    }

    #[test]
    fn without_colour_no_style_has_one() {
        for tone in TONES {
            assert_eq!(Theme::plain().style(tone).fg, None);
        }
    }
}
