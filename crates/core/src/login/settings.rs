//! The file in which the credential helper finds how to sign in to each registry, as `crosspull login
//! --configure-docker` writes it. No secret is in it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use strum::{EnumString, IntoStaticStr};

use crate::text::printable;

/// The head of the file.
const HEAD: &str = "# How docker-credential-crosspull signs in to each registry: written by crosspull login --configure-docker.\n\
                    # No secret is in it.\n";

/// A setting of one registry. All are texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Setting {
    /// The way to sign in: the word of a [`super::Who`] that needs nobody.
    As,
    /// The registry's tenant.
    Tenant,
    /// The registry's subscription, by which the Azure CLI chooses an account.
    Subscription,
    /// The cloud that the registry is in.
    Cloud,
    /// Another sign-in host than the cloud's.
    LoginHost,
    /// A file with authorities to trust besides the system's.
    CaFile,
    /// The id of the app or of the identity that signs in.
    ClientId,
    /// The file with the app's secret.
    ClientSecretFile,
    /// The file with the app's certificate.
    ClientCertificateFile,
    /// The file with a token that the app trusts.
    FederatedTokenFile,
    /// `no` where nothing is kept between calls.
    Cache,
    /// The files of docker and its kin that were told of crosspull's helper, a line each.
    Files,
    /// The helpers that the registry had in files of docker and its kin before, a line each: the file, a colon, the helper.
    HelpersBefore,
}

impl Setting {
    /// Returns the name of the setting in the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The settings of one registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfRegistry(BTreeMap<Setting, String>);

impl OfRegistry {
    /// Returns a setting; `None` where it is not set.
    #[must_use]
    pub fn get(&self, setting: Setting) -> Option<&str> {
        self.0.get(&setting).map(String::as_str)
    }

    /// Sets a setting.
    pub fn set(&mut self, setting: Setting, value: impl Into<String>) {
        self.0.insert(setting, value.into());
    }

    /// Returns true where a token may be kept between calls.
    #[must_use]
    pub fn keeps(&self) -> bool {
        self.get(Setting::Cache) != Some("no")
    }

    /// Returns the helper that the registry had in a file before.
    #[must_use]
    pub fn helper_before(&self, file: &str) -> Option<&str> {
        self.helpers_before().find(|(known, _)| *known == file).map(|(_, helper)| helper)
    }

    /// Keeps the helper that the registry had in a file before.
    pub fn keep_helper_before(&mut self, file: &str, helper: &str) {
        // No helper is a program whose name has a colon or a line break, and such a file is none to go back to.
        if helper.contains([':', '\n']) || file.contains('\n') {
            return;
        }
        let others = self.helpers_before().filter(|(known, _)| *known != file);
        let lines: Vec<String> =
            others.chain([(file, helper)]).map(|(file, helper)| format!("{file}: {helper}")).collect();
        self.set(Setting::HelpersBefore, lines.join("\n"));
    }

    /// Forgets the helper that the registry had in a file before: it had none the last time.
    pub fn forget_helper_before(&mut self, file: &str) {
        let others = self.helpers_before().filter(|(known, _)| *known != file);
        let lines: Vec<String> = others.map(|(file, helper)| format!("{file}: {helper}")).collect();
        if lines.is_empty() {
            self.0.remove(&Setting::HelpersBefore);
        } else {
            self.set(Setting::HelpersBefore, lines.join("\n"));
        }
    }

    /// Returns the files that were told of crosspull's helper.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.get(Setting::Files).into_iter().flat_map(str::lines)
    }

    /// Keeps a file among those that were told.
    pub fn keep_file(&mut self, file: &str) {
        if !file.contains('\n') && !self.files().any(|known| known == file) {
            let files: Vec<&str> = self.files().chain([file]).collect();
            self.set(Setting::Files, files.join("\n"));
        }
    }

    fn helpers_before(&self) -> impl Iterator<Item = (&str, &str)> {
        self.get(Setting::HelpersBefore).into_iter().flat_map(str::lines).filter_map(|line| line.rsplit_once(": "))
    }

