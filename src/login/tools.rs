//! The programs that keep sign-ins to registries, and giving them one by their standard input: arguments and environment are
//! for others to see.

use std::path::PathBuf;
use std::pin::pin;
use std::process::{Output, Stdio};
use std::time::Duration;

use crosspull_azure::registry_login::RegistryCredential;
use crosspull_core::login::Given;
use crosspull_core::secret::SECRET_VARIABLES;
use crosspull_core::text::printable;
use futures_util::future::join;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use crate::sources::environment;

/// A program, the words before its options, and whether it reads what docker keeps.
struct Tool {
    name: &'static str,
    words: &'static [&'static str],
    reads_docker: bool,
}

impl Tool {
    const fn new(name: &'static str, words: &'static [&'static str]) -> Self {
        Self { name, words, reads_docker: false }
    }

    /// Returns a program of containers/image, which keeps sign-ins in a file of its own and reads docker's besides.
    const fn of_containers(name: &'static str) -> Self {
        Self { name, words: &["login"], reads_docker: true }
    }
}

/// The programs, in the order in which they are told. Several keep what they are given in one file, so one is run at a time.
const TOOLS: [Tool; 6] = [
    Tool::new("docker", &["login"]),
    Tool::of_containers("podman"),
    Tool::new("helm", &["registry", "login"]),
    Tool::new("oras", &["login"]),
    Tool::of_containers("skopeo"),
    Tool::new("nerdctl", &["login"]),
];

/// The words by which each of them says that it took the sign-in.
const TAKEN: &str = "login succeeded";
/// The longest time that a program may take: it asks the registry once or twice.
const AT_MOST: Duration = Duration::from_secs(60);
/// The time for which the output of a program that has ended is still read.
const LEFT_OPEN: Duration = Duration::from_secs(1);
/// The most bytes that are read of each output.
const MOST: u64 = 64 * 1024;

/// Returns the names of the programs.
pub fn names() -> [&'static str; 6] {
    TOOLS.map(|tool| tool.name)
}

/// Returns the programs that are on a PATH.
pub fn here(path: &str) -> Vec<&'static str> {
    names().into_iter().filter(|name| on_path(path, name).is_some()).collect()
}

/// Returns where a program is on a PATH.
pub fn on_path(path: &str, program: &str) -> Option<PathBuf> {
    std::env::split_paths(path)
        .map(|folder| folder.join(program))
        .find(|file| crate::terminal::surroundings::is_program(file))
}

/// Gives a program the sign-in to a registry.
pub async fn give(program: &'static str, server: &str, credential: &RegistryCredential) -> Given {
    let (user, secret) = credential.pair();
    let not = |why: String| Given { program, taken: false, says: vec![why] };
    let mut command = Command::new(program);
    // An empty folder, which goes with the call.
    let mut without_docker = None;
    if let Some(tool) = TOOLS.iter().find(|tool| tool.name == program) {
        command.args(tool.words);
        if tool.reads_docker {
            match beside_docker(&mut command) {
                Ok(folder) => without_docker = Some(folder),
                Err(error) => return not(format!("no folder can be made for it to run in ({error})")),
            }
        }
    }
    command.args(["--username", user, "--password-stdin", server]);
    for name in SECRET_VARIABLES {
        command.env_remove(name);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let ran = tokio::time::timeout(AT_MOST, fed(command, secret.reveal())).await;
    drop(without_docker);
    match ran {
        Err(_) => not(format!("it does not end within {} seconds", AT_MOST.as_secs())),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => not("it is not on the PATH".to_owned()),
        Ok(Err(error)) => not(format!("it cannot be run ({error})")),
        Ok(Ok(output)) => {
            let said = [output.stdout, output.stderr]
                .map(|bytes| String::from_utf8_lossy(&bytes).replace(secret.reveal(), "…"));
            let taken = output.status.success() && said.iter().any(|text| text.to_ascii_lowercase().contains(TAKEN));
            let lines = said.iter().flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty());
            let mut says: Vec<String> = lines.map(|line| printable(line, 200)).take(12).collect();
            if !taken && output.status.success() {
                says.push("it ended well, and did not say that it took the sign-in".to_owned());
            } else if !taken && says.is_empty() {
                says.push(format!("it says nothing, and ended with {}", output.status));
            }
            Given { program, taken, says }
        }
    }
}

/// Has podman or skopeo keep the sign-in in the file that it looks into first, and not see what docker keeps: where that is
/// an identity token of the registry, it refuses to sign in beside it (`docs/facts/real-clients.md` 4).
fn beside_docker(command: &mut Command) -> std::io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    command.env("DOCKER_CONFIG", folder.path());
    if environment("REGISTRY_AUTH_FILE").is_none() {
        // Without the variable it would be kept in the empty folder.
        let runtime = environment("XDG_RUNTIME_DIR").map(|folder| PathBuf::from(folder).join("containers"));
        let place = runtime.map_or_else(own_of_containers, Ok)?;
        command.env("REGISTRY_AUTH_FILE", place.join("auth.json"));
    }
    Ok(folder)
}

/// Returns the folder in which podman and its kin keep sign-ins where no other one is named (containers-auth.json(5)).
fn own_of_containers() -> std::io::Result<PathBuf> {
    #[cfg(target_os = "linux")]
    return Ok(PathBuf::from(format!("/run/containers/{}", rustix::process::geteuid().as_raw())));
    #[cfg(not(target_os = "linux"))]
    return etcetera::home_dir().map(|home| home.join(".config/containers")).map_err(std::io::Error::other);
}

/// Runs a program with a secret on its standard input. What a child of its own holds open is not waited for.
async fn fed(mut command: Command, secret: &str) -> std::io::Result<Output> {
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read it says why, which is the better message.
        let _ = stdin.write_all(secret.as_bytes()).await;
    }
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let status = {
        let mut reading = pin!(join(read(out, &mut stdout), read(err, &mut stderr)));
        tokio::select! {
            status = child.wait() => {
                let _ = tokio::time::timeout(LEFT_OPEN, &mut reading).await;
                status?
            }
            _ = &mut reading => child.wait().await?,
        }
    };
    Ok(Output { status, stdout, stderr })
}

async fn read(from: Option<impl AsyncRead + Unpin>, to: &mut Vec<u8>) {
    if let Some(from) = from {
        // What was read until an error is told.
        let _ = from.take(MOST).read_to_end(to).await;
    }
}
