//! The rights that the operator does not have now and may activate (Privileged Identity Management). It is asked for them
//! only where a right lacks.

use crosspull_core::check::Finding;
use crosspull_core::event::Work;
use crosspull_core::names::Side;
use crosspull_core::rights::PermissionSet;
use crosspull_core::text::printable;
use crosspull_core::wording::Wording;

use crate::door::Door;
use crate::reply::{Definition, EligibleRole};
use crate::request;

/// Returns a sentence that names the role at a scope that helps, once it is activated. `helps` judges the role's
/// permission sets, under the condition that it is eligible under.
///
/// `None` where there is none, or where that may not be read: then there is nothing to say beyond the right that lacks.
pub(super) async fn sentence(
    door: &Door,
    work: &Work,
    side: Side,
    scope: &str,
    helps: impl Fn(&[PermissionSet]) -> bool,
) -> Option<String> {
    let now = door.wire().recorder().now();
    let request = request::eligible_roles(door.endpoints(), side, scope);
    let listed: Vec<EligibleRole> = door.list(work, request).await.ok()?;
    for EligibleRole { properties } in listed {
        let is_too_early = properties.start_date_time.is_some_and(|start| start > now);
        if is_too_early || properties.end_date_time.is_some_and(|end| end <= now) {
            continue;
        }
        let request = request::role_definition(door.endpoints(), side, &properties.role_definition_id);
        let Ok(Definition { properties: role }) = door.json(work, request).await else { continue };
        let limited = |set: PermissionSet| PermissionSet {
            condition: properties.condition.clone(),
            condition_version: properties.condition_version.clone(),
            ..set
        };
        let sets: Vec<PermissionSet> = role.permissions.into_iter().map(limited).collect();
        if helps(&sets) {
            return Some(format!(
                "{} is eligible, not active: activate it in Privileged Identity Management (My roles, Azure resources) at {} , \
                 then run again.",
                printable(&role.role_name, 80),
                printable(&properties.scope, 400)
            ));
        }
    }
    None
}

/// Puts the sentence before the cure of a finding.
pub(super) fn before(finding: Finding, sentence: Option<String>) -> Finding {
    match sentence {
        Some(sentence) => Finding { now: Wording::from(sentence) + " " + finding.now, ..finding },
        None => finding,
    }
}
