//! Writing secrets, service accounts, roles and bindings: created, updated, patched, applied.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    answers::object,
    asked::Asked,
    kinds::{Kind, Target},
    managers::{self, Writer},
    metadata::{self, known_namespace, same_name, same_namespace},
    objects::{date, kept, shown, typed},
    patch::{self, PatchError},
    rbac::{self, aggregation, escalation::Giver},
    refusals::{
        Cause, already_exists, apply_conflict, bad_options, bad_request, failure, invalid, modified, not_applicable,
        not_found, precondition, unsupported_media,
    },
    schema, secrets,
};
use crate::{
    errors::{Answer, Refusal, is_of},
    world::{Cluster, Stored},
};

const APPLY: &str = "application/apply-patch+yaml";
const PATCHES: &str = "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml";

/// Makes an object.
pub fn create(asked: &Asked, target: &Target<'_>) -> Answer {
    let (kind, namespace) = (target.kind, target.namespace.unwrap_or_default());
    let body = read(asked, kind)?;
    let mut new = body.clone();
    new["metadata"] = Value::Object(metadata::new(asked, &body, namespace)?);
    readable(kind, &new)?;
    fill(kind, &mut new);
    let name = text(&new, "/metadata/name").to_owned();
    checked(kind, None, &new)?;
    let now = date(asked.cloud().clock.timestamp());
    managers::updated(kind, None, &mut new, &Writer { manager: asked.manager(), now: &now });
    let giver = Giver::of(asked, target, &new);
    let made = asked.cluster(|cluster| {
        known_namespace(cluster, namespace)?;
        confirmed(giver.as_ref(), cluster, kind, None, &new)?;
        if kept(cluster, &Target { name: Some(&name), ..*target }).is_some() {
            return Err(already_exists(kind, &name));
        }
        Ok::<_, Refusal>(add(asked, cluster, kind, new))
    })??;
    Ok(object(StatusCode::CREATED, kind, made))
}

/// Replaces an object.
pub fn update(asked: &Asked, target: &Target<'_>) -> Answer {
    let body = read(asked, target.kind)?;
    let giver = Giver::of(asked, target, &body);
    let changed = asked.cluster(|cluster| change(asked, cluster, target, giver.as_ref(), |_| Ok(body)))??;
    Ok(object(StatusCode::OK, target.kind, changed))
}

/// Changes an object by a patch, or applies one.
pub fn patch(asked: &Asked, target: &Target<'_>) -> Answer {
    if is_of(&asked.headers, APPLY) {
        return apply(asked, target);
    }
    if asked.query("force").is_some() {
        return Err(bad_options(&Cause::forbidden("force", "may not be specified for non-apply patch")));
    }
    let patch: Value =
        serde_json::from_slice(&asked.body).map_err(|why| bad_request(&format!("error decoding patch: {why}")))?;
    let is = |kind: &str| is_of(&asked.headers, &format!("application/{kind}+json"));
    let do_it: &dyn Fn(&Value) -> Result<Value, Refusal> = match () {
        () if is("json-patch") => &|old| {
            patch::json(old, &patch).map_err(|why| match why {
                PatchError::Unreadable => bad_request("error decoding patch: the patch is not understood"),
                PatchError::DoesNotApply => not_applicable(),
            })
        },
        () if is("merge-patch") => &|old| Ok(patch::merge(old, &patch)),
        () if is("strategic-merge-patch") => &|old| Ok(patch::strategic(old, &patch)),
        () => return Err(unsupported_media(PATCHES)),
    };
    let giver = Giver::of(asked, target, &Value::Null);
    let changed = asked.cluster(|cluster| change(asked, cluster, target, giver.as_ref(), do_it))??;
    Ok(object(StatusCode::OK, target.kind, changed))
}

/// Changes an object that is there into what `new` makes of it as a client sees it.
fn change(
    asked: &Asked,
    cluster: &mut Cluster,
    target: &Target<'_>,
    giver: Option<&Giver<'_>>,
    new: impl FnOnce(&Value) -> Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    let (kind, name) = (target.kind, target.name.unwrap_or_default());
    let old = kept(cluster, target).cloned().ok_or_else(|| not_found(target))?;
    let mut wanted = new(&typed(kind, shown(&old)))?;
    same_name(&wanted, name)?;
    same_namespace(&wanted, target.namespace.unwrap_or_default())?;
    current(kind, &old, &wanted)?;
    readable(kind, &wanted)?;
    fill(kind, &mut wanted);
    let mut wanted = own_members(kind, &old.object, &wanted);
    checked(kind, Some(&old.object), &wanted)?;
    confirmed(giver, cluster, kind, Some(&old.object), &wanted)?;
    let now = date(asked.cloud().clock.timestamp());
    managers::updated(kind, Some(&old.object), &mut wanted, &Writer { manager: asked.manager(), now: &now });
    Ok(replace(asked, cluster, &old, wanted))
}

