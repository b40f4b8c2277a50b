//! The system query options of Graph: `$filter`, `$select`, `$top`, `$count`.

use serde_json::Value;

use http::StatusCode;

use super::{filter::Filter, properties::Kind, refusals::bad_request};
use crate::errors::{self, Refusal};

/// The query of a request.
#[derive(Debug)]
pub struct Query {
    /// `$filter`; everything where it is not given.
    pub filter: Filter,
    /// `$top`, the size of a page; 100 where it is not given, as Graph pages.
    pub top: usize,
    /// `$count`.
    pub count: bool,
    select: Vec<String>,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// 400 for an option or a filter that is not understood.
    pub fn read(query: Option<&str>) -> Result<Self, Refusal> {
        let mut read = Self { filter: Filter::default(), top: 100, count: false, select: Vec::new() };
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "$filter" => {
                    read.filter = Filter::read(&value)
                        .ok_or_else(|| bad_request(&format!("Invalid filter clause: '{value}'.")))?
                }
                "$select" => read.select = value.split(',').map(|name| name.trim().to_owned()).collect(),
                "$top" => {
                    read.top = value.parse().ok().filter(|top| (1..=999).contains(top)).ok_or_else(|| {
                        bad_request("Invalid page size specified: it must be between 1 and 999 inclusive.")
                    })?
                }
                "$count" => read.count = value == "true",
                "$orderby" | "$search" | "$skiptoken" | "api-version" => {}
                other if other.starts_with('$') => {
                    return Err(bad_request(&format!("The query option '{other}' is not supported here.")));
                }
                _ => {}
            }
        }
        Ok(read)
    }

    /// Checks that what is filtered by and selected are properties of the objects asked for.
    ///
    /// # Errors
    /// 400 `BadRequest` for a property that they do not have; a name is minded in its case.
    pub fn check(&self, kind: &Kind) -> Result<(), Refusal> {
        let unknown = |name: &str| !kind.properties.contains(&name);
        let refuse = |part: &str, name: &str| {
            let message = format!("{part}: Could not find a property named '{name}' on type '{}'.", kind.name);
            Err(errors::graph(StatusCode::BAD_REQUEST, "BadRequest", &message))
        };
        if let Some(name) = self.filter.properties().find(|name| unknown(name)) {
            return refuse("Invalid filter clause", name);
        }
        match self.select.iter().find(|name| unknown(name)) {
            Some(name) => refuse("Parsing OData Select and Expand failed", name),
            None => Ok(()),
        }
    }

    /// Returns the object with the selected properties only, and what says of which type it is.
    #[must_use]
    pub fn selected(&self, object: Value) -> Value {
        match object {
            Value::Object(all) if !self.select.is_empty() => {
                all.into_iter().filter(|(name, _)| name.starts_with('@') || self.select.contains(name)).collect()
            }
            other => other,
        }
    }

    /// True where some properties are selected.
    #[must_use]
    pub fn selects(&self) -> bool {
        !self.select.is_empty()
    }

    /// Returns the selection as contexts name it: `(id,appId)`, or nothing.
    #[must_use]
    pub fn selection(&self) -> String {
        if self.select.is_empty() { String::new() } else { format!("({})", self.select.join(",")) }
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;
    use crate::{graph::properties, testbed::Reply};

    async fn refusal(query: &str) -> Option<(StatusCode, String)> {
        let refused = Query::read(Some(query)).unwrap().check(properties::kind_of("applications").unwrap()).err()?;
        let reply = Reply::read(refused.into_response()).await;
        Some((reply.status, reply.code()))
    }

    #[tokio::test]
    async fn a_property_that_is_not_there_is_refused() {
        for query in ["$filter=appID eq 'x'", "$filter=foo/any(c:c eq 'x')", "$select=id,nope"] {
            assert_eq!(refusal(query).await, Some((StatusCode::BAD_REQUEST, "BadRequest".to_owned())), "{query}");
        }
        assert_eq!(
            refusal("$filter=appId eq 'x' and startswith(displayName,'y')&$select=id,passwordCredentials").await,
            None
        );
    }
}
