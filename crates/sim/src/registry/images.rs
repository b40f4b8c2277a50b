//! Real, tiny OCI images: one configuration, one gzip layer with one file, one manifest. Those for Windows have a foreign
//! layer below it, as all of them have.
//!
//! Everything is computed from the repository's name and the tag, so the digests are the same at every start
//! and any program that checks them (docker, skopeo, a node) is satisfied.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sha2::{Digest, Sha256};

/// Media type of an OCI image manifest (OCI image specification, `manifest.md`).
pub const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
/// Media type of an OCI image configuration.
pub const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
/// Media type of a gzip-compressed tar layer.
pub const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// Media type of such a layer that registries do not hold (OCI image specification, "Non-Distributable Layers").
const FOREIGN_LAYER_TYPE: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";

/// Moment that every image says it was made at; fixed, so that digests are.
const CREATED: &str = "2025-01-01T00:00:00Z";
/// A tar archive consists of blocks of this many bytes (POSIX ustar).
const TAR_BLOCK: usize = 512;

/// Content that is addressed by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// The media type of the content.
    pub media_type: Cow<'static, str>,
    /// The content.
    pub bytes: Bytes,
}

impl Blob {
    /// Returns content with its digest.
    pub fn new(media_type: impl Into<Cow<'static, str>>, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { digest: digest(&bytes), media_type: media_type.into(), bytes }
    }

    fn descriptor(&self) -> serde_json::Value {
        json!({"mediaType": self.media_type, "digest": self.digest, "size": self.bytes.len()})
    }
}

/// The system that an image is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Linux.
    Linux,
    /// Windows: the lowest layer is Microsoft's, who serves it from a registry of its own (`docs/facts/azure.md` 9.3).
    Windows,
}

impl System {
    /// Returns the name of the system in a configuration.
    const fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Windows => "windows",
        }
    }
}

/// An image: the manifest and the two blobs it names that the registry holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The manifest.
    pub manifest: Blob,
    /// The configuration.
    pub config: Blob,
    /// The only layer that the registry holds.
    pub layer: Blob,
}

impl Image {
    /// Makes the image of a repository and tag.
    ///
    /// # Errors
    /// Only when the compressor refuses to write into memory.
    pub fn build(repository: &str, tag: &str, system: System) -> io::Result<Self> {
        let archive = tar_with_file("hello.txt", format!("{repository}:{tag}\n").as_bytes());
        let layer = Blob::new(LAYER_TYPE, gzip(&archive)?);
        let base = tar_with_file("windows.txt", b"Windows\n");
        let mut layers = vec![layer.descriptor()];
        let mut diff_ids = vec![digest(&archive)];
        if system == System::Windows {
            layers.insert(0, foreign_layer(&gzip(&base)?));
            diff_ids.insert(0, digest(&base));
        }
        let config = Blob::new(
            CONFIG_TYPE,
            json!({
                "created": CREATED,
                "architecture": "amd64",
                "os": system.name(),
                "config": {"Cmd": ["/hello.txt"], "Labels": {"org.opencontainers.image.title": repository}},
                "rootfs": {"type": "layers", "diff_ids": diff_ids},
                "history": [{"created": CREATED, "created_by": "COPY hello.txt /hello.txt"}],
            })
            .to_string(),
        );
        let manifest = Blob::new(
            MANIFEST_TYPE,
            json!({
                "schemaVersion": 2,
                "mediaType": MANIFEST_TYPE,
                "config": config.descriptor(),
                "layers": layers,
            })
            .to_string(),
        );
        Ok(Self { manifest, config, layer })
    }

    /// Returns the blob of this image that has the digest.
    #[must_use]
    pub fn blob(&self, digest: &str) -> Option<&Blob> {
        [&self.config, &self.layer].into_iter().find(|blob| blob.digest == digest)
    }
}

/// So many images are kept; a registry with more makes them again.
const KEPT: usize = 256;

/// Repositories and their tags, each in order.
pub type Repositories = Arc<BTreeMap<String, Vec<String>>>;

/// The images of one registry. Each is made when somebody asks for it, since there may be very many.
#[derive(Debug, Default)]
pub struct Images {
    repositories: Repositories,
    windows: Arc<BTreeSet<String>>,
    made: Mutex<BTreeMap<(String, String), Arc<Image>>>,
}

