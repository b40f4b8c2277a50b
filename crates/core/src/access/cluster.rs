//! A cluster, as far as getting in depends on it, and how that is told.

use super::{ClusterDoors, Door, Way};
use crate::ids::AppId;

/// The identity by which a cluster works in Azure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterIdentity {
    /// A service principal, by its app.
    ServicePrincipal(AppId),
    /// A managed identity that the system assigned, by its object id.
    SystemAssigned(String),
    /// A managed identity that somebody assigned, by its resource id.
    UserAssigned(String),
    /// None that the cluster tells of.
    Untold,
}

/// A cluster, as far as getting in depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterAccess {
    /// The cluster's own identity.
    pub identity: ClusterIdentity,
    /// The name of the identity that its nodes pull with. `None` where it tells none.
    pub kubelet: Option<String>,
    /// The settings that decide which ways are open.
    pub doors: ClusterDoors,
    /// The groups of administrators, by object id.
    pub admin_groups: Vec<String>,
    /// The host of the Kubernetes API. `None` where it tells none.
    pub host: Option<String>,
    /// True where the cluster is stopped, so that its API answers nobody.
    pub is_stopped: bool,
    /// True where the API is in the cluster's network alone.
    pub is_private: bool,
    /// The addresses that the API lets in. Everybody where there are none.
    pub ranges: Vec<String>,
}

impl ClusterAccess {
    /// Returns what the cluster is like: a name and a text for each.
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let yes = |is: bool, yes: &str, no: &str| if is { yes } else { no }.to_owned();
        let ClusterDoors { entra, azure_roles, no_local_accounts, no_run_command, .. } = self.doors;
        const STOPPED: &str = "stopped: whatever is open below, nobody gets in until somebody starts it (az aks start)";
        let mut facts: Vec<_> = self.is_stopped.then(|| ("state", STOPPED.to_owned())).into_iter().collect();
        facts.extend([
            ("identity", self.identity.text()),
            ("kubelet", self.kubelet.clone().unwrap_or_else(|| "the same, or none that is told".to_owned())),
            ("Entra", yes(entra, "signs people in to the Kubernetes API", "signs nobody in to the Kubernetes API")),
        ]);
        if entra {
            facts.push((
                "roles",
                yes(
                    azure_roles,
                    "Azure's roles decide there (Entra authorization is on)",
                    "Kubernetes' own bindings decide there",
                ),
            ));
            let groups = if self.admin_groups.is_empty() { "none".to_owned() } else { self.admin_groups.join(", ") };
            facts.push(("admin groups", groups));
        }
        facts.push(("local accounts", yes(no_local_accounts, "disabled", "enabled")));
        facts.push(("run command", yes(no_run_command, "disabled", "enabled")));
        let host = self.host.as_deref().unwrap_or("no host is told");
        facts.push((
            "API server",
            match (self.is_private, self.ranges.as_slice()) {
                (true, _) => format!("{host}, in the cluster's network alone"),
                (false, []) => format!("{host}, from anywhere"),
                (false, ranges) => format!("{host}, from {}", ranges.join(", ")),
            },
        ));
        facts
    }

    /// Returns every way with whether it is open, and what it takes or what closes it.
    #[must_use]
    pub fn ways(&self) -> Vec<(Way, Door)> {
        Way::ALL.into_iter().map(|way| (way, way.door(self.doors))).collect()
    }
}

impl ClusterIdentity {
    fn text(&self) -> String {
        match self {
            Self::ServicePrincipal(app) => format!("service principal, app {app}"),
            Self::SystemAssigned(object) => format!("managed identity of its own, {object}"),
            Self::UserAssigned(id) => format!("managed identity {id}"),
            Self::Untold => "none that it tells of".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cluster_is_like_is_told_in_full() {
        let doors = ClusterDoors { entra: true, azure_roles: true, no_local_accounts: true, ..ClusterDoors::default() };
        let access = ClusterAccess {
            identity: ClusterIdentity::SystemAssigned("o1".to_owned()),
            kubelet: None,
            doors,
            admin_groups: Vec::new(),
            host: Some("aks.hcp.io".to_owned()),
            is_stopped: false,
            is_private: false,
            ranges: vec!["203.0.113.0/24".to_owned()],
        };
        let facts = access.facts();
        let of = |name: &str| facts.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str());
        assert_eq!(of("identity"), Some("managed identity of its own, o1"));
        assert_eq!(of("API server"), Some("aks.hcp.io, from 203.0.113.0/24"));
        assert_eq!(of("admin groups"), Some("none"));
        assert_eq!(access.ways().len(), Way::ALL.len());
        assert_eq!(of("state"), None, "a cluster that runs");
        let stopped = ClusterAccess { is_stopped: true, ..access.clone() };
        assert!(stopped.facts().first().is_some_and(|(name, text)| *name == "state" && text.contains("az aks start")));
        let plain = ClusterAccess { doors: ClusterDoors::default(), ..access };
        assert!(plain.facts().iter().all(|(name, _)| *name != "roles"), "without Entra there is nothing to decide");
    }
}
