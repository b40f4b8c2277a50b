//! Handing over to tenant B's administrator, where nobody signs in there: a page for them, and then asking as the new app
//! whether they followed it.

use crosspull_core::consent::{consent_command, consent_url};
use crosspull_core::event::Event;
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::hand_over::{AppPage, HandOver};
use crosspull_core::ids::{AppId, ImageRef, KeyId, ObjectId, RegistryId};
use crosspull_core::names::Outcome;
use crosspull_core::names::Side;
use crosspull_core::operation::HandOverRegistry;
use crosspull_core::operation::{Fact, Learnt, Op};
use crosspull_core::secret::Secret;

use super::plainly;
use crate::engine::{Doing, Done};
use crate::patience::Halt;
use crate::realm::{self, Realm, RealmError};
use crate::reply::{self, Token};
use crate::request;
use crate::wire::CallError;

const NOT_YET: &str = "Tenant B has not let the app pull.";
/// What stands in the place of an assignment's id, which nobody here may read.
const BY_THEM: &str = "assigned by tenant B";

impl Doing<'_> {
    /// Waits until tenant B lets the app in and the registry lets it pull; nothing of B is asked as anybody but the app.
    pub(super) async fn hand_over(&self) -> Done {
        let Op::HandOver(HandOverRegistry { registry, images, app_name, redirect_uri }) = &self.step.op else {
            return self.nothing_there();
        };
        let app: AppId = self.need(Fact::App).await?;
        self.begin()?;
        let key: KeyId = self.need(Fact::SecretKey).await?;
        // What is not known at home yet tells nothing of B.
        let _: ObjectId = self.need(Fact::PrincipalA).await?;
        let Some(secret) = self.vault().get(key) else { return self.handed_over_before(registry) };
        self.accepted(Side::A, app, &secret).await?;
        if let Some(principal) = self.let_in(app, &secret).await?
            && self.may_pull(registry, images, app, &secret).await?.is_ok()
        {
            self.learn_handed_over(registry, principal)?;
            return plainly(Outcome::Found);
        }
        self.ask_their_administrator(registry, images, app_name, redirect_uri, app)?;
        let late = Trouble::new(
            NOT_YET,
            "Its administrator has not followed the page yet, or what they did is not in effect.",
            "Send them the page, then go on with crosspull resume.",
        );
        let principal = self
            .until_a_person_acts("the app is not let in yet", late.clone(), async || {
                Ok(self.let_in(app, &secret).await?.ok_or(None))
            })
            .await?;
        self.until_a_person_acts("the app may not pull yet", late, async || {
            self.may_pull(registry, images, app, &secret).await
        })
        .await?;
        self.learn_handed_over(registry, principal)?;
        Ok((Outcome::Found, "done by tenant B".to_owned()))
    }

    /// Only the cluster has the secret: an earlier part of the run saw it through.
    fn handed_over_before(&self, registry: &RegistryId) -> Done {
        let facts = &self.past().facts;
        let known = [Fact::PrincipalB, Fact::Assignment(registry.clone())].map(|fact| facts.learnt(&fact).cloned());
        match known {
            [Some(principal), Some(assignment)] => {
                self.learn(vec![principal, assignment])?;
                plainly(Outcome::Found)
            }
            _ => Err(Halt::Failed(Trouble::new(
                NOT_YET,
                "Only the cluster has the app's secret, so nobody can ask as the app.",
                "Apply again: it makes another secret.",
            ))),
        }
    }

    /// It is theirs, so it is found, and never undone by crosspull.
    fn learn_handed_over(&self, registry: &RegistryId, principal: ObjectId) -> Result<(), Halt> {
        self.learn(vec![
            Learnt::new(Outcome::Found, Fact::PrincipalB, principal),
            Learnt::new(Outcome::Found, Fact::Assignment(registry.clone()), BY_THEM),
        ])
    }

    fn ask_their_administrator(
        &self,
        registry: &RegistryId,
        images: &[ImageRef],
        app_name: &str,
        redirect_uri: &str,
        app: AppId,
    ) -> Result<(), Halt> {
        let (tenant_a, tenant_b) = (self.plan().tenants.a, self.plan().tenants.b);
        let url = consent_url(&self.door().endpoints().login, tenant_b, app, redirect_uri);
        let page = AppPage {
            app,
            app_name: app_name.to_owned(),
            tenant_a,
            tenant_b,
            login_server: registry.to_string(),
            images: images.to_vec(),
            consent_url: url.clone(),
        };
        let event = Event::PersonNeeded {
            step: self.step.id,
            says: format!(
                "An administrator of tenant B ({tenant_b}) lets the app in and gives it a role on {registry}."
            ),
            url,
            command: consent_command(app),
            page: Some(Box::new(HandOver::App(page))),
        };
        self.door().wire().recorder().keep(event)?;
        Ok(())
    }

    /// The app's service principal in B, as B's sign-in names it.
    async fn let_in(&self, app: AppId, secret: &Secret) -> Result<Option<ObjectId>, Halt> {
        Ok(self.token_once(Side::B, app, secret).await?.ok().flatten())
    }

    /// Whether the registry lets the app pull all of them; the inner error is a "not yet".
    async fn may_pull(
        &self,
        registry: &RegistryId,
        images: &[ImageRef],
        app: AppId,
        secret: &Secret,
    ) -> Result<Result<(), Option<Refusal>>, Halt> {
        let realm = match realm::ask(self.door(), &self.work, &registry.to_string()).await {
            Ok(realm) => realm,
            Err(RealmError::Call(CallError::Refused(r))) => return Ok(Err(Some(r.refusal))),
            Err(RealmError::Call(CallError::Unreachable(refusal) | CallError::Lost(refusal))) => {
                return Ok(Err(Some(refusal)));
            }
            Err(RealmError::Call(error)) => return Err(Halt::of(NOT_YET, error)),
            Err(RealmError::Unusable(why)) => {
                return Err(Halt::Failed(Trouble::new(NOT_YET, why, "Check the registry's login server.")));
            }
        };
        for image in images {
            if let Err(refusal) = self.may_pull_one(&realm, image, app, secret).await? {
                return Ok(Err(refusal));
            }
        }
        Ok(Ok(()))
    }

    async fn may_pull_one(
        &self,
        realm: &Realm,
        image: &ImageRef,
        app: AppId,
        secret: &Secret,
    ) -> Result<Result<(), Option<Refusal>>, Halt> {
        let request = request::pull_token(&realm.address, &realm.service, &image.repository, app, secret);
        match self.door().json::<Token>(&self.work, request).await {
            Ok(token) if reply::grants_pull(&token.access_token, &image.repository) => Ok(Ok(())),
            Ok(_) => Ok(Err(None)),
            Err(CallError::Refused(r)) => Ok(Err(Some(r.refusal))),
            Err(CallError::Unreachable(refusal) | CallError::Lost(refusal)) => Ok(Err(Some(refusal))),
            Err(error) => Err(Halt::of(NOT_YET, error)),
        }
    }

    /// Tells what tenant B has to do, unless B does not know the app any more. Asked with a secret that is none: Entra
    /// then tells an app that it does not know (`unauthorized_client`) from a wrong secret (`invalid_client`).
    pub(super) async fn hand_back(&self) -> Done {
        const WHAT: &str = "The app's service principal in tenant B was not deleted.";
        let Some(app) = self.known::<AppId>(&Fact::App) else { return self.nothing_there() };
        let tenant = self.plan().tenants.b.to_string();
        let none = Secret::new("none".to_owned());
        let request = request::token(self.door().endpoints(), Side::B, &tenant, app, &none);
        match self.door().json::<Token>(&self.work, request).await {
            Err(CallError::Refused(r)) if r.oauth.as_deref() == Some("unauthorized_client") => self.nothing_there(),
            Err(CallError::Refused(r)) if r.oauth.as_deref() != Some("invalid_client") => {
                Err(Halt::of(WHAT, CallError::Refused(r)))
            }
            Err(CallError::Refused(_)) | Ok(_) => Err(Halt::Failed(Trouble::new(
                WHAT,
                "Nobody signs in to tenant B.",
                format!("Let an administrator of tenant B, signed in there, run az ad sp delete --id {app}"),
            ))),
            Err(error) => Err(Halt::of(WHAT, error)),
        }
    }
}
