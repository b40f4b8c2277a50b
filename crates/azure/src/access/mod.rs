//! Access to a cluster, as Azure, Entra and the cluster itself tell of it. Everything here reads.

pub mod cluster;
pub mod identity;
pub mod kubeconfig;
pub mod opening;
pub mod principal;
