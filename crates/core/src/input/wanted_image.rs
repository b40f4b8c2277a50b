//! Images, each with the registry that it is pulled from.

use super::{Answers, Key};
use crate::ids::{ImageRef, RegistryId};
use crate::text::clean;

/// An image that a cluster is to pull, and the registry that it is pulled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedImage {
    /// The registry.
    pub registry: RegistryId,
    /// The image.
    pub image: ImageRef,
}

impl WantedImage {
    /// Reads the images of the answers. Where one registry is named, all are of that one. Where several are, each image
    /// has its registry in front, by its name or its login server.
    ///
    /// # Errors
    /// A sentence about the first image that cannot be read, or whose registry is not clear.
    pub(super) fn all(answers: &Answers) -> Result<Vec<Self>, String> {
        let registries = registries(answers)?;
        let read = |text: &str| match registries.as_slice() {
            [] => Err("no registry is named".to_owned()),
            [only] => Ok(Self { registry: only.clone(), image: ImageRef::parse(text)? }),
            several => Self::of_one(text, several),
        };
        answers.all(Key::Repository).into_iter().map(read).collect()
    }

    /// Reads an image that has the name of its registry in front.
    fn of_one(text: &str, registries: &[RegistryId]) -> Result<Self, String> {
        let text = clean(text).trim_start_matches("https://");
        let (first, rest) = text.split_once('/').unwrap_or((text, ""));
        let named: Vec<&RegistryId> = registries.iter().filter(|registry| is_named(registry, first)).collect();
        match named.as_slice() {
            [registry] if !rest.is_empty() => Ok(Self { registry: (*registry).clone(), image: ImageRef::parse(rest)? }),
            _ => {
                let names: Vec<&str> = registries.iter().map(RegistryId::name).collect();
                Err(format!(
                    "which registry \"{text}\" is in is not clear: several are named, so put one of them in front, such as \
                     {}/{text} ({})",
                    names.first().unwrap_or(&"REGISTRY"),
                    names.join(", ")
                ))
            }
        }
    }

    /// Complains where several registries are named and an image does not say which one it is in, or one of them has no
    /// image.
    pub(super) fn complaints(answers: &Answers) -> Vec<(Key, String)> {
        let Ok(registries) = registries(answers) else { return Vec::new() };
        if registries.len() < 2 {
            return Vec::new();
        }
        let read: Vec<Result<Self, String>> =
            answers.all(Key::Repository).into_iter().map(|text| Self::of_one(text, &registries)).collect();
        let unclear = read.iter().filter_map(|image| image.as_ref().err().cloned());
        let mut complaints: Vec<(Key, String)> = unclear.map(|text| (Key::Repository, text)).collect();
        let has_image = |registry: &RegistryId| read.iter().flatten().any(|wanted| wanted.registry == *registry);
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

fn registries(answers: &Answers) -> Result<Vec<RegistryId>, String> {
    answers.all(Key::Registry).into_iter().map(RegistryId::parse).collect()
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
}
