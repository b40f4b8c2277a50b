//! The imports between modules, and the circles in them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;

/// A path in a file that needs another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The path, as it is written there.
    pub path: String,
    /// True where the mention begins at a module that the file has brought in, so that another import most often tells
    /// as much.
    pub follows: bool,
}

/// Rooms or files, and what each imports from which other.
#[derive(Debug, Default)]
pub struct Graph(BTreeMap<String, BTreeMap<String, BTreeSet<Import>>>);

impl Graph {
    /// Adds an import; one from oneself is none.
    pub fn add(&mut self, from: &str, to: &str, import: Import) {
        if from != to {
            self.0.entry(from.to_owned()).or_default().entry(to.to_owned()).or_default().insert(import);
        }
    }

    /// Returns every pair of which the first imports from the second.
    pub fn edges(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(from, to)| to.keys().map(move |to| (from.as_str(), to.as_str())))
    }

    /// Returns the part of the graph that stays inside a group.
    pub fn within<'a>(&self, group: impl Fn(&str) -> Option<&'a str>) -> Self {
        let mut part = Self::default();
        for (from, to) in self.edges().filter(|(from, to)| group(from).is_some() && group(from) == group(to)) {
            let imports = self.imports(from, to).clone();
            part.0.entry(from.to_owned()).or_default().insert(to.to_owned(), imports);
        }
        part
    }

    fn imports(&self, from: &str, to: &str) -> &BTreeSet<Import> {
        &self.0[from][to]
    }

    /// Returns the groups of more than so many names in which each needs each, in whatever way, the largest first.
    pub fn knots(&self, more_than: usize) -> Vec<BTreeSet<&str>> {
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            self.0.keys().map(|from| (from.as_str(), self.paths(from).into_keys().collect())).collect();
        let knot = |name: &&str| -> BTreeSet<&str> {
            let back = |other: &&&str| reached.get(**other).is_some_and(|from| from.contains(name));
            reached[name].iter().filter(back).copied().collect()
        };
        let all: BTreeSet<BTreeSet<&str>> = reached.keys().map(knot).filter(|knot| knot.len() > more_than).collect();
        let mut all: Vec<_> = all.into_iter().collect();
        all.sort_by_key(|knot| std::cmp::Reverse(knot.len()));
        all
    }

    /// Returns the names in each circle, in order: the shortest circle through every edge of those groups, shortest
    /// first.
    pub fn circles(&self, more_than: usize) -> Vec<Vec<&str>> {
        let mut found = BTreeSet::new();
        for knot in self.knots(more_than) {
            for (from, to) in self.edges().filter(|(from, to)| knot.contains(from) && knot.contains(to)) {
                let mut circle = self.paths(to).remove(from).unwrap_or_default();
                // A circle begins at the first name, wherever it was found.
                let first = circle.iter().enumerate().min_by_key(|(_, name)| **name).map_or(0, |(at, _)| at);
                circle.rotate_left(first);
                found.insert((circle.len(), circle));
            }
        }
        found.into_iter().map(|(_, circle)| circle).collect()
    }

    /// Returns the shortest path from a name to every one that it needs, including itself where it is in a circle. Each
    /// path has both ends.
    fn paths<'g>(&'g self, from: &str) -> BTreeMap<&'g str, Vec<&'g str>> {
        let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let Some((from, _)) = self.0.get_key_value(from) else { return found };
        let mut left = VecDeque::from([(from.as_str(), vec![from.as_str()])]);
        while let Some((at, way)) = left.pop_front() {
            for to in self.0.get(at).into_iter().flat_map(BTreeMap::keys) {
                if !found.contains_key(to.as_str()) {
                    let way = if to == from { way.clone() } else { [&way[..], &[to]].concat() };
                    found.insert(to, way.clone());
                    left.push_back((to, way));
                }
            }
        }
        found
    }

    /// Returns the groups of more than so many names for a person: who is in them, then their circles, each with the
    /// imports that close it. `None` where there is no such group.
    pub fn told(&self, more_than: usize) -> Option<String> {
        let mut text = String::new();
        for knot in self.knots(more_than) {
            let names: Vec<_> = knot.iter().copied().collect();
            let _ = writeln!(text, "  {} need each other: {}", names.len(), names.join(", "));
        }
        for circle in self.circles(more_than) {
            let _ = writeln!(text, "  {} -> {}", circle.join(" -> "), circle[0]);
            for (at, from) in circle.iter().enumerate() {
                let to = circle[(at + 1) % circle.len()];
                let imports = self.imports(from, to);
                let own = imports.iter().any(|import| !import.follows);
                let mut places: BTreeMap<(&str, usize), Vec<&str>> = BTreeMap::new();
                for import in imports.iter().filter(|import| !(own && import.follows)) {
                    places.entry((&import.file, import.line)).or_default().push(&import.path);
                }
                for ((file, line), paths) in places {
                    let _ = writeln!(text, "    {from} -> {to}: {file}:{line} {}", paths.join(", "));
                }
            }
        }
        (!text.is_empty()).then_some(text)
    }
}
