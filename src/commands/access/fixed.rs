//! The sign-in that an entry of a kubeconfig fixes: taken from a command and its environment, and made again when kubectl
//! asks, in another one.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use crosspull_azure::reply;
use crosspull_azure::request::Audience;
use crosspull_core::access::exec::{ExecSignIn, Fixed};
use crosspull_core::access::kubeconfig::EntraServer;
use crosspull_core::command::Command;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::TenantId;
use crosspull_core::input::{Access, Answers, Complaint, Key};
use crosspull_core::names::{PerTenant, Side};
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::SignIn;
use crosspull_core::wording::Front;
use jiff::{SignedDuration, Timestamp};

use super::asked::AskedCluster;
use crate::attended::{Means, Way};
use crate::credentials;
use crate::login::identity::azure_cli_account;
use crate::sources::environment;

/// The parts that are inputs.
const INPUTS: [(Fixed, Key); 5] = [
    (Fixed::Tenant, Key::TenantA),
    (Fixed::As, Key::SignInA),
    (Fixed::Cloud, Key::Cloud),
    (Fixed::LoginHost, Key::LoginHost),
    (Fixed::CaFile, Key::CaFile),
];
/// The parts that name what an app proves itself by, each with the variable that says the same.
const PROOFS: [(Fixed, &str); 3] = [
    (Fixed::ClientSecretFile, "CROSSPULL_A_CLIENT_SECRET_FILE"),
    (Fixed::ClientCertificateFile, "CROSSPULL_A_CLIENT_CERTIFICATE_FILE"),
    (Fixed::FederatedTokenFile, "CROSSPULL_A_FEDERATED_TOKEN_FILE"),
];
/// The variable with the id of an app or an identity.
const CLIENT_ID: &str = "CROSSPULL_A_CLIENT_ID";
/// The variable with the secret of an app.
pub const CLIENT_SECRET: &str = "CROSSPULL_A_CLIENT_SECRET";
/// The beginning of the names under which tokens for clusters are kept.
pub const PREFIX: &str = "kubernetes-";
/// The variables in which a pod finds its identity.
const OF_POD: [(Fixed, &str); 2] =
    [(Fixed::ClientId, "AZURE_CLIENT_ID"), (Fixed::FederatedTokenFile, "AZURE_FEDERATED_TOKEN_FILE")];

/// Fixes the sign-in of a command, for a cluster whose people sign in to that tenant for that application.
///
/// # Errors
/// A sentence where what an app proves itself by is no file that stays.
pub fn fix(asked: &AskedCluster, tenant: Option<&str>, server: &EntraServer) -> Result<ExecSignIn, String> {
    let mut fixed = ExecSignIn::default();
    let way = asked.way.access.sign_ins[Side::A];
    for (part, key) in INPUTS {
        if let Some(value) = asked.answers.get(key) {
            fixed.set(part, value);
        }
    }
    fixed.set(Fixed::As, way.word());
    fixed.set(Fixed::ServerId, &server.id);
    if let Some(tenant) = tenant {
        fixed.set(Fixed::Tenant, tenant);
    }
    let taken: Vec<(Fixed, &str)> = match way {
        SignIn::AzureCli => {
            fixed.set(Fixed::Subscription, asked.cluster.subscription().to_string());
            Vec::new()
        }
        SignIn::DeviceCode | SignIn::Browser => {
            if let Some(client) = asked.answers.get(Key::ClientId) {
                fixed.set(Fixed::ClientId, client);
            }
            Vec::new()
        }
        SignIn::ServicePrincipal => [(Fixed::ClientId, CLIENT_ID)].into_iter().chain(PROOFS).collect(),
        SignIn::WorkloadIdentity => OF_POD.into_iter().chain([(Fixed::ClientId, CLIENT_ID), PROOFS[2]]).collect(),
        SignIn::ManagedIdentity => vec![(Fixed::ClientId, CLIENT_ID)],
        SignIn::Nobody => Vec::new(),
    };
    for (part, variable) in taken {
        let Some(value) = environment(variable) else { continue };
        let is_file = part != Fixed::ClientId;
        if is_file && Path::new(&value).exists() && !Path::new(&value).is_file() {
            return Err(format!("{variable} names no file that kubectl finds again later: name one that stays"));
        }
        let whole = std::path::absolute(&value).ok().filter(|_| is_file);
        fixed.set(part, whole.map_or(value, |path| path.display().to_string()));
    }
    Ok(fixed)
}

/// True where the app's secret has to be in the environment of each call, since no file with it was named.
pub fn needs_secret(of: &ExecSignIn) -> bool {
    of.get(Fixed::As) == Some(SignIn::ServicePrincipal.word()) && !names_a_file(of)
}

fn names_a_file(of: &ExecSignIn) -> bool {
    PROOFS.iter().any(|(part, _)| of.get(*part).is_some())
}

/// Returns how one signs in.
pub fn sign_in(of: &ExecSignIn) -> SignIn {
    of.get(Fixed::As).and_then(SignIn::from_word).unwrap_or(SignIn::AzureCli)
}

