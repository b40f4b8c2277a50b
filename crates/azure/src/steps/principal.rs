//! The app's service principals: at home in A, and provisioned in B by the operator or by a person.

use crosspull_core::consent::{consent_command, consent_url};
use crosspull_core::event::Event;
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{AppId, KeyId, ObjectId};
use crosspull_core::input::ConsentMode;
use crosspull_core::names::Outcome;
use crosspull_core::names::{Side, StepId, run_mark};
use crosspull_core::operation::{Fact, Learnt};
use crosspull_core::text::printable;

use super::{DIRECTORY, plainly};
use crate::engine::{Doing, Done};
use crate::patience::{Asked, Halt};
use crate::reply::Principal;
use crate::request;
use crate::wire::CallError;

const NOT_IN_A: &str = "The app's service principal in tenant A was not created.";
const NOT_IN_B: &str = "The app was not provisioned in tenant B.";

/// What came of asking Graph for a service principal.
enum Made {
    /// It is there.
    There(Principal),
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
            Made::There(principal) => {
                let how = self.whose(Side::A, &principal, self.step.id);
                self.learn(vec![Learnt::new(how, Fact::PrincipalA, principal.id)])?;
                plainly(how)
            }
            Made::Denied(refusal) => Err(Halt::Failed(Trouble::from_refusal(NOT_IN_A, refusal))),
        }
    }

    /// Lets the app into tenant B: directly where the operator may, else by a person.
    pub(super) async fn provision(&self, consent: ConsentMode, redirect_uri: &str) -> Done {
        let app: AppId = self.need(Fact::App).await?;
        self.begin()?;
        let (outcome, principal, note) = match consent {
            ConsentMode::Url => self.by_a_person(app, redirect_uri).await?,
            ConsentMode::Direct | ConsentMode::Auto => match self.make_principal(Side::B, app, NOT_IN_B).await? {
                Made::There(principal) => (self.whose(Side::B, &principal, self.step.id), principal.id, ""),
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

    /// Whether a service principal came with this run: by its mark, by the journal, because the app itself is this
    /// run's, or because the run asked a person for it, and it was not there then.
    fn whose(&self, side: Side, principal: &Principal, step: StepId) -> Outcome {
        let marked = principal.tags.contains(&run_mark(self.run()));
        let made = self.past().facts.learnt(&fact_of(side)).is_some_and(|l| l.how == Outcome::Created);
        let own_app = self.how(&Fact::AppObject) == Some(Outcome::Created);
        if marked || made || own_app || self.past().asked_a_person(step) { Outcome::Created } else { Outcome::Found }
    }

    /// Finds or creates a service principal, and reads back when an answer is lost.
    async fn make_principal(&self, side: Side, app: AppId, what: &str) -> Result<Made, Halt> {
        if let Some(principal) = self.principal_of(side, app, what).await? {
            return Ok(Made::There(principal));
        }
        let mark = run_mark(self.run());
        DIRECTORY
            .until(self.door().wire(), &self.work, what, async || {
                let request = request::create_principal(self.door().endpoints(), side, app, &mark);
                match self.door().json::<Principal>(&self.work, request).await {
                    // What was just made is this run's, whatever the answer shows of its mark.
                    Ok(mut principal) => {
                        principal.tags.push(mark.clone());
                        Ok(Asked::Yes(Made::There(principal)))
                    }
                    Err(CallError::Refused(r)) if knows_no_app_yet(side, &r.refusal) => {
                        Ok(Asked::NotYet("the directory does not know the app yet", Some(r.refusal)))
                    }
                    Err(CallError::Refused(r)) if r.refusal.status == Some(403) => {
                        Ok(Asked::Yes(Made::Denied(r.refusal)))
                    }
                    // Made meanwhile: by the request whose answer was lost, else by somebody.
                    Err(CallError::Refused(r)) if r.refusal.status == Some(409) => {
                        self.read_back(side, app, what, r.refusal).await
                    }
                    Err(CallError::Lost(refusal)) => self.read_back(side, app, what, refusal).await,
                    Err(error) => Err(Halt::of(what, error)),
                }
            })
            .await
    }

    async fn read_back(&self, side: Side, app: AppId, what: &str, refusal: Refusal) -> Result<Asked<Made>, Halt> {
        Ok(match self.principal_of(side, app, what).await? {
            Some(principal) => Asked::Yes(Made::There(principal)),
            None => Asked::NotYet("the answer was lost; looking whether the service principal is there", Some(refusal)),
        })
    }

    /// Has a person consent, and notices by itself when it was given: the token endpoint of B then takes the secret
    /// (`azure-facts.md` 3.2), and its token names the service principal. Needs no right in B.
    async fn by_a_person(&self, app: AppId, redirect_uri: &str) -> Result<(Outcome, ObjectId, &'static str), Halt> {
        const BY_A_PERSON: &str = "consented by a person";
        let note = |how| if how == Outcome::Created { BY_A_PERSON } else { "" };
        match self.look_for_principal(Side::B, app, NOT_IN_B).await? {
            Ok(Some(principal)) => {
                let how = self.whose(Side::B, &principal, self.step.id);
                return Ok((how, principal.id, note(how)));
            }
            Ok(None) => {}
            Err(_) => {
                if let Some((how, principal)) = self.unseen_principal(app).await? {
                    return Ok((how, principal, note(how)));
                }
            }
        }
        let tenant = self.plan().tenants.b;
        let event = Event::PersonNeeded {
            step: self.step.id,
            says: format!(
                "An administrator of tenant B ({tenant}) opens this page, ticks \"Consent on behalf of your organization\" \
                 and accepts."
            ),
            url: consent_url(&self.door().endpoints().login, tenant, app, redirect_uri),
            command: consent_command(app),
            page: None,
        };
        self.door().wire().recorder().keep(event)?;
        let principal = self.consented(app).await?;
        Ok((Outcome::Created, principal, BY_A_PERSON))
    }

    /// The service principal in B of an operator who may not see it there: the one that an earlier part of the run
    /// learnt of, else the one that B's sign-in names. Whether a person let it in for this run, the journal tells.
    async fn unseen_principal(&self, app: AppId) -> Result<Option<(Outcome, ObjectId)>, Halt> {
        if let Some(known) = self.past().facts.learnt(&Fact::PrincipalB)
            && let Ok(principal) = known.value.parse()
        {
            return Ok(Some((known.how, principal)));
        }
        let key: KeyId = self.need(Fact::SecretKey).await?;
        let Some(secret) = self.vault().get(key) else { return Ok(None) };
        // What is not known at home yet tells nothing of B.
        let _: ObjectId = self.need(Fact::PrincipalA).await?;
        self.accepted(Side::A, app, &secret).await?;
        let asked = self.past().asked_a_person(self.step.id);
        let how = if asked || self.how(&Fact::AppObject) == Some(Outcome::Created) {
            Outcome::Created
        } else {
            Outcome::Found
        };
        Ok(self.token_once(Side::B, app, &secret).await?.ok().flatten().map(|principal| (how, principal)))
    }

    /// Waits until a person has consented, but not for ever: the run can be taken up again.
    async fn consented(&self, app: AppId) -> Result<ObjectId, Halt> {
        let key: KeyId = self.need(Fact::SecretKey).await?;
        let secret = self.vault().get(key);
        let late = Trouble::new(
            "Nobody has consented in tenant B yet.",
            "The app is not known there.",
            "Send the link to an administrator of tenant B, then go on with crosspull resume.",
        );
        self.until_a_person_acts("consent is not given yet", late, async || {
            let there = match &secret {
                Some(secret) => match self.token_once(Side::B, app, secret).await? {
                    Ok(Some(principal)) => Some(principal),
                    Ok(None) => self.principal_of(Side::B, app, NOT_IN_B).await?.map(|p| p.id),
                    Err(_) => None,
                },
                None => self.principal_of(Side::B, app, NOT_IN_B).await?.map(|p| p.id),
            };
            Ok(there.ok_or(None))
        })
        .await
    }

    /// Deletes the service principal that came with this run.
    pub(super) async fn delete_principal(&self, side: Side, of: StepId, made: &[Learnt]) -> Done {
        let what = format!("The app's service principal in tenant {side} was not deleted.");
        let app: Option<AppId> = self.known(&Fact::App);
        let known = made.iter().find(|l| l.fact == fact_of(side)).and_then(|l| l.value.parse().ok());
        let object = match (known, app) {
            (Some(object), _) => Some(object),
            (None, Some(app)) => {
                let there = self.look_for_principal(side, app, &what).await?;
                let there = there.map_err(|refusal| may_not_look(refusal, side, app))?;
                there.filter(|p| self.whose(side, p, of) == Outcome::Created).map(|p| p.id)
            }
            (None, None) => None,
        };
        let Some(object) = object else { return self.nothing_there() };
        if side == Side::B {
            self.nobody_else_uses_in_b(object, app).await?;
        }
        let deleted = self.delete(&what, request::delete_principal(self.door().endpoints(), side, object)).await;
        deleted.map_err(|halt| match halt {
            Halt::Failed(trouble) if trouble.refusal.as_ref().is_some_and(|r| r.status == Some(403)) => {
                may_not_delete(trouble, side, app)
            }
            other => other,
        })?;
        self.undone(made, &[])
    }
}

/// It may be there and it may not; without its app it lets nobody in.
fn may_not_look(refusal: Refusal, side: Side, app: AppId) -> Halt {
    let what = format!("Whether the app has a service principal in tenant {side} cannot be told.");
    Halt::Failed(Trouble::from_refusal(what, refusal).because(
        format!("You may not look into tenant {side}'s directory."),
        format!("If it is there, an administrator of tenant {side} removes it: az ad sp delete --id {app}"),
    ))
}

fn may_not_delete(trouble: Trouble, side: Side, app: Option<AppId>) -> Halt {
    let app = app.map(|app| app.to_string()).unwrap_or_default();
    Halt::Failed(trouble.because(
        format!("You may not delete service principals in tenant {side}."),
        format!("Let an administrator of tenant {side}, signed in there, run az ad sp delete --id {app}"),
    ))
}

const fn fact_of(side: Side) -> Fact {
    match side {
        Side::A => Fact::PrincipalA,
        Side::B => Fact::PrincipalB,
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
