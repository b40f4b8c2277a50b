//! The survey: asks every check, both tenants side by side, and gathers what the plan needs. It only reads.

use std::future::Future;

use crosspull_core::check::{
    AppFacts, Check, ClusterFacts, Finding, HeldRole, Level, Reach, RegistryFacts, RoleMode, Survey, TenantFacts,
    judge_cluster, judge_image, judge_old_roles, judge_registry, judge_reset_right, judge_role_right, judge_tenants,
};
use crosspull_core::event::{Event, Work};
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{AppId, ClusterId, ImageRef, RegistryId, TenantId};
use crosspull_core::inputs::Inputs;
use crosspull_core::plan::{Side, marker};
use crosspull_core::rights::allows;
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use futures_util::future::{join, join_all, join3};

use crate::door::Door;
use crate::journal::JournalError;
use crate::realm::{self, Realm, RealmError};
use crate::reply;
use crate::reply::{
    App, Assignment, Cluster, Definition, List, OpenId, Organization, Permissions, Principal, RefreshToken, Registry,
    Token,
};
use crate::request::{self, Audience};
use crate::wire::CallError;

const RESET: &str = "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action";
const ASSIGN: &str = "Microsoft.Authorization/roleAssignments/write";

/// What a check that failed is left with: it said so already.
struct Said;

/// What a tenant's sign-in answered.
struct Entered {
    id: Result<TenantId, Finding>,
    token: Result<Secret, Trouble>,
    name: Option<String>,
}

/// Asks the checks.
#[derive(Debug)]
pub struct Surveyor<'a> {
    door: &'a Door,
    inputs: &'a Inputs,
}

impl<'a> Surveyor<'a> {
    /// A surveyor for those inputs.
    #[must_use]
    pub const fn new(door: &'a Door, inputs: &'a Inputs) -> Self {
        Self { door, inputs }
    }

    /// Asks everything. Gives the facts where nothing stops; every finding went out as an event.
    ///
    /// # Errors
    /// Where the journal cannot be written.
    pub async fn survey(&self) -> Result<Option<Survey>, JournalError> {
        let (a, b) = join(self.enter(Side::A), self.enter(Side::B)).await;
        if let (Ok(id_a), Ok(id_b)) = (&a.id, &b.id) {
            let tenants = judge_tenants(*id_a, *id_b);
            if self.say(tenants)? == Level::Stop {
                return Ok(None);
            }
        }
        let (a, b) = (self.admit(Side::A, a)?, self.admit(Side::B, b)?);
        let (a, b) = join(self.side_a(a), self.side_b(b)).await;
        let (Ok((tenant_a, clusters, app)), Ok((tenant_b, registries))) = (a, b) else { return Ok(None) };
        Ok(Some(Survey { cloud: self.door.endpoints().name.clone(), tenant_a, tenant_b, clusters, registries, app }))
    }

    fn say(&self, finding: Finding) -> Result<Level, JournalError> {
        let level = finding.level;
        self.door.wire().recorder().say(Event::CheckEnded { finding })?;
        Ok(level)
    }