impl Images {
    /// Returns the images of repositories, some of them for Windows.
    #[must_use]
    pub fn of(repositories: Repositories, windows: Arc<BTreeSet<String>>) -> Self {
        Self { repositories, windows, made: Mutex::default() }
    }

    /// Makes an image; writing into memory does not fail.
    fn build(&self, repository: &str, tag: &str) -> Option<Image> {
        let is_for_windows = self.windows.contains(&format!("{repository}:{tag}"));
        Image::build(repository, tag, if is_for_windows { System::Windows } else { System::Linux }).ok()
    }

    /// Returns the repositories' names, in order.
    pub fn repositories(&self) -> impl Iterator<Item = &str> {
        self.repositories.keys().map(String::as_str)
    }

    /// Returns the tags of a repository, in order; nothing when there is no such repository.
    #[must_use]
    pub fn tags(&self, repository: &str) -> Option<&[String]> {
        self.repositories.get(repository).map(Vec::as_slice)
    }

    /// Returns the image that a tag or a digest names in a repository.
    #[must_use]
    pub fn image(&self, repository: &str, reference: &str) -> Option<Arc<Image>> {
        let tags = self.tags(repository)?;
        if tags.iter().any(|tag| tag == reference) {
            return self.tagged(repository, reference);
        }
        self.find(repository, tags, |image| image.manifest.digest == reference)
    }

    /// Returns the blob of a repository that has the digest.
    #[must_use]
    pub fn blob(&self, repository: &str, digest: &str) -> Option<Blob> {
        let found = self.find(repository, self.tags(repository)?, |image| image.blob(digest).is_some())?;
        found.blob(digest).cloned()
    }

    fn made(&self) -> MutexGuard<'_, BTreeMap<(String, String), Arc<Image>>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tagged(&self, repository: &str, tag: &str) -> Option<Arc<Image>> {
        let key = (repository.to_owned(), tag.to_owned());
        if let Some(made) = self.made().get(&key) {
            return Some(Arc::clone(made));
        }
        let image = Arc::new(self.build(repository, tag)?);
        let mut made = self.made();
        if made.len() >= KEPT {
            made.clear();
        }
        made.insert(key, Arc::clone(&image));
        Some(image)
    }

    /// Returns the image of a repository for which something holds: among those that were made, else among the rest, of
    /// which only the one that is found is kept.
    fn find(&self, repository: &str, tags: &[String], holds: impl Fn(&Image) -> bool) -> Option<Arc<Image>> {
        let known = {
            let made = self.made();
            let mut here = made.iter().filter(|((name, _), image)| name == repository && holds(image));
            here.next().map(|(_, image)| Arc::clone(image))
        };
        let rest = || {
            let tag = tags.iter().find(|tag| self.build(repository, tag).is_some_and(|image| holds(&image)))?;
            self.tagged(repository, tag)
        };
        known.or_else(rest)
    }
}

/// Returns the digest by which content is addressed: `sha256:` and hexadecimal digits.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// Returns the descriptor of a layer that the registry does not hold.
fn foreign_layer(bytes: &[u8]) -> serde_json::Value {
    let digest = digest(bytes);
    let url = format!("https://mcr.microsoft.com/v2/windows/nanoserver/blobs/{digest}");
    json!({"mediaType": FOREIGN_LAYER_TYPE, "digest": digest, "size": bytes.len(), "urls": [url]})
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Returns a ustar archive that holds one readable file.
fn tar_with_file(name: &str, content: &[u8]) -> Vec<u8> {
    let mut archive = tar_header(name, content.len());
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(TAR_BLOCK), 0);
    // Two empty blocks end an archive.
    archive.resize(archive.len() + 2 * TAR_BLOCK, 0);
    archive
}

