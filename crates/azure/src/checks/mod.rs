//! The checks: each asks Azure one question, in both tenants side by side, and core judges the answer.
//!
//! Nothing is written. One file holds one check; this file asks the checks of a route and gathers what the plan needs.

use crosspull_core::check::{
    Check, ClusterFacts, Finding, Level, RegistryFacts, Survey, TenantFacts, judge_admin_account, judge_soak,
};
use crosspull_core::event::Event;
use crosspull_core::input::Inputs;
use crosspull_core::names::{PerTenant, Route};
use crosspull_core::route::{self, Assessed, Fit, Found, RouteSpec, Weighed};
use crosspull_core::run::Known;
use crosspull_core::text::lower_first;
use futures_util::future::{join, join_all};

use crate::door::Door;
use crate::journal::JournalError;
use crate::wire::CallError;

mod app;
mod app_policy;
mod app_secret;
mod assigning;
mod cluster;
mod cluster_app;
mod eligible;
mod found;
mod headroom;
mod image;
mod kubernetes;
mod locks;
mod namespace;
mod needs;
mod old_roles;
mod other_secrets;
mod puller;
mod read_cluster;
mod reads;
mod registry;
mod rights;
mod secret;
mod sign_in;

use reads::Reads;

pub use sign_in::{admit_again, sign_in};

/// The mark of a check that stopped: its finding went out as an event already.
#[derive(Debug, Clone, Copy)]
struct CheckStopped;

/// The end of the checks.
#[derive(Default)]
struct Asked {
    /// The route, where none of its checks stops.
    passed: Option<&'static RouteSpec>,
    /// The finding that tenant B's directory does not let the operator in.
    kept_out: Option<Finding>,
}

/// Asks the checks.
#[derive(Debug)]
pub struct Surveyor<'a> {
    door: &'a Door,
    inputs: &'a Inputs,
    known: &'a Known,
}

impl<'a> Surveyor<'a> {
    /// Returns a surveyor for those inputs. `known` is what the journals on this machine tell.
    #[must_use]
    pub const fn new(door: &'a Door, inputs: &'a Inputs, known: &'a Known) -> Self {
        Self { door, inputs, known }
    }

    /// Enters both tenants, chooses the route, and asks every check of the route.
    ///
    /// Returns the route and the facts where nothing stops. Every finding went out as an event.
    ///
    /// # Errors
    ///
    /// The error of a journal that cannot be written.
    pub async fn survey(&self) -> Result<Option<(&'static RouteSpec, Survey)>, JournalError> {
        let Some(admitted) = sign_in::enter_both(self.door, self.inputs).await? else { return Ok(None) };
        let mut reads = Reads::new(self.door, self.inputs, self.known, admitted.ids());
        let (tenants, asked) = join(admitted.told(self.door), Box::pin(self.ask_all(&mut reads))).await;
        let Asked { passed, kept_out } = asked?;
        // The last word on a tenant counts, so this comes after its sign-in.
        if let Some(finding) = kept_out {
            say(self.door, finding)?;
        }
        let (Some(spec), Ok(tenants)) = (passed, tenants) else { return Ok(None) };
        Ok(self.gather(&reads, tenants).ok().map(|survey| (spec, survey)))
    }

    /// Chooses the route, and asks every check of it.
    async fn ask_all(&self, reads: &mut Reads<'_>) -> Result<Asked, JournalError> {
        let Some(spec) = self.route(reads).await? else { return Ok(Asked::default()) };
        let kept_out = match spec.route {
            Route::NewApp | Route::ConvertApp => sign_in::directory_keeps_out(self.door, self.inputs.consent).await,
            _ => None,
        };
        if kept_out.is_some() && self.door.wire().control().is_stopped() {
            return Ok(Asked::default());
        }
        if kept_out.as_ref().is_some_and(|finding| finding.level == Level::Stop) {
            return Ok(Asked { passed: None, kept_out });
        }
        reads.asked = (spec.checks)(self.inputs);
        let answers = join_all(reads.asked.iter().map(|check| Box::pin(ask(check, reads)))).await;
        let stops = answers.into_iter().any(|answer| answer.is_err());
        Ok(Asked { passed: (!stops).then_some(spec), kept_out })
    }

