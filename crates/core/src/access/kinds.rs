//! The kinds of Kubernetes' objects that people ask about, as they name them.

use std::fmt;
use std::str::FromStr;

use super::Question;
use super::bound::is_segment;
use crate::input::namespace;
use crate::text::printable;

mod words;

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

/// A question as people ask it: `VERB RESOURCE[.GROUP][/PART|/NAME] [-n NAMESPACE]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Can {
    /// The verb.
    pub verb: String,
    /// The kind.
    pub kind: ObjectKind,
    /// The name of the one object that is meant. `None` for all of them.
    pub name: Option<String>,
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

    /// Returns all kinds that are known, those of the matrix first.
    fn known() -> impl Iterator<Item = Self> {
        let others = words::OTHERS.iter().map(|(group, resource, is_namespaced)| Self {
            group: (*group).to_owned(),
            resource: (*resource).to_owned(),
            part: String::new(),
            is_namespaced: *is_namespaced,
        });
        Self::all().into_iter().chain(others)
    }

    /// True for a kind that every cluster has, and for all of them.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.resource == "*" || Self::known().any(|known| known.resource == self.resource && known.group == self.group)
    }

    /// Returns the name without the group, where the name tells the group.
    #[must_use]
    pub fn short(&self) -> String {
        let is_known = Self::known().any(|known| known.resource == self.resource && known.group == self.group);
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

    /// Reads `RESOURCE[.GROUP][/PART]`, with the plural of the resource, the singular or the short name. Without a group it
    /// is that of the kinds that every cluster has.
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
        if !part.is_empty() && part != "*" && !words::PARTS.contains(&part) {
            return Err(format!("{} is no part of a kind, such as log, exec or status", printable(part, 80)));
        }
        let plural = words::of_short(resource).unwrap_or(resource);
        let is_it = |known: &Self| known.resource == plural || words::is_singular(plural, &known.resource);
        let known = Self::known().find(|known| is_it(known) && (group.is_empty() || known.group == group));
        let unknown = || Self {
            group: group.to_owned(),
            resource: resource.to_owned(),
            part: String::new(),
            is_namespaced: true,
        };
        Ok(Self { part: part.to_owned(), ..known.unwrap_or_else(unknown) })
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
        let (verb, kind, place) = match words.as_slice() {
            [verb, kind] => (verb, kind, None),
            [verb, kind, "-n" | "--namespace", place] => (verb, kind, Some(namespace(place)?)),
            _ => return Err(wrong()),
        };
        if !verb.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'*') {
            return Err(wrong());
        }
        // As kubectl reads it: what is no part of a kind is the name of an object.
        let is_name = |after: &str| is_segment(after) && after != "*" && !words::PARTS.contains(&after);
        let (kind, name) = match kind.split_once('/') {
            Some((kind, name)) if is_name(name) => (kind, Some(name.to_owned())),
            _ => (*kind, None),
        };
        Ok(Self { verb: (*verb).to_owned(), kind: kind.parse()?, name, namespace: place })
    }
}

impl Can {
    /// Returns the question.
    #[must_use]
    pub fn asked(&self) -> Question<'_> {
        let name = self.name.as_deref().unwrap_or_default();
        Question { name, ..self.kind.asked(&self.verb, self.namespace.as_deref()) }
    }

    /// Returns what a person ought to know of the question: a word of it that is not known is asked as it stands.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let unknown = |word: &str, what| format!("{word} is not a {what} that crosspull knows; asked as it stands");
        let verb = (!words::VERBS.contains(&self.verb.as_str())).then(|| unknown(&self.verb, "verb"));
        let kind = (!self.kind.is_known()).then(|| unknown(&self.kind.to_string(), "kind"));
        verb.into_iter().chain(kind).collect()
    }
}

impl Can {
    /// True where all namespaces are meant at once.
    #[must_use]
    pub const fn is_of_all_namespaces(&self) -> bool {
        self.namespace.is_none() && self.kind.is_namespaced
    }
}

impl fmt::Display for Can {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.kind)?;
        self.name.iter().try_for_each(|name| write!(f, "/{}", printable(name, 80)))?;
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

    #[test]
    fn words_of_kubectl_name_the_kind_and_unknown_ones_are_told() {
        for (word, kind) in [
            ("po", "pods"),
            ("pod", "pods"),
            ("svc", "services"),
            ("deploy", "deployments.apps"),
            ("ingress", "ingresses.networking.k8s.io"),
            ("networkpolicy", "networkpolicies.networking.k8s.io"),
            ("endpoints", "endpoints"),
            ("sa/token", "serviceaccounts/token"),
            ("storageclass", "storageclasses.storage.k8s.io"),
            ("csr", "certificatesigningrequests.certificates.k8s.io"),
        ] {
            let can: Can = format!("get {word}").parse().expect("a question");
            assert_eq!((can.kind.to_string().as_str(), can.remarks().len()), (kind, 0), "{word}");
        }
        let can: Can = "frob gizmos".parse().expect("a question");
        assert_eq!(
            can.remarks(),
            [
                "frob is not a verb that crosspull knows; asked as it stands",
                "gizmos is not a kind that crosspull knows; asked as it stands"
            ]
        );
    }

    #[test]
    fn what_is_no_part_is_the_name_of_an_object() {
        let can: Can = "get secrets/one -n shop".parse().expect("a question");
        assert_eq!((can.asked().name, can.asked().subresource), ("one", ""));
        assert_eq!(can.to_string(), "get secrets/one in shop");
        let can: Can = "get pods/log".parse().expect("a question");
        assert_eq!((can.asked().name, can.asked().subresource), ("", "log"));
        assert!("secrets/one".parse::<ObjectKind>().is_err(), "a row of a matrix is about a kind");
        for wrong in ["get pods -n Shop", "get pods -n a_b", "get pods -n -x"] {
            assert!(wrong.parse::<Can>().is_err(), "{wrong}");
        }
    }
}
