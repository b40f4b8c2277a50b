//! Access to a cluster: what its identity, and whoever runs it, need in Azure; and what the roles for Kubernetes allow.
//!
//! Microsoft, "AKS service permissions reference" of 2026-04-19, and "Access and identity options for AKS".

mod asked;
mod because;
mod bound;
mod certificate;
mod cluster;
mod cures;
mod effective;
pub mod exec;
mod fetched;
mod kinds;
pub mod kubeconfig;
mod matrix;
mod needed;
mod needs;
mod principal;
mod question;
mod rbac;
mod review;
mod roles;
mod standing;
mod told;
mod way_in;
mod ways;
mod who_can;

pub use asked::{AskedCluster, FIELDS};
pub use because::{Because, May, place};
pub use bound::{BoundRole, RBAC, RoleKind, Subject, is_segment};
pub use certificate::Certificate;
pub use cluster::{ClusterAccess, ClusterIdentity};
pub use cures::cure;
pub use effective::{Denies, Fulfilment, Holding, Holdings, fulfilment};
pub use kinds::{Can, ObjectKind, VERBS};
pub use matrix::{Matrix, Row, Shown};
pub use needed::{
    Attached, Configuration, Needed, NotKnown, NotRead, Requirements, Subnet, distinct, needed, short_place,
};
pub use needs::{Need, Needs, When};
pub use principal::{Principal, PrincipalKind, PrincipalRef};
pub use question::{Question, reaches};
pub use rbac::{AUTHENTICATED, Grant, KubernetesUser, PolicyRule, Rbac, RbacBinding, RbacRole, RbacSubject};
pub use review::{Compared, Review};
pub use roles::{BuiltIn, KubernetesRole};
pub use standing::{AssignedRole, MemberOf, Part, Standing};
pub use told::Told;
pub use way_in::{BEYOND, Change, Passage, WayIn};
pub use ways::{ClusterDoors, Door, Way};
pub use who_can::{Everybody, Holder, Known, WhoCan, Whom};
