//! Role assignments: the one on the registry, and the copies of those that the former principal has. An assignment has a
//! derived name, so that it cannot be made twice, and says which run made it.

use crosspull_core::check::HeldRole;
use crosspull_core::event::Outcome;
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{ClusterId, ObjectId, RegistryId};
use crosspull_core::plan::{
    Fact, Learnt, Role, Side, assignment_description, assignment_name, condition, narrowed, widened,
};
use futures_util::future::join_all;

use super::plainly;
use crate::engine::{Doing, Done};
use crate::patience::{Asked, Halt, Patience};
use crate::reply::Assignment;
use crate::request::{self, Grant};
use crate::wire::CallError;

/// A new principal is known to Resource Manager within this.
const PRINCIPAL: Patience = Patience::new(2, 5);

/// A role to give to a principal.
struct Gift<'a> {
    side: Side,
    /// What it is learnt as.
    fact: Fact,
    /// The role's name.
    role: &'a str,
    /// The role definition's id.
    definition: String,
    scope: &'a str,
    principal: ObjectId,
    condition: Option<String>,
    /// The assignment's id.
    id: String,
}

impl Doing<'_> {
    /// Finds or creates the role assignment on a registry.
    pub(super) async fn grant_role(&self, registry: &RegistryId, role: Role, repositories: &[String]) -> Done {
        let principal: ObjectId = self.need(Fact::PrincipalB).await?;
        self.begin()?;
        let scope = registry.to_string();
        let gift = Gift {
            side: Side::B,
            fact: Fact::Assignment(registry.clone()),
            role: role.name(),
            definition: request::definition_id(registry, role),
            id: registry_assignment(registry, role, principal),
            scope: &scope,
            principal,
            condition: condition(repositories),
        };
        plainly(self.give(&gift).await?)
    }

    /// Gives the new principal the roles of the former one, with their conditions and scopes.
    pub(super) async fn copy_roles(&self, _cluster: &ClusterId, roles: &[HeldRole]) -> Done {
        let principal: ObjectId = self.need(Fact::PrincipalA).await?;
        self.begin()?;
        let gifts: Vec<Gift<'_>> = roles
            .iter()
            .filter_map(|held| {
                Some(Gift {
                    side: Side::A,
                    fact: Fact::RoleCopy(held.key()),
                    role: &held.role,
                    definition: held.definition.clone(),
                    id: copied_assignment(held, principal)?,
                    scope: &held.scope,
                    principal,
                    condition: held.condition.clone(),
                })
            })
            .collect();
        let given = join_all(gifts.iter().map(|gift| self.give(gift))).await;
        let outcomes = given.into_iter().collect::<Result<Vec<Outcome>, Halt>>()?;
        let made = outcomes.contains(&Outcome::Created);
        plainly(if made { Outcome::Created } else { Outcome::Found })
    }

    /// Gives one role, where it is not there already.
    async fn give(&self, gift: &Gift<'_>) -> Result<Outcome, Halt> {
        let what = format!("{} on {} was not granted.", gift.role, gift.scope);
        let there = self.assignment_at(gift.side, &gift.id, &what).await?;
        let description = assignment_description(self.run());
        let earlier = self.past().facts.learnt(&gift.fact).filter(|l| l.how.is_made() && l.value == gift.id).cloned();
        let own = |found: &Assignment| found.properties.description.as_deref() == Some(&description);
        let present = there.as_ref().and_then(|found| found.properties.condition.as_deref());
        let condition = match &there {
            Some(_) => widened(present, gift.condition.as_deref()),
            None => gift.condition.clone(),
        };
        let (learnt, description) = match &there {
            Some(found) if present == condition.as_deref() => {
                let how = if own(found) { Outcome::Created } else { Outcome::Found };
                let learnt = earlier.unwrap_or_else(|| Learnt::new(how, gift.fact.clone(), &gift.id));
                let how = learnt.how;
                self.learn(vec![learnt])?;
                return Ok(how);
            }
            // It lets in less: its condition is widened. What it was is told before it is changed.
            Some(found) if !own(found) => {
                let before = found.properties.condition.clone().unwrap_or_default();
                let changed = Learnt::new(Outcome::Changed, gift.fact.clone(), &gift.id).in_place_of(before);
                let learnt = earlier.unwrap_or(changed);
                self.learn(vec![learnt.clone()])?;
                (learnt, found.properties.description.clone().unwrap_or_default())
            }
            _ => (Learnt::new(Outcome::Created, gift.fact.clone(), &gift.id), description),
        };
        let learnt = PRINCIPAL
            .until(self.door().wire(), &self.work, &what, async || {
                let grant = Grant {
                    definition: &gift.definition,
                    principal: gift.principal,
                    condition: condition.as_deref(),
                    description: Some(&description),
                };
                let request = request::assign_role(self.door().endpoints(), gift.side, &gift.id, grant);
                match self.door().json::<Assignment>(&self.work, request).await {
                    Ok(_) => Ok(Asked::Yes(learnt.clone())),
                    Err(CallError::Refused(r)) if r.refusal.code == "PrincipalNotFound" => {
                        Ok(Asked::NotYet("Resource Manager does not know the service principal yet", Some(r.refusal)))
                    }
                    // Somebody assigned it under another name: it is there, and not this run's.
                    Err(CallError::Refused(r)) if r.refusal.code == "RoleAssignmentExists" => {
                        self.twin(gift, r.refusal, &what).await
                    }
                    Err(error) => Err(Halt::of(&what, error)),
                }
            })
            .await?;
        let how = learnt.how;
        self.learn(vec![learnt])?;
        Ok(how)
    }

    /// The assignment of the same role at the same place under another name.
    async fn twin(&self, gift: &Gift<'_>, refusal: Refusal, what: &str) -> Result<Asked<Learnt>, Halt> {
        let request = request::roles_at(self.door().endpoints(), gift.side, gift.scope, gift.principal);
        let held: Vec<Assignment> = self.door().list(&self.work, request).await.map_err(|e| Halt::of(what, e))?;
        let last = |id: &str| id.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let same = |a: &&Assignment| {
            last(&a.properties.role_definition_id) == last(&gift.definition)
                && a.properties.scope.as_deref().is_some_and(|s| s.eq_ignore_ascii_case(gift.scope))
        };
        Ok(match held.iter().find(same) {
            Some(twin) => Asked::Yes(Learnt::new(Outcome::Found, gift.fact.clone(), &twin.id)),
            None => Asked::NotYet("the role is assigned already; looking by whom", Some(refusal)),
        })
    }

    /// A role assignment by its id, where it is there.
    pub(super) async fn assignment_at(&self, side: Side, id: &str, what: &str) -> Result<Option<Assignment>, Halt> {
        match self.door().json(&self.work, request::assignment(self.door().endpoints(), side, id)).await {
            Ok(found) => Ok(Some(found)),
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(None),
            Err(error) => Err(Halt::of(what, error)),
        }
    }

    /// Takes the role on a registry back.
    pub(super) async fn ungrant_role(
        &self,
        registry: &RegistryId,
        role: Role,
        repositories: &[String],
        made: &[Learnt],
    ) -> Done {
        let principal: Option<ObjectId> = self.known(&Fact::PrincipalB);
        let derived = principal.map(|p| (Fact::Assignment(registry.clone()), registry_assignment(registry, role, p)));
        let wanted = condition(repositories);
        self.ungive(Side::B, made, derived.into_iter().collect(), |_| wanted.as_deref()).await
    }

    /// Takes the copied roles back.
    pub(super) async fn uncopy_roles(&self, roles: &[HeldRole], made: &[Learnt]) -> Done {
        let principal: Option<ObjectId> = self.known(&Fact::PrincipalA);
        let derived = principal.into_iter().flat_map(|principal| {
            roles.iter().filter_map(move |held| Some((Fact::RoleCopy(held.key()), copied_assignment(held, principal)?)))
        });
        let wanted = |fact: &Fact| roles.iter().find(|r| Fact::RoleCopy(r.key()) == *fact)?.condition.as_deref();
        self.ungive(Side::A, made, derived.collect(), wanted).await
    }

    /// Takes back what was made, and of what may have been made what says that this run made it. One that fails does
    /// not hold the others. `wanted` tells the condition that the run asked for.
    async fn ungive<'w>(
        &self,
        side: Side,
        made: &[Learnt],
        derived: Vec<(Fact, String)>,
        wanted: impl Fn(&Fact) -> Option<&'w str>,
    ) -> Done {
        let mut undone = Vec::new();
        let mut failed = None;
        for learnt in made {
            match self.ungive_one(side, learnt, wanted(&learnt.fact)).await {
                Ok(()) => undone.push(learnt.clone()),
                Err(Halt::Failed(trouble) | Halt::Unknown(trouble)) => failed = failed.or(Some(trouble)),
                Err(halt) => return Err(halt),
            }
        }
        for (fact, id) in derived {
            // What was learnt to be found is not this run's, whatever it says of itself.
            if self.past().facts.learnt(&fact).is_some() {
                continue;
            }
            let found = self.assignment_at(side, &id, "A role assignment cannot be read.").await?;
            let description = assignment_description(self.run());
            if found.is_some_and(|f| f.properties.description.as_deref() == Some(&description)) {
                let learnt = Learnt::new(Outcome::Created, fact, &id);
                self.ungive_one(side, &learnt, None).await?;
                undone.push(learnt);
            }
        }
        if !undone.is_empty() {
            self.learn_undone(&undone)?;
        }
        match failed {
            Some(trouble) => Err(Halt::Failed(trouble)),
            None if undone.is_empty() => self.nothing_there(),
            None => plainly(Outcome::Undone),
        }
    }

    async fn ungive_one(&self, side: Side, learnt: &Learnt, wanted: Option<&str>) -> Result<(), Halt> {
        let what = format!("The role assignment {} was not taken back.", learnt.value);
        let endpoints = self.door().endpoints();
        if !request::is_assignment_id(&learnt.value) {
            return Err(Halt::Failed(Trouble::new(
                what,
                "The journal holds something else in the place of a role assignment's id.",
                "Look what was done to the journal, and take the role back by hand.",
            )));
        }
        match (learnt.how, &learnt.before) {
            (Outcome::Changed, Some(before)) => {
                let Some(found) = self.assignment_at(side, &learnt.value, &what).await? else { return Ok(()) };
                let present = found.properties.condition.as_deref();
                let before = Some(before.as_str()).filter(|c| !c.is_empty());
                let Some(left) = narrowed(present, before, wanted) else {
                    return Err(Halt::Failed(Trouble::new(
                        what,
                        "Somebody else changed its condition since.",
                        "Look at its condition, and take out what is not wanted.",
                    )));
                };
                if present == left.as_deref() {
                    return Ok(());
                }
                let grant = Grant {
                    definition: &found.properties.role_definition_id,
                    principal: found.properties.principal_id,
                    condition: left.as_deref(),
                    description: found.properties.description.as_deref(),
                };
                let request = request::assign_role(endpoints, side, &learnt.value, grant);
                self.door().raw(&self.work, request).await.map(drop).map_err(|e| Halt::of(&what, e))
            }
            (Outcome::Changed, None) => Err(Halt::Failed(Trouble::new(
                what,
                "The version of crosspull that changed its condition did not keep the former one.",
                "Set the condition that it is to have, or leave it.",
            ))),
            _ => self.delete(&what, request::remove_role(endpoints, side, &learnt.value)).await.map(drop),
        }
    }
}

/// The id of the assignment on a registry.
fn registry_assignment(registry: &RegistryId, role: Role, principal: ObjectId) -> String {
    let scope = registry.to_string();
    request::assignment_id(&scope, assignment_name(&scope, role.definition(), principal))
}

/// The id of the copy of an assignment; none where its definition has no GUID.
pub(super) fn copied_assignment(held: &HeldRole, principal: ObjectId) -> Option<String> {
    let name = assignment_name(&held.scope, held.definition_guid()?, principal);
    Some(request::assignment_id(&held.scope, name))
}
