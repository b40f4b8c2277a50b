//! The conditions of a change: before it kubectl can load the file, and after it all else is the same.

use std::collections::HashSet;

use super::node::{Fields, NOT_KEPT, Node};
use super::{Kubeconfig, LISTS, Names};

/// The fields that kubectl reads as texts, in each list and in the file itself (client-go, `clientcmd/api/v1`).
const TEXTS: [(&str, &[&str]); 3] = [
    ("clusters", &["server", "tls-server-name", "certificate-authority", "certificate-authority-data", "proxy-url"]),
    (
        "users",
        &[
            "client-certificate",
            "client-certificate-data",
            "client-key",
            "client-key-data",
            "token",
            "tokenFile",
            "username",
            "password",
        ],
    ),
    ("contexts", &["cluster", "user", "namespace"]),
];

/// Checks that kubectl can load a file.
///
/// # Errors
/// A clause on what is wrong, which quotes nothing.
pub(super) fn loadable(file: &Fields) -> Result<(), String> {
    let is_one_of = |name: &str, known: &str| match file.get(name) {
        None | Some(Node::Null) => true,
        Some(node) => node.as_text().is_some_and(|text| text.is_empty() || text == known),
    };
    if !is_one_of("kind", "Config") {
        return Err("it is of another kind than a kubeconfig".to_owned());
    }
    if !is_one_of("apiVersion", "v1") {
        return Err("its apiVersion is not v1, so kubectl cannot load it".to_owned());
    }
    if !is_text(file.get("current-context")) {
        return Err("its current-context is no text, so kubectl cannot load it".to_owned());
    }
    LISTS.into_iter().try_for_each(|(list, thing)| match file.get(list) {
        None | Some(Node::Null) => Ok(()),
        Some(node) => {
            let items = node.as_list().ok_or_else(|| format!("{list} in it is no list"))?;
            all_loadable(items, list, thing)
        }
    })
}

fn all_loadable(items: &[Node], list: &str, thing: &str) -> Result<(), String> {
    let mut names = HashSet::new();
    for item in items {
        let name = item.text_at("name").ok_or_else(|| format!("a {thing} in it has no name"))?;
        if !names.insert(name) {
            return Err(format!("two of its {list} have one name, so kubectl cannot load it"));
        }
        let fields = match item.as_fields().and_then(|item| item.get(thing)) {
            None | Some(Node::Null) => continue,
            Some(node) => node.as_fields().ok_or_else(|| format!("a {thing} in it is no mapping"))?,
        };
        let texts = TEXTS.iter().find(|(of, _)| *of == list).map_or(&[][..], |(_, texts)| texts);
        if let Some(wrong) = texts.iter().find(|text| !is_text(fields.get(**text))) {
            return Err(format!("the {wrong} of a {thing} in it is no text, so kubectl cannot load it"));
        }
    }
    Ok(())
}

fn is_text(node: Option<&Node>) -> bool {
    matches!(node, None | Some(Node::Null | Node::Text(_)))
}

impl Kubeconfig {
    /// Returns the new text of a file into which an entry of those names was put.
    ///
    /// # Errors
    /// A clause where not all else in it would be read as it was.
    pub fn text_after(&self, before: &Self, names: &Names) -> Result<String, String> {
        let text = self.text()?;
        let after = Self::parse(&text)?;
        if after.without(names) == before.without(names) { Ok(text) } else { Err(NOT_KEPT.to_owned()) }
    }

    /// Returns all fields but what an entry of those names may change.
    fn without(&self, names: &Names) -> Vec<(&str, Vec<&Node>)> {
        let own = [("clusters", &names.cluster), ("users", &names.user), ("contexts", &names.context)];
        let mut all: Vec<(&str, Vec<&Node>)> = Vec::new();
        for (name, node) in self.0.iter().filter(|(name, _)| *name != "current-context") {
            match own.iter().find(|(list, _)| list == name) {
                None => all.push((name, vec![node])),
                Some((_, own)) => {
                    let items = node.as_list().unwrap_or_default().iter();
                    let others: Vec<&Node> = items.filter(|item| item.text_at("name") != Some(own.as_str())).collect();
                    // A list with nothing else in it is as good as none.
                    all.extend((!others.is_empty()).then_some((name.as_str(), others)));
                }
            }
        }
        all
    }
}
