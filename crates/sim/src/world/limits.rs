//! What goes beside role assignments: deny assignments, and roles that their holder may activate.

use jiff::Timestamp;
use uuid::Uuid;

/// A deny assignment.
#[derive(Clone, Debug)]
pub struct DenyAssignment {
    /// The tenant it belongs to.
    pub tenant: Uuid,
    /// The name of the resource, a GUID.
    pub name: Uuid,
    /// `denyAssignmentName`.
    pub display_name: String,
    /// The scope.
    pub scope: String,
    /// The actions that it denies.
    pub actions: Vec<String>,
    /// The actions that it does not deny all the same.
    pub not_actions: Vec<String>,
    /// The object ids of those whom it denies them. Empty for everybody.
    pub denies: Vec<Uuid>,
    /// The object ids of those whom it does not.
    pub but: Vec<Uuid>,
    /// `doNotApplyToChildScopes`.
    pub not_below: bool,
}

/// A role that a user may activate (Privileged Identity Management).
#[derive(Clone, Debug)]
pub struct EligibleRole {
    /// The name of the schedule's instance, a GUID.
    pub name: Uuid,
    /// The scope.
    pub scope: String,
    /// The object id of the user.
    pub user: Uuid,
    /// The GUID of the role definition.
    pub role: String,
    /// `startDateTime`.
    pub since: Timestamp,
    /// The condition that the role is held under once it is activated.
    pub condition: Option<String>,
}
