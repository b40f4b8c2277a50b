//! Service accounts, as people name them.

use std::fmt;

use super::kubernetes_name::{namespace, object_name};

/// A service account: a name, and the namespace where it is not in all that get a pull secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRef {
    /// The namespace. `None` for the account of that name in every namespace that gets a pull secret.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl AccountRef {
    /// Reads `NAME` or `NAMESPACE/NAME`.
    ///
    /// # Errors
    /// A sentence that says what right looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let name = |text| object_name(text, "service account", "default");
        match text.split_once('/') {
            Some((within, account)) => Ok(Self { namespace: Some(namespace(within)?), name: name(account)? }),
            None => Ok(Self { namespace: None, name: name(text)? }),
        }
    }

    /// True where the account is one of that namespace.
    #[must_use]
    pub fn is_in(&self, namespace: &str) -> bool {
        self.namespace.as_deref().is_none_or(|own| own == namespace)
    }
}

impl fmt::Display for AccountRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{namespace}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_a_name_with_or_without_its_namespace() {
        let parsed = |text: &str| AccountRef::parse(text).map(|account| account.to_string());
        assert_eq!(parsed("default").as_deref(), Ok("default"));
        assert_eq!(parsed("shop/web").as_deref(), Ok("shop/web"));
        for wrong in ["", "Shop/web", "shop/", "shop/web/x", "shop/web_1"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
