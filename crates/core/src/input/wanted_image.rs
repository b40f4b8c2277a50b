//! Images, each with the registry that it is pulled from.

use super::{Answers, Key};
use crate::ids::{ImageRef, RegistryId, RepositoryWildcard};
use crate::text::clean;

/// An image that a cluster is to pull, and the registry that it is pulled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedImage {
    /// The registry.
    pub registry: RegistryId,
    /// The image.
    pub image: ImageRef,
}

/// A name that stands for several repositories which a cluster is to pull from, and their registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedWildcard {
    /// The registry.
    pub registry: RegistryId,
    /// The name with a star.
    pub wildcard: RepositoryWildcard,
}

impl WantedImage {
    /// Reads the images of the answers. Where one registry is named, all are of that one. Where several are, each image
    /// has its registry in front, by its name or its login server.
    ///
    /// # Errors
    /// A sentence about the first image that cannot be read, or whose registry is not clear.
    pub(super) fn all(answers: &Answers) -> Result<Vec<Self>, String> {
        let registries = registries(answers)?;
        let read = |text: &str| {
            let (registry, image) = registry_of(text, &registries)?;
            Ok(Self { registry, image: ImageRef::parse(&image)? })
        };
        answers.all(Key::Repository).into_iter().filter(|text| !RepositoryWildcard::is_meant(text)).map(read).collect()
    }

    /// Complains where several registries are named and an image does not say which one it is in, and where one of them
    /// has no image: the proof pulls one.
    pub(super) fn complaints(answers: &Answers) -> Vec<(Key, String)> {
        let named = answers.all(Key::Repository);
        let is_wildcard = |text: &&str| RepositoryWildcard::is_meant(text);
        if answers.all(Key::Registry).len() < 2 {
            let wildcards = !named.is_empty() && named.iter().all(is_wildcard);
            let text = "no image is named, and the proof pulls one: name one beside the wildcard, such as shop/web:1.4";
            return wildcards.then(|| (Key::Repository, text.to_owned())).into_iter().collect();
        }
        let Ok(registries) = registries(answers) else { return Vec::new() };
        let read: Vec<Result<(RegistryId, bool), String>> = named
            .iter()
            .map(|text| {
                let (registry, rest) = registry_of(text, &registries)?;
                let image = !is_wildcard(text);
                if image {
                    ImageRef::parse(&rest).map(drop)?
                } else {
                    RepositoryWildcard::parse(&rest).map(drop)?
                }
                Ok((registry, image))
            })
            .collect();
        let unclear = read.iter().filter_map(|one| one.as_ref().err().cloned());
        let mut complaints: Vec<(Key, String)> = unclear.map(|text| (Key::Repository, text)).collect();
        let has_image = |wanted: &RegistryId| read.iter().flatten().any(|(of, image)| *image && of == wanted);
        if complaints.is_empty() {
            complaints.extend(registries.iter().filter(|registry| !has_image(registry)).map(|registry| {
                (
                    Key::Repository,
                    format!("no image of {} is named: name one, or leave that registry out", registry.name()),
                )
            }));
        }
        complaints
    }
}

impl WantedWildcard {
    /// Reads the wildcards of the answers, each with its registry as images have them.
    ///
    /// # Errors
    /// A sentence about the first one that cannot be read, or whose registry is not clear.
    pub(super) fn all(answers: &Answers) -> Result<Vec<Self>, String> {
        let registries = registries(answers)?;
        let read = |text: &str| {
            let (registry, wildcard) = registry_of(text, &registries)?;
            Ok(Self { registry, wildcard: RepositoryWildcard::parse(&wildcard)? })
        };
        answers.all(Key::Repository).into_iter().filter(|text| RepositoryWildcard::is_meant(text)).map(read).collect()
    }
}

/// Returns the registry that an image or a wildcard is of, and what is left of the text. Of several registries, one is in
/// front.
fn registry_of(text: &str, registries: &[RegistryId]) -> Result<(RegistryId, String), String> {
    let several = match registries {
        [] => return Err("no registry is named".to_owned()),
        [only] => return Ok((only.clone(), text.to_owned())),
        several => several,
    };
    let text = clean(text).trim_start_matches("https://");
    let (first, rest) = text.split_once('/').unwrap_or((text, ""));
    let named: Vec<&RegistryId> = several.iter().filter(|registry| is_named(registry, first)).collect();
    match named.as_slice() {
        [registry] if !rest.is_empty() => Ok(((*registry).clone(), rest.to_owned())),
        _ => {
            let names: Vec<&str> = several.iter().map(RegistryId::name).collect();
            Err(format!(
                "which registry \"{text}\" is in is not clear: several are named, so put one of them in front, such as \
                 {}/{text} ({})",
                names.first().unwrap_or(&"REGISTRY"),
                names.join(", ")
            ))
        }
    }
}

