//! Access to a cluster: what its identity, and whoever runs it, need in Azure; and what the roles for Kubernetes allow.
//!
//! Microsoft, "AKS service permissions reference" of 2026-04-19, and "Access and identity options for AKS".

mod cluster;
mod needs;
mod principal;
mod question;
mod roles;
mod ways;

pub use cluster::{ClusterAccess, ClusterIdentity};
pub use needs::{Need, Needs, When};
pub use principal::{Principal, PrincipalKind, PrincipalRef};
pub use question::{Held, Question, Verdict, decide};
pub use roles::{BuiltIn, KubernetesRole};
pub use ways::{ClusterDoors, Door, Way};
