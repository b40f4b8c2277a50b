//! Finds credentials, owners and roles that others have put on an app of a run: the app stays then, and that is said.

use crosspull_core::command::Command;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{AppId, ObjectId, RegistryId};
use crosspull_core::names::{Outcome, SecretFor, Side, assignment_description, made_by_a_run, secret_name};
use crosspull_core::operation::Fact;
use crosspull_core::text::{listed, printable};

use super::directory::{self, AppRef};
use super::pull_secrets;
use crate::reply::{App, Assignment, FederatedCredential, Owner};
use crate::request::{self, Request};
use crate::role_lists;
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;

const NOT_TOLD: &str = "Whether others have put something on the app cannot be told, so it was not deleted.";

/// Halts where the run made its app and others have put something on the app. Otherwise the run would take away what
/// others work with, to say afterwards that the app stays.
pub async fn own_app_is_free(context: &StepContext<'_>) -> Result<(), StepError> {
    let made = context.past().facts.learnt(&Fact::AppObject).filter(|l| l.how == Outcome::Created);
    let Some(object) = made.and_then(|l| l.value.parse().ok()) else { return Ok(()) };
    nobody_uses_app(context, AppRef { side: directory::home_of_app(context), object }).await.map_err(StepError::needed)
}

/// Halts where pull secrets that this run did not write, or could not take back, pull as its app.
///
/// An account that may not list the pull secrets of all namespaces learns it from the app's secrets: those of other runs
/// that no pull secret of this run had are for others.
pub async fn nobody_pulls_as_the_app(context: &StepContext<'_>, what: &str) -> Result<(), StepError> {
    let Some(app) = context.known::<AppId>(&Fact::App) else { return Ok(()) };
    let user = app.to_string();
    if pull_secrets::nobody_needs(context, what, |secret, server| secret.is_login_of(server, &user)).await? {
        return Ok(());
    }
    let Some(object) = context.known(&Fact::AppObject) else { return Ok(()) };
    let found = match directory::try_app(context, AppRef { side: directory::home_of_app(context), object }).await {
        Ok(found) => found,
        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => return Ok(()),
        Err(error) => return Err(StepError::of(what, error).needed()),
    };
    let (own, now) = (secret_name(context.run(), SecretFor::Cluster), context.door().wire().recorder().now());
    let had = pull_secrets::keys_taken_back(context);
    let of_others = found.password_credentials.iter().filter(|c| {
        let name = c.display_name.as_deref().unwrap_or_default();
        made_by_a_run(name) && name != own && !had.contains(&c.key_id) && c.end_date_time.is_none_or(|end| end > now)
    });
    let of_others: Vec<String> = of_others
        .map(|c| format!("{} ({})", printable(c.display_name.as_deref().unwrap_or_default(), 80), c.key_id))
        .collect();
    if of_others.is_empty() {
        return Ok(());
    }
    Err(StepError::failed(
        what,
        format!("Other runs have secrets on the app, and pull secrets of theirs need it: {}", listed(&of_others)),
        "Take those runs back first: crosspull undo with what follows the word crosspull in the name.",
    )
    .needed())
}

/// Halts where others have put credentials, owners or roles on the app that this run made.
pub async fn nobody_uses_app(context: &StepContext<'_>, app: AppRef) -> Result<(), StepError> {
    let found = match directory::try_app(context, app).await {
        Ok(found) => found,
        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => return Ok(()),
        Err(error) => return Err(not_told(error)),
    };
    let app_id = found.app_id;
    let mut theirs = foreign_credentials(&found);
    theirs.extend(foreign_owners(context, app).await?);
    theirs.extend(federated_credentials(context, app).await?);
    let principal = match context.known::<ObjectId>(&Fact::principal(app.side)) {
        Some(principal) => Some(principal),
        None => match directory::look_for_principal(context, app.side, app_id, NOT_TOLD).await? {
            Ok(found) => found.map(|p| p.id),
            Err(refusal) => return Err(StepError::Failed(Trouble::from_refusal(NOT_TOLD, refusal))),
        },
    };
    if let Some(principal) = principal {
        let roles = match app.side {
            Side::A => roles_in_a(context, principal).await?,
            Side::B => roles_in_b(context, principal).await?,
        };
        theirs.extend(not_of_this_run(context, roles));
    }
    if theirs.is_empty() {
        return Ok(());
    }
    Err(stays("The app was not deleted.", &theirs, &Command::DeleteApp { app: &app_id.to_string() }.to_string()))
}

/// Halts where others have given the app's service principal in B more than this run did.
pub async fn nobody_uses_principal_in_b(
    context: &StepContext<'_>,
    principal: ObjectId,
    app: Option<AppId>,
) -> Result<(), StepError> {
    let listed = roles_in_b(context, principal).await?;
    let theirs = not_of_this_run(context, listed);
    if theirs.is_empty() {
        return Ok(());
    }
    let id = app.map_or_else(|| principal.to_string(), |app| app.to_string());
    let by_hand = format!("signed in to tenant B, {}", Command::DeletePrincipal { id: &id });
    Err(stays("The app's service principal in tenant B was not deleted.", &theirs, &by_hand))
}

