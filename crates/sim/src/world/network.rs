//! The network that a cluster may be in: resources of other teams, which are there to be read and to hold roles.

use serde_json::Value;

/// A resource of a network. Nothing works by it: it has an id, and the properties that clients read.
#[derive(Clone, Debug)]
pub struct NetworkResource {
    /// The id.
    pub id: String,
    /// The region. `None` for a subnet, which has that of its network.
    pub location: Option<String>,
    /// `properties`.
    pub properties: Value,
}

/// The part of a network that a cluster is in, where it is not one that AKS made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterNetwork {
    /// The subnet of the nodes.
    pub subnet: Option<String>,
    /// True where traffic goes out by the subnet's own route table.
    pub own_routes: bool,
    /// The private DNS zone of the API server.
    pub private_zone: Option<String>,
}
