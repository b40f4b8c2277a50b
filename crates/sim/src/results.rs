//! The finds of queries of Resource Graph.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;

/// The findings of queries of which more pages are to come. Later pages are taken from what the first was taken from.
#[derive(Default)]
pub struct Results(Mutex<VecDeque<(String, Arc<Vec<Value>>)>>);

impl Results {
    /// The most that are kept.
    const MOST: usize = 2;

    fn held(&self) -> MutexGuard<'_, VecDeque<(String, Arc<Vec<Value>>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the finds of the query of a token.
    pub fn of(&self, asked_by: &str) -> Option<Arc<Vec<Value>>> {
        self.held().iter().find(|(known, _)| known == asked_by).map(|(_, found)| Arc::clone(found))
    }

    /// Keeps what a query found under its token.
    pub fn keep(&self, asked_by: String, found: Arc<Vec<Value>>) {
        let mut held = self.held();
        held.retain(|(known, _)| *known != asked_by);
        held.push_front((asked_by, found));
        held.truncate(Self::MOST);
    }
}
