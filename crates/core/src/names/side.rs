//! The side: the tenant that something happens in.

use std::fmt;
use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// The tenant that something happens in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The cluster's tenant.
    #[default]
    A,
    /// The registry's tenant.
    B,
}

impl Side {
    /// Both sides.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// Returns the letter as flags have it.
    #[must_use]
    pub const fn lower(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }

    /// True for the cluster's tenant, which plans leave out where it is the rule.
    #[must_use]
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub const fn is_a(&self) -> bool {
        matches!(self, Self::A)
    }

    /// Returns the other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::B => "B",
        })
    }
}

/// One of something for each tenant, indexed by its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct PerTenant<T> {
    /// The cluster's tenant.
    pub a: T,
    /// The registry's tenant.
    pub b: T,
}

impl<T> PerTenant<T> {
    /// Makes one for each side.
    pub fn of(mut make: impl FnMut(Side) -> T) -> Self {
        Self { a: make(Side::A), b: make(Side::B) }
    }

    /// Borrows both.
    pub const fn as_ref(&self) -> PerTenant<&T> {
        PerTenant { a: &self.a, b: &self.b }
    }

    /// Turns both into something else.
    pub fn map<U>(self, mut turn: impl FnMut(T) -> U) -> PerTenant<U> {
        PerTenant { a: turn(self.a), b: turn(self.b) }
    }

    /// Returns the one of a side; for constant expressions, where indexing is not allowed.
    pub const fn get(&self, side: Side) -> &T {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }
}

impl<T: PartialEq> PerTenant<T> {
    /// True where both are the same.
    pub fn is_one(&self) -> bool {
        self.a == self.b
    }
}

impl<T> Index<Side> for PerTenant<T> {
    type Output = T;

    fn index(&self, side: Side) -> &T {
        self.get(side)
    }
}

impl<T> IndexMut<Side> for PerTenant<T> {
    fn index_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }
}