    /// Returns the settings that say who signs in, and where, in one line: by it is seen whether two are the same.
    #[must_use]
    pub fn line(&self) -> String {
        let who = self.0.iter().filter(|(setting, _)| !matches!(setting, Setting::HelpersBefore | Setting::Files));
        // Line breaks in values are escaped.
        format!("{:?}", who.collect::<Vec<_>>())
    }
}

/// The settings of every registry, by its host in lower case.
pub type Settings = BTreeMap<String, OfRegistry>;

/// Reads the file.
///
/// # Errors
/// A clause on what is wrong with it.
pub fn parse(text: &str) -> Result<Settings, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("line {} is not TOML: {}", before.lines().count().max(1), error.message())
    })?;
    table.into_iter().map(|(server, value)| Ok((server.clone(), of_registry(&server, value)?))).collect()
}

fn of_registry(server: &str, value: toml::Value) -> Result<OfRegistry, String> {
    let server = printable(server, 120);
    let toml::Value::Table(table) = value else { return Err(format!("{server} in it is no table")) };
    let one = |(name, value): (String, toml::Value)| match (name.parse(), value) {
        (Ok(setting), toml::Value::String(text)) => Ok((setting, text)),
        _ => Err(format!("{} of {server} is not a setting, or no text", printable(&name, 60))),
    };
    table.into_iter().map(one).collect::<Result<_, _>>().map(OfRegistry)
}

/// Returns the text of the file.
#[must_use]
pub fn text(settings: &Settings) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut written = HEAD.to_owned();
    for (server, of_registry) in settings {
        // A text takes everything that is written to it.
        let _ = write!(written, "\n[{}]\n", quoted(server));
        for (setting, value) in &of_registry.0 {
            let _ = writeln!(written, "{} = {}", setting.name(), quoted(value));
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        let mut one = OfRegistry::default();
        one.set(Setting::As, "service-principal");
        one.set(Setting::Tenant, "fabrikam.com");
        one.set(Setting::ClientSecretFile, "/run/secrets/a \"b\"\n'c'");
        let mut other = OfRegistry::default();
        other.set(Setting::As, "me");
        other.set(Setting::Cache, "no");
        [("shop.azurecr.io".to_owned(), one), ("localhost:5001".to_owned(), other)].into()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let (settings, written) = (settings(), text(&settings()));
        assert_eq!(parse(&written).as_ref(), Ok(&settings));
        assert!(written.contains("\n[\"localhost:5001\"]\nas = \"me\"\ncache = \"no\"\n"), "{written}");
        assert_eq!(parse(&text(&Settings::new())), Ok(Settings::new()));
        assert_eq!(parse(""), Ok(Settings::new()));
    }

    #[test]
    fn what_is_not_understood_is_told_and_not_passed_over() {
        for (text, why) in [
            ("[x", "line 1 is not TOML: "),
            ("a = 1", "a in it is no table"),
            ("[a]\nsecret = 's'", "secret of a is not a setting"),
            ("[a]\ntenant = 1", "tenant of a is not a setting, or no text"),
        ] {
            assert!(parse(text).is_err_and(|said| said.starts_with(why)), "{text}");
        }
    }

    #[test]
    fn the_helper_of_each_file_before_is_kept() {
        let mut of = OfRegistry::default();
        let line = of.line();
        for (file, helper) in [("/a", "pass"), ("/b: c", "acr-env"), ("/a", "gcloud"), ("/x", "a:b")] {
            of.keep_helper_before(file, helper);
        }
        let all: Settings = [("shop.azurecr.io".to_owned(), of)].into();
        let of = &parse(&text(&all)).expect("settings")["shop.azurecr.io"];
        assert_eq!((of.helper_before("/a"), of.helper_before("/b: c")), (Some("gcloud"), Some("acr-env")));
        assert_eq!((of.helper_before("/x"), of.line()), (None, line), "it is nothing of who signs in");
    }

    #[test]
    fn other_settings_have_another_line() {
        let all: Vec<OfRegistry> = settings().into_values().collect();
        assert_ne!(all[0].line(), all[1].line());
        assert_eq!(all[1].line().lines().count(), 1);
        assert!(all[1].keeps() != all[0].keeps());
    }
}
