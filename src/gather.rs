//! Gathers the inputs: flags over environment over answers file over defaults. All complaints come at once, before
//! any call.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use clap::parser::ValueSource;
use crosspull_azure::connect::Parts;
use crosspull_azure::control::Control;
use crosspull_azure::recorder::Recorder;
use crosspull_azure::sign_in::{Certificate, How, Login, Prompts, Proof};
use crosspull_azure::wire::Pace;
use crosspull_core::answers::{Answers, Complaint};
use crosspull_core::field::{FIELDS, Key};
use crosspull_core::ids::{AppId, ClusterId, RegistryId};
use crosspull_core::inputs::{Access, Inputs, not_for_a_file};
use crosspull_core::plan::{Plan, Side};
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::SignIn;
use crosspull_core::text::clean;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The environment, as a function, so that a test can say what is in it.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads the process's environment.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Everything that a run needs to begin.
#[derive(Debug)]
pub struct Ready {
    /// What was answered.
    pub answers: Answers,
    /// What the answers mean.
    pub inputs: Inputs,
    /// What signing in takes.
    pub means: Means,
}

/// What signing in takes beside the inputs: secrets from the environment, authorities from files.
#[derive(Debug, Clone)]
pub struct Means {
    /// How to sign in to A.
    pub login_a: Login,
    /// How to sign in to B.
    pub login_b: Login,
    /// Authorities to trust besides the system's, as PEM.
    pub authorities: Vec<Vec<u8>>,
    /// Where the machine's own token service is, where the environment says so.
    pub metadata_host: Option<url::Url>,
}

impl Means {
    /// What a door is made of.
    pub fn parts(self, recorder: Arc<Recorder>, control: Control, pace: Pace, prompts: Prompts) -> Parts {
        let Self { login_a, login_b, authorities, metadata_host } = self;
        Parts { authorities, login_a, login_b, recorder, control, pace, prompts, metadata_host }
    }

    /// A person who signed in already is not asked again.
    pub fn keep_persons(&mut self, earlier: Self, access: &Access) {
        if access.sign_in_a.asks_a_person() {
            self.login_a = earlier.login_a;
        }
        if access.sign_in_b.asks_a_person() {
            self.login_b = earlier.login_b;
        }
    }
}

/// The answers of flags, environment and answers file.
///
/// # Errors
/// Every complaint about the answers file, also that it alone says where secrets go.
pub fn answers(arguments: &ArgMatches, variables: Variables) -> Result<Answers, Vec<String>> {
    let given = given(arguments, variables);
    let file = match arguments.get_one::<String>("answers") {
        None => Answers::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|e| vec![format!("answers: {path} cannot be read ({e}): give a file that is there")])?;
            let named = |c: Complaint| format!("answers: {path}: {}", c.text);
            Answers::from_toml(&text).map_err(|complaints| complaints.into_iter().map(named).collect::<Vec<_>>())?
        }
    };
    let complaints = not_for_a_file("the answers file", &file, &given);
    if complaints.is_empty() {
        Ok(with_whole_paths(given.over(file)))
    } else {
        Err(complaints.into_iter().map(|c| c.text).collect())
    }
}

/// The answers of an earlier run, under those that are given now. What says where secrets go is taken from its journal
/// where that is the operator's own; else it has to be given too.
///
/// # Errors
/// Every complaint about the journal.
pub fn answers_of_run(given: &Answers, run: &Answers, journal: &Path) -> Result<Answers, Vec<String>> {
    let complaints =
        if is_own(journal) { Vec::new() } else { not_for_a_file("a journal that others may write", run, given) };
    if complaints.is_empty() {
        Ok(given.clone().over(run.clone()))
    } else {
        Err(complaints.into_iter().map(|c| c.text).collect())
    }
}

