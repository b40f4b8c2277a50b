//! Operation: gives the new principal the roles of the cluster's former one.

use serde::{Deserialize, Serialize};

use super::grant_role::{UNDO, unassign_calls};
use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::check::{HeldRole, NeededRole, WithheldRole};
use crate::ids::ClusterId;
use crate::text::count;

/// Gives the new principal the roles of the cluster's former one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct CopyRoles {
    pub cluster: ClusterId,
    /// The roles that the operator may assign.
    pub roles: Vec<HeldRole>,
    /// The roles that only somebody else can give: they are looked for, and named where nobody gave them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<WithheldRole>,
    /// The roles that the cluster needs and that no copy gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needed: Vec<NeededRole>,
}

impl CopyRoles {
    /// Returns the role of a key, whoever gives it.
    #[must_use]
    pub fn role(&self, key: &str) -> Option<&HeldRole> {
        self.all().find(|role| role.key() == key)
    }

    /// Returns the roles that the run gives: the copies, and what the cluster needs beside them.
    pub fn given(&self) -> impl Iterator<Item = &HeldRole> {
        self.roles.iter().chain(self.needed.iter().map(|needed| &needed.role))
    }

    fn all(&self) -> impl Iterator<Item = &HeldRole> {
        self.given().chain(self.withheld.iter().map(|withheld| &withheld.role))
    }
}

impl Operation for CopyRoles {
    fn title(&self) -> String {
        "copy the old principal's roles".to_owned()
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        vec![Fact::PrincipalA]
    }

    fn writes(&self) -> Vec<Fact> {
        self.all().map(|role| Fact::RoleCopy(role.key())).collect()
    }

    fn calls(&self) -> Vec<PlannedCall> {
        let one = |role: &HeldRole| {
            let condition = if role.condition.is_some() { ", with its condition" } else { "" };
            PlannedCall::sending(
                format!("ARM PUT roleAssignments on {}", role.scope),
                format!("{}{condition}", role.role),
            )
        };
        let looked_for =
            |withheld: &WithheldRole| PlannedCall::new(format!("ARM GET roleAssignments on {}", withheld.role.scope));
        self.given().map(one).chain(self.withheld.iter().map(looked_for)).collect()
    }

    fn explains(&self) -> String {
        let named: Vec<String> = self.roles.iter().map(HeldRole::short).collect();
        let given = format!(
            "Gives the new service principal the roles that the cluster's present one has, with their scopes and \
             conditions: {}.",
            named.join(", ")
        );
        let needed: Vec<String> = self.needed.iter().map(ToString::to_string).collect();
        let needed = format!("Gives it what the cluster needs and no copy gives: {}.", needed.join(", "));
        let withheld: Vec<String> = self.withheld.iter().map(ToString::to_string).collect();
        let looked_for = format!("Looks whether somebody else has given what you cannot: {}.", withheld.join(", "));
        let parts = [
            (!named.is_empty()).then_some(given),
            (!self.needed.is_empty()).then_some(needed),
            (!withheld.is_empty()).then_some(looked_for),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn needs(&self) -> &'static str {
        "It needs Microsoft.Authorization/roleAssignments/write where each role holds."
    }

    fn undo(&self) -> Undo {
        if self.given().next().is_none() {
            Undo::Nothing
        } else {
            Undo::By("ARM DELETE roleAssignments/{id}, for each")
        }
    }

    fn undo_title(&self) -> String {
        format!("take back {} of the new principal", count(self.given().count(), "role"))
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        unassign_calls(made)
    }

    fn undo_explains(&self) -> String {
        UNDO.to_owned()
    }

    fn makes_footing(&self) -> bool {
        true
    }
}
