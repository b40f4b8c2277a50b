//! The check of apps that carry the cluster's mark: which of them is taken up.

use crosspull_core::check::{
    AppFacts, Check, Finding, Level, Purpose, SecretFacts, TakeUpReason, WantedApp, choose_app, judge_app,
    warn_of_pull_secret,
};
use crosspull_core::event::Work;
use crosspull_core::ids::{AppId, ClusterId};
use crosspull_core::names::{Side, marker, pull_marker};
use crosspull_core::rights::Grantee;
use crosspull_core::text::printable;
use futures_util::future::{join_all, join3};

use super::app_policy;
use super::read_cluster::read_cluster;
use super::reads::{MarkedApps, Reads};
use super::{CheckStopped, call_stop};
use crate::patience::patiently;
use crate::reply::{App, Owner, PasswordCredential};
use crate::request;

/// The apps that are looked for: those of a purpose, in the tenant that they are registered in.
#[derive(Debug, Clone)]
struct Wanted {
    check: Check,
    home: Side,
    /// The tag that such an app carries.
    marker: String,
    /// True where the cluster itself signs in as the app.
    is_of_cluster: bool,
}

/// Asks for the app that a cluster is given as its service principal.
pub(super) async fn ask(reads: &Reads<'_>) -> Result<(), CheckStopped> {
    let chosen = join_all(reads.inputs.clusters.iter().map(|id| chosen(reads, id))).await;
    chosen.into_iter().try_for_each(|apps| apps.map(drop))
}

/// Asks for the app whose secret is in a cluster's pull secrets.
pub(super) async fn ask_for_pulling(reads: &Reads<'_>, home: Side) -> Result<(), CheckStopped> {
    let of =
        |id: &ClusterId| Wanted { check: Check::PullApp(home), home, marker: pull_marker(id), is_of_cluster: false };
    let chosen = join_all(reads.inputs.clusters.iter().map(|id| chosen_of(reads, id, of(id)))).await;
    chosen.into_iter().try_for_each(|apps| apps.map(drop))
}

/// Returns the apps that carry the mark of a cluster, where the check of them does not stop.
pub(super) async fn chosen<'r>(reads: &'r Reads<'_>, id: &ClusterId) -> Result<&'r MarkedApps, CheckStopped> {
    let wanted = Wanted { check: Check::App, home: Side::A, marker: marker(id), is_of_cluster: true };
    chosen_of(reads, id, wanted).await
}

/// Returns the service principal that the app is going to have, as far as it is known before the run.
pub(super) const fn grantee(apps: &MarkedApps) -> Grantee {
    if apps.taken.is_none() { Grantee::New } else { Grantee::Unknown }
}

async fn chosen_of<'r>(reads: &'r Reads<'_>, id: &ClusterId, wanted: Wanted) -> Result<&'r MarkedApps, CheckStopped> {
    let judged = async {
        reads.begin(&wanted.check)?;
        let (marked, cluster, policy) = join3(
            marked_apps(reads, &wanted),
            read_cluster(reads, id),
            app_policy::read(reads, &wanted.check, wanted.home),
        )
        .await;
        let in_use = cluster?.as_ref().ok().and_then(|read| read.facts.client_id).filter(|_| wanted.is_of_cluster);
        reads.conclude(marked.map(|marked| {
            let (apps, finding) = take_up(reads, wanted.check.clone(), &marked, in_use);
            let finding = match wants(reads, wanted.home, &apps) {
                Some(app) => policy.judge(finding, app),
                None => finding,
            };
            (apps, finding)
        }))
    };
    reads.cluster(id)?.apps.get_or_init(|| judged).await.as_ref().map_err(|said| *said)
}

/// Returns what the run wants of an app. `None` where it adds nothing: one that the cluster has gets no secret without a
/// renewal.
fn wants(reads: &Reads<'_>, home: Side, apps: &MarkedApps) -> Option<WantedApp> {
    if apps.taken.is_some() && !reads.inputs.renew {
        return None;
    }
    let now = reads.door.wire().recorder().now();
    Some(WantedApp {
        made: apps.taken.as_ref().and_then(|app| app.created).unwrap_or(now),
        purpose: if apps.taken.is_none() { Purpose::New } else { Purpose::Renewal },
        many_tenants: home == Side::A && reads.tenants.a != reads.tenants.b,
        days: reads.inputs.secret_days,
    })
}

/// Reads the apps that carry the mark, with everything that tells whose they are.
async fn marked_apps(reads: &Reads<'_>, wanted: &Wanted) -> Result<Vec<AppFacts>, Finding> {
    let Wanted { check, home, marker, .. } = wanted;
    let work = Work::Check(check.clone());
    let request = request::apps_tagged(reads.door.endpoints(), *home, marker);
    let read = patiently(reads.door.wire(), &work, async || reads.door.list::<App>(&work, request.clone()).await).await;
    let apps = read.map_err(|e| call_stop(check.clone(), &format!("the apps of tenant {home} cannot be read"), e))?;
    Ok(join_all(apps.into_iter().map(|app| described(reads, &work, *home, app))).await)
}

/// Returns an app as the checks see it: with its owners, where the question whose it is arises.
async fn described(reads: &Reads<'_>, work: &Work, home: Side, app: App) -> AppFacts {
    let owners = if reads.known.apps.contains(&app.id) {
        None
    } else {
        let listed = reads.door.list::<Owner>(work, request::owners_of(reads.door.endpoints(), home, app.id)).await;
        listed.ok().map(|owners| owners.iter().map(Owner::name).collect())
    };
    facts_of(app, owners)
}

/// Chooses among the marked apps, and judges the choice.
fn take_up(reads: &Reads<'_>, check: Check, marked: &[AppFacts], in_use: Option<AppId>) -> (MarkedApps, Finding) {
    let adopt = reads.inputs.adopt;
    let taken: Option<(&AppFacts, TakeUpReason)> = choose_app(marked, in_use, &reads.known.apps, adopt);
    let finding = judge_app(check.clone(), marked, taken, adopt);
    let soon = taken
        .filter(|_| finding.level == Level::Pass && matches!(check, Check::PullApp(_)))
        .and_then(|(app, _)| warn_of_pull_secret(check, app, reads.door.wire().recorder().now(), reads.inputs.renew));
    let finding = soon.unwrap_or(finding);
    let taken = taken.map(|(app, _)| app.clone());
    let others = marked.iter().filter(|app| taken.as_ref() != Some(*app));
    let passed_over = others.map(|app| app.object_id).collect();
    (MarkedApps { taken, passed_over }, finding)
}

fn facts_of(app: App, owners: Option<Vec<String>>) -> AppFacts {
    let secret = |credential: PasswordCredential| SecretFacts {
        key: credential.key_id,
        name: printable(credential.display_name.as_deref().unwrap_or_default(), 120),
        ends: credential.end_date_time,
    };
    AppFacts {
        object_id: app.id,
        app_id: app.app_id,
        name: printable(app.display_name.as_deref().unwrap_or_default(), 120),
        created: app.created_date_time,
        owners,
        secrets: app.password_credentials.into_iter().map(secret).collect(),
        certificates: app.key_credentials.len(),
    }
}
