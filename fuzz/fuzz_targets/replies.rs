//! Whatever a service answers is read or refused, and its texts are fit for a terminal.

#![no_main]

use crosspull_azure::kubernetes::{pull, server_of};
use crosspull_azure::{endpoints, long_running, refusal, reply};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use url::Url;

/// The body is read as every kind of reply that there is.
fn read(body: &[u8]) {
    macro_rules! kinds {
        ($($kind:ty),* $(,)?) => { $( let _ = serde_json::from_slice::<$kind>(body); )* };
    }
    kinds!(
        reply::List<reply::App>,
        reply::List<reply::Principal>,
        reply::List<reply::Membership>,
        reply::List<reply::AppRoleAssignment>,
        reply::List<reply::Assignment>,
        reply::List<reply::Subscription>,
        reply::List<reply::Usage>,
        reply::List<reply::Organization>,
        reply::NewPassword,
        reply::Cluster,
        reply::ClusterCredentials,
        reply::Registry,
        reply::Definition,
        reply::OpenId,
        reply::AccessToken,
        reply::RefreshToken,
        reply::Manifest,
        reply::OperationStatus,
    );
    if let Ok(pod) = serde_json::from_slice(body) {
        let _ = pull::judge(&pod);
    }
}

fuzz_target!(|bytes: &[u8]| {
    read(bytes);
    let arm = Url::parse("https://management.azure.com/").expect("a URL");
    let _ = endpoints::from_metadata(&arm, bytes);
    let _ = server_of(&String::from_utf8_lossy(bytes));
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(bytes) {
        for name in ["www-authenticate", "location", "azure-asyncoperation", "retry-after", "x-ms-request-id"] {
            headers.insert(name, value.clone());
        }
    }
    if let Ok(Some(url)) = long_running::address(&headers, &arm) {
        assert_eq!(url.origin(), arm.origin(), "an operation is asked at its own host alone");
    }
    let server = Url::parse("https://registryb.azurecr.io/").expect("a URL");
    if let Ok((realm, _)) = reply::challenge(&headers, &server) {
        assert_eq!(realm.origin(), server.origin(), "a secret goes to the registry's own host alone");
    }
    let refused = refusal::refused(400, &headers, bytes).refusal;
    assert!(!refused.to_string().contains(char::is_control));
    assert!(!refused.request_id.unwrap_or_default().contains(char::is_control));
});
