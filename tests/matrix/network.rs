//! Faults of the network and of the services, at every request that a route makes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use crosspull_support::{End, ROUTES, Story, text};

use crate::sameness::{self, Strikes};

/// The number of requests that are struck, of those that are alike. Later ones are the same question again.
const ALIKE: usize = 3;

/// The number of cells that had their fault.
pub static STRUCK: AtomicUsize = AtomicUsize::new(0);

/// A fault.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    name: &'static str,
    /// As a scenario has it.
    pub act: &'static str,
}

/// The faults of the matrix. The program is told to be quicker than the cloud, so that a request that hangs is given up
/// after five seconds.
pub const FAULTS: [Fault; 7] = [
    Fault { name: "cut before it was done", act: "do = 'drop'" },
    Fault { name: "reply lost after it was done", act: "do = 'lose_reply'" },
    Fault { name: "429", act: "do = 'status'\ncode = 429\nretry_after = 2" },
    Fault { name: "500", act: "do = 'status'\ncode = 500" },
    Fault { name: "503", act: "do = 'status'\ncode = 503" },
    Fault { name: "hangs until the deadline", act: "do = 'hang'" },
    Fault { name: "torn body", act: "do = 'garbage'" },
];

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A request of a route: the nth of those that are alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The route that is struck.
    route: usize,
    /// Plane, method and path, as a scenario has it.
    pattern: String,
    nth: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) of {}", self.pattern, self.nth, ROUTES[self.route].name())
    }
}

impl Place {
    /// Returns every request that an undisturbed run makes.
    pub fn all() -> Vec<Self> {
        (0..ROUTES.len()).filter(|at| ROUTES[*at].is_wanted()).flat_map(Self::all_of).collect()
    }

    fn all_of(route: usize) -> Vec<Self> {
        let story = ROUTES[route].story();
        story.apply(&[]).ends_well();
        let alike = |(pattern, count): (String, usize)| {
            (1..=count.min(ALIKE)).map(move |nth| Self { route, pattern: pattern.clone(), nth })
        };
        counted(&story).into_iter().flat_map(alike).collect()
    }

    /// True where so many of those requests were made.
    fn is_reached(&self, story: &Story) -> bool {
        counted(story).get(&self.pattern).is_some_and(|count| *count >= self.nth)
    }
}

/// Returns the number of requests by pattern, without those of the cluster's nodes, which pull too.
pub fn counted(story: &Story) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in story.sim.requests().as_array().expect("a list") {
        if !text(request, "client").starts_with("containerd/") {
            *counts.entry(pattern(request)).or_default() += 1;
        }
    }
    counts
}

/// Returns the pattern of a request. It matches any value of what a run makes up.
pub fn pattern(request: &serde_json::Value) -> String {
    let plane = text(request, "plane");
    let path = text(request, "path");
    let path = if plane == "graph" { path.trim_start_matches("/v1.0") } else { path };
    let made_up = |part: &str| {
        let guid = part.len() == 36 && part.matches('-').count() == 4;
        guid || part.starts_with("crosspull-")
    };
    let parts: Vec<&str> = path.split('/').map(|part| if made_up(part) { "{x}" } else { part }).collect();
    format!("{plane} {} {}", text(request, "method"), parts.join("/"))
}

/// Returns the test of what must hold where a fault strikes a request once.
pub fn held(place: &Place, fault: Fault) -> impl FnOnce() + Send + 'static {
    let place = place.clone();
    let own = format!(
        "name = 'a-fault'\nsays = '{fault}'\n[[fault]]\non = \"{}\"\nnth = {}\n{}",
        place.pattern, place.nth, fault.act
    );
    move || {
        let route = &ROUTES[place.route];
        let story = route.told(&own);
        let first = story.apply(&[]);
        // How often the cloud is asked until it agrees with itself differs from run to run.
        assert!(place.nth > 1 || place.is_reached(&story), "the fault struck nothing");
        STRUCK.fetch_add(usize::from(place.is_reached(&story)), Ordering::Relaxed);
        let unbroken = first.code == Some(0);
        finished(route, &story, first);
        sameness::is_that_of_an_undisturbed_run(route, &story);
        taken_back(&story);
        if !unbroken {
            let story = route.told(&own);
            story.apply(&[]);
            taken_back(&story);
        }
    }
}

/// The run is gone on with, once or more, until it is done.
pub fn finished(route: &impl Strikes, story: &Story, first: End) {
    let mut end = first;
    for _ in 0..3 {
        if end.code == Some(0) {
            break;
        }
        end = if story.journals().is_empty() { route.begin(story) } else { story.resume(&[]) };
    }
    end.ends_well();
}

/// The run is taken back, where there is one.
pub fn taken_back(story: &Story) {
    if !story.journals().is_empty() {
        let end = story.undo(&[]);
        // The fault may strike the way back: then a second time finishes it.
        let end = if end.code == Some(0) { end } else { story.undo(&[]) };
        end.ends_well();
    }
    story.is_taken_back();
}
