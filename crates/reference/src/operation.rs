//! One operation of a contract, and what a request or an answer of it must look like.

use std::collections::BTreeMap;

use serde_json::Value;
use url::form_urlencoded;

use crate::contracts::{Template, split};
use crate::schema::{Finding, Schema};
use crate::{Plane, Problem, ProblemKind, gaps};

/// An operation of a contract.
#[derive(Debug)]
pub struct Operation {
    pub(crate) id: String,
    pub(crate) contract: String,
    pub(crate) plane: Plane,
    pub(crate) method: String,
    pub(crate) template: Template,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Schema>,
    pub(crate) body_name: Option<String>,
    pub(crate) body_required: bool,
    /// The answers by status code, range such as `4XX`, or `default`.
    pub(crate) responses: BTreeMap<String, Option<Schema>>,
    pub(crate) long_running: bool,
    /// The example files of the operation, relative to the folder of the examples.
    pub(crate) examples: Vec<String>,
}

/// A query, header or form parameter.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub name: String,
    pub place: Place,
    pub required: bool,
    /// The type of its value: `string`, `integer`, `boolean`, `array`.
    pub kind: String,
    pub value: Schema,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Query,
    Header,
    Form,
}

impl Operation {
    /// Returns the id in the contract, such as `RoleAssignments_Create`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the name of the contract's file, without extension.
    pub fn contract(&self) -> &str {
        &self.contract
    }

    /// Returns the service it belongs to.
    pub fn plane(&self) -> Plane {
        self.plane
    }

    /// Returns the HTTP method, upper case.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the path template, such as `/subscriptions/{subscriptionId}`.
    pub fn path(&self) -> &str {
        &self.template.text
    }

