//! The certificates of one start: an authority, one server certificate for every origin, and a client that trusts them.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};

/// The certificates that are needed to serve, and to be trusted.
pub struct Tls {
    /// The authority's certificate, for clients.
    pub ca_pem: String,
    /// For the listeners.
    pub server: Arc<ServerConfig>,
    /// For the listeners of Kubernetes APIs, which ask for a client's certificate and take any: what it is worth is said in
    /// the answer, as `kube-apiserver` does it.
    pub kubernetes: Arc<ServerConfig>,
    /// Signs certificates of users.
    pub authority: Authority,
    /// For the nodes, which pull from the cloud's own registries.
    pub client: ClientConfig,
}

/// The reason why there are no certificates.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificates could not be made.
    #[error("the certificates could not be made: {0}")]
    Certificates(#[from] rcgen::Error),
    /// They were made, and cannot be used.
    #[error("the certificates cannot be used: {0}")]
    Configuration(#[from] rustls::Error),
}

/// The authority of one start.
pub struct Authority(Issuer<'static, KeyPair>);

/// A certificate of a user, with its key.
pub struct ClientCertificate {
    /// The certificate, in PEM.
    pub pem: String,
    /// The certificate as it is sent in a handshake.
    pub der: Vec<u8>,
    /// The key of the certificate, in PEM.
    pub key: String,
}

impl Authority {
    /// Makes a certificate for a user of a group, whose names a Kubernetes API reads from its subject.
    ///
    /// # Errors
    /// No randomness, or no usable cryptography.
    pub fn client(&self, user: &str, group: &str) -> Result<ClientCertificate, TlsError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::OrganizationName, group);
        params.distinguished_name.push(DnType::CommonName, user);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(&key, &self.0)?;
        Ok(ClientCertificate { pem: certificate.pem(), der: certificate.der().to_vec(), key: key.serialize_pem() })
    }
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
    let chain = vec![certificate.der().clone(), authority_certificate.der().clone()];
    let builder = || ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let server = builder()?.with_no_client_auth().with_single_cert(chain.clone(), key.clone_key())?;
    let any = Arc::new(AnyClient(Arc::clone(&provider)));
    let kubernetes = builder()?.with_client_cert_verifier(any).with_single_cert(chain, key)?;
    // One request at a time on a connection, so that a fault that cuts one cuts no other.
    let [server, kubernetes] = [server, kubernetes].map(|mut config| {
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Arc::new(config)
    });

    let mut roots = RootCertStore::empty();
    roots.add(authority_certificate.der().clone())?;
    let client = client(provider, roots)?;
    let ca_pem = authority_certificate.pem();
    Ok(Tls { ca_pem, server, kubernetes, authority: Authority(issuer), client })
}

fn client(provider: Arc<CryptoProvider>, roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Takes every certificate whose holder has its key.
#[derive(Debug)]
struct AnyClient(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
