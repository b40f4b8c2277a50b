//! The modules of a crate, and where each path that they mention leads.

use std::collections::BTreeMap;

use crate::circles::{Graph, Import};
use crate::mentions::{Mention, Said, read};

/// A module by its path; the root of the crate has an empty one.
type Module = Vec<String>;

/// The number of re-exports through which a path is followed.
const FAR: usize = 12;

/// A crate's modules.
#[derive(Debug)]
pub struct Tree {
    modules: BTreeMap<Module, Place>,
    /// The module of each file.
    files: BTreeMap<String, Module>,
}

/// A module, and the file that it is in.
#[derive(Debug)]
struct Place {
    file: String,
    said: Said,
}

/// A mention, and the modules on the way that it leads.
struct Led<'t> {
    from: &'t Place,
    mention: &'t Mention,
    trail: Vec<Module>,
}

impl Tree {
    /// Reads a crate from the file at its root, by the modules that it declares. `text` gives the text of a file, whose
    /// name is relative to `src/`.
    pub fn read(root: &str, text: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut tree = Self { modules: BTreeMap::new(), files: BTreeMap::new() };
        let mut left = vec![(Module::new(), root.to_owned())];
        while let Some((module, file)) = left.pop() {
            let source = text(&file).ok_or_else(|| format!("{file} is declared and not there"))?;
            let all = read(&module, &source).map_err(|why| format!("{file}:{}: {why}", why.span().start().line))?;
            for said in all {
                for name in &said.declared {
                    let child = [&said.module[..], std::slice::from_ref(name)].concat();
                    let [short, long] = [".rs", "/mod.rs"].map(|end| child.join("/") + end);
                    left.push((child, if text(&short).is_some() { short } else { long }));
                }
                tree.modules.insert(said.module.clone(), Place { file: file.clone(), said });
            }
            tree.files.insert(file, module);
        }
        Ok(tree)
    }

    /// Returns the names of the files.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Returns the room that a file is in. `None` for the root.
    pub fn room_of(&self, file: &str) -> Option<&str> {
        self.files.get(file)?.first().map(String::as_str)
    }

    /// Returns the imports between rooms.
    ///
    /// A path counts as an import of the first room that it leads through, wherever that room has it from.
    pub fn between_rooms(&self) -> Graph {
        let mut graph = Graph::default();
        for led in self.led() {
            let to = led.trail.iter().find_map(|module| module.first());
            if let (Some(from), Some(to)) = (led.from.said.module.first(), to) {
                graph.add(from, to, led.import());
            }
        }
        graph
    }

    /// Returns the imports between files, by the end of each path. What a file has from a module that it is in does not
    /// count.
    pub fn between_files(&self) -> Graph {
        let mut graph = Graph::default();
        for led in self.led() {
            let Some(to) = led.trail.last().and_then(|module| self.modules.get(module)) else { continue };
            let around = self.files.get(&to.file).is_some_and(|file| led.from.said.module.starts_with(file));
            if !around {
                graph.add(&led.from.file, &to.file, led.import());
            }
        }
        graph
    }

    /// Returns every mention that leads anywhere in the crate.
    fn led(&self) -> impl Iterator<Item = Led<'_>> {
        let all = self.modules.values().flat_map(|from| from.said.mentions.iter().map(move |mention| (from, mention)));
        all.filter_map(|(from, mention)| {
            let anchored = mention.path.first().is_some_and(|word| is_anchor(word));
            // A name that was brought in counts where it was; what stands below a module that was counts here.
            let counts = anchored || mention.imports || self.is_module(&from.said, mention.path.first()?);
            let trail = self.trail(&from.said.module, &mention.path, FAR).filter(|_| counts)?;
            Some(Led { from, mention, trail })
        })
    }

    /// True where a name stands for a module there.
    fn is_module(&self, there: &Said, name: &String) -> bool {
        let trail = self.trail(&there.module, std::slice::from_ref(name), FAR);
        let last = trail.as_ref().and_then(|trail| trail.last());
        let names = there.names.iter().find(|(known, _)| known == name).map(|(_, path)| path.last());
        last.is_some_and(|module| module.is_empty() || module.last() == names.flatten().or(Some(name)))
    }

    /// Returns the modules that a path leads through, from a module on. The last one has what the path names. `None`
    /// where the path leads out of the crate.
    fn trail(&self, from: &[String], path: &[String], far: usize) -> Option<Vec<Module>> {
        let far = far.checked_sub(1)?;
        let (mut at, mut trail, mut rest) = (from.to_vec(), Vec::new(), path);
        while let Some((word, tail)) = rest.split_first().filter(|(word, _)| is_anchor(word)) {
            match word.as_str() {
                "crate" => at.clear(),
                "super" => drop(at.pop()),
                _ => {}
            }
            (trail, rest) = (vec![at.clone()], tail);
        }
        if trail.is_empty() && !self.knows(&at, rest.first()?, far) {
            return None;
        }
        while let Some((word, tail)) = rest.split_first() {
            let child = [&at[..], std::slice::from_ref(word)].concat();
            if self.modules.contains_key(&child) {
                at = child;
                trail.push(at.clone());
                rest = tail;
                continue;
            }
            trail.extend(self.through(&at, word, tail, far).unwrap_or_else(|| vec![at.clone()]));
            break;
        }
        trail.dedup();
        Some(trail)
    }

    /// Returns the modules that a name leads through which another module has from elsewhere.
    fn through(&self, at: &[String], word: &str, tail: &[String], far: usize) -> Option<Vec<Module>> {
        let said = &self.modules.get(at)?.said;
        if let Some((_, path)) = said.names.iter().find(|(name, _)| name == word) {
            return self.trail(at, &[path, tail].concat(), far);
        }
        if said.items.iter().any(|item| item == word) {
            return None;
        }
        said.globs.iter().find_map(|glob| {
            let mut trail = self.trail(at, glob, far)?;
            let end = trail.last()?.clone();
            let path: Vec<String> = ["self", word].map(str::to_owned).into_iter().chain(tail.iter().cloned()).collect();
            trail.extend(self.knows(&end, word, far).then(|| self.trail(&end, &path, far))??);
            Some(trail)
        })
    }

    /// True where a module has something of that name: defined, declared, or brought in from this crate.
    fn knows(&self, module: &[String], word: &str, far: usize) -> bool {
        let Some(place) = self.modules.get(module) else { return false };
        let child = [module, &[word.to_owned()]].concat();
        self.modules.contains_key(&child)
            || place.said.items.iter().any(|item| item == word)
            || self.through(module, word, &[], far).is_some()
    }
}

impl Led<'_> {
    fn import(&self) -> Import {
        let Mention { line, path, imports } = self.mention;
        let follows = !imports && !path.first().is_some_and(|word| is_anchor(word));
        Import { file: self.from.file.clone(), line: *line, path: path.join("::"), follows }
    }
}

/// True where a path that begins with this word begins at a module that is known.
fn is_anchor(word: &str) -> bool {
    matches!(word, "crate" | "super" | "self")
}
