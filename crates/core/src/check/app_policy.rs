//! A tenant's policy for the management of apps: may an app have what the run gives it?
//!
//! Sources: Graph's documents "tenantAppManagementPolicy resource type", "passwordCredentialConfiguration resource type" and, for
//! audiences, which v1.0 need not show, "audiencesConfiguration resource type" (`docs/facts/azure.md` 9.8).

use jiff::{Span, Timestamp, Unit};
use serde::Deserialize;

use super::{Check, Finding};
use crate::explain::Refusal;
use crate::input::Key;
use crate::text::count;
use crate::wording::Wording;

/// The default policy of a tenant.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AppPolicy {
    is_enabled: bool,
    application_restrictions: Option<Restrictions>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Restrictions {
    password_credentials: Option<Vec<Restriction>>,
    audiences: Option<Audiences>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Audiences {
    azure_ad_multiple_orgs: Option<Restriction>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Restriction {
    restriction_type: Option<String>,
    state: Option<String>,
    /// An ISO 8601 duration.
    max_lifetime: Option<String>,
    restrict_for_apps_created_after_date_time: Option<Timestamp>,
    /// Those whom the restriction leaves out, by their attributes.
    exclude_actors: Option<serde_json::Value>,
}

/// The purpose of a secret that a run adds to an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The run makes the app.
    New,
    /// The app is there, and its secret is replaced. A policy of the app's own can except it.
    Renewal,
    /// The app is there, and was made by somebody else: the secret proves the pull, and a given one would do.
    Proof,
}

/// The properties of the app and the secret that a run wants.
#[derive(Debug, Clone, Copy)]
pub struct WantedApp {
    /// The time at which the app was made; the present where it is not made yet.
    pub made: Timestamp,
    /// The purpose of the secret.
    pub purpose: Purpose,
    /// True where other tenants may let it in.
    pub many_tenants: bool,
    /// The days that its secret is to live.
    pub days: u16,
}

/// Judges an app by the policy of its tenant. `None` where nothing stands in the way. `check` tells which app in which
/// tenant.
#[must_use]
pub fn judge_app_policy(check: &Check, policy: &AppPolicy, wanted: WantedApp) -> Option<Finding> {
    const EXCEPT: &str = "ask those who keep the tenant's app management policy for an exception";
    let or_without = |first: String| {
        Wording::from(first) + ", or take a route without an app, such as " + Key::Route.given("repository-token")
    };
    let restrictions = policy.application_restrictions.as_ref().filter(|_| policy.is_enabled)?;
    let tenant = check.side().map(|side| format!("tenant {side}'s")).unwrap_or_default();
    let found = |restriction: &Restriction, text: String, now: Wording| {
        // A policy of the app's own goes before the default one, and somebody may be left out: the service decides. What
        // it decides on a secret for the proof would come after the app is opened, and there is a way without one.
        let is_sure = wanted.purpose != Purpose::Renewal && restriction.exclude_actors.is_none();
        Some(if is_sure { check.clone().stop(text, now) } else { check.clone().warn(text, now) })
    };
    let upper = |text: &str| text.replacen("ask", "Ask", 1);
    let no_secret = || match wanted.purpose {
        Purpose::Proof => {
            Wording::from("Give a secret that the app has, by ")
                + Key::AppSecretFile
                + ", so that none is added, or "
                + EXCEPT
        }
        Purpose::New | Purpose::Renewal => or_without(upper(EXCEPT)),
    };
    let is_new = wanted.purpose == Purpose::New;
    let audience = restrictions.audiences.as_ref().and_then(|all| all.azure_ad_multiple_orgs.as_ref());
    if let Some(restriction) = audience.filter(|one| is_new && wanted.many_tenants && one.holds(wanted.made)) {
        let text = format!("{tenant} policy for apps forbids those that another tenant may let in");
        return found(restriction, text, or_without(upper(EXCEPT)));
    }
    for restriction in restrictions.password_credentials.iter().flatten().filter(|one| one.holds(wanted.made)) {
        match restriction.restriction_type.as_deref() {
            Some("passwordAddition") => {
                let text = format!("{tenant} policy for apps forbids them client secrets");
                return found(restriction, text, no_secret());
            }
            Some("passwordLifetime") => {
                let Some(most) = restriction.most_days().filter(|most| i64::from(wanted.days) > *most) else {
                    continue;
                };
                if most < 1 {
                    let text =
                        format!("{tenant} policy for apps lets no client secret live a day, so none may be added");
                    return found(restriction, text, no_secret());
                }
                let text = format!(
                    "{tenant} policy for apps lets a client secret live {}, and {} are asked for",
                    count(usize::try_from(most).unwrap_or_default(), "day"),
                    wanted.days
                );
                let now = Wording::from("Give ") + Key::SecretDays.given(most.to_string()) + " , or " + EXCEPT;
                return found(restriction, text, now);
            }
            _ => {}
        }
    }
    None
}

/// Adds to a finding that the policy for apps was not seen. `why` is the reason, as the second half of a sentence.
#[must_use]
pub fn with_unseen_app_policy(finding: Finding, why: &str, refusal: Option<Refusal>) -> Finding {
    let tenant = finding.check.side().map(|side| format!("tenant {side}'s")).unwrap_or_default();
    let text = format!("{}; {tenant} policy for apps was not seen: {why}", finding.text);
    let before = if finding.now.is_empty() { finding.now } else { finding.now + " " };
    let now = before + "If the policy forbids what the run adds to the app, that is said then.";
    Finding { refusal, ..finding.check.warn(text, now) }
}

impl Restriction {
    /// True where it is in force for an app of that age.
    fn holds(&self, made: Timestamp) -> bool {
        self.state.as_deref().is_none_or(|state| state.eq_ignore_ascii_case("enabled"))
            && self.restrict_for_apps_created_after_date_time.is_none_or(|since| since <= made)
    }

    /// Returns the whole days that a secret may live. `None` where that is not told.
    fn most_days(&self) -> Option<i64> {
        let span: Span = self.max_lifetime.as_deref()?.parse().ok()?;
        let days = span.total((Unit::Day, jiff::civil::date(2026, 1, 1))).ok()?;
        #[allow(clippy::cast_possible_truncation, reason = "days of a policy fit, and a part of one is no day")]
        Some(days as i64)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::check::Level;

    const WANTED: WantedApp =
        WantedApp { made: Timestamp::UNIX_EPOCH, purpose: Purpose::New, many_tenants: true, days: 180 };

    fn judged(restrictions: serde_json::Value, wanted: WantedApp) -> Option<(Level, String)> {
        let policy = json!({ "isEnabled": true, "applicationRestrictions": restrictions });
        let policy: AppPolicy = serde_json::from_value(policy).expect("a policy");
        let found = judge_app_policy(&Check::App, &policy, wanted)?;
        Some((found.level, format!("{} {}", found.text, found.now)))
    }

    fn secrets(kind: &str, change: &serde_json::Value) -> serde_json::Value {
        let mut one = json!({ "restrictionType": kind, "state": "enabled", "maxLifetime": "P90D",
                              "restrictForAppsCreatedAfterDateTime": null });
        for (name, value) in change.as_object().expect("an object") {
            one[name] = value.clone();
        }
        json!({ "passwordCredentials": [one], "keyCredentials": [] })
    }

    #[test]
    fn what_the_policy_forbids_stops_with_the_largest_days_that_it_allows() {
        let none = json!({});
        let (level, says) = judged(secrets("passwordLifetime", &none), WANTED).expect("a finding");
        assert_eq!(level, Level::Stop);
        assert!(says.contains("live 90 days, and 180 are asked for") && says.contains("--secret-days 90 "), "{says}");
        assert_eq!(judged(secrets("passwordLifetime", &none), WantedApp { days: 90, ..WANTED }), None);
        let (level, says) = judged(secrets("passwordAddition", &none), WANTED).expect("a finding");
        assert!(level == Level::Stop && says.contains("forbids them client secrets Ask those who"), "{says}");
        let audience = json!({ "audiences": { "azureAdMultipleOrgs": { "state": "enabled" } } });
        assert!(judged(audience.clone(), WANTED).is_some_and(|(level, _)| level == Level::Stop));
        assert_eq!(judged(audience, WantedApp { many_tenants: false, ..WANTED }), None);
    }

    #[test]
    fn who_lets_no_secret_live_a_day_forbids_them_and_a_proof_takes_a_given_one() {
        let proof = WantedApp { purpose: Purpose::Proof, days: 1, ..WANTED };
        for lifetime in ["P0D", "PT12H"] {
            let policy = secrets("passwordLifetime", &json!({ "maxLifetime": lifetime }));
            let (_, says) = judged(policy.clone(), WANTED).expect("a finding");
            assert!(says.contains("no client secret live a day") && !says.contains("--secret-days"), "{says}");
            let (level, says) = judged(policy, proof).expect("a finding");
            assert!(level == Level::Stop && says.contains("by --app-secret-file, so that none is added"), "{says}");
        }
        assert_eq!(judged(secrets("passwordLifetime", &json!({ "maxLifetime": "P1D" })), proof), None);
    }

    #[test]
    fn what_is_not_in_force_or_excepts_somebody_does_not_stop() {
        for change in
            [json!({ "state": "disabled" }), json!({ "restrictForAppsCreatedAfterDateTime": "2030-01-01T00:00:00Z" })]
        {
            assert_eq!(judged(secrets("passwordAddition", &change), WANTED), None, "{change}");
        }
        let level = |change: serde_json::Value, wanted| {
            judged(secrets("passwordAddition", &change), wanted).map(|found| found.0)
        };
        assert_eq!(level(json!({ "excludeActors": { "customSecurityAttributes": [] } }), WANTED), Some(Level::Warn));
        assert_eq!(level(json!({}), WantedApp { purpose: Purpose::Renewal, ..WANTED }), Some(Level::Warn));
        assert!(judge_app_policy(&Check::App, &AppPolicy::default(), WANTED).is_none());
    }
}
