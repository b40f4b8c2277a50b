//! The registry's admin account, for somebody who signs in by it: a plan that enables it (Microsoft, "Authenticate with an
//! Azure container registry", section "Admin account").

use crate::ids::{RegistryId, TenantId};
use crate::names::{PerTenant, Route, Side};
use crate::operation::{EnableAdmin, Op};
use crate::plan::{PLAN_VERSION, Plan, numbered};

/// Returns the plan that enables the admin account of a registry of that tenant. No cluster is in it.
#[must_use]
pub fn plan(cloud: &str, tenant: TenantId, registry: RegistryId) -> Plan {
    Plan {
        v: PLAN_VERSION,
        route: Route::EnableAdmin,
        cloud: cloud.to_owned(),
        tenants: PerTenant::of(|_| tenant),
        steps: numbered(vec![(Side::B, Op::EnableAdmin(EnableAdmin { registry }))]),
    }
}
