//! Finding things: what a list offers to choose from, as it comes in.

use crate::explain::Trouble;
use crate::field::Key;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Sought {
    /// What an input may be: tenants, clusters, registries, repositories.
    For(Key),
    /// The tags of a repository.
    Tags(String),
}

/// One thing that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it is called, fit for a terminal; what is typed is compared with this first.
    pub name: String,
    /// What tells it from others of its name: resource group, region, version… Fit for a terminal.
    pub details: Vec<String>,
    /// What the answer is when it is chosen: an id, a repository.
    pub value: String,
}

/// How far a search is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// More may come.
    Goes,
    /// That is all.
    Whole,
    /// It broke off; what came so far stands.
    Failed(Trouble),
}
