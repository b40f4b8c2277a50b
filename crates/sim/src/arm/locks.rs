//! Management locks at any scope (the contract `Microsoft.Authorization/stable/2020-05-01/locks.json`).

use axum::response::IntoResponse;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    answers::{self, known_scope, value, writes_left},
    filter::Term,
    request::Asked,
};
use crate::{
    cloud::Cloud,
    errors::{self, Answer, Refusal},
    rights,
    world::{Lock, LockLevel, World},
};

const KIND: &str = "Microsoft.Authorization/locks";

/// Answers everything about the locks at a scope. `path` is what follows `locks`, in lower case.
pub fn answer(cloud: &Cloud, asked: &Asked, scope: &str, path: &[&str]) -> Answer {
    // The name in the casing that it came with.
    let name = asked.segments.last().map_or("", String::as_str);
    match (asked.method.as_str(), path) {
        ("GET", []) => list(cloud, asked, scope),
        ("GET", [_]) => show(cloud, asked, scope, name),
        ("PUT", [_]) => put(cloud, asked, scope, name),
        ("DELETE", [_]) => delete(cloud, asked, scope, name),
        _ => Err(answers::not_served(asked)),
    }
}

/// Returns the locks at, above and below a scope; with `$filter=atScope()` those at it and above (the document of
/// `Get-AzResourceLock -AtScope`).
fn list(cloud: &Cloud, asked: &Asked, scope: &str) -> Answer {
    rights::require(cloud, &asked.caller, scope, &format!("{KIND}/read"))?;
    let terms = asked.filter(&["atscope"])?;
    let not_below = terms.iter().any(|term| matches!(term, Term::Call(..)));
    let world = cloud.world();
    known_scope(&world, scope)?;
    let is_meant =
        |lock: &&Lock| rights::covers(&lock.scope, scope) || (!not_below && rights::covers(scope, &lock.scope));
    value(cloud, asked, world.locks.iter().filter(is_meant).map(shape).collect())
}