/// True for a file that belongs to this user, and that nobody else may write.
#[cfg(unix)]
fn is_own(file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let user = rustix::process::geteuid().as_raw();
    std::fs::metadata(file).is_ok_and(|found| found.uid() == user && found.mode() & 0o022 == 0)
}

#[cfg(not(unix))]
fn is_own(file: &Path) -> bool {
    file.is_file()
}

/// The answers of flags and environment.
fn given(arguments: &ArgMatches, variables: Variables) -> Answers {
    let mut flags = Answers::default();
    let mut environment = Answers::default();
    for key in FIELDS.iter().map(|f| f.key) {
        // Some commands have not every input.
        if arguments.try_contains_id(key.name()).is_ok()
            && arguments.value_source(key.name()) == Some(ValueSource::CommandLine)
            && let Some(values) = arguments.get_many::<String>(key.name())
        {
            flags.set_all(key, values.cloned().collect());
        }
        if let Some(value) = variables(&key.variable()) {
            environment.set(key, value);
        }
    }
    flags.over(environment)
}

/// The answers with the paths in them from the root on: the journal keeps them, and a run is taken up from anywhere.
fn with_whole_paths(mut answers: Answers) -> Answers {
    for key in [Key::SecretOut, Key::WayBackOut, Key::CaFile] {
        let whole = answers.get(key).and_then(|path| std::path::absolute(path).ok());
        if let Some(whole) = whole.as_ref().and_then(|path| path.to_str()) {
            answers.set(key, whole);
        }
    }
    answers
}

/// Reads the answers, and what signing in takes.
///
/// # Errors
/// Every complaint at once.
pub fn ready(answers: &Answers, variables: Variables) -> Result<Ready, Vec<String>> {
    let inputs = Inputs::from_answers(answers);
    let mut complaints: Vec<String> = inputs.as_ref().err().into_iter().flatten().map(|c| c.text.clone()).collect();
    match inputs {
        Ok(inputs) => match means(&inputs.access, subscriptions(&inputs), variables) {
            Ok(means) => Ok(Ready { answers: answers.clone(), inputs, means }),
            Err(more) => {
                complaints.extend(more);
                Err(complaints)
            }
        },
        Err(_) => Err(complaints),
    }
}

/// The subscriptions of the cluster and of the registry: the Azure CLI chooses an account by these.
pub fn subscriptions(inputs: &Inputs) -> [Option<Uuid>; 2] {
    [inputs.clusters.first().map(ClusterId::subscription), inputs.registries.first().and_then(RegistryId::subscription)]
}

/// The same of a plan.
pub fn subscriptions_of(plan: &Plan) -> [Option<Uuid>; 2] {
    let (cluster, registry) = plan.subject();
    [cluster.map(ClusterId::subscription), registry.and_then(RegistryId::subscription)]
}

/// What signing in takes.
///
/// # Errors
/// Every complaint at once.
pub fn means(access: &Access, [in_a, in_b]: [Option<Uuid>; 2], variables: Variables) -> Result<Means, Vec<String>> {
    let mut complaints = Vec::new();
    let mut taken = |side, way, subscription| {
        let asked = Asked { side, way, subscription, client_id: access.client_id, variables };
        asked.login().map_err(|mut more| complaints.append(&mut more)).ok()
    };
    let a = taken(Side::A, access.sign_in_a, in_a);
    let b = taken(Side::B, access.sign_in_b, in_b);
    let metadata_host = variables(METADATA_HOST).and_then(|text| match text.parse() {
        Ok(url) => Some(url),
        Err(_) => {
            complaints.push(format!("{METADATA_HOST} is not an address: give one such as http://169.254.169.254"));
            None
        }
    });
    let authorities = match access.ca_file.as_ref().map(std::fs::read) {
        None => Vec::new(),
        Some(Ok(pem)) => vec![pem],
        Some(Err(error)) => {
            let path = access.ca_file.as_ref().map(|p| p.display().to_string()).unwrap_or_default();
            complaints.push(format!("ca-file: {path} cannot be read ({error}): give a PEM file that is there"));
            Vec::new()
        }
    };
    match (a, b) {
        (Some(login_a), Some(login_b)) if complaints.is_empty() => {
            Ok(Means { login_a, login_b, authorities, metadata_host })
        }
        _ => Err(complaints),
    }
}

