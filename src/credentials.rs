//! Credentials: what signs in, from the environment and from files that it names.

use crosspull_core::names::PerTenant;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crosspull_azure::connect::Parts;
use crosspull_azure::control::Control;
use crosspull_azure::kubernetes::look_at_kubeconfig;
use crosspull_azure::own_file::{bytes_in, secret_in};
use crosspull_azure::recorder::Recorder;
use crosspull_azure::sign_in::{Certificate, How, Login, Prompts, Proof};
use crosspull_azure::wire::Pace;
use crosspull_core::ids::{AppId, ClusterId, RegistryId};
use crosspull_core::input::Answers;
use crosspull_core::input::{Access, Inputs};
use crosspull_core::names::Side;
use crosspull_core::plan::Plan;
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::SignIn;
use crosspull_core::text::clean;
use uuid::Uuid;

use crate::sources::Variables;

/// No file with certificate authorities is longer, in bytes: those of a whole system need less.
const LONGEST_BUNDLE: u32 = 8 * 1024 * 1024;

/// Everything that a run needs to begin.
#[derive(Debug)]
pub struct Ready {
    /// The answers.
    pub answers: Answers,
    /// The inputs that the answers give.
    pub inputs: Inputs,
    /// The credentials that sign in.
    pub credentials: Credentials,
}

/// Credentials, and authorities to trust: secrets from the environment, authorities from files.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The way to sign in to each tenant; a copy of one login where one sign-in serves both.
    pub logins: PerTenant<Login>,
    /// Authorities to trust besides the system's, as PEM.
    pub authorities: Vec<Vec<u8>>,
    /// The secret of the cluster's app that was given to prove the pull.
    pub app_secret: Option<Secret>,
    /// The place of the machine's own token service, where the environment names one.
    pub metadata_host: Option<url::Url>,
}

impl Credentials {
    /// Returns what a door is made of.
    pub fn parts(self, recorder: Arc<Recorder>, control: Control, pace: Pace, prompts: Prompts) -> Parts {
        let Self { logins, authorities, app_secret, metadata_host } = self;
        Parts { authorities, logins, recorder, control, pace, prompts, app_secret, metadata_host }
    }

    /// Keeps the persons of `earlier`, so that nobody who signed in already is asked again.
    pub fn keep_persons(&mut self, earlier: Self, access: &Access) {
        for side in Side::BOTH.into_iter().filter(|side| access.sign_ins[*side].asks_a_person()) {
            self.logins[side] = earlier.logins[side].clone();
        }
    }
}

/// Reads the answers, and what signs in.
///
/// # Errors
/// Every complaint at once.
pub fn ready(answers: &Answers, variables: Variables) -> Result<Ready, Vec<String>> {
    let inputs = Inputs::from_answers(answers);
    let mut complaints: Vec<String> = inputs.as_ref().err().into_iter().flatten().map(ToString::to_string).collect();
    match inputs {
        Ok(inputs) => {
            complaints.extend(wrong_kubeconfig(&inputs.access));
            match read(&inputs.access, subscriptions(&inputs), variables) {
                Ok(credentials) if complaints.is_empty() => Ok(Ready { answers: answers.clone(), inputs, credentials }),
                read => {
                    complaints.extend(read.err().unwrap_or_default());
                    Err(complaints)
                }
            }
        }
        Err(_) => Err(complaints),
    }
}

/// Returns the subscriptions of the cluster and of the registry. The Azure CLI chooses an account by these.
pub fn subscriptions(inputs: &Inputs) -> PerTenant<Option<Uuid>> {
    PerTenant {
        a: inputs.clusters.first().map(ClusterId::subscription),
        b: inputs.registries.first().and_then(RegistryId::subscription),
    }
}

/// Returns the subscriptions of the cluster and of the registry of a plan.
pub fn subscriptions_of(plan: &Plan) -> PerTenant<Option<Uuid>> {
    let (cluster, registry) = plan.subject();
    PerTenant { a: cluster.map(ClusterId::subscription), b: registry.and_then(RegistryId::subscription) }
}

/// Reads what signs in.
///
/// # Errors
/// Every complaint at once.
pub fn read(
    access: &Access,
    subscriptions: PerTenant<Option<Uuid>>,
    variables: Variables,
) -> Result<Credentials, Vec<String>> {
    let mut complaints = Vec::new();
    let mut taken = |side: Side| {
        let (way, subscription) = (access.sign_ins[side], subscriptions[side]);
        let asked = LoginRequest { side, way, subscription, client_id: access.client_id, variables };
        asked.login().map_err(|mut more| complaints.append(&mut more)).ok()
    };
    let a = taken(Side::A);
    let b = if access.one_sign_in { a.clone() } else { taken(Side::B) };
    let metadata_host = variables(METADATA_HOST).and_then(|text| match text.parse() {
        Ok(url) => Some(url),
        Err(_) => {
            complaints.push(format!("{METADATA_HOST} is not an address: give one such as http://169.254.169.254"));
            None
        }
    });
    let authorities = match access.ca_file.as_ref().map(|file| bytes_in(file, LONGEST_BUNDLE)) {
        None => Vec::new(),
        Some(Ok(pem)) => vec![pem.to_vec()],
        Some(Err(error)) => {
            let path = access.ca_file.as_ref().map(|p| p.display().to_string()).unwrap_or_default();
            complaints.push(format!("ca-file: {path} cannot be read ({error}): give a PEM file that is there"));
            Vec::new()
        }
    };
    let app_secret = access.app_secret_file.as_deref().and_then(|path| match given_secret(path) {
        Ok(secret) => Some(secret),
        Err(complaint) => {
            complaints.push(complaint);
            None
        }
    });
    match (a, b) {
        (Some(a), Some(b)) if complaints.is_empty() => {
            Ok(Credentials { logins: PerTenant { a, b }, authorities, app_secret, metadata_host })
        }
        _ => Err(complaints),
    }
}

