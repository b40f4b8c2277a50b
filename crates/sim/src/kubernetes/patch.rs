//! The patches that change an object: JSON Patch (RFC 6902), JSON Merge Patch (RFC 7396), and Kubernetes' strategic
//! merge patch ("Update API Objects in Place Using kubectl patch").

use serde_json::{Map, Value};

/// The reason why a JSON Patch cannot be done.
#[derive(Debug, PartialEq, Eq)]
pub enum PatchError {
    /// The patch cannot be read.
    Unreadable,
    /// A test failed, or a place is not there.
    DoesNotApply,
}

/// Returns a value with a merge patch done to it.
#[must_use]
pub fn merge(target: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else {
        return patch.clone();
    };
    let mut all = target.as_object().cloned().unwrap_or_default();
    for (name, value) in patch {
        if value.is_null() {
            all.remove(name);
        } else {
            let merged = merge(all.get(name).unwrap_or(&Value::Null), value);
            all.insert(name.clone(), merged);
        }
    }
    Value::Object(all)
}

/// The lists that a strategic patch merges, and the member that tells their items apart: empty where the items are texts.
const MERGED: &[(&str, &str)] = &[("secrets", "name"), ("ownerReferences", "uid"), ("finalizers", "")];

/// Returns a value with a strategic merge patch done to it.
#[must_use]
pub fn strategic(target: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else {
        return patch.clone();
    };
    let directive = patch.get("$patch").and_then(Value::as_str);
    if directive == Some("delete") {
        return Value::Null;
    }
    let mut all =
        if directive == Some("replace") { Map::new() } else { target.as_object().cloned().unwrap_or_default() };
    for (name, value) in patch {
        if let Some(list) = name.strip_prefix("$deleteFromPrimitiveList/") {
            let gone = value.as_array().cloned().unwrap_or_default();
            if let Some(items) = all.get_mut(list).and_then(Value::as_array_mut) {
                items.retain(|item| !gone.contains(item));
            }
            continue;
        }
        if name.starts_with('$') {
            continue;
        }
        let old = all.get(name).unwrap_or(&Value::Null);
        let key = MERGED.iter().find(|(list, _)| list == name).map(|(_, key)| *key);
        let new = match (key, old, value) {
            (Some(key), Value::Array(old), Value::Array(new)) => merged_list(key, old, new),
            _ => strategic(old, value),
        };
        if new.is_null() {
            all.remove(name);
        } else {
            all.insert(name.clone(), new);
        }
    }
    Value::Object(all)
}

/// Merges a list: those of the patch come first.
fn merged_list(key: &str, old: &[Value], new: &[Value]) -> Value {
    if new.iter().any(|item| item.get("$patch").and_then(Value::as_str) == Some("replace")) {
        return new.iter().filter(|item| item.get("$patch").is_none()).cloned().collect();
    }
    let same = |one: &Value, other: &Value| if key.is_empty() { one == other } else { one.get(key) == other.get(key) };
    let merged = new.iter().map(|item| {
        let known = old.iter().find(|known| same(known, item)).unwrap_or(&Value::Null);
        strategic(known, item)
    });
    let rest = old.iter().filter(|known| !new.iter().any(|item| same(known, item))).cloned();
    merged.chain(rest).filter(|item| !item.is_null()).collect()
}

/// Returns a value with a JSON Patch done to it.
///
/// # Errors
/// The patch cannot be read, or does not apply.
pub fn json(target: &Value, patch: &Value) -> Result<Value, PatchError> {
    let steps = patch.as_array().ok_or(PatchError::Unreadable)?;
    steps.iter().try_fold(target.clone(), |mut value, step| {
        do_step(&mut value, step)?;
        Ok(value)
    })
}

fn do_step(value: &mut Value, step: &Value) -> Result<(), PatchError> {
    let text = |name: &str| step.get(name).and_then(Value::as_str).ok_or(PatchError::Unreadable);
    let given = || step.get("value").cloned().ok_or(PatchError::Unreadable);
    let path = text("path")?;
    match text("op")? {
        "add" => add(value, path, given()?),
        "remove" => take(value, path).map(|_| ()),
        "replace" => {
            *value.pointer_mut(path).ok_or(PatchError::DoesNotApply)? = given()?;
            Ok(())
        }
        "move" => {
            let moved = take(value, text("from")?)?;
            add(value, path, moved)
        }
        "copy" => {
            let copied = value.pointer(text("from")?).cloned().ok_or(PatchError::DoesNotApply)?;
            add(value, path, copied)
        }
        "test" if value.pointer(path) == Some(&given()?) => Ok(()),
        "test" => Err(PatchError::DoesNotApply),
        _ => Err(PatchError::Unreadable),
    }
}

