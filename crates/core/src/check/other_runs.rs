//! The check of other runs: one run stands on a cluster at a time.

use super::{About, Check, Finding};
use crate::ids::ClusterId;
use crate::names::{Direction, RunId};

/// Another run for the same cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct OtherRun {
    pub id: RunId,
    /// True while a program works on the run.
    pub at_work: bool,
    /// True where the run stopped after its proof: its next part may reset the cluster.
    pub stands: bool,
    /// True where the run builds on what the run in question made.
    pub builds_on_it: bool,
}

pub(super) fn about(id: &ClusterId) -> About {
    About::of_a(format!("other runs on {}", id.name()))
}

/// Judges the other runs for a cluster.
///
/// `way` is the direction of this run. `unread` names runs whose journals cannot be read.
#[must_use]
pub fn judge_other_runs(cluster: &ClusterId, others: &[OtherRun], unread: &[RunId], way: Direction) -> Finding {
    let check = Check::OtherRuns(cluster.clone());
    let name = cluster.name();
    if let Some(other) = others.iter().find(|o| o.at_work) {
        return check.stop(
            format!("run {} is at work on {name}", other.id),
            "Wait until it has ended, or end it; crosspull runs tells where it stands.",
        );
    }
    let builds = |o: &&OtherRun| way == Direction::Back && o.builds_on_it;
    if let Some(other) = others.iter().find(builds) {
        let id = &other.id;
        return check.stop(
            format!("run {id} stands on what this run made: it found it, proved the pull with it, and is not done"),
            format!("Take that run back first: crosspull undo {id} , or let it end: crosspull resume {id}"),
        );
    }
    match others.iter().find(|o| o.stands) {
        Some(other) => {
            let id = &other.id;
            check.warn(
                format!("run {id} for {name} stopped after its proof and is not done"),
                format!(
                    "Go on with that one in place of this: crosspull resume {id} , or take it back: crosspull undo {id}"
                ),
            )
        }
        None if !unread.is_empty() => {
            let named: Vec<String> = unread.iter().map(ToString::to_string).collect();
            check.warn(
                format!(
                    "whether these runs stand on {name} cannot be told, since their journals cannot be read: {}",
                    named.join(" ")
                ),
                "crosspull runs says what is wrong with each.",
            )
        }
        None => check.pass(format!("no other run works on {name} or waits to reset it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    #[test]
    fn a_run_at_work_stops_and_one_that_waits_is_told_of() {
        let cluster = ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id");
        let other =
            |at_work, builds_on_it| OtherRun { id: RunId("7f3c".to_owned()), at_work, stands: true, builds_on_it };
        let judged = |others: &[OtherRun], way| judge_other_runs(&cluster, others, &[], way).level;
        assert_eq!(judged(&[], Direction::Forward), Level::Pass);
        assert_eq!(judged(&[other(true, false)], Direction::Forward), Level::Stop);
        assert_eq!(judged(&[other(true, false)], Direction::Back), Level::Stop);
        assert_eq!(judged(&[other(false, true)], Direction::Forward), Level::Warn);
        assert_eq!(judged(&[other(false, true)], Direction::Back), Level::Stop);
        assert_eq!(judged(&[other(false, false)], Direction::Back), Level::Warn);
        let unread = [RunId("7f3c".to_owned())];
        assert_eq!(judge_other_runs(&cluster, &[], &unread, Direction::Forward).level, Level::Warn);
    }
}