/// Returns the header's fields one after the other, each padded to its width (POSIX ustar).
fn tar_header(name: &str, size: usize) -> Vec<u8> {
    let fill = |checksum: &str| {
        let size = format!("{size:011o}");
        let fields: [(&str, usize); 12] = [
            (name, 100),
            ("0000444", 8),
            ("0000000", 8),
            ("0000000", 8),
            (&size, 12),
            ("00000000000", 12),
            (checksum, 8),
            ("0", 1),
            ("", 100),
            ("ustar\u{0}00", 8),
            ("", 64),
            ("", 183),
        ];
        let mut header = Vec::with_capacity(TAR_BLOCK);
        for (text, width) in fields {
            let end = header.len() + width;
            header.extend(text.bytes().take(width));
            header.resize(end, 0);
        }
        header
    };
    // The checksum is taken over the header with spaces in the checksum's own place.
    let sum: u32 = fill("        ").into_iter().map(u32::from).sum();
    fill(&format!("{sum:06o}\u{0} "))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn image() -> Image {
        Image::build("shop/web", "1.4", System::Linux).expect("an image")
    }

    #[test]
    fn the_manifest_names_its_blobs_by_their_digests_and_sizes() {
        let image = image();
        let manifest: serde_json::Value = serde_json::from_slice(&image.manifest.bytes).expect("JSON");
        assert_eq!(manifest["config"]["digest"], digest(&image.config.bytes));
        assert_eq!(manifest["config"]["size"], image.config.bytes.len());
        assert_eq!(manifest["layers"][0]["digest"], digest(&image.layer.bytes));
        assert_eq!(manifest["layers"][0]["size"], image.layer.bytes.len());
    }

    #[test]
    fn the_lowest_layer_of_an_image_for_windows_is_elsewhere() {
        let image = Image::build("shop/win", "1.0", System::Windows).expect("an image");
        let manifest: serde_json::Value = serde_json::from_slice(&image.manifest.bytes).expect("JSON");
        let [foreign, held] = manifest["layers"].as_array().expect("layers").as_slice() else { panic!("{manifest}") };
        assert_eq!(foreign["mediaType"], FOREIGN_LAYER_TYPE);
        assert!(foreign["urls"][0].as_str().is_some_and(|url| url.starts_with("https://mcr.microsoft.com/v2/")));
        assert_eq!(image.blob(foreign["digest"].as_str().expect("a digest")), None);
        assert_eq!(held["digest"], image.layer.digest);
        let config: serde_json::Value = serde_json::from_slice(&image.config.bytes).expect("JSON");
        assert_eq!(
            (&config["os"], config["rootfs"]["diff_ids"].as_array().map(Vec::len)),
            (&json!("windows"), Some(2))
        );
    }

    #[test]
    fn the_configuration_names_the_unpacked_layer() {
        let image = image();
        let mut archive = Vec::new();
        flate2::read::GzDecoder::new(image.layer.bytes.as_ref()).read_to_end(&mut archive).expect("gzip");
        let config: serde_json::Value = serde_json::from_slice(&image.config.bytes).expect("JSON");
        assert_eq!(config["rootfs"]["diff_ids"][0], digest(&archive));
    }

    #[test]
    fn the_layer_is_a_tar_archive_with_a_right_checksum() {
        let archive = tar_with_file("hello.txt", b"shop/web:1.4\n");
        assert_eq!(archive.len(), 4 * TAR_BLOCK);
        assert_eq!(&archive[257..265], b"ustar\x0000");
        let mut header = archive[..TAR_BLOCK].to_vec();
        let written = String::from_utf8(header[148..154].to_vec()).expect("text");
        header[148..156].fill(b' ');
        let sum: u32 = header.into_iter().map(u32::from).sum();
        assert_eq!(u32::from_str_radix(&written, 8).expect("octal"), sum);
        assert_eq!(&archive[TAR_BLOCK..TAR_BLOCK + 13], b"shop/web:1.4\n");
    }

    #[test]
    fn a_digest_of_nothing_is_the_known_one() {
        assert_eq!(digest(b""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn images_are_found_by_tag_and_by_digest_only_in_their_repository() {
        let tags = ["1.3".to_owned(), "1.4".to_owned()];
        let images = Images::of(Arc::new(BTreeMap::from([("shop/web".to_owned(), tags.to_vec())])), Arc::default());
        let by_tag = images.image("shop/web", "1.4").expect("by tag");
        assert_eq!(images.image("shop/web", &by_tag.manifest.digest), Some(Arc::clone(&by_tag)));
        assert_eq!(images.image("shop/web", "9.9"), None);
        assert_eq!(images.image("shop/api", &by_tag.manifest.digest), None);
        assert!(images.blob("shop/web", &by_tag.layer.digest).is_some());
        assert!(images.blob("shop/api", &by_tag.layer.digest).is_none());
    }
}
