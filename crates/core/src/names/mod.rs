//! Words that every part uses: sides, roles, routes, outcomes, numbers, and the names that crosspull derives.

mod audience;
mod derived;
mod direction;
mod number;
mod outcome;
mod pull_user;
mod role;
mod route;
mod side;

pub use audience::AppAudience;
pub use derived::{
    SecretFor, assignment_description, assignment_name, made_by_a_run, marker, pod_name, pull_marker, pull_secret_name,
    run_mark, secret_name,
};
pub use direction::Direction;
pub use number::{CallId, RunId, StepId};
pub use outcome::{Outcome, Verdict};
pub use pull_user::PullUser;
pub use role::Role;
pub use route::{Offered, Route, Tenants};
pub use side::{PerTenant, Side};
