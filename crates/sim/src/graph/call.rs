//! One call of Graph, and what its answers have in common.

use axum::{
    body::Bytes,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    query::Query,
    refusals::{bad_request, bad_token, denied, not_found},
};
use crate::{
    cloud::Shared,
    errors::{self, Answer, Refusal},
    paging::Page,
    tokens::Caller,
};

/// One call of Graph, its token checked.
pub struct Call {
    pub cloud: Shared,
    pub caller: Caller,
    pub query: Query,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// The key by which a path names an object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Id(Uuid),
    AppId(Uuid),
}

impl Call {
    /// Lets a caller through who has one of these app roles.
    pub fn require(&self, roles: &[&str]) -> Result<(), Refusal> {
        if self.has(roles) { Ok(()) } else { Err(denied()) }
    }

    /// True where the caller has one of these app roles.
    pub fn has(&self, roles: &[&str]) -> bool {
        self.caller.roles.iter().any(|role| roles.contains(&role.as_str()))
    }

    /// Returns the body, a JSON object.
    pub fn object(&self) -> Result<Map<String, Value>, Refusal> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) if errors::is_of(&self.headers, errors::JSON) => Ok(object),
            _ => Err(bad_request(
                "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
            )),
        }
    }

    /// Returns an object that was found, with its context.
    pub fn found(&self, collection: &str, object: Value) -> Response {
        self.entity(StatusCode::OK, collection, object)
    }

    /// Returns an object that was made, and where it is.
    pub fn created(&self, collection: &str, object: Value) -> Response {
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

    pub fn entity(&self, status: StatusCode, collection: &str, object: Value) -> Response {
        let object = self.query.selected(object);
        let context = format!("{}{}/$entity", collection, self.query.selection());
        odata(status, self.context(&context), object)
    }

    /// Returns a page of objects.
    pub fn list(&self, collection: &str, objects: Vec<Value>) -> Answer {
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

    pub fn context(&self, what: &str) -> String {
        format!("{}/v1.0/$metadata#{what}", self.cloud.origin)
    }
}

/// Returns an answer with its `@odata.context` and Graph's content type.
pub fn odata(status: StatusCode, context: String, body: Value) -> Response {
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
pub fn check_tags(body: &Map<String, Value>, resource: &str) -> Result<(), Refusal> {
    match body.get("tags") {
        Some(tags) if !tags.as_array().is_some_and(|tags| tags.iter().all(Value::is_string)) => {
            Err(bad_request(&format!("Invalid value specified for property 'tags' of resource '{resource}'.")))
        }
        _ => Ok(()),
    }
}

/// Returns 204.
pub fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Returns the key of a path's second segment.
pub fn id_of(segment: &str) -> Result<Key, Refusal> {
    Uuid::parse_str(segment).map(Key::Id).map_err(|_| not_found(segment))
}
