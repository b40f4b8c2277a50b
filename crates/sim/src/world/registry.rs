//! Registries: their settings, repositories, tokens, and who pulled.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    clock::{Clock, Moment},
    secret::Secret,
};

/// A container registry.
#[derive(Debug)]
pub struct Registry {
    /// The resource id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The tenant.
    pub tenant: Uuid,
    /// The region.
    pub location: String,
    /// The host and port of its data plane; known once the server listens.
    pub login_server: String,
    /// `Basic`, `Standard` or `Premium`.
    pub sku: String,
    /// `LegacyRegistryPermissions` or `AbacRepositoryPermissions`.
    pub role_assignment_mode: String,
    /// The number of times that the mode was switched. What was issued before the last one is worth nothing.
    pub mode_switches: u32,
    /// `properties.adminUserEnabled`.
    pub admin_user_enabled: bool,
    /// The two passwords of its admin user.
    pub admin_passwords: [RegistryPassword; 2],
    /// True where the network rules of the registry keep this machine out.
    pub firewalled: bool,
    /// True where the nodes of the cluster are let in even if it is firewalled.
    pub firewall_lets_nodes_in: bool,
    /// True where tokens of the Resource Manager's audience are accepted (`azureADAuthenticationAsArmPolicy`).
    pub accepts_arm_tokens: bool,
    /// Repositories and their tags, in order.
    pub repositories: Arc<BTreeMap<String, Vec<String>>>,
    /// The images for Windows, as `repository:tag`; all others are for Linux.
    pub windows: Arc<BTreeSet<String>>,
    /// Repository-scoped tokens.
    pub tokens: Vec<RegistryToken>,
    /// Scope maps of the operator; the system's own are not listed here.
    pub scope_maps: Vec<ScopeMap>,
    /// The pulls from the registry, the oldest first.
    pub pulls: Vec<RegistryPull>,
    /// The pushes to the registry, the oldest first.
    pub pushes: Vec<RegistryPull>,
}

/// A password of a registry: of its admin user, or of a repository-scoped token.
#[derive(Clone, Debug)]
pub struct RegistryPassword {
    /// The value.
    pub value: Secret,
    /// The time at which it was made, from which it needs a while to work.
    pub written: Moment,
    /// `creationTime`.
    pub created: Timestamp,
    /// `expiry`. Those of the admin user have none.
    pub expiry: Option<Timestamp>,
}

impl RegistryPassword {
    /// Returns one that has been there for long.
    #[must_use]
    pub fn old() -> Self {
        Self { value: Secret::registry(), written: Moment::LONG_AGO, created: Timestamp::UNIX_EPOCH, expiry: None }
    }

    /// Returns one that is made now.
    #[must_use]
    pub fn new(clock: &Clock, expiry: Option<Timestamp>) -> Self {
        Self { value: Secret::registry(), written: clock.now(), created: clock.timestamp(), expiry }
    }

    /// True where a text is the password and works now.
    #[must_use]
    pub fn opens(&self, text: &str, clock: &Clock, effect: f64) -> bool {
        self.value.reveal() == text
            && self.written.after(effect).reached(clock.now())
            && self.expiry.is_none_or(|end| end > clock.timestamp())
    }
}

/// A repository-scoped token.
#[derive(Debug)]
pub struct RegistryToken {
    /// The name, the user name it signs in with.
    pub name: String,
    /// The resource id of its scope map.
    pub scope_map_id: String,
    /// `enabled` or `disabled`.
    pub status: String,
    /// `password1` and `password2`, where made.
    pub passwords: BTreeMap<String, RegistryPassword>,
    /// `creationDate`.
    pub created: Timestamp,
}

/// A scope map.
#[derive(Debug)]
pub struct ScopeMap {
    /// The name.
    pub name: String,
    /// `description`.
    pub description: String,
    /// The actions, such as `repositories/app/content/read`.
    pub actions: Vec<String>,
    /// `creationDate`.
    pub created: Timestamp,
}

/// A pull that a registry served, or a push that it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryPull {
    /// The repository.
    pub repository: String,
    /// The client id or user name that pulled or pushed.
    pub by: String,
}

/// Scope maps that every registry has, with what each allows on every repository.
pub const SYSTEM_SCOPE_MAPS: [(&str, &str, &[&str]); 5] = [
    (
        "_repositories_admin",
        "Can perform all read, write and delete operations on the registry",
        &[
            "repositories/*/metadata/read",
            "repositories/*/metadata/write",
            "repositories/*/content/read",
            "repositories/*/content/write",
            "repositories/*/content/delete",
        ],
    ),
    ("_repositories_pull", "Can pull any repository of the registry", &["repositories/*/content/read"]),
    (
        "_repositories_push",
        "Can push to any repository of the registry",
        &["repositories/*/content/read", "repositories/*/content/write"],
    ),
    (
        "_repositories_pull_metadata_read",
        "Can perform all read operations on the registry",
        &["repositories/*/content/read", "repositories/*/metadata/read"],
    ),
    (
        "_repositories_push_metadata_write",
        "Can perform all read and write operations on the registry",
        &[
            "repositories/*/metadata/read",
            "repositories/*/metadata/write",
            "repositories/*/content/read",
            "repositories/*/content/write",
        ],
    ),
];
