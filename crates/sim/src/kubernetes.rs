//! The Kubernetes API of a cluster, as far as a client that runs a pod and looks around needs it.
//!
//! Paths, verbs and objects are those of the Kubernetes API reference; every kind it serves is a row of [`kinds::KINDS`].
//! Answers are JSON, whatever else a client would accept.

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    cloud::{Cloud, Shared},
    errors::{self, Answer, Refusal},
    server::PeerCertificate,
    world::Cluster,
};

mod discovery;
mod events;
mod identity;
mod kinds;
mod kubelet;
mod list;
mod namespaces;
mod objects;
mod pods;
mod protobuf;
mod reviews;
mod select;
mod start;
#[cfg(test)]
mod tests;
mod watch;

pub use identity::users;

use identity::User;
use kinds::Kind;

/// No object of this plane is larger: etcd takes 1.5 MiB.
const MAX_BODY: usize = 3 << 20;

/// The API of one cluster.
#[derive(Clone)]
struct Api {
    cloud: Shared,
    cluster: String,
}

/// The API of the cluster of a resource id.
pub fn router(cloud: Shared, cluster: String) -> Router {
    Router::new().fallback(handle).with_state(Api { cloud, cluster })
}

/// A request that somebody known sent.
struct Asked {
    api: Api,
    user: User,
    method: Method,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
}

impl Asked {
    fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn is_set(&self, name: &str) -> bool {
        matches!(self.query(name), Some("true" | "1"))
    }

    /// Whether it is only asked what would become of it.
    fn is_dry_run(&self) -> bool {
        self.query("dryRun") == Some("All")
    }

    fn cloud(&self) -> &Cloud {
        &self.api.cloud
    }

    /// Reads or changes the cluster.
    fn cluster<T>(&self, act: impl FnOnce(&mut Cluster) -> T) -> Result<T, Refusal> {
        let mut world = self.api.cloud.world();
        world.cluster_mut(&self.api.cluster).map(act).ok_or_else(no_path)
    }

    /// The body, an object in JSON.
    fn object(&self) -> Result<Value, Refusal> {
        if !errors::is_of(&self.headers, errors::JSON) {
            let text =
                "the body of the request was in an unknown format - accepted media types include: application/json";
            return Err(failure(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", text));
        }
        match serde_json::from_slice(&self.body) {
            Ok(object @ Value::Object(_)) => Ok(object),
            _ => Err(bad_request("the object provided is unrecognized (must be of type Object)")),
        }
    }
}

/// What a path is about.
struct Target<'a> {
    kind: &'static Kind,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
}

async fn handle(State(api): State<Api>, request: Request) -> Response {
    answer(api, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(api: Api, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let user = {
        let world = api.cloud.world();
        let cluster = world.cluster(&api.cluster).ok_or_else(no_path)?;
        identity::known(cluster, &head.headers, head.extensions.get::<PeerCertificate>())?
    };
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| {
        failure(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")
    })?;
    let path = percent_encoding::percent_decode_str(head.uri.path()).decode_utf8_lossy().into_owned();
    let query = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = Asked { api, user, method: head.method, query, headers: head.headers, body };
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match target(&segments) {
        Some(target) => act(&asked, &target),
        None => discovery::answer(&asked, &segments),
    }
}

/// The kind, namespace and name of `/api/v1/…` or `/apis/GROUP/VERSION/…`; `None` for what names no kind that is served.
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
    asked.user.require(verb, target)?;
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
        ("create", "namespaces") => namespaces::create(asked),
        ("create", "selfsubjectaccessreviews") => reviews::create(asked),
        _ => Err(no_method()),
    }
}

fn get(asked: &Asked, target: &Target<'_>) -> Answer {
    let found = asked.cluster(|cluster| one(cluster, target))?;
    Ok(object(StatusCode::OK, target.kind, found.ok_or_else(|| not_found(target))?))
}

/// The object of a target that names one.
fn one(cluster: &Cluster, target: &Target<'_>) -> Option<Value> {
    let all = objects::all(cluster, target.kind);
    let named = |stored: &&crate::world::Stored| {
        Some(stored.name()) == target.name && target.namespace.is_none_or(|namespace| stored.namespace() == namespace)
    };
    all.iter().find(named).map(objects::shown)
}

/// An object as an answer: kind and version go first, as people expect it.
fn object(status: StatusCode, kind: &Kind, object: Value) -> Response {
    plain(status, &objects::typed(kind, object))
}

fn plain(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, axum::Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static(errors::JSON));
    response
}

fn failure(status: StatusCode, reason: &str, message: &str) -> Refusal {
    errors::kubernetes(status, reason, message, &Value::Null)
}

fn bad_request(message: &str) -> Refusal {
    failure(StatusCode::BAD_REQUEST, "BadRequest", message)
}

/// What a path is told that is not served.
fn no_path() -> Refusal {
    let message = "the server could not find the requested resource";
    errors::kubernetes(StatusCode::NOT_FOUND, "NotFound", message, &json!({}))
}

fn no_method() -> Refusal {
    let message = "the server does not allow this method on the requested resource";
    errors::kubernetes(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message, &json!({}))
}

fn not_found(target: &Target<'_>) -> Refusal {
    let name = target.name.unwrap_or_default();
    let message = format!("{} \"{name}\" not found", target.kind.resource());
    errors::kubernetes(StatusCode::NOT_FOUND, "NotFound", &message, &target.kind.details(name))
}

fn already_exists(kind: &Kind, name: &str) -> Refusal {
    let message = format!("{} \"{name}\" already exists", kind.resource());
    errors::kubernetes(StatusCode::CONFLICT, "AlreadyExists", &message, &kind.details(name))
}

/// 422 with what is wrong, field by field (API conventions, `StatusReasonInvalid`).
fn invalid(kind: &Kind, name: &str, causes: &[Cause]) -> Refusal {
    let texts: Vec<String> = causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
    let all = match texts.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    let mut details = json!({ "name": name, "kind": kind.name });
    let cause = |cause: &Cause| json!({ "reason": cause.reason, "message": cause.message, "field": cause.field });
    details["causes"] = causes.iter().map(cause).collect();
    let message = format!("{} \"{name}\" is invalid: {all}", kind.name);
    errors::kubernetes(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", &message, &details)
}

/// What is wrong with a field.
struct Cause {
    field: String,
    reason: &'static str,
    message: String,
}

impl Cause {
    fn required(field: &str, detail: &str) -> Self {
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        Self { field: field.to_owned(), reason: "FieldValueRequired", message: format!("Required value{detail}") }
    }

    fn invalid(field: &str, value: &str, detail: &str) -> Self {
        let message = format!("Invalid value: \"{value}\": {detail}");
        Self { field: field.to_owned(), reason: "FieldValueInvalid", message }
    }

    fn unsupported(field: &str, value: &str, supported: &[&str]) -> Self {
        let supported: Vec<String> = supported.iter().map(|value| format!("\"{value}\"")).collect();
        let message = format!("Unsupported value: \"{value}\": supported values: {}", supported.join(", "));
        Self { field: field.to_owned(), reason: "FieldValueNotSupported", message }
    }
}

/// Whether a name is a lowercase RFC 1123 label, of which a subdomain may have several, joined by dots.
fn is_name(name: &str, dots: bool) -> bool {
    let label = |label: &str| {
        let inner = label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        inner && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    let labels = if dots { name.split('.').all(label) } else { label(name) };
    labels && name.len() <= if dots { 253 } else { 63 }
}

/// What is said of a name that is no subdomain, and of one that is no label (`k8s.io/apimachinery`, `validation`).
const NO_SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const NO_LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
