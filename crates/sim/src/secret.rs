//! A value that never shows itself in a log, a debug text or `/_sim/world`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// A secret: shown only by [`Secret::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a value that is secret from now on.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// Returns a random client secret of the shape Entra makes: 40 characters, `8Q~` after the first three.
    #[must_use]
    pub fn client() -> Self {
        let text = random_text();
        let (hint, rest) = text.split_at(3);
        Self(format!("{hint}8Q~{}", rest.get(..34).unwrap_or(rest)))
    }

    /// Returns a random password of the shape a registry makes.
    #[must_use]
    pub fn registry() -> Self {
        let text: String = random_text().chars().filter(char::is_ascii_alphanumeric).take(28).collect();
        Self(format!("{text}+ACR"))
    }

    /// Returns the value itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns the first three characters, as Graph's `hint` shows them.
    #[must_use]
    pub fn hint(&self) -> &str {
        self.0.get(..3).unwrap_or_default()
    }
}

/// Returns 64 characters of base64url without padding: 48 bytes, in which 6 bits of every 128 are a UUID's own.
fn random_text() -> String {
    let mut bytes = Vec::with_capacity(48);
    for _ in 0..3 {
        bytes.extend_from_slice(uuid::Uuid::new_v4().as_bytes());
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_secret_has_entras_shape_and_hides() {
        let secret = Secret::client();
        assert_eq!(secret.reveal().len(), 40);
        assert_eq!(secret.reveal().get(3..6), Some("8Q~"));
        assert!(!format!("{secret:?}").contains(secret.reveal()));
        assert_ne!(secret, Secret::client());
    }
}
