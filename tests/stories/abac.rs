//! On a registry whose roles hold on repositories, a cluster pulls those that were named and no other, whatever the route.

use crosspull_core::names::Route;
use crosspull_support::Story;

/// The name of the pull secret, where nobody gives one.
const PULL_SECRET: &str = "crosspull-registryb";
/// The answer of a node whose registry refuses.
const REFUSED: [&str; 2] = ["ErrImagePull", "ImagePullBackOff"];

/// A route, its cloud, and what its pods name.
struct Case {
    route: Route,
    scenarios: &'static [&'static str],
    pull_secret: Option<&'static str>,
}

const CASES: &[Case] = &[
    Case { route: Route::Attach, scenarios: &["same-tenant-abac", "same-tenant-system-assigned"], pull_secret: None },
    Case { route: Route::ConvertApp, scenarios: &["abac-registry"], pull_secret: None },
    Case { route: Route::NewApp, scenarios: &["abac-registry"], pull_secret: None },
    Case { route: Route::PullSecret, scenarios: &["managed-identity-abac"], pull_secret: Some(PULL_SECRET) },
    Case { route: Route::RepositoryToken, scenarios: &["managed-identity-abac"], pull_secret: Some(PULL_SECRET) },
    Case { route: Route::AdminAccount, scenarios: &["managed-identity-abac"], pull_secret: Some(PULL_SECRET) },
];

#[test]
fn every_route_is_tried() {
    for spec in crosspull_core::route::ROUTES {
        assert!(CASES.iter().any(|case| case.route == spec.route), "{}", spec.title);
    }
}

#[test]
fn the_granted_repository_is_pulled_and_the_other_one_refused_with_every_route() {
    crosspull_support::side_by_side(CASES, |case| {
        let route = crosspull_core::route::word(case.route);
        let story = Story::of_all(case.scenarios);
        assert!(story.pod_by_hand("before", "shop/web:1.4", None).is_some(), "{route}: nothing is pulled before");
        story.apply(&["--route", route, "--repository", "shop/web:1.4"]).ends_well();
        assert_eq!(story.pod_by_hand("granted", "shop/web:1.4", case.pull_secret), None, "{route}");
        let other = story.pod_by_hand("other", "shop/api:2.0", case.pull_secret);
        if case.route == Route::AdminAccount {
            assert_eq!(other, None, "no role limits the admin account, which the run warned of");
        } else {
            assert!(other.as_deref().is_some_and(|why| REFUSED.contains(&why)), "{route}: {other:?}");
        }
        story.undo(&[]).ends_well();
        assert!(story.pod_by_hand("after", "shop/web:1.4", None).is_some(), "{route}: nothing is pulled afterwards");
    });
}
