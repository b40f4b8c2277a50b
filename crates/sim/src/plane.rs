//! The planes of the cloud, and which of them a request is for.

use serde::Serialize;

/// A plane of the cloud. Serialised as `/_sim/requests` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Plane {
    /// Entra: sign-in and consent.
    #[serde(rename = "entra")]
    Entra,
    /// Microsoft Graph.
    #[serde(rename = "graph")]
    Graph,
    /// The Resource Manager.
    #[serde(rename = "arm")]
    ResourceManager,
    /// The data plane of a registry.
    #[serde(rename = "registry")]
    Registry,
    /// The Kubernetes API of a cluster.
    #[serde(rename = "kubernetes")]
    Kubernetes,
    /// `/_sim`, which no real cloud has and no log shows.
    #[serde(rename = "sim")]
    Steering,
}

impl Plane {
    /// Returns the plane of a name of `/_sim/requests` and of fault patterns.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "entra" => Self::Entra,
            "graph" => Self::Graph,
            "arm" => Self::ResourceManager,
            "registry" => Self::Registry,
            "kubernetes" => Self::Kubernetes,
            _ => return None,
        })
    }

    /// Returns the plane of a path of the shared origin. What no other plane claims is Entra's, whose paths begin with
    /// a tenant.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        match first.to_ascii_lowercase().as_str() {
            "_sim" => Self::Steering,
            "v1.0" => Self::Graph,
            "metadata" | "subscriptions" | "providers" | "tenants" => Self::ResourceManager,
            _ => Self::Entra,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_their_plane() {
        assert_eq!(Plane::of_path("/v1.0/me"), Plane::Graph);
        assert_eq!(Plane::of_path("/Subscriptions/1"), Plane::ResourceManager);
        assert_eq!(Plane::of_path("/contoso.com/oauth2/v2.0/token"), Plane::Entra);
        assert_eq!(Plane::of_path("/_sim/world"), Plane::Steering);
    }
}
