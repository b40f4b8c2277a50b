//! The layouts that recorders write their files in, read into one form.
//!
//! - `exchanges` with `request` and `response`, as `recordings/README.md` describes it; a bare list of these, or one.
//! - `interactions`, as vcrpy and its kin write them: a status with its words, a body with its kind.
//! - `Entries`, as the test proxy of the Azure SDKs writes them: flat names such as `RequestUri`.
//! - `log.entries`, as browsers and proxies export them (HTTP Archive 1.2): headers as names and values.
//!
//! Names are compared without case and underscores, so `status_code` and `StatusCode` are one.

use serde_json::{Map, Value};

use crate::recordings::{Exchange, Headers, RecordedRequest, RecordedResponse, Recording};

/// The places of a file's exchanges, by its layout.
const LISTS: [&str; 5] = ["/exchanges", "/interactions", "/Entries", "/entries", "/log/entries"];

/// Reads a file. `None` where nothing in it tells of an exchange.
pub(crate) fn recording(name: &str, file: &Value) -> Result<Option<Recording>, String> {
    let list = LISTS.iter().find_map(|place| file.pointer(place)?.as_array()).or_else(|| file.as_array());
    let alone = file.as_object().filter(|fields| is_exchange(fields)).map(|_| std::slice::from_ref(file));
    let Some(list) = list.map(Vec::as_slice).or(alone) else {
        return if tells_of_one(file) {
            Err("its exchanges are in a layout that is not known".to_owned())
        } else {
            Ok(None)
        };
    };
    let text = |name: &str| file.get(name).and_then(Value::as_str).map(str::to_owned);
    let exchanges = list.iter().enumerate().map(|(at, source)| exchange(at, source));
    Ok(Some(Recording {
        scenario: text("scenario").unwrap_or_else(|| name.to_owned()),
        shows: text("shows").unwrap_or_default(),
        exchanges: exchanges.collect::<Result<_, _>>()?,
    }))
}

fn is_exchange(fields: &Map<String, Value>) -> bool {
    find(fields, &["response", "statuscode", "responsebody"]).is_some()
}

fn tells_of_one(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(tells_of_one),
        Value::Object(fields) => is_exchange(fields) || fields.values().any(tells_of_one),
        _ => false,
    }
}

fn exchange(at: usize, source: &Value) -> Result<Exchange, String> {
    let fields = source.as_object().ok_or_else(|| format!("exchange {at} is no object"))?;
    // A recorder writes what was sent in a part of its own, or beside the rest under longer names.
    let (sent, answer) = (part(fields, "request"), part(fields, "response"));
    let status = find(answer, &["status", "statuscode", "responsestatus"]).and_then(status);
    let number = |names: &[&str]| find(fields, names).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
    Ok(Exchange {
        n: number(&["n", "index"]).unwrap_or(u32::try_from(at).unwrap_or(u32::MAX)),
        request: RecordedRequest {
            method: find(sent, &["method", "requestmethod"]).map(text).unwrap_or_default().to_uppercase(),
            uri: find(sent, &["uri", "url", "requesturi", "requesturl"]).map(text).unwrap_or_default(),
            headers: headers(find(sent, &["headers", "requestheaders"])),
            body: find(sent, &["body", "requestbody", "postdata"]).and_then(body).map(without_notation),
        },
        response: RecordedResponse {
            status: status.ok_or_else(|| format!("exchange {at} has no status"))?,
            headers: headers(find(answer, &["headers", "responseheaders"])),
            body: find(answer, &["body", "responsebody", "content"]).and_then(body),
            body_trimmed: find(answer, &["bodytrimmed"]).map(text),
        },
        repeats: number(&["repeats"]).unwrap_or(1),
        last_response_date: find(fields, &["lastresponsedate"]).and_then(Value::as_str).map(str::to_owned),
    })
}

fn part<'v>(fields: &'v Map<String, Value>, name: &str) -> &'v Map<String, Value> {
    find(fields, &[name]).and_then(Value::as_object).unwrap_or(fields)
}

/// Returns the field of the first of those names that is there; names are given in lower case, without underscores.
fn find<'v>(fields: &'v Map<String, Value>, names: &[&str]) -> Option<&'v Value> {
    let plain = |name: &str| name.replace(['_', '-'], "").to_lowercase();
    names.iter().find_map(|name| fields.iter().find_map(|(key, value)| (plain(key) == *name).then_some(value)))
}

/// Reads a status: `404`, `"404 Not Found"`, or an object with the number in `code`.
fn status(value: &Value) -> Option<u16> {
    match value {
        Value::Object(fields) => status(find(fields, &["code", "status"])?),
        Value::String(words) => words.split_whitespace().find_map(|word| word.parse().ok()),
        number => number.as_u64().and_then(|number| u16::try_from(number).ok()),
    }
}

/// Returns a text as it is; JSON that a recorder has parsed, as text; or an object that holds the text beside its kind.
fn body(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Object(fields) => match find(fields, &["string", "text"]) {
            Some(held) => body(held),
            None if find(fields, &["mimetype", "encoding"]).is_some() => None,
            None => Some(value.to_string()),
        },
        other => Some(text(other)),
    }
}

