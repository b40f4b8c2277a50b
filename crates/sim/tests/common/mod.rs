//! A cloud with a plain HTTPS client beside it, for tests that ask it one thing at a time.

#![allow(dead_code, reason = "every test file uses its own part")]

use std::{sync::Arc, time::Duration};

use crosspull_sim::{Options, Scenario, Sim, Tenant, start};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};

/// Fast enough for a test, slow enough that a delay can be seen.
const SPEED: f64 = 100.0;

/// The Resource Manager's audience.
pub const ARM: &str = "https://management.core.windows.net/";

/// The public client of the Azure CLI.
pub const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// Returns the number of Entra's refusal.
pub fn code_of(reply: &Reply) -> u64 {
    reply.body["error_codes"][0].as_u64().unwrap_or_default()
}

/// Returns a parameter of the address that an answer redirects to.
pub fn returned(reply: &Reply, name: &str) -> String {
    let url = url::Url::parse(reply.header("location")).unwrap();
    url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Returns the claims of a token, unchecked.
pub fn claims_of(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// A cloud with scenarios, and a client that trusts it and follows nothing by itself. It is written from Microsoft's
/// documents as any other client would be.
pub struct Bench {
    pub sim: Sim,
    pub http: reqwest::Client,
}

/// An answer, read.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the text at a place in the body. Empty where there is none.
    pub fn at(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Bench {
    pub async fn with(scenarios: &[&str]) -> Self {
        let scenarios = scenarios.iter().map(|name| Scenario::named(name).unwrap()).collect();
        Self::of(scenarios).await
    }

    pub async fn of(scenarios: Vec<Scenario>) -> Self {
        let options = Options { scenarios, speed: SPEED, record: true, ..Options::default() };
        Self::over(start(options).await.unwrap())
    }

    /// Returns a cloud with a shipped scenario and, over it, what a scenario file says.
    pub async fn with_and(scenario: &str, text: &str) -> Self {
        let own = Scenario::from_toml(&format!("name = 'x'\nsays = 'y'\n{text}")).unwrap();
        Self::of(vec![Scenario::named(scenario).unwrap(), own]).await
    }

    /// Returns a cloud with one fault, in the words of a scenario file.
    pub async fn suffering(fault: &str) -> Self {
        let text = format!("name = 'x'\nsays = 'y'\n[[fault]]\n{fault}");
        Self::of(vec![Scenario::from_toml(&text).unwrap()]).await
    }

    /// Returns a client for a cloud that runs.
    pub fn over(sim: Sim) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(sim.ca_pem().as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        Self { sim, http }
    }

    /// Returns the address of a path of the origin that all planes but the registries share; a whole address stays as
    /// it is.
    pub fn url(&self, path: &str) -> String {
        if path.starts_with("https://") { path.to_owned() } else { format!("{}{path}", self.sim.ready().arm) }
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Reply> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = String::from_utf8_lossy(&response.bytes().await?).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Reply { status, headers, body, text })
    }

    /// Returns a request with a bearer token and, if not null, a JSON body.
    pub fn request(&self, method: &str, path: &str, token: &str, body: &Value) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, self.url(path)).header("authorization", format!("Bearer {token}"));
        if body.is_null() {
            return request;
        }
        request.header("content-type", "application/json").body(body.to_string())
    }

    pub async fn call(&self, method: &str, path: &str, token: &str, body: &Value) -> Reply {
        self.send(self.request(method, path, token, body)).await.unwrap()
    }

    pub async fn get(&self, path: &str, token: &str) -> Reply {
        self.call("GET", path, token, &Value::Null).await
    }

    pub async fn get_with(&self, url: &str, headers: &[(&str, &str)]) -> Reply {
        let request = headers.iter().fold(self.http.get(url), |request, (name, value)| request.header(*name, *value));
        self.send(request).await.unwrap()
    }

    pub async fn post_form(&self, url: &str, form: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.http.post(url).header("content-type", "application/x-www-form-urlencoded").body(body);
        self.send(request).await.unwrap()
    }

    /// Returns the token endpoint's answer.
    pub async fn sign_in(&self, tenant: &str, id: &str, secret: &str, resource: &str) -> Reply {
        let scope = format!("{resource}/.default");
        let form =
            [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret), ("scope", &scope)];
        self.post_form(&self.url(&format!("/{tenant}/oauth2/v2.0/token")), &form).await
    }

    /// Returns an operator's token.
    pub async fn token(&self, tenant: Tenant, resource: &str) -> String {
        let operator = self.sim.operator(tenant);
        let id = operator.client_id.to_string();
        let reply = self.sign_in(&self.tenant(tenant), &id, operator.client_secret.reveal(), resource).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.at("/access_token").to_owned()
    }

    /// Returns an operator's token for Graph, asked for as the Azure CLI does: with two slashes.
    pub async fn graph_token(&self, tenant: Tenant) -> String {
        self.token(tenant, &format!("{}/", self.sim.ready().arm)).await
    }

    pub fn tenant(&self, tenant: Tenant) -> String {
        match tenant {
            Tenant::A => self.sim.ready().tenants.a.id.to_string(),
            Tenant::B => self.sim.ready().tenants.b.id.to_string(),
        }
    }

    /// Tries until it succeeds, which is what one does about replication.
    pub async fn until<T>(&self, what: &str, mut attempt: impl AsyncFnMut() -> Option<T>) -> T {
        for _ in 0..1000 {
            if let Some(value) = attempt().await {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never: {what}");
    }

    /// Creates a multi-tenant app in A. Returns its object id and its client id.
    pub async fn create_app(&self) -> (String, String) {
        let graph = self.graph_token(Tenant::A).await;
        let body = json!({
            "displayName": "crosspull-test",
            "signInAudience": "AzureADMultipleOrgs",
            "web": { "redirectUris": ["https://www.microsoft.com"] },
        });
        let made = self.call("POST", "/v1.0/applications", &graph, &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let id = made.body["id"].as_str().unwrap().to_owned();
        self.until("the app is readable", async || {
            let read = self.get(&format!("/v1.0/applications/{id}"), &graph).await;
            (read.status == 200).then_some(())
        })
        .await;
        (id, made.body["appId"].as_str().unwrap().to_owned())
    }

    /// Adds a client secret to an app. Returns its value.
    pub async fn add_secret(&self, id: &str) -> String {
        let graph = self.graph_token(Tenant::A).await;
        let body = json!({ "passwordCredential": { "displayName": "test", "endDateTime": "2099-01-01T00:00:00Z" } });
        let made = self.call("POST", &format!("/v1.0/applications/{id}/addPassword"), &graph, &body).await;
        assert_eq!(made.status, 200, "{}", made.text);
        made.body["secretText"].as_str().unwrap().to_owned()
    }

    /// Creates the service principal of an app in a tenant. Returns its object id.
    pub async fn create_principal(&self, tenant: Tenant, app_id: &str) -> String {
        let graph = self.graph_token(tenant).await;
        let made = self.call("POST", "/v1.0/servicePrincipals", &graph, &json!({ "appId": app_id })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.body["id"].as_str().unwrap().to_owned()
    }

    /// Waits until a tenant takes an app's secret.
    pub async fn until_signed_in(&self, tenant: Tenant, app_id: &str, secret: &str, resource: &str) -> String {
        let id = self.tenant(tenant);
        self.until("the secret is accepted", async || {
            let reply = self.sign_in(&id, app_id, secret, resource).await;
            reply.body["access_token"].as_str().map(str::to_owned)
        })
        .await
    }

    /// Returns the token endpoint's answer to a form of the Azure CLI.
    pub async fn as_cli(&self, tenant: &str, form: &[(&str, &str)]) -> Reply {
        let mut all = vec![("client_id", AZURE_CLI), ("client_info", "1")];
        all.extend(form);
        self.post_form(&self.url(&format!("/{tenant}/oauth2/v2.0/token")), &all).await
    }

    /// Returns a device code of the Azure CLI for a resource, with claims or none.
    pub async fn device_code(&self, tenant: &str, resource: &str, claims: &str) -> Reply {
        let scope = format!("{resource}/.default offline_access openid profile");
        let form = [("client_id", AZURE_CLI), ("scope", &scope), ("claims", claims)];
        self.post_form(&self.url(&format!("/{tenant}/oauth2/v2.0/devicecode")), &form).await
    }

    /// Returns the answer to a poll.
    pub async fn poll(&self, tenant: &str, device_code: &str) -> Reply {
        let grant = "urn:ietf:params:oauth:grant-type:device_code";
        self.as_cli(tenant, &[("grant_type", grant), ("device_code", device_code)]).await
    }

    /// Signs an account in by device code: the answer with its tokens.
    pub async fn by_device(&self, tenant: &str, account: &str, resource: &str, claims: &str) -> Reply {
        let begun = self.device_code(tenant, resource, claims).await;
        assert_eq!(begun.status, 200, "{}", begun.text);
        self.sim.approve_device(begun.at("/user_code"), account).unwrap();
        let reply = self.poll(tenant, begun.at("/device_code")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply
    }

    /// Returns a user's access token.
    pub async fn user_token(&self, tenant: &str, account: &str, resource: &str) -> String {
        self.by_device(tenant, account, resource, "").await.at("/access_token").to_owned()
    }

    /// Returns the number of service principals that an app has in B.
    pub fn principals_in_b(&self, app_id: &str) -> usize {
        let world = self.sim.world();
        let all = world["tenants"]["b"]["servicePrincipals"].as_array().unwrap();
        all.iter().filter(|principal| principal["appId"] == app_id).count()
    }

    /// Returns the number of applications of A with a name.
    pub fn apps_called(&self, name: &str) -> usize {
        let world = self.sim.world();
        let all = world["tenants"]["a"]["applications"].as_array().unwrap();
        all.iter().filter(|application| application["displayName"] == name).count()
    }
}
