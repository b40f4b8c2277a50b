//! The check of the secret that a cluster uses: does it end soon?
//!
//! A journal or the secret's name tells which secret that is. It is never guessed.

use jiff::{SignedDuration, Timestamp};

use super::{About, AppFacts, Check, Finding, SecretFacts};
use crate::ids::{ClusterId, KeyId};
use crate::input::{Key, QUESTION_HOURS};
use crate::names::made_by_a_run;
use crate::text::count;
use crate::wording::Wording;

/// The rest of a secret's life below which the check warns, in days (`docs/PRODUCT.md` 3).
const WARN_DAYS: i64 = 30;

/// The secret of crosspull's own app that a cluster uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretInUse {
    /// This secret.
    Known(SecretFacts),
    /// One of several: neither a journal nor a name tells which.
    OneOf(Vec<SecretFacts>),
}

pub(super) fn about(id: &ClusterId) -> About {
    About::of_a(format!("the end of the secret that {} uses", id.name()))
}

/// Returns the secret of the app that the cluster uses.
///
/// That is the one that a journal says the cluster was given, or else the only one that carries the name of a run.
#[must_use]
pub fn secret_in_use(app: &AppFacts, given: Option<KeyId>) -> SecretInUse {
    let by_journal = app.secrets.iter().find(|s| given == Some(s.key));
    let named: Vec<&SecretFacts> = app.secrets.iter().filter(|s| made_by_a_run(&s.name)).collect();
    match (by_journal, named.as_slice()) {
        (Some(known), _) => SecretInUse::Known(known.clone()),
        (None, [only]) => SecretInUse::Known((*only).clone()),
        (None, several) => SecretInUse::OneOf(several.iter().copied().cloned().collect()),
    }
}

/// Judges when the secret in use ends. `renew` says that another secret is made.
#[must_use]
pub fn judge_secret(
    cluster: &ClusterId,
    in_use: &SecretInUse,
    now: Timestamp,
    soak_minutes: u16,
    renew: bool,
) -> Finding {
    let check = Check::Secret(cluster.clone());
    let name = cluster.name();
    let (first, which) = match in_use {
        SecretInUse::Known(secret) => (secret.ends, format!("{name}'s secret {}", secret.key)),
        SecretInUse::OneOf(secrets) if secrets.is_empty() => {
            let now = Wording::from("Its nodes cannot sign in again. Give it another: apply again with ") + Key::Renew;
            return if renew {
                check.warn(format!("{name}'s app has no secret of crosspull any more; another is made"), "")
            } else {
                check.stop(format!("{name}'s app has no secret of crosspull any more"), now)
            };
        }
        SecretInUse::OneOf(secrets) => {
            let keys: Vec<String> = secrets.iter().map(|s| s.key.to_string()).collect();
            let first = secrets.iter().filter_map(|s| s.ends).min();
            (first, format!("one of {name}'s secrets (which one it uses is not known: {})", keys.join(" ")))
        }
    };
    let Some(ends) = first else {
        return check.warn(format!("when {which} ends is not told"), "Look at the app's secrets in the portal.");
    };
    let left = ends.duration_since(now);
    let day = ends.strftime("%F");
    let needed = i64::from(QUESTION_HOURS) + i64::from(soak_minutes.div_ceil(60));
    let cure = Wording::from(format!("Give {name} another secret: apply again with ")) + Key::Renew;
    if renew {
        return check.pass(format!("{which} ends on {day}; another is made and given"));
    }
    if left < SignedDuration::from_hours(needed) {
        let word = if left.is_negative() { "ended" } else { "ends" };
        return check
            .stop(format!("{which} {word} on {}, before this run can be done", ends.strftime("%F %R UTC")), cure);
    }
    if left < SignedDuration::from_hours(WARN_DAYS * 24) {
        let days = usize::try_from(left.as_hours() / 24).unwrap_or_default();
        return check.warn(format!("{which} ends on {day}, in {}", count(days, "day")), cure);
    }
    check.pass(format!("{which} lives until {day}"))
}

