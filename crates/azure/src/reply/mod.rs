//! Replies, typed, by the plane that they are from.

mod arm;
mod bindings;
mod entra;
mod graph;
mod kubernetes;
mod manifest;
mod network;
mod registry;
mod registry_users;
mod secret;
mod token;
mod workloads;

pub use arm::*;
pub use bindings::*;
pub use entra::*;
pub use graph::*;
pub use kubernetes::*;
pub use manifest::*;
pub use network::*;
pub use registry::*;
pub use registry_users::*;
pub use token::{AccessToken, account_of, caller_of, end_of, object_of, subject_of, tenant_of, tenant_of_challenge};
pub use workloads::*;

use serde::Deserialize;

/// A list of Graph or Resource Manager.
#[derive(Debug, Deserialize)]
pub struct List<T> {
    /// The page's items.
    pub value: Vec<T>,
    /// The address of the next page.
    #[serde(default, rename = "nextLink", alias = "@odata.nextLink")]
    pub next: Option<String>,
}
