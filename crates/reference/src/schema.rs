//! Swagger 2.0 and OpenAPI 3.0 schemas as JSON Schema 2020-12, checked without any network.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use crate::ProblemKind;

/// Keywords that mean the same in JSON Schema. `format` is left out on purpose: in these contracts it is
/// documentation (`contracts/README.md`). `readOnly` is kept for [`Schema::strays`].
const SAME: [&str; 14] = [
    "$ref",
    "type",
    "required",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "uniqueItems",
    "readOnly",
    "const",
];

/// A value compared with a schema: its JSON pointer, whether it was `null`, and what is wrong with it.
pub(crate) struct Finding {
    pub kind: ProblemKind,
    pub pointer: String,
    pub is_null: bool,
    pub message: String,
}

/// Returns the definitions of one document, converted, at the places its references point to.
pub(crate) fn definitions(document: &Value) -> Value {
    let converter = Converter::new(document);
    let mut root = Map::new();
    if let Some(schemas) = document["definitions"].as_object() {
        root.insert("definitions".into(), converter.definitions(schemas));
    }
    if let Some(schemas) = document["components"]["schemas"].as_object() {
        let schemas = converter.definitions(schemas);
        root.insert("components".into(), json!({ "schemas": schemas }));
    }
    Value::Object(root)
}

/// A schema inside a document, compiled at first use.
#[derive(Debug)]
pub(crate) struct Schema {
    definitions: Arc<Value>,
    schema: Value,
    validator: OnceLock<Result<Validator, String>>,
}

impl Schema {
    /// Returns the schema `source` of `document`, whose converted `definitions` are given.
    pub fn new(source: &Value, document: &Value, definitions: &Arc<Value>) -> Schema {
        Schema {
            definitions: Arc::clone(definitions),
            schema: Converter::new(document).convert(source),
            validator: OnceLock::new(),
        }
    }

    /// Returns the findings on everything in `value` that does not fit.
    pub fn misfits(&self, value: &Value) -> Vec<Finding> {
        let validator = match self.validator.get_or_init(|| self.compile()) {
            Ok(validator) => validator,
            Err(reason) => return vec![contract_fault(reason)],
        };
        validator
            .iter_errors(value)
            .map(|error| Finding {
                kind: ProblemKind::Schema,
                pointer: error.instance_path().to_string(),
                is_null: error.instance().is_null(),
                message: error.masked().to_string(),
            })
            .collect()
    }

    /// Properties of a request that the schema does not know, or that only the service may set.
    pub fn strays(&self, value: &Value) -> Vec<Finding> {
        let mut found = Vec::new();
        self.stray(&self.schema, value, "", &mut found);
        found
    }

    fn compile(&self) -> Result<Validator, String> {
        let mut root = self.definitions.as_object().cloned().unwrap_or_default();
        root.insert("allOf".into(), json!([self.schema]));
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(false)
            .build(&Value::Object(root))
            .map_err(|e| e.to_string())
    }

    fn stray(&self, schema: &Value, value: &Value, pointer: &str, found: &mut Vec<Finding>) {
        let mut known = Known::default();
        self.gather(schema, &mut known);
        if let (Value::Array(items), Some(schema)) = (value, known.items) {
            for (index, item) in items.iter().enumerate() {
                self.stray(schema, item, &format!("{pointer}/{index}"), found);
            }
        }
        let Value::Object(fields) = value else { return };
        for (name, field) in fields {
            let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            let mut report = |kind, message: &str| {
                found.push(Finding {
                    kind,
                    pointer: pointer.clone(),
                    is_null: field.is_null(),
                    message: message.into(),
                });
            };
            match known.properties.get(name.as_str()) {
                Some(property) if property["readOnly"] == true => {
                    report(ProblemKind::ReadOnlyProperty, "only the service sets this");
                }
                Some(property) => self.stray(property, field, &pointer, found),
                // OData annotations are control information that no schema lists.
                None if name.contains("@odata.") => {}
                None if known.additional.is_some_and(Value::is_object) => {
                    self.stray(known.additional.unwrap_or(&Value::Null), field, &pointer, found);
                }
                None if known.properties.is_empty() || known.additional == Some(&json!(true)) => {}
                None => report(ProblemKind::UnknownProperty, "the contract knows no such property"),
            }
        }
    }

