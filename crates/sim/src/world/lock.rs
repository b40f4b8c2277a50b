//! What keeps even those from writing who may: management locks, and the state of a subscription.

use serde::{Deserialize, Serialize};

/// A management lock.
#[derive(Clone, Debug)]
pub struct Lock {
    /// The name.
    pub name: String,
    /// The place that is locked, with everything under it, as it was written.
    pub scope: String,
    /// `level`.
    pub level: LockLevel,
    /// `notes`.
    pub notes: Option<String>,
}

/// What a lock keeps from being done (the contract's `LockLevel`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LockLevel {
    /// Nothing under the lock is deleted.
    CanNotDelete,
    /// Nothing under the lock is written or deleted.
    ReadOnly,
}

/// The state of a subscription (the contract's `SubscriptionState`). One that is `Deleted` is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubscriptionState {
    /// Everything works.
    #[default]
    Enabled,
    /// It is about to be disabled; everything works still.
    Warned,
    /// A payment is due; everything works still.
    PastDue,
    /// It can be read, and things in it can be deleted.
    Disabled,
}
