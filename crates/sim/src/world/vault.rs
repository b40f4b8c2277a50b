//! Key Vaults, as far as somebody who looks for access policies sees them.

use uuid::Uuid;

/// A Key Vault.
#[derive(Debug)]
pub struct Vault {
    /// The resource id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The tenant it trusts.
    pub tenant: Uuid,
    /// The region.
    pub location: String,
    /// `properties.enableRbacAuthorization`.
    pub rbac: bool,
    /// `properties.accessPolicies`: the object ids of those who have one.
    pub policies: Vec<Uuid>,
}
