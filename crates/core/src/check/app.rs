//! The check of apps that carry a cluster's mark: whose app is it?
//!
//! Everybody who may register apps in tenant A can put the mark on one, so the mark alone is no reason to give an app
//! rights and a cluster.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{About, Check, Finding};
use crate::ids::{AppId, KeyId, ObjectId};
use crate::input::{Adopt, Key};
use crate::names::Side;
use crate::text::count;
use crate::wording::Wording;

/// An app registration that carries the cluster's mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AppFacts {
    /// The app's object id in its tenant.
    pub object_id: ObjectId,
    /// The application (client) id.
    pub app_id: AppId,
    pub name: String,
    /// The time at which the app was made. `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// The owners of the app, by name or id. `None` where they were not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owners: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretFacts>,
    /// The number of certificates on the app.
    #[serde(default)]
    pub certificates: usize,
}

/// A client secret of an app, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SecretFacts {
    pub key: KeyId,
    /// The display name of the secret; empty where it has none.
    pub name: String,
    /// The end of the secret's life, where that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Timestamp>,
}

/// The reason why an app with the mark is taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeUpReason {
    /// The cluster uses the app.
    InUse,
    /// A journal on this machine names the app.
    Journalled,
    /// Somebody named the app for this run.
    Adopted,
}

pub(super) fn about() -> About {
    About::of_a("the app of an earlier run")
}

impl AppFacts {
    /// Returns everything that helps to tell whose app it is, in one line.
    #[must_use]
    pub fn described(&self) -> String {
        let created = self.created.map_or_else(String::new, |at| format!(", made {}", at.strftime("%F %R UTC")));
        let owners = match &self.owners {
            None => "owners not read".to_owned(),
            Some(owners) if owners.is_empty() => "no owner".to_owned(),
            Some(owners) => format!("owned by {}", owners.join(", ")),
        };
        let names: Vec<&str> =
            self.secrets.iter().map(|s| if s.name.is_empty() { "unnamed" } else { &s.name }).collect();
        let secrets = match names.as_slice() {
            [] => "no secret".to_owned(),
            names => format!("{}: {}", count(names.len(), "secret"), names.join(", ")),
        };
        let certificates = match self.certificates {
            0 => String::new(),
            n => format!(", {}", count(n, "certificate")),
        };
        let Self { name, app_id, object_id, .. } = self;
        format!("{name}, app {app_id}, object {object_id} ({owners}{created}, {secrets}{certificates})")
    }
}

/// Returns the app that a run takes up, of those that carry the cluster's mark, and the reason.
///
/// The other apps belong to nobody that is known.
#[must_use]
pub fn choose_app<'a>(
    marked: &'a [AppFacts],
    in_use: Option<AppId>,
    journalled: &[ObjectId],
    adopt: Option<Adopt>,
) -> Option<(&'a AppFacts, TakeUpReason)> {
    let by = |is: &dyn Fn(&AppFacts) -> bool, whose| marked.iter().find(|app| is(app)).map(|app| (app, whose));
    by(&|app| in_use == Some(app.app_id), TakeUpReason::InUse)
        .or_else(|| by(&|app| journalled.contains(&app.object_id), TakeUpReason::Journalled))
        .or_else(|| match adopt? {
            Adopt::Id(id) => by(&|app| app.object_id.0 == id || app.app_id.0 == id, TakeUpReason::Adopted),
            Adopt::New => None,
        })
}

