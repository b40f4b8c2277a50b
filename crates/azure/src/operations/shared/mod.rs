//! The work that several operations share, by subject. Each file holds functions that take the step's context.

pub mod account_users;
pub mod api;
pub mod bindings;
pub mod cluster;
pub mod consent;
pub mod credential;
pub mod directory;
pub mod former_principal;
pub mod inside;
pub mod kubeconfig;
pub mod last_look;
pub mod members;
pub mod others;
pub mod people;
pub mod pods;
pub mod principals;
pub mod proof;
pub mod pull_secrets;
pub mod repository_tokens;
pub mod reset;
pub mod roles;
pub mod secrets;
