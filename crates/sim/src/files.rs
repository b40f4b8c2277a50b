//! The output of a start for other programs: the ready line, `ca.pem`, `answers.toml`, `env`, and what else to sign in
//! with.

use std::{
    borrow::Cow,
    fmt::Write as _,
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::Serialize;
use uuid::Uuid;

use crate::{
    sim::{Sim, Tenant},
    world::{World, happy::Operator},
};

/// The JSON line of a cloud that is ready (`docs/SIMULATED-CLOUD.md` 1).
#[derive(Clone, Debug, Serialize)]
pub struct Ready {
    /// `https://localhost:PORT`: the Resource Manager, whose `/metadata/endpoints` names the rest.
    pub arm: String,
    /// The certificate of its authority, once written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// The two tenants.
    pub tenants: ReadyTenants,
    /// The cluster's resource id.
    pub cluster: String,
    /// The registry's resource id.
    pub registry: String,
    /// The registry's login server.
    pub login_server: String,
    /// Complete answers, once written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<PathBuf>,
    /// Shell lines, once written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<PathBuf>,
}

/// The two tenants of a [`Ready`].
#[derive(Clone, Debug, Serialize)]
pub struct ReadyTenants {
    /// The cluster's.
    pub a: ReadyTenant,
    /// The registry's.
    pub b: ReadyTenant,
}

/// A tenant of a [`Ready`].
#[derive(Clone, Debug, Serialize)]
pub struct ReadyTenant {
    /// The id.
    pub id: Uuid,
    /// The subscription of the cluster, or of the registry.
    pub subscription: Uuid,
}

/// Returns the ready line of a world, before anything is written.
pub(crate) fn ready(world: &World, origin: &str) -> Ready {
    let subscription = |n: usize| world.subscriptions.get(n).map(|subscription| subscription.id).unwrap_or_default();
    let registry = world.registries.first();
    Ready {
        arm: origin.to_owned(),
        ca_file: None,
        tenants: ReadyTenants {
            a: ReadyTenant { id: world.a, subscription: subscription(0) },
            b: ReadyTenant { id: world.b, subscription: subscription(1) },
        },
        cluster: world.clusters.first().map(|cluster| cluster.id.clone()).unwrap_or_default(),
        registry: registry.map(|registry| registry.id.clone()).unwrap_or_default(),
        login_server: registry.map(|registry| registry.login_server.clone()).unwrap_or_default(),
        answers: None,
        env: None,
    }
}

/// `answers.toml`: the inputs of a run, by their names.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Answers<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'static str>,
    cloud: &'a str,
    tenant_a: Uuid,
    tenant_b: Uuid,
    sign_in_a: &'static str,
    sign_in_b: &'static str,
    cluster: &'a str,
    registry: &'a str,
    repository: &'a [String],
    consent: &'a str,
    pace: f64,
    soak: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_file: Option<Cow<'a, str>>,
}

/// Complete answers in TOML.
pub(crate) fn answers_toml(
    ready: &Ready,
    route: Option<&'static str>,
    consent: &str,
    repositories: &[String],
    speed: f64,
    ca_file: Option<&Path>,
) -> String {
    let answers = Answers {
        route,
        cloud: &ready.arm,
        tenant_a: ready.tenants.a.id,
        tenant_b: ready.tenants.b.id,
        sign_in_a: "service-principal",
        sign_in_b: "service-principal",
        cluster: &ready.cluster,
        registry: &ready.registry,
        repository: repositories,
        consent,
        pace: speed,
        soak: 0,
        ca_file: ca_file.map(Path::to_string_lossy),
    };
    // Texts and numbers always have a form in TOML.
    toml::to_string(&answers).unwrap_or_default()
}

