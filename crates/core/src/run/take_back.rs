//! Taking back what a run made, newest first. An object that was found is never taken back.

use super::Run;
use crate::names::{Direction, Outcome, Route};
use crate::operation::{Fact, Learnt, Op, Step, TakeBack};
use crate::plan::{PLAN_VERSION, Plan};

/// The days that a secret lives which is made on the way back, where the run made none.
const DAYS: u16 = 180;

/// Returns the plan that takes back what a run made. `None` where nothing was planned.
///
/// The plan has a step for each one that made something, by the journal, or may have. Where that is not certain,
/// objects with the run's mark are looked for.
#[must_use]
pub fn take_back(run: &Run) -> Option<Plan> {
    let forward = run.forward_plan()?;
    let days = forward.steps.iter().find_map(|s| match &s.op {
        Op::AddSecret(add) => Some(add.days),
        Op::AddPullPassword(add) => Some(add.days),
        Op::AddTokenPassword(add) => Some(add.days),
        _ => None,
    });
    let app_goes = forward.steps.iter().any(|s| matches!(s.op, Op::CreateApp(_)) && made_something(run, s));
    let steps = forward.steps.iter().rev().filter(|step| !run.taken_back.contains(&step.id));
    let renewed = run.was_renewed();
    let kept = run.keeps_pull_secrets();
    let steps = steps.filter(|step| match step.op {
        // What a pull secret had before is nowhere any more, so it keeps what it has, and all that lets that pull.
        Op::WritePullSecret(_) if kept => made_anew(run, step),
        Op::CreateApp(_)
        | Op::CreatePrincipal(_)
        | Op::AddPullPassword(_)
        | Op::Provision(_)
        | Op::GrantRole(_)
        | Op::MakeToken(_)
        | Op::AddTokenPassword(_)
        | Op::EnableAdmin(_)
        | Op::TakeAdminPassword(_)
            if kept =>
        {
            false
        }
        // The cluster has another secret of the app that it had: there is nothing to go back to, and the cluster needs
        // that secret.
        Op::ResetCluster(_) | Op::AddSecret(_) if renewed => false,
        // These objects go with the app.
        Op::CreatePrincipal(_) | Op::AddSecret(_) | Op::AddPullPassword(_) => !app_goes && made_something(run, step),
        // A password goes with its token.
        Op::AddTokenPassword(ref add) => {
            let token = run.facts.learnt(&Fact::Token(add.registry.clone()));
            token.is_none_or(|token| token.how != Outcome::Created) && made_something(run, step)
        }
        Op::ProvePull(_)
        | Op::EndTokenPassword(_)
        | Op::RemoveSecret(_)
        | Op::RemovePullPassword(_)
        | Op::RemoveProofSecret(_)
        | Op::TakeAppSecret(_)
        | Op::TellPullSecret(_)
        | Op::ProveAccess(_)
        | Op::TakeBack(_) => false,
        _ => made_something(run, step),
    });
    let steps = steps.map(|step| {
        let (of, made, days) = (Box::new(step.clone()), what_is_made(run, step), days.unwrap_or(DAYS));
        Step { id: step.id, side: step.side, op: Op::TakeBack(TakeBack { of, made, days, needed_by: Vec::new() }) }
    });
    Some(Plan {
        v: PLAN_VERSION,
        route: Route::TakeBack,
        cloud: forward.cloud.clone(),
        tenants: forward.tenants,
        steps: steps.collect(),
    })
}

/// Returns what a step made, as far as its facts tell.
#[must_use]
pub fn what_is_made(run: &Run, step: &Step) -> Vec<Learnt> {
    step.writes().iter().filter_map(|fact| run.facts.learnt(fact)).filter(|l| l.how.is_made()).cloned().collect()
}

/// True where the run made all that a step is about, and changed nothing that was there.
fn made_anew(run: &Run, step: &Step) -> bool {
    made_something(run, step) && what_is_made(run, step).iter().all(|learnt| learnt.how == Outcome::Created)
}

fn made_something(run: &Run, step: &Step) -> bool {
    match &step.op {
        // A reset that was sent may have been taken, whatever was learnt of it.
        Op::ResetCluster(_) => run.resets(Direction::Forward).next().is_some() || !what_is_made(run, step).is_empty(),
        // These steps remove what they make. What is left over is known by its fact, or may be there where the step
        // did not come to its end.
        Op::ProveInside(prove) => is_left(run, step, &[Fact::Pod(prove.cluster.clone())]),
        Op::ProveFirst(prove) => {
            is_left(run, step, &[Fact::Pod(prove.cluster.clone()), Fact::ProofSecret(prove.cluster.clone())])
        }
        _ => !what_is_made(run, step).is_empty() || run.wrote(step.id) || run.asked_a_person(step.id),
    }
}

/// True where something that a step makes for a while may be left over.
fn is_left(run: &Run, step: &Step, facts: &[Fact]) -> bool {
    let is_there = |fact: &Fact| run.facts.learnt(fact).is_some_and(|learnt| learnt.how == Outcome::Created);
    facts.iter().any(is_there) || (run.wrote(step.id) && !run.ended_well.contains(&step.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::RoleMode;
    use crate::event::{Entry, Event, Plane, Work};
    use crate::names::{CallId, RunId, Side, StepId};
    use crate::route::tests::sample;
    use jiff::Timestamp;

    fn told(events: impl IntoIterator<Item = Event>) -> Run {
        let mut run = Run::default();
        let plan = sample(RoleMode::Registry);
        let started =
            Event::RunStarted { run: RunId("7f3c9a2e".to_owned()), plan, answers: crate::input::Answers::default() };
        for event in std::iter::once(started).chain(events) {
            run.apply(&Entry::new(Timestamp::UNIX_EPOCH, event));
        }
        run
    }

    fn learnt(step: u16, how: Outcome, facts: &[Fact]) -> Event {
        let learnt = facts.iter().map(|fact| Learnt::new(how, fact.clone(), "55555555-5555-4555-8555-555555555555"));
        Event::Learnt { step: StepId(step), learnt: learnt.collect() }
    }

    fn call(step: u16, url: &str, status: Option<u16>) -> [Event; 2] {
        let call = CallId(step.into());
        let started = Event::CallStarted {
            call,
            work: Work::Step(StepId(step)),
            plane: Plane::Arm,
            side: Side::A,
            method: "POST".to_owned(),
            url: url.to_owned(),
            writes: true,
            resets: url.contains("resetServicePrincipalProfile"),
        };
        [started, Event::CallTried { call, n: 1, status, ms: 1, refusal: None }]
    }

    fn order(run: &Run) -> Vec<u16> {
        take_back(run).expect("a plan").steps.iter().map(|s| s.id.0).collect()
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
        assert_eq!(order(&refused), [0_u16; 0]);
        let reset = "https://arm/aks/resetServicePrincipalProfile";
        assert_eq!(order(&told(call(9, reset, None))), [9]);
        assert_eq!(order(&told(call(9, reset, Some(409)))), [0_u16; 0]);
    }

    #[test]
    fn what_is_taken_back_is_not_taken_back_again() {
        let mut run =
            told([learnt(8, Outcome::Created, &[Fact::WayBackKey]), learnt(1, Outcome::Created, &[Fact::App])]);
        let plan = take_back(&run).expect("a plan");
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
