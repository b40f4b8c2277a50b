//! The content that clients pushed into a registry or deleted from it, and their uploads that go on.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use uuid::Uuid;

use super::images::Blob;

/// The content that clients pushed into a registry.
#[derive(Debug, Default)]
pub struct Pushed {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    repositories: BTreeMap<String, Repository>,
    /// Uploads with their repository and what has come.
    uploads: BTreeMap<Uuid, (String, Vec<u8>)>,
    /// Repositories with the tags and the digests of manifests that were deleted. What a repository had at the start stays
    /// where it is, and is shown no more.
    deleted: BTreeSet<(String, String)>,
}

#[derive(Debug, Default)]
struct Repository {
    blobs: BTreeMap<String, Blob>,
    manifests: BTreeMap<String, Blob>,
    /// Tags and the digests that they name.
    tags: BTreeMap<String, String>,
}

impl Pushed {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the manifest that a tag or a digest names.
    pub fn manifest(&self, repository: &str, reference: &str) -> Option<Blob> {
        let held = self.held();
        let found = held.repositories.get(repository)?;
        let digest = found.tags.get(reference).map_or(reference, String::as_str);
        found.manifests.get(digest).cloned()
    }

    /// Returns a blob.
    pub fn blob(&self, repository: &str, digest: &str) -> Option<Blob> {
        self.held().repositories.get(repository)?.blobs.get(digest).cloned()
    }

    /// Returns the tags of a repository; `None` where nothing whole was pushed into it.
    pub fn tags(&self, repository: &str) -> Option<Vec<String>> {
        let held = self.held();
        let found = held.repositories.get(repository).filter(|found| !found.manifests.is_empty())?;
        Some(found.tags.keys().cloned().collect())
    }

    /// Returns the repositories into which something whole was pushed.
    pub fn repositories(&self) -> BTreeSet<String> {
        let held = self.held();
        let whole = held.repositories.iter().filter(|(_, found)| !found.manifests.is_empty());
        whole.map(|(name, _)| name.clone()).collect()
    }

    /// Keeps a blob.
    pub fn keep_blob(&self, repository: &str, blob: Blob) {
        let mut held = self.held();
        held.repositories.entry(repository.to_owned()).or_default().blobs.insert(blob.digest.clone(), blob);
    }

    /// True where a tag or a manifest was deleted, and not pushed again.
    pub fn is_deleted(&self, repository: &str, reference: &str) -> bool {
        self.held().deleted.contains(&(repository.to_owned(), reference.to_owned()))
    }

    /// Deletes a tag, or a manifest by its digest.
    pub fn delete(&self, repository: &str, reference: &str) {
        let mut held = self.held();
        held.deleted.insert((repository.to_owned(), reference.to_owned()));
        if let Some(found) = held.repositories.get_mut(repository) {
            found.tags.remove(reference);
            found.manifests.remove(reference);
        }
    }

    /// Keeps a manifest, and the tag that names it now.
    pub fn keep_manifest(&self, repository: &str, tag: Option<&str>, manifest: Blob) {
        let mut held = self.held();
        for reference in tag.into_iter().chain([manifest.digest.as_str()]) {
            held.deleted.remove(&(repository.to_owned(), reference.to_owned()));
        }
        let found = held.repositories.entry(repository.to_owned()).or_default();
        if let Some(tag) = tag {
            found.tags.insert(tag.to_owned(), manifest.digest.clone());
        }
        found.manifests.insert(manifest.digest.clone(), manifest);
    }

    /// Begins an upload.
    pub fn begin(&self, repository: &str) -> Uuid {
        let id = Uuid::new_v4();
        self.held().uploads.insert(id, (repository.to_owned(), Vec::new()));
        id
    }

    /// Returns the number of bytes of an upload that have come.
    pub fn size(&self, repository: &str, id: Uuid) -> Option<usize> {
        self.held().uploads.get(&id).filter(|(name, _)| name == repository).map(|(_, bytes)| bytes.len())
    }

    /// Adds bytes to an upload, and returns the number that have come.
    pub fn append(&self, id: Uuid, more: &[u8]) -> Option<usize> {
        let mut held = self.held();
        let (_, bytes) = held.uploads.get_mut(&id)?;
        bytes.extend_from_slice(more);
        Some(bytes.len())
    }

    /// Ends an upload, and returns all that has come.
    pub fn end(&self, id: Uuid) -> Option<Bytes> {
        self.held().uploads.remove(&id).map(|(_, bytes)| bytes.into())
    }
}