    /// Enters both tenants, and weighs every route by what is found. `None` where something stops, which is said.
    ///
    /// # Errors
    ///
    /// The error of a journal that cannot be written.
    pub async fn weigh(&self) -> Result<Option<Vec<Assessed>>, JournalError> {
        let Some(admitted) = sign_in::enter_both(self.door, self.inputs).await? else { return Ok(None) };
        let reads = Reads::new(self.door, self.inputs, self.known, admitted.ids());
        let (tenants, found) = join(admitted.told(self.door), Box::pin(found::read(&reads))).await;
        let (Ok(_), Some(found)) = (tenants, found) else { return Ok(None) };
        self.assess(&found).map(Some)
    }

    /// Weighs every route by what was found, and says so.
    fn assess(&self, found: &Found) -> Result<Vec<Assessed>, JournalError> {
        let assessed = route::assess(found);
        let routes = assessed.iter().map(Weighed::from).collect();
        self.door.wire().recorder().announce(Event::RoutesWeighed { routes })?;
        Ok(assessed)
    }

    /// Returns the route that was asked for. Where the choice was left to crosspull, it reads what the choice depends
    /// on, says which one it takes, and stops where none fits.
    async fn route(&self, reads: &Reads<'_>) -> Result<Option<&'static RouteSpec>, JournalError> {
        if let Some(spec) = self.inputs.route.and_then(route::spec) {
            return Ok(Some(spec));
        }
        let Some(found) = found::read(reads).await else { return Ok(None) };
        let assessed = self.assess(&found)?;
        let chosen = assessed.iter().find(|one| matches!(one.fit, Fit::Recommended(_)));
        say(self.door, route::judge(&assessed))?;
        Ok(chosen.map(|one| one.spec))
    }

    /// Gathers what was read into the survey.
    fn gather(&self, reads: &Reads<'_>, tenants: PerTenant<TenantFacts>) -> Result<Survey, CheckStopped> {
        let (mut taken, mut passed_over) = (None, Vec::new());
        let mut clusters: Vec<ClusterFacts> = Vec::new();
        for id in &self.inputs.clusters {
            let of = reads.cluster(id)?;
            let mut facts = of.checked()?.facts.clone();
            if let Some(apps) = of.apps.get() {
                let apps = apps.clone()?;
                passed_over.extend(apps.passed_over);
                taken = taken.or(apps.taken);
            }
            facts.key = of.key.get().copied().flatten();
            if let Some(Ok(held)) = of.holdings.get().cloned() {
                (facts.roles, facts.withheld) = (held.copied, held.withheld);
                (facts.lacks, facts.holds) = (held.lacks, held.all);
            }
            if let Some(Ok(of)) = of.needs.get().cloned() {
                (facts.needed, facts.needs) = (of.needed, of.needs);
                facts.lacks.extend(of.lacks);
            }
            clusters.push(facts);
        }
        let registries: Result<Vec<RegistryFacts>, CheckStopped> = self
            .inputs
            .registries
            .iter()
            .map(|id| Ok(reads.registry(id)?.usable.get().cloned().ok_or(CheckStopped)??.0))
            .collect();
        let (cloud, pullers) = (self.door.endpoints().name.clone(), reads.pullers());
        let cluster_apps = reads.apps_in_use();
        let (namespaces, no_kubernetes) = (reads.namespaces(), reads.no_kubernetes());
        let (registries, app) = (registries?, taken);
        Ok(Survey {
            cloud,
            tenants,
            clusters,
            registries,
            pullers,
            cluster_apps,
            namespaces,
            no_kubernetes,
            app,
            passed_over,
        })
    }
}

/// Asks one check.
async fn ask(check: &Check, reads: &Reads<'_>) -> Result<(), CheckStopped> {
    match check {
        // Entering the tenants and choosing the route ask these before the others; no route asks for access.
        Check::SignIn(_)
        | Check::Name { .. }
        | Check::Cloud
        | Check::Tenants
        | Check::OtherRuns(_)
        | Check::Route
        | Check::Access(_) => Ok(()),
        Check::Soak => reads.conclude(Ok(((), judge_soak(reads.inputs.soak_minutes)))),
        Check::Cluster(id) => cluster::usable(reads, id).await.map(drop),
        Check::ClusterApp(id) => cluster_app::ask(reads, id).await,
        Check::AppSecret(id) => app_secret::ask(reads, id).await,
        Check::ResetRight(id) => rights::to_reset(reads, id).await,
        Check::App => app::ask(reads).await,
        Check::Secret(id) => secret::ask(reads, id).await,
        Check::OldRoles(id) => old_roles::ask(reads, id).await,
        Check::Needs(id) => needs::ask(reads, id).await,
        Check::Headroom(id) => headroom::ask(reads, id).await,
        Check::Registry(id) => registry::usable(reads, id).await.map(drop),
        Check::RoleRight(id) => rights::to_assign(reads, id).await,
        Check::TokenRight(id) => rights::to_make_token(reads, id).await,
        Check::AdminAccount(id) => reads.conclude(Ok(((), judge_admin_account(id)))),
        Check::AdminRight(id) => rights::to_be_admin(reads, id).await,
        Check::Locks(side) => locks::ask(reads, *side).await,
        Check::Image(id, image) => image::ask(reads, id, image).await,
        Check::Kubernetes(id) => kubernetes::ask(reads, id).await,
        Check::Namespace(cluster, namespace) => namespace::ask(reads, cluster, namespace).await,
        Check::OtherSecrets(cluster) => other_secrets::ask(reads, cluster).await,
        Check::PullApp(home) => app::ask_for_pulling(reads, *home).await,
        Check::Puller(cluster, registry) => puller::ask(reads, cluster, registry).await,
    }
}

fn say(door: &Door, finding: Finding) -> Result<Level, JournalError> {
    let level = finding.level;
    door.wire().recorder().announce(Event::CheckEnded { finding })?;
    Ok(level)
}

fn begin(door: &Door, check: &Check) -> Result<(), CheckStopped> {
    door.wire().recorder().announce(Event::CheckStarted { check: check.clone() }).map_err(|_| CheckStopped)
}

/// Says the answer to a check. Returns what was read where the check does not stop.
fn conclude<T>(door: &Door, answer: Result<(T, Finding), Finding>) -> Result<T, CheckStopped> {
    let (value, finding) = match answer {
        Ok((value, finding)) => (Some(value), finding),
        Err(finding) => (None, finding),
    };
    // A stop is no finding: what it cut off was not asked to its end.
    if value.is_none() && door.wire().control().is_stopped() {
        return Err(CheckStopped);
    }
    let level = say(door, finding).map_err(|_| CheckStopped)?;
    value.filter(|_| level != Level::Stop).ok_or(CheckStopped)
}

/// Returns the finding of a check that could not be asked: what the refusal means, and what to do.
fn call_stop(check: Check, what: &str, error: CallError) -> Finding {
    let trouble = error.trouble(what);
    let why = lower_first(trouble.why.trim_end_matches('.'));
    let text = if what.is_empty() { why } else { format!("{what}: {why}") };
    Finding { refusal: trouble.refusal, ..check.stop(text, trouble.now) }
}

#[cfg(test)]
mod tests {
    use crosspull_core::explain::{Meaning, Refusal};

    use super::*;
    use crate::refusal::Refused;

    #[test]
    fn no_code_of_the_table_is_told_by_a_general_sentence_at_a_check() {
        for row in Meaning::all() {
            let (code, message) = (row.code.to_owned(), row.words.unwrap_or_default().to_owned());
            let refusal = Refusal { status: Some(403), code, message, request_id: Some("r-1".to_owned()) };
            let refused = CallError::Refused(Refused { refusal: refusal.clone(), oauth: None, claims: None });
            let told = call_stop(Check::Tenants, "it cannot be read", refused);
            let means = lower_first(row.means.trim_end_matches('.'));
            assert_eq!((told.text, &*told.now), (format!("it cannot be read: {means}"), row.now));
            assert_eq!(told.refusal, Some(refusal), "the service's words and the request's id go along");
        }
    }
}
