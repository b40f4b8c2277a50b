//! The route `new-app` by a plain client, step by step.

#![allow(dead_code, reason = "every test file uses its own part")]

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crosspull_sim::Tenant;
use serde_json::{Value, json};

use crate::common::{ARM, Bench, Reply};

pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const ACR_PULL: &str = "7f951dda-4ed3-4680-a7ca-43fe172d538d";

/// Returns a registry's token for a name and password.
pub async fn registry_token(bench: &Bench, server: &str, name: &str, password: &str, scope: &str) -> Reply {
    let url = format!("https://{server}/oauth2/token?service={server}&scope={scope}");
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{password}")));
    bench.get_with(&url, &[("authorization", &basic)]).await
}

/// Tries until the status is the one wanted; every other has to be one of those that waiting explains.
async fn until(
    bench: &Bench,
    what: &str,
    wanted: u16,
    waiting: &[u16],
    mut attempt: impl AsyncFnMut() -> Reply,
) -> Reply {
    bench
        .until(what, async || {
            let reply = attempt().await;
            if reply.status == wanted {
                return Some(reply);
            }
            assert!(waiting.contains(&reply.status), "{what}: {reply:?}");
            None
        })
        .await
}

/// The objects that the route has made.
#[derive(Debug)]
pub struct NewApp {
    pub app_id: String,
    pub object_id: String,
    pub secret: String,
    pub principal_b: String,
}

/// Steps 1 to 4 of the route: the application in A with its secret, its service principal in both tenants, both token
/// endpoints willing.
pub async fn provision(bench: &Bench) -> NewApp {
    let (a, b) = (bench.graph_token(Tenant::A).await, bench.graph_token(Tenant::B).await);
    let new = json!({
        "displayName": "crosspull-test",
        "signInAudience": "AzureADMultipleOrgs",
        "web": {"redirectUris": ["https://www.microsoft.com"]},
    });
    let app = bench.call("POST", "/v1.0/applications", &a, &new).await;
    assert_eq!(app.status, 201, "{app:?}");
    let (object_id, app_id) = (app.at("/id").to_owned(), app.at("/appId").to_owned());
    let principal = json!({"appId": app_id});
    let create = async |token: &str| bench.call("POST", "/v1.0/servicePrincipals", token, &principal).await;
    until(bench, "the service principal in A", 201, &[400], async || create(&a).await).await;
    let path = format!("/v1.0/applications/{object_id}/addPassword");
    let wanted = json!({"passwordCredential": {"displayName": "test", "endDateTime": "2099-01-01T00:00:00Z"}});
    let password = until(bench, "the secret", 200, &[404], async || bench.call("POST", &path, &a, &wanted).await).await;
    let secret = password.at("/secretText").to_owned();
    let there = until(bench, "the service principal in B", 201, &[400], async || create(&b).await).await;
    for tenant in [Tenant::A, Tenant::B].map(|side| bench.tenant(side)) {
        let sign_in = async || bench.sign_in(&tenant, &app_id, &secret, ARM).await;
        until(bench, "sign-in", 200, &[400, 401], sign_in).await;
    }
    NewApp { principal_b: there.at("/id").to_owned(), app_id, object_id, secret }
}

/// Grants the role on the registry (step 5).
pub async fn grant(bench: &Bench, app: &NewApp) -> Reply {
    let token = bench.token(Tenant::B, ARM).await;
    let ready = bench.sim.ready();
    let (registry, name) = (&ready.registry, uuid::Uuid::new_v4());
    let subscription = ready.tenants.b.subscription;
    let body = json!({"properties": {
        "roleDefinitionId": format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{ACR_PULL}"),
        "principalId": app.principal_b,
        "principalType": "ServicePrincipal",
    }});
    let path = format!("{registry}/providers/Microsoft.Authorization/roleAssignments/{name}?api-version=2022-04-01");
    bench.call("PUT", &path, &token, &body).await
}

/// Step 6: a token, the manifest's head and sixteen bytes of its layer.
pub async fn prove(bench: &Bench, app: &NewApp) {
    let server = &bench.sim.ready().login_server;
    let ask = async || registry_token(bench, server, &app.app_id, &app.secret, "repository:shop/web:pull").await;
    let token = until(bench, "the role", 200, &[401], ask).await;
    let bearer = format!("Bearer {}", token.at("/access_token"));
    let url = format!("https://{server}/v2/shop/web/manifests/1.4");
    let headers = [("authorization", bearer.as_str()), ("accept", MANIFEST)];
    let head = bench.http.head(&url).header("authorization", &bearer).header("accept", MANIFEST);
    assert_eq!(bench.send(head).await.unwrap().status, 200);
    let manifest = bench.get_with(&url, &headers).await;
    let layer = manifest.at("/layers/0/digest");
    let redirect = bench.get_with(&format!("https://{server}/v2/shop/web/blobs/{layer}"), &headers).await;
    assert_eq!(redirect.status, 307);
    let part = bench.get_with(redirect.header("location"), &[("range", "bytes=0-15")]).await;
    assert_eq!(part.status, 206);
}

/// Resets the cluster (step 9). Returns the operation's last body.
pub async fn reset(bench: &Bench, app: &NewApp) -> Value {
    let token = bench.token(Tenant::A, ARM).await;
    let accepted = bench.send(reset_request(bench, app, &token)).await.unwrap();
    assert_eq!(accepted.status, 202, "{accepted:?}");
    let address = accepted.header("azure-asyncoperation").to_owned();
    loop {
        let operation = bench.get(&address, &token).await;
        assert_eq!(operation.status, 200);
        if operation.at("/status") != "InProgress" {
            return operation.body;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Returns the request that begins the reset.
pub fn reset_request(bench: &Bench, app: &NewApp, token: &str) -> reqwest::RequestBuilder {
    let path = format!("{}/resetServicePrincipalProfile?api-version=2024-09-01", bench.sim.ready().cluster);
    bench.request("POST", &path, token, &json!({"clientId": app.app_id, "secret": app.secret}))
}
