//! `crosspull login`: signs in to a registry.

use super::Subcommand;
use crate::login::{arguments, run};

/// The command line of `login`, and what it does.
pub const LOGIN: Subcommand = Subcommand { arguments: arguments::command, run: |arguments| Box::pin(run(arguments)) };
