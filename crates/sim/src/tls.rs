//! The certificates of one start: an authority, one server certificate for every origin, and a client that trusts them.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// What is needed to serve, and to be trusted.
pub struct Tls {
    /// The authority's certificate, for clients.
    pub ca_pem: String,
    /// For the listeners.
    pub server: Arc<ServerConfig>,
    /// For the nodes, which pull from the cloud's own registries.
    pub client: ClientConfig,
}

/// Why there are no certificates.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificates could not be made.
    #[error("the certificates could not be made: {0}")]
    Certificates(#[from] rcgen::Error),
    /// They were made, and cannot be used.
    #[error("the certificates cannot be used: {0}")]
    Configuration(#[from] rustls::Error),
}

/// Makes an authority and a certificate for `localhost`, `127.0.0.1` and `::1`.
///
/// # Errors
/// No randomness, or no usable cryptography.
pub fn make() -> Result<Tls, TlsError> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "crosspull simulated cloud");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);

    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(["localhost", "127.0.0.1", "::1"].map(str::to_owned))?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Strict clients (Python 3.13 and later) want to see who signed it.
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, &issuer)?;

    let provider = Arc::new(ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone(), authority_certificate.der().clone()], key)?;
    // One request at a time on a connection, so that a fault that cuts one cuts no other.
    server.alpn_protocols = vec![b"http/1.1".to_vec()];

    let mut roots = RootCertStore::empty();
    roots.add(authority_certificate.der().clone())?;
    let client = client(provider, roots)?;
    Ok(Tls { ca_pem: authority_certificate.pem(), server: Arc::new(server), client })
}

fn client(provider: Arc<CryptoProvider>, roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
