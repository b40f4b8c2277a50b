//! A request to a Kubernetes API that somebody known sent.

use axum::body::Bytes;
use http::{HeaderMap, Method, header};
use serde_json::Value;

use super::{
    api::Api,
    protobuf,
    refusals::{bad_request, no_path, unsupported_media},
    user::User,
};
use crate::{
    cloud::Cloud,
    errors::{self, Refusal},
    world::Cluster,
};

/// A request that somebody known sent.
pub struct Asked {
    pub api: Api,
    pub user: User,
    pub method: Method,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Asked {
    /// Returns a query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// True where a query parameter is true.
    pub fn is_set(&self, name: &str) -> bool {
        matches!(self.query(name), Some("true" | "1"))
    }

    /// True where the request only asks what would become of the object.
    pub fn is_dry_run(&self) -> bool {
        self.query("dryRun") == Some("All")
    }

    /// Returns the cloud.
    pub fn cloud(&self) -> &Cloud {
        &self.api.cloud
    }

    /// Reads or changes the cluster.
    pub fn cluster<T>(&self, act: impl FnOnce(&mut Cluster) -> T) -> Result<T, Refusal> {
        let mut world = self.api.cloud.world();
        world.cluster_mut(&self.api.cluster).map(act).ok_or_else(no_path)
    }

    /// Returns the name of who manages what the request changes: the one that it names, else the program.
    pub fn manager(&self) -> &str {
        let agent = self.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("unknown");
        let program = agent.split('/').next().unwrap_or(agent);
        self.query("fieldManager").filter(|manager| !manager.is_empty()).unwrap_or(program)
    }

    /// Returns the body, an object in JSON or in Kubernetes' own binary form. JSON it is too where nothing is said.
    pub fn object(&self) -> Result<Value, Refusal> {
        if errors::is_of(&self.headers, protobuf::MEDIA_TYPE) {
            return protobuf::object(&self.body).ok_or_else(|| bad_request("the object provided is unrecognized"));
        }
        if self.headers.contains_key(header::CONTENT_TYPE) && !errors::is_of(&self.headers, errors::JSON) {
            return Err(unsupported_media("application/json, application/vnd.kubernetes.protobuf"));
        }
        match serde_json::from_slice(&self.body) {
            Ok(object @ Value::Object(_)) => Ok(object),
            _ => Err(bad_request("the object provided is unrecognized (must be of type Object)")),
        }
    }
}
