//! Microsoft Graph v1.0, as far as the routes and the Azure CLI use it (`azure-facts.md` 3.3, `real-clients.md` 3).

use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    cloud::Shared,
    errors::{self, Answer, Refusal},
    paging::Page,
    tokens::{self, Caller},
};

mod applications;
mod certificates;
mod directory_objects;
mod federated;
mod filter;
mod groups;
mod owners;
mod passwords;
mod principals;
mod properties;
mod query;
mod relations;
mod shapes;
mod users;

/// The relations of an object to others.
const RELATIONS: &[&str] = &["memberOf", "transitiveMemberOf", "appRoleAssignments", "members", "owners"];

/// Everything under `/v1.0`.
pub fn router(cloud: Shared) -> Router {
    Router::new().fallback(answer).with_state(cloud)
}

/// One call of Graph, its token checked.
struct Call {
    cloud: Shared,
    caller: Caller,
    query: query::Query,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

async fn answer(State(cloud): State<Shared>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Answer {
    let caller = tokens::graph_caller(&cloud, &headers)?;
    let query = query::Query::read(uri.query())?;
    let call = Call { cloud, caller, query, uri, headers, body };
    let path = percent_encoding::percent_decode_str(call.uri.path()).decode_utf8_lossy().into_owned();
    let mut segments = path.trim_start_matches("/v1.0").split('/').filter(|segment| !segment.is_empty());
    let Some(first) = segments.next() else {
        return Err(no_segment(""));
    };
    let rest: Vec<&str> = segments.collect();
    // `applications(appId='…')` is one segment that names a collection and a key.
    let (collection, key) = match first.split_once('(') {
        Some((collection, key)) => (collection, Some(alternate_key(key)?)),
        None => (first, None),
    };
    // What a relation leads to is of other kinds.
    let related = rest.last().is_some_and(|name| RELATIONS.contains(name));
    if let Some(kind) = properties::kind_of(collection).filter(|_| !related) {
        call.query.check(kind)?;
    }
    match (collection, key) {
        ("applications", key) => applications::answer(&call, &method, key, &rest),
        ("servicePrincipals", key) => principals::answer(&call, &method, key, &rest),
        (_, None) => directory_objects::answer(&call, &method, first, &rest),
        _ => Err(no_segment(first)),
    }
}

/// `appId='…')`.
fn alternate_key(text: &str) -> Result<Key, Refusal> {
    let id = text.strip_prefix("appId='").and_then(|text| text.strip_suffix("')"));
    let id = id.and_then(|id| Uuid::parse_str(id).ok());
    id.map(Key::AppId).ok_or_else(|| bad_request("Invalid key in the request URL."))
}

/// What an object is named by in a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Id(Uuid),
    AppId(Uuid),
}

impl Call {
    /// Lets a caller through who has one of these app roles.
    fn require(&self, roles: &[&str]) -> Result<(), Refusal> {
        if self.has(roles) { Ok(()) } else { Err(denied()) }
    }

    fn has(&self, roles: &[&str]) -> bool {
        self.caller.roles.iter().any(|role| roles.contains(&role.as_str()))
    }

    /// The body, a JSON object.
    fn object(&self) -> Result<Map<String, Value>, Refusal> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) if errors::is_of(&self.headers, errors::JSON) => Ok(object),
            _ => Err(bad_request(
                "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
            )),
        }
    }

    /// An object that was found, with its context.
    fn found(&self, collection: &str, object: Value) -> Response {
        self.entity(StatusCode::OK, collection, object)
    }

    /// An object that was made, and where it is.
    fn created(&self, collection: &str, object: Value) -> Response {
        let kind = if collection == "applications" { "Application" } else { "ServicePrincipal" };
        let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
        let location = format!(
            "{}/v2/{}/directoryObjects/{id}/Microsoft.DirectoryServices.{kind}",
            self.cloud.origin, self.caller.tenant
        );
        let mut response = self.entity(StatusCode::CREATED, collection, object);
        if let Ok(location) = HeaderValue::from_str(&location) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }

    fn entity(&self, status: StatusCode, collection: &str, object: Value) -> Response {
        let object = self.query.selected(object);
        let context = format!("{}{}/$entity", collection, self.query.selection());
        odata(status, self.context(&context), object)
    }

    /// A page of objects.
    fn list(&self, collection: &str, objects: Vec<Value>) -> Answer {
        let count = objects.len();
        let asked = self.uri.path_and_query().map_or("", |asked| asked.as_str());
        let size = self.cloud.page.unwrap_or(self.query.top).min(self.query.top);
        let page = Page::of(objects, size, asked, "$skiptoken").ok_or_else(bad_token)?;
        let mut body = Map::new();
        if self.query.count {
            body.insert("@odata.count".to_owned(), json!(count));
        }
        if let Some(next) = page.next {
            body.insert("@odata.nextLink".to_owned(), json!(format!("{}{next}", self.cloud.origin)));
        }
        let objects: Vec<Value> = page.items.into_iter().map(|object| self.query.selected(object)).collect();
        body.insert("value".to_owned(), Value::Array(objects));
        let context = self.context(&format!("{collection}{}", self.query.selection()));
        Ok(odata(StatusCode::OK, context, Value::Object(body)))
    }

    fn context(&self, what: &str) -> String {
        format!("{}/v1.0/$metadata#{what}", self.cloud.origin)
    }
}

/// An answer with its `@odata.context` and Graph's content type.
fn odata(status: StatusCode, context: String, body: Value) -> Response {
    let mut all = Map::new();
    all.insert("@odata.context".to_owned(), Value::String(context));
    if let Value::Object(body) = body {
        all.extend(body);
    }
    let mut response = errors::json(status, &Value::Object(all));
    let kind = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(HeaderName::from_static("odata-version"), HeaderValue::from_static("4.0"));
    response
}

/// Refuses tags that are no list of texts.
fn check_tags(body: &Map<String, Value>, resource: &str) -> Result<(), Refusal> {
    match body.get("tags") {
        Some(tags) if !tags.as_array().is_some_and(|tags| tags.iter().all(Value::is_string)) => {
            Err(bad_request(&format!("Invalid value specified for property 'tags' of resource '{resource}'.")))
        }
        _ => Ok(()),
    }
}

fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

fn bad_request(message: &str) -> Refusal {
    errors::graph(StatusCode::BAD_REQUEST, "Request_BadRequest", message)
}

fn bad_token() -> Refusal {
    errors::graph(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", "The specified page token value is invalid.")
}

fn denied() -> Refusal {
    errors::graph(
        StatusCode::FORBIDDEN,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    )
}

fn no_segment(segment: &str) -> Refusal {
    let message = format!("Resource not found for the segment '{segment}'.");
    errors::graph(StatusCode::NOT_FOUND, "BadRequest", &message)
}

fn not_found(id: &str) -> Refusal {
    let message =
        format!("Resource '{id}' does not exist or one of its queried reference-property objects are not present.");
    errors::graph(StatusCode::NOT_FOUND, "Request_ResourceNotFound", &message)
}

fn no_method() -> Refusal {
    errors::graph(
        StatusCode::METHOD_NOT_ALLOWED,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    )
}

/// The key of a path's second segment.
fn id_of(segment: &str) -> Result<Key, Refusal> {
    Uuid::parse_str(segment).map(Key::Id).map_err(|_| not_found(segment))
}
