//! `crosspull access` at a cluster with 1,000 role assignments, 200 bindings, groups in groups, and a table of more than 60
//! permissions: the first answer comes within two round trips more than the chain of calls needs.
//!
//! The cloud answers every request later by the same time, so its log tells which requests were under way side by side: the
//! longest chain of requests of which each came after the answer to the one before is the number of round trips.

use crosspull_support::{End, Story, side_by_side, text};
use serde_json::Value;

/// The most round trips beyond the chain.
const BEYOND: usize = 2;
/// The simulated seconds by which every answer is late, try by try. One try that holds is enough: a busy machine makes a chain
/// longer, and never shorter, and the later the answers are, the less.
const LATE: [u32; 4] = [5, 10, 20, 40];
/// The most members that are asked for at once, so that a directory is not flooded.
const MEMBERS_AT_ONCE: usize = 8;
/// The calls that come first in every chain: which cloud it is, where its Entra is, and a token.
const BEGIN: usize = 3;

/// A request, as the log tells it: its path, and when it came and was answered.
struct Call {
    path: String,
    from: u64,
    to: u64,
}

/// A part of `access`, and what its chain is.
struct Case {
    words: &'static [&'static str],
    scenarios: &'static [&'static str],
    /// The round trips that the calls need, each of which depends on the one before.
    needs: fn(&[Call]) -> usize,
    /// True where the answer is whole.
    is_whole: fn(&End) -> bool,
    /// Calls of one round, by a part of their path, and the number of them that are under way at once.
    beside: &'static [(&'static str, usize)],
}

const CASES: [Case; 3] = [
    // Who it is; the pages of their assignments, each of which names the next; the roles that these name, at once. Groups,
    // kubeconfig, bindings and the cluster's own answers hang on less, and are asked for beside them.
    Case {
        words: &["access", "--principal", "bob@contoso.com", "--output", "json"],
        scenarios: &["access-crowd"],
        needs: |calls| BEGIN + 1 + pages(calls) + 1,
        is_whole: |end| {
            let told: Value = serde_json::from_str(&end.out).expect("JSON");
            told["groups"]["known"].as_array().is_some_and(|groups| groups.len() >= 100)
                && told["questions"].as_array().is_some_and(|all| all.len() == 5)
        },
        beside: &[("/rbac.authorization.k8s.io/", 4), ("/roleDefinitions/", 4), ("/subjectaccessreviews", 5)],
    },
    // The pages of all assignments; their roles; the holders' names; the members of the groups among these.
    Case {
        words: &["access", "who-can", "get", "pods"],
        scenarios: &["access-crowd"],
        needs: |calls| {
            let groups = count(calls, "/transitiveMembers");
            BEGIN + pages(calls) + 1 + 1 + groups.div_ceil(MEMBERS_AT_ONCE)
        },
        is_whole: |end| end.out.lines().filter(|line| line.contains("  group team-")).count() >= 20,
        beside: &[
            ("/rbac.authorization.k8s.io/", 4),
            ("/roleDefinitions/", 6),
            ("/transitiveMembers", MEMBERS_AT_ONCE),
        ],
    },
    // The cluster; the subnets that it names; the assignments and deny assignments where these lead; the roles.
    Case {
        words: &["access", "identity", "--output", "json"],
        scenarios: &["access-crowd", "own-network"],
        needs: |_| BEGIN + 1 + 1 + 1 + 1,
        is_whole: |end| {
            let told: Value = serde_json::from_str(&end.out).expect("JSON");
            let rows = |of: &str| told[of]["needs"].as_array().cloned().unwrap_or_default();
            let judged = rows("identity").into_iter().chain(rows("operator"));
            judged.map(|row| row["actions"].as_array().map_or(0, Vec::len)).sum::<usize>() >= 50
        },
        beside: &[("/denyAssignments", 5), ("/roleAssignments", 2), ("/roleDefinitions/", 2)],
    },
];

#[test]
fn the_first_answer_takes_two_round_trips_more_than_its_chain_at_most() {
    side_by_side(CASES, |case| {
        let measured: Vec<String> = LATE.into_iter().map_while(|late| case.measure(late).err()).collect();
        assert!(measured.len() < LATE.len(), "{:?}:\n{}", case.words, measured.join("\n"));
    });
}

impl Case {
    /// Runs the part, and says what does not hold.
    fn measure(&self, seconds: u32) -> Result<(), String> {
        let late = ["entra", "graph", "arm", "kubernetes"].map(|plane| {
            format!("[[fault]]\non = '{plane} * /**'\nnth = 'every'\ndo = 'delay'\nseconds = {seconds}\n")
        });
        let story = Story::told(self.scenarios, &format!("name = 'l'\nsays = 'l'\n{}", late.concat()));
        let cluster = story.ready.cluster.clone();
        let by = ["--cluster", &cluster, "--tenant-a", "contoso.com", "--sign-in-a", "service-principal"];
        let end = story.run(&[self.words, &by].concat());
        end.exits(0);
        assert!((self.is_whole)(&end), "{end}");
        let calls = calls(&story);
        let (needs, took) = ((self.needs)(&calls), longest(&calls));
        if took > needs + BEYOND {
            return Err(format!("{took} round trips, where the chain needs {needs}"));
        }
        let alone = self.beside.iter().find(|(path, least)| at_once(&calls, path) < *least);
        alone.map_or(Ok(()), |(path, _)| Err(format!("{path}: {} at once", at_once(&calls, path))))
    }
}

fn calls(story: &Story) -> Vec<Call> {
    let requests = story.sim.requests();
    let number = |request: &Value, name: &str| request[name].as_u64().expect("a number");
    let call = |request: &Value| Call {
        path: text(request, "path").to_owned(),
        from: number(request, "at_ms"),
        to: number(request, "at_ms") + number(request, "ms"),
    };
    requests.as_array().expect("a list").iter().map(call).collect()
}

fn count(calls: &[Call], path: &str) -> usize {
    calls.iter().filter(|call| call.path.contains(path)).count()
}

/// Returns the number of pages of the list of role assignments.
fn pages(calls: &[Call]) -> usize {
    let pages = count(calls, "/roleAssignments");
    assert!(pages >= 4, "more than one page of 200: {pages}");
    pages
}

/// Returns the length of the longest chain of calls of which each came after the answer to the one before. The log has them
/// in the order in which they came.
fn longest(calls: &[Call]) -> usize {
    let mut ends: Vec<(u64, usize)> = Vec::new();
    for call in calls {
        let before = ends.iter().filter(|(to, _)| *to <= call.from).map(|(_, length)| *length).max();
        ends.push((call.to, before.unwrap_or_default() + 1));
    }
    ends.into_iter().map(|(_, length)| length).max().unwrap_or_default()
}

/// Returns the most calls of a path that were under way at one time.
fn at_once(calls: &[Call], path: &str) -> usize {
    let of: Vec<&Call> = calls.iter().filter(|call| call.path.contains(path)).collect();
    of.iter()
        .map(|one| of.iter().filter(|other| other.from <= one.from && one.from < other.to).count())
        .max()
        .unwrap_or(0)
}
