//! Every read of the checks refused, failing for as long as anybody asks, or torn. Not read is never taken for not there:
//! the run stops, or the world at its end is whole.

use std::collections::BTreeSet;

use crosspull_support::{Struck, text};

use crate::network::pattern;

/// The ways in which a read fails, by name and as a scenario has it.
pub const FAULTS: [(&str, &str); 3] = [
    ("refused", "do = 'status'\ncode = 403\nerror = 'AuthorizationFailed'"),
    ("failing", "do = 'status'\ncode = 503"),
    ("torn", "do = 'garbage'"),
];

/// Every request that the checks of an undisturbed run of a route make, by its pattern.
pub fn all(route: &Struck) -> Vec<String> {
    let story = route.story_in_full();
    story.plan(&[]).exits(0);
    let requests = story.sim.requests();
    let reads: BTreeSet<String> = requests.as_array().expect("a list").iter().map(pattern).collect();
    assert!(requests.as_array().is_some_and(|all| all.iter().all(|r| text(r, "client").starts_with("crosspull/"))));
    reads.into_iter().collect()
}

/// Returns the test of what must hold where every such read fails so, and once more where somebody accepts all that may
/// be accepted.
pub fn held(route: &'static Struck, read: &str, fault: &str) -> impl FnOnce() + Send + 'static {
    let own = format!("name = 'unread'\nsays = 'a read fails'\n[[fault]]\non = \"{read}\"\nnth = 'every'\n{fault}");
    move || {
        for accepts in [&[][..], &["--unread", "roles,groups,api-permissions,vault-policies,right-to-assign"][..]] {
            let story = route.told_in_full(&own);
            let end = story.apply(accepts);
            assert!(end.code.is_some_and(|code| matches!(code, 0 | 1 | 3 | 4)), "exit code {:?}\n{end}", end.code);
            // What somebody accepted as missing stands in the plan that the journal keeps; all else the cluster has.
            let plan = end.events("run_started").next().map(|e| e["plan"].to_string()).unwrap_or_default();
            let accepted = !accepts.is_empty() && plan.contains("not read");
            if !accepted {
                story.world().cluster_is_whole(story.begin());
            }
        }
    }
}
