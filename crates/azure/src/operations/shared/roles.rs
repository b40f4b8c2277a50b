//! Role assignments: found, granted, widened, narrowed and taken back. An assignment has a derived name, so that it
//! cannot be made twice, and says which run made it.

use crosspull_core::check::HeldRole;
use crosspull_core::condition::{Narrowed, Widened, narrowed, repositories_of, widened};
use crosspull_core::explain::{Meaning, Trouble};
use crosspull_core::ids::{ObjectId, RegistryId};
use crosspull_core::names::{Outcome, Role, Side, assignment_description, assignment_name};
use crosspull_core::operation::{Fact, Learnt};
use crosspull_core::text::lower_first;

use super::directory;
use crate::patience::{Asked, Patience};
use crate::refusal::AzureCode;
use crate::reply::Assignment;
use crate::request::{self, NewAssignment};
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there, plainly};
use crate::wire::CallError;

/// A new principal is known to Resource Manager within this.
const PRINCIPAL: Patience = Patience::new(2, 5);

/// A role that a principal is to have.
pub struct RoleGrant<'a> {
    pub side: Side,
    /// The fact that the assignment is learnt as.
    pub fact: Fact,
    /// The name of the role.
    pub role: &'a str,
    /// The id of the role definition.
    pub definition: String,
    pub scope: &'a str,
    pub principal: ObjectId,
    /// The kind of that principal, in Azure's word.
    pub kind: &'a str,
    pub condition: Option<String>,
    /// The id of the assignment.
    pub id: String,
}

/// The kind of an app's principal, and of an identity's.
pub const SERVICE_PRINCIPAL: &str = "ServicePrincipal";

/// Grants a role, where the principal does not have it already. A new principal has none to be found.
pub async fn grant(context: &StepContext<'_>, grant: &RoleGrant<'_>) -> Result<Outcome, StepError> {
    let what = format!("{} on {} was not granted.", grant.role, grant.scope);
    let principal = Fact::principal(grant.side);
    let is_new = context.is_new(&principal) && context.known(&principal) == Some(grant.principal);
    let there = if is_new { None } else { assignment(context, grant.side, &grant.id, &what).await? };
    let there = match there {
        Some(there) => there,
        None => match assign(context, grant, &what).await? {
            None => {
                context.learn(vec![Learnt::new(Outcome::Created, grant.fact.clone(), &grant.id)])?;
                return Ok(Outcome::Created);
            }
            Some(twin) => twin,
        },
    };
    take_up(context, grant, &there, &what).await
}

/// Grants a role, or learns that it cannot be given and why. What somebody else gave meanwhile is found, under whatever
/// name.
///
/// A right that lacks altogether is an error: the checks had found one.
pub async fn grant_or_lack(context: &StepContext<'_>, grant: &RoleGrant<'_>) -> Result<Outcome, StepError> {
    let error = match self::grant(context, grant).await {
        Err(StepError::Failed(trouble)) => trouble,
        other => return other,
    };
    let Some(known) = error.refusal.as_ref().and_then(Meaning::of).filter(|m| !m.is_denied() && !m.may_pass()) else {
        return Err(StepError::Failed(error));
    };
    if let Some(there) = twin(context, grant, &error.what).await? {
        return take_up(context, grant, &there, &error.what).await;
    }
    context.learn(vec![Learnt::new(Outcome::Skipped, grant.fact.clone(), lower_first(known.means))])?;
    Ok(Outcome::Skipped)
}

/// Returns the assignment of a role that could not be given, where somebody else has given it since.
pub async fn given_since(
    context: &StepContext<'_>,
    held: &HeldRole,
    principal: ObjectId,
) -> Result<Option<String>, CallError> {
    let request = request::roles_at(context.door().endpoints(), Side::A, &held.scope, principal);
    let all: Vec<Assignment> = context.door().list(&context.work, request).await?;
    let there = all.into_iter().find(|a| {
        held.is_at(&a.properties.role_definition_id, &a.scope()) && covers(a.properties.condition.as_deref(), held)
    });
    Ok(there.map(|a| a.id))
}

/// Makes the assignment. Returns the one under another name, where somebody else made one.
async fn assign(context: &StepContext<'_>, grant: &RoleGrant<'_>, what: &str) -> Result<Option<Assignment>, StepError> {
    let description = assignment_description(context.run());
    let wanted = NewAssignment {
        definition: &grant.definition,
        principal: grant.principal,
        kind: grant.kind,
        condition: grant.condition.as_deref(),
        description: Some(&description),
    };
    context
        .until(PRINCIPAL, what, async || {
            let request = request::assign_role(context.door().endpoints(), grant.side, &grant.id, wanted);
            match context.door().json::<Assignment>(&context.work, request).await {
                Ok(_) => Ok(Asked::Yes(None)),
                Err(CallError::Refused(r)) if AzureCode::PrincipalNotFound.is_of(&r.refusal) => {
                    Ok(Asked::NotYet("Resource Manager does not know the service principal yet", Some(r.refusal)))
                }
                Err(CallError::Refused(r)) if AzureCode::RoleAssignmentExists.is_of(&r.refusal) => {
                    Ok(match twin(context, grant, what).await? {
                        Some(twin) => Asked::Yes(Some(twin)),
                        None => Asked::NotYet("the role is assigned already; looking by whom", Some(r.refusal)),
                    })
                }
                Err(error) => Err(StepError::of(what, error)),
            }
        })
        .await
}

