//! The roles that let a principal pull.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A role that lets a principal pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Pull from everything in a registry.
    AcrPull,
    /// Read repositories of a registry whose roles hold on repositories.
    RepositoryReader,
}

impl Role {
    /// Returns the name of the built-in role.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AcrPull => "AcrPull",
            Self::RepositoryReader => "Container Registry Repository Reader",
        }
    }

    /// Returns the name where there is little room.
    #[must_use]
    pub const fn short(self) -> &'static str {
        match self {
            Self::AcrPull => "AcrPull",
            Self::RepositoryReader => "Repository Reader",
        }
    }

    /// Returns the id of the role definition, the same in every cloud (`docs/facts/azure.md` 3.6).
    #[must_use]
    pub const fn definition(self) -> Uuid {
        match self {
            Self::AcrPull => Uuid::from_u128(0x7f95_1dda_4ed3_4680_a7ca_43fe_172d_538d),
            Self::RepositoryReader => Uuid::from_u128(0xb93a_a761_3e63_49ed_ac28_beff_a264_f7ac),
        }
    }
}
