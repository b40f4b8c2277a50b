//! A program that is run for its output: with a time limit, in turn, and never longer than it lives itself.

use std::io;
use std::pin::pin;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use futures_util::future::{Either, join, select};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::platform::{Group, apart};

/// The most bytes that are kept of what a program writes, of each of its two outputs.
const KEPT: u64 = 1 << 20;
/// The time for which the output of a program that has ended is still read.
const LEFT_OPEN: Duration = Duration::from_secs(1);

/// The turn to run a program of which there is one on a machine, with the last time that it did not end.
#[derive(Debug, Default)]
pub(super) struct Turn(tokio::sync::Mutex<Option<Instant>>);

impl Turn {
    /// Returns a turn that nobody has.
    pub(super) const fn new() -> Self {
        Self(tokio::sync::Mutex::const_new(None))
    }

    /// Runs a program once it is its turn. Returns `None` where it does not end within the limit, and where another one did
    /// not since this one was `asked` for: who waited through one silence does not wait through a second.
    pub(super) async fn run(
        &self,
        asked: Instant,
        program: tokio::process::Command,
        limit: Duration,
    ) -> io::Result<Option<Output>> {
        let mut silent_at = self.0.lock().await;
        if silent_at.is_some_and(|at| asked < at) {
            return Ok(None);
        }
        let output = ended_before(program, tokio::time::sleep(limit)).await?;
        if output.is_none() {
            *silent_at = Some(Instant::now());
        }
        Ok(output)
    }
}

/// Runs a program to its end. Returns `None` where the limit comes first; program and children are killed then, as they
/// are where nobody waits for them any more, and where they hold the output of a program that has ended.
async fn ended_before(
    mut program: tokio::process::Command,
    limit: impl Future<Output = ()> + Send,
) -> io::Result<Option<Output>> {
    apart(&mut program).stdin(Stdio::null()).kill_on_drop(true);
    let mut child = program.spawn()?;
    let mut group = Group::of(&child);
    let ended = async {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let outputs = (child.stdout.take(), child.stderr.take());
        let status = {
            let reading = pin!(join(read(outputs.0, &mut stdout), read(outputs.1, &mut stderr)));
            match select(pin!(child.wait()), reading).await {
                Either::Left((status, reading)) => {
                    if tokio::time::timeout(LEFT_OPEN, reading).await.is_ok() {
                        // Who holds no output, such as the one who sends its telemetry, is the program's own business.
                        group.let_go();
                    }
                    status?
                }
                Either::Right((_, waiting)) => {
                    let status = waiting.await?;
                    group.let_go();
                    status
                }
            }
        };
        Ok(Some(Output { status, stdout, stderr }))
    };
    tokio::select! {
        output = ended => output,
        () = limit => Ok(None),
    }
}

/// Reads an output to its end, and keeps its head. An output that breaks off ends there.
async fn read(output: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let Some(mut output) = output else { return };
    if (&mut output).take(KEPT).read_to_end(kept).await.is_ok() {
        // The rest is read too: a program whose output nobody takes does not end.
        let _ = tokio::io::copy(&mut output, &mut tokio::io::sink()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(does: &str) -> tokio::process::Command {
        let mut program = tokio::process::Command::new("/bin/sh");
        program.args(["-c", does]).stdout(Stdio::piped()).stderr(Stdio::piped());
        program
    }

    /// The end of the pipe that all of them hold tells that none of them is left.
    #[tokio::test]
    async fn what_does_not_end_is_killed_with_its_children() {
        use std::io::{BufRead as _, BufReader, Read as _};

        let (reader, writer) = io::pipe().expect("a pipe");
        let mut program = tokio::process::Command::new("/bin/sh");
        program.args(["-c", "sh -c 'echo there; exec sleep 1000' & wait"]).stdout(writer);
        let (sender, received) = std::sync::mpsc::channel();
        // The limit comes once the child's child is there.
        let limit = async move {
            let first_line = tokio::task::spawn_blocking(move || {
                let (mut lines, mut line) = (BufReader::new(reader), String::new());
                lines.read_line(&mut line).map(|_| (lines, line))
            });
            let _ = sender.send(first_line.await.expect("a thread").expect("a line"));
        };
        assert!(ended_before(program, limit).await.expect("runs").is_none());
        let (mut lines, line) = received.recv().expect("a line");
        assert_eq!(line, "there\n");
        assert_eq!(lines.read_to_string(&mut String::new()).expect("the end"), 0);
    }

    #[tokio::test]
    async fn a_child_that_holds_the_output_is_not_waited_for_and_killed() {
        use std::io::Read as _;

        let (mut reader, writer) = io::pipe().expect("a pipe");
        let mut program = sh("sleep 1000 & echo done; exit 3");
        program.stderr(writer);
        let output = ended_before(program, std::future::pending()).await.expect("runs").expect("an end");
        assert_eq!((output.stdout.as_slice(), output.status.code()), (&b"done\n"[..], Some(3)));
        // The child held this one too.
        assert_eq!(reader.read_to_string(&mut String::new()).expect("the end"), 0);
    }

    #[tokio::test]
    async fn the_head_of_a_long_output_is_kept_and_all_of_it_taken() {
        let program = sh("echo first >&2; head -c 3000000 /dev/zero >&2; echo out");
        let output = ended_before(program, std::future::pending()).await.expect("runs").expect("an end");
        assert!(output.status.success() && output.stderr.starts_with(b"first\n"));
        assert_eq!((output.stderr.len() as u64, output.stdout.as_slice()), (KEPT, &b"out\n"[..]));
    }

    #[tokio::test]
    async fn one_silence_serves_all_who_waited_through_it() {
        let (turn, at_once) = (Turn::new(), Duration::ZERO);
        let asked = Instant::now();
        assert!(turn.run(asked, sh("exec sleep 1000"), at_once).await.expect("runs").is_none());
        let long = Duration::from_secs(1000);
        assert!(turn.run(asked, sh("echo"), long).await.expect("runs").is_none());
        assert!(turn.run(Instant::now(), sh("echo"), long).await.expect("runs").is_some());
    }
}
