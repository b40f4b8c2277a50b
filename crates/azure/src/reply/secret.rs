//! Reading secrets out of replies.

use crosspull_core::secret::Secret;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// Reads a secret that may be missing.
pub(super) fn maybe_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}

/// Reads a secret that is sent in base64.
pub(super) fn secret_of_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    let coded = Zeroizing::new(String::deserialize(deserializer)?);
    let bytes = BASE64_STANDARD.decode(coded.trim()).map_err(|_| serde::de::Error::custom("no base64"))?;
    String::from_utf8(bytes).map(Secret::new).map_err(|_| serde::de::Error::custom("no text"))
}
