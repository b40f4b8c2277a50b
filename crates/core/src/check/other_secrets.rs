//! The check of other pull secrets: would a renewal shut out a namespace that it does not write into?

use super::{About, Check, Finding, Unread};
use crate::ids::ClusterId;
use crate::input::{Key, Part};
use crate::text::listed;
use crate::wording::Wording;

pub(super) fn about(cluster: &ClusterId) -> About {
    About::of_a(format!("which other namespaces of {} pull by it", cluster.name()))
}

/// Judges whether a renewal shuts pods out. `places` are the pull secrets, such as `jobs/crosspull-registryb`, that it
/// makes useless and does not write.
#[must_use]
pub fn judge_other_secrets(cluster: &ClusterId, places: &[String]) -> Finding {
    let (check, name) = (Check::OtherSecrets(cluster.clone()), cluster.name());
    if places.is_empty() {
        return check.pass(format!("no other namespace of {name} pulls by what the renewal replaces"));
    }
    let namespaces = places.iter().map(|place| place.split('/').next().unwrap_or_default().to_owned());
    let namespaces: std::collections::BTreeSet<String> = namespaces.collect();
    check.stop(
        format!("{} of {name} would pull no more: the renewal ends the password in it", listed(places)),
        Wording::from("Name its namespace too: ")
            + Key::Namespace.given_all(namespaces)
            + ". A copy that has another name is for whoever made it to change first.",
    )
}

/// Judges that the pull secrets of other namespaces could not be read. It stops the run, unless somebody named them as a
/// part that may stay unread.
#[must_use]
pub fn judge_other_secrets_unread(cluster: &ClusterId, unread: Unread, accepted: &[Part]) -> Finding {
    let (check, name, why) = (Check::OtherSecrets(cluster.clone()), cluster.name(), &unread.why);
    let now = Wording::from(
        "Ask for the right to list secrets in all namespaces; or, where you know that no other one pulls by it, accept that \
         they were not read: ",
    ) + Key::Unread.given(unread.part.word());
    let finding = if !unread.denied {
        check.stop(format!("the pull secrets of other namespaces of {name} were not read ({why})"), "Try again.")
    } else if accepted.contains(&unread.part) {
        let text = format!("the pull secrets of other namespaces of {name} were not read, which you accepted");
        check.warn(text, "One that has the replaced password pulls no more.")
    } else {
        check.stop(format!("you may not read whether other namespaces of {name} pull by what is replaced ({why})"), now)
    };
    Finding { refusal: unread.refusal, ..finding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    #[test]
    fn what_was_not_read_is_never_taken_for_nothing() {
        let cluster = ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id");
        assert_eq!(judge_other_secrets(&cluster, &[]).level, Level::Pass);
        let found = judge_other_secrets(&cluster, &["jobs/crosspull-registryb".to_owned()]);
        assert_eq!(found.level, Level::Stop);
        assert!(found.now.starts_with("Name its namespace too: --namespace jobs"), "{}", found.now);
        let unread = |denied| Unread { part: Part::PullSecrets, why: "403".to_owned(), denied, refusal: None };
        let judged = |denied, accepted: &[Part]| judge_other_secrets_unread(&cluster, unread(denied), accepted).level;
        assert_eq!((judged(true, &[]), judged(true, &[Part::PullSecrets])), (Level::Stop, Level::Warn));
        assert_eq!(judged(false, &[Part::PullSecrets]), Level::Stop, "a read that may come yet is not accepted away");
    }
}
