//! A request to a Kubernetes API that somebody known sent.

use axum::body::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use super::{
    identity::User,
    refusals::{bad_request, failure, no_path},
};
use crate::{
    cloud::{Cloud, Shared},
    errors::{self, Refusal},
    world::Cluster,
};

/// The API of one cluster.
#[derive(Clone)]
pub struct Api {
    pub cloud: Shared,
    pub cluster: String,
}

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

    /// Returns the body, an object in JSON.
    pub fn object(&self) -> Result<Value, Refusal> {
        if !errors::is_of(&self.headers, errors::JSON) {
            let text =
                "the body of the request was in an unknown format - accepted media types include: application/json";
            return Err(failure(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", text));
        }
        match serde_json::from_slice(&self.body) {
            Ok(object @ Value::Object(_)) => Ok(object),
            _ => Err(bad_request("the object provided is unrecognized (must be of type Object)")),
        }
    }
}
