//! The sign-in that the Azure CLI names as the cure. What it writes is repeated for a person to run, so each word has to be
//! one of `az login`'s own.

use crate::text::{shell_option, shell_word};

/// The options of `az login` that take a value and may be repeated (`azure-cli`: `command_modules/profile`).
const WITH_VALUE: [&str; 7] =
    ["--tenant", "-t", "--scope", "--claims-challenge", "--client-id", "--object-id", "--resource-id"];
/// The options of `az login` that take none.
const ALONE: [&str; 4] = ["--use-device-code", "--allow-no-subscriptions", "--identity", "-i"];

/// The cure that the Azure CLI names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cure {
    /// A sign-in, by words that may be repeated.
    Login { line: String, tenant: Option<String> },
    /// A sign-in with words that nobody is to run. They are not kept.
    Unfit,
}

impl Cure {
    /// Returns the cure in the Azure CLI's words.
    ///
    /// The `az logout` that it writes before is left out: that would sign the other tenant's account out too, and the
    /// sign-in takes its place without.
    pub(super) fn named_in(stderr: &str) -> Option<Self> {
        let options = stderr.lines().rev().find_map(|line| line.trim().strip_prefix("az login --"))?;
        Some(Self::read(&format!("--{options}")).unwrap_or(Self::Unfit))
    }

    fn read(options: &str) -> Option<Self> {
        let words = shlex::split(options)?;
        let mut words = words.iter().map(String::as_str).peekable();
        let (mut line, mut tenant) = ("az login".to_owned(), None);
        while let Some(word) = words.next() {
            line.push(' ');
            if ALONE.contains(&word) {
                line.push_str(word);
                continue;
            }
            let (option, joined) = word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
            let option = WITH_VALUE.into_iter().find(|known| *known == option)?;
            let value = joined.or_else(|| words.next()).filter(|value| is_fit(value))?;
            line.push_str(&shell_option(option, value));
            if matches!(option, "--tenant" | "-t") {
                tenant = Some(value.to_owned());
            }
            // A scope may be several.
            while let Some(more) = words.next_if(|word| option == "--scope" && is_fit(word)) {
                line.push(' ');
                line.push_str(&shell_word(more));
            }
        }
        Some(Self::Login { line, tenant })
    }

    /// Returns the command, quoted for a shell. `None` where it is not one to repeat.
    pub(super) fn line(&self) -> Option<&str> {
        match self {
            Self::Login { line, .. } => Some(line),
            Self::Unfit => None,
        }
    }

    /// Returns the tenant that it signs in to.
    pub(super) fn tenant(&self) -> Option<&str> {
        match self {
            Self::Login { tenant, .. } => tenant.as_deref(),
            Self::Unfit => None,
        }
    }
}

/// True for a value as ids, domains, scopes and claims in base64 are: nothing in it means anything to a shell.
fn is_fit(value: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '/' | '@' | '=' | '+');
    !value.is_empty() && !value.starts_with('-') && value.len() <= 2000 && value.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(stderr: &str) -> Option<String> {
        Cure::named_in(stderr)?.line().map(str::to_owned)
    }

    #[test]
    fn the_azure_clis_own_cure_is_quoted_anew() {
        let named = r#"az login --tenant "22222222-2222-4222-8222-222222222222" --scope "https://graph.microsoft.com//.default" --claims-challenge "eyJh==""#;
        let stderr = format!("ERROR: AADSTS50076: Due to a change.\nRun the command below:\naz logout\n{named}\n");
        let cure = Cure::named_in(&stderr).expect("a cure");
        assert_eq!(cure.tenant(), Some("22222222-2222-4222-8222-222222222222"));
        let again = "az login --tenant 22222222-2222-4222-8222-222222222222 --scope https://graph.microsoft.com//.default --claims-challenge 'eyJh=='";
        assert_eq!(cure.line(), Some(again));
        let several = "az login --use-device-code --scope a/.default b/.default --tenant=x.y";
        assert_eq!(
            line(several).as_deref(),
            Some("az login --use-device-code --scope a/.default b/.default --tenant x.y")
        );
    }

    #[test]
    fn nothing_but_a_sign_in_is_repeated() {
        for stderr in [
            "az login --tenant $(rm -rf ~); echo hi",
            "az login --tenant x; rm y",
            "az login --tenant 'x;rm'",
            "az login --tenant \"`id`\"",
            "az login --tenant x && rm y",
            "az login --tenant x > y",
            "az login --tenant",
            "az login --tenant --identity",
            "az login --tenant 'x",
            "az login --password x",
            "az login --use-device-code=x",
            "az login --tenant x y",
        ] {
            assert_eq!(Cure::named_in(stderr), Some(Cure::Unfit), "{stderr}");
        }
        assert_eq!(Cure::named_in("Please run 'az login'"), None);
    }
}
