//! The data of the world: tenants, role assignments, clusters, registries. No rule lives here.
//!
//! Things carry the [`Moment`] they were written at; the rules of `directory`, `rights` and the planes decide from it
//! who can see them yet.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use self::crowd::Crowd;
use crate::{clock::Moment, names::CloudNames};

mod cluster;
pub mod crowd;
pub mod happy;
mod kubernetes;
mod limits;
mod lock;
mod network;
pub mod pull_secret;
mod registry;
mod tenant;
mod user;
mod vault;
pub mod view;

pub use cluster::*;
pub use kubernetes::*;
pub use limits::*;
pub use lock::*;
pub use network::*;
pub use registry::*;
pub use tenant::*;
pub use user::*;
pub use vault::*;

/// Everything the cloud holds.
#[derive(Debug)]
pub struct World {
    /// The cloud's names.
    pub names: &'static CloudNames,
    /// Every tenant.
    pub tenants: Vec<Directory>,
    /// The id of the tenant of the cluster.
    pub a: Uuid,
    /// The id of the tenant of the registry; the same as `a` where one tenant has both.
    pub b: Uuid,
    /// Every subscription.
    pub subscriptions: Vec<Subscription>,
    /// Every role assignment of every tenant.
    pub role_assignments: Vec<RoleAssignment>,
    /// Every management lock.
    pub locks: Vec<Lock>,
    /// Every deny assignment of every tenant.
    pub deny_assignments: Vec<DenyAssignment>,
    /// Every role that somebody may activate.
    pub eligible_roles: Vec<EligibleRole>,
    /// Every cluster.
    pub clusters: Vec<Cluster>,
    /// Every registry.
    pub registries: Vec<Registry>,
    /// Every Key Vault.
    pub vaults: Vec<Vault>,
    /// Every resource of a network.
    pub networks: Vec<NetworkResource>,
    /// Clusters and registries that are only there to be found.
    pub crowd: Crowd,
    /// Every long-running operation, the oldest first.
    pub operations: Vec<Operation>,
}

/// A subscription.
#[derive(Debug)]
pub struct Subscription {
    /// The id.
    pub id: Uuid,
    /// The tenant it trusts.
    pub tenant: Uuid,
    /// The name.
    pub display_name: String,
    /// `state`.
    pub state: SubscriptionState,
    /// The names of its resource groups.
    pub resource_groups: Vec<String>,
}

/// A role assignment.
#[derive(Clone, Debug)]
pub struct RoleAssignment {
    /// The tenant it belongs to.
    pub tenant: Uuid,
    /// The name of the assignment, a GUID chosen by who wrote it.
    pub name: String,
    /// The scope, as it was written.
    pub scope: String,
    /// The object id of the principal.
    pub principal_id: Uuid,
    /// `ServicePrincipal`, `User`, `Group`.
    pub principal_type: String,
    /// The GUID of the role definition.
    pub role: String,
    /// The condition, if any.
    pub condition: Option<String>,
    /// `2.0` when there is a condition.
    pub condition_version: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// The object id of who wrote it.
    pub created_by: Option<Uuid>,
    /// `createdOn`.
    pub created: Timestamp,
    /// The time at which the assignment was written.
    pub written: Moment,
}

/// The end to which a long-running operation comes.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The operation has not ended.
    Running,
    /// The operation ended well.
    Succeeded,
    /// The operation failed with this `error` object.
    Failed(Value),
}

/// A long-running operation.
#[derive(Debug)]
pub struct Operation {
    /// The id.
    pub id: Uuid,
    /// The resource it is about.
    pub resource: String,
    /// The region, part of its URL.
    pub location: String,
    /// The subscription, part of its URL.
    pub subscription: Uuid,
    /// The end of the operation.
    pub outcome: Outcome,
    /// `startTime`.
    pub started: Timestamp,
    /// `endTime`.
    pub ended: Option<Timestamp>,
}

impl World {
    /// Returns the tenant of an id or of one of its domains.
    #[must_use]
    pub fn tenant(&self, id_or_domain: &str) -> Option<&Directory> {
        self.tenants.iter().find(|tenant| tenant.is_called(id_or_domain))
    }

    /// Returns the tenant of an id.
    #[must_use]
    pub fn directory(&self, id: Uuid) -> Option<&Directory> {
        self.tenants.iter().find(|tenant| tenant.id == id)
    }

    /// Returns the tenant of an id, to change it.
    pub fn directory_mut(&mut self, id: Uuid) -> Option<&mut Directory> {
        self.tenants.iter_mut().find(|tenant| tenant.id == id)
    }

    /// Returns the application of a client id, with the tenant it is registered in.
    #[must_use]
    pub fn application(&self, app_id: Uuid) -> Option<(&Directory, &Application)> {
        self.tenants.iter().find_map(|tenant| {
            let application = tenant.applications.iter().find(|app| app.app_id == app_id)?;
            Some((tenant, application))
        })
    }

    /// Returns the user of an account in the tenant that it is of.
    #[must_use]
    pub fn account(&self, name: &str) -> Option<(&Directory, &User)> {
        self.tenants.iter().find_map(|tenant| {
            let user = tenant.user_of_account(name).filter(|user| user.is_member(tenant.id))?;
            Some((tenant, user))
        })
    }

    /// Returns the cluster of a resource id, written in any case.
    #[must_use]
    pub fn cluster(&self, id: &str) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.id.eq_ignore_ascii_case(id))
    }

    /// Returns the cluster of a resource id, to change it.
    pub fn cluster_mut(&mut self, id: &str) -> Option<&mut Cluster> {
        self.clusters.iter_mut().find(|cluster| cluster.id.eq_ignore_ascii_case(id))
    }

    /// Returns the registry of a resource id, written in any case.
    #[must_use]
    pub fn registry(&self, id: &str) -> Option<&Registry> {
        self.registries.iter().find(|registry| registry.id.eq_ignore_ascii_case(id))
    }

    /// Returns the registry of a resource id, to change it.
    pub fn registry_mut(&mut self, id: &str) -> Option<&mut Registry> {
        self.registries.iter_mut().find(|registry| registry.id.eq_ignore_ascii_case(id))
    }

    /// Returns the tenant of the subscription that a resource is in.
    #[must_use]
    pub fn tenant_of(&self, resource_id: &str) -> Option<Uuid> {
        self.subscription(resource_id.split('/').nth(2)?).map(|subscription| subscription.tenant)
    }

    /// Returns the subscription of an id.
    #[must_use]
    pub fn subscription(&self, id: &str) -> Option<&Subscription> {
        self.subscriptions.iter().find(|subscription| subscription.id.to_string().eq_ignore_ascii_case(id))
    }

    /// Returns the object id of the service principal that a cluster's nodes pull images as, in the cluster's own
    /// tenant.
    #[must_use]
    pub fn puller_of(&self, cluster: &Cluster) -> Option<Uuid> {
        let directory = self.directory(cluster.tenant)?;
        directory.principal_of(cluster.identity.pulls_as()).map(|principal| principal.id)
    }

    /// Returns the ids that a principal's rights come from: its own, and those of the groups around it.
    #[must_use]
    pub fn identities(&self, principal: Uuid) -> Vec<Uuid> {
        let groups = self.tenants.iter().flat_map(|tenant| tenant.groups_around(principal));
        std::iter::once(principal).chain(groups.map(|group| group.id)).collect()
    }
}