/// Judges the apps that carry the cluster's mark; `check` tells for which purpose, and in which tenant.
#[must_use]
pub fn judge_app(
    check: Check,
    marked: &[AppFacts],
    taken: Option<(&AppFacts, TakeUpReason)>,
    adopt: Option<Adopt>,
) -> Finding {
    let tenant = check.side().unwrap_or(Side::A);
    let listed = || marked.iter().map(AppFacts::described).collect::<Vec<_>>().join("; ");
    match (taken, adopt) {
        (Some((app, TakeUpReason::InUse)), _) => check.pass(format!("{} of an earlier run is in use", app.name)),
        (Some((app, TakeUpReason::Journalled)), _) => {
            check.pass(format!("{}, app {} , was made by an earlier run here and is taken up", app.name, app.app_id))
        }
        (Some((app, TakeUpReason::Adopted)), _) => check.warn(
            format!("taken up because you named it: {}", app.described()),
            "Whoever owns it or holds a credential of it can use what the cluster's new principal may do.",
        ),
        (None, Some(Adopt::Id(id))) => check.stop(
            format!("no app with this cluster's mark has the id {id}"),
            if marked.is_empty() {
                Wording::from("Leave ") + Key::Adopt + " out: an app is made."
            } else {
                format!("These carry the mark: {}", listed()).into()
            },
        ),
        (None, _) if marked.is_empty() => check.pass("no app of an earlier run; one will be made"),
        (None, Some(Adopt::New)) => {
            check.warn(format!("passed over, and another app is made: {}", listed()), "Look who made it, and why.")
        }
        (None, None) => check.stop(
            format!("an app carries this cluster's mark, and no run on this machine made it: {}", listed()),
            Wording::from(format!(
                "Everybody who may register apps in tenant {tenant} can set that mark. Where you know it (you ran crosspull \
                 on another machine), give "
            )) + Key::Adopt
                + " with its object id. Else give "
                + Key::Adopt.given("new")
                + ", which leaves it alone and makes another.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;
    use uuid::Uuid;

    fn app(n: u128) -> AppFacts {
        AppFacts {
            object_id: ObjectId(Uuid::from_u128(n)),
            app_id: AppId(Uuid::from_u128(n + 100)),
            name: format!("app-{n}"),
            created: Timestamp::from_second(1_760_000_000).ok(),
            owners: Some(vec!["someone@contoso.com".to_owned()]),
            secrets: vec![SecretFacts { key: KeyId(Uuid::nil()), name: "theirs".to_owned(), ends: None }],
            certificates: 1,
        }
    }

    fn chosen(
        marked: &[AppFacts],
        in_use: Option<u128>,
        journalled: &[u128],
        adopt: Option<Adopt>,
    ) -> Option<(u128, TakeUpReason)> {
        let journalled: Vec<ObjectId> = journalled.iter().map(|n| ObjectId(Uuid::from_u128(*n))).collect();
        let in_use = in_use.map(|n| AppId(Uuid::from_u128(n)));
        choose_app(marked, in_use, &journalled, adopt).map(|(app, whose)| (app.object_id.0.as_u128(), whose))
    }

    #[test]
    fn the_app_that_the_cluster_uses_is_ours_and_then_the_one_of_a_journal() {
        let marked = [app(1), app(2), app(3)];
        assert_eq!(chosen(&marked, Some(102), &[3], None), Some((2, TakeUpReason::InUse)));
        assert_eq!(chosen(&marked, None, &[3], None), Some((3, TakeUpReason::Journalled)));
        assert_eq!(chosen(&marked, None, &[], None), None);
        for id in [1, 101] {
            let adopt = Some(Adopt::Id(Uuid::from_u128(id)));
            assert_eq!(chosen(&marked, None, &[], adopt), Some((1, TakeUpReason::Adopted)));
        }
    }

    #[test]
    fn an_app_that_nobody_here_made_stops_and_is_described() {
        let marked = [app(1)];
        let stop = judge_app(Check::App, &marked, None, None);
        assert_eq!(stop.level, Level::Stop);
        for part in ["owned by someone@contoso.com", "1 secret: theirs", "1 certificate", "made 2025-10-09"] {
            assert!(stop.text.contains(part), "no {part:?} in {}", stop.text);
        }
        assert_eq!(judge_app(Check::App, &marked, None, Some(Adopt::New)).level, Level::Warn);
        assert_eq!(judge_app(Check::App, &marked, Some((&marked[0], TakeUpReason::Adopted)), None).level, Level::Warn);
        assert_eq!(
            judge_app(Check::App, &marked, Some((&marked[0], TakeUpReason::Journalled)), None).level,
            Level::Pass
        );
        assert_eq!(judge_app(Check::App, &[], None, None).level, Level::Pass);
        assert_eq!(judge_app(Check::App, &[], None, Some(Adopt::Id(Uuid::nil()))).level, Level::Stop);
    }
}
