//! Members of a group of Entra: looked for, added and removed.

use crosspull_core::explain::Refusal;
use crosspull_core::ids::ObjectId;
use crosspull_core::names::Side;

use super::directory::DIRECTORY;
use crate::patience::Asked;
use crate::reply::Member;
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;

/// A place in a group of Entra, taken or not.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub group: ObjectId,
    pub member: ObjectId,
    /// The sentence that says what did not happen.
    pub what: &'a str,
}

/// Whether somebody was a member before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Was {
    Member,
    None,
}

impl Place<'_> {
    /// True where the member is in the group itself.
    pub async fn is_taken(&self, context: &StepContext<'_>) -> Result<bool, StepError> {
        self.look(context).await.map_err(|error| StepError::of(self.what, error))
    }

    async fn look(&self, context: &StepContext<'_>) -> Result<bool, CallError> {
        let request = request::members_of(context.door().endpoints(), Side::A, self.group);
        let members: Vec<Member> = context.door().list(&context.work, request).await?;
        Ok(members.iter().any(|member| member.id == self.member))
    }

    /// Adds the member. Returns what it was, as Graph says.
    pub async fn take(&self, context: &StepContext<'_>) -> Result<Was, StepError> {
        let mut lost = false;
        context
            .until(DIRECTORY, self.what, async || {
                let request = request::add_member(context.door().endpoints(), Side::A, self.group, self.member);
                match context.door().raw(&context.work, request).await {
                    Ok(_) => Ok(Asked::Yes(Was::None)),
                    // The one whose answer was lost made it.
                    Err(CallError::Refused(r)) if is_member_already(&r.refusal) => {
                        Ok(Asked::Yes(if lost { Was::None } else { Was::Member }))
                    }
                    Err(CallError::Lost(refusal)) => {
                        lost = true;
                        Ok(Asked::NotYet("the answer was lost; adding the member again", Some(refusal)))
                    }
                    Err(error) => Err(denied(StepError::of(self.what, error))),
                }
            })
            .await
    }

    /// Removes the member. A replica that does not know the member says nothing of the others, so that one who is said not
    /// to be there is looked for before they count as removed.
    pub async fn leave(&self, context: &StepContext<'_>) -> Result<(), StepError> {
        context
            .until(DIRECTORY, self.what, async || {
                let request = request::remove_member(context.door().endpoints(), Side::A, self.group, self.member);
                match context.door().raw(&context.work, request).await {
                    Ok(_) => Ok(Asked::Yes(())),
                    Err(CallError::Refused(r)) if r.refusal.status == Some(404) => match self.look(context).await {
                        Ok(true) => Ok(Asked::NotYet("Graph shows a member that it does not find", Some(r.refusal))),
                        Ok(false) => Ok(Asked::Yes(())),
                        // With the group all of its members are gone.
                        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(Asked::Yes(())),
                        Err(error) => Err(StepError::of(self.what, error)),
                    },
                    Err(CallError::Lost(refusal)) => {
                        Ok(Asked::NotYet("the answer was lost; removing the member again", Some(refusal)))
                    }
                    Err(error) => Err(denied(StepError::of(self.what, error))),
                }
            })
            .await
    }
}

fn denied(error: StepError) -> StepError {
    error.where_denied(
        "You may not change the members of that group.",
        "Let an owner of the group, or a Groups Administrator, do it; then go on.",
    )
}

/// True for Graph's refusal of a member that is there (Graph, "Add members": 400).
fn is_member_already(refusal: &Refusal) -> bool {
    refusal.status == Some(400) && refusal.message.contains("already exist")
}