    fn begin(&self, check: &Check) -> Result<(), Said> {
        self.door.wire().recorder().say(Event::CheckStarted { check: check.clone() }).map_err(|_| Said)
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

    /// Says a check's answer; gives what was read where it does not stop.
    fn conclude<T>(&self, answer: Result<(T, Finding), Finding>) -> Result<T, Said> {
        let (value, finding) = match answer {
            Ok((value, finding)) => (Some(value), finding),
            Err(finding) => (None, finding),
        };
        let level = self.say(finding).map_err(|_| Said)?;
        value.filter(|_| level != Level::Stop).ok_or(Said)
    }

    /// Asks a tenant's sign-in which tenant it is, and for a token. Nothing is judged yet, since what matters first is
    /// whether the tenants are two.
    async fn enter(&self, side: Side) -> Entered {
        let named = match side {
            Side::A => &self.inputs.tenant_a,
            Side::B => &self.inputs.tenant_b,
        };
        let check = || Check::SignIn(side);
        let work = Work::Check(check());
        let endpoints = self.door.endpoints();
        // Where this is not heard, the events of its calls are not either.
        let _ = self.begin(&check());
        let openid =
            self.door.json::<OpenId>(&work, request::openid_configuration(endpoints, side, &named.to_string()));
        let token = self.door.tokens().token(side, Audience::Arm);
        let organization = self.door.json::<List<Organization>>(&work, request::organization(endpoints, side));
        let (openid, token, organization) = join3(openid, token, organization).await;
        let id = match openid {
            Err(error) => Err(call_stop(check(), &format!("tenant {side} ({named}) is not known"), error)),
            Ok(openid) => tenant_of(&openid.issuer).ok_or_else(|| {
                let text = format!("tenant {side}'s sign-in does not say which tenant it is");
                check().stop(text, "Check the sign-in host.")
            }),
        };
        // A name is nice to have: many accounts may not read it.
        let name = organization.ok().and_then(|o| o.value.into_iter().next()?.display_name).map(|n| printable(&n, 60));
        Entered { id, token, name }
    }

    /// Judges whether the operator is signed in, and to the right tenant.
    fn admit(&self, side: Side, entered: Entered) -> Result<Result<TenantFacts, Said>, JournalError> {
        let check = || Check::SignIn(side);
        let judged = || {
            let Entered { id, token, name } = entered;
            let id = id?;
            let token = token.map_err(|trouble| Finding {
                refusal: trouble.refusal,
                ..check()
                    .stop(format!("you are not signed in to tenant {side}: {}", lower_first(&trouble.why)), trouble.now)
            })?;
            if let Some(other) = reply::tenant_of(&token).filter(|tenant| *tenant != id) {
                return Err(check().stop(
                    format!("you are signed in to tenant {other}, and tenant {side} is {id}"),
                    format!("Sign in to tenant {side}, or name the tenant that you are signed in to."),
                ));
            }
            let shown = name.as_ref().map_or_else(|| id.to_string(), |n| format!("{n}, {id}"));
            Ok((TenantFacts { id, name }, check().pass(format!("signed in to tenant {side}: {shown}"))))
        };
        Ok(self.conclude(judged()))
    }

    async fn side_a(
        &self,
        tenant: Result<TenantFacts, Said>,
    ) -> Result<(TenantFacts, Vec<ClusterFacts>, Option<AppFacts>), Said> {
        let tenant = tenant?;
        let clusters = join_all(self.inputs.clusters.iter().map(|id| self.cluster(id))).await;
        let clusters: Result<Vec<_>, Said> = clusters.into_iter().collect();
        let (facts, apps): (Vec<_>, Vec<_>) = clusters?.into_iter().unzip();
        Ok((tenant, facts, apps.into_iter().flatten().next()))
    }

    async fn side_b(&self, tenant: Result<TenantFacts, Said>) -> Result<(TenantFacts, Vec<RegistryFacts>), Said> {
        let tenant = tenant?;
        let registries = join_all(self.inputs.registries.iter().map(|id| self.registry(id, tenant.id))).await;
        let registries: Result<Vec<_>, Said> = registries.into_iter().collect();
        Ok((tenant, registries?))
    }

    async fn cluster(&self, id: &ClusterId) -> Result<(ClusterFacts, Option<AppFacts>), Said> {
        let check = Check::Cluster(id.clone());
        self.begin(&check)?;
        let scope = id.to_string();
        let right = self.right(Check::ResetRight(id.clone()), Side::A, &scope, RESET, |ok| judge_reset_right(id, ok));
        let app = self.ask(Check::App, self.app(id));
        let (read, right, app) = join3(self.read_cluster(id), right, app).await;
        let tried_before = app.as_ref().is_ok_and(Option::is_some);
        let cluster = self.conclude(read.map(|facts| {
            let finding = judge_cluster(&facts, tried_before);
            (facts, finding)
        }));
        let (cluster, app) = (cluster?, app?);
        right?;
        if let Some(client) = cluster.client_id {
            self.ask(Check::OldRoles(id.clone()), self.old_roles(id, client, app.as_ref())).await?;
        }
        Ok((cluster, app))
    }

    async fn read_cluster(&self, id: &ClusterId) -> Result<ClusterFacts, Finding> {
        let check = Check::Cluster(id.clone());
        let work = Work::Check(check.clone());
        let read: Result<Cluster, _> = self.door.json(&work, request::cluster(self.door.endpoints(), id)).await;
        let properties = read.map_err(|e| call_stop(check, &format!("{} cannot be read", id.name()), e))?.properties;
        Ok(ClusterFacts {
            id: id.clone(),
            client_id: properties.client_id(),
            provisioning_state: printable(properties.provisioning_state.as_deref().unwrap_or("unknown"), 40),
            power_state: printable(properties.power_state.and_then(|p| p.code).as_deref().unwrap_or("Running"), 40),
            nodes: properties.agent_pool_profiles.iter().flatten().filter_map(|p| p.count).sum(),
        })
    }

    /// Is the app of an earlier run for this cluster there?
    async fn app(&self, cluster: &ClusterId) -> Result<(Option<AppFacts>, Finding), Finding> {
        let request = request::apps_tagged(self.door.endpoints(), &marker(cluster));
        let read: Result<List<App>, _> = self.door.json(&Work::Check(Check::App), request).await;
        let list = read.map_err(|e| call_stop(Check::App, "the apps of tenant A cannot be read", e))?;
        Ok(match list.value.into_iter().next() {
            Some(app) => {
                let name = printable(app.display_name.as_deref().unwrap_or_default(), 120);
                let finding = Check::App.pass(format!("{name} of an earlier run is there and will be used"));
                (Some(AppFacts { object_id: app.id, app_id: app.app_id, name }), finding)
            }
            None => (None, Check::App.pass("no app of an earlier run; one will be made")),
        })
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
            let read: Result<Permissions, _> = self.door.json(&Work::Check(check.clone()), request).await;
            match read {
                Ok(permissions) => Ok(((), judge(allows(&permissions.value, action)))),
                Err(error) => Err(call_stop(check, "your rights cannot be read", error)),
            }
        })
        .await
    }

    /// The roles that the cluster would lose with its present principal.
    async fn old_roles(
        &self,
        cluster: &ClusterId,
        client: AppId,
        app: Option<&AppFacts>,
    ) -> Result<((), Finding), Finding> {
        let check = || Check::OldRoles(cluster.clone());
        let work = Work::Check(check());
        if app.is_some_and(|a| a.app_id == client) {
            return Ok(((), check().pass(format!("{} uses the app of an earlier run already", cluster.name()))));
        }
        let unread = |e: CallError| {
            let why = call_stop(check(), "", e);
            let now = "Look at its role assignments before the reset: the new principal needs the same.";
            Finding { refusal: why.refusal, ..check().warn("the roles of the present principal cannot be read", now) }
        };
        let request = request::principals_of(self.door.endpoints(), Side::A, client);
        let principals: List<Principal> = match self.door.json(&work, request).await {
            Ok(list) => list,
            Err(error) => return Ok(((), unread(error))),
        };
        let Some(principal) = principals.value.first() else {
            return Ok((
                (),
                check().warn(
                    "the present principal is not in the directory any more",
                    "The cluster may already be without its rights.",
                ),
            ));
        };
        let request = request::roles_of(self.door.endpoints(), cluster.subscription(), principal.id);
        let held: List<Assignment> = match self.door.json(&work, request).await {
            Ok(list) => list,
            Err(error) => return Ok(((), unread(error))),
        };
        let roles = join_all(held.value.iter().map(|a| self.held_role(&work, a))).await;
        let scopes = join_all(roles.iter().map(|r| self.may_assign(&work, &r.scope))).await;
        Ok(((), judge_old_roles(cluster, &roles, scopes.into_iter().all(|ok| ok))))
    }

    async fn held_role(&self, work: &Work, assignment: &Assignment) -> HeldRole {
        let id = &assignment.properties.role_definition_id;
        let request = request::role_definition(self.door.endpoints(), id);
        let role = match self.door.json::<Definition>(work, request).await {
            Ok(definition) => printable(&definition.properties.role_name, 80),
            Err(_) => "a role that cannot be read".to_owned(),
        };
        HeldRole { role, scope: printable(assignment.properties.scope.as_deref().unwrap_or_default(), 300) }
    }

    async fn may_assign(&self, work: &Work, scope: &str) -> bool {
        let request = request::permissions(self.door.endpoints(), Side::A, scope);
        let read: Result<Permissions, _> = self.door.json(work, request).await;
        read.is_ok_and(|p| allows(&p.value, ASSIGN))
    }

    async fn registry(&self, id: &RegistryId, tenant: TenantId) -> Result<RegistryFacts, Said> {
        let registry = self.ask(Check::Registry(id.clone()), self.read_registry(id));
        let scope = id.to_string();
        let right = self.right(Check::RoleRight(id.clone()), Side::B, &scope, ASSIGN, |ok| judge_role_right(id, ok));
        let token = self.door.tokens().token(Side::B, Audience::Registry);
        let (registry, right, token) = join3(registry, right, token).await;
        let (registry, realm) = registry?;
        right?;
        if let Some(realm) = realm {
            let refresh = match token {
                Ok(token) => self.refresh_token(&realm, tenant, &token).await,
                Err(_) => None,
            };
            join_all(self.inputs.images.iter().map(|image| self.image(id, &realm, image, refresh.as_ref())))
                .await
                .into_iter()
                .collect::<Result<Vec<()>, Said>>()?;
        }
        Ok(registry)
    }

    async fn read_registry(&self, id: &RegistryId) -> Result<((RegistryFacts, Option<Realm>), Finding), Finding> {
        let check = Check::Registry(id.clone());
        let work = Work::Check(check.clone());
        let read: Result<Registry, _> = self.door.json(&work, request::registry(self.door.endpoints(), id)).await;
        let properties =
            read.map_err(|e| call_stop(check.clone(), &format!("{} cannot be read", id.name()), e))?.properties;
        let Some(login_server) = properties.login_server else {
            return Err(
                check.stop(format!("{} has no login server yet", id.name()), "Wait until it is made, then run again.")
            );
        };
        let abac = properties.role_assignment_mode.is_some_and(|m| m.eq_ignore_ascii_case("AbacRepositoryPermissions"));
        let (reach, realm) = match realm::ask(self.door, &work, &login_server).await {
            Ok(realm) => (Reach::Open, Some(realm)),
            Err(RealmError::Call(CallError::Refused(r))) if r.refusal.status == Some(403) => (Reach::Firewalled, None),
            Err(RealmError::Call(CallError::Refused(r))) => (Reach::Silent(r.refusal.to_string()), None),
            Err(RealmError::Call(CallError::Unreachable(r) | CallError::Lost(r))) => (Reach::Silent(r.message), None),
            Err(RealmError::Call(_)) => (Reach::Silent("it was not asked".to_owned()), None),
            Err(RealmError::Unusable(why)) => (Reach::Silent(why), None),
        };
        let mode = if abac { RoleMode::Repositories } else { RoleMode::Registry };
        let facts = RegistryFacts { id: id.clone(), login_server: printable(&login_server, 200), mode, reach };
        let finding = judge_registry(&facts);
        Ok(((facts, realm), finding))
    }

    /// The operator's own refresh token for the registry, where the registry gives one.
    async fn refresh_token(&self, realm: &Realm, tenant: TenantId, token: &Secret) -> Option<Secret> {
        let request = request::exchange(&realm.server, &realm.service, &tenant.to_string(), token);
        self.door.json::<RefreshToken>(&Work::SignIn(Side::B), request).await.ok().map(|r| r.refresh_token)
    }

    /// Is the image there? Asked with the operator's own account; where that may not pull, nobody knows.
    async fn image(
        &self,
        id: &RegistryId,
        realm: &Realm,
        image: &ImageRef,
        refresh: Option<&Secret>,
    ) -> Result<(), Said> {
        let check = Check::Image(id.clone(), image.clone());
        let work = Work::Check(check.clone());
        self.ask(check, async {
            let found = match refresh {
                Some(refresh) => self.is_there(&work, realm, image, refresh).await,
                None => None,
            };
            Ok(((), judge_image(id, image, found)))
        })
        .await
    }

    async fn is_there(&self, work: &Work, realm: &Realm, image: &ImageRef, refresh: &Secret) -> Option<bool> {
        let request = request::pull_token_by_refresh(&realm.server, &realm.service, &image.repository, refresh);
        let token: Token = self.door.json(work, request).await.ok()?;
        match self.door.raw(work, request::manifest(&realm.server, image, &token.access_token)).await {
            Ok(_) => Some(true),
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Some(false),
            Err(_) => None,
        }
    }
}

