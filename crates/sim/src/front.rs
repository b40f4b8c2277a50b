//! The way of every request to a plane and back: the request log, the scenario's faults, the latency, and the headers
//! that a plane puts on every answer.

use std::{convert::Infallible, future::pending, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::Value;
use tokio::sync::Notify;
use tower::ServiceExt;
use uuid::Uuid;

use crate::{
    cloud::Shared,
    faults::{Act, Fate, Fault, Faults},
    hostile::{self, LARGEST_ANSWER},
    log::{Exchange, Log, NotKept},
    plane::Plane,
    server::PeerCertificate,
    tokens,
};

/// No request of the planes is larger.
const LARGEST_REQUEST: usize = 4 * 1024 * 1024;

/// The way to one origin: which router answers which plane, and everything around it.
pub struct Front {
    /// The cloud.
    pub cloud: Shared,
    /// The scenario's faults.
    pub faults: Arc<Faults>,
    /// The request log.
    pub log: Arc<Log>,
    /// The delay of every answer.
    pub latency: Duration,
    /// True where whole exchanges are kept.
    pub record: bool,
    /// The door behind which something answers.
    pub door: Door,
}

/// The party that answers at an origin.
pub enum Door {
    /// The shared origin.
    Cloud {
        /// Entra.
        entra: Router,
        /// Graph.
        graph: Router,
        /// The Resource Manager.
        arm: Router,
        /// `/_sim`.
        steering: Router,
    },
    /// A registry's origin.
    Registry {
        /// The registry.
        router: Router,
        /// The tenant of its subscription.
        tenant: Option<Uuid>,
    },
    /// The origin of a cluster's Kubernetes API.
    Kubernetes {
        /// The API.
        router: Router,
        /// The tenant of the cluster's subscription.
        tenant: Option<Uuid>,
    },
}

impl Door {
    fn plane(&self, path: &str) -> Plane {
        match self {
            Self::Cloud { .. } => Plane::of_path(path),
            Self::Registry { .. } => Plane::Registry,
            Self::Kubernetes { .. } => Plane::Kubernetes,
        }
    }

    fn router(&self, plane: Plane) -> Router {
        match (self, plane) {
            (Self::Cloud { graph, .. }, Plane::Graph) => graph.clone(),
            (Self::Cloud { arm, .. }, Plane::ResourceManager) => arm.clone(),
            (Self::Cloud { steering, .. }, Plane::Steering) => steering.clone(),
            (Self::Cloud { entra, .. }, _) => entra.clone(),
            (Self::Registry { router, .. } | Self::Kubernetes { router, .. }, _) => router.clone(),
        }
    }
}

/// A request as it came.
struct Asked {
    plane: Plane,
    head: Parts,
    body: Bytes,
    tenant: Option<Uuid>,
}

impl Front {
    /// Answers a request. Where a fault cuts the connection, `cut` is told and no answer ever comes.
    ///
    /// # Errors
    /// None.
    pub async fn answer(
        self: Arc<Self>,
        request: hyper::Request<Incoming>,
        cut: Arc<Notify>,
    ) -> Result<Response, Infallible> {
        let (head, body) = request.into_parts();
        let plane = self.door.plane(head.uri.path());
        let Ok(body) = Limited::new(body, LARGEST_REQUEST).collect().await else {
            return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
        };
        let tenant = self.tenant(plane, &head);
        let asked = Asked { plane, head, body: body.to_bytes(), tenant };
        if plane == Plane::Steering {
            return Ok(self.ask(&asked, Fate::default()).await);
        }
        let client = text(&asked.head.headers, &header::USER_AGENT);
        let place = self.log.arrived(plane, tenant, asked.head.method.as_str(), &asked.head.uri, &client);
        let answer = self.with_faults(&asked).await;
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        self.log.ended(place, answer.as_ref().map(|answer| answer.status().as_u16()));
        match answer {
            Some(answer) => Ok(self.kept(&asked, answer).await),
            None => {
                self.keep(&asked, None, &HeaderMap::new(), &[]);
                cut.notify_one();
                pending().await
            }
        }
    }

    /// Returns the answer as the scenario's faults leave it. `None` where the connection is to be cut.
    async fn with_faults(&self, asked: &Asked) -> Option<Response> {
        let struck = self.faults.of(asked.plane, &asked.head.method, &self.path_for_faults(asked));
        let does = |act: Act| struck.iter().find(|fault| fault.act == act);
        if let Some(fault) = does(Act::Delay) {
            self.cloud.clock.sleep(fault.seconds).await;
        }
        if does(Act::Drop).is_some() {
            return None;
        }
        if does(Act::Hang).is_some() {
            pending::<()>().await;
        }
        let mut answer = match does(Act::Status) {
            Some(fault) => {
                let mut answer = fault.answer(asked.plane, &self.cloud.clock);
                dress(asked.plane, &asked.head.headers, answer.headers_mut());
                answer
            }
            None => self.ask(asked, struck.iter().find_map(Fault::fate).unwrap_or_default()).await,
        };
        if does(Act::LoseReply).is_some() {
            return None;
        }
        for fault in &struck {
            answer = hostile::spoilt(fault, answer, &self.cloud, &asked.head.uri).await;
        }
        Some(answer)
    }

    /// Asks the plane itself.
    async fn ask(&self, asked: &Asked, fate: Fate) -> Response {
        let mut request = Request::new(Body::from(asked.body.clone()));
        *request.method_mut() = asked.head.method.clone();
        *request.uri_mut() = asked.head.uri.clone();
        *request.headers_mut() = asked.head.headers.clone();
        request.extensions_mut().insert(fate);
        if let Some(peer) = asked.head.extensions.get::<PeerCertificate>() {
            request.extensions_mut().insert(peer.clone());
        }
        let Ok(mut response) = self.door.router(asked.plane).oneshot(request).await;
        dress(asked.plane, &asked.head.headers, response.headers_mut());
        response
    }

    /// Returns the path for the patterns of faults.
    ///
    /// Entra's paths begin with a tenant in one of several spellings. Patterns say `a` or `b` when they mean one.
    fn path_for_faults(&self, asked: &Asked) -> String {
        let path = asked.head.uri.path();
        let world = self.cloud.world();
        let side = match asked.tenant {
            Some(tenant) if asked.plane == Plane::Entra && tenant == world.a => "a",
            Some(tenant) if asked.plane == Plane::Entra && tenant == world.b => "b",
            _ => return path.to_owned(),
        };
        let rest = path.trim_start_matches('/').split_once('/').map_or("", |(_, rest)| rest);
        format!("/{side}/{rest}")
    }

    /// Returns the tenant a request is about: the registry's or the cluster's, that of Entra's path, else that of the
    /// token.
    fn tenant(&self, plane: Plane, head: &Parts) -> Option<Uuid> {
        if let Door::Registry { tenant, .. } | Door::Kubernetes { tenant, .. } = &self.door {
            return *tenant;
        }
        if plane == Plane::Entra {
            let first = head.uri.path().trim_start_matches('/').split('/').next()?;
            return self.cloud.world().tenant(first).map(|tenant| tenant.id);
        }
        let claims = self.cloud.issuer.open(tokens::bearer(&head.headers)?, &self.cloud.clock).ok()?;
        Uuid::parse_str(claims.get("tid").and_then(Value::as_str)?).ok()
    }

    /// Returns the answer, which is kept if exchanges are.
    async fn kept(&self, asked: &Asked, answer: Response) -> Response {
        if !self.record {
            return answer;
        }
        if answer.extensions().get::<NotKept>().is_some() {
            self.keep(asked, Some(answer.status().as_u16()), answer.headers(), &[]);
            return answer;
        }
        let (head, body) = answer.into_parts();
        let body = to_bytes(body, LARGEST_ANSWER).await.unwrap_or_default();
        self.keep(asked, Some(head.status.as_u16()), &head.headers, &body);
        Response::from_parts(head, Body::from(body))
    }

    fn keep(&self, asked: &Asked, status: Option<u16>, headers: &HeaderMap, body: &[u8]) {
        if self.record {
            self.log.keep(Exchange {
                plane: asked.plane,
                method: asked.head.method.to_string(),
                url: asked.head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
                request_headers: pairs(&asked.head.headers),
                request_body: String::from_utf8_lossy(&asked.body).into_owned(),
                status,
                response_headers: pairs(headers),
                response_body: String::from_utf8_lossy(body).into_owned(),
            });
        }
    }
}

/// Returns the headers as texts.
pub fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let pair = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    headers.iter().map(pair).collect()
}

