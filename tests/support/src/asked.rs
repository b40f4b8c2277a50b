//! The requests to the clouds of a story, and what became of them.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::story::Story;
use crate::world::{World, text};

/// A change of the world that takes longer than this does not come.
const LIMIT: Duration = Duration::from_secs(60);

impl Story {
    /// Returns the tag by which crosspull knows an app that it made for the cluster.
    pub fn mark(&self) -> String {
        let cluster = crosspull_core::ids::ClusterId::parse(&self.ready.cluster).expect("an id");
        crosspull_core::names::marker(&cluster)
    }

    /// Returns the value of the last secret that was made for our app, as the directory told it.
    pub fn secret_that_was_made(&self) -> String {
        let exchanges = self.sim.exchanges();
        let told = exchanges.iter().rev().filter(|e| e.url.ends_with("/addPassword") && e.status == Some(200));
        let named = |e: &&crosspull_sim::Exchange| !e.request_body.contains(" way back");
        let made = told.into_iter().find(named).expect("a secret was made");
        let answer: Value = serde_json::from_str(&made.response_body).expect("JSON");
        text(&answer, "secretText").to_owned()
    }

    /// Waits until something is so in the world.
    pub fn until(&self, what: &str, is_so: impl Fn(&World) -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !is_so(&self.world()) {
            assert!(Instant::now() < deadline, "not seen: {what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Returns every request so far that asks for a change, as `METHOD path`: all but reads, dry runs and requests for
    /// tokens.
    pub fn writes(&self) -> Vec<String> {
        self.changes(|_| true)
    }

    /// Returns the writes so far that a service took and did not refuse. One whose answer was lost was taken too.
    pub fn taken(&self) -> Vec<String> {
        self.changes(|request| request["status"].as_u64().is_none_or(|status| status < 400))
    }

    /// Returns the number of writes so far that end so and were taken.
    pub fn taken_by(&self, tail: &str) -> usize {
        self.taken().iter().filter(|write| write.ends_with(tail)).count()
    }

    fn changes(&self, which: impl Fn(&Value) -> bool) -> Vec<String> {
        let requests = self.sim.requests();
        let all = requests.as_array().expect("a list").iter().filter(|request| which(request));
        all.filter(|request| request["dry_run"] != true)
            .map(|request| (text(request, "method"), text(request, "path")))
            .filter(|(method, path)| !matches!(*method, "GET" | "HEAD") && !only_reads(path))
            .map(|(method, path)| format!("{method} {path}"))
            .collect()
    }

    /// The route is done, and nothing is there beside what it makes.
    pub fn is_done(&self, role: &str) {
        self.world().is_done(&self.begin, role);
    }

    /// Asserts that what the run made is taken back: the world is what it was before anything was run.
    pub fn is_taken_back(&self) {
        self.world().is_taken_back(&self.begin);
    }

    /// The cluster is what it was before anything was run, and no reset was asked for.
    pub fn cluster_was_not_touched(&self) {
        let resets: Vec<String> = self.writes().into_iter().filter(|w| w.contains("/managedClusters/")).collect();
        assert_eq!(resets, Vec::<String>::new());
        self.world().cluster_is_as(&self.begin);
    }

    /// No request asked for a change, and the world is what it was.
    pub fn wrote_nothing(&self) {
        assert_eq!(self.writes(), Vec::<String>::new());
        self.world().is_as(&self.begin);
        assert_eq!(self.journals(), Vec::<PathBuf>::new(), "a run began");
    }

    /// Asserts that nothing was asked at all.
    pub fn called_nothing(&self) {
        assert_eq!(self.sim.requests(), serde_json::json!([]));
        self.wrote_nothing();
    }
}

/// Tokens, a cluster's credentials, a query and what one may do are asked for by POST; nothing changes by it (`docs/facts/azure.md` 3.1,
/// 3.10).
fn only_reads(path: &str) -> bool {
    [
        "/oauth2/v2.0/token",
        "/oauth2/v2.0/devicecode",
        "/listClusterUserCredential",
        "/listClusterAdminCredential",
        "/listCredentials",
        "Microsoft.ResourceGraph/resources",
        "/selfsubjectaccessreviews",
        "/subjectaccessreviews",
        "/getByIds",
        "/selfsubjectreviews",
    ]
    .iter()
    .any(|tail| path.ends_with(tail))
        || matches!(path, "/oauth2/token" | "/oauth2/exchange")
}