/// The tenant that an issuer names: `https://…/TENANT-ID/v2.0`.
fn tenant_of(issuer: &str) -> Option<TenantId> {
    issuer.split('/').find_map(|part| part.parse().ok())
}

/// A check that could not be asked: what the refusal means, and what to do.
fn call_stop(check: Check, what: &str, error: CallError) -> Finding {
    let trouble = match error {
        CallError::Refused(refused) => Trouble::from_refusal(what, refused.refusal),
        CallError::Unreachable(refusal) | CallError::Lost(refusal) => Trouble::from_refusal(what, refusal),
        CallError::SignIn(trouble) => trouble,
        CallError::Journal(error) => Trouble::new(what, error.to_string(), "Free some disk space."),
        CallError::Stopped => Trouble::new(what, "You stopped it.", ""),
    };
    let why = lower_first(trouble.why.trim_end_matches('.'));
    let text = if what.is_empty() { why } else { format!("{what}: {why}") };
    Finding { refusal: trouble.refusal, ..check.stop(text, trouble.now) }
}

/// A sentence as the second half of another.
fn lower_first(sentence: &str) -> String {
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
    fn an_issuer_names_its_tenant() {
        let id = "1f0c2b7e-90aa-4c1e-8d6f-51b2c7f09a2e";
        for issuer in [format!("https://login.microsoftonline.com/{id}/v2.0"), format!("https://sts.windows.net/{id}/")]
        {
            assert_eq!(tenant_of(&issuer).map(|t| t.to_string()), Some(id.to_owned()));
        }
        assert_eq!(tenant_of("https://login.microsoftonline.com/common/v2.0"), None);
    }

    #[test]
    fn a_sentence_becomes_the_second_half_of_another() {
        assert_eq!(lower_first("The secret is wrong."), "the secret is wrong");
        assert_eq!(lower_first("AADSTS1 says no."), "AADSTS1 says no");
    }
}
