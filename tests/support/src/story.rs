//! A story's stage: the simulated cloud of a scenario, and the folder of the operator who runs the program against it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU32;

use crosspull_sim::{Options, Ready, Scenario, Sim, write_files};
use tempfile::TempDir;

use crate::cloud::CloudThread;
use crate::world::World;

/// The divisor of the cloud's delays and of the program's own waits.
const SPEED: f64 = 100.0;

/// A cloud that agrees with itself at once, for a story that counts requests: nothing is asked more often in one run than
/// in another. A scenario's TOML, to which faults may be added.
pub const AT_ONCE: &str = "name = 'at-once'\nsays = 'everything is known everywhere at once'\n[time]\n\
                           application_replication = 0\nprincipal_replication = 0\nsecret_effect = 0\n\
                           secret_effect_elsewhere = 0\nrole_effect = 0\n";

/// A simulated cloud, and the folder of the operator who runs the program against it.
pub struct Story {
    /// The cloud.
    pub sim: Sim,
    /// The address of the cloud, and its contents.
    pub ready: Ready,
    environment: BTreeMap<String, String>,
    pub(crate) folder: TempDir,
    /// The number of runs that were begun.
    pub(crate) runs: AtomicU32,
    pub(crate) begin: World,
    // Last: the cloud goes before the thread that it lives on.
    _thread: CloudThread,
}

/// Adds a line to a file of answers, in place of one for the same input.
pub fn add_answer(file: &Path, line: &str) {
    let name = |line: &str| line.split('=').next().map(str::trim).unwrap_or_default().to_owned();
    let text = std::fs::read_to_string(file).expect("the answers file");
    let others = text.lines().filter(|other| name(other) != name(line));
    let text: String = others.chain([line]).map(|line| format!("{line}\n")).collect();
    std::fs::write(file, text).expect("written");
}

impl Story {
    /// Starts the cloud of a scenario, with its answers and environment in files as `crosspull simulate` writes them.
    pub fn of(scenario: &str) -> Self {
        Self::of_all(&[scenario])
    }

    /// Starts the cloud of several scenarios, later ones over earlier ones.
    pub fn of_all(scenarios: &[&str]) -> Self {
        let named = |name: &&str| Scenario::named(name).expect("a scenario of this name");
        Self::begin_with(scenarios.iter().map(named).collect())
    }

    /// Starts the cloud of several scenarios with one over them that is only this story's, in TOML.
    pub fn told(scenarios: &[&str], own: &str) -> Self {
        let named = scenarios.iter().map(|name| Scenario::named(name).expect("a scenario of this name"));
        Self::begin_with(named.chain([Scenario::from_toml(own).expect("a scenario")]).collect())
    }

    fn begin_with(scenarios: Vec<Scenario>) -> Self {
        let options = Options { scenarios, speed: SPEED, record: true, ..Options::default() };
        let (sim, thread) = CloudThread::start(options);
        let folder = tempfile::tempdir().expect("a folder");
        let ready = write_files(&sim, &folder.path().join("cloud")).expect("the cloud's files");
        let lines = std::fs::read_to_string(ready.env.as_deref().expect("env")).expect("env can be read");
        let environment = exported(&lines);
        let begin = World::of(&sim);
        Self { sim, ready, environment, folder, runs: AtomicU32::new(0), begin, _thread: thread }
    }

    /// Sets a variable of the operator's environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Takes a variable out of the operator's environment.
    pub fn without(mut self, name: &str) -> Self {
        assert!(self.environment.remove(name).is_some(), "{name} was not set");
        self
    }

    /// Adds a line to the answers file, in place of one for the same input.
    pub fn with_answer(self, line: &str) -> Self {
        add_answer(Path::new(self.answers()), line);
        self
    }

    /// Returns the environment that the program has.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let own = [
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("XDG_STATE_HOME", path_text(&self.state()).to_owned()),
            // Whatever a story does wrong, it calls nobody outside this machine. To this machine no proxy is used.
            ("HTTPS_PROXY", "http://127.0.0.1:9".to_owned()),
            // Nor does it trust anybody for whom the machine would answer, and need not decode them all.
            ("SSL_CERT_FILE", "/dev/null".to_owned()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        own.chain(self.environment.clone()).collect()
    }

    /// Returns the operator's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the answers file.
    pub fn answers(&self) -> &str {
        path_text(self.ready.answers.as_deref().expect("answers"))
    }

    /// Returns a path in the operator's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns `$XDG_STATE_HOME`.
    pub fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// Returns the world as it was before anything was run.
    pub const fn begin(&self) -> &World {
        &self.begin
    }

    /// Returns the world as it is.
    pub fn world(&self) -> World {
        World::of(&self.sim)
    }
}

/// Returns the variables that lines such as `export NAME='value'` set.
fn exported(lines: &str) -> BTreeMap<String, String> {
    let one = |line: &str| {
        let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
        Some((name.to_owned(), value.strip_prefix('\'')?.strip_suffix('\'')?.to_owned()))
    };
    let lines = lines.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines.map(|line| one(line).unwrap_or_else(|| panic!("no export: {line}"))).collect()
}

/// Returns a path as an argument.
pub fn path_text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
