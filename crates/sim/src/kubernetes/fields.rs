//! Sets of fields, and their form in `managedFields` (Kubernetes documentation, "Server-Side Apply"; `FieldsV1` as
//! sigs.k8s.io/structured-merge-diff, `fieldpath`, writes it).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::schema::Shape;

/// The way to a field: `f:NAME` for a member, `k:{"name":"x"}` for an item of a list.
pub type Path = Vec<String>;
/// A set of fields.
pub type Set = BTreeSet<Path>;
/// Fields with their values. What has parts has no value of its own.
pub type Fields = BTreeMap<Path, Value>;

/// Returns the fields of an object. With `parents`, maps are fields beside their members, as they are to who adds them.
#[must_use]
pub fn of(shape: &Shape, object: &Value, parents: bool) -> Fields {
    let mut found = Fields::new();
    collect(shape, object, &[], parents, &mut found);
    found
}

fn collect(shape: &Shape, value: &Value, at: &[String], parents: bool, found: &mut Fields) {
    let below = |element: String| [at, &[element]].concat();
    match (shape, value) {
        (Shape::Parts(parts), Value::Object(members)) => {
            for (name, part) in *parts {
                if let Some(value) = members.get(*name).filter(|value| !value.is_null()) {
                    collect(part, value, &below(format!("f:{name}")), parents, found);
                }
            }
        }
        (Shape::Map, Value::Object(members)) => {
            if parents || members.is_empty() {
                found.insert(at.to_vec(), Value::Null);
            }
            found.extend(members.iter().map(|(name, value)| (below(format!("f:{name}")), value.clone())));
        }
        (Shape::List(key), Value::Array(items)) => {
            if parents {
                found.insert(at.to_vec(), Value::Null);
            }
            for item in items {
                let item_at = below(item_element(key, item));
                let members = item.as_object().into_iter().flatten();
                found.extend(
                    members.map(|(name, value)| ([&item_at[..], &[format!("f:{name}")]].concat(), value.clone())),
                );
                found.insert(item_at, Value::Null);
            }
        }
        (_, value) => {
            found.insert(at.to_vec(), value.clone());
        }
    }
}

fn item_element(key: &str, item: &Value) -> String {
    format!("k:{}", json!({ key: item.get(key) }))
}

/// Returns an object with what a client applies laid over it.
#[must_use]
pub fn merged(shape: &Shape, under: &Value, over: &Value) -> Value {
    match (shape, under, over) {
        (Shape::Parts(parts), Value::Object(under), Value::Object(over)) => {
            let mut all = under.clone();
            for (name, part) in *parts {
                if let Some(over) = over.get(*name).filter(|over| !over.is_null()) {
                    let under = under.get(*name).unwrap_or(&Value::Null);
                    all.insert((*name).to_owned(), merged(part, under, over));
                }
            }
            Value::Object(all)
        }
        (Shape::Map, Value::Object(under), Value::Object(over)) => {
            Value::Object(under.clone().into_iter().chain(over.clone()).collect())
        }
        (Shape::List(key), Value::Array(under), Value::Array(over)) => {
            let mut all = under.clone();
            for item in over {
                match all.iter_mut().find(|known| known.get(*key) == item.get(*key)) {
                    Some(known) => *known = merged(&Shape::Map, known, item),
                    None => all.push(item.clone()),
                }
            }
            Value::Array(all)
        }
        (_, _, over) => over.clone(),
    }
}

/// Removes a field from an object.
pub fn remove(object: &mut Value, path: &[String]) {
    let Some((last, way)) = path.split_last() else {
        return;
    };
    let mut at = object;
    for element in way {
        match inside(at, element) {
            Some(next) => at = next,
            None => return,
        }
    }
    match (last.strip_prefix("f:"), at) {
        (Some(name), Value::Object(members)) => {
            members.remove(name);
        }
        (None, Value::Array(items)) => items.retain(|item| !is_item(item, last)),
        _ => {}
    }
}

fn inside<'o>(at: &'o mut Value, element: &str) -> Option<&'o mut Value> {
    match element.strip_prefix("f:") {
        Some(name) => at.get_mut(name),
        None => at.as_array_mut()?.iter_mut().find(|item| is_item(item, element)),
    }
}

