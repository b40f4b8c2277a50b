//! The look of the screens: what was asked for, else what the environment tells of the terminal, else what the terminal tells
//! of its background. Until it does, and where it never does, colours are taken that can be read on either.

use clap::ArgMatches;
use crosspull_tui::{Palette, Theme};

use crate::sources::environment;

/// The look at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The theme.
    pub theme: Theme,
    /// True where nobody tells the background but perhaps the terminal.
    pub asks_background: bool,
}

/// Returns what the terminal can show, where nobody asked for something else by `--theme` and `--ascii`.
pub fn look(arguments: &ArgMatches) -> Look {
    let wish = arguments.get_one::<String>("theme").map_or("auto", String::as_str);
    let ascii = arguments.get_flag("ascii");
    let colours = match supports_color::on(supports_color::Stream::Stdout) {
        None => Colours::None,
        Some(level) if level.has_256 || level.has_16m => Colours::Many,
        Some(_) => Colours::Sixteen,
    };
    let unicode = supports_unicode::on(supports_unicode::Stream::Stdout);
    let look = chosen(wish, ascii, colours, unicode, environment);
    show_colours(look.theme.palette != Palette::Mono);
    look
}

/// Shows colours or none. crossterm drops all of them by `NO_COLOR`; who asks for some by the flag wants them.
pub fn show_colours(shown: bool) {
    crossterm::style::force_color_output(shown);
}

/// The number of colours of a terminal, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colours {
    /// None, or nobody wants any (`NO_COLOR`).
    None,
    Sixteen,
    Many,
}

fn chosen(wish: &str, ascii: bool, colours: Colours, unicode: bool, variable: impl Fn(&str) -> Option<String>) -> Look {
    let term = variable("TERM").unwrap_or_default();
    // Its fonts have 256 glyphs, whatever the locale is.
    let unicode = unicode && !ascii && term != "linux";
    let told = |palette| (palette, false);
    let (palette, asks_background) = match (wish, colours) {
        ("dark", _) => told(Palette::Dark),
        ("light", _) => told(Palette::Light),
        ("mono", _) | (_, Colours::None) => told(Palette::Mono),
        _ if is_monochrome(&term) => told(Palette::Mono),
        // The console of Linux is black where nobody changed it.
        _ if term == "linux" => told(Palette::Dark),
        (_, colours) => match (variable("COLORFGBG").as_deref().and_then(background), colours) {
            (Some(palette), _) => told(palette),
            (None, Colours::Many) => (Palette::Either, may_be_asked(&term, variable)),
            // None of sixteen colours can be read on every background.
            (None, _) => (Palette::Mono, may_be_asked(&term, variable)),
        },
    };
    Look { theme: Theme::new(unicode, palette), asks_background }
}

/// Returns true for a terminal that may answer a question, and swallows one that it does not know. Others would show it, and
/// GNU screen keeps it to itself.
fn may_be_asked(term: &str, variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_in_screen = variable("STY").is_some_and(|session| !session.is_empty());
    !is_in_screen && !["ansi", "cons", "cygwin", "eterm", "sun"].iter().any(|family| term.starts_with(family))
}

/// Returns true for a terminal without colours: the VT series, and whatever terminfo names so.
fn is_monochrome(term: &str) -> bool {
    let is_vt = term.strip_prefix("vt").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    is_vt || term.ends_with("-m") || term.ends_with("-mono")
}

/// Returns the colours for a background, by the number of its colour that comes last in `COLORFGBG` (rxvt, Konsole, iTerm2).
fn background(told: &str) -> Option<Palette> {
    let number: u8 = told.rsplit(';').next()?.trim().parse().ok()?;
    match number {
        0..=6 | 8 => Some(Palette::Dark),
        7 | 9..=15 => Some(Palette::Light),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_wins_then_the_terminal_tells() {
        use Colours::{Many, Sixteen};
        use Palette::{Dark, Either, Light, Mono};
        for (wish, colours, variables, palette) in [
            ("auto", Many, "TERM=xterm-256color", Either),
            ("auto", Many, "TERM=xterm-256color COLORFGBG=15;0", Dark),
            ("auto", Many, "TERM=xterm-256color COLORFGBG=0;15", Light),
            ("auto", Many, "TERM=rxvt COLORFGBG=0;default;15", Light),
            ("auto", Many, "TERM=rxvt COLORFGBG=default;default", Either),
            ("auto", Sixteen, "TERM=xterm", Mono),
            ("auto", Sixteen, "TERM=xterm COLORFGBG=7;0", Dark),
            ("auto", Sixteen, "TERM=linux", Dark),
            ("auto", Sixteen, "TERM=vt100", Mono),
            ("auto", Sixteen, "TERM=vt220 COLORFGBG=15;0", Mono),
            ("auto", Many, "TERM=vte-256color", Either),
            ("auto", Sixteen, "TERM=xterm-mono", Mono),
            ("auto", Sixteen, "TERM=linux-m", Mono),
            ("auto", Colours::None, "TERM=xterm-256color COLORFGBG=15;0", Mono),
            ("mono", Many, "TERM=xterm-256color COLORFGBG=15;0", Mono),
            ("dark", Colours::None, "TERM=xterm COLORFGBG=0;15", Dark),
            ("light", Many, "TERM=linux", Light),
        ] {
            let find = |name: &str| variables.split(' ').find_map(|v| v.strip_prefix(name)?.strip_prefix('='));
            let look = chosen(wish, false, colours, true, |name| find(name).map(str::to_owned));
            assert_eq!(look.theme.palette, palette, "{wish} {colours:?} {variables}");
        }
    }

    #[test]
    fn the_terminal_is_asked_where_nobody_else_tells() {
        use Colours::{Many, Sixteen};
        for (wish, colours, variables, asks) in [
            ("auto", Many, "TERM=xterm-256color", true),
            ("auto", Sixteen, "TERM=xterm", true),
            ("auto", Many, "TERM=screen-256color", true),
            ("auto", Many, "TERM=screen-256color STY=1.pts-0", false),
            ("auto", Many, "TERM=rxvt COLORFGBG=default;default", true),
            ("auto", Many, "TERM=xterm-256color COLORFGBG=15;0", false),
            ("dark", Many, "TERM=xterm-256color", false),
            ("light", Many, "TERM=xterm-256color", false),
            ("mono", Many, "TERM=xterm-256color", false),
            ("auto", Colours::None, "TERM=xterm-256color", false),
            ("auto", Sixteen, "TERM=linux", false),
            ("auto", Sixteen, "TERM=vt100", false),
            ("auto", Sixteen, "TERM=xterm-mono", false),
            ("auto", Sixteen, "TERM=ansi", false),
            ("auto", Sixteen, "TERM=eterm-color", false),
        ] {
            let find = |name: &str| variables.split(' ').find_map(|v| v.strip_prefix(name)?.strip_prefix('='));
            let look = chosen(wish, false, colours, true, |name| find(name).map(str::to_owned));
            assert_eq!(look.asks_background, asks, "{wish} {colours:?} {variables}");
        }
    }

    #[test]
    fn ascii_where_it_is_asked_for_or_nothing_else_can_be_shown() {
        for (ascii, unicode, term, shown) in [
            (false, true, "xterm", true),
            (true, true, "xterm", false),
            (false, false, "xterm", false),
            (false, true, "linux", false),
        ] {
            let look = chosen("auto", ascii, Colours::Many, unicode, |_| Some(term.to_owned()));
            assert_eq!(look.theme.unicode, shown, "{ascii} {unicode} {term}");
        }
    }
}