/// Lists the roles of a service principal in tenant B, in the subscriptions of the run's registries.
async fn roles_in_b(context: &StepContext<'_>, principal: ObjectId) -> Result<Vec<Assignment>, StepError> {
    let plan = context.past().forward_plan();
    let of_steps = plan.into_iter().flat_map(|plan| &plan.steps).filter_map(|step| step.op.operation().registry());
    let mut registries: Vec<&RegistryId> = of_steps.collect();
    // Registries of one subscription are asked for once.
    registries.sort_by_key(|id| id.subscription());
    registries.dedup_by_key(|id| id.subscription());
    let at = |scope: &str| request::roles_at(context.door().endpoints(), Side::B, scope, principal);
    let mut found = Vec::new();
    for registry in registries {
        let Some(subscription) = registry.subscription() else { continue };
        let listed = match context.door().list(&context.work, at(&format!("/subscriptions/{subscription}"))).await {
            // Who may look at the registry alone looks there.
            Err(CallError::Refused(r)) if r.refusal.status == Some(403) => {
                context.door().list(&context.work, at(&registry.to_string())).await
            }
            listed => listed,
        };
        found.extend(listed.map_err(not_told)?);
    }
    Ok(found)
}

async fn foreign_owners(context: &StepContext<'_>, app: AppRef) -> Result<Vec<String>, StepError> {
    let request = request::owners_of(context.door().endpoints(), app.side, app.object);
    let owners: Vec<Owner> = read_list(context, request).await?;
    let own = [context.known::<ObjectId>(&Fact::Creator), directory::operator(context, app.side).await];
    let foreign = owners.into_iter().filter(|owner| !own.contains(&Some(owner.id)));
    Ok(foreign.map(|owner| format!("the owner {}", owner.name())).collect())
}

async fn federated_credentials(context: &StepContext<'_>, app: AppRef) -> Result<Vec<String>, StepError> {
    let request = request::federated_credentials_of(context.door().endpoints(), app.side, app.object);
    let all: Vec<FederatedCredential> = read_list(context, request).await?;
    Ok(all.into_iter().map(|c| format!("the federated credential {}", printable(&c.name, 80))).collect())
}

/// Lists the roles of a service principal in tenant A. Roles that may not be read in a subscription count as not there
/// only where the query over all scopes was answered.
pub async fn roles_in_a(context: &StepContext<'_>, principal: ObjectId) -> Result<Vec<Assignment>, StepError> {
    let Some(cluster) = context.past().forward_plan().and_then(|plan| plan.subject().0) else { return Ok(Vec::new()) };
    let (subscriptions, not_listed) = role_lists::subscriptions(context.door(), &context.work, cluster).await;
    let lists = role_lists::roles_of(context.door(), &context.work, principal, &subscriptions).await;
    let mut errors = not_listed.into_iter().chain(lists.unread.into_iter().map(|(_, error)| error));
    if let Some(error) = errors.find(|error| !lists.queried || !error.is_final()) {
        return Err(not_told(error));
    }
    Ok(lists.found)
}

/// Returns the assignments that this run did not make, in words.
pub fn not_of_this_run(context: &StepContext<'_>, listed: Vec<Assignment>) -> Vec<String> {
    let own = assignment_description(context.run());
    let foreign = listed.into_iter().filter(|a| a.properties.description.as_deref() != Some(&own));
    foreign.map(|a| format!("the role assignment {}", printable(&a.id, usize::MAX))).collect()
}

async fn read_list<T: serde::de::DeserializeOwned + Send>(
    context: &StepContext<'_>,
    request: Request,
) -> Result<Vec<T>, StepError> {
    context.door().list(&context.work, request).await.map_err(not_told)
}

fn not_told(error: CallError) -> StepError {
    StepError::of(NOT_TOLD, error)
}

/// Returns the credentials that no run of crosspull made, in words.
fn foreign_credentials(app: &App) -> Vec<String> {
    let names = app.password_credentials.iter().map(|c| (c.display_name.as_deref().unwrap_or("unnamed"), c.key_id));
    let foreign = names.filter(|(name, _)| !made_by_a_run(name));
    let secrets = foreign.map(|(name, key)| format!("the secret {} ({key})", printable(name, 80)));
    let certificates = app.key_credentials.iter().map(|_| "a certificate".to_owned());
    secrets.chain(certificates).collect()
}

fn stays(what: &str, theirs: &[String], by_hand: &str) -> StepError {
    StepError::failed(
        what,
        format!("Others have put something on it, which would go with it: {}", theirs.join(", ")),
        format!("Where nobody needs that, delete it by hand: {by_hand}"),
    )
}
