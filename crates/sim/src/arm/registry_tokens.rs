//! Scope maps and repository-scoped tokens of a registry (`acr_tokens_scope_maps`).

use std::collections::BTreeMap;

use axum::response::IntoResponse;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    answers::{self, value, writes_left},
    registries::{bad_password, with_registry},
    request::Asked,
    shapes,
};
use crate::{
    cloud::Cloud,
    errors::{self, Answer, Refusal},
    world::{Registry, RegistryPassword, RegistryToken, SYSTEM_SCOPE_MAPS, ScopeMap},
};

/// Answers everything under `scopeMaps`, `tokens` and `generateCredentials`. `rest` is in lower case.
pub fn answer(cloud: &Cloud, asked: &Asked, rest: &[&str]) -> Answer {
    let name = asked.segments.get(9).map_or("", String::as_str);
    match (asked.method.as_str(), rest) {
        ("GET", ["scopemaps"]) => {
            with_registry(cloud, asked, "scopeMaps/read", |found| value(cloud, asked, all_maps(found)))
        }
        ("GET", ["scopemaps", _]) => with_registry(cloud, asked, "scopeMaps/read", |found| show_map(found, name)),
        ("PUT", ["scopemaps", _]) => put_map(cloud, asked, name),
        ("PATCH", ["scopemaps", _]) => change_map(cloud, asked, name),
        ("DELETE", ["scopemaps", _]) => with_registry(cloud, asked, "scopeMaps/delete", |found| {
            let before = found.scope_maps.len();
            found.scope_maps.retain(|map| !map.name.eq_ignore_ascii_case(name));
            Ok(removed(before != found.scope_maps.len()))
        }),
        ("GET", ["tokens"]) => with_registry(cloud, asked, "tokens/read", |found| {
            value(cloud, asked, found.tokens.iter().map(|token| shapes::token(found, token)).collect())
        }),
        ("GET", ["tokens", _]) => with_registry(cloud, asked, "tokens/read", |found| show_token(found, name)),
        ("PUT", ["tokens", _]) => put_token(cloud, asked, name),
        ("PATCH", ["tokens", _]) => change_token(cloud, asked, name),
        ("DELETE", ["tokens", _]) => with_registry(cloud, asked, "tokens/delete", |found| {
            let before = found.tokens.len();
            found.tokens.retain(|token| !token.name.eq_ignore_ascii_case(name));
            Ok(removed(before != found.tokens.len()))
        }),
        ("POST", ["generatecredentials"]) => generate(cloud, asked),
        _ => Err(answers::not_served(asked)),
    }
}

fn removed(was_there: bool) -> axum::response::Response {
    let status = if was_there { StatusCode::OK } else { StatusCode::NO_CONTENT };
    writes_left(status.into_response())
}

/// Returns 404 of the provider itself, with a `status` beside the error.
fn not_found(name: &str) -> Refusal {
    let body = json!({
        "error": {"code": "ResourceNotFound", "message": format!("The resource {name} could not be found.")},
        "status": "Failed",
    });
    Refusal::from(errors::json(StatusCode::NOT_FOUND, &body))
}

fn all_maps(registry: &Registry) -> Vec<Value> {
    let system = SYSTEM_SCOPE_MAPS.into_iter().map(|map| shapes::system_scope_map(registry, map));
    let own = registry.scope_maps.iter().map(|map| shapes::scope_map(registry, map));
    system.chain(own).collect()
}

fn find_map(registry: &Registry, name: &str) -> Option<Value> {
    all_maps(registry).into_iter().find(|map| super::subscriptions::text(map, "name").eq_ignore_ascii_case(name))
}

fn show_map(registry: &Registry, name: &str) -> Answer {
    let shown = find_map(registry, name).ok_or_else(|| not_found(name))?;
    Ok(errors::json(StatusCode::OK, &shown))
}

fn show_token(registry: &Registry, name: &str) -> Answer {
    let found =
        registry.tokens.iter().find(|token| token.name.eq_ignore_ascii_case(name)).ok_or_else(|| not_found(name))?;
    Ok(errors::json(StatusCode::OK, &shapes::token(registry, found)))
}

