//! Requests about networks.

use crosspull_core::cloud::Endpoints;
use crosspull_core::names::Side;
use http::Method;

use super::{Request, arm::arm};

/// No contract here describes networks; this is the version of Virtual Network's documentation.
const NETWORKS: &str = "2024-05-01";

/// Asks for a subnet of tenant A, by its id.
#[must_use]
pub fn subnet(endpoints: &Endpoints, id: &str) -> Request {
    arm(endpoints, Side::A, Method::GET, id, &[("api-version", NETWORKS)])
}
