//! The times that things take.

use serde::Deserialize;

/// The times that things take, in simulated seconds.
#[derive(Clone, Debug)]
pub struct Times {
    /// Until an application is seen by Graph's reads, by service principals and by other tenants.
    pub application_replication: f64,
    /// Until a service principal is known to the Resource Manager and the token endpoints.
    pub principal_replication: f64,
    /// Until the token endpoint of the application's own tenant takes a new secret.
    pub secret_effect: f64,
    /// The time until a secret takes effect in other tenants. As `secret_effect` when not given.
    pub secret_effect_elsewhere: Option<f64>,
    /// The number of replicas of the token endpoint that answer in turn and learn of a secret one after the other.
    pub secret_replicas: usize,
    /// Until a role assignment takes effect.
    pub role_effect: f64,
    /// Until Resource Graph knows of a role assignment: its tables follow the Resource Manager, which tells it of changes.
    pub resource_graph: f64,
    /// The time that the reset of a cluster's service principal takes.
    pub reset_operation: f64,
    /// Until a pod has a node that begins to pull its image.
    pub pod_start: f64,
    /// Until a password of a registry works that was made anew: of its admin user, or of a token.
    pub password_effect: f64,
    /// The interval at which a client is asked to look at an operation.
    pub poll: f64,
    /// The time that tokens are valid, in seconds of the wall clock, since clients compare it with theirs.
    pub token_lifetime: i64,
    /// The time that a device code is valid, in seconds of the wall clock.
    pub device_code_lifetime: i64,
    /// The time that an authorization code is valid, in seconds of the wall clock.
    pub code_lifetime: i64,
    /// The time that a refresh token of Entra is valid, in seconds of the wall clock.
    pub refresh_token_lifetime: i64,
    /// The time that a refresh token of a registry is valid, in seconds of the wall clock (`docs/facts/azure.md` 3.10).
    pub registry_refresh_lifetime: i64,
    /// The time that an access token of a registry is valid, in seconds of the wall clock.
    pub registry_access_lifetime: i64,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            application_replication: 0.5,
            principal_replication: 1.0,
            secret_effect: 4.0,
            secret_effect_elsewhere: None,
            secret_replicas: 1,
            role_effect: 8.0,
            resource_graph: 0.0,
            reset_operation: 20.0,
            pod_start: 2.0,
            password_effect: 60.0,
            poll: 5.0,
            token_lifetime: 3599,
            device_code_lifetime: 900,
            code_lifetime: 600,
            refresh_token_lifetime: 90 * 24 * 60 * 60,
            registry_refresh_lifetime: 3 * 60 * 60,
            registry_access_lifetime: 75 * 60,
        }
    }
}

/// The times as far as scenarios set them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TimePart {
    application_replication: Option<f64>,
    principal_replication: Option<f64>,
    secret_effect: Option<f64>,
    secret_effect_elsewhere: Option<f64>,
    secret_replicas: Option<usize>,
    role_effect: Option<f64>,
    resource_graph: Option<f64>,
    reset_operation: Option<f64>,
    pod_start: Option<f64>,
    password_effect: Option<f64>,
    poll: Option<f64>,
    token_lifetime: Option<i64>,
    device_code_lifetime: Option<i64>,
    code_lifetime: Option<i64>,
    refresh_token_lifetime: Option<i64>,
    registry_refresh_lifetime: Option<i64>,
    registry_access_lifetime: Option<i64>,
}

impl TimePart {
    pub(super) fn and(self, later: Self) -> Self {
        Self {
            application_replication: later.application_replication.or(self.application_replication),
            principal_replication: later.principal_replication.or(self.principal_replication),
            secret_effect: later.secret_effect.or(self.secret_effect),
            secret_effect_elsewhere: later.secret_effect_elsewhere.or(self.secret_effect_elsewhere),
            secret_replicas: later.secret_replicas.or(self.secret_replicas),
            role_effect: later.role_effect.or(self.role_effect),
            resource_graph: later.resource_graph.or(self.resource_graph),
            reset_operation: later.reset_operation.or(self.reset_operation),
            pod_start: later.pod_start.or(self.pod_start),
            password_effect: later.password_effect.or(self.password_effect),
            poll: later.poll.or(self.poll),
            token_lifetime: later.token_lifetime.or(self.token_lifetime),
            device_code_lifetime: later.device_code_lifetime.or(self.device_code_lifetime),
            code_lifetime: later.code_lifetime.or(self.code_lifetime),
            refresh_token_lifetime: later.refresh_token_lifetime.or(self.refresh_token_lifetime),
            registry_refresh_lifetime: later.registry_refresh_lifetime.or(self.registry_refresh_lifetime),
            registry_access_lifetime: later.registry_access_lifetime.or(self.registry_access_lifetime),
        }
    }
}

impl Times {
    /// Returns the time until the token endpoints of other tenants take a new secret.
    #[must_use]
    pub fn secret_effect_elsewhere(&self) -> f64 {
        self.secret_effect_elsewhere.unwrap_or(self.secret_effect)
    }

    /// Returns these times with what scenarios set.
    #[must_use]
    pub fn with(self, part: &TimePart) -> Self {
        Self {
            application_replication: part.application_replication.unwrap_or(self.application_replication),
            principal_replication: part.principal_replication.unwrap_or(self.principal_replication),
            secret_effect: part.secret_effect.unwrap_or(self.secret_effect),
            secret_effect_elsewhere: part.secret_effect_elsewhere.or(self.secret_effect_elsewhere),
            secret_replicas: part.secret_replicas.unwrap_or(self.secret_replicas),
            role_effect: part.role_effect.unwrap_or(self.role_effect),
            resource_graph: part.resource_graph.unwrap_or(self.resource_graph),
            reset_operation: part.reset_operation.unwrap_or(self.reset_operation),
            pod_start: part.pod_start.unwrap_or(self.pod_start),
            password_effect: part.password_effect.unwrap_or(self.password_effect),
            poll: part.poll.unwrap_or(self.poll),
            token_lifetime: part.token_lifetime.unwrap_or(self.token_lifetime),
            device_code_lifetime: part.device_code_lifetime.unwrap_or(self.device_code_lifetime),
            code_lifetime: part.code_lifetime.unwrap_or(self.code_lifetime),
            refresh_token_lifetime: part.refresh_token_lifetime.unwrap_or(self.refresh_token_lifetime),
            registry_refresh_lifetime: part.registry_refresh_lifetime.unwrap_or(self.registry_refresh_lifetime),
            registry_access_lifetime: part.registry_access_lifetime.unwrap_or(self.registry_access_lifetime),
        }
    }
}
