//! The fault matrix: every call of the route, each with every fault. From wherever it strikes, the run is finished with the
//! same world as an undisturbed one, and taken back to the world as it was found.

#![cfg(test)]

mod cells;
mod inside;
mod network;
mod reads;
mod sameness;

use std::sync::atomic::Ordering;

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
    let reads = reads::all();
    let cells = reads.iter().flat_map(|read| reads::FAULTS.iter().map(move |fault| (read, fault)));
    let cells: Vec<Cell> =
        cells.map(|(read, (name, fault))| Cell::new(format!("{name} at {read}"), reads::held(read, fault))).collect();
    let held = all_hold(cells);
    println!("reads: {} reads x {} faults, {held}", reads.len(), reads::FAULTS.len());
    assert!(matches!(held, Held { of: 60.., .. }), "the checks read less than ever: {held}");
}

/// The program is gone at any moment of any call: killed, crashed, out of power.
#[test]
#[ignore = "hundreds of runs, some minutes: cargo test --test matrix -- --ignored"]
fn a_run_killed_at_any_moment_of_any_call_goes_on_or_is_taken_back() {
    let calls = inside::calls();
    let cuts = calls.iter().flat_map(|call| Moment::ALL.map(|moment| Cut { call: call.clone(), moment }));
    let cells: Vec<Cell> = cuts.map(|cut| Cell::new(cut.to_string(), inside::held(cut))).collect();
    let held = all_hold(cells);
    println!("kills: {} calls x {} moments, {held}", calls.len(), Moment::ALL.len());
    assert!(matches!(held, Held { of: 120.., .. }), "the route has become shorter than any: {held}");
}