fn show(cloud: &Cloud, asked: &Asked, scope: &str, name: &str) -> Answer {
    rights::require(cloud, &asked.caller, scope, &format!("{KIND}/read"))?;
    let world = cloud.world();
    let found = position(&world, scope, name).and_then(|at| world.locks.get(at));
    let found = found.ok_or_else(|| no_lock(name))?;
    Ok(errors::json(StatusCode::OK, &shape(found)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewLock {
    properties: NewProperties,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewProperties {
    level: LockLevel,
    notes: Option<String>,
    #[serde(rename = "owners")]
    _owners: Option<Value>,
}

/// Makes a lock, or changes the one of that name: 201, or 200.
fn put(cloud: &Cloud, asked: &Asked, scope: &str, name: &str) -> Answer {
    rights::require(cloud, &asked.caller, scope, &format!("{KIND}/write"))?;
    let NewLock { properties: NewProperties { level, notes, .. } } = asked.body()?;
    let mut world = cloud.world();
    known_scope(&world, scope)?;
    let lock = Lock { name: name.to_owned(), scope: scope.to_owned(), level, notes };
    let shown = shape(&lock);
    let known = position(&world, scope, name).and_then(|at| world.locks.get_mut(at));
    let status = if let Some(known) = known {
        *known = lock;
        StatusCode::OK
    } else {
        world.locks.push(lock);
        StatusCode::CREATED
    };
    Ok(writes_left(errors::json(status, &shown)))
}

/// Removes a lock: 200, and 204 where there is none.
fn delete(cloud: &Cloud, asked: &Asked, scope: &str, name: &str) -> Answer {
    rights::require(cloud, &asked.caller, scope, &format!("{KIND}/delete"))?;
    let mut world = cloud.world();
    let Some(at) = position(&world, scope, name) else {
        return Ok(writes_left(StatusCode::NO_CONTENT.into_response()));
    };
    world.locks.remove(at);
    Ok(writes_left(StatusCode::OK.into_response()))
}

fn position(world: &World, scope: &str, name: &str) -> Option<usize> {
    let is_it = |lock: &Lock| lock.name.eq_ignore_ascii_case(name) && lock.scope.eq_ignore_ascii_case(scope);
    world.locks.iter().position(is_it)
}

fn no_lock(name: &str) -> Refusal {
    let message = format!("The lock '{name}' could not be found.");
    errors::arm(StatusCode::NOT_FOUND, "LockNotFound", &message)
}

fn shape(lock: &Lock) -> Value {
    let mut properties = json!({ "level": lock.level });
    if let Some(notes) = &lock.notes {
        properties["notes"] = json!(notes);
    }
    json!({
        "properties": properties,
        "id": format!("{}/providers/{KIND}/{}", lock.scope, lock.name),
        "type": KIND,
        "name": lock.name,
    })
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::testbed::{Reply, Testbed};

    const GROUP: &str = "/subscriptions/a1a1a1a1-5b5b-4c4c-8d8d-0000000000a1/resourceGroups/rg-shop";

    fn at(scope: &str, tail: &str) -> String {
        format!("{scope}/providers/{KIND}{tail}")
    }

    fn body(level: &str) -> Value {
        json!({ "properties": { "level": level, "notes": "until Monday" } })
    }

    fn is(reply: &Reply, status: StatusCode, code: &str) {
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{}", reply.json());
    }

    /// An owner sets locks; the usual operator of A may not.
    fn with_an_owner() -> Testbed {
        let bed = Testbed::new(|_| {});
        bed.grant(bed.operator('a'), "Owner", "/subscriptions/a1a1a1a1-5b5b-4c4c-8d8d-0000000000a1", None);
        bed
    }

    #[tokio::test]
    async fn an_owner_alone_sets_a_lock() {
        let usual = Testbed::new(|_| {});
        let refused = usual.arm('a', Method::PUT, &at(GROUP, "/freeze"), body("ReadOnly")).await;
        is(&refused, StatusCode::FORBIDDEN, "AuthorizationFailed");
        let bed = with_an_owner();
        assert_eq!(
            bed.arm('a', Method::PUT, &at(GROUP, "/freeze"), body("ReadOnly")).await.status,
            StatusCode::CREATED
        );
        assert_eq!(bed.arm('a', Method::PUT, &at(GROUP, "/Freeze"), body("CanNotDelete")).await.status, StatusCode::OK);
        is(
            &bed.arm('a', Method::PUT, &at(GROUP, "/x"), body("Whatever")).await,
            StatusCode::BAD_REQUEST,
            "InvalidRequestContent",
        );
        let shown = bed.arm('a', Method::GET, &at(GROUP, "/freeze"), Value::Null).await.json();
        assert_eq!(shown["properties"], json!({ "level": "CanNotDelete", "notes": "until Monday" }));
        assert_eq!(bed.arm('a', Method::DELETE, &at(GROUP, "/freeze"), Value::Null).await.status, StatusCode::OK);
        assert_eq!(
            bed.arm('a', Method::DELETE, &at(GROUP, "/freeze"), Value::Null).await.status,
            StatusCode::NO_CONTENT
        );
    }

    #[tokio::test]
    async fn locks_are_listed_at_above_and_below_as_the_filter_says() {
        let bed = with_an_owner();
        let subscription = GROUP.rsplit_once("/resourceGroups").expect("a group").0;
        let cluster = bed.cluster.clone();
        for scope in [subscription, GROUP, &cluster] {
            bed.arm('a', Method::PUT, &at(scope, "/freeze"), body("CanNotDelete")).await;
        }
        let listed = async |scope: &str, filter: &str| {
            let reply = bed.arm('a', Method::GET, &at(scope, filter), Value::Null).await.json();
            reply["value"].as_array().map_or(0, Vec::len)
        };
        assert_eq!(listed(GROUP, "").await, 3);
        assert_eq!(listed(GROUP, "?$filter=atScope()").await, 2);
        assert_eq!(listed(&cluster, "?$filter=atScope()").await, 3);
    }

    #[tokio::test]
    async fn a_lock_refuses_whom_no_right_refuses() {
        let bed = with_an_owner();
        let credential = format!("{}/listClusterUserCredential", bed.cluster);
        let lock = async |level: &str| bed.arm('a', Method::PUT, &at(GROUP, "/freeze"), body(level)).await;
        lock("CanNotDelete").await;
        assert_eq!(bed.arm('a', Method::POST, &credential, Value::Null).await.status, StatusCode::OK);
        let assignment =
            format!("{}/providers/Microsoft.Authorization/roleAssignments/{}", bed.cluster, uuid::Uuid::nil());
        let kept = bed.arm('a', Method::DELETE, &assignment, Value::Null).await;
        is(&kept, StatusCode::CONFLICT, "ScopeLocked");
        assert_eq!(
            kept.json()["error"]["message"],
            format!(
                "The scope '{assignment}' cannot perform delete operation because following scope(s) are locked: '{GROUP}'. \
                 Please remove the lock and try again."
            )
        );
        lock("ReadOnly").await;
        is(&bed.arm('a', Method::POST, &credential, Value::Null).await, StatusCode::CONFLICT, "ScopeLocked");
        assert_eq!(bed.arm('a', Method::GET, &bed.cluster, Value::Null).await.status, StatusCode::OK);
    }

    #[tokio::test]
    async fn in_a_disabled_subscription_things_are_read_and_deleted() {
        use crate::world::SubscriptionState::{Disabled, PastDue};
        let bed = with_an_owner();
        let state = |state| bed.cloud.world().subscriptions.iter_mut().for_each(|found| found.state = state);
        state(PastDue);
        assert_eq!(
            bed.arm('a', Method::PUT, &at(GROUP, "/freeze"), body("CanNotDelete")).await.status,
            StatusCode::CREATED
        );
        state(Disabled);
        let subscription = GROUP.rsplit_once("/resourceGroups").expect("a group").0;
        assert_eq!(bed.arm('a', Method::GET, subscription, Value::Null).await.json()["state"], "Disabled");
        let refused = bed.arm('a', Method::PUT, &at(GROUP, "/other"), body("CanNotDelete")).await;
        is(&refused, StatusCode::CONFLICT, "ReadOnlyDisabledSubscription");
        assert_eq!(bed.arm('a', Method::DELETE, &at(GROUP, "/freeze"), Value::Null).await.status, StatusCode::OK);
    }
}
