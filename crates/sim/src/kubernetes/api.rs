//! The API of one cluster.

use crate::cloud::Shared;

/// The API of one cluster.
#[derive(Clone)]
pub struct Api {
    pub cloud: Shared,
    pub cluster: String,
}