/// Returns the shell lines that set the environment.
pub(crate) fn env_lines(ready: &Ready, a: &Operator, b: &Operator, ca_file: Option<&Path>) -> String {
    let mut lines = String::new();
    let mut export = |name: &str, value: &str| {
        let _ = writeln!(lines, "export {name}='{}'", value.replace('\'', r"'\''"));
    };
    export("CROSSPULL_A_CLIENT_ID", &a.client_id.to_string());
    export("CROSSPULL_A_CLIENT_SECRET", a.client_secret.reveal());
    export("CROSSPULL_B_CLIENT_ID", &b.client_id.to_string());
    export("CROSSPULL_B_CLIENT_SECRET", b.client_secret.reveal());
    if let Some(file) = ca_file {
        export("CROSSPULL_CA_FILE", &file.to_string_lossy());
    }
    export("CROSSPULL_CLOUD", &ready.arm);
    if let Some(folder) = ca_file.and_then(Path::parent) {
        lines.push_str(&other_ways(&ready.arm, folder));
    }
    lines
}

/// Lines that say how else to sign in; each is a comment, since one way is enough.
fn other_ways(origin: &str, folder: &Path) -> String {
    let mut lines = String::from("# In place of a secret, a certificate or the token of a service account:\n");
    for (side, name) in [("A", "operator-a"), ("B", "operator-b")] {
        for (kind, ending) in [("CLIENT_CERTIFICATE_FILE", "pem"), ("FEDERATED_TOKEN_FILE", "token")] {
            let file = folder.join(format!("{name}.{ending}"));
            let file = file.to_string_lossy().replace('\'', r"'\''");
            let _ = writeln!(lines, "# export CROSSPULL_{side}_{kind}='{file}'");
        }
    }
    let _ = writeln!(
        lines,
        "# The managed identity of a machine of tenant A:\n# export AZURE_POD_IDENTITY_AUTHORITY_HOST='{origin}'"
    );
    lines
}

/// Writes `ca.pem`, `answers.toml`, `env`, and each operator's certificate and federated token into a folder, each for its owner only (0600). A folder that is missing is
/// made for its owner only too (0700); one that is there keeps its mode. The files of an earlier start are replaced.
///
/// # Errors
/// The folder or a file cannot be written, or somebody else's file of one of these names is there.
pub fn write_files(sim: &Sim, folder: &Path) -> io::Result<Ready> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let folder = fs::canonicalize(folder)?;
    let ca_file = folder.join("ca.pem");
    let answers = folder.join("answers.toml");
    let env = folder.join("env");
    let at = |name: &str| folder.join(name);
    let files = [
        // First, since `env` is what tells a folder of ours from another.
        (&env, sim.env_lines(Some(&ca_file))),
        (&ca_file, sim.ca_pem().to_owned()),
        (&answers, sim.answers_toml(Some(&ca_file))),
        (&at("operator-a.pem"), sim.certificate_pem(Tenant::A)),
        (&at("operator-a.token"), sim.federated_token(Tenant::A).reveal().to_owned()),
        (&at("operator-b.pem"), sim.certificate_pem(Tenant::B)),
        (&at("operator-b.token"), sim.federated_token(Tenant::B).reveal().to_owned()),
    ];
    if !is_ours(&env) {
        files.iter().try_for_each(|(file, _)| nothing_at(file))?;
    }
    files.iter().try_for_each(|(file, text)| write(file, text))?;
    Ok(Ready { ca_file: Some(ca_file), answers: Some(answers), env: Some(env), ..sim.ready().clone() })
}

/// True where an `env` was written by a simulated cloud: it begins with the first of [`env_lines`].
fn is_ours(env: &Path) -> bool {
    let file = fs::symlink_metadata(env).is_ok_and(|found| found.is_file());
    file && fs::read(env).is_ok_and(|text| text.starts_with(b"export CROSSPULL_A_CLIENT_ID="))
}

/// Refuses a file that is not ours to replace.
fn nothing_at(file: &Path) -> io::Result<()> {
    match fs::symlink_metadata(file) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(why) => Err(why),
        Ok(_) => {
            let text =
                format!("{} is there already, and no simulated cloud wrote it: name another folder", file.display());
            Err(io::Error::new(io::ErrorKind::AlreadyExists, text))
        }
    }
}

/// Writes a file anew, so that an older one's permissions do not stay.
fn write(file: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(text.as_bytes())
}
