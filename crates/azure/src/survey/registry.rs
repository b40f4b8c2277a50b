//! The checks of the registry's side.

use crosspull_core::check::{
    Check, Finding, Reach, RegistryFacts, RoleMode, judge_image, judge_registry, judge_registry_of_others,
    judge_role_right,
};
use crosspull_core::event::Work;
use crosspull_core::explain::{NoConnection, Refusal};
use crosspull_core::ids::{ImageRef, RegistryId, TenantId};
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use futures_util::future::{join_all, join3};

use super::{ASSIGN, Said, Surveyor, call_stop, lower_first};
use crate::realm::{self, Realm, RealmError};
use crate::reply::{RefreshToken, Registry, Token};
use crate::request::{self, Audience};
use crate::wire::CallError;

impl Surveyor<'_> {
    pub(super) async fn registry(&self, id: &RegistryId, tenant: TenantId) -> Result<RegistryFacts, Said> {
        if let Some(server) = id.server() {
            return self.registry_of_others(id, server).await;
        }
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
        let (reach, realm) = self.reach(&check, &login_server).await?;
        let mode = if abac { RoleMode::Repositories } else { RoleMode::Registry };
        let facts = RegistryFacts { id: id.clone(), login_server: printable(&login_server, 200), mode, reach };
        let finding = judge_registry(&facts);
        Ok(((facts, realm), finding))
    }

    /// A registry of a tenant that nobody signs in to: whether it answers is all that can be seen.
    async fn registry_of_others(&self, id: &RegistryId, server: &str) -> Result<RegistryFacts, Said> {
        let check = Check::Registry(id.clone());
        self.ask(check.clone(), async {
            let (reach, _) = self.reach(&check, server).await?;
            let facts =
                RegistryFacts { id: id.clone(), login_server: server.to_owned(), mode: RoleMode::Registry, reach };
            let finding = judge_registry_of_others(&facts);
            Ok((facts, finding))
        })
        .await
    }

    /// Whether a registry answers from here, and who its tokens come from.
    async fn reach(&self, check: &Check, login_server: &str) -> Result<(Reach, Option<Realm>), Finding> {
        let work = Work::Check(check.clone());
        Ok(match realm::ask(self.door, &work, login_server).await {
            Ok(realm) => (Reach::Open, Some(realm)),
            Err(RealmError::Call(CallError::Refused(r))) if r.refusal.status == Some(403) => (Reach::Firewalled, None),
            Err(RealmError::Call(CallError::Refused(r))) => (silent(r.refusal.to_string(), ""), None),
            Err(RealmError::Call(CallError::Unreachable(r) | CallError::Lost(r))) => (unreached(r), None),
            Err(RealmError::Call(_)) => (silent("it was not asked", ""), None),
            // To go on would be to make everything, and to stop at the proof.
            Err(RealmError::Unusable(why)) => {
                let now = "Look at the registry, and at what is between it and here, then try again.";
                return Err(check.clone().stop(why, now));
            }
        })
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
        let scope = format!("repository:{}:pull", image.repository);
        let request = request::registry_token(&realm.server, &realm.service, &scope, refresh);
        let token: Token = self.door.json(work, request).await.ok()?;
        match self.door.raw(work, request::manifest(&realm.server, image, &token.access_token)).await {
            Ok(_) => Some(true),
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Some(false),
            Err(_) => None,
        }
    }
}

fn silent(why: impl Into<String>, now: &str) -> Reach {
    Reach::Silent { why: why.into(), now: now.to_owned() }
}

/// A registry that did not answer. What another machine would meet too has a cure of its own.
fn unreached(refusal: Refusal) -> Reach {
    match NoConnection::of(&refusal) {
        Some(cause) if !cause.may_pass() => {
            silent(format!("{} ({})", lower_first(cause.means()), refusal.message), cause.now())
        }
        _ => silent(refusal.message, ""),
    }
}
