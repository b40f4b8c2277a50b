//! One registry as its data plane sees it.

use std::{collections::BTreeSet, net::IpAddr};

use super::{
    images::{Blob, Images},
    pushed::Pushed,
};
use crate::cloud::Shared;

/// One registry: its place in the world, and its images.
pub struct DataPlane {
    pub cloud: Shared,
    pub id: String,
    pub images: Images,
    pub pushed: Pushed,
    /// The address that the registry listens on.
    pub address: IpAddr,
}

impl DataPlane {
    /// Returns the manifest that a tag or a digest names: what was pushed last counts.
    pub fn manifest(&self, repository: &str, reference: &str) -> Option<Blob> {
        let deleted = |reference: &str| self.pushed.is_deleted(repository, reference);
        let there = || {
            let image = self.images.image(repository, reference)?;
            (!deleted(reference) && !deleted(&image.manifest.digest)).then(|| image.manifest.clone())
        };
        self.pushed.manifest(repository, reference).or_else(there)
    }

    /// Deletes a manifest and the tags that name it, which are returned. `None` where there is no such manifest.
    pub fn delete_manifest(&self, repository: &str, digest: &str) -> Option<Vec<String>> {
        self.manifest(repository, digest)?;
        let names = |tag: &String| self.manifest(repository, tag).is_some_and(|found| found.digest == digest);
        let tags: Vec<String> = self.tags(repository)?.into_iter().filter(names).collect();
        for reference in tags.iter().map(String::as_str).chain([digest]) {
            self.pushed.delete(repository, reference);
        }
        Some(tags)
    }

    /// Returns a blob of a repository.
    pub fn blob(&self, repository: &str, digest: &str) -> Option<Blob> {
        self.pushed.blob(repository, digest).or_else(|| self.images.blob(repository, digest))
    }

    /// Returns the tags of a repository, in order; nothing when there is no such repository.
    pub fn tags(&self, repository: &str) -> Option<Vec<String>> {
        let there = self.images.tags(repository).map(|tags| {
            let left = tags.iter().filter(|tag| !self.pushed.is_deleted(repository, tag));
            left.cloned().collect::<Vec<String>>()
        });
        match (self.pushed.tags(repository), there) {
            (None, there) => there,
            (pushed, None) => pushed,
            (Some(pushed), Some(there)) => {
                let all: BTreeSet<String> = there.into_iter().chain(pushed).collect();
                Some(all.into_iter().collect())
            }
        }
    }

    /// Returns the names of the repositories, in order.
    pub fn repositories(&self) -> BTreeSet<String> {
        let mut all = self.pushed.repositories();
        all.extend(self.images.repositories().map(str::to_owned));
        all
    }

    /// Returns host and port of the registry.
    pub fn login_server(&self) -> String {
        let world = self.cloud.world();
        world.registry(&self.id).map(|registry| registry.login_server.clone()).unwrap_or_default()
    }

    /// Returns host and port of the registry's storage: the same listener by its address, where the registry is called
    /// by its name.
    pub fn storage_host(&self) -> String {
        let login_server = self.login_server();
        let port = login_server.rsplit_once(':').map_or("443", |(_, port)| port);
        match self.address {
            IpAddr::V4(address) => format!("{address}:{port}"),
            IpAddr::V6(address) => format!("[{address}]:{port}"),
        }
    }
}