/// Finds the assignment of the same role at the same place under another name.
pub async fn twin(
    context: &StepContext<'_>,
    grant: &RoleGrant<'_>,
    what: &str,
) -> Result<Option<Assignment>, StepError> {
    let request = request::roles_at(context.door().endpoints(), grant.side, grant.scope, grant.principal);
    let held: Vec<Assignment> =
        context.door().list(&context.work, request).await.map_err(|e| StepError::of(what, e))?;
    let last = |id: &str| id.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    Ok(held.into_iter().find(|a| {
        last(&a.properties.role_definition_id) == last(&grant.definition)
            && a.properties.scope.as_deref().is_some_and(|s| s.eq_ignore_ascii_case(grant.scope))
    }))
}

/// Has an assignment that is there let in what is wanted. The former condition is recorded before it is changed; a
/// condition that is not understood is left as it is.
async fn take_up(
    context: &StepContext<'_>,
    grant: &RoleGrant<'_>,
    there: &Assignment,
    what: &str,
) -> Result<Outcome, StepError> {
    let found = &there.properties;
    let earlier = context.past().facts.learnt(&grant.fact).filter(|l| l.how.is_made() && l.value == there.id).cloned();
    let is_own = found.description.as_deref() == Some(&assignment_description(context.run()));
    let is_known = found.condition.is_none() || found.has_known_language();
    let condition = match widened(found.condition.as_deref(), grant.condition.as_deref()) {
        Widened::To(condition) if is_known => condition,
        Widened::Unchanged if is_known => {
            let how = if is_own { Outcome::Created } else { Outcome::Found };
            let learnt = earlier.unwrap_or_else(|| Learnt::new(how, grant.fact.clone(), &there.id));
            let how = learnt.how;
            context.learn(vec![learnt])?;
            return Ok(how);
        }
        _ => return Err(StepError::Failed(not_understood(what, &there.id, grant.condition.as_deref()))),
    };
    let learnt = if is_own {
        Learnt::new(Outcome::Created, grant.fact.clone(), &there.id)
    } else {
        let before = found.condition.clone().unwrap_or_default();
        earlier.unwrap_or_else(|| Learnt::new(Outcome::Changed, grant.fact.clone(), &there.id).in_place_of(before))
    };
    if !is_own {
        context.learn(vec![learnt.clone()])?;
    }
    set_condition(context, grant.side, there, condition.as_deref(), what).await?;
    let how = learnt.how;
    context.learn(vec![learnt])?;
    Ok(how)
}

/// Gives an assignment another condition, and changes nothing else.
async fn set_condition(
    context: &StepContext<'_>,
    side: Side,
    there: &Assignment,
    condition: Option<&str>,
    what: &str,
) -> Result<(), StepError> {
    let grant = NewAssignment {
        definition: &there.properties.role_definition_id,
        principal: there.properties.principal_id,
        kind: there.properties.principal_type.as_deref().unwrap_or(SERVICE_PRINCIPAL),
        condition,
        description: there.properties.description.as_deref(),
    };
    let request = request::assign_role(context.door().endpoints(), side, &there.id, grant);
    context.door().raw(&context.work, request).await.map(drop).map_err(|error| StepError::of(what, error))
}

/// Reads a role assignment by its id. `None` where there is none.
pub async fn assignment(
    context: &StepContext<'_>,
    side: Side,
    id: &str,
    what: &str,
) -> Result<Option<Assignment>, StepError> {
    match context.door().json(&context.work, request::assignment(context.door().endpoints(), side, id)).await {
        Ok(found) => Ok(Some(found)),
        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(None),
        Err(error) => Err(StepError::of(what, error)),
    }
}