/// Returns the way to the tenant.
///
/// # Errors
/// Every complaint at once.
pub fn way(of: &ExecSignIn) -> Result<Way, Vec<String>> {
    let mut answers = Answers::default();
    for (part, key) in INPUTS {
        if let Some(value) = of.get(part) {
            answers.set(key, value);
        }
    }
    if let Some(pace) = environment(&Key::Pace.variable()) {
        answers.set(Key::Pace, pace);
    }
    if let Some(client) = of.get(Fixed::ClientId).filter(|_| sign_in(of).asks_a_person()) {
        answers.set(Key::ClientId, client);
    }
    let told =
        |complaints: Vec<Complaint>| complaints.iter().map(|one| one.told(Front::EntryFlags)).collect::<Vec<_>>();
    let read = if of.get(Fixed::Tenant).is_some() { Access::of_side } else { Access::at_home };
    let mut access = read(&answers, Side::A).map_err(told)?;
    access.kubernetes.server = of.get(Fixed::ServerId).map(str::to_owned);
    let subscription = of.get(Fixed::Subscription).and_then(|id| id.parse().ok());
    let variables = |name: &str| variable(of, name);
    let credentials = credentials::read(&access, PerTenant { a: subscription, b: None }, &variables)?;
    Ok(Way { access, credentials })
}

/// Returns a variable as the entry fixes it. What it says nothing of is as in the environment, but for an identity that
/// it does not name: another one than the machine's never signs in.
fn variable(of: &ExecSignIn, name: &str) -> Option<String> {
    let fixed = |part| of.get(part).map(str::to_owned);
    let proof = PROOFS.iter().find(|(_, variable)| *variable == name);
    match (name, proof) {
        (CLIENT_ID, _) if sign_in(of) == SignIn::ManagedIdentity => fixed(Fixed::ClientId),
        (CLIENT_ID, _) => fixed(Fixed::ClientId).or_else(|| environment(name)),
        // A file that was named stands over what some environment has.
        (CLIENT_SECRET, _) if names_a_file(of) => None,
        (_, Some((part, _))) => fixed(*part).or_else(|| environment(name).filter(|_| !names_a_file(of))),
        _ => environment(name),
    }
}

/// Returns the sign-in and the identity that a token is made by, in one line; `None` where it is not known whose account
/// the Azure CLI has.
pub fn line(of: &ExecSignIn) -> Option<String> {
    let account = match sign_in(of) {
        SignIn::AzureCli => azure_cli_account(&environment)?,
        _ => String::new(),
    };
    Some(format!("{} {account}", of.line()))
}

/// Returns the name under which its token is kept.
pub fn name(of: &ExecSignIn) -> String {
    let mut hasher = DefaultHasher::new();
    of.line().hash(&mut hasher);
    format!("{PREFIX}{:016x}", hasher.finish())
}

/// Returns what is told of a sign-in in the words of whoever wrote the entry: its options, in place of the variables that
/// stand for them within, and one tenant. Inputs are named in its words before ([`Front::EntryFlags`]).
pub fn in_words_of_entry(of: &ExecSignIn, text: &str) -> String {
    let mut text = text.to_owned();
    for (part, variable) in PROOFS.into_iter().chain([(Fixed::ClientId, CLIENT_ID)]).chain(OF_POD) {
        if let Some(value) = of.get(part) {
            let option = format!("--{}", part.name());
            if part == Fixed::ClientSecretFile {
                text = text.replace(&format!("{CLIENT_SECRET} or its _FILE"), &format!("{option} {value}"));
            }
            text = text.replace(variable, &option);
        }
    }
    text.replace(" to tenant A", "").replace("tenant A", "the tenant")
}

/// Signs in for the Kubernetes API. Returns the token and its end.
///
/// # Errors
/// A trouble, in the words of who refused; also where the token is one of another tenant.
pub async fn token(means: &Means, way: Way) -> Result<(Secret, Timestamp), Trouble> {
    let named = way.access.tenants[Side::A].to_string();
    let door = means.open(way).await?;
    let token = door.tokens().token(Side::A, Audience::Kubernetes).await?;
    let (wanted, of) = (named.parse::<TenantId>().ok(), reply::tenant_of(&token));
    if let (Some(wanted), Some(of)) = (wanted, of)
        && wanted != of
    {
        let login = Command::Login { tenant: Some(&named) };
        return Err(Trouble::new(
            format!("There is no token for tenant {wanted}"),
            format!("The one that was given is of tenant {of}"),
            format!("Sign in there: {login}"),
        ));
    }
    // What cannot be read is used once.
    let expires = reply::end_of(&token).unwrap_or_else(|| Timestamp::now() + SignedDuration::from_mins(1));
    Ok((token, expires))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_names_what_the_entry_has() {
        let mut fixed = ExecSignIn::default();
        let raw = "Sign-in to tenant A did not work; App x signs in by the secret of CROSSPULL_A_CLIENT_SECRET or its _FILE; \
                   CROSSPULL_A_CLIENT_SECRET_FILE names /s";
        let bare = in_words_of_entry(&fixed, raw);
        assert!(bare.contains("CROSSPULL_A_CLIENT_SECRET or its _FILE"), "{bare}");
        fixed.set(Fixed::ClientSecretFile, "/s");
        assert_eq!(
            in_words_of_entry(&fixed, raw),
            "Sign-in did not work; App x signs in by the secret of --client-secret-file /s; --client-secret-file names /s"
        );
    }
}
