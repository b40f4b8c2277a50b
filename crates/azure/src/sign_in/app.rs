//! An app signs in, by the Azure SDK: a service principal with its secret, its certificate or a federated token, a
//! pod's workload identity, a machine's managed identity. A credential is made for each token, so that the SDK keeps
//! none: its own cache cannot be emptied.

use std::path::Path;
use std::sync::{Arc, Mutex};

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret as SdkSecret, TokenCredential};
use azure_core::http::{ClientMethodOptions, ClientOptions, RetryOptions, Transport};
use azure_identity::{
    ClientAssertion, ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
};
use crosspull_core::ids::AppId;
use crosspull_core::secret::Secret;
use jiff::Timestamp;

use super::certificate::Certificate;
use super::transport::{IdentityTransport, LastRefusal, MetadataTransport};
use super::{Proof, Source};
use crate::own_file::secret_in;
use crate::request::at_login;

/// An app's credential, and what the token endpoint refused last: the SDK's errors lose the refusal.
type MadeCredential = azure_core::Result<(Arc<dyn TokenCredential>, LastRefusal)>;

/// Returns a service principal's credential.
pub(super) fn service_principal(source: &Source, client_id: AppId, proof: &Proof) -> MadeCredential {
    let seen: LastRefusal = Arc::new(Mutex::new(None));
    let transport = IdentityTransport { wire: source.wire.clone(), side: source.side, seen: seen.clone() };
    let client_options = options(source, Transport::new(Arc::new(transport)));
    let (tenant, client) = (source.tenant.clone(), client_id.to_string());
    let credential: Arc<dyn TokenCredential> = match proof {
        Proof::Secret(secret) => {
            let secret = SdkSecret::new(secret.reveal().to_owned());
            let options = ClientSecretCredentialOptions { client_options };
            ClientSecretCredential::new(&tenant, client, secret, Some(options))?
        }
        Proof::Certificate(certificate) => {
            let endpoint = at_login(&source.endpoints, &format!("/{tenant}/oauth2/v2.0/token")).to_string();
            let signer =
                Signer { certificate: certificate.clone(), app: client_id, endpoint, source: source.wire.clone() };
            let options = ClientAssertionCredentialOptions { client_options };
            ClientAssertionCredential::new(tenant, client, signer, Some(options))?
        }
        Proof::TokenFile(path) => {
            let options = ClientAssertionCredentialOptions { client_options };
            ClientAssertionCredential::new(tenant, client, token_in(path)?, Some(options))?
        }
    };
    Ok((credential, seen))
}

/// Returns the credential of the machine's own identity, or of one of several by its client id.
pub(super) fn managed_identity(source: &Source, client_id: Option<AppId>) -> MadeCredential {
    let seen: LastRefusal = Arc::new(Mutex::new(None));
    let transport = MetadataTransport {
        wire: Arc::new(source.wire.on(source.metadata.line.clone(), MetadataTransport::TRIES)),
        side: source.side,
        host: source.metadata.host.clone(),
        seen: seen.clone(),
    };
    let options = ManagedIdentityCredentialOptions {
        user_assigned_id: client_id.map(|id| UserAssignedId::ClientId(id.to_string())),
        client_options: options(source, Transport::new(Arc::new(transport))),
    };
    Ok((ManagedIdentityCredential::new(Some(options))?, seen))
}

fn options(source: &Source, transport: Transport) -> ClientOptions {
    let mut custom = CustomConfiguration::default();
    custom.authority_host = source.endpoints.login.to_string();
    ClientOptions {
        transport: Some(transport),
        cloud: Some(Arc::new(CloudConfiguration::Custom(custom))),
        // The wire retries, visibly; the SDK must not do so on top.
        retry: RetryOptions::none(),
        ..Default::default()
    }
}

/// Proves that a certificate's key is here, each time anew.
#[derive(Debug)]
struct Signer {
    certificate: Certificate,
    app: AppId,
    endpoint: String,
    source: Arc<crate::wire::Wire>,
}

#[async_trait::async_trait]
impl ClientAssertion for Signer {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let now: Timestamp = self.source.recorder().now();
        let proof = self.certificate.proof(self.app, &self.endpoint, now);
        proof.map(|proof| proof.reveal().to_owned()).map_err(|error| unproved(error.to_string()))
    }
}

/// Reads somebody's token that Entra takes in place of a secret. The file is read for each sign-in, since a pod's token is
/// replaced while it is used.
fn token_in(path: &Path) -> azure_core::Result<Token> {
    let place = path.display();
    let token = secret_in(path).map_err(|error| unproved(format!("{place} cannot be read ({error})")))?;
    if token.is_empty() { Err(unproved(format!("{place} is empty"))) } else { Ok(Token(token)) }
}

/// Proves by such a token.
#[derive(Debug)]
struct Token(Secret);

#[async_trait::async_trait]
impl ClientAssertion for Token {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(self.0.reveal().to_owned())
    }
}

fn unproved(why: String) -> azure_core::Error {
    azure_core::Error::with_message(azure_core::error::ErrorKind::Credential, why)
}
