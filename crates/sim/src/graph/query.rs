//! The system query options of Graph: `$filter`, `$select`, `$top`, `$count`.

use serde_json::Value;

use super::{bad_request, filter::Filter};
use crate::errors::Refusal;

/// What a request's query asks for.
#[derive(Debug)]
pub struct Query {
    /// `$filter`; everything where it is not given.
    pub filter: Filter,
    /// `$top`; 100 where it is not given, as Graph pages.
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
                "$orderby" | "$search" | "api-version" => {}
                other if other.starts_with('$') => {
                    return Err(bad_request(&format!("The query option '{other}' is not supported here.")));
                }
                _ => {}
            }
        }
        Ok(read)
    }

    /// The object with the selected properties only.
    #[must_use]
    pub fn selected(&self, object: Value) -> Value {
        match object {
            Value::Object(all) if !self.select.is_empty() => {
                all.into_iter().filter(|(name, _)| self.select.contains(name)).collect()
            }
            other => other,
        }
    }

    /// The selection as contexts name it: `(id,appId)`, or nothing.
    #[must_use]
    pub fn selection(&self) -> String {
        if self.select.is_empty() { String::new() } else { format!("({})", self.select.join(",")) }
    }
}
