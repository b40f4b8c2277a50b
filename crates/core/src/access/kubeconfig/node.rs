//! A kubeconfig as YAML, of which nothing is lost that crosspull does not know.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Number;

/// The clause on a file that would not be the same once it is written again.
pub(super) const NOT_KEPT: &str = "it holds YAML that crosspull cannot keep as it is";

/// Tags that the parser knows and does not keep. Where one stands within a text, the file is refused for no good reason, which
/// harms nothing.
const LOST: [&str; 6] = ["!!binary", "!!set", "!!omap", "!!pairs", "!!timestamp", "tag:yaml.org,2002:"];

/// A mapping, in its order.
pub(super) type Fields = IndexMap<String, Node>;

/// A value of YAML.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Fields(Fields),
}

/// Some of the values are secrets.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Node(…)")
    }
}

impl Node {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_fields(&self) -> Option<&Fields> {
        match self {
            Self::Fields(fields) => Some(fields),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// Returns a text in a mapping.
    pub fn text_at(&self, name: &str) -> Option<&str> {
        self.as_fields()?.get(name)?.as_text()
    }
}

/// Returns a mapping of those fields.
pub(super) fn fields<const N: usize>(fields: [(&str, Node); N]) -> Fields {
    fields.into_iter().map(|(name, node)| (name.to_owned(), node)).collect()
}

/// Reads YAML.
///
/// # Errors
/// A clause on where it is broken. It quotes nothing: what stands there may be secret.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Node::Null);
    }
    if LOST.iter().any(|tag| text.contains(tag)) {
        return Err(NOT_KEPT.to_owned());
    }
    // As kubectl reads them, which has YAML 1.1. A tag that is not known would be lost.
    let options = serde_saphyr::options! { legacy_octal_numbers: true, reject_unsupported_tags: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let lax = serde_saphyr::options! { legacy_octal_numbers: true };
        let is_only_tagged = serde_saphyr::from_str_with_options::<Node>(text, lax).is_ok();
        let why = if is_only_tagged { NOT_KEPT } else { "it is no YAML that can be read" };
        match error.location() {
            Some(at) => format!("{why}, by line {}, column {}", at.line(), at.column()),
            None => why.to_owned(),
        }
    })
}

/// Writes YAML as kubectl reads it: a text that YAML 1.1 takes for more than text is quoted.
///
/// # Errors
/// A clause.
pub(super) fn text(fields: &Fields) -> Result<String, String> {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_string_with_options(fields, options).map_err(|_| "it cannot be written as YAML".to_owned())
}
