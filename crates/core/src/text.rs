//! Text that came from a person, a file or the network, made fit to read and to show.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns the text without what people paste along: white space, quotes, brackets, a trailing comma or semicolon.
#[must_use]
pub fn clean(raw: &str) -> &str {
    raw.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '\'' | '`' | '“' | '”' | '‘' | '’' | '«' | '»' | '<' | '>' | ',' | ';' | '\u{feff}' | '\u{200b}'
            )
    })
}

/// Returns a text as somebody would type it: without the marks that pages and documents put into long words and nobody sees,
/// with the hyphen of the keyboard in place of theirs, and with the lines of one id or address joined.
#[must_use]
pub fn as_typed(raw: &str) -> String {
    let plain = raw.chars().filter(|c| !is_invisible(*c)).map(|c| match c {
        '\u{2010}'..='\u{2013}' | '\u{2212}' => '-',
        _ => c,
    });
    let plain: String = plain.collect();
    if !clean(&plain).contains(['\n', '\r']) {
        return plain;
    }
    let joined: String = plain.lines().flat_map(|line| line.split('\r')).map(str::trim).collect();
    let one = clean(&joined);
    let is_one = !one.contains(char::is_whitespace)
        && (uuid::Uuid::parse_str(one).is_ok() || ["/", "https://"].iter().any(|start| one.starts_with(start)));
    if is_one { joined } else { plain }
}

/// Returns a text fit for a terminal.
///
/// Control characters (escape sequences among them) become spaces, runs of white space become one space, and no more
/// than `most` characters are kept.
#[must_use]
pub fn printable(raw: &str, most: usize) -> String {
    // A text that grows leaves copies behind, and some texts are secret.
    let mut out = String::with_capacity(raw.len().min(most.saturating_mul(4)).saturating_add('…'.len_utf8()));
    let mut length = 0;
    let mut gap = false;
    for c in raw.chars() {
        if c.is_whitespace() || c.is_control() || is_invisible(c) {
            gap = length > 0;
            continue;
        }
        let needed = 1 + usize::from(gap);
        if length + needed > most {
            out.push('…');
            break;
        }
        if gap {
            out.push(' ');
        }
        out.push(c);
        length += needed;
        gap = false;
    }
    out
}

