//! The sign-in policies of a tenant: what they can forbid or demand of people.

use serde::Deserialize;

/// Sign-in policies of a tenant.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoliciesPart {
    /// Conditional Access blocks the device code flow (53003).
    pub block_device_code: Option<bool>,
    /// Conditional Access blocks every sign-in of people (53003).
    pub block_sign_in: Option<bool>,
    /// Conditional Access blocks Microsoft Graph, for users and applications (53003), and nothing else.
    pub block_graph: Option<bool>,
    /// The tenant does not know the application of registries: nobody gets a token for its audience (500011).
    pub no_registry_audience: Option<bool>,
    /// Security defaults block the device code flow (530035).
    pub security_defaults: Option<bool>,
    /// Tenant restrictions of this network keep everybody out of the tenant (500021).
    pub tenant_restrictions: Option<bool>,
    /// People cannot consent to applications that the tenant does not know (90094).
    pub block_user_consent: Option<bool>,
    /// No user of another tenant is a guest here (50020).
    pub no_guests: Option<bool>,
    /// A sign-in at another tenant does not do: multifactor authentication is asked for here (50076).
    pub mfa: Option<bool>,
    /// The Resource Manager asks users for a second step.
    pub step_up: Option<StepUp>,
}

/// The resources that a user needs a second step for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepUp {
    /// To change something.
    Writes,
    /// Everything.
    All,
}

impl PoliciesPart {
    pub(super) fn and(self, later: Self) -> Self {
        Self {
            block_device_code: later.block_device_code.or(self.block_device_code),
            block_sign_in: later.block_sign_in.or(self.block_sign_in),
            block_graph: later.block_graph.or(self.block_graph),
            no_registry_audience: later.no_registry_audience.or(self.no_registry_audience),
            security_defaults: later.security_defaults.or(self.security_defaults),
            tenant_restrictions: later.tenant_restrictions.or(self.tenant_restrictions),
            block_user_consent: later.block_user_consent.or(self.block_user_consent),
            no_guests: later.no_guests.or(self.no_guests),
            mfa: later.mfa.or(self.mfa),
            step_up: later.step_up.or(self.step_up),
        }
    }
}
