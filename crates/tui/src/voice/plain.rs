//! Text without what only eyes understand: no glyph, no picture, nothing that a terminal acts upon.

use crosspull_core::text::terminal_safe;

/// Returns a line without glyphs.
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
    text.replace("******** ", "hidden, ").replace("********", "hidden")
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
