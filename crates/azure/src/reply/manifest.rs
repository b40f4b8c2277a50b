//! Manifests of images, and what a pull takes of them.

use serde::Deserialize;

/// A manifest, of one image or an index of several.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// The configuration of an image.
    pub config: Option<Descriptor>,
    /// The layers of an image.
    pub layers: Vec<Descriptor>,
    /// The images of an index.
    pub manifests: Vec<Descriptor>,
}

impl Manifest {
    /// True for what names a blob or another manifest. JSON of another kind reads as a manifest that names nothing.
    #[must_use]
    pub fn names_something(&self) -> bool {
        self.blob().is_some() || self.chosen().is_some()
    }

    /// Returns the digest of the blob that tells whether the image's content can be had: its first layer that the
    /// registry holds, else its configuration. `None` for an index.
    #[must_use]
    pub fn blob(&self) -> Option<&str> {
        let held = self.layers.iter().find(|layer| !layer.is_foreign());
        held.or(self.config.as_ref()).map(|blob| blob.digest.as_str())
    }

    /// Returns the digest of the image that a Linux node takes of an index: for `amd64`, else for Linux, else the first
    /// one.
    #[must_use]
    pub fn chosen(&self) -> Option<&str> {
        let is_for = |d: &&Descriptor, architecture: Option<&str>| {
            let for_linux = |p: &Platform| p.os == "linux" && architecture.is_none_or(|a| p.architecture == a);
            d.platform.as_ref().is_some_and(for_linux)
        };
        let all = || self.manifests.iter();
        let chosen = all().find(|d| is_for(d, Some("amd64"))).or_else(|| all().find(|d| is_for(d, None)));
        chosen.or_else(|| all().next()).map(|d| d.digest.as_str())
    }
}

/// Something that a manifest names.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// The media type: a manifest, a layer or a configuration.
    #[serde(default)]
    pub media_type: String,
    /// `sha256:…`.
    pub digest: String,
    /// The addresses that its bytes are fetched from where the registry does not hold them.
    #[serde(default)]
    pub urls: Vec<String>,
    /// The platform that an image of an index is for.
    #[serde(default)]
    pub platform: Option<Platform>,
}

impl Descriptor {
    /// True for a layer that is fetched from elsewhere, as those of Windows are (`docs/facts/azure.md` 9.3; OCI image
    /// specification, "Non-Distributable Layers").
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        let kind = self.media_type.to_ascii_lowercase();
        kind.contains("foreign") || kind.contains("nondistributable") || !self.urls.is_empty()
    }
}

/// The platform that an image is for.
#[derive(Debug, Deserialize)]
pub struct Platform {
    /// The operating system, such as `linux`.
    #[serde(default)]
    pub os: String,
    /// The architecture, such as `amd64`.
    #[serde(default)]
    pub architecture: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_manifest_the_blob_is_read_that_the_registry_holds() {
        let blob =
            |manifest: &str| serde_json::from_str::<Manifest>(manifest).expect("a manifest").blob().map(str::to_owned);
        let foreign = r#"{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","digest":"f"}"#;
        let elsewhere = r#"{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"u","urls":["https://x/"]}"#;
        let kept = r#"{"mediaType":"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip","digest":"n"}"#;
        let held = r#"{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"h"}"#;
        let all_foreign = format!(r#"{{"config":{{"digest":"c"}},"layers":[{foreign},{elsewhere},{kept}]}}"#);
        assert_eq!(blob(&all_foreign).as_deref(), Some("c"));
        let windows = format!(r#"{{"config":{{"digest":"c"}},"layers":[{foreign},{kept},{held}]}}"#);
        assert_eq!(blob(&windows).as_deref(), Some("h"));
        assert_eq!(blob(&format!(r#"{{"layers":[{held}]}}"#)).as_deref(), Some("h"));
        assert_eq!(blob(r#"{"manifests":[{"digest":"m"}]}"#), None);
    }

    #[test]
    fn of_an_index_the_image_is_taken_that_a_linux_node_takes() {
        let image = |digest: &str, os: &str, architecture: &str| {
            format!(r#"{{"digest":"{digest}","platform":{{"os":"{os}","architecture":"{architecture}"}}}}"#)
        };
        let chosen = |images: &[String]| {
            let index = format!(r#"{{"manifests":[{}]}}"#, images.join(","));
            serde_json::from_str::<Manifest>(&index).expect("an index").chosen().map(str::to_owned)
        };
        let (windows, arm, amd) =
            (image("w", "windows", "amd64"), image("r", "linux", "arm64"), image("a", "linux", "amd64"));
        assert_eq!(chosen(&[windows.clone(), arm.clone(), amd]).as_deref(), Some("a"));
        assert_eq!(chosen(&[windows.clone(), arm]).as_deref(), Some("r"));
        assert_eq!(chosen(&[windows]).as_deref(), Some("w"));
        assert_eq!(chosen(&[]), None);
    }
}
