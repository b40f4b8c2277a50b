//! The command that does the same as the wizard.

use crosspull_core::input::Answers;
use crosspull_core::input::{FIELDS, Key, Kind};
use crosspull_core::names::Side;
use crosspull_core::text::shell_option;

use crate::widgets::lines::width;

/// Returns the command that does the same without questions, in lines that a shell joins. There is no secret among the
/// answers.
#[must_use]
pub(crate) fn command(answers: &Answers) -> Vec<String> {
    let mut parts = vec!["crosspull apply --yes".to_owned()];
    for field in &FIELDS {
        let values = answers.all(field.key);
        let taken = if field.kind == Kind::Many { values.len() } else { 1 };
        for value in values.into_iter().take(taken).filter(|v| Some(*v) != field.default) {
            let flag = format!("--{}", field.key.name());
            // The flag alone is its yes, and it takes no word after a space.
            parts.push(if field.key == Key::Renew && value == "yes" { flag } else { shell_option(&flag, value) });
        }
    }
    let last = parts.len().saturating_sub(1);
    parts.into_iter().enumerate().map(|(i, part)| if i < last { part + " \\" } else { part }).collect()
}

/// Returns the command that does the same without questions, in one line.
#[must_use]
pub fn command_line(answers: &Answers) -> String {
    command(answers).iter().map(|part| part.trim_end_matches('\\').trim_end()).collect::<Vec<_>>().join(" ")
}

/// Returns a command in lines that a shell joins, of that many columns where its words are no longer. An option stays with its
/// value.
pub(crate) fn in_lines(command: &str, columns: usize) -> Vec<String> {
    let mut quote = None;
    let words = command.split(|c| {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        c == ' ' && quote.is_none()
    });
    let mut pieces: Vec<String> = Vec::new();
    for word in words {
        let option =
            pieces.last_mut().filter(|last| last.starts_with("--") && !last.contains(' ') && !word.starts_with("--"));
        match option {
            Some(option) => option.extend([" ", word]),
            None => pieces.push(word.to_owned()),
        }
    }
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(&piece) + 2 <= columns => line.extend([" ", &piece]),
            _ => lines.push(piece),
        }
    }
    let last = lines.len().saturating_sub(1);
    lines.into_iter().enumerate().map(|(i, line)| if i < last { line + " \\" } else { line }).collect()
}

/// Returns what the command takes from the environment and not from its options; none where nobody signs in with a
/// secret.
pub(crate) fn credentials(answers: &Answers) -> Option<String> {
    let sides = [(Side::A, Key::SignInA), (Side::B, Key::SignInB)].into_iter();
    let names: Vec<String> = sides
        .filter(|(_, key)| answers.or_default(*key) == "service-principal")
        .map(|(side, _)| format!("CROSSPULL_{side}_CLIENT_ID and CROSSPULL_{side}_CLIENT_SECRET"))
        .collect();
    (!names.is_empty()).then(|| format!("It signs in with {} of its environment.", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_command_are_cut_between_its_words_and_a_shell_joins_them() {
        let command = "crosspull login shop.azurecr.io --tenant 'it is -- mine' --as token --ca-file \"a'b c\"";
        let lines = in_lines(command, 40);
        assert_eq!(
            lines,
            ["crosspull login shop.azurecr.io \\", "--tenant 'it is -- mine' --as token \\", "--ca-file \"a'b c\""]
        );
        assert_eq!(lines.join("\n").replace(" \\\n", " "), command);
    }

    #[test]
    fn the_command_says_what_differs_from_the_defaults_and_quotes_what_a_shell_would_split() {
        let mut answers = Answers::default();
        answers.set(Key::TenantA, "contoso.com");
        answers.set(Key::SecretDays, "180");
        answers.set(Key::AppName, "the shop's app");
        answers.set(Key::Renew, "yes");
        answers.set_all(Key::Repository, vec!["shop/web:1.4".to_owned(), "shop/api".to_owned()]);
        assert_eq!(
            command_line(&answers),
            r#"crosspull apply --yes --tenant-a contoso.com --repository shop/web:1.4 --repository shop/api --app-name "the shop's app" --renew"#
        );
        assert_eq!(command(&answers).first().map(String::as_str), Some("crosspull apply --yes \\"));
    }
}
