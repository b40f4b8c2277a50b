//! The check of the tenants: are they as many as the route needs, in one cloud?

use serde::{Deserialize, Serialize};

use super::{About, Check, Finding};
use crate::ids::TenantId;
use crate::input::Key;
use crate::names::{PerTenant, Tenants};
use crate::wording::Wording;

/// A tenant as its own directory describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct TenantFacts {
    pub id: TenantId,
    /// The display name of the tenant, where the operator may read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

pub(super) fn about() -> About {
    About::both("the tenants, in one cloud")
}

/// Judges the number of tenants: two or one, as the route that was asked for needs them.
///
/// The route is `None` where the choice is left to crosspull, which takes a route that fits.
#[must_use]
pub fn judge_tenants(tenants: PerTenant<TenantId>, wanted: Option<Tenants>) -> Finding {
    let PerTenant { a, b } = tenants;
    match (tenants.is_one(), wanted) {
        (true, Some(Tenants::Two)) => Check::Tenants.stop(
            format!("cluster and registry are in one tenant, {a}"),
            Wording::from("No app of another tenant is needed: give ")
                + Key::Route.given("attach")
                + ". Name the registry's tenant if it is another one.",
        ),
        (false, Some(Tenants::One)) => Check::Tenants.stop(
            format!("the cluster is in tenant {a}, the registry in {b}, and this route is for one tenant"),
            Wording::from("Leave ")
                + Key::TenantB
                + " out where the registry is in the cluster's tenant, or give another route.",
        ),
        (true, _) => Check::Tenants.pass(format!("cluster and registry are in one tenant, {a}")),
        (false, _) => Check::Tenants.pass("the tenants are two, in one cloud"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    #[test]
    fn the_tenants_must_be_as_many_as_the_route_needs() {
        let id = |n| TenantId(uuid::Uuid::from_u128(n));
        let (one, two) = (PerTenant { a: id(1), b: id(1) }, PerTenant { a: id(1), b: id(2) });
        for (tenants, wanted, level) in [
            (one, Some(Tenants::Two), Level::Stop),
            (two, Some(Tenants::One), Level::Stop),
            (one, Some(Tenants::One), Level::Pass),
            (two, Some(Tenants::Two), Level::Pass),
            (one, None, Level::Pass),
            (two, None, Level::Pass),
        ] {
            assert_eq!(judge_tenants(tenants, wanted).level, level, "{tenants:?} {wanted:?}");
        }
    }
}
