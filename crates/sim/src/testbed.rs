//! A cloud without sockets for unit tests: the routers are called directly, and the clock is moved by hand.

use std::{net::Ipv4Addr, sync::Arc};

use axum::{Router, body::Body, body::to_bytes, response::Response};
use http::{HeaderMap, Method, Request, StatusCode};
use jiff::Timestamp;
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;

use crate::{
    clock::{Clock, Moment},
    cloud::{Cloud, Shared},
    directory::SignedIn,
    faults::Fate,
    scenario::{Scenario, Setup},
    secret::Secret,
    tokens,
    trap::Trap,
    world::{Application, KubernetesUser, Password, RoleAssignment, ServicePrincipal, World, happy},
};

/// A cloud, its Resource Manager and its first registry.
pub struct Testbed {
    pub cloud: Shared,
    pub arm: Router,
    pub registry: Router,
    pub kubernetes: Router,
    pub cluster: String,
    pub registry_id: String,
}

/// An answer, read whole.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub async fn read(response: Response) -> Self {
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        Self { status: head.status, headers: head.headers, bytes }
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("JSON")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// Returns the code of an error of the Resource Manager, with or without `error` around it.
    pub fn code(&self) -> String {
        let body = self.json();
        let code = body.pointer("/error/code").or_else(|| body.get("code")).or_else(|| body.pointer("/errors/0/code"));
        code.and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// An application of tenant A, known in both tenants, with a secret.
pub struct App {
    pub client_id: Uuid,
    pub secret: String,
    pub principal_a: Uuid,
    pub principal_b: Uuid,
}

/// Returns a client that trusts nobody.
pub fn client() -> reqwest::Client {
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().expect("a client")
}

impl Testbed {
    /// Returns the happy world as `change` leaves it, its pods without images.
    pub fn new(change: impl FnOnce(&mut World)) -> Self {
        Self::of(&Setup::default(), change)
    }

    /// Returns the world of a scenario.
    pub fn scenario(name: &str) -> Self {
        Self::of(&Setup::of(&[Scenario::named(name).expect("a scenario")]), |_| {})
    }

    fn of(setup: &Setup, change: impl FnOnce(&mut World)) -> Self {
        let today: Timestamp = "2026-11-01T12:00:00Z".parse().expect("a date");
        let happy::Start { mut world, people, .. } = happy::build(setup, today);
        for cluster in &mut world.clusters {
            cluster.images.clear();
        }
        happy::settle(&mut world, &["localhost:5001".to_owned(), "localhost:5002".to_owned()]);
        happy::credentials::settle(&mut world, "https://localhost:5000", today);
        happy::pull_secrets::settle(&mut world, &setup.world, today);
        for cluster in &mut world.clusters {
            let user = |name| KubernetesUser {
                name,
                token: Secret::new(format!("{name}-token")),
                certificate: String::new(),
                certificate_der: name.as_bytes().to_vec(),
                key: Secret::new(String::new()),
            };
            cluster.kubernetes.users = ["clusterUser", "clusterAdmin"].map(user).into();
        }
        change(&mut world);
        for cluster in &mut world.clusters {
            crate::kubernetes::bootstrap(cluster);
        }
        let cluster = world.clusters[0].id.clone();
        let registry_id = world.registries[0].id.clone();
        let client = client();
        let origin = "https://localhost:5000".to_owned();
        let trap = Trap::at("https://localhost:5009".to_owned());
        let cloud = Arc::new(Cloud::new(world, people, Clock::by_hand(today), setup, origin, trap, client));
        Self {
            arm: crate::arm::router(Arc::clone(&cloud)),
            registry: crate::registry::router(Arc::clone(&cloud), registry_id.clone(), Ipv4Addr::LOCALHOST.into()),
            kubernetes: crate::kubernetes::router(Arc::clone(&cloud), cluster.clone()),
            cloud,
            cluster,
            registry_id,
        }
    }

    /// Adds an application that both tenants have known for long.
    pub fn app(&self) -> App {
        let app = App {
            client_id: Uuid::new_v4(),
            secret: "new-secret-value".to_owned(),
            principal_a: Uuid::new_v4(),
            principal_b: Uuid::new_v4(),
        };
        let mut world = self.cloud.world();
        let (a, b) = (world.a, world.b);
        for (tenant, principal) in [(a, app.principal_a), (b, app.principal_b)] {
            let directory = world.directory_mut(tenant).expect("a tenant");
            directory.service_principals.push(ServicePrincipal {
                id: principal,
                app_id: app.client_id,
                display_name: "new".to_owned(),
                app_owner: a,
                sign_in_audience: "AzureADMultipleOrgs".to_owned(),
                enabled: true,
                graph_roles: Vec::new(),
                kind: "Application".to_owned(),
                owners: Vec::new(),
                extra: serde_json::Map::new(),
                created: Timestamp::UNIX_EPOCH,
                written: Moment::LONG_AGO,
                replica: Default::default(),
            });
        }
        world.directory_mut(a).expect("a tenant").applications.push(Application {
            id: Uuid::new_v4(),
            app_id: app.client_id,
            display_name: "new".to_owned(),
            sign_in_audience: "AzureADMultipleOrgs".to_owned(),
            redirect_uris: Vec::new(),
            passwords: vec![Password {
                key_id: Uuid::new_v4(),
                display_name: None,
                start: Timestamp::UNIX_EPOCH,
                end: Timestamp::MAX,
                secret: Secret::new(app.secret.clone()),
                written: Moment::LONG_AGO,
            }],
            certificates: Vec::new(),
            federated: Vec::new(),
            owners: Vec::new(),
            extra: serde_json::Map::new(),
            created: Timestamp::UNIX_EPOCH,
            written: Moment::LONG_AGO,
        });
        app
    }

    /// Gives a principal a role at a scope, in effect since long.
    pub fn grant(&self, principal: Uuid, role: &str, scope: &str, condition: Option<&str>) {
        let mut world = self.cloud.world();
        let tenant = world.b;
        world.role_assignments.push(RoleAssignment {
            tenant,
            name: Uuid::new_v4().to_string(),
            scope: scope.to_owned(),
            principal_id: principal,
            principal_type: "ServicePrincipal".to_owned(),
            role: crate::roles::by_name(role).expect("a role").id.to_owned(),
            condition: condition.map(str::to_owned),
            condition_version: condition.map(|_| "2.0".to_owned()),
            description: None,
            created_by: None,
            created: Timestamp::UNIX_EPOCH,
            written: Moment::LONG_AGO,
        });
    }

    /// Returns the object id of the operator of tenant A or B.
    pub fn operator(&self, side: char) -> Uuid {
        let world = self.cloud.world();
        let (tenant, name) = if side == 'a' { (world.a, "contoso-operator") } else { (world.b, "fabrikam-operator") };
        let all = &world.directory(tenant).expect("a tenant").service_principals;
        all.iter().find(|found| found.display_name == name).expect("the operator").id
    }

    /// Returns a token of the operator of tenant A or B for an audience.
    pub fn operator_token(&self, side: char, audience: &str) -> String {
        let object_id = self.operator(side);
        let (tenant, app_id, names) = {
            let world = self.cloud.world();
            let tenant = if side == 'a' { world.a } else { world.b };
            let found = world.directory(tenant).and_then(|directory| directory.principal(object_id));
            (tenant, found.expect("the operator").app_id, world.names)
        };
        self.token(tenant, app_id, object_id, audience, names)
    }

    /// Returns a token of any principal.
    pub fn token(
        &self,
        tenant: Uuid,
        app_id: Uuid,
        object_id: Uuid,
        audience: &str,
        names: &crate::names::CloudNames,
    ) -> String {
        let who = SignedIn { tenant, app_id, object_id, graph_roles: Vec::new() };
        tokens::access_token(&self.cloud, &who, audience, names)
    }

    /// Asks the Resource Manager as the operator of a tenant.
    pub async fn arm(&self, side: char, method: Method, path: &str, body: Value) -> Reply {
        self.arm_with(side, method, path, body, Fate::default()).await
    }

    /// Asks the Resource Manager, with a fate for the operation that the request starts.
    pub async fn arm_with(&self, side: char, method: Method, path: &str, body: Value, fate: Fate) -> Reply {
        let token = self.operator_token(side, "https://management.core.windows.net/");
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{path}{separator}api-version=2024-01-01"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(if body.is_null() { Body::empty() } else { Body::from(body.to_string()) })
            .expect("a request");
        request.extensions_mut().insert(fate);
        Reply::read(self.arm.clone().oneshot(request).await.expect("an answer")).await
    }

    /// Asks the registry.
    pub async fn registry(&self, method: Method, path: &str, headers: &[(&str, &str)], form: &str) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !form.is_empty() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let request = request.body(Body::from(form.to_owned())).expect("a request");
        Reply::read(self.registry.clone().oneshot(request).await.expect("an answer")).await
    }

    /// Asks the Kubernetes API as `clusterUser` or `clusterAdmin`.
    pub async fn kubernetes(&self, user: &str, method: Method, path: &str, body: Value) -> Reply {
        self.kubernetes_with(user, method, path, "application/json", body).await
    }

    /// Asks the Kubernetes API with a body of a media type.
    pub async fn kubernetes_with(&self, user: &str, method: Method, path: &str, media: &str, body: Value) -> Reply {
        self.kubernetes_by(&format!("{user}-token"), method, path, media, body).await
    }

    /// Asks the Kubernetes API by a token.
    pub async fn kubernetes_by(&self, token: &str, method: Method, path: &str, media: &str, body: Value) -> Reply {
        let mut request =
            Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        if !body.is_null() {
            request = request.header("content-type", media);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = request.body(body).expect("a request");
        Reply::read(self.kubernetes.clone().oneshot(request).await.expect("an answer")).await
    }

    /// Moves the clock and lets what waited for it run to its next wait.
    pub async fn pass(&self, seconds: f64) {
        self.cloud.clock.advance(seconds);
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }
}
