//! `federatedIdentityCredentials` of applications (Graph's document "federatedIdentityCredential resource type").

use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    application::{change, find},
    call::{Call, Key, no_content},
    principal, readers,
    refusals::{bad_request, no_method, no_property, no_segment, not_found},
};
use crate::{
    errors::{self, Answer, Refusal},
    world::{Application, FederatedCredential},
};

/// An application has no more (`docs/facts/azure.md` 3.3).
const MOST: usize = 20;

/// Answers a call on the federated credentials of an application.
pub fn answer(call: &Call, method: &Method, key: Key, rest: &[&str]) -> Answer {
    match (method, rest) {
        (&Method::GET, []) => {
            let all = with(call, key, |application| application.federated.iter().map(shape).collect())?;
            call.list(&context(key), all)
        }
        (&Method::POST, []) => create(call, key),
        (&Method::GET, [name]) => {
            let found =
                with(call, key, |application| application.federated.iter().find(|known| is(known, name)).map(shape))?;
            Ok(call.found(&context(key), found.ok_or_else(|| not_found(name))?))
        }
        (&Method::DELETE, [name]) => change(call, key, |application| {
            let before = application.federated.len();
            application.federated.retain(|known| !is(known, name));
            if application.federated.len() == before { Err(not_found(name)) } else { Ok(no_content()) }
        }),
        (_, [] | [_]) => Err(no_method()),
        (_, [.., last]) => Err(no_segment(last)),
    }
}

fn context(key: Key) -> String {
    let (Key::Id(id) | Key::AppId(id)) = key;
    format!("applications('{id}')/federatedIdentityCredentials")
}

fn is(known: &FederatedCredential, name: &str) -> bool {
    known.name == name || known.id.to_string().eq_ignore_ascii_case(name)
}

/// Reads something of an application.
fn with<T>(call: &Call, key: Key, read: impl FnOnce(&Application) -> T) -> Result<T, Refusal> {
    call.require(readers::APPLICATIONS)?;
    let world = call.cloud.world();
    let missing = || principal::missing(key);
    let directory = world.directory(call.caller.tenant).ok_or_else(missing)?;
    Ok(read(find(call, directory, key).ok_or_else(missing)?))
}

fn create(call: &Call, key: Key) -> Answer {
    let new = read(call)?;
    let shown = shape(&new);
    change(call, key, |application| {
        let twin = application
            .federated
            .iter()
            .find(|known| known.name == new.name || (known.issuer == new.issuer && known.subject == new.subject));
        if let Some(twin) = twin {
            let text = if twin.name == new.name {
                format!("FederatedIdentityCredential with name {} already exists.", new.name)
            } else {
                "FederatedIdentityCredential with the same issuer and subject already exists.".to_owned()
            };
            return Err(errors::graph(StatusCode::CONFLICT, "Request_MultipleObjectsWithSameKeyValue", &text));
        }
        if application.federated.len() >= MOST {
            return Err(bad_request(&format!(
                "An application can have at most {MOST} federated identity credentials."
            )));
        }
        application.federated.push(new);
        Ok(())
    })?;
    Ok(call.entity(StatusCode::CREATED, &context(key), shown))
}

fn read(call: &Call) -> Result<FederatedCredential, Refusal> {
    const KNOWN: &[&str] = &["name", "issuer", "subject", "audiences", "description"];
    let body = call.object()?;
    let unknown = |name: &&String| !KNOWN.contains(&name.as_str()) && !name.starts_with("@odata.");
    if let Some(name) = body.keys().find(unknown) {
        return Err(no_property(name));
    }
    let missing = |name: &str| {
        bad_request(&format!("A value is required for property '{name}' of resource 'FederatedIdentityCredential'."))
    };
    let text = |name: &str| {
        let value = body.get(name).and_then(Value::as_str).filter(|value| !value.is_empty() && value.len() <= 600);
        value.map(str::to_owned).ok_or_else(|| missing(name))
    };
    let audiences = body.get("audiences").and_then(Value::as_array).into_iter().flatten();
    let audiences: Vec<String> = audiences.filter_map(|one| one.as_str().map(str::to_owned)).collect();
    if audiences.len() != 1 {
        return Err(missing("audiences"));
    }
    let description = body.get("description").and_then(Value::as_str).map(str::to_owned);
    let (name, issuer, subject) = (text("name")?, text("issuer")?, text("subject")?);
    Ok(FederatedCredential { id: Uuid::new_v4(), name, issuer, subject, audiences, description })
}

fn shape(credential: &FederatedCredential) -> Value {
    json!({
        "id": credential.id,
        "name": credential.name,
        "issuer": credential.issuer,
        "subject": credential.subject,
        "description": credential.description,
        "audiences": credential.audiences,
    })
}
