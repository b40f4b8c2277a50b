//! The dependencies that each crate may have. The compiler keeps a boundary only as long as nobody adds the dependency,
//! so this test does.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// The packages that each crate may see: of ours, and of those that talk to the outside.
const MAY: [(&str, &[&str]); 7] = [
    ("crosspull-core", &[]),
    ("crosspull-azure", &["crosspull-core"]),
    ("crosspull-sim", &[]),
    ("crosspull-tui", &["crosspull-core"]),
    ("crosspull-reference", &[]),
    ("crosspull-support", &["crosspull-core", "crosspull-sim"]),
    ("crosspull", &["crosspull-core", "crosspull-azure", "crosspull-sim", "crosspull-tui"]),
];

/// Crates that do I/O or draw, and who alone may have them.
const OUTSIDE: [(&str, &[&str]); 6] = [
    ("tokio", &["crosspull-azure", "crosspull-sim", "crosspull-support", "crosspull"]),
    ("reqwest", &["crosspull-azure", "crosspull-sim", "crosspull-support"]),
    ("azure_identity", &["crosspull-azure"]),
    ("ratatui", &["crosspull-tui", "crosspull"]),
    ("crossterm", &["crosspull-tui", "crosspull"]),
    ("color-eyre", &["crosspull"]),
];

/// Returns the normal dependencies of our packages, by name.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let names = |package: &Value| {
        let list = package["dependencies"].as_array().cloned().unwrap_or_default();
        let normal = list.into_iter().filter(|d| d["kind"].is_null());
        normal.filter_map(|d| d["name"].as_str().map(str::to_owned)).collect()
    };
    let packages = metadata["packages"].as_array().expect("packages");
    packages.iter().map(|p| (p["name"].as_str().unwrap_or_default().to_owned(), names(p))).collect()
}

#[test]
fn each_crate_sees_only_what_it_may() {
    let found = dependencies();
    assert_eq!(found.len(), MAY.len(), "a crate is missing in the table, or gone: {:?}", found.keys());
    for (name, may) in MAY {
        let ours: Vec<_> = found[name].iter().filter(|d| d.starts_with("crosspull")).map(String::as_str).collect();
        let expected: BTreeSet<_> = may.iter().copied().collect();
        assert_eq!(ours.into_iter().collect::<BTreeSet<_>>(), expected, "{name}");
    }
}

#[test]
fn what_talks_to_the_outside_stays_where_it_belongs() {
    let found = dependencies();
    for (outside, may) in OUTSIDE {
        let have: BTreeSet<_> = found.iter().filter(|(_, d)| d.contains(outside)).map(|(n, _)| n.as_str()).collect();
        assert_eq!(have, may.iter().copied().collect(), "{outside}");
    }
}
