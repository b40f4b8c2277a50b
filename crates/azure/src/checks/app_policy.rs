//! The tenant's policy for the management of apps, as the checks of apps ask for it.

use crosspull_core::check::{AppPolicy, Check, Finding, Level, WantedApp, judge_app_policy, with_unseen_app_policy};
use crosspull_core::event::Work;
use crosspull_core::names::Side;
use crosspull_core::text::lower_first;

use super::reads::Reads;
use crate::patience::patiently;
use crate::request;
use crate::wire::CallError;

/// The policy, as far as it was read.
pub(super) enum Policy {
    /// The policy, whole.
    Read(AppPolicy),
    /// The operator may not read it, as few accounts may: the service tells what it forbids.
    NotAllowed,
    /// The failure of a read that came to nothing for another reason.
    Unseen(Box<CallError>),
}

/// Reads the policy of a tenant.
pub(super) async fn read(reads: &Reads<'_>, check: &Check, home: Side) -> Policy {
    let (door, work) = (reads.door, Work::Check(check.clone()));
    let request = request::app_policy(door.endpoints(), home);
    match patiently(door.wire(), &work, async || door.json(&work, request.clone()).await).await {
        Ok(policy) => Policy::Read(policy),
        Err(CallError::Refused(r)) if r.refusal.status == Some(403) => Policy::NotAllowed,
        Err(error) => Policy::Unseen(Box::new(error)),
    }
}

impl Policy {
    /// Judges an app by the policy, where nothing else stops. Returns what is to be said instead of a finding about the app.
    pub(super) fn judge(self, finding: Finding, wanted: WantedApp) -> Finding {
        if finding.level == Level::Stop {
            return finding;
        }
        match self {
            Self::Read(policy) => judge_app_policy(&finding.check, &policy, wanted).unwrap_or(finding),
            Self::NotAllowed => finding,
            Self::Unseen(error) => {
                let trouble = error.trouble("");
                with_unseen_app_policy(finding, &lower_first(trouble.why.trim_end_matches('.')), trouble.refusal)
            }
        }
    }
}
