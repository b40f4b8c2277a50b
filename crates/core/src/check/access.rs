//! The check of access: can the way in work on the cluster, and is it held already?

use super::About;
use crate::ids::ClusterId;

pub(super) fn about(id: &ClusterId) -> About {
    About::of_a(format!("the way into {}", id.name()))
}
