//! Gathers the inputs: flags over environment over answers file over defaults. All complaints come at once, before
//! any call.

use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;
use crosspull_azure::sign_in::Login;
use crosspull_core::answers::{Answers, Complaint};
use crosspull_core::field::{FIELDS, Key};
use crosspull_core::ids::{ClusterId, RegistryId};
use crosspull_core::inputs::{Access, Inputs, SignIn};
use crosspull_core::plan::{Plan, Side};
use crosspull_core::secret::Secret;
use crosspull_core::text::clean;
use uuid::Uuid;

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
}

/// The answers of flags, environment and answers file.
///
/// # Errors
/// Every complaint about the answers file.
pub fn answers(arguments: &ArgMatches, variables: Variables) -> Result<Answers, Vec<String>> {
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
    let file = match arguments.get_one::<String>("answers") {
        None => Answers::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|e| vec![format!("answers: {path} cannot be read ({e}): give a file that is there")])?;
            let named = |c: Complaint| format!("answers: {path}: {}", c.text);
            Answers::from_toml(&text).map_err(|complaints| complaints.into_iter().map(named).collect::<Vec<_>>())?
        }
    };
    Ok(with_whole_paths(flags.over(environment).over(file)))
}

/// The answers with the paths in them from the root on: the journal keeps them, and a run is taken up from anywhere.
fn with_whole_paths(mut answers: Answers) -> Answers {
    for key in [Key::SecretOut, Key::CaFile] {
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
    [inputs.clusters.first().map(ClusterId::subscription), inputs.registries.first().map(RegistryId::subscription)]
}

/// The same of a plan.
pub fn subscriptions_of(plan: &Plan) -> [Option<Uuid>; 2] {
    let (cluster, registry) = plan.subject();
    [cluster.map(ClusterId::subscription), registry.map(RegistryId::subscription)]
}

/// What signing in takes.
///
/// # Errors
/// Every complaint at once.
pub fn means(access: &Access, [in_a, in_b]: [Option<Uuid>; 2], variables: Variables) -> Result<Means, Vec<String>> {
    let mut complaints = Vec::new();
    let mut taken = |side, how, subscription| {
        login(side, how, subscription, variables).map_err(|mut more| complaints.append(&mut more)).ok()
    };
    let a = taken(Side::A, access.sign_in_a, in_a);
    let b = taken(Side::B, access.sign_in_b, in_b);
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
        (Some(login_a), Some(login_b)) if complaints.is_empty() => Ok(Means { login_a, login_b, authorities }),
        _ => Err(complaints),
    }
}

/// The way to sign in to one tenant, with its secret from the environment or from a file that it names.
fn login(side: Side, how: SignIn, subscription: Option<Uuid>, variables: Variables) -> Result<Login, Vec<String>> {
    if how == SignIn::AzureCli {
        return Ok(Login::AzureCli { subscription });
    }
    let name = |what: &str| format!("CROSSPULL_{side}_CLIENT_{what}");
    let mut complaints = Vec::new();
    let id = match variables(&name("ID")).map(|text| clean(&text).parse()) {
        Some(Ok(id)) => Some(id),
        Some(Err(_)) => {
            complaints.push(format!(
                "{} is not a GUID: give the application (client) id of the service principal",
                name("ID")
            ));
            None
        }
        None => {
            complaints
                .push(format!("{} is missing: sign-in by service principal to tenant {side} needs it", name("ID")));
            None
        }
    };
    let secret = match (variables(&name("SECRET")), variables(&name("SECRET_FILE"))) {
        (Some(secret), _) => Some(Secret::new(secret)),
        (None, Some(file)) => match std::fs::read_to_string(PathBuf::from(&file)) {
            Ok(text) => {
                let whole = Secret::new(text);
                Some(Secret::new(whole.reveal().trim_end_matches(['\r', '\n']).to_owned()))
            }
            Err(error) => {
                complaints.push(format!("{} names {file}, which cannot be read ({error})", name("SECRET_FILE")));
                None
            }
        },
        (None, None) => {
            complaints.push(format!(
                "{} is missing: sign-in by service principal to tenant {side} needs it, or {}",
                name("SECRET"),
                name("SECRET_FILE")
            ));
            None
        }
    };
    match (id, secret) {
        (Some(client_id), Some(secret)) if !secret.is_empty() => Ok(Login::ServicePrincipal { client_id, secret }),
        (Some(_), Some(_)) => Err(vec![format!("the secret of tenant {side}'s service principal is empty")]),
        _ => Err(complaints),
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
    fn what_a_service_principal_lacks_is_named() {
        let said = login(Side::B, SignIn::ServicePrincipal, None, &with(&[("CROSSPULL_B_CLIENT_ID", "x")]))
            .expect_err("lacks");
        assert_eq!(said.len(), 2);
        assert!(said.iter().any(|t| t.starts_with("CROSSPULL_B_CLIENT_ID is not a GUID")));
        assert!(said.iter().any(|t| t.starts_with("CROSSPULL_B_CLIENT_SECRET is missing")));
    }
}