/// Returns the registries, each once: that one is named twice is complained about by itself.
fn registries(answers: &Answers) -> Result<Vec<RegistryId>, String> {
    let mut all: Vec<RegistryId> = Vec::new();
    for text in answers.all(Key::Registry) {
        let registry = RegistryId::parse(text)?;
        if !all.contains(&registry) {
            all.push(registry);
        }
    }
    Ok(all)
}

/// True where a text names a registry: by its name, or by its login server, which may have a hash after the name
/// (`docs/facts/azure.md` 3.5).
fn is_named(registry: &RegistryId, text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let name = registry.name().to_ascii_lowercase();
    let label = text.split('.').next().unwrap_or_default();
    let hashed = label.strip_prefix(&name).is_some_and(|rest| rest.starts_with('-'));
    text == name || (text.contains('.') && (label == name || hashed)) || registry.server() == Some(text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(registries: &[&str], images: &[&str]) -> Answers {
        let id = |name: &&str| {
            format!(
                "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/{name}"
            )
        };
        let mut answers = Answers::default();
        answers.set_all(Key::Registry, registries.iter().map(id).collect());
        answers.set_all(Key::Repository, images.iter().map(|image| (*image).to_owned()).collect());
        answers
    }

    fn paired(registries: &[&str], images: &[&str]) -> Result<Vec<String>, String> {
        let all = WantedImage::all(&answers(registries, images))?;
        Ok(all.iter().map(|wanted| format!("{} {}", wanted.registry.name(), wanted.image)).collect())
    }

    #[test]
    fn images_are_paired_with_their_registries_by_name() {
        assert_eq!(paired(&["regb"], &["shop/web:1"]), Ok(vec!["regb shop/web:1".to_owned()]));
        let two = ["regb", "regc"];
        let images = ["regb/shop/web:1", "regc-a1b2c3.azurecr.io/jobs:2", "REGC/app"];
        let expected = ["regb shop/web:1", "regc jobs:2", "regc app:latest"].map(str::to_owned).to_vec();
        assert_eq!(paired(&two, &images), Ok(expected));
        assert!(paired(&two, &["shop/web:1"]).is_err_and(|why| why.contains("regb/shop/web:1 (regb, regc)")));
        let said = WantedImage::complaints(&answers(&two, &["regb/shop/web:1"]));
        assert!(said.iter().any(|(_, text)| text.contains("no image of regc is named")), "{said:?}");
        assert!(WantedImage::complaints(&answers(&["regb"], &["shop/web:1"])).is_empty());
    }

    #[test]
    fn wildcards_are_paired_like_images_and_every_registry_has_an_image_beside_them() {
        let two = ["regb", "regc"];
        let paired = |registries: &[&str], texts: &[&str]| {
            let all = WantedWildcard::all(&answers(registries, texts))?;
            Ok(all.iter().map(|wanted| format!("{} {}", wanted.registry.name(), wanted.wildcard)).collect())
        };
        let expected: Result<Vec<String>, String> = Ok(vec!["regb shop/*".to_owned(), "regc *".to_owned()]);
        assert_eq!(paired(&two, &["regb/shop/*", "regb/shop/web:1", "regc.azurecr.io/*", "regc/jobs:2"]), expected);
        assert_eq!(paired(&["regb"], &["shop/*", "shop/web:1"]), Ok(vec!["regb shop/*".to_owned()]));
        assert!(paired(&two, &["shop/*"]).is_err_and(|why: String| why.contains("is not clear")));
        let complaints = |registries: &[&str], texts: &[&str]| -> Vec<String> {
            WantedImage::complaints(&answers(registries, texts)).into_iter().map(|(_, text)| text).collect()
        };
        assert!(complaints(&["regb"], &["shop/*"])[0].contains("the proof pulls one"));
        assert!(
            complaints(&two, &["regb/shop/*", "regb/shop/web:1", "regc/*"])[0].contains("no image of regc is named")
        );
        assert!(complaints(&two, &["regb/sh*", "regb/web:1", "regc/jobs:2"])[0].contains("is no wildcard"));
    }
}
