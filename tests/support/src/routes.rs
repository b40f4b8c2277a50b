//! The routes, and the cloud in which each is struck: by the fault matrix, by the contracts, by the bench.

use crosspull_core::names::Route;
use crosspull_sim::Scenario;

use crate::story::Story;

/// A route, and a cloud in which it can be gone from beginning to end.
#[derive(Debug, Clone, Copy)]
pub struct Struck {
    /// The route.
    pub route: Route,
    /// The scenarios of the cloud.
    pub scenarios: &'static [&'static str],
    /// The scenarios in which the checks of the route read the most.
    pub reads: &'static [&'static str],
    /// Lines that come after those of the cloud's answers file.
    pub answers: &'static [&'static str],
}

/// Every route. One that is added here is struck without being named anywhere else.
pub const ROUTES: &[Struck] = &[
    Struck {
        route: Route::NewApp,
        scenarios: &["happy"],
        reads: &["old-roles-to-copy", "old-principal-in-group", "own-network"],
        answers: &[],
    },
    Struck {
        route: Route::Attach,
        scenarios: &["same-tenant-system-assigned"],
        reads: &["same-tenant-system-assigned"],
        answers: &[],
    },
    Struck {
        route: Route::ConvertApp,
        scenarios: &["happy"],
        reads: &["happy"],
        answers: &["route = \"convert-app\""],
    },
    Struck {
        route: Route::PullSecret,
        scenarios: &["managed-identity-cluster"],
        reads: &["managed-identity-cluster"],
        answers: &[
            "route = \"pull-secret\"",
            "namespace = [\"shop\", \"jobs\"]",
            "service-account = [\"shop/default\"]",
        ],
    },
    Struck {
        route: Route::RepositoryToken,
        scenarios: &["managed-identity-cluster"],
        reads: &["managed-identity-cluster"],
        answers: &["route = \"repository-token\""],
    },
    Struck {
        route: Route::AdminAccount,
        scenarios: &["managed-identity-cluster"],
        reads: &["managed-identity-cluster"],
        answers: &["route = \"admin-account\""],
    },
];

/// The variable that names the one route which the fault matrix strikes, such as `pull-secret`. All are struck where
/// it is not set.
const ONLY: &str = "CROSSPULL_STRIKE";

impl Struck {
    /// True where the fault matrix strikes the route.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        std::env::var(ONLY).map_or(true, |only| crosspull_core::route::word(self.route) == only)
    }

    /// Returns the route's name for people who read what a test says.
    #[must_use]
    pub fn name(&self) -> &'static str {
        crosspull_core::route::title(self.route)
    }

    /// Starts the cloud of the route.
    #[must_use]
    pub fn story(&self) -> Story {
        self.prepared(Story::of_all(self.scenarios))
    }

    /// Starts the cloud of the route with a scenario over it, in TOML.
    #[must_use]
    pub fn told(&self, own: &str) -> Story {
        self.prepared(Story::told(self.scenarios, own))
    }

    /// Starts the cloud of the route with another scenario over it.
    #[must_use]
    pub fn in_which(&self, scenario: &str) -> Story {
        self.prepared(Story::of_all(&[self.scenarios, &[scenario]].concat()))
    }

    /// Starts the cloud in which the checks of the route read the most.
    #[must_use]
    pub fn story_in_full(&self) -> Story {
        self.prepared(Story::of_all(self.reads))
    }

    /// Starts the cloud in which the checks of the route read the most, with a scenario over it, in TOML.
    #[must_use]
    pub fn told_in_full(&self, own: &str) -> Story {
        self.prepared(Story::told(self.reads, own))
    }

    /// Returns the scenarios of the cloud, for whoever starts it otherwise.
    #[must_use]
    pub fn scenarios(&self) -> Vec<Scenario> {
        self.scenarios.iter().map(|name| Scenario::named(name).expect("a scenario of this name")).collect()
    }

    fn prepared(&self, story: Story) -> Story {
        self.answers.iter().fold(story, |story, line| story.with_answer(line))
    }
}

#[cfg(test)]
mod tests {
    use super::ROUTES;

    #[test]
    fn every_route_is_struck() {
        let struck = |route| ROUTES.iter().any(|struck| struck.route == route);
        let missed: Vec<_> =
            crosspull_core::route::ROUTES.iter().filter(|spec| !struck(spec.route)).map(|spec| spec.title).collect();
        assert!(missed.is_empty(), "add to the table of tests/support/src/routes.rs: {missed:?}");
    }
}