/// Returns a line of output that a terminal may show, whatever the line holds.
///
/// Characters that a terminal acts upon, or that hide or reorder text, are written as `\u001b`. A line of JSON keeps
/// its meaning.
#[must_use]
pub fn terminal_safe(line: &str) -> Cow<'_, str> {
    let acts = |c: char| c.is_control() || is_invisible(c);
    if !line.contains(acts) {
        return Cow::Borrowed(line);
    }
    let mut safe = String::with_capacity(line.len() + 8);
    for c in line.chars() {
        if acts(c) {
            // Writing to a text does not fail.
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// True for a character that reorders or hides text on a screen.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Returns an id abbreviated in the middle (`1f0c…9a2e`), for places where it is not meant to be copied.
#[must_use]
pub fn abbreviated(id: &str) -> String {
    let chars: Vec<char> = id.chars().collect();
    match (chars.get(..4), chars.len().checked_sub(4).and_then(|from| chars.get(from..))) {
        (Some(head), Some(tail)) if chars.len() > 9 => {
            format!("{}…{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
        }
        _ => id.to_owned(),
    }
}

/// Returns a sentence as the second half of another.
#[must_use]
pub fn lower_first(sentence: &str) -> String {
    let mut chars = sentence.trim_end_matches('.').chars();
    let keep = sentence.split(' ').next().is_some_and(|w| w.chars().filter(|c| c.is_uppercase()).count() > 1);
    match chars.next() {
        Some(first) if !keep => first.to_lowercase().chain(chars).collect(),
        _ => sentence.trim_end_matches('.').to_owned(),
    }
}

/// Returns a word as a shell takes it: quoted where the shell would read more than a word in it.
#[must_use]
pub fn shell_word(word: &str) -> String {
    let word = printable(word, 2000);
    shlex::try_quote(&word).map_or_else(|_| String::new(), Cow::into_owned)
}

/// Returns an option of a printed command with its value, as a shell and the program take it: a value that begins with a
/// dash would be taken for an option, so it is joined by `=`.
#[must_use]
pub fn shell_option(name: &str, value: &str) -> String {
    let joint = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{joint}{}", shell_word(value))
}

/// Returns words as people list them: `a, b and c`.
#[must_use]
pub fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// Returns a count with its noun: `one role`, `2 roles`.
#[must_use]
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// Returns a text in lines of so many columns. A word that is longer has a line of its own.
#[must_use]
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Returns a time in words for a screen: `0.4 s`, `38 s`, `1 min 12 s`, `2 h 05 min`. The argument is in milliseconds.
#[must_use]
pub fn duration(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..10 => format!("{}.{} s", seconds, ms % 1000 / 100),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_is_read_as_it_would_be_typed() {
        let id = "1f0c2b7e-90aa-4c1e-8d6f-51b2c7f09a2e";
        for pasted in [
            "1f0c2b7e-\u{ad}90aa-4c1e-8d6f-51b2c7f09a2e",
            "1f0c2b7e\u{2011}90aa\u{2011}4c1e\u{2010}8d6f\u{2013}51b2c7f09a2e",
            "1f0c2b7e-\u{200b}90aa-4c1e-8d6f-51b2c7f09a2e\u{200b}",
            "1f0c2b7e-90aa-\n   4c1e-8d6f-51b2c7f09a2e",
            "1f0c2b7e-90aa-\r\n4c1e-8d6f-51b2c7f09a2e\r\n",
        ] {
            assert_eq!(clean(&as_typed(pasted)), id, "{pasted:?}");
        }
        assert_eq!(as_typed("/subscriptions/a/resource\n  Groups/b"), "/subscriptions/a/resourceGroups/b");
        assert_eq!(as_typed("https://portal.azure.com/#@con\ntoso.com"), "https://portal.azure.com/#@contoso.com");
        assert_eq!(as_typed("one\ntwo"), "one\ntwo", "two words are two words");
    }

    #[test]
    fn clean_takes_what_people_paste_along() {
        assert_eq!(clean("  \"contoso.com\",\n"), "contoso.com");
        assert_eq!(clean("<1f0c>"), "1f0c");
    }

    #[test]
    fn printable_lets_no_escape_sequence_through() {
        assert_eq!(printable("a\u{1b}[31mb\r\n  c", 20), "a [31mb c");
        assert_eq!(printable("abcdef", 3), "abc…");
    }

    #[test]
    fn output_is_text_for_every_terminal_and_json_stays_json() {
        assert_eq!(terminal_safe("aks-shop ← registryb"), "aks-shop ← registryb");
        let line = serde_json::to_string("a\u{1b}]52;c;x\u{7}\u{9b}31m\u{202e}b").expect("JSON");
        let safe = terminal_safe(&line);
        assert_eq!(safe, r#""a\u001b]52;c;x\u0007\u009b31m\u202eb""#);
        assert_eq!(serde_json::from_str::<String>(&safe).ok(), serde_json::from_str::<String>(&line).ok());
    }

    #[test]
    fn durations_read_as_words() {
        assert_eq!(duration(430), "0.4 s");
        assert_eq!(duration(38_999), "38 s");
        assert_eq!(duration(72_000), "1 min 12 s");
        assert_eq!(duration(7_500_000), "2 h 05 min");
    }

    #[test]
    fn long_ids_keep_both_ends() {
        assert_eq!(abbreviated("1f0c2b7e-90aa-4c1e-8d6f-51b2c7f09a2e"), "1f0c…9a2e");
        assert_eq!(abbreviated("short"), "short");
    }

    #[test]
    fn a_sentence_becomes_the_second_half_of_another() {
        assert_eq!(lower_first("The secret is wrong."), "the secret is wrong");
        assert_eq!(lower_first("AADSTS1 says no."), "AADSTS1 says no");
    }
}
