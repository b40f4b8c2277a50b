//! Recordings that nobody made: what holds for any recording holds for answers as odd as these, and a reading that is
//! wrong is noticed.

use crosspull_azure::refusal::refused;
use crosspull_reference::Recording;
use serde_json::{Value, json};

use crate::any::{Count, misread};
use crate::recorded::headers;

/// Answers as proxies, portals and services give them: status, headers, body.
fn answers() -> Vec<(u16, Value, Value)> {
    let page = "<!DOCTYPE html><html><head><title>Error</title></head><body>code: 7 \u{1b}[2J</body></html>";
    let long = "word ".repeat(1000);
    vec![
        (200, json!({}), Value::Null),
        (200, json!({ "content-type": "text/html" }), json!(page)),
        (200, json!({ "Content-Encoding": "gzip" }), json!("H4sIAAAAAAAA/6tWKkktLlGyUlAqS8wpTtVRAAAAAP//")),
        (200, json!({}), json!("\u{1f}\u{8b}\u{8}\u{0}\u{fffd}")),
        (200, json!({}), json!([])),
        (200, json!({}), json!({ "value": [] })),
        (200, json!({}), json!({ "value": [{}], "nextLink": "https://elsewhere.example/" })),
        (200, json!({}), json!({ "value": null })),
        (200, json!({}), json!("{\"id\": \"torn")),
        (200, json!({}), json!({ "id": "no guid", "appId": "00000000000000000000000000000001", "properties": {} })),
        (200, json!({}), json!({ "status": "Succeeded", "error": { "code": "NotLatestOperation" } })),
        (200, json!({}), json!({ "access_token": "", "token": "x" })),
        (202, json!({ "Location": "https://elsewhere.example/operations/1" }), Value::Null),
        (
            202,
            json!({ "Azure-AsyncOperation": "/operations/1", "Location": ["\u{e9}", "//elsewhere.example/"] }),
            Value::Null,
        ),
        (204, json!({ "not a name": "x", "": "", "x-odd": "a\r\nb" }), Value::Null),
        (301, json!({ "Location": "http://elsewhere.example/" }), json!(page)),
        (304, json!({}), Value::Null),
        (308, json!({ "Location": "" }), json!({ "error": { "code": "Moved", "message": "to there" } })),
        (400, json!({}), json!([{ "code": "X", "message": "y" }])),
        (400, json!({}), json!([])),
        (400, json!({}), json!("null")),
        (400, json!({}), json!("\"a word\"")),
        (400, json!({}), json!({ "error": null })),
        (400, json!({}), json!({ "error": [] })),
        (400, json!({}), json!({ "error": { "code": "", "message": "" } })),
        (400, json!({}), json!({ "error": { "code": 7, "message": ["m"] } })),
        (
            400,
            json!({ "x-ms-request-id": "r" }),
            json!({ "error": "invalid_grant", "error_codes": ["x"], "trace_id": "t" }),
        ),
        (
            400,
            json!({}),
            json!({ "error": "invalid_grant", "error_description": "AADSTS7: a\r\nTrace ID: t", "error_codes": [7] }),
        ),
        (
            401,
            json!({ "WWW-Authenticate": ["Basic realm=\"x\"", "Bearer realm=\"https://elsewhere.example/\""] }),
            json!(page),
        ),
        (401, json!({ "www-authenticate": "bearer realm=\"" }), json!({ "errors": [] })),
        (401, json!({ "www-authenticate": "Bearer realm=\"https://odd.azurecr.io/t\"" }), json!({ "errors": [{}] })),
        (403, json!({ "request-id": "\u{1f600}" }), json!({ "code": "A\u{1b}[31m", "message": "b\u{202e}c\n\nd" })),
        (
            404,
            json!({}),
            json!({ "kind": "Status", "code": 404, "reason": "NotFound", "message": "pods \"x\" not found" }),
        ),
        (
            409,
            json!({}),
            json!({ "error": { "code": "Conflict", "message": long, "details": [{ "code": "Inner", "message": "i" }] } }),
        ),
        (
            418,
            json!({ "X-MS-CORRELATION-REQUEST-ID": "c" }),
            json!({ "odata.error": { "code": "T", "message": { "value": "tea" } } }),
        ),
        (429, json!({ "Retry-After": 7 }), json!({ "statusCode": 429, "message": "Rate limit is exceeded." })),
        (500, json!({ "x-ms-request-id": ["first", "second"] }), json!("Internal Server Error")),
        (502, json!({}), json!(page)),
        (503, json!({ "content-encoding": "br" }), Value::Null),
        (599, json!({}), json!(7)),
    ]
}

/// Returns each of those answers to each of several calls, ours and others.
fn odd() -> Recording {
    let asked = [
        ("GET", "https://management.azure.com/subscriptions?api-version=2022-12-01"),
        (
            "GET",
            "https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c",
        ),
        ("GET", "https://management.azure.com/subscriptions/s/providers/P/locations/l/operations/1"),
        ("POST", "https://graph.microsoft.com/v1.0/applications"),
        ("DELETE", "https://graph.microsoft.com/v1.0/applications/1"),
        ("POST", "https://login.microsoftonline.com/t/oauth2/v2.0/token"),
        ("GET", "https://odd.azurecr.io/v2/"),
        ("PATCH", "https://vault.example:8443/secrets/a?b=%"),
        ("BREW", "no address"),
        ("GET", ""),
    ];
    let exchanges: Vec<Value> = asked
        .iter()
        .flat_map(|(method, uri)| {
            answers().into_iter().map(move |(status, headers, body)| {
                json!({ "request": { "method": method, "uri": uri, "headers": null },
                    "response": { "status": status, "headers": headers, "body": body } })
            })
        })
        .collect();
    let file = json!({ "exchanges": exchanges }).to_string();
    Recording::from_json("odd", &file).expect("it is read").expect("exchanges")
}

#[test]
fn any_answer_however_odd_is_read_or_refused_with_what_stands_in_it() {
    let count = Count::of(&[odd()], None);
    assert!(count.wrong.is_empty(), "{:#?}", count.wrong);
    println!("{count}");
}

/// The words for a refusal are checked: where they are wrong, the check says so.
#[test]
fn a_refusal_that_is_misread_is_noticed() {
    let body =
        json!({ "error": { "code": "AuthorizationFailed", "message": "It may not." }, "trace_id": "t" }).to_string();
    let file = json!([{ "response": { "status": 403, "headers": { "request-id": "r" }, "body": body } }]).to_string();
    let recording = Recording::from_json("one", &file).expect("it is read").expect("exchanges");
    let headers = headers(&recording.exchanges[0].response.headers);
    let read = || refused(403, &headers, body.as_bytes());
    assert_eq!(misread(&read(), 403, &headers, &body), Vec::<String>::new());
    let wrong: [fn(&mut crosspull_core::explain::Refusal); 8] = [
        |refusal| refusal.status = Some(404),
        |refusal| refusal.code = "HTTP 403".to_owned(),
        |refusal| refusal.code = "ResourceNotFound".to_owned(),
        |refusal| refusal.message.clear(),
        |refusal| refusal.message = "may not".to_owned(),
        |refusal| refusal.message.push('\u{1b}'),
        |refusal| refusal.request_id = None,
        |refusal| refusal.request_id = Some("t".to_owned()),
    ];
    for (at, spoil) in wrong.iter().enumerate() {
        let mut read = read();
        spoil(&mut read.refusal);
        assert_eq!(misread(&read, 403, &headers, &body).len(), 1, "{at}: {read:?}");
    }
}
