//! The check of the route, where the choice is left to crosspull. What was found is judged in [`crate::route`].

use super::About;

pub(super) fn about() -> About {
    About::both("which route fits")
}
