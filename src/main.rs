//! crosspull lets an AKS cluster in one Microsoft Entra tenant pull images from a registry in another, and proves the
//! pull before it touches the cluster.
//!
//! This package is the shell, the only place where things meet: command line, environment, files, terminal, signals.

mod browser;
mod cli;
mod clipboard;
mod gather;
mod hand_over;
mod headless;
mod job;
mod lines;
mod places;
mod report;
mod secret_file;
mod session;
mod signals;
mod simulate;
mod stream;
mod surroundings;
mod terminal;
mod wizard;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

/// What a command ends with: an exit code of `product.md` section 5.
type Code = u8;

/// Wrong input; nothing was called.
const WRONG_INPUT: Code = 2;

fn main() -> ExitCode {
    let matches = match cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(refused) => {
            if refused.use_stderr() && asks_for_json(std::env::args()) {
                stream::refused(&refused.kind().to_string());
            }
            refused.exit()
        }
    };
    // The last resort; every expected end has a sentence of its own before it comes here. A panic has told of itself.
    match std::panic::catch_unwind(AssertUnwindSafe(|| run(&matches))) {
        Ok(Ok(code)) => return ExitCode::from(code),
        Ok(Err(report)) => lines::aside(&format!("crosspull: {report:#}")),
        Err(_) => lines::aside(
            "crosspull: a defect ended it. Where it worked on a run, crosspull runs tells where that stands.",
        ),
    }
    ExitCode::FAILURE
}

/// True where the arguments ask for JSON, whatever else they say: then the output ends as every JSON output does.
fn asks_for_json(arguments: impl Iterator<Item = String>) -> bool {
    let arguments: Vec<String> = arguments.collect();
    let is_form = |pair: &[String]| matches!(pair, [flag, form] if flag == "--output" && form == "json");
    arguments.windows(2).any(is_form) || arguments.iter().any(|argument| argument == "--output=json")
}

/// A core file would hold every secret of the run (`product.md` 7, rule 2). The limit does not hold where the system
/// pipes core files into a program; that the process is not dumpable does, and it also keeps its memory and environment
/// from other processes of the same user.
fn keep_memory_private() -> std::io::Result<()> {
    rlimit::setrlimit(rlimit::Resource::CORE, 0, 0)?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

fn run(matches: &clap::ArgMatches) -> color_eyre::Result<Code> {
    keep_memory_private()?;
    // One provider for the process: the HTTP client takes the default.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tasks = tokio::task::LocalSet::new();
    let code = match matches.subcommand() {
        None => tasks.block_on(&runtime, wizard::real(matches)),
        Some(("demo", arguments)) => tasks.block_on(&runtime, wizard::demo(arguments)),
        Some(("plan", arguments)) => tasks.block_on(&runtime, headless::plan(arguments)),
        Some(("apply", arguments)) => tasks.block_on(&runtime, headless::apply(arguments)),
        Some(("resume", arguments)) => tasks.block_on(&runtime, headless::resume(arguments)),
        Some(("undo", arguments)) => tasks.block_on(&runtime, headless::undo(arguments)),
        Some(("runs", arguments)) => headless::runs(arguments),
        Some(("simulate", arguments)) => tasks.block_on(&runtime, simulate::serve(arguments)),
        Some(("completions", arguments)) => cli::completions(arguments),
        Some(("man", _)) => cli::man(),
        Some((other, _)) => Err(color_eyre::eyre::eyre!("{other} is not a command")),
    };
    drop(tasks);
    // A question that is still open on standard input must not hold the program.
    runtime.shutdown_background();
    code
}
