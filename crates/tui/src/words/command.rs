//! The command that does the same as the wizard.

use crosspull_core::input::Answers;
use crosspull_core::input::{FIELDS, Key, Kind};
use crosspull_core::names::Side;
use crosspull_core::text::shell_option;

/// Returns the command that does the same without questions, in lines that a shell joins. There is no secret among the
/// answers.
#[must_use]
pub(crate) fn command(answers: &Answers) -> Vec<String> {
    let mut parts = vec!["crosspull apply --yes".to_owned()];
    for field in &FIELDS {
        let values = answers.all(field.key);
        let taken = if field.kind == Kind::Many { values.len() } else { 1 };
        for value in values.into_iter().take(taken).filter(|v| Some(*v) != field.default) {
            parts.push(shell_option(&format!("--{}", field.key.name()), value));
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
    fn the_command_says_what_differs_from_the_defaults_and_quotes_what_a_shell_would_split() {
        let mut answers = Answers::default();
        answers.set(Key::TenantA, "contoso.com");
        answers.set(Key::SecretDays, "180");
        answers.set(Key::AppName, "the shop's app");
        answers.set_all(Key::Repository, vec!["shop/web:1.4".to_owned(), "shop/api".to_owned()]);
        assert_eq!(
            command_line(&answers),
            r#"crosspull apply --yes --tenant-a contoso.com --repository shop/web:1.4 --repository shop/api --app-name "the shop's app""#
        );
        assert_eq!(command(&answers).first().map(String::as_str), Some("crosspull apply --yes \\"));
    }
}
