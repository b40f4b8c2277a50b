//! The identity that the credential helper signs in by: what the settings of a registry mean where it runs.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

use crosspull_core::login::Who;
use crosspull_core::login::settings::{OfRegistry, Setting};

use crate::kept::replace::read_up_to;
use crate::sources::Variables;

/// The settings that name what an app proves itself by, each with the variable that says the same.
const PROOFS: [(Setting, &str); 3] = [
    (Setting::ClientSecretFile, "CROSSPULL_B_CLIENT_SECRET_FILE"),
    (Setting::ClientCertificateFile, "CROSSPULL_B_CLIENT_CERTIFICATE_FILE"),
    (Setting::FederatedTokenFile, "CROSSPULL_B_FEDERATED_TOKEN_FILE"),
];
/// The variable with the id of an app or an identity.
const CLIENT_ID: &str = "CROSSPULL_B_CLIENT_ID";
/// The variable with the secret of an app.
const CLIENT_SECRET: &str = "CROSSPULL_B_CLIENT_SECRET";
/// The variables in which a pod finds its identity.
const OF_POD: [(Setting, &str); 2] =
    [(Setting::ClientId, "AZURE_CLIENT_ID"), (Setting::FederatedTokenFile, "AZURE_FEDERATED_TOKEN_FILE")];

/// The most bytes of the Azure CLI's list of accounts: some have thousands of subscriptions.
const LARGEST_LIST: u64 = 64 << 20;

/// Takes over what the environment says about the identity: the helper is run in another one. Of a secret the place
/// alone is taken, from the root on.
pub fn take_over(of: &mut OfRegistry, who: Who, variables: Variables) {
    let id = [(Setting::ClientId, CLIENT_ID)];
    let known: Vec<(Setting, &str)> = match who {
        Who::ServicePrincipal => id.into_iter().chain(PROOFS).collect(),
        Who::WorkloadIdentity => OF_POD.into_iter().chain(id).chain([PROOFS[2]]).collect(),
        Who::ManagedIdentity => id.into(),
        Who::Me | Who::Admin | Who::Token => Vec::new(),
    };
    for (setting, variable) in known {
        if let Some(value) = variables(variable) {
            let whole = std::path::absolute(&value).ok().filter(|_| setting != Setting::ClientId);
            of.set(setting, whole.map_or(value, |path| path.display().to_string()));
        }
    }
}

/// Returns what an app is to prove itself by where that is no file that stays, such as a pipe of a shell.
pub fn proof_that_is_no_file(of: &OfRegistry) -> Option<&str> {
    let files = PROOFS.into_iter().filter_map(|(setting, _)| of.get(setting));
    files.into_iter().find(|file| std::path::Path::new(file).exists() && !std::path::Path::new(file).is_file())
}

/// True where the app's secret is to be in the environment of each call, since no file with it was named.
pub fn needs_secret(of: &OfRegistry) -> bool {
    of.get(Setting::As) == Some(Who::ServicePrincipal.word()) && !names_a_file(of)
}

fn names_a_file(of: &OfRegistry) -> bool {
    PROOFS.into_iter().any(|(setting, _)| of.get(setting).is_some())
}

/// Returns a variable as the settings say it. What they say nothing of is as in the environment, but for the identity:
/// another one than was set up never signs in.
pub fn variable(of: &OfRegistry, name: &str, environment: Variables) -> Option<String> {
    let set = |setting| of.get(setting).map(str::to_owned);
    if name == CLIENT_ID {
        return set(Setting::ClientId);
    }
    if let Some((setting, _)) = PROOFS.into_iter().find(|(_, variable)| *variable == name) {
        return set(setting);
    }
    // A file that was named stands over a secret that some environment has.
    if name == CLIENT_SECRET && names_a_file(of) { None } else { environment(name) }
}

/// Returns the settings and the identity that a token is made by, in one line.
///
/// The Azure CLI's account is another one after another `az login`: then its list of accounts is another text. `None` where
/// that list cannot be read: whose token one is, is not known then.
pub fn line(of: &OfRegistry, environment: Variables) -> Option<String> {
    let mut line = of.line();
    if of.get(Setting::As) == Some(Who::Me.word()) {
        line.push_str(&format!(" {}", azure_cli_account(environment)?));
    }
    Some(line)
}

/// Returns a text that is another one after another `az login`; `None` where the list of accounts cannot be read.
pub fn azure_cli_account(environment: Variables) -> Option<String> {
    let accounts = accounts(environment).map(|file| read_up_to(&file, LARGEST_LIST)).transpose().ok()?;
    let mut hasher = DefaultHasher::new();
    accounts.hash(&mut hasher);
    Some(format!("{:016x}", hasher.finish()))
}

/// Returns the file in which the Azure CLI lists its accounts; `None` where there is no home folder.
fn accounts(environment: Variables) -> Option<PathBuf> {
    let folder = match environment("AZURE_CONFIG_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(environment("HOME")?).join(".azure"),
    };
    Some(folder.join("azureProfile.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
    }

    #[test]
    fn the_environment_of_a_call_does_not_change_who_signs_in() {
        let then = [(CLIENT_ID, "one"), ("CROSSPULL_B_CLIENT_SECRET_FILE", "/secret"), (CLIENT_SECRET, "s")];
        let mut of = OfRegistry::default();
        take_over(&mut of, Who::ServicePrincipal, &with(&then));
        assert!(!of.line().contains("\"s\""), "no secret is taken over");
        let now = [(CLIENT_ID, "two"), (CLIENT_SECRET, "t"), ("CROSSPULL_B_FEDERATED_TOKEN_FILE", "/f"), ("X", "x")];
        let now = with(&now);
        let variable = |name| variable(&of, name, &now);
        assert_eq!(variable(CLIENT_ID).as_deref(), Some("one"));
        assert_eq!(variable("CROSSPULL_B_CLIENT_SECRET_FILE").as_deref(), Some("/secret"));
        assert_eq!(variable(CLIENT_SECRET), None);
        assert_eq!(variable("CROSSPULL_B_FEDERATED_TOKEN_FILE"), None);
        assert_eq!(variable("X").as_deref(), Some("x"));
    }

    #[test]
    fn a_secret_of_the_environment_is_used_where_no_file_is_named() {
        let mut of = OfRegistry::default();
        take_over(&mut of, Who::ServicePrincipal, &with(&[(CLIENT_ID, "one")]));
        assert_eq!(variable(&of, CLIENT_SECRET, &with(&[(CLIENT_SECRET, "t")])).as_deref(), Some("t"));
    }

    #[test]
    fn another_account_of_the_azure_cli_is_another_identity() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().to_str().expect("UTF-8");
        let variables = [("AZURE_CONFIG_DIR", place)];
        let environment = with(&variables);
        let mut of = OfRegistry::default();
        of.set(Setting::As, Who::Me.word());
        let line_of = |of: &OfRegistry| line(of, &environment);
        let nobody = line_of(&of).expect("no list is a list");
        std::fs::write(folder.path().join("azureProfile.json"), "one").expect("written");
        let one = line_of(&of).expect("a list");
        assert_eq!(line_of(&of).as_ref(), Some(&one));
        std::fs::write(folder.path().join("azureProfile.json"), "two").expect("written");
        assert!(line_of(&of).is_some_and(|two| two != one) && one != nobody);
        std::fs::write(folder.path().join("azureProfile.json"), [0xff]).expect("written");
        assert_eq!(line_of(&of), None, "whose account it is, is not known");
        of.set(Setting::As, "managed-identity");
        assert_eq!(line_of(&of), Some(of.line()), "its account is nothing to others");
    }
}
