//! Asks the cluster whether somebody may do now what was opened, or may no longer do what was closed.

use crosspull_core::access::{Principal, PrincipalKind};
use crosspull_core::explain::Refusal;
use crosspull_core::names::Outcome;
use crosspull_core::operation::{Act, Fact, Learnt, ProveAccess};
use crosspull_core::text::{lower_first, printable};

use super::shared::api;
use crate::kubernetes::access::{Reviewed, review};
use crate::patience::{Asked, Patience};
use crate::reply::{Member, ReviewAnswer, ReviewStatus};
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult};
use crate::wire::CallError;

/// A role takes effect within five minutes (`docs/facts/azure.md` 9.5).
const EFFECT: Patience = Patience::new(10, 7).evenly();
/// The number of times that a yes is asked for again after something was closed.
const STILL: u8 = 36;

/// The answer of the cluster, or why there is none.
enum Answer {
    Yes(String),
    No,
    /// Nobody can tell: the reason, as the second half of a sentence.
    Unknown(String),
}

/// Asks until the answer is the one that is wanted. Where the cluster cannot be asked, that is told: what was written is
/// written all the same.
pub(super) async fn perform(op: &ProveAccess, context: &StepContext<'_>) -> StepResult {
    for fact in context.plan().reads(context.step) {
        let _: String = context.need(fact).await?;
    }
    context.begin()?;
    let name = &op.principal.name;
    let learn =
        |how, value: String| context.learn(vec![Learnt::new(how, Fact::AccessProved(op.cluster.clone()), value)]);
    let Some(act) = &op.act else {
        learn(Outcome::Found, format!("{name} still gets in"))?;
        return Err(still(format!("{name} still gets in."), &op.others.join("; ")));
    };
    let answer = ask(op, act, context).await?;
    let (how, value, note) = match (answer, op.opens) {
        (Answer::Yes(why), true) => (Outcome::Proved, format!("{name} may {act}"), why),
        (Answer::No, false) => (Outcome::Proved, format!("{name} may not {act}"), String::new()),
        (Answer::Yes(why), false) => {
            learn(Outcome::Found, format!("{name} may still {act}"))?;
            let by = if op.others.is_empty() { why } else { op.others.join("; ") };
            return Err(still(format!("{name} still may {act}."), &by));
        }
        (Answer::Unknown(why), false) if !op.others.is_empty() => {
            learn(Outcome::Skipped, "not proved".to_owned())?;
            let by = format!("{} (the cluster was not asked, since {why})", op.others.join("; "));
            return Err(still(format!("{name} still gets in, as far as was read."), &by));
        }
        // A wait for a yes ends with an error.
        (Answer::No, true) => (Outcome::NotDone, format!("{name} may not {act}"), String::new()),
        (Answer::Unknown(why), _) => (Outcome::NotDone, "not proved".to_owned(), format!("not proved, since {why}")),
    };
    learn(how, value)?;
    Ok((how, note))
}

/// Returns the error of a closing that shut nobody out. What was to go is gone.
fn still(what: String, by: &str) -> StepError {
    StepError::failed(
        format!("It was taken away, but {what}"),
        format!("By: {by}"),
        "Close that too, where they are to be shut out.",
    )
}

