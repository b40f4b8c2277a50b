//! The check of the app that a cluster uses: can other tenants be allowed to let it in?

use crosspull_core::check::{Check, ClusterApp, Finding, Purpose, WantedApp, judge_cluster_app, judge_no_cluster_app};
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::input::Key;
use crosspull_core::names::Side;
use crosspull_core::route::PROOF_DAYS;
use crosspull_core::text::printable;
use crosspull_core::wording::Wording;
use futures_util::future::join3;

use super::app_policy::{self, Policy};
use super::reads::Reads;
use super::{CheckStopped, call_stop, cluster};
use crate::reply::{App, List, Organization};
use crate::request;

/// Asks about the app. The check of the cluster tells where there is none.
pub(super) async fn ask(reads: &Reads<'_>, id: &ClusterId) -> Result<(), CheckStopped> {
    let Ok(of_cluster) = cluster::usable(reads, id).await else { return Ok(()) };
    let check = Check::ClusterApp(id.clone());
    let Some(app) = of_cluster.facts.client_id else {
        let text = format!("{} uses a managed identity, which has no app", id.name());
        reads.begin(&check)?;
        let now = Wording::from("Choose another route: ") + Key::Route.given("auto") + " finds the one that fits.";
        return reads.conclude(Err::<((), Finding), _>(check.stop(text, now)));
    };
    let work = Work::Check(check.clone());
    let read = async {
        let endpoints = reads.door.endpoints();
        let listed = reads.door.list::<App>(&work, request::apps_of(endpoints, Side::A, app));
        let domains = reads.door.json::<List<Organization>>(&work, request::organization(endpoints, Side::A));
        let (listed, domains, policy) = join3(listed, domains, policy(reads, &check)).await;
        let listed = listed.map_err(|e| call_stop(check.clone(), &format!("the app {app} cannot be read"), e))?;
        let Some(found) = listed.into_iter().find(|one| one.app_id == app) else {
            return Err(judge_no_cluster_app(id, app));
        };
        let facts = facts_of(id, found);
        // Domains that were not read are not verified, as far as anybody knows: then the check says no.
        let domains: Vec<String> = domains.ok().into_iter().flat_map(|list| list.value).flat_map(domains_of).collect();
        let finding = judge_cluster_app(&facts, reads.tenants.a, &domains);
        let wanted = WantedApp {
            made: facts.created.unwrap_or_else(|| reads.door.wire().recorder().now()),
            purpose: Purpose::Proof,
            many_tenants: true,
            days: PROOF_DAYS,
        };
        let finding = match policy {
            Some(policy) => policy.judge(finding, wanted),
            None => finding,
        };
        Ok((facts, finding))
    };
    let facts = reads.ask(check.clone(), read).await?;
    reads.cluster(id)?.app_in_use.get_or_init(async || facts).await;
    Ok(())
}

/// Reads the tenant's policy for apps, where the run adds a secret to the app.
async fn policy(reads: &Reads<'_>, check: &Check) -> Option<Policy> {
    match reads.inputs.access.app_secret_file {
        None => Some(app_policy::read(reads, check, Side::A).await),
        Some(_) => None,
    }
}

fn facts_of(id: &ClusterId, app: App) -> ClusterApp {
    ClusterApp {
        cluster: id.clone(),
        app: app.app_id,
        object: app.id,
        name: printable(app.display_name.as_deref().unwrap_or("unnamed"), 120),
        audience: app.sign_in_audience.unwrap_or_default(),
        created: app.created_date_time,
        identifier_uris: app.identifier_uris.iter().map(|uri| printable(uri, 200)).collect(),
    }
}

fn domains_of(organization: Organization) -> Vec<String> {
    organization.verified_domains.into_iter().map(|domain| domain.name).collect()
}
