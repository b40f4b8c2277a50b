//! Input from a person, a file or the network never makes the core panic, and events in any order leave a run that can
//! be shown.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crosspull_core::check::{Check, Finding, Level};
use crosspull_core::cloud::CloudChoice;
use crosspull_core::event::{Entry, Event, Plane, Work};
use crosspull_core::ids::{ClusterId, ImageRef, RegistryId, TenantRef};
use crosspull_core::input::{Answers, FIELDS, Inputs, Key, check};
use crosspull_core::journal::{Unreadable, read};
use crosspull_core::names::{CallId, Outcome, PerTenant, Route, RunId, Side, StepId, Verdict};
use crosspull_core::operation::{AddSecret, CreatePrincipal, Fact, Learnt, Op, ResetCluster, Step};
use crosspull_core::plan::{PLAN_VERSION, Plan};
use crosspull_core::run::{Run, Status, take_back};
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
        tenants: PerTenant {
            a: "11111111-1111-4111-8111-111111111111".parse().expect("a GUID"),
            b: "22222222-2222-4222-8222-222222222222".parse().expect("a GUID"),
        },
        steps: vec![
            step(1, Op::CreatePrincipal(CreatePrincipal { home: Side::A })),
            step(2, Op::AddSecret(AddSecret { days: 180, cluster: cluster.clone(), renew: false, in_use: None })),
            step(
                3,
                Op::ResetCluster(ResetCluster {
                    cluster,
                    soak_minutes: 0,
                    from: None,
                    lacks: Vec::new(),
                    holds: Vec::new(),
                    needs: Vec::new(),
                }),
            ),
        ],
    }
}

fn id() -> RunId {
    RunId("7f3c9a2e".to_owned())
}

/// Returns a plan of a way back, whether or not the run went there.
fn way_back() -> Plan {
    let mut run = Run::default();
    let call = Event::CallStarted {
        call: CallId(1),
        work: Work::Step(StepId(1)),
        plane: Plane::Graph,
        side: Side::A,
        method: "POST".to_owned(),
        url: String::new(),
        writes: true,
        resets: false,
    };
    for event in [Event::RunStarted { run: id(), plan: plan(), answers: Answers::default() }, call] {
        run.apply(&Entry::new(Timestamp::UNIX_EPOCH, event));
    }
    take_back(&run).expect("a way back")
}

fn fact() -> impl Strategy<Value = Fact> {
    let cluster = ClusterId::parse(Key::Cluster.field().map_or("", |f| f.example)).expect("the example");
    let registry = RegistryId::parse(Key::Registry.field().map_or("", |f| f.example)).expect("the example");
    prop_oneof![
        Just(Fact::PrincipalA),
        Just(Fact::PrincipalB),
        Just(Fact::AppObject),
        Just(Fact::SecretKey),
        Just(Fact::Proved(registry)),
        Just(Fact::ClusterClient(cluster.clone())),
        Just(Fact::ClusterState(cluster.clone())),
        Just(Fact::Pod(cluster)),
    ]
}

/// Returns last looks before the reset, whole or not, at what the reset stands on or at less.
fn looked() -> impl Strategy<Value = Event> {
    (2_u16..4, 0_usize..2, 0_usize..2).prop_map(|(step, fewer, missing)| {
        let (plan, step) = (plan(), StepId(step));
        let mut stands = plan.step(step).map(|s| plan.preconditions(s)).unwrap_or_default();
        stands.truncate(stands.len().saturating_sub(fewer));
        Event::Looked { step, stands, missing: vec!["it is not there".to_owned(); missing] }
    })
}