async fn ask(op: &ProveAccess, act: &Act, context: &StepContext<'_>) -> Result<Answer, StepError> {
    let api = match api::open(context, &op.cluster).await? {
        Ok(api) => api,
        Err(why) => return Ok(Answer::Unknown(why)),
    };
    let what = match op.opens {
        true => format!("The cluster does not let {} {act}.", op.principal.name),
        false => format!("The cluster does not tell whether {} still may {act}.", op.principal.name),
    };
    let mut left = if op.others.is_empty() { STILL } else { 1 };
    context
        .until(EFFECT, &what, async || {
            // A membership takes its time too, so that it is read for each question.
            let (groups, unread) = groups_or_why(context, &op.principal).await?;
            let who = reviewed(&op.principal, groups);
            let status = match api.json::<ReviewAnswer>(&context.work, review(&who, act)).await {
                Ok(answer) => answer.status,
                Err(error) if error.may_pass() => return Ok(Asked::NotYet("the cluster cannot be asked", said(error))),
                Err(error) => {
                    let error = StepError::of("", error);
                    if error.ends_the_run() {
                        return Err(error);
                    }
                    return Ok(Asked::Yes(Answer::Unknown(not_asked(&error))));
                }
            };
            let ReviewStatus { allowed, reason, evaluation_error } = status;
            let why = printable(if reason.is_empty() { &evaluation_error } else { &reason }, 300);
            left = left.saturating_sub(1);
            Ok(match (allowed, op.opens) {
                (true, true) => Asked::Yes(Answer::Yes(why)),
                (true, false) if left == 0 => Asked::Yes(Answer::Yes(why)),
                (true, false) => Asked::NotYet("the cluster lets them still", None),
                // A no of who does not know all is none.
                (false, _) if unread.is_some() => Asked::Yes(Answer::Unknown(unread.unwrap_or_default())),
                (false, _) if !evaluation_error.is_empty() => Asked::NotYet("the cluster cannot tell", None),
                (false, false) => Asked::Yes(Answer::No),
                (false, true) => Asked::NotYet("the cluster does not let them yet", None),
            })
        })
        .await
}

/// Reads the groups of a principal. Where they are not known, returns none, and why, as the second half of a sentence.
async fn groups_or_why(
    context: &StepContext<'_>,
    principal: &Principal,
) -> Result<(Vec<String>, Option<String>), StepError> {
    let error = match groups(context, principal).await {
        Ok(groups) => return Ok((groups, None)),
        Err(error) => StepError::of("", error),
    };
    if error.ends_the_run() {
        return Err(error);
    }
    let why = format!("the groups of {} are not known ({})", principal.name, lower_first(&error.why()));
    Ok((Vec::new(), Some(why)))
}

/// Returns why the cluster was not asked, as the second half of a sentence.
fn not_asked(error: &StepError) -> String {
    let status = match error {
        StepError::Failed(trouble) => trouble.refusal.as_ref().and_then(|refusal| refusal.status),
        _ => None,
    };
    match status {
        Some(401 | 403) => format!("you may not ask the cluster about others: {}", error.why()),
        Some(404) => format!("something on the way to the cluster's API does not know that question: {}", error.why()),
        _ => format!("the cluster could not be asked: {}", error.why()),
    }
}

fn said(error: CallError) -> Option<Refusal> {
    match error {
        CallError::Refused(refused) => Some(refused.refusal),
        CallError::Unreachable(refusal) | CallError::Lost(refusal) => Some(refusal),
        _ => None,
    }
}

/// Reads the groups of a principal, those of groups too.
async fn groups(context: &StepContext<'_>, principal: &Principal) -> Result<Vec<String>, CallError> {
    let set = match principal.kind {
        PrincipalKind::User => "users",
        PrincipalKind::Group => "groups",
        PrincipalKind::ServicePrincipal => "servicePrincipals",
        PrincipalKind::ServiceAccount => return Ok(Vec::new()),
    };
    let Some(object) = principal.object else { return Ok(Vec::new()) };
    let request = request::transitive_member_of(context.door().endpoints(), set, object);
    let all: Vec<Member> = context.door().list(&context.work, request).await?;
    Ok(all.iter().map(|group| group.id.to_string()).collect())
}

/// Returns whom Kubernetes is asked about. A group has no user of its own.
fn reviewed(principal: &Principal, mut groups: Vec<String>) -> Reviewed {
    let own = |text: &str| text.to_owned();
    groups.push(own("system:authenticated"));
    match (principal.kind, principal.account()) {
        (PrincipalKind::Group, _) => {
            groups.insert(0, principal.kubernetes_name.clone());
            Reviewed { groups, ..Reviewed::default() }
        }
        (_, Some((namespace, _))) => {
            groups.extend([own("system:serviceaccounts"), format!("system:serviceaccounts:{namespace}")]);
            Reviewed { user: principal.kubernetes_name.clone(), groups, oid: None }
        }
        (_, None) => {
            let oid = principal.object.map(|object| object.to_string());
            Reviewed { user: principal.kubernetes_name.clone(), groups, oid }
        }
    }
}
