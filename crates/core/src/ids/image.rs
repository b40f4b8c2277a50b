//! Images: repository, tag and digest.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::clean;

/// An image as a registry names it, without the registry's host: repository, and tag or digest or both. It is written
/// and read as people write it (`shop/web:1.4@sha256:…`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImageRef {
    /// Such as `shop/web`.
    pub repository: String,
    /// A tag (`1.4`), a digest (`sha256:…`), or both (`1.4@sha256:…`).
    version: String,
}

impl ImageRef {
    /// Reads `name[:tag][@sha256:…]`, with or without a registry's host in front. The tag is `latest` where neither is
    /// given.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what right looks like.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let text = clean(raw);
        let wrong = || format!("\"{text}\" is not an image: give a repository and a tag (shop/web:1.4), in lower case");
        let image = without_host(text);
        let (named, digest) = image.split_once('@').map_or((image, None), |(named, digest)| (named, Some(digest)));
        let (repository, tag) = named.split_once(':').map_or((named, None), |(name, tag)| (name, Some(tag)));
        let tag = tag.or_else(|| digest.is_none().then_some("latest"));
        if is_repository(repository) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest) {
            let parts: Vec<&str> = tag.into_iter().chain(digest).collect();
            Ok(Self { repository: repository.to_owned(), version: parts.join("@") })
        } else {
            Err(wrong())
        }
    }

    /// By which the image is pulled: the digest where there is one, since it counts before the tag
    /// (`docs/facts/azure.md` 9.3), else the tag.
    #[must_use]
    pub fn reference(&self) -> &str {
        self.version.split_once('@').map_or(self.version.as_str(), |(_, digest)| digest)
    }
}

/// Returns an image's name without a registry's host in front.
pub(super) fn without_host(text: &str) -> &str {
    let text = text.trim_start_matches("https://").trim_start_matches("docker://");
    match text.split_once('/') {
        Some((host, rest)) if is_host(host) => rest,
        _ => text,
    }
}

/// True for the first part of an image where it is a registry's host: repositories may hold dots too.
fn is_host(part: &str) -> bool {
    part.contains(':') || part == "localhost" || crate::cloud::KnownCloud::of_host(part).is_some()
}

/// The grammar of the OCI distribution specification, "Pulling manifests".
pub(super) fn is_repository(text: &str) -> bool {
    let part = |p: &str| {
        let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let bytes = p.as_bytes();
        edge(bytes.first())
            && edge(bytes.last())
            && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'))
    };
    text.len() <= 255 && text.split('/').all(part)
}

fn is_tag(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        && !text.starts_with(['.', '-'])
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joint = if is_digest(&self.version) { '@' } else { ':' };
        write!(f, "{}{joint}{}", self.repository, self.version)
    }
}

impl TryFrom<String> for ImageRef {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<ImageRef> for String {
    fn from(image: ImageRef) -> Self {
        image.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_lose_their_host_and_gain_a_tag() {
        let read = |text| ImageRef::parse(text).map(|i| i.to_string());
        assert_eq!(read("shop/web:1.4"), Ok("shop/web:1.4".to_owned()));
        assert_eq!(read("registryb.azurecr.io/shop/web"), Ok("shop/web:latest".to_owned()));
        assert_eq!(read("localhost:5000/shop/web:1.4"), Ok("shop/web:1.4".to_owned()));
        assert_eq!(read("my.team/web:1"), Ok("my.team/web:1".to_owned()));
        let digest = format!("shop/web@sha256:{}", "a".repeat(64));
        assert_eq!(read(&digest), Ok(digest.clone()));
        for text in ["Shop/Web", "", "shop//web", "shop/web:", "shop/web:a b", "shop/web@sha256:12", "shop/web:1@x"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_digest_counts_before_the_tag_and_both_are_told() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let both = format!("shop/web:1.4@{digest}");
        for text in [both.clone(), format!("registryb.azurecr.io/{both}"), format!("localhost:5000/{both}")] {
            let image = ImageRef::parse(&text).expect("an image");
            assert_eq!((image.repository.as_str(), image.reference()), ("shop/web", digest.as_str()));
            assert_eq!(image.to_string(), both);
            let again: ImageRef = serde_json::from_str(&serde_json::to_string(&image).expect("text")).expect("image");
            assert_eq!(again, image);
        }
        let tagged = ImageRef::parse("shop/web").expect("an image");
        assert_eq!((tagged.reference(), tagged.to_string().as_str()), ("latest", "shop/web:latest"));
    }
}
