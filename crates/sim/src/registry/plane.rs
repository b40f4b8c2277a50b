//! One registry as its data plane sees it.

use std::net::IpAddr;

use super::images::Images;
use crate::cloud::Shared;

/// One registry: its place in the world, and its images.
pub struct DataPlane {
    pub cloud: Shared,
    pub id: String,
    pub images: Images,
    /// The address that the registry listens on.
    pub address: IpAddr,
}

impl DataPlane {
    /// Returns host and port of the registry.
    pub fn login_server(&self) -> String {
        let world = self.cloud.world();
        world.registry(&self.id).map(|registry| registry.login_server.clone()).unwrap_or_default()
    }

    /// Returns host and port of the registry's storage: the same listener by its address, where the registry is called
    /// by its name.
    pub fn storage_host(&self) -> String {
        let login_server = self.login_server();
        let port = login_server.rsplit_once(':').map_or("443", |(_, port)| port);
        match self.address {
            IpAddr::V4(address) => format!("{address}:{port}"),
            IpAddr::V6(address) => format!("[{address}]:{port}"),
        }
    }
}