/// True where a whole last look after the operator's yes stands at the end of those events, and nothing after it.
///
/// This is written from the rule (`docs/PRODUCT.md` 3), not from the fold.
fn last_look_stands(events: &[Event], step: StepId) -> bool {
    let plan = plan();
    let table = plan.step(step).map(|s| plan.preconditions(s)).unwrap_or_default();
    let spoils = |event: &Event| match event {
        Event::CallStarted { writes, .. } => *writes,
        Event::Learnt { .. }
        | Event::Asking { .. }
        | Event::Confirmed { .. }
        | Event::Looked { .. }
        | Event::Planned { .. }
        | Event::RunStarted { .. }
        | Event::RunResumed { .. }
        | Event::UndoStarted { .. } => true,
        _ => false,
    };
    let Some(at) = events.iter().rposition(spoils) else { return false };
    let whole = |event: &Event| {
        matches!(event, Event::Looked { step: of, stands, missing }
            if *of == step && missing.is_empty() && !table.is_empty() && *stands == table)
    };
    let asked = |event: &Event| {
        matches!(
            event,
            Event::Asking { .. }
                | Event::Confirmed { .. }
                | Event::Planned { .. }
                | Event::RunStarted { .. }
                | Event::RunResumed { .. }
                | Event::UndoStarted { .. }
        )
    };
    let yes = events[..at].iter().rfind(|event| asked(event));
    whole(&events[at]) && matches!(yes, Some(Event::Confirmed { step: of }) if *of == step)
}

