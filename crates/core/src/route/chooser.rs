//! The chooser: which routes can work with what was found, which one is recommended, and why.

use serde::{Deserialize, Serialize};

use super::{ROUTES, RouteSpec, spec, word};
use crate::check::{Check, ClusterFacts, Finding, Reach, RegistryFacts, RoleMode};
use crate::names::{Route, Tenants};

/// The facts that a route is chosen by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Whether cluster and registry are in one tenant.
    pub tenants: Tenants,
    /// The identity that the cluster has.
    pub identity: Identity,
    /// The registry's way to decide who may pull. `None` where nobody signs in who may read it.
    pub mode: Option<RoleMode>,
    /// True where the registry answers this machine.
    pub registry_answers: bool,
    /// The reason why the cluster's Kubernetes API cannot be used from here, as the second half of a sentence. `None`
    /// where it answers.
    pub no_kubernetes: Option<String>,
    /// The rights of whoever signs in.
    pub rights: Rights,
}

/// The identity that a cluster has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// A service principal.
    ServicePrincipal,
    /// A managed identity, with a kubelet identity.
    Managed,
    /// Neither, as far as the cluster tells.
    Untold,
}

/// The rights of whoever signs in, as far as a choice depends on them. `None` where one was not read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rights {
    /// True where somebody signs in to the registry's tenant.
    pub signs_in_to_b: bool,
    /// Whether roles may be assigned on the registry.
    pub may_assign: Option<bool>,
}

/// A route, weighed by what was found.
#[derive(Debug, Clone)]
pub struct Assessed {
    /// The route.
    pub spec: &'static RouteSpec,
    /// Whether it can work.
    pub fit: Fit,
}

/// A route as it was weighed, in words that events carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighed {
    /// The route.
    pub route: Route,
    /// Whether it can work, and why.
    #[serde(flatten)]
    pub fit: Fit,
    /// The change in the cluster's tenant.
    pub in_a: String,
    /// The change in the registry's tenant.
    pub in_b: String,
    /// The secret that there is from then on, and how long it lives.
    pub secret: String,
    /// True where nodes restart.
    pub restarts: bool,
}

/// Whether a route can work. The text is the reason, as the second half of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fit", content = "why", rename_all = "snake_case")]
pub enum Fit {
    /// The route is recommended.
    Recommended(String),
    /// The route can work, and another one is recommended.
    Works(String),
    /// The route cannot work.
    Cannot(String),
}

impl Found {
    /// Returns what the facts about a cluster and a registry tell.
    #[must_use]
    pub fn of(
        tenants: Tenants,
        cluster: &ClusterFacts,
        registry: &RegistryFacts,
        no_kubernetes: Option<String>,
        rights: Rights,
    ) -> Self {
        let identity = match (cluster.client_id, &cluster.kubelet) {
            (Some(_), _) => Identity::ServicePrincipal,
            (None, Some(_)) => Identity::Managed,
            (None, None) => Identity::Untold,
        };
        let mode = rights.signs_in_to_b.then_some(registry.mode);
        let registry_answers = matches!(registry.reach, Reach::Open);
        Self { tenants, identity, mode, registry_answers, no_kubernetes, rights }
    }

    /// Returns the reason why the pull can be proved neither from here nor from a node. `None` where it can.
    #[must_use]
    pub fn no_proof(&self) -> Option<String> {
        let why = self.no_kubernetes.as_ref().filter(|_| !self.registry_answers)?;
        Some(format!("the registry does not let this machine in, and no node can prove the pull either: {why}"))
    }

    /// Returns the reason why a role on the registry cannot be given. `None` where it can, or where somebody else gives it.
    pub(super) fn no_role(&self) -> Option<&'static str> {
        (self.rights.signs_in_to_b && self.rights.may_assign == Some(false))
            .then_some("you may not assign roles on the registry (Microsoft.Authorization/roleAssignments/write)")
    }

    /// Returns the reason why a cluster's service principal is no way into another tenant. `None` where it is one.
    pub(super) fn no_principal(&self) -> Option<&'static str> {
        match (self.tenants, self.identity) {
            (Tenants::One, _) => Some("cluster and registry are in one tenant, so no app of another tenant is needed"),
            (_, Identity::Managed) => {
                Some("the cluster uses a managed identity, so it has no app to let in, and cannot be reset to one")
            }
            (_, Identity::Untold) => Some("the cluster tells neither a service principal nor a managed identity"),
            (Tenants::Two, Identity::ServicePrincipal) => None,
        }
    }
}

