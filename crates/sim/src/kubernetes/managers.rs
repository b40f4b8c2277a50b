//! The managers of the fields of an object: who set them last, and who applies them (Kubernetes documentation,
//! "Server-Side Apply"; rules of sigs.k8s.io/structured-merge-diff, `merge/update.go`).

use serde_json::{Value, json};

use super::{
    fields::{self, Fields, Path, Set},
    kinds::Kind,
    schema,
};

/// One entry of `managedFields`.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    manager: String,
    operation: String,
    version: String,
    time: String,
    fields: Set,
}

/// The one who writes, and when.
#[derive(Clone, Copy, Debug)]
pub struct Writer<'a> {
    /// The name of the manager.
    pub manager: &'a str,
    /// The date, as objects show it.
    pub now: &'a str,
}

/// A field that somebody else manages and that an application would change.
#[derive(Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The name of the other manager.
    pub manager: String,
    /// The API version that it used; empty for one that applies.
    pub version: String,
    /// The field.
    pub path: Path,
}

fn entries(object: Option<&Value>) -> Vec<Entry> {
    let all = object.and_then(|object| object.pointer("/metadata/managedFields")).and_then(Value::as_array);
    let entry = |entry: &Value| {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Entry {
            manager: text("manager"),
            operation: text("operation"),
            version: text("apiVersion"),
            time: text("time"),
            fields: fields::read(entry.get("fieldsV1").unwrap_or(&Value::Null)),
        }
    };
    all.into_iter().flatten().map(entry).collect()
}

fn write(object: &mut Value, mut all: Vec<Entry>) {
    all.retain(|entry| !entry.fields.is_empty());
    let order = |entry: &Entry| (entry.operation.clone(), entry.time.clone(), entry.manager.clone());
    all.sort_by_key(order);
    let shown: Vec<Value> = all
        .iter()
        .map(|entry| {
            json!({
                "manager": entry.manager,
                "operation": entry.operation,
                "apiVersion": entry.version,
                "time": entry.time,
                "fieldsType": "FieldsV1",
                "fieldsV1": fields::written(&entry.fields),
            })
        })
        .collect();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
        if !shown.is_empty() {
            metadata.insert("managedFields".to_owned(), json!(shown));
        }
    }
}

/// The difference between two states of an object.
struct Difference {
    set: Set,
    removed: Set,
}

fn difference(kind: &Kind, old: Option<&Value>, new: &Value) -> Difference {
    let shape = schema::of(kind);
    let before = old.map(|old| fields::of(shape, old, true)).unwrap_or_default();
    let after = fields::of(shape, new, true);
    let is_new = |(path, value): &(&Path, &Value)| before.get(*path) != Some(*value);
    Difference {
        set: after.iter().filter(is_new).map(|(path, _)| path.clone()).collect(),
        removed: before.keys().filter(|path| !after.contains_key(*path)).cloned().collect(),
    }
}

/// Notes on an object who made or changed it. Whose fields were changed by somebody else manages them no more.
pub fn updated(kind: &Kind, old: Option<&Value>, new: &mut Value, writer: &Writer<'_>) {
    let Difference { set, removed } = difference(kind, old, new);
    let mut all = entries(old);
    let is_own = |entry: &Entry| entry.manager == writer.manager && entry.operation == "Update";
    for entry in &mut all {
        let lost: Vec<Path> = entry
            .fields
            .iter()
            .filter(|path| removed.contains(*path) || (!is_own(entry) && set.contains(*path)))
            .cloned()
            .collect();
        lost.iter().for_each(|path| {
            entry.fields.remove(path);
        });
    }
    if !set.is_empty() {
        let own = match all.iter_mut().position(|entry| is_own(entry)) {
            Some(at) => at,
            None => {
                all.push(Entry {
                    manager: writer.manager.to_owned(),
                    operation: "Update".to_owned(),
                    version: kind.api_version(),
                    time: String::new(),
                    fields: Set::new(),
                });
                all.len() - 1
            }
        };
        if let Some(entry) = all.get_mut(own) {
            entry.fields.extend(set);
            entry.time = writer.now.to_owned();
        }
    }
    write(new, all);
}

/// Returns an object as it is when a manager applied what it wants: its fields are laid over, those that it applied
/// before and no longer wants go, and nobody else's are changed unless it insists.
///
/// # Errors
/// The fields that others manage and that would be changed.
pub fn applied(
    kind: &Kind,
    live: &Value,
    config: &Value,
    writer: &Writer<'_>,
    force: bool,
) -> Result<Value, Vec<Conflict>> {
    let shape = schema::of(kind);
    let wanted: Fields = fields::of(shape, config, false);
    let mut all = entries(Some(live));
    let is_own = |entry: &Entry| entry.manager == writer.manager && entry.operation == "Apply";
    let before = all.iter().find(|entry| is_own(entry)).cloned();
    let mut object = fields::merged(shape, live, config);
    let others: Vec<&Entry> = all.iter().filter(|entry| !is_own(entry)).collect();
    for path in before.iter().flat_map(|entry| &entry.fields) {
        let is_inside = |other: &Path| other.starts_with(path);
        let still = wanted.keys().any(is_inside) || others.iter().any(|entry| entry.fields.iter().any(is_inside));
        if !still {
            fields::remove(&mut object, path);
        }
    }
    let Difference { set, removed } = difference(kind, Some(live), &object);
    let conflicts: Vec<Conflict> = others
        .iter()
        .flat_map(|entry| entry.fields.intersection(&set).map(move |path| (entry, path)))
        .map(|(entry, path)| Conflict {
            manager: entry.manager.clone(),
            version: if entry.operation == "Apply" { String::new() } else { entry.version.clone() },
            path: path.clone(),
        })
        .collect();
    if !conflicts.is_empty() && !force {
        return Err(conflicts);
    }
    for entry in all.iter_mut().filter(|entry| !is_own(entry)) {
        entry.fields.retain(|path| !set.contains(path) && !removed.contains(path));
    }
    all.retain(|entry| !is_own(entry));
    let fields: Set = wanted.into_keys().collect();
    let same = before.as_ref().is_some_and(|before| before.fields == fields) && set.is_empty() && removed.is_empty();
    let time = before.filter(|_| same).map_or_else(|| writer.now.to_owned(), |before| before.time);
    all.push(Entry {
        manager: writer.manager.to_owned(),
        operation: "Apply".to_owned(),
        version: kind.api_version(),
        time,
        fields,
    });
    write(&mut object, all);
    Ok(object)
}

/// Returns the names of an object's managers.
#[cfg(test)]
pub fn names(object: &Value) -> Vec<String> {
    entries(Some(object)).into_iter().map(|entry| format!("{} {}", entry.operation, entry.manager)).collect()
}