/// Returns the warning that the secret in the pull secrets ends soon, judged by the newest that a run made. `None` where
/// it does not, or where another is made.
#[must_use]
pub fn warn_of_pull_secret(check: Check, app: &AppFacts, now: Timestamp, renew: bool) -> Option<Finding> {
    let ends =
        app.secrets.iter().filter(|secret| made_by_a_run(&secret.name)).filter_map(|secret| secret.ends).max()?;
    let left = ends.duration_since(now);
    if renew || left.is_negative() || left >= SignedDuration::from_hours(WARN_DAYS * 24) {
        return None;
    }
    let days = count(usize::try_from(left.as_hours() / 24).unwrap_or_default(), "day");
    let text = format!(
        "the secret of {}, by which the pull secrets pull, ends on {}, in {days}",
        app.name,
        ends.strftime("%F")
    );
    Some(check.warn(
        text,
        Wording::from("Make another before that: apply with ") + Key::Renew + ", naming every namespace that has it",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;
    use crate::ids::{AppId, ObjectId};
    use uuid::Uuid;

    const NOW: i64 = 1_790_000_000;

    fn secret(n: u128, name: &str, in_hours: i64) -> SecretFacts {
        let ends = Timestamp::from_second(NOW + in_hours * 3600).ok();
        SecretFacts { key: KeyId(Uuid::from_u128(n)), name: name.to_owned(), ends }
    }

    fn app(secrets: Vec<SecretFacts>) -> AppFacts {
        AppFacts {
            object_id: ObjectId(Uuid::nil()),
            app_id: AppId(Uuid::nil()),
            name: String::new(),
            created: None,
            owners: None,
            secrets,
            certificates: 0,
        }
    }

    #[test]
    fn the_secret_in_use_is_known_from_the_journal_or_the_only_name_and_not_guessed() {
        let two = app(vec![secret(1, "crosspull 7f3c9a2e", 9000), secret(2, "crosspull 00000001", 100)]);
        assert_eq!(secret_in_use(&two, Some(KeyId(Uuid::from_u128(2)))), SecretInUse::Known(two.secrets[1].clone()));
        assert!(matches!(secret_in_use(&two, None), SecretInUse::OneOf(several) if several.len() == 2));
        let one = app(vec![secret(1, "crosspull 7f3c9a2e", 9000), secret(2, "somebody's", 9000)]);
        assert_eq!(secret_in_use(&one, None), SecretInUse::Known(one.secrets[0].clone()));
    }

    #[test]
    fn a_pull_secret_is_warned_of_from_thirty_days_on_by_the_newest_secret() {
        let now = Timestamp::from_second(NOW).expect("a time");
        let warned = |hours, renew| {
            let app = app(vec![secret(1, "crosspull 00000001", 24), secret(2, "crosspull 7f3c9a2e", hours)]);
            warn_of_pull_secret(Check::PullApp(crate::names::Side::B), &app, now, renew)
        };
        assert!(warned(31 * 24, false).is_none() && warned(24, true).is_none());
        assert!(warned(10 * 24 + 1, false).is_some_and(|warned| warned.text.ends_with("in 10 days")));
    }

    #[test]
    fn a_secret_is_warned_of_from_thirty_days_on_and_stops_shortly_before_its_end() {
        let cluster = ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id");
        let now = Timestamp::from_second(NOW).expect("a time");
        let judged = |hours, renew| {
            let in_use = SecretInUse::Known(secret(1, "crosspull 7f3c9a2e", hours));
            judge_secret(&cluster, &in_use, now, 30, renew)
        };
        assert_eq!(judged(31 * 24, false).level, Level::Pass);
        let soon = judged(10 * 24 + 1, false);
        assert!(soon.level == Level::Warn && soon.text.ends_with("in 10 days"), "{}", soon.text);
        assert!(soon.now.contains("--renew"));
        assert_eq!(judged(1, false).level, Level::Stop);
        assert!(judged(-1, false).text.contains("ended on"));
        assert_eq!(judged(-1, true).level, Level::Pass);
        assert_eq!(judge_secret(&cluster, &SecretInUse::OneOf(Vec::new()), now, 30, false).level, Level::Stop);
    }
}
