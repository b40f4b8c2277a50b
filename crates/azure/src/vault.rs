//! Secrets that a run made, by key id, in memory only. Events and plans name them by that id.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crosspull_core::ids::KeyId;
use crosspull_core::secret::Secret;

/// The secrets of one run.
#[derive(Debug, Default)]
pub struct Vault(Mutex<BTreeMap<KeyId, Secret>>);

impl Vault {
    /// Keeps a secret.
    pub fn put(&self, key: KeyId, secret: Secret) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, secret);
    }

    /// Returns the secret of a key, where this process has its value.
    #[must_use]
    pub fn get(&self, key: KeyId) -> Option<Secret> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }
}
