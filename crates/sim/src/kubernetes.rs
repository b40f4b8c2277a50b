//! The Kubernetes API of a cluster, as far as a client that runs a pod and looks around needs it.
//!
//! Paths, verbs and objects are those of the Kubernetes API reference; every kind it serves is a row of [`kinds::KINDS`].
//! Answers are JSON, whatever else a client would accept.

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode};

use self::{
    api::Api,
    asked::Asked,
    kinds::Target,
    question::{About, Question, Resource},
    refusals::{failure, no_method, not_found},
};
use crate::{cloud::Shared, errors::Answer, server::PeerCertificate};

mod answers;
mod api;
mod asked;
mod authorizers;
mod azure;
#[cfg(test)]
mod caller_tests;
mod delete;
mod discovery;
#[cfg(test)]
mod entra_tests;
mod events;
mod fields;
mod identity;
mod impersonation;
mod kinds;
mod kubelet;
mod list;
mod managers;
mod metadata;
mod namespaces;
mod objects;
mod openapi;
mod patch;
mod pods;
mod protobuf;
mod question;
mod rbac;
mod refusals;
mod reviews;
mod schema;
mod secrets;
mod select;
mod service_accounts;
mod start;
#[cfg(test)]
mod tests;
mod token_requests;
mod user;
mod watch;
mod write;
#[cfg(test)]
mod writes_tests;

pub use identity::users;
pub use rbac::{bootstrap, reconcile};

/// No object of this plane is larger: etcd takes 1.5 MiB.
const MAX_BODY: usize = 3 << 20;

/// Returns the API of the cluster of a resource id.
pub fn router(cloud: Shared, cluster: String) -> Router {
    Router::new().fallback(handle).with_state(Api { cloud, cluster })
}

async fn handle(State(api): State<Api>, request: Request) -> Response {
    answer(api, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(api: Api, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let user = identity::known(&api, &head.headers, head.extensions.get::<PeerCertificate>())?;
    let user = impersonation::acting(&api, user, &head.headers)?;
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| {
        failure(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")
    })?;
    let path = percent_encoding::percent_decode_str(head.uri.path()).decode_utf8_lossy().into_owned();
    let query = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = Asked { api, user, method: head.method, query, headers: head.headers, body };
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    if let ["api", "v1", "namespaces", namespace, "serviceaccounts", name, "token"] = segments.as_slice() {
        return token_requests::create(&asked, namespace, name);
    }
    match target(&segments) {
        Some(target) => act(&asked, &target),
        None => {
            let verb = asked.method.as_str().to_ascii_lowercase();
            authorizers::require(&asked.api, &asked.user, &other(&verb, &path, &segments))?;
            discovery::answer(&asked, &segments)
        }
    }
}

/// Returns the kind, namespace and name of `/api/v1/…` or `/apis/GROUP/VERSION/…`; `None` for what names no kind that
/// is served.
fn target<'a>(segments: &[&'a str]) -> Option<Target<'a>> {
    let (group, version, rest) = match segments {
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return None,
    };
    let (namespace, plural, name) = match rest {
        ["namespaces", namespace, plural] => (Some(*namespace), *plural, None),
        ["namespaces", namespace, plural, name] => (Some(*namespace), *plural, Some(*name)),
        [plural] => (None, *plural, None),
        [plural, name] => (None, *plural, Some(*name)),
        _ => return None,
    };
    let kind = kinds::find(group, version, plural)?;
    (kind.namespaced || namespace.is_none()).then_some(Target { kind, namespace, name })
}

/// Returns the question of a request that names no kind which is served: about such objects, or about a path.
fn other<'a>(verb: &'a str, path: &'a str, segments: &[&'a str]) -> Question<'a> {
    let (group, rest) = match segments {
        ["api", _, rest @ ..] => ("", rest),
        ["apis", group, _, rest @ ..] => (*group, rest),
        _ => ("", segments.get(..0).unwrap_or_default()),
    };
    let resource = match rest {
        [] => return Question { verb, about: About::Path(path) },
        ["namespaces", namespace, resource, rest @ ..] => Resource {
            group,
            resource,
            namespace,
            name: rest.first().copied().unwrap_or_default(),
            subresource: rest.get(1).copied().unwrap_or_default(),
        },
        [resource, rest @ ..] => Resource {
            group,
            resource,
            namespace: "",
            name: rest.first().copied().unwrap_or_default(),
            subresource: rest.get(1).copied().unwrap_or_default(),
        },
    };
    let verb = match (verb, resource.name) {
        ("get", "") => "list",
        ("post", _) => "create",
        ("put", _) => "update",
        (verb, _) => verb,
    };
    Question::of(verb, resource)
}

/// Does what a request asks for, if its user may.
fn act(asked: &Asked, target: &Target<'_>) -> Answer {
    let verb = match (&asked.method, target.name) {
        (&Method::GET, None) if asked.is_set("watch") => "watch",
        (&Method::GET, None) => "list",
        (&Method::GET, Some(_)) => "get",
        (&Method::POST, None) => "create",
        (&Method::DELETE, Some(_)) => "delete",
        (&Method::DELETE, None) => "deletecollection",
        (&Method::PUT, Some(_)) => "update",
        (&Method::PATCH, Some(_)) => "patch",
        _ => return Err(no_method()),
    };
    authorizers::require_on(&asked.api, &asked.user, verb, target)?;
    if !target.kind.verbs.contains(&verb)
        || (target.kind.namespaced && target.namespace.is_none() && verb != "list" && verb != "watch")
    {
        return Err(no_method());
    }
    match (verb, target.kind.plural) {
        ("list", _) => list::answer(asked, target),
        ("watch", _) => watch::answer(asked, target),
        ("get", _) => get(asked, target),
        ("create", "pods") => pods::create(asked, target.namespace.unwrap_or_default()),
        ("delete", "pods") => pods::delete(asked, target),
        ("create", _) if target.kind.verbs.contains(&"patch") => write::create(asked, target),
        ("update", _) => write::update(asked, target),
        ("patch", _) => write::patch(asked, target),
        ("delete", _) => delete::answer(asked, target),
        ("create", "namespaces") => namespaces::create(asked),
        ("create", _) if target.kind.group.starts_with("auth") => reviews::create(asked, target),
        _ => Err(no_method()),
    }
}

fn get(asked: &Asked, target: &Target<'_>) -> Answer {
    let found = asked.cluster(|cluster| objects::one(cluster, target))?;
    Ok(answers::object(StatusCode::OK, target.kind, found.ok_or_else(|| not_found(target))?))
}