    /// Gathers what a schema knows, through references and compositions.
    fn gather<'a>(&'a self, schema: &'a Value, known: &mut Known<'a>) {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.definitions.pointer(reference.trim_start_matches('#'));
            self.gather(target.unwrap_or(&Value::Null), known);
        }
        for composition in ["allOf", "anyOf", "oneOf"] {
            for part in schema[composition].as_array().into_iter().flatten() {
                self.gather(part, known);
            }
        }
        // A subtype that a discriminator chooses.
        if let Some(subtype) = schema.get("then") {
            self.gather(subtype, known);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            known.properties.insert(name, property);
        }
        known.items = known.items.or(schema.get("items"));
        known.additional = known.additional.or(schema.get("additionalProperties"));
    }
}

#[derive(Default)]
struct Known<'a> {
    properties: BTreeMap<&'a str, &'a Value>,
    items: Option<&'a Value>,
    additional: Option<&'a Value>,
}

fn contract_fault(reason: &str) -> Finding {
    Finding {
        kind: ProblemKind::Contract,
        pointer: String::new(),
        is_null: false,
        message: format!("the contract's schema cannot be used: {reason}"),
    }
}

/// Turns the schemas of one document into JSON Schema.
struct Converter {
    /// For each reference to a base type with a discriminator: the discriminating property, and its
    /// subtypes as (value, reference).
    bases: BTreeMap<String, (String, Vec<(String, String)>)>,
}

impl Converter {
    fn new(document: &Value) -> Converter {
        let mut bases = BTreeMap::new();
        let schemas = || document["definitions"].as_object().into_iter().flatten();
        for (name, schema) in schemas() {
            if let Some(property) = schema["discriminator"].as_str() {
                bases.insert(format!("#/definitions/{name}"), (property.to_owned(), Vec::new()));
            }
        }
        for (name, schema) in schemas() {
            for part in schema["allOf"].as_array().into_iter().flatten() {
                let base = part["$ref"].as_str().and_then(|r| bases.get_mut(r));
                if let Some((_, subtypes)) = base {
                    let value = schema["x-ms-discriminator-value"].as_str().unwrap_or(name);
                    subtypes.push((value.to_owned(), format!("#/definitions/{name}")));
                }
            }
        }
        Converter { bases }
    }

    /// Returns the definitions of a type.
    ///
    /// A base type becomes two: `Base.base` is what its subtypes extend, `Base` is any of them.
    fn definitions(&self, schemas: &Map<String, Value>) -> Value {
        let mut converted = Map::new();
        for (name, schema) in schemas {
            let reference = format!("#/definitions/{name}");
            let Some((property, subtypes)) = self.bases.get(&reference) else {
                converted.insert(name.clone(), self.convert(schema));
                continue;
            };
            let cases: Vec<Value> = subtypes
                .iter()
                .map(|(value, subtype)| {
                    json!({
                        "if": { "properties": { property: { "const": value } }, "required": [property] },
                        "then": { "$ref": subtype },
                    })
                })
                .collect();
            converted.insert(format!("{name}.base"), self.convert(schema));
            let any = json!({ "$ref": format!("{reference}.base"), "allOf": cases });
            converted.insert(name.clone(), any);
        }
        Value::Object(converted)
    }

