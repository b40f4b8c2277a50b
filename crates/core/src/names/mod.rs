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
mod sign_in;

pub use audience::AppAudience;
pub use derived::{
    SecretFor, assignment_description, assignment_name, binding_name, is_scope_map_of, made_by_a_run, marker,
    password_key, pod_name, pull_marker, pull_secret_name, run_mark, scope_map_description, secret_name, token_name,
};
pub use direction::Direction;
pub use number::{CallId, RunId, StepId};
pub use outcome::{Outcome, Verdict};
pub use pull_user::PullUser;
pub use role::Role;
pub use route::{Offered, Route, Tenants};
pub use side::{PerTenant, Side};
pub use sign_in::SignIn;
