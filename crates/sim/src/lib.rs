//! A simulated Azure: Entra, Graph, Resource Manager, registries and the Kubernetes APIs of clusters, small enough to hold in
//! memory and strict enough that a client which works here has a fair chance in Azure.
//!
//! [`start`] gives a running [`Sim`]; its contract is `docs/SIMULATED-CLOUD.md`. The crate knows Microsoft's and
//! Kubernetes' documents and contracts, and no client.
//!
//! A request comes in by `server`, passes `front` (log, faults, latency, and what `hostile` makes of the answer) and is answered
//! by the router of its plane: `entra`, `graph`, `arm`, `registry`, `kubernetes`, or `steering` for `/_sim`. All of them share
//! one `cloud`, which holds the `world` (data without rules), the clock and the delays, and imports nothing that acts on them:
//! the planes, `rights` and `nodes` import the cloud. `nodes` pull images as kubelets do.
//! Beside the planes there is the `trap`, an origin that no client should be led to.

mod arm;
mod clock;
mod cloud;
mod consent;
mod delegated;
mod directory;
mod entra;
mod errors;
mod faults;
mod files;
mod front;
mod graph;
mod hostile;
mod html;
mod issuer;
mod keys;
mod kubernetes;
mod log;
mod machine;
mod names;
mod nodes;
mod paging;
mod plane;
mod registry;
mod results;
mod rights;
mod roles;
mod scenario;
mod secret;
mod server;
mod sessions;
mod sim;
mod steering;
#[cfg(test)]
mod testbed;
mod tls;
mod tokens;
mod trap;
mod world;

pub use consent::ConsentError;
pub use entra::device::DeviceError;
pub use files::{Ready, ReadyTenant, ReadyTenants, write_files};
pub use log::{Entry, Exchange};
pub use plane::Plane;
pub use scenario::{Scenario, ScenarioError};
pub use secret::Secret;
pub use sim::{Options, Sim, SimError, Tenant, start};
pub use trap::Trapped;
pub use world::happy::Operator;