/// Returns the container of a place, and the last part of the way there.
fn place<'v>(value: &'v mut Value, path: &str) -> Result<(&'v mut Value, String), PatchError> {
    let (container, last) = path.rsplit_once('/').ok_or(PatchError::DoesNotApply)?;
    let container = value.pointer_mut(container).ok_or(PatchError::DoesNotApply)?;
    Ok((container, last.replace("~1", "/").replace("~0", "~")))
}

fn add(value: &mut Value, path: &str, new: Value) -> Result<(), PatchError> {
    if path.is_empty() {
        *value = new;
        return Ok(());
    }
    match place(value, path)? {
        (Value::Object(members), name) => {
            members.insert(name, new);
            Ok(())
        }
        (Value::Array(items), name) => {
            let at = if name == "-" { Some(items.len()) } else { name.parse().ok() };
            let at = at.filter(|at| *at <= items.len()).ok_or(PatchError::DoesNotApply)?;
            items.insert(at, new);
            Ok(())
        }
        _ => Err(PatchError::DoesNotApply),
    }
}

fn take(value: &mut Value, path: &str) -> Result<Value, PatchError> {
    match place(value, path)? {
        (Value::Object(members), name) => members.remove(&name).ok_or(PatchError::DoesNotApply),
        (Value::Array(items), name) => {
            let at = name.parse().ok().filter(|at| *at < items.len()).ok_or(PatchError::DoesNotApply)?;
            Ok(items.remove(at))
        }
        _ => Err(PatchError::DoesNotApply),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{json as patched, *};

    #[test]
    fn a_merge_patch_sets_and_takes_away() {
        let target = json!({ "a": { "b": 1, "c": 2 }, "d": [1] });
        assert_eq!(merge(&target, &json!({ "a": { "b": null }, "d": [2] })), json!({ "a": { "c": 2 }, "d": [2] }));
    }

    #[test]
    fn a_strategic_patch_replaces_the_pull_secrets_of_an_account_and_merges_its_secrets() {
        // As `kubectl patch --local` of version 1.32.4 does it.
        let account = json!({ "secrets": [{ "name": "t1" }], "imagePullSecrets": [{ "name": "a" }] });
        let patch = json!({ "secrets": [{ "name": "t2" }], "imagePullSecrets": [{ "name": "x" }] });
        let expected =
            json!({ "secrets": [{ "name": "t2" }, { "name": "t1" }], "imagePullSecrets": [{ "name": "x" }] });
        assert_eq!(strategic(&account, &patch), expected);
        let gone = strategic(&expected, &json!({ "secrets": [{ "name": "t1", "$patch": "delete" }] }));
        assert_eq!(gone["secrets"], json!([{ "name": "t2" }]));
        assert_eq!(
            strategic(&json!({ "data": { "a": "1" } }), &json!({ "data": { "a": null } })),
            json!({ "data": {} })
        );
    }

    #[test]
    fn a_json_patch_does_what_rfc_6902_says() {
        let target = json!({ "metadata": { "resourceVersion": "3" }, "list": [{ "name": "a" }] });
        let steps = json!([
            { "op": "test", "path": "/metadata/resourceVersion", "value": "3" },
            { "op": "add", "path": "/list/-", "value": { "name": "b" } },
            { "op": "remove", "path": "/list/0" },
            { "op": "copy", "from": "/list/0/name", "path": "/a~1b" },
        ]);
        let expected = json!({ "metadata": { "resourceVersion": "3" }, "list": [{ "name": "b" }], "a/b": "b" });
        assert_eq!(patched(&target, &steps), Ok(expected));
        let wrong = |step: Value| patched(&target, &json!([step]));
        let test = json!({ "op": "test", "path": "/metadata/resourceVersion", "value": "4" });
        assert_eq!(wrong(test), Err(PatchError::DoesNotApply));
        assert_eq!(wrong(json!({ "op": "remove", "path": "/nothing" })), Err(PatchError::DoesNotApply));
        assert_eq!(wrong(json!({ "op": "sing", "path": "/list" })), Err(PatchError::Unreadable));
    }
}
