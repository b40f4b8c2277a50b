//! The secret: in memory only, wiped when dropped, never printed or serialised.

use std::fmt;

use zeroize::Zeroizing;

/// The variables of crosspull's environment that hold a secret. No program that crosspull starts gets them.
pub const SECRET_VARIABLES: [&str; 3] =
    ["CROSSPULL_A_CLIENT_SECRET", "CROSSPULL_B_CLIENT_SECRET", "CROSSPULL_REGISTRY_PASSWORD"];

/// A secret value.
///
/// It has no `Display` and no `Serialize`, and its `Debug` tells only that it is one. The value leaves by
/// [`Secret::reveal`] alone, which is called in the places that `docs/PRODUCT.md` 7 names: the request that it is for,
/// and the operator's own reveal, copy and save.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a value. The caller gives up its own copy.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// Returns the value itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// True where the secret is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_tell() {
        let secret = Secret::new("s3cret~value".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.reveal(), "s3cret~value");
    }
}