/// Takes back the assignments that were made, and those of the derived ids whose description names this run. A failure
/// does not hold the others. `wanted` returns the condition that the run asked for.
pub async fn take_back<'w>(
    context: &StepContext<'_>,
    side: Side,
    made: &[Learnt],
    derived: Vec<(Fact, String)>,
    wanted: impl Fn(&Fact) -> Option<&'w str>,
) -> StepResult {
    let mut undone = Vec::new();
    let mut failed = None;
    for learnt in made {
        match take_back_one(context, side, learnt, wanted(&learnt.fact)).await {
            Ok(()) => undone.push(learnt.clone()),
            Err(StepError::Failed(trouble) | StepError::Unknown(trouble)) => failed = failed.or(Some(trouble)),
            Err(error) => return Err(error),
        }
    }
    for (fact, id) in derived {
        // What was learnt to be found is not this run's, whatever it says of itself.
        if context.past().facts.learnt(&fact).is_some() {
            continue;
        }
        let found = assignment(context, side, &id, "A role assignment cannot be read.").await?;
        let description = assignment_description(context.run());
        if found.is_some_and(|f| f.properties.description.as_deref() == Some(&description)) {
            let learnt = Learnt::new(Outcome::Created, fact, &id);
            take_back_one(context, side, &learnt, None).await?;
            undone.push(learnt);
        }
    }
    if !undone.is_empty() {
        context.learn_undone(&undone)?;
    }
    match failed {
        Some(trouble) => Err(StepError::Failed(trouble)),
        None if undone.is_empty() => nothing_there(),
        None => plainly(Outcome::Undone),
    }
}

async fn take_back_one(
    context: &StepContext<'_>,
    side: Side,
    learnt: &Learnt,
    wanted: Option<&str>,
) -> Result<(), StepError> {
    let what = format!("The role assignment {} was not taken back.", learnt.value);
    if !request::is_assignment_id(&learnt.value) {
        return Err(StepError::failed(
            what,
            "The journal holds something else in the place of a role assignment's id.",
            "Look what was done to the journal, and take the role back by hand.",
        ));
    }
    match (learnt.how, &learnt.before) {
        (Outcome::Changed, Some(before)) => {
            let Some(found) = assignment(context, side, &learnt.value, &what).await? else { return Ok(()) };
            let before = Some(before.as_str()).filter(|c| !c.is_empty());
            let_go(context, side, &found, before, wanted, &what).await
        }
        (Outcome::Changed, None) => Err(StepError::failed(
            what,
            "The version of crosspull that changed its condition did not keep the former one.",
            "Set the condition that it is to have, or leave it.",
        )),
        _ => {
            let at = context.door().endpoints();
            let request = request::remove_role(at, side, &learnt.value);
            let look = request::assignment(at, side, &learnt.value);
            directory::delete(context, &what, request, look).await.map(drop)
        }
    }
}

/// Takes what the run added out of the condition of an assignment that somebody else made.
async fn let_go(
    context: &StepContext<'_>,
    side: Side,
    found: &Assignment,
    before: Option<&str>,
    wanted: Option<&str>,
    what: &str,
) -> Result<(), StepError> {
    let present = found.properties.condition.as_deref();
    let left = match narrowed(present, before, wanted) {
        Narrowed::To(left) if present == left.as_deref() => return Ok(()),
        Narrowed::To(left) if present.is_none() || found.properties.has_known_language() => left,
        Narrowed::NothingLeft => {
            return Err(StepError::failed(
                what,
                "Its condition lets in nothing but what this run added, and somebody else made it.",
                "Remove it where nobody needs it, or leave it.",
            ));
        }
        Narrowed::To(_) | Narrowed::NotUnderstood => {
            return Err(StepError::failed(
                what,
                "Somebody else changed its condition since, and crosspull does not understand it; it is left as it is.",
                "Look at its condition, and take out what is not wanted.",
            ));
        }
    };
    set_condition(context, side, found, left.as_deref(), what).await
}

/// Returns the trouble of an assignment whose condition nothing can be added to.
fn not_understood(what: &str, id: &str, wanted: Option<&str>) -> Trouble {
    let names = wanted.and_then(repositories_of).map(|names| names.into_iter().collect::<Vec<_>>().join(", "));
    let add = match names {
        Some(names) => format!("Add {names} to its condition in the portal"),
        None => "Give it the condition of the role that is copied".to_owned(),
    };
    Trouble::new(
        what,
        format!("The role assignment {id} has a condition that crosspull does not understand; it is left as it is."),
        format!("{add}, or remove that assignment; then go on with crosspull resume."),
    )
}

/// Returns the id of the assignment of a role on a registry.
pub fn registry_id(registry: &RegistryId, role: Role, principal: ObjectId) -> String {
    let scope = registry.to_string();
    request::assignment_id(&scope, assignment_name(&scope, role.definition(), principal))
}

/// Returns the id of the copy of an assignment. `None` where its definition has no GUID.
pub fn copy_id(held: &HeldRole, principal: ObjectId) -> Option<String> {
    let name = assignment_name(&held.scope, held.definition_guid()?, principal);
    // The scope comes from a journal: what is no scope makes no id.
    Some(request::assignment_id(&held.scope, name)).filter(|id| request::is_assignment_id(id))
}

/// True where an assignment with that condition gives what the role gives.
pub fn covers(present: Option<&str>, role: &HeldRole) -> bool {
    let wanted = role.condition.as_deref();
    present.is_none() || present == wanted || widened(present, wanted) == Widened::Unchanged
}