    fn convert(&self, schema: &Value) -> Value {
        let Value::Object(source) = schema else {
            return schema.clone();
        };
        let mut out = Map::new();
        for (key, value) in source {
            let converted = match key.as_str() {
                "properties" => self.each(value),
                "items" | "additionalProperties" => self.convert(value),
                "allOf" | "anyOf" | "oneOf" => self.compose(value),
                same if SAME.contains(&same) => value.clone(),
                _ => continue,
            };
            out.insert(key.clone(), converted);
        }
        if schema["x-ms-enum"]["modelAsString"] == true {
            out.remove("enum");
        }
        // AutoRest reads an object without members as "any JSON": see the gaps of `contracts/README.md`.
        let describes = ["properties", "additionalProperties", "allOf", "anyOf", "oneOf"];
        let described = describes.iter().any(|key| out.contains_key(*key));
        if !described && out.get("type") == Some(&json!("object")) {
            out.remove("type");
        }
        if out.contains_key("properties") && !out.contains_key("type") {
            out.insert("type".into(), json!("object"));
        }
        if schema["nullable"] == true || schema["x-nullable"] == true {
            return nullable(out);
        }
        Value::Object(out)
    }

    fn each(&self, schemas: &Value) -> Value {
        let schemas = schemas.as_object().into_iter().flatten();
        schemas.map(|(name, schema)| (name.clone(), self.convert(schema))).collect()
    }

    fn compose(&self, parts: &Value) -> Value {
        let parts = parts.as_array().into_iter().flatten();
        parts
            .map(|part| match part["$ref"].as_str() {
                Some(base) if self.bases.contains_key(base) => {
                    json!({ "$ref": format!("{base}.base") })
                }
                _ => self.convert(part),
            })
            .collect()
    }
}

fn nullable(mut schema: Map<String, Value>) -> Value {
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
    if schema.contains_key("$ref") {
        return json!({ "anyOf": [schema, { "type": "null" }] });
    }
    if let Some(kind) = schema.get_mut("type") {
        *kind = json!([*kind, "null"]);
    }
    Value::Object(schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(document: &Value, value: &Value) -> Vec<String> {
        let definitions = Arc::new(definitions(document));
        let schema = Schema::new(&json!({ "$ref": "#/definitions/Pet" }), document, &definitions);
        let mut found = schema.misfits(value);
        found.extend(schema.strays(value));
        found.into_iter().map(|finding| format!("{:?} {}", finding.kind, finding.pointer)).collect()
    }

    #[test]
    fn extensions_of_swagger_keep_their_meaning() {
        let document = json!({ "definitions": { "Pet": { "properties": {
            "open": { "type": "string", "enum": ["a"], "x-ms-enum": { "modelAsString": true } },
            "closed": { "type": "string", "enum": ["a"], "x-ms-enum": { "modelAsString": false } },
            "maybe": { "type": "string", "enum": ["a"], "x-nullable": true },
            "any": { "type": "object" },
            "when": { "type": "string", "format": "date-time" },
            "tags": { "type": "object", "additionalProperties": { "type": "string" } },
        } } } });
        let good =
            json!({ "open": "z", "closed": "a", "maybe": null, "any": [1], "when": "noon", "tags": { "x": "y" } });
        assert_eq!(places(&document, &good), Vec::<String>::new());
        let bad = json!({ "closed": "z", "maybe": "z", "tags": { "x": 1 }, "a/b": 1 });
        let found = ["Schema /closed", "Schema /maybe", "Schema /tags/x", "UnknownProperty /a~1b"];
        assert_eq!(places(&document, &bad), found);
    }

    #[test]
    fn a_discriminator_chooses_the_subtype() {
        let document = json!({ "definitions": {
            "Pet": { "discriminator": "kind", "required": ["kind"], "properties": { "kind": { "type": "string" } } },
            "Cat": {
                "x-ms-discriminator-value": "cat",
                "allOf": [{ "$ref": "#/definitions/Pet" }],
                "required": ["lives"],
                "properties": { "lives": { "type": "integer" } },
            },
        } });
        assert_eq!(places(&document, &json!({ "kind": "dog" })), Vec::<String>::new());
        assert_eq!(places(&document, &json!({ "kind": "cat" })), ["Schema "]);
        assert_eq!(places(&document, &json!({ "kind": "cat", "lives": 9 })), Vec::<String>::new());
    }
}
