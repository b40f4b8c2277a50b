//! A rule of a role: what it allows, and what it covers of another.

use serde::Deserialize;
use serde_json::Value;

use crate::kubernetes::question::{About, Question, Resource};

/// A rule of a role: `PolicyRule`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "camelCase", default)]
pub struct Rule {
    /// The verbs.
    pub verbs: Vec<String>,
    /// The API groups of the resources.
    pub api_groups: Vec<String>,
    /// The resources, with their subresources.
    pub resources: Vec<String>,
    /// The names of the objects. All of them where it is empty.
    pub resource_names: Vec<String>,
    /// The paths that are about no object.
    #[serde(rename = "nonResourceURLs")]
    pub paths: Vec<String>,
}

fn any(known: &[String], wanted: &str) -> bool {
    known.iter().any(|known| known == "*" || known == wanted)
}

impl Rule {
    /// Returns the rules of a role's object.
    #[must_use]
    pub fn all(role: &Value) -> Vec<Self> {
        role.get("rules").and_then(|rules| Vec::deserialize(rules).ok()).unwrap_or_default()
    }

    /// True where the rule allows what is asked for (`RuleAllows`).
    #[must_use]
    pub fn allows(&self, question: &Question<'_>) -> bool {
        any(&self.verbs, question.verb)
            && match question.about {
                About::Path(path) => self.has_path(path),
                About::Resource(asked) => {
                    any(&self.api_groups, asked.group) && self.has_resource(&asked) && self.has_name(asked.name)
                }
            }
    }

    /// True where the rule is about a path (`NonResourceURLMatches`).
    fn has_path(&self, path: &str) -> bool {
        self.paths.iter().any(|known| match known.strip_suffix('*') {
            Some(_) => path.starts_with(known.trim_end_matches('*')),
            None => known == path,
        })
    }

    /// True where the rule is about a resource (`ResourceMatches`): `*` is any, `*/scale` that subresource of any.
    fn has_resource(&self, asked: &Resource<'_>) -> bool {
        let combined = match asked.subresource {
            "" => asked.resource.to_owned(),
            subresource => format!("{}/{subresource}", asked.resource),
        };
        self.resources.iter().any(|known| {
            let of_any = || !asked.subresource.is_empty() && known.strip_prefix("*/") == Some(asked.subresource);
            known == "*" || *known == combined || of_any()
        })
    }

    fn has_name(&self, name: &str) -> bool {
        self.resource_names.is_empty() || self.resource_names.iter().any(|known| known == name)
    }

    /// Returns the rule in parts, each with one verb and one object (`BreakdownRule` of
    /// `k8s.io/component-helpers/auth/rbac/validation`).
    #[must_use]
    pub fn parts(&self) -> Vec<Self> {
        let one = |text: &String| vec![text.clone()];
        let mut parts = Vec::new();
        for verb in &self.verbs {
            parts.extend(self.paths.iter().map(|path| Self { verbs: one(verb), paths: one(path), ..Self::default() }));
            for group in &self.api_groups {
                for resource in &self.resources {
                    let part =
                        Self { verbs: one(verb), api_groups: one(group), resources: one(resource), ..Self::default() };
                    let named = self.resource_names.iter();
                    parts.extend(named.map(|name| Self { resource_names: one(name), ..part.clone() }));
                    if self.resource_names.is_empty() {
                        parts.push(part);
                    }
                }
            }
        }
        parts
    }

    /// True where the rule allows everything that a part of another does (`ruleCovers`).
    #[must_use]
    pub fn covers(&self, part: &Self) -> bool {
        let has_all = |own: &[String], other: &[String]| other.iter().all(|text| any(own, text));
        let resource = |wanted: &String| {
            let (resource, subresource) = wanted.split_once('/').unwrap_or((wanted, ""));
            self.has_resource(&Resource { resource, subresource, ..Resource::default() })
        };
        let names = match (self.resource_names.as_slice(), part.resource_names.as_slice()) {
            ([], _) => true,
            (_, []) => false,
            (own, wanted) => wanted.iter().all(|name| own.contains(name)),
        };
        has_all(&self.verbs, &part.verbs)
            && has_all(&self.api_groups, &part.api_groups)
            && part.resources.iter().all(resource)
            && part.paths.iter().all(|path| self.has_path(path))
            && names
    }
}

impl std::fmt::Display for Rule {
    /// Writes the rule as refusals name it (`CompactString` of `pkg/apis/rbac/v1`).
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fields = [
            ("APIGroups", &self.api_groups),
            ("Resources", &self.resources),
            ("NonResourceURLs", &self.paths),
            ("ResourceNames", &self.resource_names),
            ("Verbs", &self.verbs),
        ];
        let shown = fields.into_iter().filter(|(_, texts)| !texts.is_empty());
        let shown: Vec<String> = shown.map(|(name, texts)| format!("{name}:{}", quoted(texts))).collect();
        write!(f, "{{{}}}", shown.join(", "))
    }
}

/// Returns texts as Go's `%q` writes them.
#[must_use]
pub fn quoted(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
    format!("[{}]", quoted.join(" "))
}
