//! Nothing that a person, a file or the network gives makes the core panic, and events in any order leave a run that
//! can be shown.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crosspull_core::answers::Answers;
use crosspull_core::check::{Check, Finding, Level};
use crosspull_core::cloud::CloudChoice;
use crosspull_core::event::{CallId, Entry, Event, Outcome, Plane, RunId, Verdict, Work};
use crosspull_core::field::{FIELDS, Key};
use crosspull_core::ids::{ClusterId, ImageRef, RegistryId, TenantRef};
use crosspull_core::inputs::{Inputs, check};
use crosspull_core::plan::{Fact, Learnt, Op, PLAN_VERSION, Plan, Route, Side, Step, StepId};
use crosspull_core::run::{Run, Status};
use crosspull_core::text::{abbreviated, clean, printable};
use jiff::Timestamp;
use proptest::prelude::*;

fn plan() -> Plan {
    let cluster = ClusterId::parse(Key::Cluster.field().map_or("", |f| f.example)).expect("the example");
    let step = |number, op| Step { id: StepId(number), side: Side::A, op };
    Plan {
        v: PLAN_VERSION,
        route: Route::NewApp,
        cloud: "AzureCloud".to_owned(),
        tenant_a: "11111111-1111-4111-8111-111111111111".parse().expect("a GUID"),
        tenant_b: "22222222-2222-4222-8222-222222222222".parse().expect("a GUID"),
        steps: vec![
            step(1, Op::CreatePrincipal),
            step(2, Op::AddSecret { days: 180, cluster: cluster.clone() }),
            step(3, Op::ResetCluster { cluster, soak_minutes: 0 }),
        ],
    }
}

/// Any event of the kinds that change a run, for steps that the plan has and for one that it has not.
fn event() -> impl Strategy<Value = Event> {
    let step = (1_u8..5).prop_map(StepId);
    let outcome = prop_oneof![
        Just(Outcome::Created),
        Just(Outcome::Found),
        Just(Outcome::Changed),
        Just(Outcome::Failed),
        Just(Outcome::Unknown)
    ];
    let verdict = prop_oneof![Just(Verdict::Done), Just(Verdict::Failed), Just(Verdict::Interrupted)];
    prop_oneof![
        Just(Event::Planned { plan: plan() }),
        Just(Event::RunStarted { run: RunId("7f3c9a2e".to_owned()), plan: plan() }),
        Just(Event::CheckEnded {
            finding: Finding {
                check: Check::App,
                level: Level::Pass,
                text: String::new(),
                now: String::new(),
                refusal: None
            }
        }),
        step.clone().prop_map(|step| Event::StepStarted { step }),
        step.clone().prop_map(|step| Event::Asking { step }),
        step.clone().prop_map(|step| Event::Confirmed { step }),
        (step.clone(), 0_u32..4).prop_map(|(step, n)| Event::CallStarted {
            call: CallId(n),
            work: Work::Step(step),
            plane: Plane::Graph,
            side: Side::A,
            method: "POST".to_owned(),
            url: "https://graph.microsoft.com/v1.0/applications".to_owned(),
            writes: true,
        }),
        (0_u32..6).prop_map(|n| Event::CallTried { call: CallId(n), n: 1, status: None, ms: u64::MAX, refusal: None }),
        (step.clone(), any::<u64>()).prop_map(|(step, ms)| Event::Waiting {
            work: Work::Step(step),
            why: "w".to_owned(),
            ms,
            at_most_ms: ms,
            tries: 1
        }),
        (step.clone(), outcome.clone()).prop_map(|(step, how)| Event::Learnt {
            step,
            learnt: vec![Learnt::new(how, Fact::PrincipalA, "55555555-5555-4555-8555-555555555555")]
        }),
        (step, outcome).prop_map(|(step, outcome)| Event::StepEnded {
            step,
            outcome,
            note: String::new(),
            trouble: None
        }),
        verdict.prop_map(|verdict| Event::RunEnded { verdict, run: None, facts: Vec::new(), trouble: None }),
    ]
}

proptest! {
    #[test]
    fn events_in_any_order_leave_a_run_that_can_be_shown(events in prop::collection::vec((event(), any::<i32>()), 0..60)) {
        let mut run = Run::default();
        let mut ended = false;
        for (event, second) in events {
            let at = Timestamp::new(i64::from(second), 0).unwrap_or(Timestamp::UNIX_EPOCH);
            ended |= matches!(event, Event::RunEnded { .. });
            let entry = Entry::new(at, event);
            let line = serde_json::to_string(&entry).expect("an event can be written");
            prop_assert_eq!(&serde_json::from_str::<Entry>(&line).expect("and read"), &entry);
            let over = matches!(entry.event, Event::RunEnded { .. });
            run.apply(&entry);
            prop_assert_eq!(run.steps.len(), run.plan.as_ref().map_or(0, |p| p.steps.len()));
            prop_assert!(!over || !run.steps.iter().any(|s| matches!(s.status, Status::Working | Status::Asking)));
        }
        prop_assert_eq!(ended, run.verdict.is_some());
        prop_assert!(!run.headline().is_empty());
        let _ = (run.made(Side::A), run.worst());
    }

    #[test]
    fn whatever_is_typed_is_read_or_refused_with_a_sentence(text in ".{0,300}") {
        for field in &FIELDS {
            if let Err(why) = check(field.key, &text) {
                prop_assert!(!why.is_empty());
            }
        }
        let _ = (TenantRef::parse(&text), ClusterId::parse(&text), RegistryId::parse(&text), ImageRef::parse(&text));
        let _ = (CloudChoice::parse(&text), clean(&text), abbreviated(&text));
    }

    #[test]
    fn whatever_an_answers_file_holds_is_read_or_refused(text in ".{0,300}") {
        if let Ok(answers) = Answers::from_toml(&text) {
            let _ = Inputs::from_answers(&answers);
        }
    }

    #[test]
    fn nothing_unprintable_gets_through(text in any::<String>(), most in 0_usize..100) {
        let shown = printable(&text, most);
        prop_assert!(shown.chars().all(|c| !c.is_control()));
        prop_assert!(shown.chars().count() <= most + 1);
    }

    #[test]
    fn what_is_read_is_written_as_it_is_read(repository in "[a-z0-9]{1,8}(/[a-z0-9]{1,8}){0,2}", tag in "[A-Za-z0-9_][A-Za-z0-9._-]{0,20}") {
        let image = ImageRef::parse(&format!("{repository}:{tag}")).expect("an image");
        prop_assert_eq!(ImageRef::parse(&image.to_string()), Ok(image));
    }
}