/// Where Microsoft's SDKs look for another place of the machine's token service.
pub const METADATA_HOST: &str = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

/// How to sign in to one tenant, as it is asked for.
struct Asked<'a> {
    side: Side,
    way: SignIn,
    subscription: Option<Uuid>,
    /// The public client for persons.
    client_id: AppId,
    variables: Variables<'a>,
}

impl Asked<'_> {
    /// The login, with what it takes from the environment and from files that it names.
    fn login(&self) -> Result<Login, Vec<String>> {
        Ok(Login::new(match self.way {
            SignIn::AzureCli => How::AzureCli { subscription: self.subscription },
            SignIn::DeviceCode | SignIn::Browser => How::Person { way: self.way, client_id: self.client_id },
            SignIn::ServicePrincipal => both(self.id(&[]), self.proof())?,
            SignIn::WorkloadIdentity => both(self.id(&["AZURE_CLIENT_ID"]), self.token_of_pod())?,
            SignIn::ManagedIdentity => How::ManagedIdentity { client_id: self.id_if_any().map_err(|why| vec![why])? },
            SignIn::Nobody => How::Nobody,
        }))
    }

    /// A variable of crosspull's own for this tenant.
    fn name(&self, what: &str) -> String {
        format!("CROSSPULL_{}_{what}", self.side)
    }

    fn needs(&self, what: &str) -> String {
        format!("{what} is missing: sign-in by {} to tenant {} needs it", self.way.word().replace('-', " "), self.side)
    }

    /// The app's id, from crosspull's own variable or from one of those.
    fn id(&self, others: &[&str]) -> Result<AppId, String> {
        let own = self.name("CLIENT_ID");
        let mut names = vec![own.as_str()];
        names.extend(others);
        let found = names.iter().find_map(|name| Some((name, (self.variables)(name)?)));
        let (name, text) = found.ok_or_else(|| self.needs(&names.join(" or ")))?;
        clean(&text)
            .parse()
            .map_err(|_| format!("{name} is not a GUID: give the application (client) id of the service principal"))
    }

    fn id_if_any(&self) -> Result<Option<AppId>, String> {
        (self.variables)(&self.name("CLIENT_ID")).map(|_| self.id(&[])).transpose()
    }

    /// What proves that the service principal is it: a secret, else a certificate, else a token.
    fn proof(&self) -> Result<Proof, String> {
        let [secret, file, certificate, token] =
            ["CLIENT_SECRET", "CLIENT_SECRET_FILE", "CLIENT_CERTIFICATE_FILE", "FEDERATED_TOKEN_FILE"]
                .map(|what| self.name(what));
        if let Some(value) = (self.variables)(&secret) {
            return self.secret(Secret::new(value));
        }
        if let Some(path) = (self.variables)(&file) {
            let read = secret_in(&path);
            return self.secret(read.map_err(|error| format!("{file} names {path}, which cannot be read ({error})"))?);
        }
        if let Some(path) = (self.variables)(&certificate) {
            let read = Certificate::read(path.as_ref());
            return read.map(Proof::Certificate).map_err(|why| format!("{certificate} names {path}: {why}"));
        }
        if let Some(path) = (self.variables)(&token) {
            return readable(&token, path);
        }
        Err(format!("{}, or {file}, {certificate} or {token}", self.needs(&secret)))
    }

    fn secret(&self, secret: Secret) -> Result<Proof, String> {
        if secret.is_empty() {
            return Err(format!("the secret of tenant {}'s service principal is empty", self.side));
        }
        Ok(Proof::Secret(secret))
    }

    /// The file with a pod's token, as the workload identity webhook names it.
    fn token_of_pod(&self) -> Result<Proof, String> {
        const FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";
        let own = self.name("FEDERATED_TOKEN_FILE");
        let found = [own.as_str(), FILE].into_iter().find_map(|name| Some((name, (self.variables)(name)?)));
        let (name, path) = found.ok_or_else(|| self.needs(FILE))?;
        readable(name, path)
    }
}

