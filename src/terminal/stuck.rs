//! The end of a program that is stuck.

use std::time::Duration;

use super::signals::Signals;

/// The longest time that the program may take to end by itself once it is told to.
const STUCK: Duration = Duration::from_secs(10);

/// Sees to it that the program ends when it is told to, also where it is stuck in a write: a terminal that is stopped,
/// or whose other end sleeps, takes nothing and says nothing.
///
/// # Errors
/// An error where the system refuses.
pub fn end_what_is_stuck() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let watch = move || {
        runtime.block_on(async {
            let Ok(mut signals) = Signals::listen(true) else { return };
            let code = loop {
                match signals.next().await {
                    // Ctrl-C waits for the call in flight.
                    130 => {}
                    code => break code,
                }
            };
            tokio::time::sleep(STUCK).await;
            let _ = crossterm::terminal::disable_raw_mode();
            std::process::exit(i32::from(code));
        });
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(watch).map(drop)
}
