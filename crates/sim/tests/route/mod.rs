//! A plain client of the simulated cloud, written from Microsoft's documents as any other client would be.

#![allow(dead_code, reason = "every test file uses its own part")]

use std::{future::Future, sync::Arc, time::Duration};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crosspull_sim::{Options, Scenario, Sim, Tenant};
use http::{Method, StatusCode};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};

pub const ARM: &str = "https://management.core.windows.net/";
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const ACR_PULL: &str = "7f951dda-4ed3-4680-a7ca-43fe172d538d";

/// A started cloud that runs fifty times as fast, its exchanges kept.
pub async fn start(scenarios: &[&str]) -> Sim {
    let scenarios = scenarios.iter().map(|name| Scenario::named(name).expect("a scenario")).collect();
    start_with(scenarios).await
}

/// The same with scenarios of the test's own.
pub async fn start_with(scenarios: Vec<Scenario>) -> Sim {
    let options = Options { scenarios, speed: 50.0, record: true, ..Options::default() };
    crosspull_sim::start(options).await.expect("a cloud")
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub body: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    pub fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

/// A client that trusts the cloud's authority and follows nothing by itself.
pub struct Client {
    http: reqwest::Client,
    pub origin: String,
}

impl Client {
    pub fn of(sim: &Sim) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(sim.ca_pem().as_bytes()).expect("PEM")).expect("a root");
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("protocols")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .expect("a client");
        Self { http, origin: sim.ready().arm.clone() }
    }

    /// Sends a request as it is given.
    pub async fn try_send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> reqwest::Result<Reply> {
        let mut request = self.http.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.body(body).send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.bytes().await?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Reply { status, headers, body })
    }

    /// The same, where an answer has to come.
    pub async fn send(&self, method: Method, url: &str, headers: &[(&str, &str)], body: String) -> Reply {
        self.try_send(method, url, headers, body).await.expect("an answer")
    }

    /// Asks Graph or the Resource Manager with a token.
    pub async fn ask(&self, token: &str, method: Method, path: &str, body: Value) -> Reply {
        let authorization = format!("Bearer {token}");
        let mut headers = vec![("authorization", authorization.as_str()), ("accept", "application/json")];
        if !body.is_null() {
            headers.push(("content-type", "application/json"));
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let url = if path.starts_with("https://") { path.to_owned() } else { format!("{}{path}", self.origin) };
        self.send(method, &url, &headers, body).await
    }

    /// Posts a form.
    pub async fn post_form(&self, url: &str, form: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, url, &headers, body).await
    }

    /// Asks a tenant's token endpoint for a token.
    pub async fn sign_in(&self, tenant: &str, id: &str, secret: &str, resource: &str) -> Reply {
        let scope = format!("{resource}/.default");
        let form =
            [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret), ("scope", &scope)];
        self.post_form(&format!("{}/{tenant}/oauth2/v2.0/token", self.origin), &form).await
    }

    /// The operator's token for a resource.
    pub async fn operator(&self, sim: &Sim, side: Tenant, resource: &str) -> String {
        let tenants = &sim.ready().tenants;
        let tenant = if side == Tenant::A { &tenants.a } else { &tenants.b };
        let operator = sim.operator(side);
        let id = operator.client_id.to_string();
        let reply = self.sign_in(&tenant.id.to_string(), &id, operator.client_secret.reveal(), resource).await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        reply.text("/access_token").to_owned()
    }

    /// A registry's token for a name and password.
    pub async fn registry_token(&self, server: &str, name: &str, password: &str, scope: &str) -> Reply {
        let url = format!("https://{server}/oauth2/token?service={server}&scope={scope}");
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{password}")));
        self.send(Method::GET, &url, &[("authorization", &basic)], String::new()).await
    }
}

