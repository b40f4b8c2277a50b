//! Role assignments: the one on the registry, and the copies of those that the former principal has. An assignment has
//! a derived name, so that it cannot be made twice, and says which run made it.

use crosspull_core::check::HeldRole;
use crosspull_core::condition::{Narrowed, Widened, condition, narrowed, repositories_of, widened};
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{ClusterId, ObjectId, RegistryId};
use crosspull_core::names::Outcome;
use crosspull_core::names::{Role, Side, assignment_description, assignment_name};
use crosspull_core::operation::{Fact, Learnt};
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
pub(super) struct Gift<'a> {
    pub side: Side,
    /// What it is learnt as.
    pub fact: Fact,
    /// The role's name.
    pub role: &'a str,
    /// The role definition's id.
    pub definition: String,
    pub scope: &'a str,
    pub principal: ObjectId,
    pub condition: Option<String>,
    /// The assignment's id.
    pub id: String,
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
    pub(super) async fn give(&self, gift: &Gift<'_>) -> Result<Outcome, Halt> {
        let what = format!("{} on {} was not granted.", gift.role, gift.scope);
        let there = match self.assignment_at(gift.side, &gift.id, &what).await? {
            Some(there) => there,
            None => match self.assign(gift, &what).await? {
                None => {
                    self.learn(vec![Learnt::new(Outcome::Created, gift.fact.clone(), &gift.id)])?;
                    return Ok(Outcome::Created);
                }
                Some(twin) => twin,
            },
        };
        self.take_up(gift, &there, &what).await
    }

    /// Makes the assignment. One under another name is given back: somebody else made it.
    async fn assign(&self, gift: &Gift<'_>, what: &str) -> Result<Option<Assignment>, Halt> {
        let description = assignment_description(self.run());
        let grant = Grant {
            definition: &gift.definition,
            principal: gift.principal,
            condition: gift.condition.as_deref(),
            description: Some(&description),
        };
        PRINCIPAL
            .until(self.door().wire(), &self.work, what, async || {
                let request = request::assign_role(self.door().endpoints(), gift.side, &gift.id, grant);
                match self.door().json::<Assignment>(&self.work, request).await {
                    Ok(_) => Ok(Asked::Yes(None)),
                    Err(CallError::Refused(r)) if r.refusal.code == "PrincipalNotFound" => {
                        Ok(Asked::NotYet("Resource Manager does not know the service principal yet", Some(r.refusal)))
                    }
                    Err(CallError::Refused(r)) if r.refusal.code == "RoleAssignmentExists" => {
                        Ok(match self.twin(gift, what).await? {
                            Some(twin) => Asked::Yes(Some(twin)),
                            None => Asked::NotYet("the role is assigned already; looking by whom", Some(r.refusal)),
                        })
                    }
                    Err(error) => Err(Halt::of(what, error)),
                }
            })
            .await
    }

    /// The assignment of the same role at the same place under another name.
    async fn twin(&self, gift: &Gift<'_>, what: &str) -> Result<Option<Assignment>, Halt> {
        let request = request::roles_at(self.door().endpoints(), gift.side, gift.scope, gift.principal);
        let held: Vec<Assignment> = self.door().list(&self.work, request).await.map_err(|e| Halt::of(what, e))?;
        let last = |id: &str| id.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        Ok(held.into_iter().find(|a| {
            last(&a.properties.role_definition_id) == last(&gift.definition)
                && a.properties.scope.as_deref().is_some_and(|s| s.eq_ignore_ascii_case(gift.scope))
        }))
    }

    /// Has an assignment that is there let in what is wanted. What it was is told before it is changed; a condition
    /// that is not understood is left as it is.
    async fn take_up(&self, gift: &Gift<'_>, there: &Assignment, what: &str) -> Result<Outcome, Halt> {
        let found = &there.properties;
        let earlier = self.past().facts.learnt(&gift.fact).filter(|l| l.how.is_made() && l.value == there.id).cloned();
        let is_own = found.description.as_deref() == Some(&assignment_description(self.run()));
        let is_known = found.condition.is_none() || found.has_known_language();
        let condition = match widened(found.condition.as_deref(), gift.condition.as_deref()) {
            Widened::To(condition) if is_known => condition,
            Widened::Unchanged if is_known => {
                let how = if is_own { Outcome::Created } else { Outcome::Found };
                let learnt = earlier.unwrap_or_else(|| Learnt::new(how, gift.fact.clone(), &there.id));
                let how = learnt.how;
                self.learn(vec![learnt])?;
                return Ok(how);
            }
            _ => return Err(Halt::Failed(not_understood(what, &there.id, gift.condition.as_deref()))),
        };
        let learnt = if is_own {
            Learnt::new(Outcome::Created, gift.fact.clone(), &there.id)
        } else {
            let before = found.condition.clone().unwrap_or_default();
            earlier.unwrap_or_else(|| Learnt::new(Outcome::Changed, gift.fact.clone(), &there.id).in_place_of(before))
        };
        if !is_own {
            self.learn(vec![learnt.clone()])?;
        }
        self.set_condition(gift.side, there, condition.as_deref(), what).await?;
        let how = learnt.how;
        self.learn(vec![learnt])?;
        Ok(how)
    }

    /// Gives an assignment another condition, and changes nothing else of it.
    async fn set_condition(
        &self,
        side: Side,
        there: &Assignment,
        condition: Option<&str>,
        what: &str,
    ) -> Result<(), Halt> {
        let grant = Grant {
            definition: &there.properties.role_definition_id,
            principal: there.properties.principal_id,
            condition,
            description: there.properties.description.as_deref(),
        };
        let request = request::assign_role(self.door().endpoints(), side, &there.id, grant);
        self.door().raw(&self.work, request).await.map(drop).map_err(|error| Halt::of(what, error))
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
    pub(super) async fn ungive<'w>(
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
                let before = Some(before.as_str()).filter(|c| !c.is_empty());
                self.let_go(side, &found, before, wanted, &what).await
            }
            (Outcome::Changed, None) => Err(Halt::Failed(Trouble::new(
                what,
                "The version of crosspull that changed its condition did not keep the former one.",
                "Set the condition that it is to have, or leave it.",
            ))),
            _ => {
                let request = request::remove_role(self.door().endpoints(), side, &learnt.value);
                self.delete(&what, request).await.map(drop)
            }
        }
    }

    /// Takes what the run added out of the condition of an assignment that somebody else made.
    async fn let_go(
        &self,
        side: Side,
        found: &Assignment,
        before: Option<&str>,
        wanted: Option<&str>,
        what: &str,
    ) -> Result<(), Halt> {
        let present = found.properties.condition.as_deref();
        let left = match narrowed(present, before, wanted) {
            Narrowed::To(left) if present == left.as_deref() => return Ok(()),
            Narrowed::To(left) if present.is_none() || found.properties.has_known_language() => left,
            Narrowed::NothingLeft => {
                return Err(Halt::Failed(Trouble::new(
                    what,
                    "Its condition lets in nothing but what this run added, and somebody else made it.",
                    "Remove it where nobody needs it, or leave it.",
                )));
            }
            Narrowed::To(_) | Narrowed::NotUnderstood => {
                return Err(Halt::Failed(Trouble::new(
                    what,
                    "Somebody else changed its condition since, and crosspull does not understand it; it is left as it is.",
                    "Look at its condition, and take out what is not wanted.",
                )));
            }
        };
        self.set_condition(side, found, left.as_deref(), what).await
    }
}

/// An assignment whose condition nothing can be added to.
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

/// The id of the assignment on a registry.
pub(super) fn registry_assignment(registry: &RegistryId, role: Role, principal: ObjectId) -> String {
    let scope = registry.to_string();
    request::assignment_id(&scope, assignment_name(&scope, role.definition(), principal))
}

/// The id of the copy of an assignment; none where its definition has no GUID.
pub(super) fn copied_assignment(held: &HeldRole, principal: ObjectId) -> Option<String> {
    let name = assignment_name(&held.scope, held.definition_guid()?, principal);
    // The scope comes from a journal: what is no scope makes no id.
    Some(request::assignment_id(&held.scope, name)).filter(|id| request::is_assignment_id(id))
}
