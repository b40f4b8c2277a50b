//! The access of a program beside the cloud: its ways to sign in, and to play the people who do.

use uuid::Uuid;

use super::{Sim, Tenant};
use crate::{
    entra::device::{self, DeviceError},
    keys, machine,
    secret::Secret,
    world::happy::credentials,
};

impl Sim {
    /// Returns the account that a tenant's operator signs in with by hand, such as `ops@contoso.com`.
    #[must_use]
    pub fn account(&self, tenant: Tenant) -> &str {
        match tenant {
            Tenant::A => &self.cloud.operators.a,
            Tenant::B => &self.cloud.operators.b,
        }
    }

    /// Returns the certificate and the private key of a tenant's operator, in PEM.
    #[must_use]
    pub fn certificate_pem(&self, tenant: Tenant) -> String {
        match tenant {
            Tenant::A => keys::OPERATOR_A.pem(),
            Tenant::B => keys::OPERATOR_B.pem(),
        }
    }

    /// Returns a token of the service account that a tenant's operator is federated with, valid for months.
    #[must_use]
    pub fn federated_token(&self, tenant: Tenant) -> Secret {
        let account = match tenant {
            Tenant::A => "operator-a",
            Tenant::B => "operator-b",
        };
        let token = credentials::federated_token(&self.cloud.world(), account, self.cloud.clock.timestamp());
        Secret::new(token.unwrap_or_default())
    }

    /// Returns the host at which a program on a machine of tenant A gets tokens of its managed identity by
    /// `/metadata/identity`.
    #[must_use]
    pub fn metadata_host(&self) -> &str {
        &self.cloud.origin
    }

    /// Returns what App Service would give a program as `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.
    #[must_use]
    pub fn app_service_identity(&self) -> (String, &'static str) {
        (format!("{}/msi/token", self.cloud.origin), machine::IDENTITY_HEADER)
    }

    /// Returns the user codes that nobody has entered yet, the oldest first.
    #[must_use]
    pub fn device_codes(&self) -> Vec<String> {
        device::pending(&self.cloud).into_iter().map(|(code, _, _)| code).collect()
    }

    /// Enters a user code and signs an account in (`a` and `b` are the operators'); gives the tenant that was signed in to.
    ///
    /// # Errors
    /// The code is not known, or Entra keeps the account out.
    pub fn approve_device(&self, user_code: &str, account: &str) -> Result<Uuid, DeviceError> {
        device::approve(&self.cloud, user_code, account)
    }

    /// Enters a user code and declines.
    ///
    /// # Errors
    /// The code is not known.
    pub fn decline_device(&self, user_code: &str) -> Result<(), DeviceError> {
        device::decline(&self.cloud, user_code)
    }
}
