//! Microsoft's published examples of requests and answers.

use std::path::Path;

use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

use crate::operation::Place;
use crate::{Contracts, Error, Operation, Plane, json_files, read_json};

/// One published example: at most one request with the answers shown for it.
#[derive(Debug, Clone)]
pub struct Example {
    /// The file below `contracts/examples/`, without extension, such as `graph-v1.0/application-get`.
    pub file: String,
    /// The id of the operation it belongs to, where that can be told.
    pub operation: Option<String>,
    /// The request.
    pub request: ExampleRequest,
    /// The answers shown for it.
    pub responses: Vec<ExampleResponse>,
}

/// The request of an [`Example`].
#[derive(Debug, Clone, Default)]
pub struct ExampleRequest {
    /// The HTTP method, upper case. Empty where the operation cannot be told.
    pub method: String,
    /// The path with its query, or an absolute URL.
    pub url: String,
    /// The body as sent.
    pub body: Option<String>,
}

/// An answer of an [`Example`].
#[derive(Debug, Clone)]
pub struct ExampleResponse {
    /// The HTTP status code.
    pub status: u16,
    /// Names and values of the headers shown.
    pub headers: Vec<(String, String)>,
    /// The body. Empty where none is shown.
    pub body: String,
}

impl ExampleResponse {
    /// Returns the headers, as the checks of [`Operation`] take them.
    pub fn header_pairs(&self) -> Vec<(&str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(k, v)| (k.as_str(), v.as_str())).collect()
    }

    fn new(status: u16, source: &Value) -> ExampleResponse {
        let headers = source["headers"].as_object().into_iter().flatten();
        ExampleResponse {
            status,
            headers: headers.map(|(name, value)| (name.clone(), text(value))).collect(),
            body: source.get("body").map(Value::to_string).unwrap_or_default(),
        }
    }
}

/// Returns the examples below `folder`.
pub(crate) fn load(folder: &Path, contracts: &Contracts) -> Result<Vec<Example>, Error> {
    let mut examples = Vec::new();
    let entries = std::fs::read_dir(folder).map_err(|e| Error::new(folder, e))?;
    let mut folders = Vec::new();
    for entry in entries {
        folders.push(entry.map_err(|e| Error::new(folder, e))?.path());
    }
    folders.sort();
    for path in folders.iter().filter(|path| path.is_dir()) {
        for path in json_files(path)? {
            let source: Value = read_json(&path)?;
            let file = path.strip_prefix(folder).unwrap_or(&path).with_extension("");
            let file = file.to_string_lossy().replace('\\', "/");
            if source.get("messages").is_some() {
                examples.extend(messages(&file, &source, contracts));
            } else {
                examples.push(azure(file, &source, contracts));
            }
        }
    }
    Ok(examples)
}

/// Returns an example in the form of Azure's specifications: parameters by name, answers by status.
fn azure(file: String, source: &Value, contracts: &Contracts) -> Example {
    let named = format!("{file}.json");
    let operation = contracts
        .operations()
        .iter()
        .find(|operation| operation.examples.contains(&named))
        .or_else(|| contracts.by_id(source["operationId"].as_str()?));
    let responses = source["responses"].as_object().into_iter().flatten();
    let parameters = source["parameters"].as_object().cloned().unwrap_or_default();
    Example {
        file,
        operation: operation.map(|operation| operation.id().to_owned()),
        request: operation.map(|operation| request(operation, &parameters)).unwrap_or_default(),
        responses: responses
            .filter_map(|(status, source)| Some(ExampleResponse::new(status.parse().ok()?, source)))
            .collect(),
    }
}

fn request(operation: &Operation, parameters: &Map<String, Value>) -> ExampleRequest {
    let encoded = |place| {
        let mut encoded = Serializer::new(String::new());
        for parameter in operation.parameters.iter().filter(|p| p.place == place) {
            if let Some(value) = parameters.get(&parameter.name) {
                encoded.append_pair(&parameter.name, &text(value));
            }
        }
        encoded.finish()
    };
    let path = operation.template.fill(|name| {
        let value = parameters.get(name).map(text).unwrap_or_default();
        value.trim_matches('/').to_owned()
    });
    let json = operation.body_name.as_ref().and_then(|name| parameters.get(name));
    let form = Some(encoded(Place::Form)).filter(|form| !form.is_empty());
    ExampleRequest {
        method: operation.method().to_owned(),
        url: format!("{path}?{}", encoded(Place::Query)),
        body: json.map(Value::to_string).or(form),
    }
}

/// Returns an example page of Graph: requests, each followed by its answers.
fn messages(file: &str, source: &Value, contracts: &Contracts) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for message in source["messages"].as_array().into_iter().flatten() {
        if message["kind"] == "request" {
            let (method, url) = (text(&message["method"]), text(&message["url"]));
            let operation = contracts.operation(Some(Plane::Graph), &method, &url);
            examples.push(Example {
                file: file.to_owned(),
                operation: operation.map(|operation| operation.id().to_owned()),
                request: ExampleRequest { method, url, body: message.get("body").map(Value::to_string) },
                responses: Vec::new(),
            });
        } else if let (Some(example), Some(status)) = (examples.last_mut(), message["status"].as_u64()) {
            let status = u16::try_from(status).unwrap_or_default();
            example.responses.push(ExampleResponse::new(status, message));
        }
    }
    examples
}

/// Returns a string as it is, anything else as JSON.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