/// Tries until `done`, for at most twenty seconds; every other status has to be one of those that waiting explains.
pub async fn until<F: Future<Output = Reply>>(
    what: &str,
    done: &[u16],
    waiting: &[u16],
    mut attempt: impl FnMut() -> F,
) -> Reply {
    for _ in 0..2000 {
        let reply = attempt().await;
        if done.contains(&reply.status.as_u16()) {
            return reply;
        }
        assert!(waiting.contains(&reply.status.as_u16()), "{what}: {reply:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} did not come about");
}

/// What the route has made.
#[derive(Debug)]
pub struct NewApp {
    pub app_id: String,
    pub object_id: String,
    pub secret: String,
    pub principal_b: String,
}

/// Steps 1 to 4 of the route: the application in A with its secret, its service principal in both tenants, both token
/// endpoints willing.
pub async fn provision(sim: &Sim, client: &Client) -> NewApp {
    let graph = format!("{}/", client.origin);
    let a = client.operator(sim, Tenant::A, &graph).await;
    let b = client.operator(sim, Tenant::B, &graph).await;
    let new = json!({
        "displayName": "crosspull-test",
        "signInAudience": "AzureADMultipleOrgs",
        "web": {"redirectUris": ["https://www.microsoft.com"]},
    });
    let app = client.ask(&a, Method::POST, "/v1.0/applications", new).await;
    assert_eq!(app.status, StatusCode::CREATED, "{app:?}");
    let (object_id, app_id) = (app.text("/id").to_owned(), app.text("/appId").to_owned());
    let principal = json!({"appId": app_id});
    let create = |token: String| client.ask_owned(token, "/v1.0/servicePrincipals", principal.clone());
    until("the service principal in A", &[201], &[400], || create(a.clone())).await;
    let path = format!("/v1.0/applications/{object_id}/addPassword");
    let wanted = json!({"passwordCredential": {"displayName": "test", "endDateTime": "2099-01-01T00:00:00Z"}});
    let password = until("the secret", &[200], &[404], || client.ask(&a, Method::POST, &path, wanted.clone())).await;
    let secret = password.text("/secretText").to_owned();
    let there = until("the service principal in B", &[201], &[400], || create(b.clone())).await;
    for tenant in [&sim.ready().tenants.a, &sim.ready().tenants.b] {
        let tenant = tenant.id.to_string();
        until("sign-in", &[200], &[400, 401], || client.sign_in(&tenant, &app_id, &secret, ARM)).await;
    }
    NewApp { principal_b: there.text("/id").to_owned(), app_id, object_id, secret }
}

/// Step 5: the role on the registry.
pub async fn grant(sim: &Sim, client: &Client, app: &NewApp) -> Reply {
    let token = client.operator(sim, Tenant::B, ARM).await;
    let registry = &sim.ready().registry;
    let name = uuid::Uuid::new_v4();
    let subscription = sim.ready().tenants.b.subscription;
    let body = json!({"properties": {
        "roleDefinitionId": format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{ACR_PULL}"),
        "principalId": app.principal_b,
        "principalType": "ServicePrincipal",
    }});
    let path = format!("{registry}/providers/Microsoft.Authorization/roleAssignments/{name}?api-version=2022-04-01");
    client.ask(&token, Method::PUT, &path, body).await
}

/// Step 6: a token, the manifest's head and sixteen bytes of its layer.
pub async fn prove(sim: &Sim, client: &Client, app: &NewApp) {
    let server = &sim.ready().login_server;
    let scope = "repository:shop/web:pull";
    let token =
        until("the role", &[200], &[401], || client.registry_token(server, &app.app_id, &app.secret, scope)).await;
    let bearer = format!("Bearer {}", token.text("/access_token"));
    let url = format!("https://{server}/v2/shop/web/manifests/1.4");
    let headers = [("authorization", bearer.as_str()), ("accept", MANIFEST)];
    let head = client.send(Method::HEAD, &url, &headers, String::new()).await;
    assert_eq!(head.status, StatusCode::OK);
    let manifest = client.send(Method::GET, &url, &headers, String::new()).await;
    let layer = manifest.text("/layers/0/digest");
    let url = format!("https://{server}/v2/shop/web/blobs/{layer}");
    let redirect = client.send(Method::GET, &url, &headers, String::new()).await;
    assert_eq!(redirect.status, StatusCode::TEMPORARY_REDIRECT);
    let range = [("range", "bytes=0-15")];
    let part = client.send(Method::GET, redirect.header("location"), &range, String::new()).await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
}

/// Step 9: the reset, and its operation's last body.
pub async fn reset(sim: &Sim, client: &Client, app: &NewApp) -> Value {
    let token = client.operator(sim, Tenant::A, ARM).await;
    let path = format!("{}/resetServicePrincipalProfile?api-version=2024-09-01", sim.ready().cluster);
    let body = json!({"clientId": app.app_id, "secret": app.secret});
    let accepted = client.ask(&token, Method::POST, &path, body).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{accepted:?}");
    let address = accepted.header("azure-asyncoperation").to_owned();
    loop {
        let operation = client.ask(&token, Method::GET, &address, Value::Null).await;
        assert_eq!(operation.status, StatusCode::OK);
        if operation.text("/status") != "InProgress" {
            return operation.body;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

impl Client {
    async fn ask_owned(&self, token: String, path: &str, body: Value) -> Reply {
        self.ask(&token, Method::POST, path, body).await
    }
}