/// Returns every route, the recommended one first, then those that can work, then those that cannot.
///
/// The first route of [`ROUTES`] that fits is recommended (`docs/PRODUCT.md` 2).
#[must_use]
pub fn assess(found: &Found) -> Vec<Assessed> {
    let mut recommended = false;
    let mut all: Vec<Assessed> = ROUTES
        .into_iter()
        .map(|spec| {
            let fit = match (spec.fits)(found) {
                Ok(why) if !recommended && spec.is_recommended => {
                    recommended = true;
                    Fit::Recommended(why)
                }
                Ok(why) => Fit::Works(why),
                Err(why) => Fit::Cannot(why),
            };
            Assessed { spec, fit }
        })
        .collect();
    let rank = |one: &Assessed| match one.fit {
        Fit::Recommended(_) => 0,
        Fit::Works(_) => 1,
        Fit::Cannot(_) => 2,
    };
    all.sort_by_key(rank);
    all
}

/// Returns the route that was asked for, or the recommended one, with the reason.
///
/// # Errors
///
/// The reason why the route that was asked for cannot work, or that none can.
pub fn choose(asked: Option<Route>, found: &Found) -> Result<(&'static RouteSpec, String), String> {
    if let Some(spec) = asked.and_then(spec) {
        return (spec.fits)(found).map(|why| (spec, why));
    }
    let recommended = assess(found).into_iter().find_map(|one| match one.fit {
        Fit::Recommended(why) => Some((one.spec, why)),
        Fit::Works(_) | Fit::Cannot(_) => None,
    });
    recommended.ok_or_else(|| "no route fits".to_owned())
}

/// Returns a finding that tells which route is taken and why, which others can work, and why the others cannot.
#[must_use]
pub fn judge(assessed: &[Assessed]) -> Finding {
    let named = |one: &Assessed| word(one.spec.route);
    let of = |wanted: fn(&Fit) -> bool| assessed.iter().filter(move |one| wanted(&one.fit));
    let Some(taken) = of(|fit| matches!(fit, Fit::Recommended(_))).next() else {
        let why: Vec<String> = assessed.iter().map(|one| format!("{}: {}", named(one), one.fit.why())).collect();
        return Check::Route.stop(format!("no route fits: {}", why.join("; ")), "");
    };
    let others: Vec<&str> = of(|fit| matches!(fit, Fit::Works(_))).map(named).collect();
    let others = if others.is_empty() { String::new() } else { format!(" (also possible: {})", others.join(", ")) };
    Check::Route.pass(format!("route {}: {}{others}", named(taken), taken.fit.why()))
}

impl From<&Assessed> for Weighed {
    fn from(assessed: &Assessed) -> Self {
        let RouteSpec { route, effects, .. } = *assessed.spec;
        Self {
            route,
            fit: assessed.fit.clone(),
            in_a: effects.in_a.to_owned(),
            in_b: effects.in_b.to_owned(),
            secret: effects.secret.to_owned(),
            restarts: effects.restarts,
        }
    }
}

