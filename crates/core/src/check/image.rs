//! The check of an image: is it there?

use super::{About, Check, Finding};
use crate::ids::{ImageRef, RegistryId};

pub(super) fn about(image: &ImageRef) -> About {
    About::of_b(format!("{image} exists"))
}

/// A registry's word on an image, as the operator's own account gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSeen {
    /// The manifest is there.
    There,
    /// The registry says that there is no such image.
    Missing,
    /// The account may not pull, so nothing is known.
    NoRight,
    /// The answer could not be read; the reason, as a sentence.
    Unread(String),
}

/// Judges whether an image is there.
#[must_use]
pub fn judge_image(registry: &RegistryId, image: &ImageRef, seen: &ImageSeen) -> Finding {
    let check = Check::Image(registry.clone(), image.clone());
    match seen {
        ImageSeen::There => check.pass(format!("{image} exists")),
        ImageSeen::Missing => check.stop(
            format!("{image} is not in {}", registry.name()),
            "Push it, or name another image: the proof pulls this one.",
        ),
        ImageSeen::NoRight => check.warn(
            format!("whether {image} exists cannot be read with your account"),
            "The proof will tell; it pulls this image.",
        ),
        ImageSeen::Unread(why) => check.warn(
            format!("whether {image} exists could not be read: {why}"),
            "The proof will tell; it pulls this image.",
        ),
    }
}
