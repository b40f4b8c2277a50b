//! What is kept of the Azure CLI's words: no colours, no secret, no warnings and ids around what it says.

use crate::text::printable;

/// The head of what Python writes where a program breaks.
pub(super) const TRACEBACK: &str = "Traceback (most recent call last)";
/// The most characters that are kept of the Azure CLI's words.
const WORDS: usize = 500;
/// What stands in place of a secret.
const HIDDEN: &str = "(hidden)";
/// The ends of the names of secrets, in small letters without `_` and `-`.
const SECRETS: [&str; 9] =
    ["token", "secret", "password", "passwd", "pwd", "assertion", "accesskey", "apikey", "authorization"];

/// Returns what the Azure CLI wrote as crosspull keeps it: without colours, and without what may be a secret.
///
/// The Azure CLI and its extensions write what they please, and what is kept goes to screens, streams and journals.
pub(super) fn heard(stderr: &str) -> String {
    let hidden = |text: &str| without_jwt(&without_named_secrets(text));
    // A colour cuts a token in two, and one that is not ended takes the head of what follows.
    hidden(&without_colours(&hidden(stderr)))
}

/// Returns a text without the sequences that colour it on a terminal (ECMA-48, 5.4: `ESC [`, parameters, a letter).
#[must_use]
pub fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, rest)| rest));
    }
    plain
}

/// Returns a text with every JSON Web Token hidden, also one that is cut off after its first part: parts in base64url
/// with dots between them, of which the first begins with `{"` (RFC 7515, 3.1).
fn without_jwt(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.find("eyJ").and_then(|at| rest.split_at_checked(at)) {
        kept.push_str(before);
        let end = from.find(|c: char| !is_of_a_name(c) && !matches!(c, '.' | '=')).unwrap_or(from.len());
        let (run, behind) = from.split_at_checked(end).unwrap_or((from, ""));
        kept.push_str(if run.trim_end_matches('.').contains('.') { HIDDEN } else { run });
        rest = behind;
    }
    kept.push_str(rest);
    kept
}

/// Returns a text with the value hidden that stands behind the name of a secret: `"accessToken": "x"`, `secret=x`,
/// `--password x`, `Bearer x`.
fn without_named_secrets(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.find(is_of_a_name).and_then(|at| rest.split_at_checked(at)) {
        let end = from.find(|c| !is_of_a_name(c)).unwrap_or(from.len());
        let (name, after) = from.split_at_checked(end).unwrap_or((from, ""));
        kept.push_str(before);
        kept.push_str(name);
        rest = after;
        if let Some((between, behind)) = around_secret(name, after) {
            kept.push_str(between);
            kept.push_str(HIDDEN);
            rest = behind;
        }
    }
    kept.push_str(rest);
    kept
}

const fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// Returns what stands between a name and its secret value, and what stands behind the value. `None` where the name is
/// no secret's, or has no value. A number of the sign-in service, which may stand behind "secret:", is none.
fn around_secret<'t>(name: &str, after: &'t str) -> Option<(&'t str, &'t str)> {
    let plain = name.to_ascii_lowercase().replace(['_', '-'], "");
    let scheme = plain == "bearer";
    if !scheme && !SECRETS.iter().any(|secret| plain.ends_with(secret)) {
        return None;
    }
    let blank = [' ', '\t'];
    let named = after.trim_start_matches(['"', '\'', '\\']).trim_start_matches(blank).strip_prefix([':', '=']);
    let from = named.or_else(|| after.strip_prefix(blank).filter(|_| scheme || name.starts_with("--")))?;
    let opened = from.trim_start_matches(blank).trim_start_matches('\\');
    let quote = opened.chars().next().filter(|c| matches!(c, '"' | '\''));
    let value = quote.and_then(|quote| opened.strip_prefix(quote)).unwrap_or(opened);
    let value = value.strip_prefix("Bearer ").unwrap_or(value);
    let ends = |c: char| match quote {
        Some(quote) => c == quote || c == '\n',
        None => c.is_whitespace() || matches!(c, ',' | ';' | '&' | '}' | ']' | ')' | '"' | '\''),
    };
    let end = value.find(ends).unwrap_or(value.len());
    // The word behind "bearer" may be one of a sentence.
    let none = end == 0
        || ["AADSTS", HIDDEN].iter().any(|word| value.starts_with(word))
        || (scheme && named.is_none() && end < 20);
    (!none).then_some((after.get(..after.len() - value.len())?, value.get(end..)?))
}

