//! Two worlds are the same where they differ in nothing but the ids and times that a run makes up.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use crosspull_support::{AccessRun, End, Story, Struck, forget_pulls_of_identities};
use regex::Regex;

/// Returns the world of a story without anything made up.
pub fn of(story: &Story) -> String {
    static MADE_UP: OnceLock<Regex> = OnceLock::new();
    let made_up = MADE_UP.get_or_init(|| {
        Regex::new(
            r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d{2}-\d{2}T[0-9:.]+Z|crosspull(-run:| )[0-9a-f]{8}|localhost:\d+",
        )
        .expect("a pattern")
    });
    let mut world = story.sim.world();
    for registry in world["registries"].as_array_mut().into_iter().flatten() {
        registry["pulls"].take();
    }
    forget_pulls_of_identities(&mut world);
    // The order in which things were made is not what they are.
    made_up.replace_all(&sorted(world).to_string(), "*").into_owned()
}

fn sorted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Array(list) => {
            let mut list: Vec<_> = list.into_iter().map(sorted).collect();
            list.sort_by_key(key);
            serde_json::Value::Array(list)
        }
        serde_json::Value::Object(map) => map.into_iter().map(|(name, value)| (name, sorted(value))).collect(),
        other => other,
    }
}

/// Returns the key by which the items of a list are ordered: names and scopes, which a run does not make up.
fn key(item: &serde_json::Value) -> String {
    ["displayName", "scope", "name", "image"].map(|name| item[name].to_string()).join(" ")
}

/// A run that is struck.
pub trait Strikes {
    /// Returns the name for people.
    fn name(&self) -> &'static str;
    /// Starts its cloud.
    fn story(&self) -> Story;
    /// Runs it from the beginning.
    fn begin(&self, story: &Story) -> End;
}

impl Strikes for Struck {
    fn name(&self) -> &'static str {
        Struck::name(self)
    }

    fn story(&self) -> Story {
        Struck::story(self)
    }

    fn begin(&self, story: &Story) -> End {
        story.apply(&[])
    }
}

impl Strikes for AccessRun {
    fn name(&self) -> &'static str {
        self.name
    }

    fn story(&self) -> Story {
        AccessRun::story(self)
    }

    fn begin(&self, story: &Story) -> End {
        AccessRun::begin(self, story)
    }
}

/// The world that an undisturbed run ends in.
fn undisturbed(route: &impl Strikes) -> String {
    static WORLDS: Mutex<BTreeMap<&str, String>> = Mutex::new(BTreeMap::new());
    let mut worlds = WORLDS.lock().expect("an undisturbed run is done");
    let world = worlds.entry(route.name()).or_insert_with(|| {
        let story = route.story();
        route.begin(&story).ends_well();
        of(&story)
    });
    world.clone()
}

/// The run is done, exactly as an undisturbed one.
pub fn is_that_of_an_undisturbed_run(route: &impl Strikes, story: &Story) {
    assert_eq!(of(story), undisturbed(route), "the world differs from that of an undisturbed run");
}
