//! Every contract, and which operation a request belongs to.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use crate::{Error, Operation, Shape, json_files, load, read_json, shapes};

/// The services the wizard talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Plane {
    /// Azure Resource Manager.
    Arm,
    /// Microsoft Graph v1.0.
    Graph,
    /// The data plane of a registry.
    Registry,
}

impl Plane {
    /// Returns the plane a public host name belongs to.
    pub fn of_host(host: &str) -> Option<Plane> {
        match host {
            "management.azure.com" => Some(Plane::Arm),
            "graph.microsoft.com" => Some(Plane::Graph),
            registry if registry.ends_with(".azurecr.io") => Some(Plane::Registry),
            _ => None,
        }
    }
}

/// All contracts of a [`crate::Reference`].
#[derive(Debug)]
pub struct Contracts {
    operations: Vec<Operation>,
    shapes: BTreeMap<String, Shape>,
}

impl Contracts {
    pub(crate) fn load(folder: &Path) -> Result<Contracts, Error> {
        let common: Value = read_json(&folder.join("arm-common-types-v5.json"))?;
        let graph_types: Value = read_json(&folder.join("graph-v1.0-types-2026-08.json"))?;
        let (mut operations, mut shapes) = (Vec::new(), BTreeMap::new());
        for path in json_files(folder)? {
            let mut document: Value = read_json(&path)?;
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            if document.get("paths").is_some() {
                load::allow_null(&mut document, &graph_types);
                let loaded = load::operations(&stem, &document, &common);
                operations.extend(loaded.map_err(|reason| Error::new(&path, reason))?);
            } else {
                shapes.extend(shapes::load(&stem, &document));
            }
        }
        operations.sort_by_key(|operation| operation.template.rank());
        Ok(Contracts { operations, shapes })
    }

    /// Returns the operation that `method` on `target` is, by the most specific path template that fits. `target` is a
    /// path with or without query, or an absolute URL. Give the plane where the host does not tell it: the wizard's
    /// servers in tests listen on loopback.
    pub fn operation(&self, plane: Option<Plane>, method: &str, target: &str) -> Option<&Operation> {
        let (host, path, _) = split(target);
        let plane = plane.or_else(|| host.and_then(Plane::of_host));
        self.operations.iter().find(|operation| {
            (plane.is_some() || host.is_none())
                && plane.is_none_or(|plane| plane == operation.plane)
                && operation.method.eq_ignore_ascii_case(method)
                && operation.template.matches(path)
        })
    }

    /// Returns the operation with this id, such as `RoleAssignments_Create`.
    pub fn by_id(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// Returns every operation, the most specific path first.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Returns a resource or type known only by its shape: `Microsoft.ContainerRegistry/registries`,
    /// `generateCredentials.output` or `microsoft.graph.application`.
    pub fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.get(name)
    }
}

/// Returns host (of an absolute URL), path and query of a request target.
pub(crate) fn split(target: &str) -> (Option<&str>, &str, &str) {
    let (target, _) = target.split_once('#').unwrap_or((target, ""));
    let (address, query) = target.split_once('?').unwrap_or((target, ""));
    let Some((_, rest)) = address.split_once("://") else {
        return (None, address, query);
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, _) = host.rsplit_once(':').unwrap_or((host, ""));
    (Some(host), path, query)
}

/// A path template such as `/{scope}/providers/Microsoft.Authorization/roleAssignments`.
#[derive(Debug)]
pub(crate) struct Template {
    pub text: String,
    pattern: Option<Regex>,
    spanning: usize,
}

impl Template {
    /// Returns `spans` tells which parameters may cover several segments, or none: a scope is empty at the root,
    /// `parentResourcePath` is empty for a resource that has no parent.
    pub fn new(plane: Plane, text: &str, spans: impl Fn(&str) -> bool) -> Result<Template, String> {
        let text = text.split('?').next().unwrap_or_default();
        let (mut pattern, mut spanning, mut rest) = (String::from("^"), 0, text);
        while let Some((literal, parameter, tail)) = next_parameter(rest) {
            pattern += &regex::escape(literal);
            rest = tail;
            if !spans(parameter) {
                // `$count` and its like are no ids.
                pattern += "[^/$][^/]*";
                continue;
            }
            spanning += 1;
            match tail.strip_prefix('/') {
                Some(tail) if plane == Plane::Arm => {
                    pattern += "(?:.*/)?";
                    rest = tail;
                }
                _ => pattern += ".+",
            }
        }
        pattern += &regex::escape(rest);
        pattern += "$";
        // ARM and Graph compare paths without case, a registry's repositories are lower case by rule.
        let regex = RegexBuilder::new(&pattern)
            .case_insensitive(plane != Plane::Registry)
            .build()
            .map_err(|e| e.to_string())?;
        // A template that is nothing but a parameter (RoleDefinitions_GetById) would match every path.
        let tells_nothing = text.starts_with("/{") && text.find('}') == Some(text.len() - 1);
        Ok(Template { text: text.to_owned(), pattern: (!tells_nothing).then_some(regex), spanning })
    }

    fn matches(&self, path: &str) -> bool {
        self.pattern.as_ref().is_some_and(|p| p.is_match(path))
    }

    /// Sorts the more specific first: more literal text, then fewer parameters that span segments.
    fn rank(&self) -> (Reverse<usize>, usize) {
        let mut literal = 0;
        let mut rest = self.text.as_str();
        while let Some((text, _, tail)) = next_parameter(rest) {
            literal += text.len();
            rest = tail;
        }
        (Reverse(literal + rest.len()), self.spanning)
    }

    /// Returns the path with every parameter replaced.
    pub fn fill(&self, value: impl Fn(&str) -> String) -> String {
        let (mut path, mut rest) = (String::new(), self.text.as_str());
        while let Some((literal, parameter, tail)) = next_parameter(rest) {
            path += literal;
            path += &value(parameter);
            rest = tail;
        }
        path + rest
    }
}

/// Returns the text before the next `{parameter}`, its name, and what follows.
fn next_parameter(text: &str) -> Option<(&str, &str, &str)> {
    let (literal, rest) = text.split_once('{')?;
    let (name, tail) = rest.split_once('}')?;
    Some((literal, name, tail))
}