    /// Returns the problems of a request of this operation.
    ///
    /// `url` is absolute or a path with its query. Only the headers given are judged, so a caller that has none passes
    /// none.
    pub fn check_request(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Vec<Problem> {
        let mut found = Vec::new();
        if !method.eq_ignore_ascii_case(&self.method) {
            let message = format!("the operation is a {}", self.method);
            found.push(finding(ProblemKind::BadParameter, "method", message));
        }
        let query = split(url).2;
        found.extend(self.check_parameters(Place::Query, &pairs(query.as_bytes())));
        let named: Vec<_> = headers.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        found.extend(self.check_parameters(Place::Header, &named));
        let body = body.filter(|body| !body.is_empty());
        if self.takes_form() {
            found.extend(self.check_form(headers, body.unwrap_or_default()));
        } else {
            found.extend(self.check_json(headers, body));
        }
        self.problems(found)
    }

    /// Returns the problems of an answer of this operation.
    ///
    /// A property that the contract does not know is no problem: newer api-versions add some.
    pub fn check_response(&self, status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<Problem> {
        let mut found = self.misfits(status, headers, body);
        found.retain(|finding| gaps::excuse(&self.contract, finding).is_none());
        self.problems(found)
    }

    /// Returns the problems as [`Operation::check_response`] does, the known gaps of the contract included.
    pub(crate) fn misfits(&self, status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<Finding> {
        let Some(documented) = self.documented(status) else {
            let message = format!("{status} is not documented, only {}", self.statuses());
            return vec![finding(ProblemKind::Status, "", message)];
        };
        let mut found = Vec::new();
        let polled = ["location", "azure-asyncoperation"];
        if status == 202 && self.long_running && !polled.iter().any(|h| header(headers, h).is_some()) {
            let message = "202 needs Location or Azure-AsyncOperation".to_owned();
            found.push(finding(ProblemKind::MissingHeader, "", message));
        }
        match documented {
            None if status == 204 && !body.is_empty() => {
                let message = "204 has no content".to_owned();
                found.push(finding(ProblemKind::UnexpectedBody, "", message));
            }
            None => {}
            Some(_) if body.is_empty() => {
                let message = format!("{status} carries a body");
                found.push(finding(ProblemKind::MissingBody, "", message));
            }
            Some(schema) => match json(headers, body) {
                Ok(value) => found.extend(schema.misfits(&value)),
                Err(problem) => found.push(problem),
            },
        }
        found
    }

    fn takes_form(&self) -> bool {
        self.parameters.iter().any(|p| p.place == Place::Form)
    }

    /// Returns the body documented for `status`, if the status is documented.
    fn documented(&self, status: u16) -> Option<Option<&Schema>> {
        let range = format!("{}XX", status / 100);
        let exact = self.responses.get(&status.to_string());
        let ranged = exact.or_else(|| self.responses.get(&range));
        let default = || self.responses.get("default").filter(|_| status >= 400);
        ranged.or_else(default).map(Option::as_ref)
    }

    fn statuses(&self) -> String {
        let known: Vec<&str> = self.responses.keys().map(String::as_str).collect();
        known.join(", ")
    }

    fn check_parameters(&self, place: Place, sent: &[(String, String)]) -> Vec<Finding> {
        let mut found = Vec::new();
        for parameter in self.parameters.iter().filter(|p| p.place == place) {
            let mut values = sent
                .iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case(&parameter.name))
                .map(|(_, value)| value)
                .peekable();
            if parameter.required && values.peek().is_none() {
                let message = "required and absent".to_owned();
                found.push(finding(ProblemKind::MissingParameter, &parameter.name, message));
            }
            for value in values {
                found.extend(parameter.misfit(value));
            }
        }
        found
    }

    fn check_form(&self, headers: &[(&str, &str)], body: &[u8]) -> Vec<Finding> {
        let fields = pairs(body);
        let mut found = self.check_parameters(Place::Form, &fields);
        found.retain(|finding| !gaps::field_may_lack(&self.contract, &finding.pointer, &fields));
        let form = |kind: &str| kind.starts_with("application/x-www-form-urlencoded");
        if header(headers, "content-type").is_some_and(|kind| !form(kind)) {
            let message = "must be application/x-www-form-urlencoded".to_owned();
            found.push(finding(ProblemKind::BadParameter, "content-type", message));
        }
        let known = |name: &str| {
            let mut parameters = self.parameters.iter();
            parameters.any(|p| p.place == Place::Form && p.name == name)
        };
        for (name, _) in fields.iter().filter(|(name, _)| !known(name)) {
            let message = "the contract knows no such field".to_owned();
            found.push(finding(ProblemKind::UnknownProperty, name, message));
        }
        found
    }

    fn check_json(&self, headers: &[(&str, &str)], body: Option<&[u8]>) -> Vec<Finding> {
        match (&self.body, body) {
            (Some(schema), Some(body)) => match json(headers, body) {
                Ok(value) => {
                    let mut found = schema.misfits(&value);
                    found.extend(schema.strays(&value));
                    found
                }
                Err(problem) => vec![problem],
            },
            (Some(_), None) if self.body_required => {
                let message = "required and absent".to_owned();
                vec![finding(ProblemKind::MissingBody, "", message)]
            }
            (None, Some(_)) => {
                let message = "the operation takes no body".to_owned();
                vec![finding(ProblemKind::UnexpectedBody, "", message)]
            }
            (_, None) => Vec::new(),
        }
    }

    fn problems(&self, found: Vec<Finding>) -> Vec<Problem> {
        found
            .into_iter()
            .map(|finding| Problem {
                operation: self.id.clone(),
                kind: finding.kind,
                pointer: finding.pointer,
                message: finding.message,
            })
            .collect()
    }
}

impl Parameter {
    fn misfit(&self, text: &str) -> Vec<Finding> {
        let wrong_type = match self.kind.as_str() {
            "integer" => text.parse::<i64>().is_err(),
            "boolean" => text.parse::<bool>().is_err(),
            _ => false,
        };
        let value = match self.kind.as_str() {
            "integer" | "boolean" => serde_json::from_str(text).unwrap_or(Value::Null),
            // Several values in one text, such as `$select=id,appId`: the contract leaves them open.
            "array" => return Vec::new(),
            _ => Value::from(text),
        };
        let mut found = self.value.misfits(&value);
        for finding in &mut found {
            finding.pointer.clone_from(&self.name);
            finding.kind = ProblemKind::BadParameter;
        }
        if wrong_type {
            let message = format!("not of type {}", self.kind);
            found.push(finding(ProblemKind::BadParameter, &self.name, message));
        }
        found
    }
}

fn finding(kind: ProblemKind, pointer: &str, message: String) -> Finding {
    Finding { kind, pointer: pointer.to_owned(), is_null: false, message }
}

fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded).into_owned().collect()
}

fn header<'h>(headers: &[(&str, &'h str)], name: &str) -> Option<&'h str> {
    let mut headers = headers.iter();
    headers.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(*value))
}

fn json(headers: &[(&str, &str)], body: &[u8]) -> Result<Value, Finding> {
    if header(headers, "content-type").is_some_and(|kind| !kind.contains("json")) {
        let message = "the content type is not JSON".to_owned();
        return Err(finding(ProblemKind::NotJson, "content-type", message));
    }
    serde_json::from_slice(body).map_err(|e| finding(ProblemKind::NotJson, "", e.to_string()))
}
