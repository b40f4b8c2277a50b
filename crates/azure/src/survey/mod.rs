//! The survey: asks every check, both tenants side by side, and gathers what the plan needs. It only reads.

use crosspull_core::names::PerTenant;
use std::future::Future;

use crosspull_core::check::{
    AppFacts, Check, ClusterFacts, Finding, Level, RegistryFacts, Survey, TenantFacts, judge_soak,
};
use crosspull_core::event::{Event, Work};
use crosspull_core::ids::ObjectId;
use crosspull_core::input::Inputs;
use crosspull_core::names::Side;
use crosspull_core::rights::{PermissionSet, allows};
use crosspull_core::run::Known;
use futures_util::future::{join, join_all};

use crate::door::Door;
use crate::journal::JournalError;
use crate::request;
use crate::wire::CallError;

mod cluster;
mod entry;
mod headroom;
mod holdings;
mod registry;

pub use entry::{admit_again, sign_in};

const RESET: &str = "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action";
const ASSIGN: &str = "Microsoft.Authorization/roleAssignments/write";

/// What a check that failed is left with: it said so already.
struct Said;

/// Asks the checks.
#[derive(Debug)]
pub struct Surveyor<'a> {
    door: &'a Door,
    inputs: &'a Inputs,
    known: &'a Known,
}

impl<'a> Surveyor<'a> {
    /// A surveyor for those inputs; `known` is what the journals on this machine tell.
    #[must_use]
    pub const fn new(door: &'a Door, inputs: &'a Inputs, known: &'a Known) -> Self {
        Self { door, inputs, known }
    }

    /// Asks everything. Gives the facts where nothing stops; every finding went out as an event.
    ///
    /// # Errors
    /// Where the journal cannot be written.
    pub async fn survey(&self) -> Result<Option<Survey>, JournalError> {
        let Some((a, b)) = entry::enter_both(self.door, &self.inputs.access).await? else { return Ok(None) };
        say(self.door, judge_soak(self.inputs.soak_minutes))?;
        let (a, b) = join(self.side_a(a), self.side_b(b)).await;
        let (Ok((tenant_a, clusters, app, passed_over)), Ok((tenant_b, registries))) = (a, b) else { return Ok(None) };
        let cloud = self.door.endpoints().name.clone();
        Ok(Some(Survey {
            cloud,
            tenants: PerTenant { a: tenant_a, b: tenant_b },
            clusters,
            registries,
            app,
            passed_over,
        }))
    }

    fn begin(&self, check: &Check) -> Result<(), Said> {
        begin(self.door, check)
    }

    /// Asks one check: says that it is asked, asks, says the answer. A check that could not be asked stops.
    async fn ask<T>(
        &self,
        check: Check,
        asked: impl Future<Output = Result<(T, Finding), Finding>>,
    ) -> Result<T, Said> {
        self.begin(&check)?;
        self.conclude(asked.await)
    }

    fn conclude<T>(&self, answer: Result<(T, Finding), Finding>) -> Result<T, Said> {
        conclude(self.door, answer)
    }

    async fn side_a(
        &self,
        tenant: Result<TenantFacts, Said>,
    ) -> Result<(TenantFacts, Vec<ClusterFacts>, Option<AppFacts>, Vec<ObjectId>), Said> {
        let tenant = tenant?;
        let clusters = join_all(self.inputs.clusters.iter().map(|id| self.cluster(id))).await;
        let clusters: Result<Vec<_>, Said> = clusters.into_iter().collect();
        let (facts, apps): (Vec<_>, Vec<_>) = clusters?.into_iter().unzip();
        let mut passed_over = Vec::new();
        let mut taken = None;
        for app in apps {
            passed_over.extend(app.passed_over);
            taken = taken.or(app.taken);
        }
        Ok((tenant, facts, taken, passed_over))
    }

    async fn side_b(&self, tenant: Result<TenantFacts, Said>) -> Result<(TenantFacts, Vec<RegistryFacts>), Said> {
        let tenant = tenant?;
        let registries = join_all(self.inputs.registries.iter().map(|id| self.registry(id, tenant.id))).await;
        let registries: Result<Vec<_>, Said> = registries.into_iter().collect();
        Ok((tenant, registries?))
    }

    /// May the operator do this there?
    async fn right(
        &self,
        check: Check,
        side: Side,
        scope: &str,
        action: &str,
        judge: impl FnOnce(bool) -> Finding,
    ) -> Result<(), Said> {
        self.ask(check.clone(), async {
            let request = request::permissions(self.door.endpoints(), side, scope);
            match self.door.list::<PermissionSet>(&Work::Check(check.clone()), request).await {
                Ok(permissions) => Ok(((), judge(allows(&permissions, action)))),
                Err(error) => Err(call_stop(check, "your rights cannot be read", error)),
            }
        })
        .await
    }
}

fn say(door: &Door, finding: Finding) -> Result<Level, JournalError> {
    let level = finding.level;
    door.wire().recorder().say(Event::CheckEnded { finding })?;
    Ok(level)
}

fn begin(door: &Door, check: &Check) -> Result<(), Said> {
    door.wire().recorder().say(Event::CheckStarted { check: check.clone() }).map_err(|_| Said)
}

/// Says a check's answer; gives what was read where it does not stop.
fn conclude<T>(door: &Door, answer: Result<(T, Finding), Finding>) -> Result<T, Said> {
    let (value, finding) = match answer {
        Ok((value, finding)) => (Some(value), finding),
        Err(finding) => (None, finding),
    };
    let level = say(door, finding).map_err(|_| Said)?;
    value.filter(|_| level != Level::Stop).ok_or(Said)
}

/// A check that could not be asked: what the refusal means, and what to do.
fn call_stop(check: Check, what: &str, error: CallError) -> Finding {
    let trouble = error.trouble(what);
    let why = lower_first(trouble.why.trim_end_matches('.'));
    let text = if what.is_empty() { why } else { format!("{what}: {why}") };
    Finding { refusal: trouble.refusal, ..check.stop(text, trouble.now) }
}

/// A sentence as the second half of another.
pub(crate) fn lower_first(sentence: &str) -> String {
    let mut chars = sentence.trim_end_matches('.').chars();
    let keep = sentence.split(' ').next().is_some_and(|w| w.chars().filter(|c| c.is_uppercase()).count() > 1);
    match chars.next() {
        Some(first) if !keep => first.to_lowercase().chain(chars).collect(),
        _ => sentence.trim_end_matches('.').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_becomes_the_second_half_of_another() {
        assert_eq!(lower_first("The secret is wrong."), "the secret is wrong");
        assert_eq!(lower_first("AADSTS1 says no."), "AADSTS1 says no");
    }
}
