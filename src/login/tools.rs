//! The programs that keep sign-ins to registries, and giving them one by their standard input: arguments and environment are
//! for others to see.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use crosspull_azure::registry_login::RegistryCredential;
use crosspull_core::login::Given;
use crosspull_core::secret::SECRET_VARIABLES;
use crosspull_core::text::printable;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

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

/// A folder that is nowhere. Where docker keeps an identity token of the registry, podman and skopeo refuse to sign in
/// beside it (`docs/facts/real-clients.md` 4), so they are not shown what docker keeps.
const NOWHERE: &str = "/nonexistent/docker";

/// The words by which each of them says that it took the sign-in.
const TAKEN: &str = "login succeeded";
/// The longest time that a program may take: it asks the registry once or twice.
const AT_MOST: Duration = Duration::from_secs(60);

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
    let mut command = Command::new(program);
    if let Some(tool) = TOOLS.iter().find(|tool| tool.name == program) {
        command.args(tool.words);
        if tool.reads_docker {
            command.env("DOCKER_CONFIG", NOWHERE);
        }
    }
    command.args(["--username", user, "--password-stdin", server]);
    for name in SECRET_VARIABLES {
        command.env_remove(name);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let ran = tokio::time::timeout(AT_MOST, fed(command, secret.reveal())).await;
    let not = |why: String| Given { program, taken: false, says: vec![why] };
    match ran {
        Err(_) => not(format!("it does not end within {} seconds", AT_MOST.as_secs())),
        Ok(Err(error)) => not(format!("it cannot be run ({error})")),
        Ok(Ok(output)) => {
            let said = [output.stdout, output.stderr]
                .map(|bytes| String::from_utf8_lossy(&bytes).replace(secret.reveal(), "…"));
            let taken = output.status.success() && said.iter().any(|text| text.to_ascii_lowercase().contains(TAKEN));
            let lines = said.iter().flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty());
            let mut says: Vec<String> = lines.map(|line| printable(line, 200)).take(12).collect();
            if !taken && output.status.success() {
                says.push("it ended well, and did not say that it took the sign-in".to_owned());
            }
            Given { program, taken, says }
        }
    }
}

async fn fed(mut command: Command, secret: &str) -> std::io::Result<std::process::Output> {
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read it says why, which is the better message.
        let _ = stdin.write_all(secret.as_bytes()).await;
    }
    child.wait_with_output().await
}
