//! What a sign-in to a registry is asked for, read and checked before anything is called.

use clap::ArgMatches;
use clap::parser::ValueSource;
use crosspull_azure::own_file::secret_in;
use crosspull_core::ids::{RegistryId, TenantRef};
use crosspull_core::input::{Access, Answers, Complaint, Key};
use crosspull_core::login::{self, Meant, Who, Wish};
use crosspull_core::names::{PerTenant, Side};
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::SignIn;
use uuid::Uuid;

use super::arguments::{AS, NOBODY, REGISTRY, REPOSITORY, SIGN_IN, TENANT, USERNAME, WAYS, all};
use crate::attended::Way;
use crate::credentials::{self, Credentials};
use crate::sources::{self, Variables};

/// The variables with the password of a registry's own user.
const PASSWORD: &str = "CROSSPULL_REGISTRY_PASSWORD";
const PASSWORD_FILE: &str = "CROSSPULL_REGISTRY_PASSWORD_FILE";

/// A sign-in to a registry, as it is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The registry.
    pub registry: Meant,
    /// The one who signs in.
    pub who: Who,
    /// The repositories whose rights are told.
    pub repositories: Vec<String>,
    /// A user of the registry's own, with the password.
    pub own: Option<(String, Secret)>,
    /// The answers that reaching the registry's tenant takes.
    pub answers: Answers,
    /// The way to the tenant. `None` where an app signs in and its tenant is still to be asked from the subscription.
    pub way: Option<Way>,
    /// What signs in, where it does not depend on the answers.
    fixed: Option<Credentials>,
}

impl Asked {
    /// Reads what the arguments, the environment and an answers file ask for.
    ///
    /// # Errors
    /// Every complaint at once.
    pub fn read(arguments: &ArgMatches, variables: Variables) -> Result<Self, Vec<String>> {
        if word(arguments, SIGN_IN) == Some(NOBODY) {
            return Err(vec![format!("sign-in: {NOBODY} signs nobody in, which is for --check alone")]);
        }
        let mut asked = Self::of(arguments, variables, registry(arguments)?)?;
        asked.repositories = repositories(all(arguments, REPOSITORY))?;
        Ok(asked)
    }

    /// Reads the same for a registry that is known.
    ///
    /// # Errors
    /// Every complaint at once.
    pub fn of(arguments: &ArgMatches, variables: Variables, registry: Meant) -> Result<Self, Vec<String>> {
        let word = |name| word(arguments, name);
        let empty = [TENANT, USERNAME].into_iter().filter(|name| word(name) == Some(""));
        let empty: Vec<String> =
            empty.map(|name| format!("{name}: it is empty: give one, or leave the flag out")).collect();
        if !empty.is_empty() {
            return Err(empty);
        }
        let answers = sources::answers(arguments, variables)?;
        // What signs in to tenant B elsewhere does so here, unless another one is named.
        let before = answers.get(Key::SignInB).and_then(Who::from_word);
        let is_named = arguments.value_source(AS) == Some(ValueSource::CommandLine) || word(SIGN_IN).is_some();
        let who = word(AS).and_then(Who::from_word).unwrap_or(Who::Me);
        let wish = Wish {
            registry: String::new(),
            who: before.filter(|_| !is_named).unwrap_or(who),
            way: word(SIGN_IN).and_then(SignIn::from_word),
            tenant: word(TENANT).map(str::to_owned),
            repositories: Vec::new(),
            user: word(USERNAME).map(str::to_owned),
            password: None,
        };
        Self::wished(wish, registry, answers, None, variables)
    }

    /// Reads a wish, on the cloud that the answers name. What signs in is `fixed`, where it does not depend on the wish.
    ///
    /// # Errors
    /// Every complaint at once.
    pub fn wished(
        mut wish: Wish,
        registry: Meant,
        mut answers: Answers,
        fixed: Option<Credentials>,
        variables: Variables,
    ) -> Result<Self, Vec<String>> {
        let who = wish.who;
        match &wish.tenant {
            Some(tenant) => answers.set(Key::TenantB, tenant),
            None => wish.tenant = answers.get(Key::TenantB).map(str::to_owned),
        }
        let before = answers.get(Key::SignInB).filter(|word| WAYS.contains(word) || who == Who::Admin);
        let way = wish.way.or(before.and_then(SignIn::from_word)).unwrap_or(SignIn::AzureCli);
        let mut wrong: Vec<String> = wish.wrong(&registry).iter().map(said).collect();
        let own = own(&wish, variables).map_err(|mut more| wrong.append(&mut more)).unwrap_or_default();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let sign_in = who.sign_in(way).filter(|_| own.is_none()).unwrap_or(SignIn::Nobody);
        answers.set(Key::SignInB, sign_in.word());
        let answers =
            answers.only(|key| key.is_of_access() && key != Key::TenantA && key != Key::SignInA || key == Key::TenantB);
        let repositories = repositories(wish.repositories.iter().map(String::as_str))?;
        Self { registry, who, repositories, own, answers, way: None, fixed }.with_way(variables)
    }

    /// Returns the same with that tenant.
    ///
    /// # Errors
    /// Every complaint at once.
    pub fn with_tenant(mut self, tenant: &str, variables: Variables) -> Result<Self, Vec<String>> {
        self.answers.set(Key::TenantB, tenant);
        self.with_way(variables)
    }

