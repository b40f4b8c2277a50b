//! The program under test: where it is, and one run of it to its end.

use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::end::End;

/// A program that takes longer than this is killed, and the story has failed.
const LIMIT: Duration = Duration::from_secs(60);

/// Returns the path of the program. Cargo builds it before the tests and benches of its package, and puts it beside the
/// folder that they are in.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test is a file");
    let folder = test.ancestors().nth(2).expect("a test is two folders below the program");
    let program = folder.join(format!("crosspull{}", std::env::consts::EXE_SUFFIX));
    assert!(program.is_file(), "{} is not there: build it with `cargo build`", program.display());
    program
}

/// A process that does not outlive its story.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The stream that a line came from.
enum Line {
    Out(String),
    Err(String),
}

/// Runs a program to its end, without a terminal, and tells what it says while it does.
pub(crate) fn ended(command: Command, watch: impl FnMut(&Value, u32)) -> End {
    ended_while(command, watch, |_| {})
}

/// Runs a program to its end, and tells what it says aside too, line by line.
pub(crate) fn ended_while(
    mut command: Command,
    mut watch: impl FnMut(&Value, u32),
    mut aside: impl FnMut(&str),
) -> End {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Running(command.spawn().expect("the program starts"));
    let (sender, lines) = channel();
    let readers = [
        read(child.0.stdout.take().expect("piped"), sender.clone(), Line::Out),
        read(child.0.stderr.take().expect("piped"), sender, Line::Err),
    ];
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    let mut end = End { json: words.join(" ").contains("--output json"), ..End::default() };
    let deadline = Instant::now() + LIMIT;
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Line::Out(line)) => {
                if let Ok(event) = serde_json::from_str(&line) {
                    watch(&event, child.0.id());
                    end.events.push(event);
                }
                end.out.push_str(&line);
                end.out.push('\n');
            }
            Ok(Line::Err(line)) => {
                aside(&line);
                end.err.push_str(&line);
                end.err.push('\n');
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("not over after {LIMIT:?}\n{end}"),
        }
    }
    end.code = child.0.wait().expect("its end").code();
    for reader in readers {
        reader.join().expect("what it said can be read");
    }
    end
}

fn read(from: impl Read + Send + 'static, to: Sender<Line>, kind: fn(String) -> Line) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            let _ = to.send(kind(line.expect("text in UTF-8")));
        }
    })
}