fn text(headers: &HeaderMap, name: &HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// The headers that a plane puts on every answer, as recorded; what the plane set itself stays.
fn dress(plane: Plane, asked: &HeaderMap, answer: &mut HeaderMap) {
    let id = Uuid::new_v4().to_string();
    let client_id = asked.get("client-request-id").or_else(|| asked.get("x-ms-client-request-id")).cloned();
    let mut put = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.entry(HeaderName::from_static(name)).or_insert(value);
        }
    };
    match plane {
        Plane::Entra => {
            put("x-ms-request-id", &id);
            put("x-ms-ests-server", "2.1.19568.3 - WEULR1 ProdSlices");
            put("cache-control", "no-store, no-cache");
            put("p3p", "CP=\"DSP CUR OTPi IND OTRi ONL FIN\"");
        }
        Plane::Graph => {
            put("request-id", &id);
            let client_id = client_id.as_ref().and_then(|id| id.to_str().ok());
            put("client-request-id", client_id.unwrap_or(&id));
            put("x-ms-ags-diagnostic", GRAPH_DIAGNOSTIC);
            put("x-ms-resource-unit", "1");
        }
        Plane::ResourceManager => {
            put("x-ms-request-id", &id);
            put("x-ms-correlation-request-id", &id);
            put(
                "x-ms-routing-request-id",
                &format!("WESTEUROPE:{}:{id}", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ")),
            );
            put("strict-transport-security", "max-age=31536000; includeSubDomains");
            put("x-content-type-options", "nosniff");
            put("cache-control", "no-cache");
        }
        Plane::Registry => {
            put("x-ms-correlation-request-id", &id);
            put("docker-distribution-api-version", "registry/2.0");
            put("x-content-type-options", "nosniff");
        }
        Plane::Kubernetes => {
            put("audit-id", &id);
            put("cache-control", "no-cache, private");
        }
        Plane::Steering => {}
    }
}

const GRAPH_DIAGNOSTIC: &str = r#"{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"001","RoleInstance":"AM4PEPF00027A5E"}}"#;