impl Weighed {
    /// Returns what the route changes and leaves behind: a name and a few words for each.
    #[must_use]
    pub fn effects(&self) -> [(&'static str, &str); 4] {
        let restarts = if self.restarts { "the cluster's nodes" } else { "nothing" };
        [("A", &self.in_a), ("B", &self.in_b), ("Secret", &self.secret), ("Restarts", restarts)]
    }
}

impl Fit {
    /// Returns the reason.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Recommended(why) | Self::Works(why) | Self::Cannot(why) => why,
        }
    }

    /// True where the route can be taken.
    #[must_use]
    pub const fn works(&self) -> bool {
        !matches!(self, Self::Cannot(_))
    }

    /// Returns the word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Recommended(_) => "recommended",
            Self::Works(_) => "works",
            Self::Cannot(_) => "cannot work",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tenants: Tenants, identity: Identity) -> Found {
        let rights = Rights { signs_in_to_b: true, ..Rights::default() };
        let mode = Some(RoleMode::Registry);
        Found { tenants, identity, mode, registry_answers: true, no_kubernetes: None, rights }
    }

    fn recommended(found: &Found) -> Option<Route> {
        assess(found).into_iter().find(|one| matches!(one.fit, Fit::Recommended(_))).map(|one| one.spec.route)
    }

    #[test]
    fn a_managed_identity_in_another_tenant_is_led_to_a_pull_secret() {
        assert_eq!(recommended(&found(Tenants::Two, Identity::Managed)), Some(Route::PullSecret));
        assert_eq!(recommended(&found(Tenants::One, Identity::Managed)), Some(Route::Attach));
    }

    #[test]
    fn the_recommended_route_comes_first_and_those_that_cannot_work_come_last() {
        for tenants in [Tenants::One, Tenants::Two] {
            for identity in [Identity::ServicePrincipal, Identity::Managed, Identity::Untold] {
                let all = assess(&found(tenants, identity));
                assert_eq!(all.len(), ROUTES.len());
                assert!(matches!(all[0].fit, Fit::Recommended(_)), "{all:?}");
                assert!(all.windows(2).all(|pair| pair[0].fit.works() || !pair[1].fit.works()), "{all:?}");
                assert!(all.iter().all(|one| !one.fit.why().is_empty()), "{all:?}");
            }
        }
    }

    #[test]
    fn what_events_carry_of_a_route_is_flat_and_reads_again() {
        let all = assess(&found(Tenants::Two, Identity::Managed));
        let weighed = Weighed::from(&all[0]);
        let json = serde_json::to_value(&weighed).expect("writes");
        assert_eq!(
            (&json["route"], &json["fit"], &json["restarts"]),
            (&"pull-secret".into(), &"recommended".into(), &false.into())
        );
        assert_eq!(json["why"].as_str(), Some(all[0].fit.why()));
        assert_eq!(serde_json::from_value::<Weighed>(json).expect("reads"), weighed);
    }

    /// Every combination of what a choice depends on.
    fn combinations() -> impl Iterator<Item = Found> {
        let mut all = Vec::new();
        for tenants in [Tenants::One, Tenants::Two] {
            for identity in [Identity::ServicePrincipal, Identity::Managed, Identity::Untold] {
                for mode in [Some(RoleMode::Registry), Some(RoleMode::Repositories), None] {
                    for registry_answers in [true, false] {
                        for reachable in [true, false] {
                            let no_kubernetes = (!reachable).then(|| "it does not answer".to_owned());
                            for may_assign in [true, false] {
                                let rights =
                                    Rights { signs_in_to_b: mode.is_some(), may_assign: mode.map(|_| may_assign) };
                                let no_kubernetes = no_kubernetes.clone();
                                all.push(Found { tenants, identity, mode, registry_answers, no_kubernetes, rights });
                            }
                        }
                    }
                }
            }
        }
        all.into_iter()
    }

    /// The recommendation that `docs/PRODUCT.md` 2 asks for, written down anew.
    fn expected(found: &Found) -> Route {
        let provable = found.registry_answers || found.no_kubernetes.is_none();
        let assigns = found.rights.may_assign != Some(false);
        match (found.tenants, found.identity) {
            (Tenants::One, Identity::ServicePrincipal | Identity::Managed) => Route::Attach,
            (Tenants::Two, Identity::ServicePrincipal) if provable && assigns => Route::ConvertApp,
            _ if assigns => Route::PullSecret,
            _ => Route::RepositoryToken,
        }
    }

    #[test]
    fn every_combination_of_facts_has_its_recommendation() {
        for found in combinations() {
            let assessed = assess(&found);
            let word = |one: &Assessed| crate::route::word(one.spec.route);
            let of = |wanted: fn(&Fit) -> bool| {
                assessed.iter().filter(|one| wanted(&one.fit)).map(word).collect::<Vec<_>>().join(" ")
            };
            println!(
                "{:?} {:?} {} {} {} {}: {} | also {} | not {}",
                found.tenants,
                found.identity,
                found.mode.map_or("mode not read".to_owned(), |mode| format!("{mode:?}")),
                if found.registry_answers { "registry answers" } else { "firewalled" },
                if found.no_role().is_none() { "roles can be given" } else { "roles cannot be given" },
                if found.no_kubernetes.is_none() { "Kubernetes answers" } else { "Kubernetes does not" },
                of(|fit| matches!(fit, Fit::Recommended(_))),
                of(|fit| matches!(fit, Fit::Works(_))),
                of(|fit| matches!(fit, Fit::Cannot(_))),
            );
            let (taken, _) = choose(None, &found).expect("nobody is sent away");
            assert_eq!(taken.route, expected(&found), "{found:?}");
            let firsts: Vec<bool> = assessed.iter().map(|one| one.fit.works()).collect();
            assert!(firsts.is_sorted_by(|one, next| *one >= *next), "what works comes first: {assessed:?}");
            assert_eq!(assessed.len(), ROUTES.len());
        }
    }

    #[test]
    fn a_route_that_was_asked_for_is_taken_or_the_reason_is_told() {
        for found in combinations() {
            for asked in ROUTES {
                let taken = choose(Some(asked.route), &found);
                assert_eq!(taken.is_ok(), (asked.fits)(&found).is_ok());
                assert!(taken.is_ok() || taken.is_err_and(|why| why.len() > 20));
            }
        }
    }
}
