//! RSA keys that are the same at every start, so that a start need make none: those of the operators' certificates, and the
//! one that the cluster signs service account tokens with.
//!
//! They are no secret: whoever has this program has them, and they open nothing but a simulated cloud on loopback.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    digest,
    rand::SystemRandom,
    rsa::{KeyPair, PublicKeyComponents},
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey},
};
use serde_json::{Value, json};

/// A certificate with its key.
#[derive(Debug)]
pub struct Pair {
    /// The certificate, DER; valid from 2020 to 2099.
    pub certificate: &'static [u8],
    key: &'static [u8],
}

/// The certificate of operator A.
pub static OPERATOR_A: Pair =
    Pair { certificate: include_bytes!("keys/operator-a.cert.der"), key: include_bytes!("keys/operator-a.key.der") };
/// The certificate of operator B.
pub static OPERATOR_B: Pair =
    Pair { certificate: include_bytes!("keys/operator-b.cert.der"), key: include_bytes!("keys/operator-b.key.der") };
/// The key with which the cluster signs service account tokens, PKCS#8.
static CLUSTER: &[u8] = include_bytes!("keys/cluster.key.der");
/// The `kid` of the cluster's key.
pub const CLUSTER_KEY_ID: &str = "simulated-cluster";

impl Pair {
    /// Returns the certificate and the key in PEM, as one file (Azure CLI's document "Sign in with a service
    /// principal": the PEM file has both).
    #[must_use]
    pub fn pem(&self) -> String {
        format!("{}{}", pem("CERTIFICATE", self.certificate), pem("PRIVATE KEY", self.key))
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut lines = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, left) = rest.split_at(rest.len().min(64));
        lines.push_str(line);
        lines.push('\n');
        rest = left;
    }
    lines.push_str(&format!("-----END {label}-----\n"));
    lines
}

/// Returns `x5t`: SHA-1 of a certificate (RFC 7515 4.1.7).
#[must_use]
pub fn sha1(certificate: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, certificate).as_ref().to_vec()
}

/// Returns `x5t#S256`: SHA-256 of a certificate (RFC 7515 4.1.8).
#[must_use]
pub fn sha256(certificate: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, certificate).as_ref().to_vec()
}

/// The algorithm that signs a JWT (RFC 7518 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// PKCS#1 v1.5.
    Rs256,
    /// PSS.
    Ps256,
}

/// True where a signature is that of a certificate's holder.
#[must_use]
pub fn is_signed_by(certificate: &[u8], algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    public_key(certificate).is_some_and(|key| is_signed(key, algorithm, message, signature))
}

/// True where a signature is that of the cluster.
#[must_use]
pub fn is_the_clusters(algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    use ring::signature::KeyPair as _;
    KeyPair::from_pkcs8(CLUSTER).is_ok_and(|key| is_signed(key.public_key().as_ref(), algorithm, message, signature))
}

fn is_signed(key: &[u8], algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    let parameters = match algorithm {
        Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
    };
    UnparsedPublicKey::new(parameters, key).verify(message, signature).is_ok()
}

/// Returns a service account token of the cluster.
#[must_use]
pub fn cluster_token(claims: &Value) -> Option<String> {
    let key = KeyPair::from_pkcs8(CLUSTER).ok()?;
    let head = URL_SAFE_NO_PAD.encode(json!({ "alg": "RS256", "kid": CLUSTER_KEY_ID, "typ": "JWT" }).to_string());
    let body = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), body.as_bytes(), &mut signature).ok()?;
    Some(format!("{body}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Returns the cluster's key as its issuer publishes it (RFC 7517).
#[must_use]
pub fn cluster_keys() -> Value {
    let keys: Vec<Value> = KeyPair::from_pkcs8(CLUSTER)
        .iter()
        .map(|key| {
            let parts = PublicKeyComponents::<Vec<u8>>::from(key.public());
            json!({
                "use": "sig", "kty": "RSA", "kid": CLUSTER_KEY_ID, "alg": "RS256",
                "n": URL_SAFE_NO_PAD.encode(parts.n), "e": URL_SAFE_NO_PAD.encode(parts.e),
            })
        })
        .collect();
    json!({ "keys": keys })
}

/// Returns the RSA public key of a certificate, PKCS#1 (RFC 5280 4.1: the seventh part of what is signed, behind the
/// version).
#[must_use]
pub fn public_key(certificate: &[u8]) -> Option<&[u8]> {
    let (inside, _) = part(certificate, 0x30)?;
    let (mut rest, _) = part(inside, 0x30)?;
    // Version, serial number, algorithm, issuer, validity, subject.
    for tag in [0xa0, 0x02, 0x30, 0x30, 0x30, 0x30] {
        rest = part(rest, tag)?.1;
    }
    let (key, _) = part(rest, 0x30)?;
    let (_, key) = part(key, 0x30)?;
    let (bits, _) = part(key, 0x03)?;
    // The first byte says how many bits of the last are unused.
    bits.split_first().filter(|(unused, _)| **unused == 0).map(|(_, key)| key)
}

/// Returns the content of a DER value of a tag, and what follows it.
fn part(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f).min(4))?;
        (bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
    };
    (found == tag).then(|| rest.split_at_checked(length)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_gives_the_key_that_signs_for_it() {
        let key = KeyPair::from_pkcs8(OPERATOR_A.key).unwrap();
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(&ring::signature::RSA_PSS_SHA256, &SystemRandom::new(), b"x", &mut signature).unwrap();
        assert!(is_signed_by(OPERATOR_A.certificate, Algorithm::Ps256, b"x", &signature));
        assert!(!is_signed_by(OPERATOR_A.certificate, Algorithm::Rs256, b"x", &signature));
        assert!(!is_signed_by(OPERATOR_A.certificate, Algorithm::Ps256, b"y", &signature));
        assert!(!is_signed_by(OPERATOR_B.certificate, Algorithm::Ps256, b"x", &signature));
    }

    #[test]
    fn what_is_no_certificate_has_no_key() {
        for length in 0..OPERATOR_A.certificate.len() {
            assert_eq!(public_key(&OPERATOR_A.certificate[..length]).filter(|_| length < 700), None, "{length}");
        }
    }

    #[test]
    fn both_parts_are_in_the_file() {
        let pem = OPERATOR_A.pem();
        assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\nMII") && pem.ends_with("-----END PRIVATE KEY-----\n"));
        assert!(pem.lines().all(|line| line.len() <= 64));
    }
}
