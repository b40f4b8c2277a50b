//! The app's service principals: at home in A, and provisioned in B by the operator or by a person.

use std::time::Duration;

use crosspull_core::consent::{consent_command, consent_url};
use crosspull_core::event::{Event, Outcome};
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{AppId, KeyId, ObjectId};
use crosspull_core::inputs::ConsentMode;
use crosspull_core::plan::{Fact, Learnt, Side};
use crosspull_core::text::printable;

use super::{DIRECTORY, plainly};
use crate::engine::{Doing, Done};
use crate::patience::{Asked, Halt, Patience};
use crate::reply::Principal;
use crate::request;
use crate::wire::CallError;

const NOT_IN_A: &str = "The app's service principal in tenant A was not created.";
const NOT_IN_B: &str = "The app was not provisioned in tenant B.";
/// How long a person is waited for. Not crosspull's own wait, so the pace does not shorten it.
const PERSON_AT_MOST: Duration = Duration::from_secs(3600);

/// What came of asking Graph for a service principal.
enum Made {
    Found(Principal),
    Created(Principal),
    /// The operator may not; what Graph said.
    Denied(Refusal),
}

impl Doing<'_> {
    /// Finds or creates the service principal in the app's own tenant: Graph makes none with the app
    /// (`azure-facts.md` 0, fact 6).
    pub(super) async fn create_principal(&self) -> Done {
        let app: AppId = self.need(Fact::App).await?;
        self.begin()?;
        match self.make_principal(Side::A, app, NOT_IN_A).await? {
            Made::Found(principal) => self.home_principal(Outcome::Found, &principal),
            Made::Created(principal) => self.home_principal(Outcome::Created, &principal),
            Made::Denied(refusal) => Err(Halt::Failed(Trouble::from_refusal(NOT_IN_A, refusal))),
        }
    }

    fn home_principal(&self, how: Outcome, principal: &Principal) -> Done {
        self.learn(vec![Learnt::new(how, Fact::PrincipalA, principal.id)])?;
        plainly(how)
    }

    /// Lets the app into tenant B: directly where the operator may, else by a person.
    pub(super) async fn provision(&self, consent: ConsentMode, redirect_uri: &str) -> Done {
        let app: AppId = self.need(Fact::App).await?;
        self.begin()?;
        let (outcome, principal, note) = match consent {
            ConsentMode::Url => self.by_a_person(app, redirect_uri).await?,
            ConsentMode::Direct | ConsentMode::Auto => match self.make_principal(Side::B, app, NOT_IN_B).await? {
                Made::Found(principal) => (Outcome::Found, principal.id, ""),
                Made::Created(principal) => (Outcome::Created, principal.id, ""),
                Made::Denied(_) if consent == ConsentMode::Auto => self.by_a_person(app, redirect_uri).await?,
                Made::Denied(refusal) => {
                    return Err(Halt::Failed(Trouble::from_refusal(NOT_IN_B, refusal).because(
                        "You may not create service principals in tenant B.",
                        "Choose --consent url and let an administrator of tenant B open the link, or sign in with an account \
                         that is Cloud Application Administrator there.",
                    )));
                }
            },
        };
        self.learn(vec![Learnt::new(outcome, Fact::PrincipalB, principal)])?;
        let key: KeyId = self.need(Fact::SecretKey).await?;
        if let Some(secret) = self.vault().get(key) {
            self.accepted(Side::B, app, &secret).await?;
        }
        Ok((outcome, note.to_owned()))
    }

    /// Finds or creates a service principal, and reads back when an answer is lost.
    async fn make_principal(&self, side: Side, app: AppId, what: &str) -> Result<Made, Halt> {
        if let Some(principal) = self.principal_of(side, app, what).await? {
            return Ok(Made::Found(principal));
        }
        let mut lost = false;
        DIRECTORY
            .until(self.door().wire(), &self.work, what, async || {
                let request = request::create_principal(self.door().endpoints(), side, app);
                match self.door().json::<Principal>(&self.work, request).await {
                    Ok(principal) => Ok(Asked::Yes(Made::Created(principal))),
                    Err(CallError::Refused(r)) if knows_no_app_yet(side, &r.refusal) => {
                        Ok(Asked::NotYet("the directory does not know the app yet", Some(r.refusal)))
                    }
                    Err(CallError::Refused(r)) if r.refusal.status == Some(403) => {
                        Ok(Asked::Yes(Made::Denied(r.refusal)))
                    }
                    // Made meanwhile: by the request whose answer was lost, else by somebody.
                    Err(CallError::Refused(r)) if r.refusal.status == Some(409) => {
                        self.read_back(side, app, what, lost, r.refusal).await
                    }
                    Err(CallError::Lost(refusal)) => {
                        lost = true;
                        self.read_back(side, app, what, lost, refusal).await
                    }
                    Err(error) => Err(Halt::of(what, error)),
                }
            })
            .await
    }

    async fn read_back(
        &self,
        side: Side,
        app: AppId,
        what: &str,
        lost: bool,
        refusal: Refusal,
    ) -> Result<Asked<Made>, Halt> {
        Ok(match self.principal_of(side, app, what).await? {
            Some(principal) if lost => Asked::Yes(Made::Created(principal)),
            Some(principal) => Asked::Yes(Made::Found(principal)),
            None => Asked::NotYet("the answer was lost; looking whether the service principal is there", Some(refusal)),
        })
    }

    /// Has a person consent, and notices by itself when it was given: the token endpoint of B then takes the secret
    /// (`azure-facts.md` 3.2), and its token names the service principal. Needs no right in B.
    async fn by_a_person(&self, app: AppId, redirect_uri: &str) -> Result<(Outcome, ObjectId, &'static str), Halt> {
        if let Some(principal) = self.principal_in_b(app).await? {
            return Ok((Outcome::Found, principal, ""));
        }
        let tenant = self.plan().tenant_b;
        let event = Event::PersonNeeded {
            step: self.step.id,
            says: format!(
                "An administrator of tenant B ({tenant}) opens this page, ticks \"Consent on behalf of your organization\" \
                 and accepts."
            ),
            url: consent_url(&self.door().endpoints().login, tenant, app, redirect_uri),
            command: consent_command(app),
        };
        self.door().wire().recorder().keep(event)?;
        let principal = self.consented(app).await?;
        Ok((Outcome::Created, principal, "consented by a person"))
    }

    async fn principal_in_b(&self, app: AppId) -> Result<Option<ObjectId>, Halt> {
        Ok(self.principal_of(Side::B, app, NOT_IN_B).await?.map(|p| p.id))
    }

    /// Waits until a person has consented, but not for ever: the run can be taken up again.
    async fn consented(&self, app: AppId) -> Result<ObjectId, Halt> {
        let key: KeyId = self.need(Fact::SecretKey).await?;
        let secret = self.vault().get(key);
        let begun = std::time::Instant::now();
        // The end is that of the person, not of the patience, which the pace shortens.
        let pace = self.door().wire().pace().divisor;
        let people = Patience { at_most: PERSON_AT_MOST.mul_f64(pace), ..Patience::new(5, 0).evenly() };
        people
            .until(self.door().wire(), &self.work, NOT_IN_B, async || {
                let there = match &secret {
                    Some(secret) => match self.token_once(Side::B, app, secret).await? {
                        Ok(Some(principal)) => Some(principal),
                        Ok(None) => self.principal_in_b(app).await?,
                        Err(_) => None,
                    },
                    None => self.principal_in_b(app).await?,
                };
                match there {
                    Some(principal) => Ok(Asked::Yes(principal)),
                    None if begun.elapsed() + people.every > PERSON_AT_MOST => Err(Halt::Waits(Trouble::new(
                        "Nobody has consented in tenant B yet.",
                        "The app is not known there.",
                        "Send the link to an administrator of tenant B, then run again with the same answers: what was \
                         made is found.",
                    ))),
                    None => Ok(Asked::NotYet("consent is not given yet", None)),
                }
            })
            .await
    }
}

/// True for Graph's answers that mean "not yet" right after an app was made. The second text is a real refusal in
/// tenant B (`azure-facts.md` 3.1).
fn knows_no_app_yet(side: Side, refusal: &Refusal) -> bool {
    let says = |text: &str| printable(&refusal.message, 500).contains(text);
    match refusal.status {
        Some(400) => says("does not reference a valid application object"),
        Some(403) => side == Side::A && says("backing application"),
        Some(404) => true,
        _ => false,
    }
}
