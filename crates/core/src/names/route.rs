//! The names of the routes, and what answers need to know of them. What a route does, `crate::route` tells.

use serde::{Deserialize, Serialize};

use super::PullUser;

/// A way to give the cluster access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// A new multi-tenant app becomes the cluster's service principal.
    NewApp,
    /// The cluster's own identity is given the role on the registry.
    Attach,
    /// The cluster's present app is let into the registry's tenant.
    ConvertApp,
    /// A service principal of the registry's tenant pulls, by a pull secret in the cluster.
    PullSecret,
    /// A token of the registry's own pulls, by a pull secret in the cluster.
    RepositoryToken,
    /// The registry's admin account pulls, by a pull secret in the cluster.
    AdminAccount,
    /// No route for a cluster: a registry's admin account is enabled, for somebody to sign in by it.
    EnableAdmin,
    /// No route for a registry: somebody is let into a cluster.
    OpenAccess,
    /// No route for a registry: somebody is let into a cluster no longer.
    CloseAccess,
    /// No route but the way back: what a run made is taken back.
    TakeBack,
}

/// Whether a route is about one tenant or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenants {
    /// Cluster and registry are in one tenant, which is named and signed in to once.
    One,
    /// Cluster and registry are in different tenants.
    Two,
}

/// A route as answers offer it.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Offered {
    pub route: Route,
    /// The word for the route in flags and answers.
    pub word: &'static str,
    /// The effect of the route, in a few words.
    pub in_short: &'static str,
    /// Whether the route is about one tenant or two. `None` where it serves both.
    pub tenants: Option<Tenants>,
}

impl Route {
    /// The routes that can be chosen, in the order in which they are offered.
    pub const OFFERED: [Offered; 6] = [
        Offered {
            route: Self::NewApp,
            word: "new-app",
            in_short: "a new multi-tenant app becomes the cluster's service principal; nodes restart",
            tenants: Some(Tenants::Two),
        },
        Offered {
            route: Self::Attach,
            word: "attach",
            in_short: "the cluster's own identity gets the role; for one tenant, nothing restarts",
            tenants: Some(Tenants::One),
        },
        Offered {
            route: Self::ConvertApp,
            word: "convert-app",
            in_short: "the cluster's present app is let into the registry's tenant; nothing restarts",
            tenants: Some(Tenants::Two),
        },
        Offered {
            route: Self::PullSecret,
            word: "pull-secret",
            in_short: "a service principal pulls, by a pull secret in the cluster; nothing restarts",
            tenants: None,
        },
        Offered {
            route: Self::RepositoryToken,
            word: "repository-token",
            in_short: "a token of the registry's own pulls, by a pull secret in the cluster; no app, nothing restarts",
            tenants: None,
        },
        Offered {
            route: Self::AdminAccount,
            word: "admin-account",
            in_short: "the registry's admin account pulls, and may push; for tests alone, nothing restarts",
            tenants: None,
        },
    ];

    /// Returns the route of a word. `None` for `auto` and for any other word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::OFFERED.iter().find(|offered| offered.word == word).map(|offered| offered.route)
    }

    /// Returns whether the route is about one tenant or two. `None` where it serves both, and for the way back, which
    /// is about those of its run.
    #[must_use]
    pub fn tenants(self) -> Option<Tenants> {
        Self::OFFERED.iter().find(|offered| offered.route == self).and_then(|offered| offered.tenants)
    }

    /// True where the route may grant several repositories by one name with a star.
    #[must_use]
    pub const fn grants_wildcards(self) -> bool {
        matches!(self, Self::RepositoryToken)
    }

    /// Returns the user whose credential pulls. One app pulls from all registries by one secret, and a user of a
    /// registry's own from that registry alone.
    #[must_use]
    pub const fn pull_user(self) -> PullUser {
        match self {
            Self::RepositoryToken | Self::AdminAccount => PullUser::OfRegistry,
            Self::NewApp
            | Self::Attach
            | Self::ConvertApp
            | Self::PullSecret
            | Self::EnableAdmin
            | Self::OpenAccess
            | Self::CloseAccess
            | Self::TakeBack => PullUser::App,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_a_route_is_the_one_that_its_plan_is_written_with() {
        for offered in Route::OFFERED {
            let written = serde_json::to_value(offered.route).expect("writes");
            assert_eq!((written.as_str(), Route::from_word(offered.word)), (Some(offered.word), Some(offered.route)));
        }
        assert_eq!(Route::from_word("auto"), None);
    }
}
