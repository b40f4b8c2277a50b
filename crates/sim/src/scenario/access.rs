//! The settings of scenarios for who is to be let into the cluster, and who is in already.

use serde::Deserialize;

use super::others::Party;

/// The people, programs and groups of tenant A that are to be let into its cluster, and what they have from the start.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccessPart {
    /// True where they are there: `ada@`, `bob@`, a guest, `ci-deployer`, `ci-runner`, and the groups `shop-developers`
    /// with bob in it and `shop-everybody` with that group in it. The operator owns both groups.
    pub people: Option<bool>,
    /// Azure roles that some of them have. Those of all scenarios are there.
    pub roles: Vec<AccessRolePart>,
    /// Bindings that some of them are subjects of. Those of all scenarios are there.
    pub bindings: Vec<BindingPart>,
    /// The numbers of role assignments, bindings and groups around those.
    pub crowd: AccessCrowdPart,
}

/// An Azure role at the cluster or at one of its namespaces.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessRolePart {
    /// The holder.
    pub who: Party,
    /// The name of a built-in role.
    pub role: String,
    /// The namespace; the whole cluster where it is left out.
    pub namespace: Option<String>,
}

/// A binding to a cluster role.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BindingPart {
    /// The name.
    pub name: String,
    /// The holder of the role.
    pub who: Party,
    /// The name of the cluster role.
    pub role: String,
    /// The namespace; the whole cluster where it is left out.
    pub namespace: Option<String>,
}

/// The numbers of what is only there to be looked through.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccessCrowdPart {
    /// Role assignments at and around the cluster.
    pub assignments: usize,
    /// Bindings in its namespaces.
    pub bindings: usize,
    /// Groups of tenant A, each in the one before.
    pub groups: usize,
}

impl AccessPart {
    pub(super) fn and(self, later: Self) -> Self {
        let most = |one: usize, other: usize| one.max(other);
        Self {
            people: later.people.or(self.people),
            roles: self.roles.into_iter().chain(later.roles).collect(),
            bindings: self.bindings.into_iter().chain(later.bindings).collect(),
            crowd: AccessCrowdPart {
                assignments: most(self.crowd.assignments, later.crowd.assignments),
                bindings: most(self.crowd.bindings, later.crowd.bindings),
                groups: most(self.crowd.groups, later.crowd.groups),
            },
        }
    }
}
