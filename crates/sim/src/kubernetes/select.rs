//! `labelSelector` and `fieldSelector` (Kubernetes documentation, "Labels and Selectors", "Field Selectors").

use serde_json::Value;

use super::{asked::Asked, kinds::Kind, refusals::bad_request};
use crate::errors::Refusal;

/// The selectors of a list or a watch.
#[derive(Debug, Default)]
pub struct Selector {
    labels: Vec<Label>,
    fields: Vec<Field>,
}

#[derive(Debug, PartialEq, Eq)]
struct Label {
    key: String,
    test: Test,
}

#[derive(Debug, PartialEq, Eq)]
enum Test {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
}

#[derive(Debug)]
struct Field {
    path: String,
    value: String,
    equal: bool,
}

impl Selector {
    /// Returns the selectors of a request.
    ///
    /// # Errors
    /// 400 for what cannot be read, and for a field that the kind cannot be selected by.
    pub fn of(asked: &Asked, kind: &Kind) -> Result<Self, Refusal> {
        let labels = asked.query("labelSelector").unwrap_or_default();
        let labels = requirements(labels).into_iter().map(label).collect::<Option<Vec<_>>>();
        let labels = labels.ok_or_else(|| bad_request("unable to parse requirement"))?;
        let fields = asked.query("fieldSelector").unwrap_or_default();
        let fields: Vec<&str> = fields.split(',').filter(|term| !term.is_empty()).collect();
        let fields = fields.into_iter().map(|term| field(term, kind)).collect::<Result<_, _>>()?;
        Ok(Self { labels, fields })
    }

    /// True where there is no selector.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// True where an object is among them.
    #[must_use]
    pub fn selects(&self, object: &Value) -> bool {
        let labels = object.pointer("/metadata/labels");
        let labelled = self.labels.iter().all(|label| {
            let value = labels.and_then(|labels| labels.get(&label.key)).and_then(Value::as_str);
            match &label.test {
                Test::Exists => value.is_some(),
                Test::Missing => value.is_none(),
                Test::In(values) => value.is_some_and(|value| values.iter().any(|known| known == value)),
                Test::NotIn(values) => !value.is_some_and(|value| values.iter().any(|known| known == value)),
            }
        });
        labelled && self.fields.iter().all(|field| (text(object, &field.path) == field.value) == field.equal)
    }
}

/// Returns a field as text. Empty where it is not set.
fn text(object: &Value, path: &str) -> String {
    let path = if path == "source" { "source.component" } else { path };
    match path.split('.').try_fold(object, |value, name| value.get(name)) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// Cuts a label selector at its commas, but not at those in parentheses.
fn requirements(selector: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    let cut = move |character: char| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    };
    selector.split(cut).map(str::trim).filter(|term| !term.is_empty()).collect()
}

fn label(term: &str) -> Option<Label> {
    let label = |key: &str, test| {
        let key = key.trim();
        (!key.is_empty() && !key.contains([' ', '='])).then(|| Label { key: key.to_owned(), test })
    };
    let set = |values: &str| {
        let values = values.trim().strip_prefix('(')?.strip_suffix(')')?;
        Some(values.split(',').map(|value| value.trim().to_owned()).collect::<Vec<_>>())
    };
    if let Some((key, values)) = term.split_once(" notin ") {
        return label(key, Test::NotIn(set(values)?));
    }
    if let Some((key, values)) = term.split_once(" in ") {
        return label(key, Test::In(set(values)?));
    }
    if let Some((key, value)) = term.split_once("!=") {
        return label(key, Test::NotIn(vec![value.trim().to_owned()]));
    }
    if let Some((key, value)) = term.split_once("==").or_else(|| term.split_once('=')) {
        return label(key, Test::In(vec![value.trim().to_owned()]));
    }
    match term.strip_prefix('!') {
        Some(key) => label(key, Test::Missing),
        None => label(term, Test::Exists),
    }
}

fn field(term: &str, kind: &Kind) -> Result<Field, Refusal> {
    let parsed = match term.split_once("!=") {
        Some((path, value)) => Some((path, value, false)),
        None => term.split_once("==").or_else(|| term.split_once('=')).map(|(path, value)| (path, value, true)),
    };
    let (path, value, equal) =
        parsed.ok_or_else(|| bad_request(&format!("invalid field selector: can't understand '{term}'")))?;
    let known = ["metadata.name", "metadata.namespace"].contains(&path) || kind.fields().contains(&path);
    if !known {
        return Err(bad_request(&format!("field label not supported: {path}")));
    }
    Ok(Field { path: path.to_owned(), value: value.to_owned(), equal })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn selects(labels: &str) -> bool {
        let labels = requirements(labels).into_iter().map(label).collect::<Option<Vec<_>>>().unwrap();
        let object = json!({ "metadata": { "labels": { "app": "web", "tier": "front" } } });
        Selector { labels, fields: Vec::new() }.selects(&object)
    }

    #[test]
    fn labels_are_selected_by_equality_and_by_sets() {
        for yes in [
            "",
            "app=web",
            "app==web,tier=front",
            "app!=cart",
            "app",
            "!owner",
            "app in (web, cart),tier",
            "app notin (cart)",
        ] {
            assert!(selects(yes), "{yes}");
        }
        for no in
            ["app=cart", "app=web,tier=back", "app!=web", "owner", "!app", "app in (cart)", "app notin (web,cart)"]
        {
            assert!(!selects(no), "{no}");
        }
        assert_eq!(label("a b c"), None);
    }
}
