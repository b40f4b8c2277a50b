//! Types for which only a shape is published: no paths, no status codes.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::schema::{Schema, definitions};
use crate::{Problem, ProblemKind};

/// A resource or type known only by its shape.
#[derive(Debug)]
pub struct Shape {
    name: String,
    schema: Schema,
}

impl Shape {
    /// Returns the problems of a body received.
    ///
    /// Unknown properties are no problem, and nothing is required: the published `required` is about writing a
    /// template.
    pub fn check_response(&self, body: &[u8]) -> Vec<Problem> {
        self.check(body, |schema, value| schema.misfits(value))
    }

    /// Returns the problems of a body sent, unknown and read-only properties included.
    pub fn check_request(&self, body: &[u8]) -> Vec<Problem> {
        self.check(body, |schema, value| {
            let mut found = schema.misfits(value);
            found.extend(schema.strays(value));
            found
        })
    }

    fn check(&self, body: &[u8], findings: impl Fn(&Schema, &Value) -> Vec<crate::schema::Finding>) -> Vec<Problem> {
        let problem = |kind, pointer, message| Problem { operation: self.name.clone(), kind, pointer, message };
        match serde_json::from_slice(body) {
            Ok(value) => findings(&self.schema, &value)
                .into_iter()
                .map(|found| problem(found.kind, found.pointer, found.message))
                .collect(),
            Err(error) => vec![problem(ProblemKind::NotJson, String::new(), error.to_string())],
        }
    }
}

/// Returns the shapes of one document, by name.
pub(crate) fn load(contract: &str, document: &Value) -> Vec<(String, Shape)> {
    let (document, named) = if document.get("types").is_some() { csdl(document) } else { templates(document) };
    let definitions = Arc::new(definitions(&document));
    let shape = |(name, schema): (String, Value)| {
        let shape = Shape { name: format!("{contract} {name}"), schema: Schema::new(&schema, &document, &definitions) };
        (name, shape)
    };
    named.into_iter().map(shape).collect()
}

/// Returns the files made from Bicep's types: resources as `type@version`, functions with input and output.
fn templates(document: &Value) -> (Value, Vec<(String, Value)>) {
    let mut named = Vec::new();
    for (name, schema) in document["resources"].as_object().into_iter().flatten() {
        let name = name.split('@').next().unwrap_or_default();
        named.push((name.to_owned(), schema.clone()));
    }
    for (name, function) in document["functions"].as_object().into_iter().flatten() {
        for (side, schema) in function.as_object().into_iter().flatten() {
            named.push((format!("{name}.{side}"), schema.clone()));
        }
    }
    let mut document = document.clone();
    for schema in document["definitions"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        demand_nothing(schema);
    }
    (document, named)
}

fn demand_nothing(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("required").is_some_and(Value::is_array) {
                fields.remove("required");
            }
            fields.values_mut().for_each(demand_nothing);
        }
        Value::Array(items) => items.iter_mut().for_each(demand_nothing),
        _ => {}
    }
}

/// Returns Graph's types, rewritten from CSDL.
fn csdl(document: &Value) -> (Value, Vec<(String, Value)>) {
    let (mut schemas, mut named) = (Map::new(), Vec::new());
    for (name, kind) in document["types"].as_object().into_iter().flatten() {
        let properties = kind["properties"].as_object().into_iter().flatten();
        let properties: Map<String, Value> =
            properties.map(|(name, property)| (name.clone(), csdl_property(property))).collect();
        let mut schema = match kind["kind"].as_str() {
            Some("EnumType") => json!({ "type": "string" }),
            _ => json!({ "type": "object", "properties": properties }),
        };
        if let (Some(base), Some(fields)) = (kind["baseType"].as_str(), schema.as_object_mut()) {
            fields.insert("allOf".into(), json!([csdl_type(base)]));
        }
        let full_name = format!("microsoft.graph.{name}");
        named.push((full_name.clone(), csdl_type(&format!("graph.{name}"))));
        schemas.insert(full_name, schema);
    }
    (json!({ "definitions": schemas }), named)
}

fn csdl_property(property: &Value) -> Value {
    let schema = csdl_type(property["type"].as_str().unwrap_or_default());
    match property["nullable"].as_bool() {
        Some(false) => schema,
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

fn csdl_type(name: &str) -> Value {
    if let Some(item) = name.strip_prefix("Collection(").and_then(|n| n.strip_suffix(')')) {
        return json!({ "type": "array", "items": csdl_type(item) });
    }
    if let Some(own) = name.strip_prefix("graph.") {
        return json!({ "$ref": format!("#/definitions/microsoft.graph.{own}") });
    }
    match name {
        "Edm.Boolean" => json!({ "type": "boolean" }),
        "Edm.Byte" | "Edm.Int16" | "Edm.Int32" | "Edm.Int64" => json!({ "type": "integer" }),
        "Edm.Single" | "Edm.Double" | "Edm.Decimal" => json!({ "type": "number" }),
        known if known.starts_with("Edm.") => json!({ "type": "string" }),
        _ => json!({}),
    }
}
