//! Texts that a terminal should never be given.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

/// Escape sequences: clear the screen, set the title, write the clipboard, the other screen, ask for an answer; each also by
/// its C1 form.
const SEQUENCES: &str = "\u{1b}[2J\u{1b}[H\u{1b}]0;owned\u{7}\u{1b}]52;c;b3duZWQ=\u{1b}\\\u{1b}[?1049h\u{1b}[6n\u{1b}c\
                         \u{9b}31m\u{9d}0;owned\u{9c}\u{90}q\u{9c}";
/// The characters that change the direction of text.
const BIDI: &str = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}";

/// Returns the value with every text wrapped; with `keep_ids` those by which a client finds its way stay.
pub fn wrap(value: Value, keep_ids: bool) -> Value {
    wrap_member("", value, keep_ids)
}

fn wrap_member(name: &str, value: Value, keep_ids: bool) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| {
                let wrapped = wrap_member(&name, value, keep_ids);
                (name, wrapped)
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(|item| wrap_member(name, item, keep_ids)).collect(),
        Value::String(text) if keep_ids && shows_the_way(name, &text) => Value::String(text),
        Value::String(text) => Value::String(format!("{}{text}{}", harm(), harm())),
        other => other,
    }
}

/// Returns a newline, escape sequences, every control character of C0 and C1, and the characters that change the
/// direction of text.
fn harm() -> String {
    let controls = (0x00..=0x1f).chain(0x7f..=0x9f).filter_map(char::from_u32);
    "\n".chars().chain(SEQUENCES.chars()).chain(controls).chain(BIDI.chars()).collect()
}

/// True where a text is one that a client uses and hardly shows: a GUID, an address, a resource id, a date, a digest, a
/// host with its port, or the value of a secret or token.
fn shows_the_way(name: &str, text: &str) -> bool {
    let secret = name == "secretText" || name.ends_with("_token") || name == "token" || name == "token_type";
    secret
        || Uuid::parse_str(text).is_ok()
        || text.starts_with("https://")
        || text.starts_with('/')
        || text.parse::<Timestamp>().is_ok()
        || text.starts_with("sha256:")
        || text.starts_with("localhost:")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_text_is_wrapped_unless_it_shows_the_way() {
        let value = json!({ "id": "0a0a0a0a-0001-4a0a-8a0a-00000000a001", "displayName": "x", "n": 1, "tags": ["y"] });
        let whole = wrap(value.clone(), false);
        for text in [&whole["id"], &whole["displayName"], &whole["tags"][0]] {
            let text = text.as_str().unwrap();
            assert!(text.starts_with("\n\u{1b}[2J") && text.ends_with('\u{2068}'), "{text:?}");
            assert!(text.contains('\u{9b}') && text.contains('\0'));
        }
        assert_eq!(whole["n"], 1);
        let kept = wrap(value.clone(), true);
        assert_eq!(kept["id"], value["id"]);
        assert_eq!(kept["displayName"], whole["displayName"]);
    }
}