fn is_item(item: &Value, element: &str) -> bool {
    let key: Option<Map<String, Value>> = element.strip_prefix("k:").and_then(|key| serde_json::from_str(key).ok());
    key.is_some_and(|key| key.iter().all(|(name, value)| item.get(name) == Some(value)))
}

/// Returns a set as `fieldsV1` shows it.
#[must_use]
pub fn written(set: &Set) -> Value {
    let mut tree = json!({});
    for path in set {
        let mut at = &mut tree;
        for element in path {
            at = &mut at[element.as_str()];
            if at.is_null() {
                *at = json!({});
            }
        }
        at["."] = json!({});
    }
    without_lone_dots(tree)
}

/// Takes the dots away of fields that have no parts: there they say nothing.
fn without_lone_dots(tree: Value) -> Value {
    let Value::Object(members) = tree else {
        return tree;
    };
    if members.len() == 1 && members.contains_key(".") {
        return json!({});
    }
    let inner = members.into_iter().map(|(name, tree)| {
        let tree = if name == "." { tree } else { without_lone_dots(tree) };
        (name, tree)
    });
    Value::Object(inner.collect())
}

/// Returns the set that a `fieldsV1` shows.
#[must_use]
pub fn read(tree: &Value) -> Set {
    let mut set = Set::new();
    gather(tree, &[], &mut set);
    set
}

fn gather(tree: &Value, at: &[String], set: &mut Set) {
    for (name, tree) in tree.as_object().into_iter().flatten() {
        if name == "." {
            set.insert(at.to_vec());
            continue;
        }
        let path = [at, std::slice::from_ref(name)].concat();
        if tree.as_object().is_none_or(Map::is_empty) {
            set.insert(path);
        } else {
            gather(tree, &path, set);
        }
    }
}

/// Returns the way to a field as refusals name it: `.data.key`, `.secrets[name="x"]`.
#[must_use]
pub fn shown(path: &[String]) -> String {
    let element = |element: &String| match element.strip_prefix("f:") {
        Some(name) => format!(".{name}"),
        None => {
            let key: Map<String, Value> =
                element.strip_prefix("k:").and_then(|key| serde_json::from_str(key).ok()).unwrap_or_default();
            let parts: Vec<String> = key.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("[{}]", parts.join(","))
        }
    };
    path.iter().map(element).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::{kinds, schema};

    fn shape(plural: &str) -> &'static Shape {
        schema::of(kinds::find("", "v1", plural).unwrap())
    }

    #[test]
    fn a_set_is_written_as_kubernetes_writes_it_and_read_back() {
        let object = json!({
            "metadata": { "name": "x", "labels": { "app": "web" } },
            "secrets": [{ "name": "t" }],
            "imagePullSecrets": [{ "name": "a" }],
        });
        let set: Set = of(shape("serviceaccounts"), &object, false).into_keys().collect();
        let expected = json!({
            "f:imagePullSecrets": {},
            "f:metadata": { "f:labels": { "f:app": {} } },
            "f:secrets": { "k:{\"name\":\"t\"}": { ".": {}, "f:name": {} } },
        });
        assert_eq!(written(&set), expected);
        assert_eq!(read(&expected), set);
        let with_parents: Set = of(shape("serviceaccounts"), &object, true).into_keys().collect();
        assert_eq!(written(&with_parents)["f:metadata"]["f:labels"], json!({ ".": {}, "f:app": {} }));
    }

    #[test]
    fn fields_are_merged_removed_and_named() {
        let live = json!({ "data": { "a": "1", "b": "2" }, "type": "Opaque" });
        let mut all = merged(shape("secrets"), &live, &json!({ "data": { "b": "3" } }));
        assert_eq!(all, json!({ "data": { "a": "1", "b": "3" }, "type": "Opaque" }));
        let path = ["f:data".to_owned(), "f:.dockerconfigjson".to_owned()];
        assert_eq!(shown(&path), ".data..dockerconfigjson");
        remove(&mut all, &["f:data".to_owned(), "f:a".to_owned()]);
        assert_eq!(all["data"], json!({ "b": "3" }));
        let mut account = json!({ "secrets": [{ "name": "t" }, { "name": "u" }] });
        let item = ["f:secrets".to_owned(), "k:{\"name\":\"t\"}".to_owned()];
        assert_eq!(shown(&item), ".secrets[name=\"t\"]");
        remove(&mut account, &item);
        assert_eq!(account["secrets"], json!([{ "name": "u" }]));
    }
}
