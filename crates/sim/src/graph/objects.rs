//! Objects of any kind by their ids.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    application,
    call::{Call, Key},
    principal, readers, shapes,
};

/// Applications, service principals, users and groups of the caller's tenant, each with its type.
pub fn objects(call: &Call, ids: &[Uuid]) -> Vec<Value> {
    let world = call.cloud.world();
    let Some(directory) = world.directory(call.caller.tenant) else {
        return Vec::new();
    };
    let typed = |kind: &str, object: Value| {
        let mut all = serde_json::Map::new();
        all.insert("@odata.type".to_owned(), json!(format!("#microsoft.graph.{kind}")));
        all.extend(object.as_object().cloned().unwrap_or_default());
        Value::Object(all)
    };
    ids.iter()
        .filter_map(|&id| {
            if let Some(found) = principal::find(call, directory, Key::Id(id)) {
                return Some(typed("servicePrincipal", principal::shape(&world, found)));
            }
            if let Some(found) = application::find(call, directory, Key::Id(id)) {
                return Some(typed("application", shapes::application(directory, found)));
            }
            if let Some(found) = directory.user(id) {
                let shown = call.has(readers::USERS) || id == call.caller.object_id;
                return Some(typed("user", if shown { shapes::user(found) } else { shapes::hidden_user(found) }));
            }
            directory.group(id).map(|found| shapes::group(found, call.has(readers::GROUPS)))
        })
        .collect()
}
