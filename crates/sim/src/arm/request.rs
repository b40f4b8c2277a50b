//! A request of the Resource Manager that has passed the gates, and what its path names.

use bytes::Bytes;
use http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::filter;
use crate::{
    errors::{self, Refusal},
    faults::Fate,
    tokens::Caller,
};

/// A request that has passed the gates.
pub struct Asked {
    pub method: Method,
    /// The path's segments as they came, percent-decoded.
    pub segments: Vec<String>,
    pub path_and_query: String,
    pub query: Vec<(String, String)>,
    pub body: Bytes,
    pub caller: Caller,
    pub fate: Fate,
}

impl Asked {
    /// Returns a query parameter, its name in any case.
    pub fn query(&self, name: &str) -> Option<&str> {
        query_value(&self.query, name)
    }

    /// Returns the `$filter`, parsed; `known` names in lower case what the list understands.
    pub fn filter(&self, known: &[&str]) -> Result<Vec<filter::Term>, Refusal> {
        filter::parse(self.query("$filter").unwrap_or_default(), known).map_err(|term| {
            let message = format!("The filter '{term}' is not supported for this resource.");
            errors::arm(StatusCode::BAD_REQUEST, "InvalidFilterInQueryString", &message)
        })
    }

    /// Returns the body, which has to have the form of `T`.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let message = format!("The request content was invalid and could not be deserialized: '{error}'.");
            errors::arm(StatusCode::BAD_REQUEST, "InvalidRequestContent", &message)
        })
    }
}

/// Returns the id of the resource that the first eight segments of a path name, as the path writes it.
pub fn resource_id(asked: &Asked) -> String {
    format!("/{}", asked.segments.get(..8).unwrap_or_default().join("/"))
}

/// Returns a scope of the first segments of a path: two are the subscription, four the group.
pub fn scope(asked: &Asked, segments: usize) -> String {
    format!("/{}", asked.segments.get(..segments).unwrap_or_default().join("/"))
}

/// Returns the subscription a path is about.
pub fn subscription_of(asked: &Asked) -> Uuid {
    asked.segments.get(1).and_then(|id| Uuid::parse_str(id).ok()).unwrap_or_default()
}

/// Returns the value of a query parameter, its name in any case.
pub fn query_value<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}
