//! The wall time of `crosspull apply`, divided by its critical path: the longest chain of calls and waits that depend
//! on each other (`docs/PRODUCT.md` 8). One run gives both, so the machine's speed cancels out.
//!
//! The chain is computed from what each call and wait took and from what needs what (`critical_path.rs`), not from the
//! order in which things happened: work that is done one after the other without need makes the ratio worse.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a bench fails by panicking and prints what it measured")]

mod critical_path;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crosspull_core::event::Entry;
use crosspull_sim::{Options, Tenant};
use crosspull_support::{ROUTES, Struck, add_answer, program};

/// Milliseconds that every answer is delayed.
const LATENCY: u64 = 50;
/// The divisor of every other delay of the simulated cloud, and of the program's patience: sign-in has to take a secret several
/// times in a row within it.
const SPEED: f64 = 400.0;
/// Runs, of which the median counts.
const RUNS: usize = 5;
/// The most that the ratio may be.
const AIM: f64 = 1.10;

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    for route in ROUTES {
        println!("{}:", route.name());
        tell((0..RUNS).map(|_| measure(&runtime, route)).collect());
    }
}

/// Prints the runs of a route, of which the median counts.
fn tell(mut measured: Vec<Measure>) {
    measured.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
    for m in &measured {
        println!("wall {:>7.1} ms   critical path {:>7.1} ms   ratio {:.3}", m.wall, m.path, m.ratio());
    }
    let median = &measured[RUNS / 2];
    println!(
        "median: wall {:.1} ms / critical path {:.1} ms = {:.3} (aim: at most {AIM})",
        median.wall,
        median.path,
        median.ratio()
    );
}

/// One run, in milliseconds.
struct Measure {
    wall: f64,
    path: f64,
}

impl Measure {
    fn ratio(&self) -> f64 {
        self.wall / self.path
    }
}

/// Runs `apply` once on a new simulated cloud of a route.
fn measure(runtime: &tokio::runtime::Runtime, route: &Struck) -> Measure {
    let folder = tempfile::tempdir().expect("a folder");
    let scenarios = route.scenarios();
    let options = Options { scenarios, latency: Duration::from_millis(LATENCY), speed: SPEED, ..Options::default() };
    let sim = runtime.block_on(crosspull_sim::start(options)).expect("the simulated cloud starts");
    let ready = crosspull_sim::write_files(&sim, folder.path()).expect("its files");
    let answers = ready.answers.expect("answers");
    route.answers.iter().for_each(|line| add_answer(&answers, line));
    let mut command = Command::new(program());
    command.args(["apply", "--yes", "--output", "json", "--answers"]).arg(answers);
    command.env("XDG_STATE_HOME", folder.path()).stdin(Stdio::null()).stderr(Stdio::inherit());
    command.env("CROSSPULL_CLOUD", &ready.arm).env("CROSSPULL_CA_FILE", ready.ca_file.expect("ca.pem"));
    for (side, tenant) in [("A", Tenant::A), ("B", Tenant::B)] {
        let operator = sim.operator(tenant);
        command.env(format!("CROSSPULL_{side}_CLIENT_ID"), operator.client_id.to_string());
        command.env(format!("CROSSPULL_{side}_CLIENT_SECRET"), operator.client_secret.reveal());
    }
    let begun = Instant::now();
    let output = command.output().expect("crosspull runs");
    let wall = begun.elapsed().as_secs_f64() * 1000.0;
    assert!(output.status.success(), "apply ended with {}", output.status);
    runtime.block_on(sim.stop());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let entries: Vec<Entry> = text.lines().map(|l| serde_json::from_str(l).expect("an entry")).collect();
    Measure { wall, path: critical_path::length(&entries) }
}
