//! Operations out of Swagger 2.0 and OpenAPI 3.0 documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::contracts::Template;
use crate::operation::{Parameter, Place};
use crate::schema::{Schema, definitions};
use crate::{Operation, Plane};

const METHODS: [&str; 6] = ["get", "put", "post", "delete", "patch", "head"];

/// Returns every operation of `document`. `common` is the document whose error form serves where a contract of ARM
/// documents none.
pub(crate) fn operations(contract: &str, document: &Value, common: &Value) -> Result<Vec<Operation>, String> {
    let plane = if document.get("openapi").is_some() {
        Plane::Graph
    } else if document.get("x-ms-parameterized-host").is_some() {
        Plane::Registry
    } else {
        Plane::Arm
    };
    let loader = Loader {
        contract,
        document,
        definitions: Arc::new(definitions(document)),
        common,
        common_definitions: Arc::new(definitions(common)),
        plane,
    };
    let mut operations = Vec::new();
    for section in ["paths", "x-ms-paths"] {
        for (path, item) in document[section].as_object().into_iter().flatten() {
            for method in METHODS {
                if let Some(source) = item.get(method) {
                    operations.push(loader.operation(path, method, source)?);
                }
            }
        }
    }
    Ok(operations)
}

struct Loader<'a> {
    contract: &'a str,
    document: &'a Value,
    definitions: Arc<Value>,
    common: &'a Value,
    common_definitions: Arc<Value>,
    plane: Plane,
}

impl Loader<'_> {
    fn operation(&self, path: &str, method: &str, source: &Value) -> Result<Operation, String> {
        let id = source["operationId"].as_str().unwrap_or_default().to_owned();
        let declared: Vec<&Value> =
            source["parameters"].as_array().into_iter().flatten().map(|parameter| self.resolve(parameter)).collect();
        let body = declared.iter().find(|p| p["in"] == "body");
        let (body_name, body, body_required) = match body {
            Some(p) => (p["name"].as_str(), Some(&p["schema"]), p["required"] == true),
            None => {
                let content = self.resolve(&source["requestBody"]);
                let schema = content.pointer("/content/application~1json/schema");
                (None, schema, content["required"] == true)
            }
        };
        let base = if self.plane == Plane::Graph { "/v1.0" } else { "" };
        let spans = |name: &str| {
            // A repository's name holds slashes: OCI distribution specification, "Pulling manifests".
            (self.plane == Plane::Registry && name == "name")
                || declared.iter().any(|p| p["name"] == name && p["x-ms-skip-url-encoding"] == true)
        };
        Ok(Operation {
            template: Template::new(self.plane, &format!("{base}{path}"), spans)?,
            plane: self.plane,
            contract: self.contract.to_owned(),
            method: method.to_uppercase(),
            parameters: declared.iter().filter_map(|p| self.parameter(p)).collect(),
            body: body.map(|schema| self.schema(schema)),
            body_name: body_name.map(str::to_owned),
            body_required,
            responses: self.responses(&id, method, &source["responses"]),
            long_running: source["x-ms-long-running-operation"] == true,
            examples: example_files(source),
            id,
        })
    }

    fn parameter(&self, source: &Value) -> Option<Parameter> {
        let place = match source["in"].as_str()? {
            "query" => Place::Query,
            "header" => Place::Header,
            "formData" => Place::Form,
            _ => return None,
        };
        // OpenAPI describes a parameter in `schema`, Swagger beside its name.
        let described = source.get("schema").unwrap_or(source);
        let mut value = described.clone();
        if let Some(fields) = value.as_object_mut() {
            // `required` is a flag here; a parameter arrives as text whatever its type.
            fields.remove("required");
            fields.remove("type");
        }
        Some(Parameter {
            name: source["name"].as_str()?.to_owned(),
            place,
            required: source["required"] == true,
            kind: described["type"].as_str().unwrap_or_default().to_owned(),
            value: self.schema(&value),
        })
    }

    fn responses(&self, id: &str, method: &str, source: &Value) -> BTreeMap<String, Option<Schema>> {
        let mut responses = BTreeMap::new();
        for (status, response) in source.as_object().into_iter().flatten() {
            let response = self.resolve(response);
            let schema = response
                .get("schema")
                .or_else(|| response.pointer("/content/application~1json/schema"))
                .map(|schema| self.schema(schema));
            match (self.plane, status.as_str()) {
                (Plane::Graph, "2XX") => {
                    let status = graph_success(id, method);
                    responses.insert(status.to_owned(), schema.filter(|_| status != "204"));
                }
                _ => _ = responses.insert(status.clone(), schema),
            }
        }
        if self.plane == Plane::Arm && !responses.contains_key("default") {
            let error = &self.common["definitions"]["ErrorResponse"];
            let schema = Schema::new(error, self.common, &self.common_definitions);
            responses.insert("default".into(), Some(schema));
        }
        responses
    }

    fn schema(&self, source: &Value) -> Schema {
        Schema::new(source, self.document, &self.definitions)
    }

    fn resolve<'v>(&'v self, value: &'v Value) -> &'v Value {
        let target =
            value["$ref"].as_str().and_then(|reference| self.document.pointer(reference.trim_start_matches('#')));
        target.unwrap_or(value)
    }
}

/// Makes the members of a Graph document nullable where the newer types say so: the older generator left
/// `nullable` out beside a reference, and real answers hold null there.
pub(crate) fn allow_null(document: &mut Value, types: &Value) {
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        let name = name.trim_start_matches("microsoft.graph.");
        let known = &types["types"][name]["properties"];
        let nullable = |name: &str| {
            let kind = known[name]["type"].as_str().unwrap_or_default();
            known[name]["nullable"] == true && !kind.starts_with("Collection(")
        };
        let own = if schema.get("allOf").is_some() { "/allOf/1/properties" } else { "/properties" };
        let properties = schema.pointer_mut(own).and_then(Value::as_object_mut);
        for (name, property) in properties.into_iter().flatten() {
            if let Some(property) = property.as_object_mut().filter(|_| nullable(name)) {
                property.insert("nullable".into(), Value::Bool(true));
            }
        }
    }
}

/// Returns the codes Graph documents; its contract says `2XX` (`contracts/README.md`, Checked).
fn graph_success(id: &str, method: &str) -> &'static str {
    match method {
        "post" if id.ends_with("_addPassword") => "200",
        "post" if id.ends_with("_removePassword") => "204",
        "post" => "201",
        "patch" | "delete" => "204",
        _ => "200",
    }
}

/// Returns the example files an operation names, relative to the folder of the contracts.
fn example_files(source: &Value) -> Vec<String> {
    let examples = source["x-ms-examples"].as_object().into_iter().flatten();
    examples
        .filter_map(|(_, example)| example["$ref"].as_str())
        .map(|file| file.trim_start_matches("./examples/").to_owned())
        .collect()
}
