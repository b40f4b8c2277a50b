//! A kubeconfig as YAML, of which nothing is lost that crosspull does not know.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;

/// The clause on a file that would not be the same once it is written again.
pub(super) const NOT_KEPT: &str = "it holds YAML that crosspull cannot keep as it is";

/// The clause on what cannot be read.
const BROKEN: &str = "it is no YAML that can be read";

/// Tags that the parser knows and does not keep. Where one stands within a text, the file is refused for no good reason, which
/// harms nothing.
const LOST: [&str; 6] = ["!!binary", "!!set", "!!omap", "!!pairs", "!!timestamp", "tag:yaml.org,2002:"];

/// A mapping, in its order.
pub(super) type Fields = IndexMap<String, Node>;

/// A value of YAML.
#[derive(Clone, PartialEq, Serialize)]
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

/// A derived one would build the whole parser of YAML several times over.
impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyNode)
    }
}

/// The reader of a value, whatever it is.
struct AnyNode;

impl<'de> Visitor<'de> for AnyNode {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON has too")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, is: bool) -> Result<Node, E> {
        Ok(Node::Bool(is))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Node, E> {
        Number::from_f64(number).map(Node::Number).ok_or_else(|| E::custom("no finite number"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::text(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Node, A::Error> {
        let mut fields = Fields::new();
        while let Some((name, value)) = pairs.next_entry::<Node, Node>()? {
            let Node::Text(name) = name else { return Err(A::Error::custom("a name that is no text")) };
            fields.insert(name, value);
        }
        Ok(Node::Fields(fields))
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

/// Reads YAML of which nothing is lost.
///
/// # Errors
/// A clause on where it is broken. It quotes nothing: what stands there may be secret.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    if LOST.iter().any(|tag| text.contains(tag)) && !is_blank(text) {
        return Err(NOT_KEPT.to_owned());
    }
    // A tag that is not known would be lost.
    read_by(text, true).map_err(|at| format!("{}{at}", if read_by(text, false).is_ok() { NOT_KEPT } else { BROKEN }))
}

/// Reads YAML.
///
/// # Errors
/// A clause on where it is broken. It quotes nothing.
pub(super) fn read(text: &str) -> Result<Node, String> {
    read_by(text, false).map_err(|at| format!("{BROKEN}{at}"))
}

/// Reads YAML as kubectl does, which has YAML 1.1. The error is where it is broken.
fn read_by(text: &str, refuses_tags: bool) -> Result<Node, String> {
    if is_blank(text) {
        return Ok(Node::Null);
    }
    let options = serde_saphyr::options! { legacy_octal_numbers: true, reject_unsupported_tags: refuses_tags };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location().map(|at| format!(", by line {}, column {}", at.line(), at.column()));
        place.unwrap_or_default()
    })
}

/// True for a text with nothing in it but comments.
fn is_blank(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
}

/// Writes YAML as kubectl reads it: a text that YAML 1.1 takes for more than text is quoted.
///
/// # Errors
/// A clause.
pub(super) fn text(fields: &Fields) -> Result<String, String> {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_string_with_options(fields, options).map_err(|_| "it cannot be written as YAML".to_owned())
}