    /// Returns the subscription of the registry, where it is named by its resource id.
    pub fn subscription(&self) -> Option<Uuid> {
        match &self.registry {
            Meant::Id(id) => RegistryId::subscription(id),
            Meant::Server(_) | Meant::Name(_) => None,
        }
    }

    fn with_way(mut self, variables: Variables) -> Result<Self, Vec<String>> {
        let named = self.answers.get(Key::TenantB).is_some();
        let access = match SignIn::from_word(self.answers.or_default(Key::SignInB)) {
            Some(_) if self.who.is_app() && !named => return Ok(self),
            _ if named => Access::of_side(&self.answers, Side::B),
            Some(SignIn::Nobody) => nobody(&self.answers),
            _ => Access::at_home(&self.answers, Side::B),
        };
        let access = access.map_err(|complaints| complaints.iter().map(said).collect::<Vec<_>>())?;
        let subscriptions = PerTenant { a: None, b: self.subscription() };
        let credentials = self.credentials(&access, subscriptions, variables)?;
        self.way = Some(Way { access, credentials });
        Ok(self)
    }

    /// Returns the way by which nobody signs in, for what the cloud tells everybody.
    ///
    /// # Errors
    /// Every complaint at once.
    pub fn way_of_nobody(&self, variables: Variables) -> Result<Way, Vec<String>> {
        let mut answers = self.answers.clone();
        answers.set(Key::SignInB, SignIn::Nobody.word());
        let access = nobody(&answers).map_err(|complaints| complaints.iter().map(said).collect::<Vec<_>>())?;
        let credentials = self.credentials(&access, PerTenant { a: None, b: None }, variables)?;
        Ok(Way { access, credentials })
    }

    /// Returns what signs in.
    fn credentials(
        &self,
        access: &Access,
        subscriptions: PerTenant<Option<Uuid>>,
        variables: Variables,
    ) -> Result<Credentials, Vec<String>> {
        self.fixed.clone().map_or_else(|| credentials::read(access, subscriptions, variables), Ok)
    }
}

/// Reads the way by which nobody signs in: to no tenant.
fn nobody(answers: &Answers) -> Result<Access, Vec<Complaint>> {
    let mut answers = answers.clone();
    answers.set(Key::TenantB, Uuid::nil().to_string());
    let mut access = Access::of_side(&answers, Side::B)?;
    access.tenants = PerTenant::of(|_| TenantRef::Home);
    Ok(access)
}

/// Says a complaint under the name that the input has here.
fn said(complaint: &Complaint) -> String {
    match complaint.key {
        Some(Key::TenantB) => format!("tenant: {}", complaint.text),
        Some(Key::SignInB) => format!("sign-in: {}", complaint.text),
        _ => complaint.to_string(),
    }
}

/// Reads the user of the registry's own, with the password. The admin account's may be asked from Azure, so it need not be
/// given.
fn own(wish: &Wish, variables: Variables) -> Result<Option<(String, Secret)>, Vec<String>> {
    let password = match (&wish.password, variables(PASSWORD), variables(PASSWORD_FILE)) {
        (Some(typed), ..) => Some(typed.clone()),
        (None, Some(value), _) => Some(Secret::new(value)),
        (None, None, Some(path)) => {
            let read = secret_in(path.as_ref());
            Some(read.map_err(|error| vec![format!("{PASSWORD_FILE} names {path}, which cannot be read ({error})")])?)
        }
        (None, None, None) => None,
    };
    let missing =
        |what: &str| Err(vec![format!("{what} is missing: a registry's own user signs in by name and password")]);
    match (wish.who, wish.user.clone(), password) {
        (Who::Admin | Who::Token, Some(name), Some(password)) => Ok(Some((name, password))),
        (Who::Admin, None, None) => Ok(None),
        (Who::Admin | Who::Token, None, _) => missing("username"),
        (Who::Admin | Who::Token, Some(_), None) => missing(&format!("{PASSWORD} or {PASSWORD_FILE}")),
        (_, Some(_), _) => Err(vec!["username: only --as admin and --as token have one".to_owned()]),
        (_, None, _) => Ok(None),
    }
}

fn word<'a>(arguments: &'a ArgMatches, name: &str) -> Option<&'a str> {
    arguments.get_one::<String>(name).map(String::as_str)
}

/// Reads the one registry that is named.
///
/// # Errors
/// Every complaint at once.
pub fn registry(arguments: &ArgMatches) -> Result<Meant, Vec<String>> {
    match all(arguments, REGISTRY).as_slice() {
        [one] => Meant::parse(one).map_err(|why| vec![format!("registry: {why}")]),
        _ => Err(vec!["registry: several are named, and one is meant at a time".to_owned()]),
    }
}

/// Reads the repositories. A tag is no matter of rights, so it is left out.
pub fn repositories<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Vec<String>, Vec<String>> {
    let read = |text: &str| login::repository(text).map_err(|why| format!("repository: {why}"));
    let read: Vec<Result<String, String>> = texts.into_iter().map(read).collect();
    let wrong: Vec<String> = read.iter().filter_map(|one| one.as_ref().err().cloned()).collect();
    if wrong.is_empty() { Ok(read.into_iter().flatten().collect()) } else { Err(wrong) }
}
