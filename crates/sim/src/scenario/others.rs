//! The settings of scenarios beside the cluster and the registry: Key Vaults, app registrations of others, further
//! secrets.

use serde::Deserialize;

use super::{error::ScenarioError, operators::On};

/// Somebody of tenant A whom a scenario names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// The cluster's principal.
    OldPrincipal,
    /// The groups that the cluster's principal is a member of (`old_principal_groups`).
    OldPrincipalGroups,
    /// The operator of tenant A: the service principal.
    OperatorA,
    /// The user who is the operator of tenant A.
    OpsA,
    /// A user of tenant A without any right.
    ReaderA,
    /// `ada@` of tenant A, if it has those of `world.access`, and so the following.
    Ada,
    /// `bob@`.
    Bob,
    /// The guest of tenant B.
    Guest,
    /// The service principal `ci-deployer`.
    CiDeployer,
    /// The managed identity `ci-runner`.
    CiRunner,
    /// The group `shop-developers`.
    ShopDevelopers,
    /// The group `shop-everybody`.
    ShopEverybody,
}

/// A Key Vault of tenant A.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultPart {
    /// The name.
    pub name: String,
    /// The place whose resource group the vault is in.
    #[serde(default = "subscription")]
    pub on: On,
    /// For whom it has access policies.
    #[serde(default)]
    pub policies_for: Vec<Party>,
    /// `properties.enableRbacAuthorization`; where it is set, access policies count for nothing.
    #[serde(default)]
    pub rbac: bool,
}

fn subscription() -> On {
    On::Subscription
}

/// A deny assignment, as Azure makes one for a managed application, a deployment stack or a locked node resource group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenyPart {
    /// `denyAssignmentName`.
    pub name: String,
    /// The place.
    pub on: On,
    /// The actions that it denies; what changes anything where they are left out.
    #[serde(default = "changes")]
    pub actions: Vec<String>,
    /// The actions that it does not deny all the same.
    #[serde(default)]
    pub not_actions: Vec<String>,
    /// Whom it denies them; everybody where nobody is named.
    #[serde(default)]
    pub denies: Vec<Party>,
    /// Whom it does not.
    #[serde(default)]
    pub but: Vec<Party>,
    /// `doNotApplyToChildScopes`.
    #[serde(default)]
    pub not_below: bool,
}

fn changes() -> Vec<String> {
    ["*/action", "*/delete", "*/write"].map(str::to_owned).to_vec()
}

/// An app registration of tenant A that is there before anybody comes, with its service principal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppPart {
    /// The display name.
    pub name: String,
    /// The tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The notes.
    pub notes: Option<String>,
    /// The owner; nobody owns the application where this is left out.
    pub owner: Option<Party>,
    /// `signInAudience`; `AzureADMultipleOrgs` where it is left out.
    pub sign_in_audience: Option<String>,
    /// The days since the registration. 200 where they are left out.
    pub created_days_ago: Option<f64>,
    /// The client secrets.
    #[serde(default)]
    pub secrets: Vec<SecretPart>,
}

/// A client secret of an application.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretPart {
    /// `displayName`.
    pub name: String,
    /// The days until the end, of the wall clock. Negative for a secret that has ended, 200 where they are left out.
    pub ends_in_days: Option<f64>,
}

impl VaultPart {
    /// Checks what serde cannot.
    pub(super) fn check(&self) -> Result<(), ScenarioError> {
        if self.on.is_at_registry() {
            let text = "`world.vaults.on` names the registry's side; a vault is on the cluster's";
            return Err(ScenarioError::Malformed(text.to_owned()));
        }
        Ok(())
    }
}

impl AppPart {
    /// Checks what serde cannot.
    pub(super) fn check(&self) -> Result<(), ScenarioError> {
        if self.owner == Some(Party::OldPrincipalGroups) {
            let text = "`world.apps_a.owner` is 'old-principal-groups'; no group owns an application";
            return Err(ScenarioError::Malformed(text.to_owned()));
        }
        Ok(())
    }
}