/// No file with a secret is longer, in bytes.
const LONGEST_SECRET: u16 = 32 * 1024;

/// The secret in a file, without line breaks at its end. The room for it is there from the beginning, also for a pipe,
/// of which nobody knows how long it is: a text that grows leaves copies behind.
fn secret_in(path: &str) -> io::Result<Secret> {
    let most = usize::from(LONGEST_SECRET);
    let mut bytes = Zeroizing::new(Vec::with_capacity(most + 1));
    File::open(path)?.take(u64::from(LONGEST_SECRET) + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {most} bytes")));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no text"))?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// A file with a token; that it can be read is seen before anything is called.
fn readable(name: &str, path: String) -> Result<Proof, String> {
    match std::fs::File::open(&path) {
        Ok(_) => Ok(Proof::TokenFile(PathBuf::from(path))),
        Err(error) => Err(format!("{name} names {path}, which cannot be read ({error})")),
    }
}

/// A service principal, or both complaints.
fn both(id: Result<AppId, String>, proof: Result<Proof, String>) -> Result<How, Vec<String>> {
    match (id, proof) {
        (Ok(client_id), Ok(proof)) => Ok(How::ServicePrincipal { client_id, proof }),
        (id, proof) => Err(id.err().into_iter().chain(proof.err()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
    }

    #[test]
    fn flags_stand_over_the_environment() {
        let matches = crate::cli::command().get_matches_from(["crosspull", "plan", "--tenant-a", "flag.com"]);
        let plan = matches.subcommand_matches("plan").expect("plan");
        let set = [("CROSSPULL_TENANT_A", "variable.com"), ("CROSSPULL_TENANT_B", "variable.org")];
        let answers = answers(plan, &with(&set)).expect("no file");
        assert_eq!(answers.get(crosspull_core::field::Key::TenantA), Some("flag.com"));
        assert_eq!(answers.get(crosspull_core::field::Key::TenantB), Some("variable.org"));
    }

    #[test]
    fn paths_are_kept_from_the_root_on() {
        let matches = crate::cli::command().get_matches_from(["crosspull", "apply"]);
        let apply = matches.subcommand_matches("apply").expect("apply");
        let keys = [Key::SecretOut, Key::WayBackOut, Key::CaFile];
        let set = keys.map(|key| (key.variable(), "Cargo.toml"));
        let set: Vec<(&str, &str)> = set.iter().map(|(name, path)| (name.as_str(), *path)).collect();
        let answers = answers(apply, &with(&set)).expect("no file");
        for key in keys {
            assert!(answers.get(key).is_some_and(|path| Path::new(path).is_absolute()), "{}", key.name());
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_journal_that_others_may_write_says_not_where_secrets_go() {
        use std::os::unix::fs::PermissionsExt as _;
        let journal = tempfile::NamedTempFile::new().expect("a file");
        let mut run = Answers::default();
        run.set(Key::Cloud, "https://management.example.com");
        run.set(Key::TenantA, "contoso.com");
        let mode = |mode| std::fs::set_permissions(journal.path(), std::fs::Permissions::from_mode(mode));
        let read = |given: &Answers| answers_of_run(given, &run, journal.path());
        let nothing = Answers::default();
        mode(0o600).expect("its owner may");
        assert_eq!(read(&nothing).as_ref(), Ok(&run));
        mode(0o620).expect("its owner may");
        let said = read(&nothing).expect_err("others may write it");
        assert!(said.iter().any(|t| t.starts_with("cloud: a journal that others may write alone says")), "{said:?}");
        assert_eq!(read(&run).as_ref(), Ok(&run), "given now too");
    }

    fn asked(side: Side, way: SignIn, pairs: &[(&str, &str)]) -> Result<Login, Vec<String>> {
        let client_id = "04b07795-8ddb-461a-bbee-02f9e1bf7b46".parse().expect("a GUID");
        Asked { side, way, subscription: None, client_id, variables: &with(pairs) }.login()
    }

    #[test]
    fn what_a_service_principal_lacks_is_named() {
        let said = asked(Side::B, SignIn::ServicePrincipal, &[("CROSSPULL_B_CLIENT_ID", "x")]).expect_err("lacks");
        assert_eq!(said.len(), 2);
        assert!(said.iter().any(|t| t.starts_with("CROSSPULL_B_CLIENT_ID is not a GUID")));
        assert!(said.iter().any(|t| t.starts_with("CROSSPULL_B_CLIENT_SECRET is missing")));
    }

    #[test]
    fn a_pods_identity_is_taken_from_its_own_variables() {
        let lacks = asked(Side::A, SignIn::WorkloadIdentity, &[]).expect_err("lacks");
        assert!(
            lacks.iter().any(|t| t.starts_with("CROSSPULL_A_CLIENT_ID or AZURE_CLIENT_ID is missing")),
            "{lacks:?}"
        );
        assert!(lacks.iter().any(|t| t.starts_with("AZURE_FEDERATED_TOKEN_FILE is missing")), "{lacks:?}");
        let id = ("AZURE_CLIENT_ID", "04b07795-8ddb-461a-bbee-02f9e1bf7b46");
        let gone = asked(Side::A, SignIn::WorkloadIdentity, &[id, ("AZURE_FEDERATED_TOKEN_FILE", "/nowhere")]);
        assert!(gone.expect_err("cannot be read").iter().any(|t| t.contains("/nowhere, which cannot be read")));
        let here = asked(Side::A, SignIn::WorkloadIdentity, &[id, ("AZURE_FEDERATED_TOKEN_FILE", "Cargo.toml")]);
        assert!(here.is_ok());
    }

    #[test]
    fn a_secret_in_a_file_ends_before_the_line_break_and_is_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = |text: &[u8]| {
            let path = folder.path().join("secret");
            std::fs::write(&path, text).expect("written");
            let read = secret_in(path.to_str().expect("UTF-8"));
            read.map(|secret| secret.reveal().to_owned()).map_err(|error| error.to_string())
        };
        assert_eq!(read(b" a~b \r\n").as_deref(), Ok(" a~b "));
        assert_eq!(read(b"\xff"), Err("it is no text".to_owned()));
        assert_eq!(read(&vec![b'x'; 32 * 1024]).map(|text| text.len()), Ok(32 * 1024));
        assert_eq!(read(&vec![b'x'; 32 * 1024 + 1]), Err("it has more than 32768 bytes".to_owned()));
    }

    #[test]
    fn a_certificate_that_cannot_be_used_is_told_before_any_call() {
        let id = ("CROSSPULL_A_CLIENT_ID", "04b07795-8ddb-461a-bbee-02f9e1bf7b46");
        let said =
            asked(Side::A, SignIn::ServicePrincipal, &[id, ("CROSSPULL_A_CLIENT_CERTIFICATE_FILE", "Cargo.toml")]);
        let said = said.expect_err("no PEM");
        assert!(said.iter().any(|t| t.contains("CLIENT_CERTIFICATE_FILE names Cargo.toml: it holds no private key")));
    }

    #[test]
    fn persons_and_machines_need_nothing_from_the_environment() {
        for way in [SignIn::DeviceCode, SignIn::Browser, SignIn::ManagedIdentity, SignIn::Nobody, SignIn::AzureCli] {
            assert!(asked(Side::B, way, &[]).is_ok(), "{way:?}");
        }
    }
}
