//! Text without what only eyes understand: no glyph, no picture, no key of a screen, nothing that a terminal acts upon.

use crosspull_core::text::terminal_safe;

/// The sentences of screens about their keys, and the words that do the same.
const KEYS: [(&str, &str); 12] = [
    ("Esc goes back, r signs in again.", "The word back goes back, ask again signs in again."),
    ("Esc changes answers, r asks again.", "The word back leads to the answers, ask again asks once more."),
    ("Esc changes answers, Enter tries again.", "The word back leads to the answers, Enter tries again."),
    ("Esc changes them.", "The word back leads to them."),
    ("Esc stops it.", "The word back stops it."),
    (" r asks again.", " The words ask again ask once more."),
    ("w waits no longer.", "The words wait no longer cut it short."),
    ("Once that is mended, r goes on, in this window.", "Once that is mended, the words go on do so."),
    ("r goes on, in this window.", "the words go on do so."),
    ("r does it now, in this window.", "The words go on do it now."),
    (" (c copies it)", ""),
    (" (y copies it)", ""),
];

/// Returns a line without glyphs and keys.
pub(super) fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for c in terminal_safe(line).chars() {
        match c {
            '…' => text.push_str("..."),
            '·' => text.push('-'),
            '•' => text.push('*'),
            // A cluster and its registry, as in the row of a run.
            '←' => text.push_str("pulls from"),
            '✓' => text.push_str("ok"),
            '✗' => text.push_str("failed"),
            // Arrows, boxes, blocks and shapes, braille.
            '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{25ff}' | '\u{2800}'..='\u{28ff}' => {}
            c => text.push(c),
        }
    }
    let text = text.replace("******** ", "hidden, ").replace("********", "hidden");
    KEYS.iter().fold(text, |text, (keys, words)| text.replace(keys, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_glyph_and_no_escape_sequence_is_left() {
        assert_eq!(plain("▸ wait … ⠋│ö"), " wait ... ö");
        assert_eq!(plain("aks-shop ← registryb"), "aks-shop pulls from registryb");
        assert!(!plain("\u{1b}[31mred").contains('\u{1b}'));
        assert_eq!(plain("password: •••••••• until 2027"), "password: hidden, until 2027");
        assert_eq!(plain("password: ••••••••"), "password: hidden");
    }
}
