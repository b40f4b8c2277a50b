//! Asks a cluster itself whether somebody may do something: by a review, one question after the other.

use crosspull_core::access::{Can, Compared, Review, Standing};
use crosspull_core::event::Work;
use crosspull_core::text::printable;
use futures_util::stream::{self, StreamExt as _};
use k8s_openapi::api::authorization::v1::{SelfSubjectAccessReview, SubjectAccessReview, SubjectAccessReviewStatus};

use crate::kubernetes::{Kubernetes, KubernetesUnavailable, requests};
use crate::wire::CallError;

/// Questions that are under way at once.
const AT_ONCE: usize = 8;

/// Asks the questions about somebody. `is_own` is true where it is the one whose credential opens the API: everybody may
/// ask about themselves.
pub(super) async fn ask(
    api: Result<&Kubernetes, &str>,
    work: &Work,
    standing: &Standing,
    is_own: bool,
    questions: &[Can],
) -> Vec<Compared> {
    let asked = questions.iter().map(async |can| {
        let cluster = match api {
            Ok(api) => one(api, work, standing, is_own, can).await,
            Err(why) => Err(why.to_owned()),
        };
        Compared { can: can.clone(), rules: standing.may(&can.asked()), cluster }
    });
    stream::iter(asked).buffered(AT_ONCE).collect().await
}

/// Asks one question.
async fn one(api: &Kubernetes, work: &Work, standing: &Standing, is_own: bool, can: &Can) -> Result<Review, String> {
    let status = if is_own {
        let review = api.json::<SelfSubjectAccessReview>(work, requests::own_review(&can.asked())).await;
        review.map(|review| review.status)
    } else {
        let user = standing.reviewed_as()?;
        let object = standing.principal.object.filter(|_| standing.doors.entra);
        let request = requests::review(&user, object, &can.asked());
        api.json::<SubjectAccessReview>(work, request).await.map(|review| review.status)
    };
    let review = answer(status.map_err(unanswered)?)?;
    // Without the groups a yes is one, and a no is not.
    match standing.groups.unread.first() {
        Some(why) if !review.allowed && !is_own => Err(format!("{why}; without them the cluster says no")),
        _ => Ok(review),
    }
}

/// Returns the answer. One that was not worked out whole is a yes, or nothing.
fn answer(status: Option<SubjectAccessReviewStatus>) -> Result<Review, String> {
    let status = status.ok_or("the cluster answers without a status")?;
    let error = status.evaluation_error.filter(|error| !error.is_empty());
    match (status.allowed, error) {
        (false, Some(error)) => Err(format!("the cluster could not work it out ({})", printable(&error, 200))),
        (allowed, _) => Ok(Review { allowed, reason: printable(&status.reason.unwrap_or_default(), 300) }),
    }
}

/// Returns why a review was not answered, as the end of a sentence.
fn unanswered(error: CallError) -> String {
    let is_denied = matches!(&error, CallError::Refused(refused) if refused.refusal.status == Some(403));
    let why = KubernetesUnavailable::of(error).why().unwrap_or_else(|_| "you stopped it".to_owned());
    if is_denied { format!("you may not ask the cluster about others: {why}") } else { why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_was_not_worked_out_is_no_no() {
        let status = |allowed, error: Option<&str>| SubjectAccessReviewStatus {
            allowed,
            evaluation_error: error.map(str::to_owned),
            ..SubjectAccessReviewStatus::default()
        };
        assert!(answer(Some(status(true, Some("webhook failed")))).is_ok_and(|review| review.allowed));
        assert!(answer(Some(status(false, Some("webhook failed")))).is_err());
        assert!(answer(Some(status(false, None))).is_ok_and(|review| !review.allowed));
        assert!(answer(None).is_err());
    }
}
