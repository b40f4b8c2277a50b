//! The check of an image: is it there?

use super::{About, Check, Finding};
use crate::ids::{ImageRef, RegistryId};

pub(super) fn about(image: &ImageRef) -> About {
    About::of_b(format!("{image} exists"))
}

/// Judges whether an image is there. `None` where that cannot be read from here.
#[must_use]
pub fn judge_image(registry: &RegistryId, image: &ImageRef, found: Option<bool>) -> Finding {
    let check = Check::Image(registry.clone(), image.clone());
    match found {
        Some(true) => check.pass(format!("{image} exists")),
        Some(false) => check.stop(
            format!("{image} is not in {}", registry.name()),
            "Push it, or name another image: the proof pulls this one.",
        ),
        None => check.warn(
            format!("whether {image} exists cannot be read with your account"),
            "The proof will tell; it pulls this image.",
        ),
    }
}
