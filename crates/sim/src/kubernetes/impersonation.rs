//! The users whom a caller may act as (`k8s.io/apiserver`, `pkg/endpoints/filters/impersonation.go`).

use std::collections::BTreeMap;

use http::{HeaderMap, StatusCode};

use super::{
    api::Api,
    authorizers::require,
    question::{Question, Resource},
    refusals::failure,
    service_accounts,
    user::{AUTHENTICATED, User},
};
use crate::errors::Refusal;

const ANONYMOUS: &str = "system:anonymous";

/// Returns the user that a request is to be done as: the caller, or the one whom it names if the caller may act as all
/// of that.
///
/// # Errors
/// 403 for a user, group or member of `extra` that the caller may not act as; 500 for groups without a user.
pub fn acting(api: &Api, caller: User, headers: &HeaderMap) -> Result<User, Refusal> {
    let wanted = wanted(headers);
    if wanted.name.is_empty() {
        let names_more = !(wanted.uid.is_empty() && wanted.groups.is_empty() && wanted.extra.is_empty());
        let refused = || {
            let message = "Internal Server Error: requested impersonation without impersonating a user";
            failure(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
        };
        return if names_more { Err(refused()) } else { Ok(caller) };
    }
    let may = |resource| require(api, &caller, &Question::of("impersonate", resource));
    let account = service_accounts::of_name(&wanted.name);
    match account {
        Some((namespace, name)) => {
            may(Resource { resource: "serviceaccounts", namespace, name, ..Resource::default() })?;
        }
        None => may(Resource { resource: "users", name: &wanted.name, ..Resource::default() })?,
    }
    for name in &wanted.groups {
        may(Resource { resource: "groups", name, ..Resource::default() })?;
    }
    let group = "authentication.k8s.io";
    for (subresource, values) in &wanted.extra {
        for name in values {
            may(Resource { group, resource: "userextras", subresource, name, namespace: "" })?;
        }
    }
    if !wanted.uid.is_empty() {
        may(Resource { group, resource: "uids", name: &wanted.uid, ..Resource::default() })?;
    }
    let mut groups = wanted.groups.clone();
    if let Some((namespace, _)) = account.filter(|_| groups.is_empty()) {
        groups = service_accounts::groups(namespace);
    }
    if wanted.name != ANONYMOUS && !groups.iter().any(|group| group == AUTHENTICATED) {
        groups.push(AUTHENTICATED.to_owned());
    }
    Ok(User { groups, ..wanted })
}

/// Returns the user that the headers name.
fn wanted(headers: &HeaderMap) -> User {
    let texts = |name: &str| -> Vec<String> {
        headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).map(str::to_owned).collect()
    };
    let first = |name: &str| texts(name).into_iter().next().unwrap_or_default();
    let mut extra = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in headers {
        if let (Some(key), Ok(value)) = (name.as_str().strip_prefix("impersonate-extra-"), value.to_str()) {
            let key = percent_encoding::percent_decode_str(key).decode_utf8_lossy().into_owned();
            extra.entry(key).or_default().push(value.to_owned());
        }
    }
    User { name: first("impersonate-user"), uid: first("impersonate-uid"), groups: texts("impersonate-group"), extra }
}
