//! Whatever a service answers is read or refused, its texts are fit for a terminal, and no address in it leads a token or
//! a secret to another host. The fuzz target `replies` asks the same with a corpus.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crosspull_azure::kubernetes::{pull, server_of};
use crosspull_azure::{endpoints, long_running, refusal, reply};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

/// JSON of any shape, with the names that replies have.
fn body() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>().prop_map(Value::from),
        Just(json!("11111111-1111-4111-8111-111111111111")),
        Just(json!("2027-05-06T00:00:00Z")),
        Just(json!("\u{1b}[2J\u{9b}31m\u{202e}")),
    ];
    let leaf =
        prop_oneof![text, any::<i64>().prop_map(Value::from), any::<bool>().prop_map(Value::from), Just(Value::Null)];
    let name = prop::sample::select(vec![
        "value",
        "id",
        "appId",
        "properties",
        "error",
        "code",
        "message",
        "status",
        "keyId",
        "secretText",
        "scope",
        "principalId",
        "roleDefinitionId",
        "passwordCredentials",
        "nextLink",
        "kubeconfigs",
        "items",
        "metadata",
        "spec",
        "containers",
        "containerStatuses",
        "state",
        "waiting",
        "reason",
        "errors",
        "limit",
        "currentValue",
        "name",
    ]);
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name.clone().prop_map(str::to_owned), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn read(body: &[u8]) {
    macro_rules! kinds {
        ($($kind:ty),* $(,)?) => { $( drop(serde_json::from_slice::<$kind>(body)); )* };
    }
    kinds!(
        reply::List<reply::App>,
        reply::List<reply::Principal>,
        reply::List<reply::Membership>,
        reply::List<reply::Assignment>,
        reply::List<reply::Usage>,
        reply::NewPassword,
        reply::Cluster,
        reply::ClusterCredentials,
        reply::Registry,
        reply::AccessToken,
        reply::Manifest,
        reply::OperationStatus,
    );
    if let Ok(pod) = serde_json::from_slice(body) {
        let _ = pull::judge(&pod);
    }
    let arm = Url::parse("https://management.azure.com/").expect("a URL");
    drop(endpoints::from_metadata(&arm, body));
    drop(server_of(&String::from_utf8_lossy(body)));
    let refused = refusal::refused(400, &HeaderMap::new(), body).refusal;
    assert!(!refused.to_string().contains(char::is_control), "{refused:?}");
}

proptest! {
    #[test]
    fn whatever_bytes_come_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        read(&bytes);
    }

    #[test]
    fn whatever_json_comes_is_read_or_refused(body in body()) {
        read(body.to_string().as_bytes());
    }

    #[test]
    fn no_address_leads_to_another_host(text in "(https?://|//|/)?[a-z.@:0-9\\\\-]{0,30}(/[a-z?=&]{0,10}){0,3}") {
        let arm = Url::parse("https://management.azure.com/").expect("a URL");
        let server = Url::parse("https://registryb.azurecr.io/").expect("a URL");
        let mut headers = HeaderMap::new();
        if let (Ok(location), Ok(realm)) = (
            HeaderValue::from_str(&text),
            HeaderValue::from_str(&format!("Bearer realm=\"{text}\",service=\"registryb.azurecr.io\"")),
        ) {
            headers.insert("location", location);
            headers.insert("www-authenticate", realm);
        }
        if let Ok(Some(url)) = long_running::address(&headers, &arm) {
            prop_assert_eq!(url.origin(), arm.origin());
        }
        if let Ok((realm, _)) = reply::challenge(&headers, &server) {
            prop_assert_eq!(realm.origin(), server.origin());
        }
    }
}