/// Returns the body without the notation that some azure-cli recordings hold: Python's `b'...'` in place of the bytes.
fn without_notation(body: String) -> String {
    body.strip_prefix("b'").and_then(|rest| rest.strip_suffix('\'')).map(str::to_owned).unwrap_or(body)
}

/// Headers by name with a value or several, or as a list of names and values.
fn headers(source: Option<&Value>) -> Headers {
    let mut headers = Headers::default();
    let mut add = |name: String, value: &Value| {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let values = values.iter().filter(|value| !value.is_null()).map(text);
        headers.0.entry(name).or_default().extend(values);
    };
    match source {
        Some(Value::Object(fields)) => fields.iter().for_each(|(name, value)| add(name.clone(), value)),
        Some(Value::Array(items)) => {
            for item in items {
                match item {
                    Value::Object(fields) => {
                        if let (Some(name), Some(value)) = (find(fields, &["name"]), find(fields, &["value"])) {
                            add(text(name), value);
                        }
                    }
                    Value::Array(pair) => {
                        if let [name, value] = pair.as_slice() {
                            add(text(name), value);
                        }
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
    headers
}

/// Returns a string as it is, anything else as JSON.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn only(file: &Value) -> Exchange {
        let read = recording("file", file).expect("a layout that is known").expect("exchanges");
        assert_eq!((read.scenario.as_str(), read.exchanges.len()), ("file", 1));
        read.exchanges.into_iter().next().expect("one")
    }

    /// Every layout holds one and the same exchange.
    #[test]
    fn every_layout_tells_the_same() {
        let files = [
            json!({ "exchanges": [{ "request": { "method": "GET", "uri": "https://h/p" }, "response": {
                "status": 404, "headers": { "X-Ms-Request-Id": "r" }, "body": r#"{"error":1}"# } }] }),
            json!([{ "request": { "method": "get", "url": "https://h/p" }, "response": {
                "status_code": "404", "headers": [["x-ms-request-id", "r"]], "body": { "error": 1 } } }]),
            json!({ "request": { "method": "GET", "uri": "https://h/p" }, "response": {
                "status": "404 Not Found", "headers": { "x-ms-request-id": ["r"] }, "body": { "error": 1 } } }),
            json!({ "version": 1, "interactions": [{ "request": { "method": "GET", "uri": "https://h/p", "body": null },
                "response": { "status": { "code": 404, "message": "Not Found" }, "headers": { "x-ms-request-id": ["r"] },
                "body": { "string": r#"{"error":1}"# } } }] }),
            json!({ "Entries": [{ "RequestUri": "https://h/p", "RequestMethod": "GET", "RequestHeaders": {},
                "RequestBody": null, "StatusCode": 404, "ResponseHeaders": { "x-ms-request-id": "r" },
                "ResponseBody": { "error": 1 } }], "Variables": {} }),
            json!({ "log": { "entries": [{ "request": { "method": "GET", "url": "https://h/p", "headers": [] },
                "response": { "status": 404, "statusText": "", "headers": [{ "name": "x-ms-request-id", "value": "r" }],
                "content": { "mimeType": "application/json", "text": r#"{"error":1}"# } } }] } }),
        ];
        for file in files {
            let read = only(&file);
            assert_eq!((read.request.method.as_str(), read.request.uri.as_str()), ("GET", "https://h/p"), "{file}");
            let answer = read.response;
            let told = (answer.status, answer.headers.get("x-ms-request-id"), answer.body.as_deref());
            assert_eq!(told, (404, Some("r"), Some(r#"{"error":1}"#)), "{file}");
        }
    }

    #[test]
    fn what_an_exchange_lacks_is_empty_and_what_is_odd_is_kept() {
        let read = only(&json!({ "exchanges": [{ "n": 7, "request": { "body": "b'a=b'" }, "response": {
            "status": 599, "headers": { "Retry-After": 3, "a": null }, "body": "<html>" } }] }));
        assert_eq!((read.n, read.request.body.as_deref(), read.request.uri.as_str()), (7, Some("a=b"), ""));
        assert_eq!(read.response.headers.pairs(), [("Retry-After", "3")]);
        assert_eq!(read.response.body.as_deref(), Some("<html>"));
        let read =
            only(&json!({ "log": { "entries": [{ "response": { "status": 204, "content": { "mimeType": "" } } }] } }));
        assert_eq!((read.n, read.response.body), (0, None));
    }

    #[test]
    fn what_tells_of_no_exchange_is_none_and_what_cannot_be_read_is_said() {
        let read = |file: Value| recording("file", &file).map(|read| read.is_some());
        assert_eq!(read(json!({ "files": ["a", "b"] })), Ok(false));
        assert!(read(json!({ "calls": { "first": { "response": {} } } })).is_err_and(|why| why.contains("layout")));
        assert!(read(json!({ "exchanges": [{ "response": {} }] })).is_err_and(|why| why.contains("no status")));
        assert!(read(json!({ "exchanges": [7] })).is_err_and(|why| why.contains("no object")));
    }
}
