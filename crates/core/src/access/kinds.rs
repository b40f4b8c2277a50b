//! The kinds of Kubernetes' objects that people ask about, as they name them.

use std::fmt;
use std::str::FromStr;

use super::Question;
use crate::text::printable;

/// A kind of objects, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKind {
    /// The API group. Empty for the core group.
    pub group: String,
    /// The plural.
    pub resource: String,
    /// The part. Empty where the whole is meant.
    pub part: String,
    /// True where the objects are in namespaces.
    pub is_namespaced: bool,
}

/// A question as people ask it: `VERB RESOURCE[.GROUP][/PART] [-n NAMESPACE]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Can {
    /// The verb.
    pub verb: String,
    /// The kind.
    pub kind: ObjectKind,
    /// The namespace. `None` for all of them.
    pub namespace: Option<String>,
}

/// The verbs of a matrix.
pub const VERBS: [&str; 7] = ["get", "list", "watch", "create", "update", "patch", "delete"];

/// The kinds of a matrix, by group: those in namespaces, and those beside them.
const KINDS: [(&str, &[&str], &[&str]); 9] = [
    (
        "",
        &[
            "pods",
            "pods/log",
            "pods/exec",
            "pods/portforward",
            "services",
            "configmaps",
            "secrets",
            "serviceaccounts",
            "serviceaccounts/token",
            "persistentvolumeclaims",
            "events",
            "resourcequotas",
        ],
        &["namespaces", "nodes", "persistentvolumes"],
    ),
    ("apps", &["deployments", "deployments/scale", "statefulsets", "daemonsets", "replicasets"], &[]),
    ("batch", &["jobs", "cronjobs"], &[]),
    ("networking.k8s.io", &["ingresses", "networkpolicies"], &[]),
    ("autoscaling", &["horizontalpodautoscalers"], &[]),
    ("policy", &["poddisruptionbudgets"], &[]),
    ("rbac.authorization.k8s.io", &["roles", "rolebindings"], &["clusterroles", "clusterrolebindings"]),
    ("storage.k8s.io", &[], &["storageclasses"]),
    ("apiextensions.k8s.io", &[], &["customresourcedefinitions"]),
];

impl ObjectKind {
    /// Returns the kinds of a matrix.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let of = |group: &str, name: &&str, is_namespaced| {
            let (resource, part) = name.split_once('/').unwrap_or((name, ""));
            Self { group: group.to_owned(), resource: resource.to_owned(), part: part.to_owned(), is_namespaced }
        };
        let rows = KINDS.iter().flat_map(|(group, inside, beside)| {
            let inside = inside.iter().map(move |name| of(group, name, true));
            inside.chain(beside.iter().map(move |name| of(group, name, false)))
        });
        rows.collect()
    }

    /// Returns the name without the group, where the name tells the group.
    #[must_use]
    pub fn short(&self) -> String {
        let is_known = Self::all().iter().any(|known| known.resource == self.resource && known.group == self.group);
        let group = if is_known || self.group.is_empty() { String::new() } else { format!(".{}", self.group) };
        let part = if self.part.is_empty() { String::new() } else { format!("/{}", self.part) };
        format!("{}{group}{part}", self.resource)
    }

    /// Returns the question of a verb on it.
    #[must_use]
    pub fn asked<'a>(&'a self, verb: &'a str, namespace: Option<&'a str>) -> Question<'a> {
        let namespace = namespace.filter(|_| self.is_namespaced).unwrap_or_default();
        let Self { group, resource, part, .. } = self;
        Question { verb, group, resource, subresource: part, namespace, name: "" }
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        if self.part.is_empty() { Ok(()) } else { write!(f, "/{}", self.part) }
    }
}

impl FromStr for ObjectKind {
    type Err = String;

    /// Reads `RESOURCE[.GROUP][/PART]`, with the plural of the resource. Without a group it is that of the usual kinds.
    fn from_str(text: &str) -> Result<Self, String> {
        let (whole, part) = text.split_once('/').unwrap_or((text, ""));
        let (resource, group) = whole.split_once('.').unwrap_or((whole, ""));
        let is_word = |word: &str| {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.*".contains(&byte);
            word.bytes().all(plain)
        };
        if resource.is_empty() || ![resource, group, part].into_iter().all(is_word) {
            return Err(format!(
                "{} is no kind: it reads RESOURCE[.GROUP][/PART], such as pods/log or deployments.apps",
                printable(text, 80)
            ));
        }
        let usual = Self::all();
        let known = usual.iter().find(|known| known.resource == resource && (group.is_empty() || known.group == group));
        Ok(Self {
            group: known.map_or_else(|| group.to_owned(), |known| known.group.clone()),
            resource: resource.to_owned(),
            part: part.to_owned(),
            is_namespaced: known.is_none_or(|known| known.is_namespaced),
        })
    }
}

impl FromStr for Can {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            let text = printable(text, 80);
            format!(
                "{text} is no question: it reads \"VERB RESOURCE[.GROUP][/PART] [-n NAMESPACE]\", such as \"get pods -n shop\""
            )
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let (verb, kind, namespace) = match words.as_slice() {
            [verb, kind] => (verb, kind, None),
            [verb, kind, "-n" | "--namespace", namespace] => (verb, kind, Some((*namespace).to_owned())),
            _ => return Err(wrong()),
        };
        if !verb.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'*') {
            return Err(wrong());
        }
        Ok(Self { verb: (*verb).to_owned(), kind: kind.parse()?, namespace })
    }
}

impl Can {
    /// Returns the question.
    #[must_use]
    pub fn asked(&self) -> Question<'_> {
        self.kind.asked(&self.verb, self.namespace.as_deref())
    }
}

impl fmt::Display for Can {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.kind)?;
        match &self.namespace {
            Some(namespace) if self.kind.is_namespaced => write!(f, " in {namespace}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_as_people_name_them_and_read_back() {
        for (text, group, resource, part, is_namespaced) in [
            ("pods", "", "pods", "", true),
            ("pods/log", "", "pods", "log", true),
            ("deployments", "apps", "deployments", "", true),
            ("deployments.apps/scale", "apps", "deployments", "scale", true),
            ("nodes", "", "nodes", "", false),
            ("clusterroles", "rbac.authorization.k8s.io", "clusterroles", "", false),
            ("widgets.example.com", "example.com", "widgets", "", true),
            ("*", "", "*", "", true),
        ] {
            let kind: ObjectKind = text.parse().expect("a kind");
            let wanted = ObjectKind {
                group: group.to_owned(),
                resource: resource.to_owned(),
                part: part.to_owned(),
                is_namespaced,
            };
            assert_eq!(kind, wanted, "{text}");
            assert_eq!(kind.to_string().parse(), Ok(kind.clone()));
            assert_eq!(kind.short().parse(), Ok(kind));
        }
        for text in ["", "/log", "Pods", "po ds", "pods/lo g"] {
            assert!(text.parse::<ObjectKind>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_question_is_read_whole_or_refused() {
        let can: Can = "list  secrets -n shop".parse().expect("a question");
        assert_eq!((can.to_string().as_str(), can.asked().namespace), ("list secrets in shop", "shop"));
        let can: Can = "list nodes --namespace shop".parse().expect("a question");
        assert_eq!((can.to_string().as_str(), can.asked().namespace), ("list nodes", ""));
        for text in ["", "get", "get pods -n", "get pods shop", "GET pods", "get pods -n a b"] {
            assert!(text.parse::<Can>().is_err(), "{text}");
        }
    }
}
