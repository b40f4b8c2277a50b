//! The second half of a sentence, as one that stands alone.

/// Returns a text with a capital letter first.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_begins_with_a_capital_letter() {
        assert_eq!(sentence("any cluster"), "Any cluster");
        assert_eq!(sentence(""), "");
    }
}
