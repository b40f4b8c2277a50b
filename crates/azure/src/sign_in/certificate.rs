//! Signing in by certificate: what proves to Entra that its private key is held here (Microsoft identity platform,
//! application authentication certificate credentials).

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use crosspull_core::ids::AppId;
use crosspull_core::secret::Secret;
use jiff::Timestamp;
use rustls::SignatureScheme;
use rustls::sign::SigningKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::own_file::bytes_in;

/// Seconds that a proof is good for; the documents advise five to ten minutes.
const GOOD_FOR: i64 = 600;
/// No file with a certificate, those above it and its key is longer, in bytes.
const LONGEST: u32 = 256 * 1024;

/// A certificate with its private key.
#[derive(Clone)]
pub struct Certificate {
    key: Arc<dyn SigningKey>,
    /// SHA-256 of the certificate, by which Entra finds it among the app's.
    thumbprint: String,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.thumbprint)
    }
}

impl Certificate {
    /// Reads a PEM file that holds both.
    ///
    /// # Errors
    /// A clause that says what is wrong with the file.
    pub fn read(path: &Path) -> Result<Self, String> {
        let pem = bytes_in(path, LONGEST).map_err(|error| format!("it cannot be read ({error})"))?;
        Self::from_pem(&pem)
    }

    /// Reads the text of a PEM file that holds both.
    ///
    /// # Errors
    /// A clause that says what is wrong with the file.
    pub fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let key =
            PrivateKeyDer::from_pem_slice(pem).map_err(|_| "it holds no private key in PEM without a password")?;
        let certificate = CertificateDer::from_pem_slice(pem).map_err(|_| "it holds no certificate in PEM")?;
        let key = rustls::crypto::ring::sign::any_supported_type(&key).map_err(|_| "its private key cannot be used")?;
        if key.choose_scheme(&[SignatureScheme::RSA_PSS_SHA256]).is_none() {
            return Err("its private key is not an RSA key, the only kind that Entra takes".to_owned());
        }
        let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate));
        Ok(Self { key, thumbprint })
    }

    /// Returns the proof for an app at a token endpoint, from that time on.
    ///
    /// # Errors
    /// An error where the key cannot sign.
    pub fn proof(&self, app: AppId, endpoint: &str, now: Timestamp) -> Result<Secret, rustls::Error> {
        let head = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint });
        let from = now.as_second();
        let claims = json!({
            "aud": endpoint, "iss": app.to_string(), "sub": app.to_string(),
            "jti": Uuid::new_v4().to_string(), "nbf": from, "iat": from, "exp": from + GOOD_FOR,
        });
        let coded = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let body = format!("{}.{}", coded(head), coded(claims));
        let signer = self
            .key
            .choose_scheme(&[SignatureScheme::RSA_PSS_SHA256])
            .ok_or_else(|| rustls::Error::General("the key cannot sign so".to_owned()))?;
        let mark = BASE64_URL_SAFE_NO_PAD.encode(signer.sign(body.as_bytes())?);
        Ok(Secret::new(format!("{body}.{mark}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_key_or_certificate_is_told() {
        let why = |pem: &[u8]| Certificate::from_pem(pem).expect_err("no certificate");
        assert!(why(b"").contains("no private key"));
        assert!(why(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").contains("no certificate"));
    }
}
