//! The check of locks: does a lock, or the state of a subscription, keep the plan from writing?
//!
//! Both hold for everybody, whatever their rights (`docs/facts/azure.md` 9.7).

use uuid::Uuid;

use super::{About, Check, Finding, Level};
use crate::names::Side;
use crate::text::{listed, shell_word};

/// A place that the plan writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The name, for a screen.
    pub name: String,
    /// The scope.
    pub scope: String,
    /// What the plan does there.
    pub work: PlaceWork,
    /// The locks that hold there, those of the resource group and the subscription among them. `None` where the account
    /// may not read them.
    pub locks: Option<Vec<Lock>>,
}

/// What a plan does at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceWork {
    /// It changes the place, and leaves nothing there that is deleted later.
    Changes,
    /// It makes things there, which undo deletes.
    Makes,
    /// AKS renews the cluster's nodes there, beside spare ones that it removes afterwards.
    Nodes,
    /// It copies roles there, which undo deletes. A role that cannot be copied is named, and the run goes on.
    Copies,
}

/// A management lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// `ReadOnly` or `CanNotDelete`, as Azure writes it.
    pub level: String,
    /// The notes of whoever set it.
    pub notes: Option<String>,
}

impl Lock {
    /// Returns the scope that is locked: what stands in the id before the lock itself.
    #[must_use]
    pub fn scope(&self) -> &str {
        const LOCKS: &str = "/providers/microsoft.authorization/locks/";
        let at = self.id.to_ascii_lowercase().rfind(LOCKS);
        at.and_then(|at| self.id.get(..at)).unwrap_or(&self.id)
    }