/// Returns the complaint about a kubeconfig of the operator's own that cannot be read, or that has not the context.
pub fn wrong_kubeconfig(access: &Access) -> Option<String> {
    let file = access.kubernetes.kubeconfig.as_deref()?;
    look_at_kubeconfig(file, access.kubernetes.context.as_deref()).err().map(|complaint| complaint.to_string())
}

/// The variable in which Microsoft's SDKs look for another place of the machine's token service.
pub const METADATA_HOST: &str = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

/// The way to sign in to one tenant, as it is asked for.
struct LoginRequest<'a> {
    side: Side,
    way: SignIn,
    subscription: Option<Uuid>,
    /// The public client for persons.
    client_id: AppId,
    variables: Variables<'a>,
}

impl LoginRequest<'_> {
    /// Returns the login, with what it takes from the environment and from files that it names.
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

    /// Returns the name of crosspull's own variable for this tenant.
    fn name(&self, what: &str) -> String {
        format!("CROSSPULL_{}_{what}", self.side)
    }

    fn needs(&self, what: &str) -> String {
        format!("{what} is missing: sign-in by {} to tenant {} needs it", self.way.word().replace('-', " "), self.side)
    }

    /// Reads the app's id, from crosspull's own variable or from one of those.
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

    /// Reads what proves that the service principal is it: a secret, else a certificate, else a token.
    fn proof(&self) -> Result<Proof, String> {
        let [secret, file, certificate, token] =
            ["CLIENT_SECRET", "CLIENT_SECRET_FILE", "CLIENT_CERTIFICATE_FILE", "FEDERATED_TOKEN_FILE"]
                .map(|what| self.name(what));
        if let Some(value) = (self.variables)(&secret) {
            return self.secret(Secret::new(value));
        }
        if let Some(path) = (self.variables)(&file) {
            let read = secret_in(path.as_ref());
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

    /// Finds the file with a pod's token, as the workload identity webhook names it.
    fn token_of_pod(&self) -> Result<Proof, String> {
        const FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";
        let own = self.name("FEDERATED_TOKEN_FILE");
        let found = [own.as_str(), FILE].into_iter().find_map(|name| Some((name, (self.variables)(name)?)));
        let (name, path) = found.ok_or_else(|| self.needs(FILE))?;
        readable(name, path)
    }
}

/// Reads the secret that was given to prove the pull.
fn given_secret(path: &Path) -> Result<Secret, String> {
    let place = path.display();
    match secret_in(path) {
        Ok(secret) if secret.is_empty() => {
            Err(format!("app-secret-file: {place} is empty: give a file with the secret"))
        }
        Ok(secret) => Ok(secret),
        Err(error) => Err(format!(
            "app-secret-file: {place} cannot be read ({error}): give the file with the secret of the cluster's app; it is \
             kept nowhere else"
        )),
    }
}

/// Returns a file with a token, after seeing that there is one to read: each sign-in reads it anew, since it is replaced
/// while it is used. What is no file, such as a pipe, may give it once alone, and is left for the sign-in.
fn readable(name: &str, path: String) -> Result<Proof, String> {
    let gives_once = std::fs::metadata(&path).is_ok_and(|about| !about.is_file() && !about.is_dir());
    if gives_once {
        return Ok(Proof::TokenFile(PathBuf::from(path)));
    }
    match secret_in(path.as_ref()) {
        Ok(token) if token.is_empty() => Err(format!("{name} names {path}, which is empty")),
        Ok(_) => Ok(Proof::TokenFile(PathBuf::from(path))),
        Err(error) => Err(format!("{name} names {path}, which cannot be read ({error})")),
    }
}

/// Returns a service principal, or both complaints.
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

    fn asked(side: Side, way: SignIn, pairs: &[(&str, &str)]) -> Result<Login, Vec<String>> {
        let client_id = "04b07795-8ddb-461a-bbee-02f9e1bf7b46".parse().expect("a GUID");
        LoginRequest { side, way, subscription: None, client_id, variables: &with(pairs) }.login()
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
        let empty = tempfile::NamedTempFile::new().expect("a file");
        let path = empty.path().to_str().expect("text");
        let said = asked(Side::A, SignIn::WorkloadIdentity, &[id, ("AZURE_FEDERATED_TOKEN_FILE", path)]);
        assert!(said.expect_err("nothing in it").iter().any(|t| t.ends_with("which is empty")));
        let said = asked(Side::A, SignIn::WorkloadIdentity, &[id, ("AZURE_FEDERATED_TOKEN_FILE", "src")]);
        assert!(said.expect_err("a folder").iter().any(|t| t.contains("names src, which cannot be read")));
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