/// Returns the Azure CLI's words: the last line of a traceback, else its first error without the warnings before and
/// the ids behind. A warning alone is told where it is no news of an update.
pub(super) fn own_words(stderr: &str) -> String {
    let after = |mark: &str| stderr.rfind(mark).and_then(|at| stderr.get(at + mark.len()..));
    // Its frames are indented; the first line that is not says what went wrong.
    let last_line = after(TRACEBACK)
        .and_then(|trace| trace.lines().skip(1).find(|line| !line.trim().is_empty() && !line.starts_with([' ', '\t'])));
    let error = stderr.find("ERROR: ").and_then(|at| stderr.get(at + "ERROR: ".len()..));
    let first = last_line.or_else(|| error.and_then(|from| from.trim_start().lines().next())).or_else(|| {
        let told = || stderr.lines().map(str::trim).filter(|line| !line.is_empty() && !is_of_an_update(line));
        told().find(|line| !line.starts_with(WARNING)).or_else(|| told().next())
    });
    let line = first.unwrap_or_default().trim();
    printable(line.split_once(" Trace ID:").map_or(line, |(line, _)| line), WORDS)
}

/// The head of a warning.
const WARNING: &str = "WARNING: ";

/// True for a warning that tells of newer versions (`azure-cli`: `You have 2 update(s) available. …`).
fn is_of_an_update(line: &str) -> bool {
    line.starts_with(WARNING)
        && ["update(s) available", "updates available", "az upgrade"].iter().any(|m| line.contains(m))
}

/// Returns the number of the sign-in service in the Azure CLI's words, such as `AADSTS7000222`.
pub(super) fn number_in(words: &str) -> Option<String> {
    const MARK: &str = "AADSTS";
    let from = words.get(words.find(MARK)? + MARK.len()..)?;
    let digits: String = from.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("{MARK}{digits}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl";

    #[test]
    fn the_sign_in_services_number_is_found_in_the_azure_clis_words() {
        assert_eq!(number_in("AADSTS7000222: The secret is expired.").as_deref(), Some("AADSTS7000222"));
        assert_eq!(number_in("Failed (AADSTS53003)").as_deref(), Some("AADSTS53003"));
        assert_eq!(number_in("no AADSTS here"), None);
    }

    #[test]
    fn the_azure_clis_own_words_begin_with_its_error() {
        let stderr = "WARNING: Could not retrieve credential.\nERROR: AADSTS700016: Application 'x' was not found. Trace ID: 1\nRun the command below";
        assert_eq!(own_words(stderr), "AADSTS700016: Application 'x' was not found.");
        assert_eq!(own_words("Please run 'az login'"), "Please run 'az login'");
        assert_eq!(own_words(&without_colours("\u{1b}[91mERROR: no\u{1b}[0m\nmore")), "no");
    }

    #[test]
    fn news_of_an_update_is_no_cause() {
        let news =
            "WARNING: You have 2 update(s) available. Consider updating your CLI installation with 'az upgrade'\n";
        assert_eq!(own_words(news), "");
        assert_eq!(own_words(&format!("{news}The disk is full.")), "The disk is full.");
        assert_eq!(own_words(&format!("{news}WARNING: a portal")), "WARNING: a portal");
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        for (said, heard_as) in [
            (format!("failed for token {TOKEN}"), "failed for token (hidden)"),
            (format!("'{TOKEN}', x"), "'(hidden)', x"),
            (format!("x={TOKEN}. More"), "x=(hidden) More"),
            ("cut eyJhbGci.eyJh".to_owned(), "cut (hidden)"),
            ("colour eyJhb\u{1b}[0mGci.eyJh".to_owned(), "colour (hidden)"),
            (r#"{"accessToken": "abc", "a": 1}"#.to_owned(), r#"{"accessToken": "(hidden)", "a": 1}"#),
            (r#"{\"refresh_token\":\"0.A x\",\"a\":1}"#.to_owned(), r#"{\"refresh_token\":\"(hidden)",\"a\":1}"#),
            ("{'client_secret': 'a~b', 'x': 'y'}".to_owned(), "{'client_secret': '(hidden)', 'x': 'y'}"),
            (r#""secret": "", "x": "y""#.to_owned(), r#""secret": "", "x": "y""#),
            ("refreshToken=0.AXk&x=y".to_owned(), "refreshToken=(hidden)&x=y"),
            ("az login -u u --password p~w -t t".to_owned(), "az login -u u --password (hidden) -t t"),
            ("Authorization: Bearer abc d".to_owned(), "Authorization: Bearer (hidden) d"),
            ("Bearer abcdefghijklmnopqrstuvwxyz".to_owned(), "Bearer (hidden)"),
        ] {
            assert_eq!(heard(&said), heard_as);
        }
    }

    #[test]
    fn what_is_no_secret_is_kept() {
        for said in [
            "AADSTS7000215: Invalid client secret provided. Ensure the secret is the value.",
            "Invalid secret: AADSTS7000215: x",
            "The bearer did not come",
            "does not exist in MSAL token cache",
            "az login --claims-challenge \"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"",
            "it begins with eyJ. Then",
        ] {
            assert_eq!(heard(said), said);
        }
    }

    proptest! {
        #[test]
        fn any_words_are_heard_and_no_token_in_them(before in ".{0,40}", after in "([^A-Za-z0-9_.=-].{0,40})?") {
            let heard = heard(&format!("{before}{TOKEN}{after}"));
            prop_assert!(!heard.contains("c2lnbmF0dXJl"), "{}", heard);
        }
    }
}
