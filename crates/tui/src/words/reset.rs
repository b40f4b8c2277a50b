//! The reset of a cluster in sentences: what restarts, what is proved before, what will lack.

use crosspull_core::check::SOAK_MINUTES;
use crosspull_core::ids::ImageRef;
use crosspull_core::names::Outcome;
use crosspull_core::names::Route;
use crosspull_core::operation::Op;
use crosspull_core::operation::ProveFirst;
use crosspull_core::operation::ProvePull;
use crosspull_core::operation::ResetCluster;
use crosspull_core::plan::Plan;
use crosspull_core::run::Run;

/// Returns true where [`warning`] warns: something restarts, or pods cannot pull any more.
#[must_use]
pub(crate) fn warns(plan: &Plan) -> bool {
    plan.restarts().is_some() || plan.steps.iter().any(|step| ends_pulls(&step.op))
}

/// Returns what restarts and how that is undone, in a sentence or two (`docs/facts/azure.md` 0.9 and 3.9).
#[must_use]
pub(crate) fn warning(plan: &Plan) -> String {
    let Some(step) = plan.restarts() else {
        let loses = if plan.steps.iter().any(|step| ends_pulls(&step.op)) {
            "Pods that pull by what is taken back here cannot pull any more. "
        } else {
            ""
        };
        return format!("{loses}Nothing restarts.");
    };
    let name = plan.subject().0.map_or("the cluster", |c| c.name());
    let soak = match &step.op {
        Op::ResetCluster(ResetCluster { soak_minutes, .. }) if *soak_minutes > 0 => {
            format!(", {}", after(*soak_minutes))
        }
        _ => String::new(),
    };
    let others = if plan.route == Route::TakeBack { "" } else { " The other steps change nothing that runs." };
    format!(
        "Step {} restarts every node of {name}{soak}; its way back is a second reset. You are asked once more before it.{others}",
        step.id
    )
}

/// Returns true where a step takes back what pods may pull by, without a reset of the cluster.
const fn ends_pulls(op: &Op) -> bool {
    let Op::TakeBack(back) = op else { return false };
    matches!(
        back.of.op,
        Op::Attach(_)
            | Op::WritePullSecret(_)
            | Op::UsePullSecret(_)
            | Op::AddPullPassword(_)
            | Op::MakeToken(_)
            | Op::AddTokenPassword(_)
            | Op::EnableAdmin(_)
    )
}

/// Returns when the reset comes.
pub(super) fn after(soak_minutes: u16) -> String {
    if soak_minutes == 0 { "right after the proof".to_owned() } else { format!("{soak_minutes} min after the proof") }
}

/// Returns why a short wait before the reset is a risk.
pub(crate) fn short_wait() -> String {
    format!(
        "Around {SOAK_MINUTES} min after it is made, a service principal is known in every region. A reset that meets one \
         that does not know it fails half way; it can be repeated."
    )
}

/// Returns what stands proved before the cluster is reset; none where nothing is.
pub(crate) fn proof(run: &Run) -> Option<String> {
    let plan = run.plan.as_ref()?;
    let is_proof = |op: &Op| matches!(op, Op::ProvePull(_) | Op::ProveFirst(_));
    run.outcome_of(is_proof).filter(|o| *o == Outcome::Proved)?;
    let listed = |images: &[ImageRef]| images.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    plan.steps.iter().find_map(|s| match &s.op {
        Op::ProvePull(ProvePull { registry, images, .. }) => {
            Some(format!("The new credential pulls {} from {}: proved from here.", listed(images), registry.name()))
        }
        Op::ProveFirst(ProveFirst { registry, images, .. }) => {
            Some(format!("The new credential pulls {} from {}: proved on a node.", listed(images), registry.name()))
        }
        _ => None,
    })
}

/// Returns what the new principal will lack, which is said again before the reset.
pub(crate) fn lacks(run: &Run) -> Option<String> {
    let lacks = run.lacking();
    (!lacks.is_empty()).then(|| {
        format!("The new principal lacks what the present one has: {}. It needs the same first.", lacks.join(", "))
    })
}