    /// True where the lock keeps everybody from writing, and not from deleting alone.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.level.eq_ignore_ascii_case("ReadOnly")
    }

    /// True where the lock holds at a scope: it is set there, or above.
    #[must_use]
    pub fn holds_at(&self, scope: &str) -> bool {
        let (own, scope) = (self.scope().to_ascii_lowercase(), scope.to_ascii_lowercase());
        let rest = scope.strip_prefix(own.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The subscription of places that the plan writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionFacts {
    /// The id.
    pub id: Uuid,
    /// The name, where it has one.
    pub name: Option<String>,
    /// `Enabled`, `Warned`, `PastDue`, `Disabled` or `Deleted`. `None` where the account may not read it.
    pub state: Option<String>,
}

impl SubscriptionFacts {
    fn called(&self) -> String {
        match &self.name {
            Some(name) => format!("subscription {name} ({})", self.id),
            None => format!("subscription {}", self.id),
        }
    }
}

pub(super) fn about(side: Side) -> About {
    About::of(side, format!("locks where the plan writes in tenant {side}"))
}

/// Judges the locks and the subscriptions of the places that the plan writes to in a tenant.
#[must_use]
pub fn judge_locks(side: Side, places: &[Place], subscriptions: &[SubscriptionFacts]) -> Finding {
    let mut told = Told::default();
    for subscription in subscriptions {
        told.subscription(subscription);
    }
    let mut locks: Vec<&Lock> = Vec::new();
    for lock in places.iter().filter_map(|place| place.locks.as_ref()).flatten() {
        if !locks.iter().any(|known| known.id.eq_ignore_ascii_case(&lock.id)) {
            locks.push(lock);
        }
    }
    for lock in locks {
        told.lock(lock, places);
    }
    let unseen: Vec<String> = places.iter().filter(|p| p.locks.is_none()).map(|p| p.name.clone()).collect();
    if !unseen.is_empty() {
        let text = format!("whether a lock holds on {} was not seen: you may not read it", listed(&unseen));
        told.add(Level::Warn, text, "A write that one forbids is refused then, and told as that.".to_owned());
    }
    told.finding(Check::Locks(side), places, subscriptions.len())
}

/// Returns what a lock keeps from being done at a place, and how much that weighs. `None` where nothing is.
fn kept(lock: &Lock, place: &Place) -> Option<(Level, String)> {
    let name = &place.name;
    let (level, text) = match (lock.is_read_only(), place.work) {
        (true, PlaceWork::Changes | PlaceWork::Makes) => (Level::Stop, format!("every change of {name}")),
        (true, PlaceWork::Nodes) => (Level::Stop, format!("new nodes in {name}")),
        (true, PlaceWork::Copies) => (Level::Warn, format!("copies of the roles on {name}")),
        (false, PlaceWork::Changes) => return None,
        (false, PlaceWork::Makes | PlaceWork::Copies) => (Level::Warn, format!("undo to clear up on {name}")),
        (false, PlaceWork::Nodes) => (Level::Warn, format!("AKS to remove spare nodes from {name}")),
    };
    Some((level, text))
}

/// What is to be said.
#[derive(Default)]
struct Told {
    found: Vec<(Level, String)>,
    now: Vec<(Level, String)>,
    /// The locks that somebody may have to remove, by what they weigh.
    locks: Vec<(Level, String)>,
}

impl Told {
    fn add(&mut self, level: Level, text: String, now: String) {
        self.found.push((level, text));
        self.now.push((level, now));
    }

    fn subscription(&mut self, subscription: &SubscriptionFacts) {
        let called = subscription.called();
        match subscription.state.as_deref() {
            Some("Enabled") => {}
            // Everything works still, and it is disabled soon where nobody does anything (Azure's document "Azure
            // subscription states").
            Some(state @ ("Warned" | "PastDue")) => self.add(
                Level::Warn,
                format!("the {called} is {state}: it works, and is disabled where nobody sees to it"),
                "Tell its billing owner.".to_owned(),
            ),
            Some(state) => self.add(
                Level::Stop,
                format!("the {called} is {state}: nothing in it can be changed"),
                "Have its billing owner enable it again.".to_owned(),
            ),
            None => self.add(
                Level::Warn,
                format!("the state of the {called} was not seen: you may not read it"),
                "If it is disabled, the run stops where it writes there.".to_owned(),
            ),
        }
    }

    fn lock(&mut self, lock: &Lock, places: &[Place]) {
        let here = places.iter().filter(|place| place.locks.iter().flatten().any(|held| held.id == lock.id));
        let kept: Vec<(Level, String)> = here.filter_map(|place| kept(lock, place)).collect();
        let Some(level) = kept.iter().map(|(level, _)| *level).max() else { return };
        let mut what: Vec<String> = kept.into_iter().map(|(_, text)| text).collect();
        what.dedup();
        let noted = lock.notes.as_ref().map(|notes| format!(" (noted: {notes})")).unwrap_or_default();
        let text = format!(
            "the {} lock {} on {} forbids {}{noted}",
            lock.level,
            lock.name,
            place_of(lock.scope()),
            listed(&what)
        );
        self.found.push((level, text));
        self.locks.push((level, shell_word(&lock.id)));
    }

    /// Returns the finding. Beside something that stops, the cure is that of what stops alone.
    fn finding(self, check: Check, places: &[Place], subscriptions: usize) -> Finding {
        let Some(level) = self.found.iter().map(|(level, _)| *level).max() else {
            let own = places.iter().filter(|p| matches!(p.work, PlaceWork::Changes | PlaceWork::Makes));
            let names: Vec<String> = own.map(|place| place.name.clone()).collect();
            let enabled =
                if subscriptions > 1 { "the subscriptions are enabled" } else { "the subscription is enabled" };
            let is_locked = places.iter().any(|place| place.locks.iter().flatten().next().is_some());
            let that = if is_locked { " that hinders" } else { "" };
            return check.pass(format!("no lock on {}{that}, and {enabled}", listed(&names)));
        };
        let mut found = self.found;
        found.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
        let text: Vec<String> = found.into_iter().map(|(_, text)| text).collect();
        let mut now: Vec<String> = self.now.into_iter().filter(|(of, _)| *of == level).map(|(_, now)| now).collect();
        let ids: Vec<String> = self.locks.into_iter().filter(|(of, _)| *of == level).map(|(_, id)| id).collect();
        if !ids.is_empty() {
            let when = if level == Level::Stop {
                "Ask who set it; an owner removes it"
            } else {
                "If that matters, an owner removes it first"
            };
            now.push(format!("{when}: az lock delete --ids {}", ids.join(" ")));
        }
        let (text, now) = (text.join("; "), now.join(" "));
        if level == Level::Stop { check.stop(text, now) } else { check.warn(text, now) }
    }
}

/// Returns the name of a scope with its kind, for a screen.
fn place_of(scope: &str) -> String {
    let parts: Vec<&str> = scope.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [_, id] => format!("subscription {id}"),
        [_, _, _, group] => format!("resource group {group}"),
        [.., name] => (*name).to_owned(),
        [] => scope.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "/subscriptions/11111111-1111-4111-8111-111111111111";

    fn lock(scope: &str, level: &str) -> Lock {
        let id = format!("{SUBSCRIPTION}{scope}/providers/Microsoft.Authorization/locks/freeze");
        Lock { id, name: "freeze".to_owned(), level: level.to_owned(), notes: None }
    }

    fn place(name: &str, work: PlaceWork, locks: Vec<Lock>) -> Place {
        let scope = format!("{SUBSCRIPTION}/resourceGroups/rg/providers/P/t/{name}");
        Place { name: name.to_owned(), scope, work, locks: Some(locks) }
    }

    fn subscription(state: Option<&str>) -> SubscriptionFacts {
        let (id, name) = (Uuid::from_u128(1), Some("Shop".to_owned()));
        SubscriptionFacts { id, name, state: state.map(str::to_owned) }
    }

    fn judged(places: &[Place]) -> Finding {
        judge_locks(Side::A, places, &[subscription(Some("Enabled"))])
    }

    #[test]
    fn a_lock_weighs_what_it_keeps_from_being_done() {
        use PlaceWork::{Changes, Copies, Makes, Nodes};
        let weighed = |level: &str, work| judged(&[place("x", work, vec![lock("/resourceGroups/rg", level)])]).level;
        for (work, read_only, kept) in [
            (Changes, Level::Stop, Level::Pass),
            (Makes, Level::Stop, Level::Warn),
            (Nodes, Level::Stop, Level::Warn),
            (Copies, Level::Warn, Level::Warn),
        ] {
            assert_eq!((weighed("ReadOnly", work), weighed("CanNotDelete", work)), (read_only, kept), "{work:?}");
        }
    }

    #[test]
    fn a_lock_that_keeps_nothing_from_being_done_is_not_told_as_none() {
        let text = |locks| judged(&[place("x", PlaceWork::Changes, locks)]).text;
        assert_eq!(text(Vec::new()), "no lock on x, and the subscription is enabled");
        let kept = vec![lock("/resourceGroups/rg", "CanNotDelete")];
        assert_eq!(text(kept), "no lock on x that hinders, and the subscription is enabled");
    }

    #[test]
    fn a_lock_is_told_once_with_its_place_its_notes_and_the_command_that_removes_it() {
        let noted = Lock { notes: Some("until Monday".to_owned()), ..lock("", "ReadOnly") };
        let places = [
            place("aks-shop", PlaceWork::Changes, vec![noted.clone()]),
            place("MC_shop", PlaceWork::Nodes, vec![noted, lock("/resourceGroups/MC_(shop)", "CanNotDelete")]),
        ];
        let finding = judged(&places);
        assert_eq!(finding.level, Level::Stop);
        assert_eq!(
            finding.text,
            "the ReadOnly lock freeze on subscription 11111111-1111-4111-8111-111111111111 forbids every change of aks-shop \
             and new nodes in MC_shop (noted: until Monday); the CanNotDelete lock freeze on resource group MC_(shop) forbids \
             AKS to remove spare nodes from MC_shop"
        );
        let id = "/subscriptions/11111111-1111-4111-8111-111111111111/providers/Microsoft.Authorization/locks/freeze";
        assert_eq!(*finding.now, format!("Ask who set it; an owner removes it: az lock delete --ids {id}"));
        let kept =
            judged(&[place("MC_shop", PlaceWork::Nodes, vec![lock("/resourceGroups/MC_(shop)", "CanNotDelete")])]);
        assert!(
            kept.now.ends_with("/resourceGroups/MC_(shop)/providers/Microsoft.Authorization/locks/freeze'"),
            "{}",
            kept.now
        );
    }

    #[test]
    fn locks_that_may_not_be_read_are_never_no_locks() {
        let unseen = Place { locks: None, ..place("registryb", PlaceWork::Makes, Vec::new()) };
        let finding = judged(&[unseen]);
        assert_eq!(finding.level, Level::Warn);
        assert_eq!(finding.text, "whether a lock holds on registryb was not seen: you may not read it");
    }

    #[test]
    fn a_subscription_is_judged_by_what_its_state_lets_be_done() {
        let places = [place("registryb", PlaceWork::Makes, Vec::new())];
        let level = |state| judge_locks(Side::B, &places, &[subscription(state)]).level;
        assert_eq!(level(Some("Enabled")), Level::Pass);
        for state in [Some("Warned"), Some("PastDue"), None] {
            assert_eq!(level(state), Level::Warn, "{state:?}");
        }
        for state in ["Disabled", "Deleted", "Expired"] {
            assert_eq!(level(Some(state)), Level::Stop, "{state}");
        }
    }

    #[test]
    fn a_lock_holds_at_its_scope_and_below_in_any_case() {
        let group = lock("/resourcegroups/RG", "ReadOnly");
        assert!(group.holds_at(&format!("{SUBSCRIPTION}/resourceGroups/rg/providers/P/t/x")));
        assert!(group.holds_at(&format!("{SUBSCRIPTION}/resourceGroups/rg")));
        assert!(!group.holds_at(&format!("{SUBSCRIPTION}/resourceGroups/rg2")));
        assert!(!group.holds_at(SUBSCRIPTION));
    }
}
