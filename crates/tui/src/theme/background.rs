//! The background that a terminal tells of itself, as xterm answers OSC 11.

use super::Palette;
use super::contrast::{contrast, luminance};

/// The background of a terminal, by what can be read on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// White can be read better than black.
    Dark,
    /// Black can be read better than white.
    Light,
}

impl Background {
    /// Returns the background of an answer, given without its introducer and its end: `11;rgb:1414/1919/1f1f`. A colour has one
    /// to four hexadecimal digits (XParseColor), and some terminals add how opaque it is.
    pub(crate) fn told_by(answer: &[u8]) -> Option<Self> {
        let colour = std::str::from_utf8(answer).ok()?.strip_prefix("11;")?;
        let parts = colour.strip_prefix("rgb:").or_else(|| colour.strip_prefix("rgba:"))?;
        let mut parts = parts.split('/').map(part);
        let colour = [parts.next()??, parts.next()??, parts.next()??];
        let lightness = luminance(colour);
        Some(if contrast(lightness, 1.0) > contrast(lightness, 0.0) { Self::Dark } else { Self::Light })
    }

    /// Returns the colours that can be read on it.
    pub(crate) const fn palette(self) -> Palette {
        match self {
            Self::Dark => Palette::Dark,
            Self::Light => Palette::Light,
        }
    }
}

/// Returns a part of a colour, from 0 to 1.
fn part(digits: &str) -> Option<f64> {
    let most = match digits.len() {
        1 => 0xf,
        2 => 0xff,
        3 => 0xfff,
        4 => 0xffff,
        _ => return None,
    };
    // A sign is no digit.
    let value =
        u16::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    Some(f64::from(value) / f64::from(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_terminals_answer_is_dark_or_light() {
        use Background::{Dark, Light};
        for (answer, background) in [
            ("11;rgb:0000/0000/0000", Some(Dark)),
            ("11;rgb:1414/1919/1f1f", Some(Dark)),
            // Solarized, and a grey on either side of the middle.
            ("11;rgb:0000/2b2b/3636", Some(Dark)),
            ("11;rgb:fdfd/f6f6/e3e3", Some(Light)),
            ("11;rgb:70/70/70", Some(Dark)),
            ("11;rgb:80/80/80", Some(Light)),
            ("11;rgb:f/f/f", Some(Light)),
            ("11;rgb:fff/fff/fff", Some(Light)),
            ("11;rgba:ffff/ffff/ffff/8000", Some(Light)),
            // The colour of the text, and what is no colour.
            ("10;rgb:ffff/ffff/ffff", None),
            ("11;rgb:ffff/ffff", None),
            ("11;rgb:fffff/ffff/ffff", None),
            ("11;rgb:+fff/ffff/ffff", None),
            ("11;rgb:", None),
            ("11;white", None),
            ("11;?", None),
            ("", None),
        ] {
            assert_eq!(Background::told_by(answer.as_bytes()), background, "{answer}");
        }
        assert_eq!(Background::told_by(b"11;rgb:\xff/00/00"), None);
    }
}
