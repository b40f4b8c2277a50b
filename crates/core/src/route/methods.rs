//! The methods by which a registry lets somebody in, and the routes that use them.
//!
//! This is the table of Microsoft's page "Authenticate with an Azure container registry", section "Authentication
//! options", brought up to November 2026 by `docs/facts/azure.md` (0.3, 0.8, 0.10, 3.10, 4, 9.1 to 9.3). The last row is
//! no row of that page: `docs/facts/azure.md` 0.10 and 9.2 tell of it.

use super::title;
use crate::names::Route;

/// A method by which a registry lets somebody in.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// The name of the method.
    pub name: &'static str,
    /// The way to sign in by the method.
    pub how: &'static str,
    /// The uses that the method is made for.
    pub scenarios: &'static str,
    /// Whether Azure's roles decide what may be done by the method.
    pub role_based: &'static str,
    /// The limits of the method.
    pub limits: &'static str,
    /// The use that crosspull makes of the method.
    pub here: Here,
}

/// The use that crosspull makes of a method.
#[derive(Debug, Clone, Copy)]
pub enum Here {
    /// Those routes give a cluster access by it.
    Routes(&'static [Route]),
    /// No route does, for that reason.
    No(&'static str),
}

/// Every method, in the order of Microsoft's page.
pub const METHODS: &[Method] = &[
    Method {
        name: "Your own account",
        how: "az acr login, or Connect-AzContainerRegistry in PowerShell",
        scenarios: "people who develop or test push and pull by hand",
        role_based: "yes",
        limits: "the registry's token ends after three hours; then one signs in again",
        here: Here::No("a person's token is nothing for nodes"),
    },
    Method {
        name: "Service principal",
        how: "docker login, az acr login, a tool's own settings, or a pull secret in Kubernetes",
        scenarios: "pipelines push, and whatever is in Azure or elsewhere pulls, with nobody there",
        role_based: "yes",
        limits: "the secret ends: after a year where the Azure CLI makes it, after two at most in the portal",
        here: Here::Routes(&[Route::PullSecret]),
    },
    Method {
        name: "Managed identity of an Azure resource",
        how: "docker login, az acr login, or Connect-AzContainerRegistry, on that resource",
        scenarios: "pipelines in Azure push, and services of Azure pull, with nobody there and without a secret",
        role_based: "yes",
        limits: "on services of Azure that have managed identities, and in one tenant",
        here: Here::No("a cluster's nodes pull as the kubelet, by the next two"),
    },
    Method {
        name: "A cluster's managed identity",
        how: "attach the registry when the cluster is made or changed: az aks update --attach-acr",
        scenarios: "the cluster's nodes pull from a registry in the same or in another subscription",
        role_based: "for pulls alone: AcrPull, or Container Registry Repository Reader where roles are about repositories",
        limits: "AKS alone, and cluster and registry in one tenant",
        here: Here::Routes(&[Route::Attach]),
    },
    Method {
        name: "A cluster's service principal",
        how: "the principal is given to the cluster when it is made, or by a reset",
        scenarios: "the cluster's nodes pull from a registry in another tenant",
        role_based: "for pulls alone: AcrPull, or Container Registry Repository Reader where roles are about repositories",
        limits: "AKS alone, and clusters that have one; a reset renews every node, and the secret ends",
        here: Here::Routes(&[Route::ConvertApp, Route::NewApp, Route::Attach]),
    },
    Method {
        name: "The registry's admin user",
        how: "docker login with one of its two passwords",
        scenarios: "one person tests, or the portal deploys an image to a service that knows nothing else",
        role_based: "no: it always pushes and pulls everything",
        limits: "one account for the whole registry, off at first; a password made anew works after a minute",
        here: Here::Routes(&[Route::AdminAccount]),
    },
    Method {
        name: "A token of the registry, for repositories",
        how: "docker login, az acr login, or a pull secret in Kubernetes",
        scenarios: "one person, one system or one device outside Azure pulls from, or pushes to, the repositories it names",
        role_based: "no: its scope map says what may be done in which repository",
        limits: "no identity of Entra stands behind it; its passwords do not end unless a time is given",
        here: Here::Routes(&[Route::RepositoryToken]),
    },
    Method {
        name: "A workload's identity, beside the kubelet",
        how: "msi-acrpull or External Secrets in the cluster: an identity of the registry's tenant that trusts the cluster's issuer",
        scenarios: "pods pull from a registry in another tenant without a secret that lasts",
        role_based: "yes",
        limits: "two programs more in the cluster, on no page of Microsoft's for registries; the kubelet cannot use it by itself",
        here: Here::No("what it puts into a cluster is not crosspull's"),
    },
];

impl Method {
    /// Returns all that is said of the method, a name and a text for each.
    #[must_use]
    pub fn says(&self) -> [(&'static str, String); 5] {
        [
            ("How", self.how.to_owned()),
            ("For", self.scenarios.to_owned()),
            ("Roles", self.role_based.to_owned()),
            ("Limits", self.limits.to_owned()),
            ("Routes", self.here.text()),
        ]
    }
}

impl Here {
    /// Returns the use in words.
    fn text(self) -> String {
        match self {
            Self::Routes(routes) => {
                let titles: Vec<&str> = routes.iter().map(|route| title(*route)).collect();
                titles.join(", ")
            }
            Self::No(why) => format!("none: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_method_says_all_of_itself_and_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = METHODS.iter().map(|method| method.name).collect();
        assert_eq!(names.len(), METHODS.len());
        for method in METHODS {
            assert!(method.says().iter().all(|(_, text)| !text.is_empty()), "{}", method.name);
        }
    }

    /// The rows of the tables in the document of routes, by their first cell.
    fn rows() -> Vec<(&'static str, &'static str)> {
        let lines = include_str!("../../../../docs/ROUTES.md").lines().filter_map(|line| line.strip_prefix("| "));
        lines.filter_map(|line| line.split_once(" | ")).collect()
    }

    #[test]
    fn the_document_has_a_row_for_every_method_that_names_its_routes_and_no_other() {
        for method in METHODS {
            let (_, row) = rows().into_iter().find(|(name, _)| *name == method.name).expect(method.name);
            let named = |word: &str| row.contains(&format!("`{word}`"));
            let uses = |route| matches!(method.here, Here::Routes(routes) if routes.contains(&route));
            for offered in Route::OFFERED {
                assert_eq!(named(offered.word), uses(offered.route), "{} and {}", method.name, offered.word);
            }
            assert_eq!(row.contains("no route"), matches!(method.here, Here::No(_)), "{}", method.name);
        }
    }

    #[test]
    fn the_document_has_a_row_for_every_route_with_a_story_that_is_there() {
        let stories = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/stories");
        for offered in Route::OFFERED {
            let word = format!("`{}`", offered.word);
            let (_, row) = rows().into_iter().find(|(name, _)| *name == word).expect(offered.word);
            let files: Vec<&str> = row.split('`').filter(|part| part.ends_with(".rs")).collect();
            assert!(!files.is_empty(), "{}", offered.word);
            for file in files {
                assert!(std::path::Path::new(stories).join(file).is_file(), "{}: {file}", offered.word);
            }
        }
    }

    #[test]
    fn every_route_that_can_be_chosen_uses_a_method() {
        let uses = |method: &Method, route| matches!(method.here, Here::Routes(routes) if routes.contains(&route));
        for offered in Route::OFFERED {
            assert!(METHODS.iter().any(|method| uses(method, offered.route)), "{}", offered.word);
        }
    }
}
