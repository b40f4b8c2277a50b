//! Lines of text that fit: wrapped, cut, abbreviated or set against the right edge. Every text from outside passes
//! here, and through [`printable`], before it reaches the terminal.

use crosspull_core::text::printable;
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
use zeroize::Zeroizing;

use crate::theme::{Theme, Tone};

/// No text from outside is shown beyond this many characters.
const MOST: usize = 4000;

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The characters after which a resource id or an address may go on in the next line: an id in it stays whole.
const JOINTS: [char; 4] = ['/', '?', '&', '='];

/// Puts words into lines of that many columns. A word that fits a line is never broken; a longer one goes on in the
/// next line, between its parts where it has some, with nothing put between, so that it can be copied.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in printable(text, MOST).split(' ') {
        // A word that has to be broken begins where the one before it ends.
        let whole = if width(word) <= columns { word } else { word.split_inclusive(JOINTS).next().unwrap_or(word) };
        if !line.is_empty() && width(&line) + 1 + width(whole) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for part in word.split_inclusive(JOINTS) {
            if !line.is_empty() && width(&line) + width(part) > columns {
                lines.push(std::mem::take(&mut line));
            }
            for c in part.chars() {
                if !line.is_empty() && width(&line) + c.width().unwrap_or(0) > columns {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
        }
    }
    lines.push(line);
    lines
}

/// Returns a secret in lines of that many columns. They are the only copies that are left, for
/// [`crate::widgets::sheet::Sheet::wipe`].
pub(crate) fn secret(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let text = Zeroizing::new(printable(text, MOST));
    let mut lines = Vec::new();
    let mut line = String::with_capacity(text.len());
    let mut used = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide > columns && !line.is_empty() {
            lines.push(std::mem::replace(&mut line, String::with_capacity(text.len())));
            used = 0;
        }
        line.push(c);
        used += wide;
    }
    lines.push(line);
    lines
}

/// Returns a resource id or an address in lines of that many columns; none where there is nothing.
pub(crate) fn path(text: &str, columns: usize) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { wrap(text, columns) }
}

/// Returns an address or a command in lines that are filled to the last column: terminals that look for links take such lines
/// as one.
pub(crate) fn filled(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for c in printable(text, MOST).chars() {
        if !line.is_empty() && width(&line) + c.width().unwrap_or(0) > columns {
            lines.push(std::mem::take(&mut line));
        }
        line.push(c);
    }
    lines.push(line);
    lines
}

/// Returns a text cut at its end where it is too long, with a mark that it was.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    let text = printable(text, MOST);
    if width(&text) <= columns {
        return text;
    }
    let mut cut = head(&text, columns.saturating_sub(1));
    if columns > 0 {
        cut.push('…');
    }
    cut
}

/// Puts words into at most so many lines; the last one is cut where there are more.
pub(crate) fn clipped(text: &str, columns: usize, most: usize) -> Vec<String> {
    let mut lines = wrap(text, columns);
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.push(fit(&rest, columns));
    }
    lines
}

/// Returns a text cut in its middle where it is too long: ids and addresses, whose ends tell the most.
pub(crate) fn middle(text: &str, columns: usize) -> String {
    let text = printable(text, MOST);
    if width(&text) <= columns || columns < 5 {
        return fit(&text, columns);
    }
    let front = (columns - 1) / 3;
    let back = columns - 1 - front;
    let reversed: String = text.chars().rev().collect();
    let tail: String = head(&reversed, back).chars().rev().collect();
    format!("{}…{tail}", head(&text, front))
}

/// Returns the first characters of a text that fit into that many columns.
pub(crate) fn head(text: &str, columns: usize) -> String {
    let mut used = 0;
    text.chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= columns
        })
        .collect()
}

