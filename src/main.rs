//! crosspull lets an AKS cluster in one Microsoft Entra tenant pull images from a registry in another, and proves the
//! pull before it touches the cluster.
//!
//! This package is the shell, the only place where things meet: command line, environment, files, terminal, signals.

mod accessible;
mod attended;
mod backend;
mod cli;
mod commands;
mod credentials;
mod exit;
mod headless;
mod kept;
mod login;
mod places;
mod sources;
mod tell;
mod terminal;
mod wizard;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use exit::Code;

fn main() -> ExitCode {
    // Docker waits for an answer, and the command line of the other commands takes longer to build than it does.
    if let Some(call) = login::credential::Call::of(std::env::args_os()) {
        return last_resort(|| {
            keep_memory_private()?;
            Ok(call.answer())
        });
    }
    // So does kubectl.
    if let Some(call) = commands::access::token::Call::of(std::env::args_os()) {
        return last_resort(|| {
            keep_memory_private()?;
            Ok(call.answer())
        });
    }
    // And so does the shell of a person who pressed Tab.
    match commands::completions::answered(std::env::args_os()) {
        Ok(false) => {}
        Ok(true) => return ExitCode::SUCCESS,
        // The shell shows nothing of it.
        Err(_) => return ExitCode::FAILURE,
    }
    let colours = accessible::colours(std::env::args_os(), sources::environment);
    let matches = match commands::command().color(colours).try_get_matches() {
        Ok(matches) => matches,
        Err(refused) => {
            if refused.use_stderr() && asks_for_json(std::env::args()) {
                headless::refused(&refused.kind().to_string());
            }
            refused.exit()
        }
    };
    last_resort(|| run(&matches))
}

/// Ends with a code. Every expected end has a sentence of its own before it comes here; a panic has told of itself.
fn last_resort(work: impl FnOnce() -> color_eyre::Result<Code>) -> ExitCode {
    match std::panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(code)) => return ExitCode::from(code),
        Ok(Err(report)) => headless::lines::aside(&format!("crosspull: {report:#}")),
        Err(_) => headless::lines::aside(
            "crosspull: a defect ended it. Where it worked on a run, crosspull runs tells where that stands.",
        ),
    }
    ExitCode::FAILURE
}

/// Returns true where the arguments ask for JSON, whatever else they say: then the output ends as every JSON output
/// does.
fn asks_for_json(arguments: impl Iterator<Item = String>) -> bool {
    let arguments: Vec<String> = arguments.collect();
    let is_form = |pair: &[String]| matches!(pair, [flag, form] if flag == "--output" && form == "json");
    arguments.windows(2).any(is_form) || arguments.iter().any(|argument| argument == "--output=json")
}

/// Keeps others from the memory of the process: a core file would hold every secret of the run (`docs/PRODUCT.md` 7,
/// rule 2). The limit does not hold where the system pipes core files into a program; that the process is not dumpable
/// does, and it also keeps its memory and environment from other processes of the same user.
fn keep_memory_private() -> std::io::Result<()> {
    #[cfg(unix)]
    rlimit::setrlimit(rlimit::Resource::CORE, 0, 0)?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Returns what calls are made in.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    // One provider for the process: the HTTP client takes the default.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

fn run(matches: &clap::ArgMatches) -> color_eyre::Result<Code> {
    keep_memory_private()?;
    let runtime = runtime()?;
    let tasks = tokio::task::LocalSet::new();
    let code = tasks.block_on(&runtime, commands::run(matches));
    drop(tasks);
    // A question that is still open on standard input must not hold the program.
    runtime.shutdown_background();
    code
}
