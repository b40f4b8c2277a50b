//! Whatever a journal holds is read or refused; and a run that was read can be shown, gone on with and taken back.

#![no_main]

use crosspull_core::journal::read;
use crosspull_core::names::{Direction, Side};
use crosspull_core::run::take_back;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let journal = match read(bytes) {
        Ok(journal) => journal,
        Err(why) => return assert!(!why.to_string().is_empty()),
    };
    assert!(journal.whole <= bytes.len());
    let again = read(&bytes[..journal.whole]).expect("what is whole reads again");
    assert_eq!(again.run, journal.run);
    let run = journal.run;
    let _ = (run.headline(), run.next_command(), run.stage(), run.where_it_stopped(), run.about());
    for side in [Side::A, Side::B] {
        let _ = (run.made(side), run.there(side));
    }
    for way in [Direction::Forward, Direction::Back] {
        if let Ok(plan) = run.plan_for(way) {
            for step in &plan.steps {
                let _ = (step.title(), step.calls(), step.undo().to_string(), plan.reads(step), step.writes());
            }
        }
    }
    let _ = take_back(&run);
});