/// Applies an object: makes it, or changes the fields that the request names.
fn apply(asked: &Asked, target: &Target<'_>) -> Answer {
    let (kind, name, namespace) = (target.kind, target.name.unwrap_or_default(), target.namespace.unwrap_or_default());
    let Some(manager) = asked.query("fieldManager").filter(|manager| !manager.is_empty()) else {
        return Err(bad_options(&Cause::required("fieldManager", "is required for apply patch")));
    };
    let config: Value =
        serde_json::from_slice(&asked.body).map_err(|why| bad_request(&format!("error decoding YAML: {why}")))?;
    if (text(&config, "/kind"), text(&config, "/apiVersion")) != (kind.name, &kind.api_version()) {
        return Err(bad_request(&format!("invalid object type: /, Kind={}", text(&config, "/kind"))));
    }
    if config.pointer("/metadata/managedFields").is_some_and(|fields| !fields.is_null()) {
        return Err(bad_request("metadata.managedFields must be nil"));
    }
    same_name(&config, name)?;
    same_namespace(&config, namespace)?;
    if let Some(unknown) = schema::unknown_member(kind, &config) {
        let message = format!(
            "failed to create typed patch object ({namespace}/{name}; {}, Kind={}): .{unknown}: field not declared in schema",
            kind.api_version(),
            kind.name
        );
        return Err(failure(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", &message));
    }
    readable(kind, &config)?;
    let now = date(asked.cloud().clock.timestamp());
    let writer = Writer { manager, now: &now };
    let fresh = metadata::new(asked, &json!({ "metadata": { "name": name } }), namespace)?;
    let giver = Giver::of(asked, target, &config);
    let (status, result) = asked.cluster(|cluster| {
        let old = kept(cluster, target).cloned();
        match &old {
            None => known_namespace(cluster, namespace)?,
            Some(old) => current(kind, old, &config)?,
        }
        let live = old.as_ref().map_or_else(|| json!({ "metadata": fresh }), |old| old.object.clone());
        let mut new = managers::applied(kind, &live, &config, &writer, asked.is_set("force"))
            .map_err(|conflicts| apply_conflict(&conflicts))?;
        fill(kind, &mut new);
        tidy(&mut new);
        let before = old.as_ref().map(|old| &old.object);
        checked(kind, before, &new)?;
        confirmed(giver.as_ref(), cluster, kind, before, &new)?;
        Ok::<_, Refusal>(match old {
            None => (StatusCode::CREATED, add(asked, cluster, kind, new)),
            Some(old) => (StatusCode::OK, replace(asked, cluster, &old, new)),
        })
    })??;
    Ok(object(status, kind, result))
}

/// Returns the object of a body, if it is of the kind.
fn read(asked: &Asked, kind: &Kind) -> Result<Value, Refusal> {
    let body = asked.object()?;
    let (found, version) = (text(&body, "/kind"), text(&body, "/apiVersion"));
    if !(found.is_empty() || found == kind.name) || !(version.is_empty() || version == kind.api_version()) {
        let message = format!(
            "the API version in the data ({version}, Kind={found}) does not match the expected API version ({}, Kind={})",
            kind.api_version(),
            kind.name
        );
        return Err(bad_request(&message));
    }
    if asked.query("fieldValidation") == Some("Strict")
        && let Some(unknown) = schema::unknown_member(kind, &body)
    {
        return Err(unhandled(kind, &format!("strict decoding error: unknown field \"{unknown}\"")));
    }
    Ok(body)
}

/// Refuses an object whose values cannot be read.
fn readable(kind: &Kind, object: &Value) -> Result<(), Refusal> {
    match secrets::unreadable(object).filter(|_| kind.plural == "secrets") {
        Some(why) => Err(unhandled(kind, &why)),
        None => Ok(()),
    }
}

fn unhandled(kind: &Kind, why: &str) -> Refusal {
    let (name, version) = (kind.name, kind.api_version());
    bad_request(&format!("{name} in version \"{version}\" cannot be handled as a {name}: {why}"))
}

fn fill(kind: &Kind, object: &mut Value) {
    if kind.plural == "secrets" {
        secrets::fill(object);
    }
    rbac::objects::fill(kind, object);
}

/// Lets a new or changed object be kept, as far as it gives rights away.
fn confirmed(
    giver: Option<&Giver<'_>>,
    cluster: &Cluster,
    kind: &Kind,
    old: Option<&Value>,
    new: &Value,
) -> Result<(), Refusal> {
    giver.map_or(Ok(()), |giver| giver.confirm(cluster, kind, old, new))
}

fn checked(kind: &Kind, old: Option<&Value>, object: &Value) -> Result<(), Refusal> {
    let causes = match kind.plural {
        "secrets" => secrets::problems(old, object),
        _ if rbac::objects::is_one(kind) => rbac::objects::problems(kind, old, object),
        _ => secrets::name_problems(object),
    };
    if causes.is_empty() { Ok(()) } else { Err(invalid(kind, text(object, "/metadata/name"), &causes)) }
}

/// Refuses a change of a state of the object that is no longer.
fn current(kind: &Kind, old: &Stored, wanted: &Value) -> Result<(), Refusal> {
    let version = text(wanted, "/metadata/resourceVersion");
    let uid = text(wanted, "/metadata/uid");
    if !uid.is_empty() && uid != old.text("/metadata/uid") {
        let why = format!(
            "Precondition failed: UID in precondition: {uid}, UID in object meta: {}",
            old.text("/metadata/uid")
        );
        return Err(precondition(kind, old.name(), &why));
    }
    if version.is_empty() || version == old.changed.to_string() { Ok(()) } else { Err(modified(kind, old.name())) }
}

/// Returns what the kind has of a changed object, with the metadata that clients cannot change.
fn own_members(kind: &Kind, old: &Value, wanted: &Value) -> Value {
    let mut new = wanted.clone();
    let given = wanted.get("metadata").cloned().unwrap_or_default();
    let mut kept = old.get("metadata").cloned().unwrap_or_default();
    if let Some(kept) = kept.as_object_mut() {
        kept.retain(|name, _| !metadata::KEPT.contains(&name.as_str()) || name == "name" || name == "generateName");
        let given = given.as_object().into_iter().flatten();
        kept.extend(
            given
                .filter(|(name, _)| metadata::KEPT.contains(&name.as_str()))
                .map(|(name, value)| (name.clone(), value.clone())),
        );
    }
    new["metadata"] = kept;
    while let Some(unknown) = schema::unknown_member(kind, &new).map(str::to_owned) {
        new.as_object_mut().and_then(|members| members.remove(&unknown));
    }
    tidy(&mut new);
    new
}

/// Takes away what is empty, and what every object of the kind has.
fn tidy(object: &mut Value) {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|_, value| !is_empty(value));
    }
    if let Some(members) = object.as_object_mut() {
        members.retain(|name, value| !["kind", "apiVersion"].contains(&name.as_str()) && !is_empty(value));
    }
}

/// Keeps a new object, unless this is a trial, and returns it as clients see it.
fn add(asked: &Asked, cluster: &mut Cluster, kind: &Kind, mut new: Value) -> Value {
    tidy(&mut new);
    if asked.is_dry_run() {
        return new;
    }
    let uid = text(&new, "/metadata/uid").to_owned();
    cluster.kubernetes.add(kind.plural, new.clone());
    aggregation::settle(&mut cluster.kubernetes);
    cluster.kubernetes.find(&uid).map_or(new, shown)
}

/// Keeps a changed object, unless this is a trial or nothing has changed, and returns it as clients see it.
fn replace(asked: &Asked, cluster: &mut Cluster, old: &Stored, new: Value) -> Value {
    if asked.is_dry_run() || new == old.object {
        return shown(&Stored { object: new, ..old.clone() });
    }
    let uid = old.text("/metadata/uid").to_owned();
    cluster.kubernetes.change(&uid, |object| *object = new);
    aggregation::settle(&mut cluster.kubernetes);
    cluster.kubernetes.find(&uid).map(shown).unwrap_or_default()
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
