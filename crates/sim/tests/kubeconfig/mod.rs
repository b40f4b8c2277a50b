//! A client of a Kubernetes API that has nothing but the kubeconfig.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crosspull_sim::Tenant;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde_json::{Value, json};

use crate::common::{ARM, Bench, Reply};

/// The contents of a kubeconfig.
pub struct Kubeconfig {
    pub server: String,
    pub authority: String,
    pub certificate: String,
    pub key: String,
    pub token: String,
}

impl Kubeconfig {
    /// Asks the Resource Manager for it, by one of the addresses that give it away.
    pub async fn of(bench: &Bench, path: &str) -> Self {
        let token = bench.token(Tenant::A, ARM).await;
        let url = format!("{}/{path}?api-version=2024-09-01", bench.sim.ready().cluster);
        let reply = bench.call("POST", &url, &token, &Value::Null).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let encoded = [reply.at("/kubeconfigs/0/value"), reply.at("/properties/kubeConfig")].concat();
        let text = String::from_utf8(BASE64_STANDARD.decode(encoded).unwrap()).unwrap();
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.trim().strip_prefix(&format!("{name}: ")));
            line.unwrap_or_else(|| panic!("{name} in {text}")).to_owned()
        };
        let decoded = |name: &str| String::from_utf8(BASE64_STANDARD.decode(value(name)).unwrap()).unwrap();
        Self {
            server: value("server"),
            authority: decoded("certificate-authority-data"),
            certificate: decoded("client-certificate-data"),
            key: decoded("client-key-data"),
            token: value("token"),
        }
    }

    pub async fn user(bench: &Bench) -> Self {
        Self::of(bench, "listClusterUserCredential").await
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server)
    }

    pub async fn call(&self, bench: &Bench, method: &str, path: &str, body: &Value) -> Reply {
        bench.call(method, &self.url(path), &self.token, body).await
    }

    pub async fn get(&self, bench: &Bench, path: &str) -> Reply {
        self.call(bench, "GET", path, &Value::Null).await
    }

    /// Returns a client that trusts the kubeconfig's authority and shows a certificate.
    pub fn with_certificate(&self, certificate: &str, key: &str) -> reqwest::Client {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.authority.as_bytes()).unwrap()).unwrap();
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)
            .unwrap();
        reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap()
    }
}

/// Returns a pod that pulls the image of the route, whatever its node has.
pub fn probe(bench: &Bench, name: &str) -> Value {
    json!({
        "kind": "Pod", "apiVersion": "v1", "metadata": { "name": name },
        "spec": {
            "restartPolicy": "Never",
            "containers": [{ "name": "probe", "image": format!("{}/shop/web:1.4", bench.sim.ready().login_server), "imagePullPolicy": "Always" }],
        },
    })
}

pub const PODS: &str = "/api/v1/namespaces/shop/pods";

/// Waits until a pod's container is in a state, and gives that state.
pub async fn until_state(bench: &Bench, api: &Kubeconfig, name: &str, pointer: &str, reason: &str) -> Value {
    bench
        .until(reason, async || {
            let pod = api.get(bench, &format!("{PODS}/{name}")).await;
            let state = pod.body.pointer(&format!("/status/containerStatuses/0/state/{pointer}"))?.clone();
            (state["reason"] == reason).then_some(state)
        })
        .await
}