#[derive(Deserialize)]
struct NewMap {
    properties: NewMapProperties,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMapProperties {
    #[serde(default)]
    description: Option<String>,
    actions: Vec<String>,
}

fn put_map(cloud: &Cloud, asked: &Asked, name: &str) -> Answer {
    with_registry(cloud, asked, "scopeMaps/write", |found| {
        let NewMap { properties } = asked.body()?;
        may_have(name, &properties.actions)?;
        named_well("scope map", name, true)?;
        let before = found.scope_maps.iter().position(|map| map.name.eq_ignore_ascii_case(name));
        let before = before.map(|at| found.scope_maps.remove(at).created);
        let status = if before.is_none() { StatusCode::CREATED } else { StatusCode::OK };
        let created = before.unwrap_or_else(|| cloud.clock.timestamp());
        found.scope_maps.push(ScopeMap {
            name: name.to_owned(),
            description: properties.description.unwrap_or_default(),
            actions: properties.actions,
            created,
        });
        let shown = find_map(found, name).unwrap_or_default();
        Ok(writes_left(errors::json(status, &shown)))
    })
}

#[derive(Deserialize)]
struct MapChange {
    properties: MapChangeProperties,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MapChangeProperties {
    description: Option<String>,
    actions: Option<Vec<String>>,
}

/// Changes what is named of a scope map, as `az acr scope-map update` does.
fn change_map(cloud: &Cloud, asked: &Asked, name: &str) -> Answer {
    with_registry(cloud, asked, "scopeMaps/write", |found| {
        let MapChange { properties } = asked.body()?;
        may_have(name, properties.actions.as_deref().unwrap_or_default())?;
        let map = found.scope_maps.iter_mut().find(|map| map.name.eq_ignore_ascii_case(name));
        let map = map.ok_or_else(|| not_found(name))?;
        if let Some(description) = properties.description {
            map.description = description;
        }
        if let Some(actions) = properties.actions {
            map.actions = actions;
        }
        let shown = find_map(found, name).unwrap_or_default();
        Ok(writes_left(errors::json(StatusCode::OK, &shown)))
    })
}

/// Refuses actions that no scope map can have, and the change of one that the registry has by itself.
fn may_have(name: &str, actions: &[String]) -> Result<(), Refusal> {
    if let Some(unknown) = actions.iter().find(|action| !is_action(action)) {
        let message = format!("The action '{unknown}' is invalid.");
        return Err(errors::arm(StatusCode::BAD_REQUEST, "InvalidScopeMapActions", &message));
    }
    if name.starts_with('_') {
        let message = format!("The scope map '{name}' is system defined and cannot be changed.");
        return Err(errors::arm(StatusCode::BAD_REQUEST, "ScopeMapInvalid", &message));
    }
    Ok(())
}

/// The verbs of a scope map (ACR's document "Token-based repository permissions").
const VERBS: &[&str] = &["content/read", "content/write", "content/delete", "metadata/read", "metadata/write"];

/// True where a scope map can have an action: `repositories/NAME/VERB`, the name one of a repository, or with a star for
/// its last part (`docs/facts/azure.md` 9.3). Those of gateways are for connected registries.
fn is_action(action: &str) -> bool {
    if action.starts_with("gateway/") {
        return true;
    }
    let Some(rest) = action.strip_prefix("repositories/") else {
        return false;
    };
    let name = VERBS.iter().find_map(|verb| rest.strip_suffix(verb)?.strip_suffix('/'));
    let part = |part: &str| {
        let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        !part.is_empty() && part.bytes().all(legal)
    };
    name.is_some_and(|name| name == "*" || name.strip_suffix("/*").unwrap_or(name).split('/').all(part))
}

/// Refuses a name that is too short, too long or has other characters (`acr-registries-2023-07-01.json`, `tokenName` and
/// `scopeMapName`). The words are not recorded.
fn named_well(what: &str, name: &str, underscores: bool) -> Result<(), Refusal> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || (underscores && byte == b'_');
    if (5..=50).contains(&name.len()) && name.bytes().all(legal) {
        return Ok(());
    }
    let message = format!("The name '{name}' of the {what} is invalid.");
    Err(errors::arm(StatusCode::BAD_REQUEST, "InvalidRequest", &message))
}

#[derive(Deserialize)]
struct NewToken {
    properties: NewTokenProperties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewTokenProperties {
    scope_map_id: String,
    #[serde(default)]
    status: Option<String>,
}

fn put_token(cloud: &Cloud, asked: &Asked, name: &str) -> Answer {
    with_registry(cloud, asked, "tokens/write", |found| {
        let NewToken { properties } = asked.body()?;
        named_well("token", name, false)?;
        let scope_map_id = map_of_token(found, &properties.scope_map_id)?;
        let status = status_of_token(properties.status.unwrap_or_else(|| "enabled".to_owned()))?;
        let created = cloud.clock.timestamp();
        let (answer, token) = match found.tokens.iter_mut().find(|token| token.name.eq_ignore_ascii_case(name)) {
            Some(token) => {
                token.scope_map_id = scope_map_id;
                token.status = status;
                (StatusCode::OK, token)
            }
            None => {
                let token =
                    RegistryToken { name: name.to_owned(), scope_map_id, status, passwords: BTreeMap::new(), created };
                (StatusCode::CREATED, found.tokens.push_mut(token))
            }
        };
        let name = token.name.clone();
        Ok(changed_token(found, answer, &name))
    })
}

#[derive(Deserialize)]
struct TokenChange {
    properties: TokenChangeProperties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TokenChangeProperties {
    scope_map_id: Option<String>,
    status: Option<String>,
    credentials: Option<KeptCredentials>,
}

#[derive(Deserialize)]
struct KeptCredentials {
    passwords: Option<Vec<KeptPassword>>,
}

#[derive(Deserialize)]
struct KeptPassword {
    name: String,
}

/// Changes what is named of a token, as `az acr token update` and `az acr token credential delete` do: a password that
/// is not among those named is deleted.
fn change_token(cloud: &Cloud, asked: &Asked, name: &str) -> Answer {
    with_registry(cloud, asked, "tokens/write", |found| {
        let TokenChange { properties } = asked.body()?;
        let map = properties.scope_map_id.map(|id| map_of_token(found, &id)).transpose()?;
        let status = properties.status.map(status_of_token).transpose()?;
        let token = found.tokens.iter_mut().find(|token| token.name.eq_ignore_ascii_case(name));
        let token = token.ok_or_else(|| not_found(name))?;
        if let Some(map) = map {
            token.scope_map_id = map;
        }
        if let Some(status) = status {
            token.status = status;
        }
        if let Some(kept) = properties.credentials.and_then(|credentials| credentials.passwords) {
            token.passwords.retain(|name, _| kept.iter().any(|one| one.name == *name));
        }
        let name = token.name.clone();
        Ok(changed_token(found, StatusCode::OK, &name))
    })
}

/// Returns the id of the scope map that a token is to have.
fn map_of_token(registry: &Registry, id: &str) -> Result<String, Refusal> {
    let name = id.rsplit('/').next().unwrap_or_default();
    let map = find_map(registry, name).ok_or_else(|| not_found(name))?;
    Ok(super::subscriptions::text(&map, "id").to_owned())
}

fn status_of_token(status: String) -> Result<String, Refusal> {
    if ["enabled", "disabled"].contains(&status.as_str()) {
        return Ok(status);
    }
    let message = format!("The status '{status}' of the token is invalid.");
    Err(errors::arm(StatusCode::BAD_REQUEST, "InvalidRequest", &message))
}

fn changed_token(registry: &Registry, answer: StatusCode, name: &str) -> axum::response::Response {
    let shown = registry.tokens.iter().find(|token| token.name == name);
    let shown = shown.map(|token| shapes::token(registry, token)).unwrap_or_default();
    writes_left(errors::json(answer, &shown))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Generate {
    token_id: String,
    name: Option<String>,
    expiry: Option<Timestamp>,
}

/// Makes one password of a token, or both; the values are shown this once.
fn generate(cloud: &Cloud, asked: &Asked) -> Answer {
    with_registry(cloud, asked, "generateCredentials/action", |found| {
        let Generate { token_id, name, expiry } = asked.body()?;
        let token_name = token_id.rsplit('/').next().unwrap_or_default();
        let names: &[&str] = match name.as_deref() {
            None => &["password1", "password2"],
            Some("password1") => &["password1"],
            Some("password2") => &["password2"],
            Some(other) => return Err(bad_password(other)),
        };
        let token = found
            .tokens
            .iter_mut()
            .find(|token| token.name.eq_ignore_ascii_case(token_name))
            .ok_or_else(|| not_found(token_name))?;
        for name in names {
            token.passwords.insert((*name).to_owned(), RegistryPassword::new(&cloud.clock, expiry));
        }
        let passwords: Vec<Value> = token
            .passwords
            .iter()
            .map(|(name, password)| {
                let mut shown = shapes::password(name, password);
                if names.contains(&name.as_str()) {
                    shown["value"] = json!(password.value.reveal());
                }
                shown
            })
            .collect();
        let body = json!({"username": token.name, "passwords": passwords});
        Ok(writes_left(errors::json(StatusCode::OK, &body)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_name_a_repository_or_end_with_a_star_and_have_a_known_verb() {
        for yes in [
            "repositories/shop/web/content/read",
            "repositories/*/metadata/read",
            "repositories/shop/*/content/write",
            "gateway/x/config/read",
        ] {
            assert!(is_action(yes), "{yes}");
        }
        for no in [
            "repositories/shop/web",
            "repositories/shop/web/content/list",
            "repositories/shop*/content/read",
            "repositories/*/web/content/read",
            "repositories//content/read",
            "repositories/Shop/content/read",
            "shop/content/read",
        ] {
            assert!(!is_action(no), "{no}");
        }
    }
}
