//! JWTs that a test signs.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{rand::SystemRandom, rsa::KeyPair, signature};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::{Value, json};

/// Returns a signed JWT, made as the documents say.
pub fn jwt(pem: &str, algorithm: &str, mut head: Value, claims: &Value) -> String {
    let key = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).unwrap();
    let key = KeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
    head["alg"] = json!(algorithm);
    head["typ"] = json!("JWT");
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let body = format!("{}.{}", part(&head), part(claims));
    let mut signed = vec![0; key.public().modulus_len()];
    let padding: &dyn signature::RsaEncoding =
        if algorithm == "PS256" { &signature::RSA_PSS_SHA256 } else { &signature::RSA_PKCS1_SHA256 };
    key.sign(padding, &SystemRandom::new(), body.as_bytes(), &mut signed).unwrap();
    format!("{body}.{}", BASE64_URL_SAFE_NO_PAD.encode(signed))
}

/// Returns the certificate of a PEM file.
pub fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// Returns the `x5t#S256` of a certificate.
pub fn thumbprint(pem: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, &certificate(pem)))
}
