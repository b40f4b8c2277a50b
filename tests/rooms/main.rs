//! The rooms of a crate: no two of them need each other.
//!
//! A room is a file or folder at the top of `src/`: `plan/step.rs` is in the room `plan`, `ids.rs` is the room `ids`.
//! The root of a crate is no room. Rooms form no circle, and neither do the files of one room; a file may use the
//! modules that it is in. The simulated cloud may have circles of few files.
//!
//! `cargo test --test rooms -- --show-output` tells the circles that are still there.

#![cfg(test)]

mod circles;
mod made_up;
mod mentions;
mod tree;

use std::path::Path;

use circles::Graph;
use tree::Tree;

/// A crate that is looked at: its name, its folder, and the file at its root.
type Krate = (&'static str, &'static str, &'static str);

/// Crates without circles, neither between rooms nor between the files of a room.
const CLEAN: [Krate; 4] = [
    ("core", "crates/core/src", "lib.rs"),
    ("azure", "crates/azure/src", "lib.rs"),
    ("tui", "crates/tui/src", "lib.rs"),
    ("root", "src", "main.rs"),
];

/// The crate whose files may form circles of a few.
const LOOSE: Krate = ("sim", "crates/sim/src", "lib.rs");

/// The most files that need each other in the crate that may have circles.
const FEW: usize = 5;

/// Crates that still have circles. A crate is struck here by whoever takes its last circle out.
const KNOWN: &[&str] = &[];

/// Returns the circles of a crate for a person. Empty where there are none.
fn found((name, folder, root): Krate) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let tree = Tree::read(root, &|file| std::fs::read_to_string(folder.join(file)).ok()).expect("Rust that parses");
    assert!(tree.files().count() > 5, "{name}: the files are not found");
    let told = if (name, root) == (LOOSE.0, LOOSE.2) { large(&tree.between_files()) } else { all(&tree) };
    println!("{name}: {} files, {}", tree.files().count(), if told.is_empty() { "no circle" } else { &told });
    told
}

/// Returns every circle between rooms, and between the files of a room.
fn all(tree: &Tree) -> String {
    let within = tree.between_files().within(|file| tree.room_of(file));
    [("rooms", tree.between_rooms()), ("files of a room", within)]
        .into_iter()
        .filter_map(|(what, graph)| Some(format!("circles of {what}:\n{}", graph.told(1)?)))
        .collect()
}

/// Returns the circles in which more than a few files are.
fn large(files: &Graph) -> String {
    files.told(FEW).map(|told| format!("circles of more than {FEW} files:\n{told}")).unwrap_or_default()
}

#[test]
fn no_room_needs_a_room_that_needs_it() {
    let mut wrong = Vec::new();
    for krate in CLEAN.into_iter().chain([LOOSE]) {
        let (told, known) = (found(krate), KNOWN.contains(&krate.0));
        match (told.is_empty(), known) {
            (true, true) => wrong.push(format!("{} has no circle any more: strike it in KNOWN", krate.0)),
            (false, false) => wrong.push(format!("{}: {told}", krate.0)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
