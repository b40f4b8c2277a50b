//! The plan: an ordered list of steps.
//!
//! A plan is a value: the review, the engine, the journal and the undo list read one and the same. The questions that
//! can be asked of a plan here know no route.

use serde::{Deserialize, Serialize};

use crate::ids::{AppId, ClusterId, RegistryId, TenantId};
use crate::names::{PerTenant, Route, Side, StepId};
use crate::operation::{Fact, Op, Precondition, Step, preconditions};

/// The ordered steps of a route, for one cloud and two tenants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Plan {
    /// The version of the plan's shape. A reader refuses a version that it does not know.
    pub v: u8,
    pub route: Route,
    pub cloud: String,
    /// The tenants, equal where the route is about one.
    #[serde(flatten, with = "tenant_fields")]
    pub tenants: PerTenant<TenantId>,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// The version of plans that are written here.
///
/// Since version 2 a plan binds the app to what the checks saw, and keeps the former principal's roles for the way
/// back.
pub const PLAN_VERSION: u8 = 2;

/// The tenants in a plan's fields `tenant_a` and `tenant_b`.
mod tenant_fields {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{PerTenant, TenantId};

    #[derive(Serialize, Deserialize)]
    struct Fields {
        tenant_a: TenantId,
        tenant_b: TenantId,
    }

    pub fn serialize<S: Serializer>(tenants: &PerTenant<TenantId>, to: S) -> Result<S::Ok, S::Error> {
        Fields { tenant_a: tenants.a, tenant_b: tenants.b }.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PerTenant<TenantId>, D::Error> {
        Fields::deserialize(from).map(|fields| PerTenant { a: fields.tenant_a, b: fields.tenant_b })
    }
}

/// Numbers the steps of a plan, from 1.
#[must_use]
pub fn numbered(steps: Vec<(Side, Op)>) -> Vec<Step> {
    let number = |at: usize| StepId(u16::try_from(at + 1).unwrap_or(u16::MAX));
    steps.into_iter().enumerate().map(|(at, (side, op))| Step { id: number(at), side, op }).collect()
}

impl Plan {
    /// Returns the step of that number.
    #[must_use]
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.iter().find(|s| s.id == id)
    }

    /// Returns the tenant of a side.
    #[must_use]
    pub const fn tenant(&self, side: Side) -> TenantId {
        *self.tenants.get(side)
    }

    /// Returns the facts that a step reads.
    ///
    /// The step starts when the first of these facts are known and waits for the others where it needs them.
    #[must_use]
    pub fn reads(&self, step: &Step) -> Vec<Fact> {
        step.op.operation().reads(&self.steps)
    }

    /// Returns the preconditions of a step that resets a cluster. No other step has any.
    #[must_use]
    pub fn preconditions(&self, step: &Step) -> Vec<Precondition> {
        preconditions(step, &self.steps, self.v)
    }

    /// Returns the facts that tell that the pull is proved, one for each registry.
    #[must_use]
    pub fn proofs(&self) -> Vec<Fact> {
        self.steps.iter().flat_map(Step::writes).filter(|fact| matches!(fact, Fact::Proved(_))).collect()
    }

    /// Returns the registries of whose own users the plan makes passwords, or takes them up.
    #[must_use]
    pub fn registries_with_passwords(&self) -> Vec<RegistryId> {
        let registry = |fact| if let Fact::PullKey(registry) = fact { Some(registry) } else { None };
        self.steps.iter().flat_map(Step::writes).filter_map(registry).collect()
    }

    /// False where the secret that the run pulls with goes when the pull is proved, or was given: nobody needs it after
    /// the run.
    #[must_use]
    pub fn leaves_secret(&self) -> bool {
        !self.steps.iter().any(|s| matches!(s.op, Op::RemoveProofSecret(_) | Op::TakeAppSecret(_)))
    }

    /// Returns the step that restarts nodes, and is asked for once more. `None` where nothing restarts.
    #[must_use]
    pub fn restarts(&self) -> Option<&Step> {
        self.steps.iter().find(|s| s.asks_first() && s.op.operation().why_asks().is_none())
    }

    /// Returns the rights of the former principal that the cluster's new one will lack, but for the roles that somebody
    /// may give it.
    #[must_use]
    pub fn lacks(&self) -> &[String] {
        let lacks = self.steps.iter().find_map(|s| match &s.op {
            Op::ResetCluster(reset) => Some(reset.lacks.as_slice()),
            _ => None,
        });
        lacks.unwrap_or_default()
    }

    /// Returns the app that the cluster had when the plan was made.
    ///
    /// `None` where that was crosspull's own already, and in plans of version 1, which did not keep it.
    #[must_use]
    pub fn former_app(&self) -> Option<AppId> {
        self.ops().find_map(|op| match op {
            Op::ResetCluster(reset) => reset.from,
            _ => None,
        })
    }

    /// Returns the cluster that the run is about, and the registry.
    #[must_use]
    pub fn subject(&self) -> (Option<&ClusterId>, Option<&RegistryId>) {
        let cluster = self.ops().find_map(|op| op.operation().cluster());
        let registry = self.ops().find_map(|op| op.operation().registry());
        (cluster, registry)
    }

    /// Returns the operations of the plan; for a way back, those that it takes back.
    fn ops(&self) -> impl Iterator<Item = &Op> {
        self.steps.iter().map(|s| match &s.op {
            Op::TakeBack(back) => &back.of.op,
            op => op,
        })
    }
}
