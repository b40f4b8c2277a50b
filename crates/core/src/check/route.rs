//! The check of the route, where the choice is left to crosspull. Its finding is the chooser's (`crate::route`).

use super::About;

pub(super) fn about() -> About {
    About::both("which route fits")
}
