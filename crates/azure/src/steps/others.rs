//! Finds credentials, owners and roles that others have put on an app of a run: the app stays then, and that is said.

use crosspull_core::explain::Trouble;
use crosspull_core::ids::{AppId, ObjectId};
use crosspull_core::names::{Side, assignment_description, made_by_a_run};
use crosspull_core::operation::Fact;
use crosspull_core::text::printable;

use crate::engine::Doing;
use crate::patience::Halt;
use crate::reply::{App, Assignment, FederatedCredential, Owner};
use crate::request::{self, Request};
use crate::role_lists;
use crate::wire::CallError;

impl Doing<'_> {
    /// Halts where others have put credentials, owners or roles on the app that this run made.
    pub(super) async fn nobody_else_uses(&self, object: ObjectId) -> Result<(), Halt> {
        let app: App = match self.door().json(&self.work, request::app(self.door().endpoints(), object)).await {
            Ok(app) => app,
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => return Ok(()),
            Err(error) => return Err(not_told(error)),
        };
        let app_id = app.app_id;
        let mut theirs = foreign_credentials(&app);
        theirs.extend(self.foreign_owners(object).await?);
        theirs.extend(self.federated_credentials(object).await?);
        let principal = match self.known::<ObjectId>(&Fact::PrincipalA) {
            Some(principal) => Some(principal),
            None => match self.look_for_principal(Side::A, app_id, NOT_TOLD).await? {
                Ok(found) => found.map(|p| p.id),
                Err(refusal) => return Err(Halt::Failed(Trouble::from_refusal(NOT_TOLD, refusal))),
            },
        };
        if let Some(principal) = principal {
            theirs.extend(self.not_of_this_run(self.roles_in_a(principal).await?));
        }
        if theirs.is_empty() {
            return Ok(());
        }
        Err(stays("The app was not deleted.", &theirs, &format!("az ad app delete --id {app_id}")))
    }

    /// Halts where others have given the app's service principal in B more than this run did.
    pub(super) async fn nobody_else_uses_in_b(&self, principal: ObjectId, app: Option<AppId>) -> Result<(), Halt> {
        let registry = self.past().forward_plan().and_then(|plan| plan.subject().1);
        let Some(scope) = registry.and_then(|id| id.subscription()).map(|id| format!("/subscriptions/{id}")) else {
            return Ok(());
        };
        let at = |scope: &str| request::roles_at(self.door().endpoints(), Side::B, scope, principal);
        let listed: Vec<Assignment> = match self.door().list(&self.work, at(&scope)).await {
            // Who may look at the registry alone looks there.
            Err(CallError::Refused(r)) if r.refusal.status == Some(403) => {
                let registry = registry.map(ToString::to_string).unwrap_or_default();
                self.door().list(&self.work, at(&registry)).await.map_err(not_told)?
            }
            listed => listed.map_err(not_told)?,
        };
        let theirs = self.not_of_this_run(listed);
        if theirs.is_empty() {
            return Ok(());
        }
        let id = app.map_or_else(|| principal.to_string(), |app| app.to_string());
        let by_hand = format!("signed in to tenant B, az ad sp delete --id {id}");
        Err(stays("The app's service principal in tenant B was not deleted.", &theirs, &by_hand))
    }

    async fn foreign_owners(&self, object: ObjectId) -> Result<Vec<String>, Halt> {
        let request = request::owners_of(self.door().endpoints(), object);
        let owners: Vec<Owner> = self.read_list(request).await?;
        let own = [self.known::<ObjectId>(&Fact::Creator), self.operator().await];
        let foreign = owners.into_iter().filter(|owner| !own.contains(&Some(owner.id)));
        Ok(foreign.map(|owner| format!("the owner {}", owner.name())).collect())
    }

    async fn federated_credentials(&self, object: ObjectId) -> Result<Vec<String>, Halt> {
        let request = request::federated_credentials_of(self.door().endpoints(), object);
        let all: Vec<FederatedCredential> = self.read_list(request).await?;
        Ok(all.into_iter().map(|c| format!("the federated credential {}", printable(&c.name, 80))).collect())
    }

    /// The roles of the app's service principal in A. What one may not read in a subscription
    /// counts as not there only where the query over all scopes was answered.
    pub(super) async fn roles_in_a(&self, principal: ObjectId) -> Result<Vec<Assignment>, Halt> {
        let Some(cluster) = self.past().forward_plan().and_then(|plan| plan.subject().0) else { return Ok(Vec::new()) };
        let (subscriptions, not_listed) = role_lists::subscriptions(self.door(), &self.work, cluster).await;
        let lists = role_lists::roles_of(self.door(), &self.work, principal, &subscriptions).await;
        let mut errors = not_listed.into_iter().chain(lists.unread.into_iter().map(|(_, error)| error));
        if let Some(error) = errors.find(|error| !lists.queried || !error.is_final()) {
            return Err(not_told(error));
        }
        Ok(lists.found)
    }

    /// The assignments that this run did not make, in words.
    pub(super) fn not_of_this_run(&self, listed: Vec<Assignment>) -> Vec<String> {
        let own = assignment_description(self.run());
        let foreign = listed.into_iter().filter(|a| a.properties.description.as_deref() != Some(&own));
        foreign.map(|a| format!("the role assignment {}", printable(&a.id, usize::MAX))).collect()
    }

    async fn read_list<T: serde::de::DeserializeOwned + Send>(&self, request: Request) -> Result<Vec<T>, Halt> {
        self.door().list(&self.work, request).await.map_err(not_told)
    }
}

const NOT_TOLD: &str = "Whether others have put something on the app cannot be told, so it was not deleted.";

fn not_told(error: CallError) -> Halt {
    Halt::of(NOT_TOLD, error)
}

/// Credentials that no run of crosspull made.
fn foreign_credentials(app: &App) -> Vec<String> {
    let names = app.password_credentials.iter().map(|c| (c.display_name.as_deref().unwrap_or("unnamed"), c.key_id));
    let foreign = names.filter(|(name, _)| !made_by_a_run(name));
    let secrets = foreign.map(|(name, key)| format!("the secret {} ({key})", printable(name, 80)));
    let certificates = app.key_credentials.iter().map(|_| "a certificate".to_owned());
    secrets.chain(certificates).collect()
}

fn stays(what: &str, theirs: &[String], by_hand: &str) -> Halt {
    Halt::Failed(Trouble::new(
        what,
        format!("Others have put something on it, which would go with it: {}", theirs.join(", ")),
        format!("Where nobody needs that, delete it by hand: {by_hand}"),
    ))
}
