//! Wildcards: names that stand for several repositories.

use std::fmt;

use super::image::{is_repository, without_host};
use crate::text::clean;

/// A name that stands for every repository below a path (`shop/*`), or of a registry (`*`): also for one that is made later.
///
/// A registry takes a star alone, or one at the end, after a slash (`docs/facts/azure.md` 9.3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepositoryWildcard {
    /// The path with its slash; empty where every repository of the registry is meant.
    path: String,
}

impl RepositoryWildcard {
    /// True for a text that is meant as a wildcard, whether it is one or not. No image has a star in its name.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.contains('*')
    }

    /// Reads a wildcard, with or without a registry's host in front.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what right looks like.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let text = clean(raw);
        let path = without_host(text).strip_suffix('*').and_then(|path| match path.strip_suffix('/') {
            Some(above) => is_repository(above).then_some(path),
            None => path.is_empty().then_some(path),
        });
        path.map(|path| Self { path: path.to_owned() }).ok_or_else(|| {
            format!(
                "\"{text}\" is no wildcard that a registry takes: give one star, alone or at the end after a slash \
                 (shop/*), in lower case and without a tag"
            )
        })
    }

    /// True where it stands for a repository, or for all that another wildcard stands for.
    #[must_use]
    pub fn covers(&self, repository: &str) -> bool {
        repository.starts_with(&self.path)
    }
}

impl fmt::Display for RepositoryWildcard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}*", self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_alone_or_at_the_end_after_a_slash() {
        for (text, read) in [
            ("shop/*", "shop/*"),
            (" shop/team-a/* ", "shop/team-a/*"),
            ("*", "*"),
            ("registryb.azurecr.io/shop/*", "shop/*"),
            ("https://registryb.azurecr.io/*", "*"),
            ("localhost:5000/shop/*", "shop/*"),
        ] {
            assert_eq!(RepositoryWildcard::parse(text).map(|one| one.to_string()), Ok(read.to_owned()), "{text}");
        }
        // The three forms that Microsoft's page names as invalid come first.
        for text in [
            "shop/*/web",
            "shop/team*",
            "shop/*/web/*",
            "*/web",
            "**",
            "shop/**",
            "/*",
            "Shop/*",
            "shop/*:1",
            "*:1",
            "",
        ] {
            let said = RepositoryWildcard::parse(text).expect_err(text);
            assert!(said.contains("is no wildcard that a registry takes"), "{said}");
        }
    }

    #[test]
    fn a_wildcard_covers_what_is_below_it_at_any_depth() {
        let of = |text| RepositoryWildcard::parse(text).expect("a wildcard");
        for (wildcard, name, yes) in [
            ("shop/*", "shop/web", true),
            ("shop/*", "shop/team/web", true),
            ("shop/*", "shop/team/*", true),
            ("shop/*", "shop", false),
            ("shop/*", "shopping/web", false),
            ("*", "shop/*", true),
            ("shop/*", "*", false),
        ] {
            assert_eq!(of(wildcard).covers(name), yes, "{wildcard} for {name}");
        }
    }
}
