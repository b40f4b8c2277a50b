//! The way back: the plan that takes back what a run made, newest first. What was found is never in it.

use super::{Fact, Learnt, Op, PLAN_VERSION, Plan, Route, Step};
use crate::event::Outcome;
use crate::run::{Run, Way};

/// The days that a secret lives which is made on the way back, where the run made none.
const DAYS: u16 = 180;

/// The plan that takes back what a run made; none where nothing was planned. A step stands in it where the journal
/// tells that it made something, or may have: then what carries the run's mark is looked for.
#[must_use]
pub fn back(run: &Run) -> Option<Plan> {
    let route = run.route()?;
    let days = route.steps.iter().find_map(|s| match s.op {
        Op::AddSecret { days, .. } => Some(days),
        _ => None,
    });
    let app_goes = route.steps.iter().any(|s| matches!(s.op, Op::CreateApp { .. }) && made_something(run, s));
    let steps = route.steps.iter().rev().filter(|step| !run.taken_back.contains(&step.id));
    let renewed = run.was_renewed();
    let steps = steps.filter(|step| match step.op {
        // The cluster has another secret of the app that it had: there is nothing to go back to, and it needs that one.
        Op::ResetCluster { .. } | Op::AddSecret { .. } if renewed => false,
        // These go with the app.
        Op::CreatePrincipal | Op::AddSecret { .. } => !app_goes && made_something(run, step),
        Op::ProvePull { .. } | Op::RemoveSecret { .. } | Op::TakeBack { .. } => false,
        _ => made_something(run, step),
    });
    let steps = steps.map(|step| Step {
        id: step.id,
        side: step.side,
        op: Op::TakeBack { of: Box::new(step.clone()), made: what_is_made(run, step), days: days.unwrap_or(DAYS) },
    });
    Some(Plan {
        v: PLAN_VERSION,
        route: Route::TakeBack,
        cloud: route.cloud.clone(),
        tenant_a: route.tenant_a,
        tenant_b: route.tenant_b,
        steps: steps.collect(),
    })
}

/// What a step of the route made, as far as its facts tell.
#[must_use]
pub fn what_is_made(run: &Run, step: &Step) -> Vec<Learnt> {
    step.writes().iter().filter_map(|fact| run.facts.learnt(fact)).filter(|l| l.how.is_made()).cloned().collect()
}

fn made_something(run: &Run, step: &Step) -> bool {
    match &step.op {
        // A reset that was sent may have been taken, whatever was learnt of it.
        Op::ResetCluster { .. } => run.resets(Way::On).next().is_some() || !what_is_made(run, step).is_empty(),
        // The step removes its own pod; one that is left over is known by its fact.
        Op::ProveInside { cluster, .. } => {
            run.facts.learnt(&Fact::Pod(cluster.clone())).is_some_and(|l| l.how == Outcome::Created)
                || (run.wrote(step.id) && run.facts.learnt(&Fact::Pod(cluster.clone())).is_none())
        }
        _ => !what_is_made(run, step).is_empty() || run.wrote(step.id) || run.asked_a_person(step.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::RoleMode;
    use crate::event::{CallId, Entry, Event, Plane, RunId, Work};
    use crate::plan::tests::sample;
    use crate::plan::{Side, StepId};
    use jiff::Timestamp;

    fn told(events: impl IntoIterator<Item = Event>) -> Run {
        let mut run = Run::default();
        let plan = sample(RoleMode::Registry);
        let started =
            Event::RunStarted { run: RunId("7f3c9a2e".to_owned()), plan, answers: crate::answers::Answers::default() };
        for event in std::iter::once(started).chain(events) {
            run.apply(&Entry::new(Timestamp::UNIX_EPOCH, event));
        }
        run
    }

    fn learnt(step: u8, how: Outcome, facts: &[Fact]) -> Event {
        let learnt = facts.iter().map(|fact| Learnt::new(how, fact.clone(), "55555555-5555-4555-8555-555555555555"));
        Event::Learnt { step: StepId(step), learnt: learnt.collect() }
    }

    fn call(step: u8, url: &str, status: Option<u16>) -> [Event; 2] {
        let call = CallId(step.into());
        let started = Event::CallStarted {
            call,
            work: Work::Step(StepId(step)),
            plane: Plane::Arm,
            side: Side::A,
            method: "POST".to_owned(),
            url: url.to_owned(),
            writes: true,
        };
        [started, Event::CallTried { call, n: 1, status, ms: 1, refusal: None }]
    }

    fn order(run: &Run) -> Vec<u8> {
        back(run).expect("a plan").steps.iter().map(|s| s.id.0).collect()
    }

    #[test]
    fn what_was_made_is_taken_back_newest_first_and_what_was_found_stays() {
        let run = told([
            learnt(1, Outcome::Created, &[Fact::AppObject, Fact::App]),
            learnt(2, Outcome::Created, &[Fact::PrincipalA]),
            learnt(3, Outcome::Created, &[Fact::SecretKey]),
            learnt(4, Outcome::Found, &[Fact::PrincipalB]),
            learnt(8, Outcome::Created, &[Fact::WayBackKey]),
        ]);
        assert_eq!(order(&run), [8, 1], "its service principal and its secret go with the app");
        let found = told([
            learnt(1, Outcome::Found, &[Fact::AppObject, Fact::App]),
            learnt(2, Outcome::Created, &[Fact::PrincipalA]),
            learnt(3, Outcome::Created, &[Fact::SecretKey]),
        ]);
        assert_eq!(order(&found), [3, 2], "an app that was found stays");
        assert!(!told([]).can_be_undone());
    }

    #[test]
    fn what_may_have_been_made_is_looked_for_and_what_was_refused_is_not() {
        let lost = told(call(1, "https://graph/applications", None));
        assert_eq!(order(&lost), [1]);
        let refused = told(call(1, "https://graph/applications", Some(403)));
        assert_eq!(order(&refused), [0_u8; 0]);
        let reset = "https://arm/aks/resetServicePrincipalProfile";
        assert_eq!(order(&told(call(9, reset, None))), [9]);
        assert_eq!(order(&told(call(9, reset, Some(409)))), [0_u8; 0]);
    }

    #[test]
    fn what_is_taken_back_is_not_taken_back_again() {
        let mut run =
            told([learnt(8, Outcome::Created, &[Fact::WayBackKey]), learnt(1, Outcome::Created, &[Fact::App])]);
        let plan = back(&run).expect("a plan");
        for event in [
            Event::UndoStarted { run: RunId("7f3c9a2e".to_owned()), plan },
            learnt(8, Outcome::Undone, &[Fact::WayBackKey]),
            Event::StepEnded { step: StepId(8), outcome: Outcome::Undone, note: String::new(), trouble: None },
        ] {
            run.apply(&Entry::new(Timestamp::UNIX_EPOCH, event));
        }
        assert_eq!(order(&run), [1]);
        assert_eq!(run.still_made().count(), 1);
    }
}