/// Returns what stands between two columns of a text, for a field that is longer than its room.
pub(crate) fn window(text: &str, from: usize, columns: usize) -> String {
    let mut at = 0;
    let mut shown = String::new();
    for c in text.chars().filter(|c| !c.is_control()) {
        let wide = c.width().unwrap_or(0);
        if at >= from && at + wide <= from + columns {
            shown.push(c);
        }
        at += wide;
    }
    shown
}

/// Returns a line with something at its left and something at its right edge.
pub(crate) fn apart(left: Vec<Span<'static>>, right: Vec<Span<'static>>, columns: usize) -> Line<'static> {
    let taken: usize = left.iter().chain(&right).map(Span::width).sum();
    let mut spans = left;
    spans.push(Span::raw(" ".repeat(columns.saturating_sub(taken))));
    spans.extend(right);
    Line::from(spans)
}

/// Returns a text in one tone, wrapped, every line after so many spaces.
pub(crate) fn block(theme: Theme, tone: Tone, text: &str, indent: usize, columns: usize) -> Vec<Line<'static>> {
    wrap(text, columns.saturating_sub(indent))
        .into_iter()
        .map(|line| Line::from(vec![Span::raw(" ".repeat(indent)), theme.span(tone, line)]))
        .collect()
}

/// Returns a text that hangs from what stands before its first line.
pub(crate) fn hang(
    theme: Theme,
    tone: Tone,
    before: Vec<Span<'static>>,
    text: &str,
    columns: usize,
) -> Vec<Line<'static>> {
    let indent = before.iter().map(Span::width).sum();
    let mut before = Some(before);
    wrap(text, columns.saturating_sub(indent))
        .into_iter()
        .map(|line| {
            let mut spans = before.take().unwrap_or_else(|| vec![Span::raw(" ".repeat(indent))]);
            spans.push(theme.span(tone, line));
            Line::from(spans)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_and_a_word_longer_than_the_line_loses_no_character() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("see 0123456789", 5), ["see", "01234", "56789"]);
        assert_eq!(wrap("GET /one/two-three", 10), ["GET /one/", "two-three"]);
        assert_eq!(wrap("at /one/two/0123456789ab", 8), ["at /one/", "two/", "01234567", "89ab"]);
        assert_eq!(filled("GET /one/two", 5), ["GET /", "one/t", "wo"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn a_secret_is_cut_anywhere_and_loses_no_character() {
        assert_eq!(secret("ab/cd~ef", 3), ["ab/", "cd~", "ef"]);
        assert_eq!(secret("a\u{1b}b", 20), ["a b"]);
        assert!(secret(&"x".repeat(50), 40).iter().all(|line| line.capacity() == 50), "none has grown");
    }

    #[test]
    fn a_path_goes_on_after_a_slash_and_loses_no_character() {
        assert_eq!(path("/one/two/three", 9), ["/one/two/", "three"]);
        assert_eq!(path("/one/0123456789/a", 6), ["/one/", "012345", "6789/a"]);
        assert_eq!(path("https://a/b?id=33-44&on=true", 12), ["https://a/b?", "id=33-44&on=", "true"]);
    }

    #[test]
    fn cut_texts_are_as_wide_as_they_may_be_and_say_that_they_are_cut() {
        assert_eq!(fit("aks-shopfloor", 8), "aks-sho…");
        assert_eq!(middle("/subscriptions/1/aks-shop", 13), "/sub…aks-shop");
        assert_eq!(fit("日本語", 4), "日…");
    }

    #[test]
    fn no_escape_sequence_passes() {
        assert_eq!(fit("a\u{1b}[31mb", 20), "a [31mb");
        assert_eq!(window("a\u{1b}bcdef", 1, 3), "bcd");
    }

    #[test]
    fn hanging_text_starts_beside_its_mark() {
        let lines = hang(Theme::plain(), Tone::Plain, vec![Span::raw("A ✓ ")], "one two", 8);
        let shown: Vec<String> = lines.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["A ✓ one", "    two"]);
    }
}
