//! The fault matrix: every call of every route, each with every fault. From wherever it strikes, the run is finished with the
//! same world as an undisturbed one, and taken back to the world as it was found.

#![cfg(test)]

mod access;
mod cells;
mod inside;
mod network;
mod reads;
mod sameness;

use std::sync::atomic::Ordering;

use crosspull_support::{ACCESS_RUNS, ROUTES};

use cells::{Cell, Held, all_hold};
use inside::{Cut, Moment};
use network::{FAULTS, Place, STRUCK};

/// The network fails: the connection is cut, or the answer is lost, refused, late, or torn.
#[test]
#[ignore = "hundreds of runs, some minutes: cargo test --test matrix -- --ignored"]
fn a_call_that_fails_in_any_way_is_mended() {
    let places = Place::all();
    let cells = places.iter().flat_map(|place| FAULTS.iter().map(move |fault| (place, fault)));
    let cells: Vec<Cell> =
        cells.map(|(place, fault)| Cell::new(format!("{fault} at {place}"), network::held(place, *fault))).collect();
    let held = all_hold(cells);
    let struck = STRUCK.load(Ordering::Relaxed);
    println!("network faults: {} calls x {} faults, {held}, {struck} of them struck", places.len(), FAULTS.len());
    assert!(struck * 10 > held.of * 9, "too few faults struck: {struck}");
}

/// A read of the checks never comes: refused, failing, or torn, however often it is asked.
#[test]
#[ignore = "hundreds of runs, some minutes: cargo test --test matrix -- --ignored"]
fn a_read_of_the_checks_that_never_comes_is_not_taken_for_what_is_not_there() {
    let mut cells = Vec::new();
    for route in ROUTES.iter().filter(|route| route.is_wanted()) {
        for read in reads::all(route) {
            for (name, fault) in reads::FAULTS {
                let name = format!("{name} at {read} of {}", route.name());
                cells.push(Cell::new(name, reads::held(route, &read, fault)));
            }
        }
    }
    let held = all_hold(cells);
    println!("reads: {} faults, {held}", reads::FAULTS.len());
    assert!(matches!(held, Held { of: 30.., .. }), "the checks read less than ever: {held}");
}

/// The program is gone at any moment of any call: killed, crashed, out of power.
#[test]
#[ignore = "hundreds of runs, some minutes: cargo test --test matrix -- --ignored"]
fn a_run_killed_at_any_moment_of_any_call_goes_on_or_is_taken_back() {
    let mut cells = Vec::new();
    for route in ROUTES.iter().filter(|route| route.is_wanted()) {
        for call in inside::calls(route) {
            for moment in Moment::ALL {
                let cut = Cut { call: call.clone(), moment };
                cells.push(Cell::new(format!("{cut} of {}", route.name()), inside::held(route, cut)));
            }
        }
    }
    let held = all_hold(cells);
    println!("kills: {} moments, {held}", Moment::ALL.len());
    assert!(matches!(held, Held { of: 60.., .. }), "the routes have become shorter than any: {held}");
}

/// Somebody is let in, or no longer: each write struck by the network and cut off at each moment, each read unread.
#[test]
#[ignore = "hundreds of runs, some minutes: cargo test --test matrix -- --ignored"]
fn a_run_of_access_that_is_struck_is_finished_or_taken_back() {
    let runs: Vec<access::Known> = ACCESS_RUNS.iter().map(access::Known::of).collect();
    let mut cells = Vec::new();
    for run in &runs {
        let named = |what: String| format!("{what} of {}", run.name());
        for write in run.writes() {
            cells.extend(
                access::faults()
                    .map(|fault| Cell::new(named(format!("{fault} at {write}")), access::struck(run, write, fault))),
            );
        }
        for call in run.calls() {
            cells.extend(Moment::ALL.map(|moment| {
                let cut = Cut { call: call.clone(), moment };
                Cell::new(named(cut.to_string()), access::killed(run, &call, moment))
            }));
        }
        for read in run.reads() {
            cells.extend(
                access::UNREAD.map(|(name, fault)| {
                    Cell::new(named(format!("{name} at {read}")), access::unread(run, read, fault))
                }),
            );
        }
    }
    let held = all_hold(cells);
    println!("access: {} runs, {held}", runs.len());
    assert!(matches!(held, Held { of: 100.., .. }), "the runs have become shorter than any: {held}");
}