/// Returns any event of the kinds that change a run, for steps that the plan has and for one that it has not.
fn event() -> impl Strategy<Value = Event> {
    let step = (1_u16..5).prop_map(StepId);
    let outcome = prop_oneof![
        Just(Outcome::Created),
        Just(Outcome::Found),
        Just(Outcome::Changed),
        Just(Outcome::Skipped),
        Just(Outcome::NotDone),
        Just(Outcome::Failed),
        Just(Outcome::Unknown),
        Just(Outcome::Proved),
        Just(Outcome::Undone),
        Just(Outcome::Left)
    ];
    let verdict = prop_oneof![
        Just(Verdict::Done),
        Just(Verdict::Failed),
        Just(Verdict::Interrupted),
        Just(Verdict::Waits),
        Just(Verdict::Left)
    ];
    prop_oneof![
        Just(Event::Planned { plan: plan() }),
        Just(Event::RunStarted { run: id(), plan: plan(), answers: Answers::default() }),
        Just(Event::RunResumed { run: id() }),
        Just(Event::UndoStarted { run: id(), plan: plan() }),
        Just(Event::UndoStarted { run: id(), plan: way_back() }),
        Just(Event::CheckEnded {
            finding: Finding {
                check: Check::App,
                level: Level::Pass,
                text: String::new(),
                now: Default::default(),
                refusal: None
            }
        }),
        Just(Event::RoutesWeighed { routes: Vec::new() }),
        step.clone().prop_map(|step| Event::StepStarted { step }),
        step.clone().prop_map(|step| Event::Asking { step }),
        step.clone().prop_map(|step| Event::Confirmed { step }),
        step.clone().prop_map(|step| Event::CutShort { step }),
        looked(),
        step.clone().prop_map(|step| Event::PersonNeeded {
            step,
            says: "s".to_owned(),
            url: "u".to_owned(),
            command: "c".to_owned(),
            page: None,
        }),
        (step.clone(), 0_u32..4).prop_map(|(step, n)| Event::CallStarted {
            call: CallId(n),
            work: Work::Step(step),
            plane: Plane::Graph,
            side: Side::A,
            method: "POST".to_owned(),
            url: if n == 0 { "/resetServicePrincipalProfile" } else { "/v1.0/applications" }.to_owned(),
            writes: true,
            resets: n == 0,
        }),
        (0_u32..6, prop::option::of(any::<u16>())).prop_map(|(n, status)| Event::CallTried {
            call: CallId(n),
            n: 1,
            status,
            ms: u64::MAX,
            refusal: None
        }),
        (step.clone(), any::<u64>()).prop_map(|(step, ms)| Event::Waiting {
            says: None,
            work: Work::Step(step),
            why: "w".to_owned(),
            ms,
            at_most_ms: ms,
            tries: 1
        }),
        (step.clone(), outcome.clone(), fact()).prop_map(|(step, how, fact)| Event::Learnt {
            step,
            learnt: vec![Learnt::new(how, fact, "55555555-5555-4555-8555-555555555555")]
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

/// Returns a journal of an earlier version.
fn golden(which: usize) -> Vec<u8> {
    let names =
        ["v1-done", "v1-reset-failed", "v1-terminated", "v1-killed-in-reset", "v1-found", "v1-resumed-and-undone"];
    let path = format!("{}/tests/golden/{}.jsonl", env!("CARGO_MANIFEST_DIR"), names[which]);
    std::fs::read(path).expect("it is in the tree")
}

proptest! {
    #[test]
    fn events_in_any_order_leave_a_run_that_can_be_shown(events in prop::collection::vec((event(), any::<i32>()), 0..60)) {
        let mut run = Run::default();
        for (event, second) in events {
            let at = Timestamp::new(i64::from(second), 0).unwrap_or(Timestamp::UNIX_EPOCH);
            let entry = Entry::new(at, event);
            let line = serde_json::to_string(&entry).expect("an event can be written");
            prop_assert_eq!(&serde_json::from_str::<Entry>(&line).expect("and read"), &entry);
            run.apply(&entry);
            prop_assert_eq!(run.steps.len(), run.plan.as_ref().map_or(0, |p| p.steps.len()));
            let over = matches!(entry.event, Event::RunEnded { .. });
            let at_work = |s: &Status| matches!(s, Status::Working | Status::Asking);
            prop_assert!(!over || !run.steps.iter().any(|s| at_work(&s.status)));
            prop_assert_eq!(over && run.verdict.is_none(), false);
            prop_assert!(run.turned_from.is_none() || run.forward_plan().is_some_and(|p| p.route != Route::TakeBack));
            if let Some(back) = take_back(&run) {
                let mut ids: Vec<_> = back.steps.iter().map(|s| s.id).collect();
                prop_assert!(ids.iter().all(|id| !run.taken_back.contains(id)), "nothing is taken back twice");
                prop_assert!(ids.is_sorted_by(|a, b| a >= b), "newest first");
                ids.dedup();
                prop_assert_eq!(ids.len(), back.steps.len());
            }
            // A run that can go on has a command for that, and the other way round.
            let goes_on = run.stage().goes_on() && run.id.is_some() && run.verdict != Some(Verdict::Stopped);
            prop_assert_eq!(run.next_command().is_some_and(|c| c.contains("resume")), goes_on);
        }
        prop_assert!(!run.headline().is_empty());
        let _ = (run.made(Side::A), run.worst(), run.where_it_stopped(), run.about());
    }

    #[test]
    fn no_order_of_events_leads_to_a_reset_whose_last_look_did_not_succeed(
        mut events in prop::collection::vec(
            prop_oneof![3 => event(), 2 => looked(), 1 => Just(Event::Confirmed { step: StepId(3) })], 0..40)
    ) {
        events.insert(0, Event::RunStarted { run: id(), plan: plan(), answers: Answers::default() });
        // For another plan the rule would be another table.
        events.retain(|event| !matches!(event, Event::UndoStarted { .. }));
        let mut run = Run::default();
        for (n, event) in events.iter().enumerate() {
            run.apply(&Entry::new(Timestamp::UNIX_EPOCH, event.clone()));
            for step in [StepId(2), StepId(3)] {
                prop_assert_eq!(run.lets_reset(step), last_look_stands(&events[..=n], step), "after {:?}", event);
            }
        }
    }

    #[test]
    fn any_prefix_of_a_journal_can_be_gone_on_with_or_is_refused_with_a_clear_word(which in 0_usize..6, at in any::<prop::sample::Index>()) {
        let text = golden(which);
        let cut = at.index(text.len() + 1);
        match read(&text[..cut]) {
            Ok(journal) => {
                prop_assert!(journal.whole <= cut && text[..journal.whole].ends_with(b"\n"));
                prop_assert!(!text[journal.whole..cut].contains(&b'\n'), "no whole line is lost");
                prop_assert!(journal.run.id.is_some() && journal.run.plan.is_some());
                prop_assert!(journal.run.stage().goes_on() || journal.run.is_undoing() || cut == text.len() || journal.run.verdict.is_some());
                prop_assert!(take_back(&journal.run).is_some());
            }
            Err(why) => {
                prop_assert_eq!(why, Unreadable::NoPlan);
                prop_assert!(!text[..cut].contains(&b'\n'), "it has its plan and is refused");
            }
        }
    }

    #[test]
    fn a_journal_with_a_damaged_byte_is_read_or_refused(which in 0_usize..6, at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut text = golden(which);
        let at = at.index(text.len());
        text[at] = byte;
        if let Err(why) = read(&text) {
            prop_assert!(!why.to_string().is_empty());
        }
    }

    #[test]
    fn whatever_a_journal_holds_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read(&bytes).is_err(), "no run began there");
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
