//! Access to a cluster, as Azure, Entra and the cluster itself tell of it. Everything here reads.

mod assignments;
mod bindings;
pub mod cluster;
pub mod everybody;
mod groups;
pub mod identity;
pub mod kubeconfig;
pub mod look;
pub mod opening;
pub mod principal;
mod review;
mod unread;
