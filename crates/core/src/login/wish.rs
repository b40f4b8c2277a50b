//! A sign-in to a registry as somebody wants it, by flags or by the wizard's form, and the command that does the same.

use super::{Meant, Who};
use crate::command::Command;
use crate::field::login::WAYS;
use crate::ids::{ImageRef, RegistryId};
use crate::input::{Answers, Complaint, Key, check};
use crate::secret::Secret;
use crate::sign_in::SignIn;

/// A sign-in to a registry as somebody wants it, as text where it is typed.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The registry, as it is named.
    pub registry: String,
    /// The one who signs in.
    pub who: Who,
    /// The way in which a person signs in. `None` where nobody said.
    pub way: Option<SignIn>,
    /// The registry's tenant. `None` where nobody named it.
    pub tenant: Option<String>,
    /// The repositories whose rights are told, perhaps with tags.
    pub repositories: Vec<String>,
    /// The name of a user of the registry's own.
    pub user: Option<String>,
    /// The password of that user. `None` where it is in the environment, or where Azure is asked for it.
    pub password: Option<Secret>,
}

/// The complaint about a registry whose own user signs in, and whose host is not named.
pub const NEEDS_SERVER: &str = "a password goes to a host that is named: give its login server";
/// The inputs that say how a cloud is reached, by whatever command.
const OF_CLOUD: [Key; 5] = [Key::Cloud, Key::LoginHost, Key::ClientId, Key::CaFile, Key::Pace];

/// Checks what is typed in a field of the form, as [`check`] does for those of a run: a registry's name is enough here, and of an
/// image its repository counts.
///
/// # Errors
/// A sentence that says what is wrong and what right looks like.
pub fn judge(key: Key, text: &str) -> Result<(), String> {
    match key {
        _ if text.is_empty() => Ok(()),
        Key::Registry => Meant::parse(text).map(drop),
        Key::Repository => {
            text.split([' ', ',']).filter(|one| !one.is_empty()).try_for_each(|one| repository(one).map(drop))
        }
        _ => check(key, text),
    }
}

/// Reads a repository. A tag is no matter of rights, so it is left out.
///
/// # Errors
/// A sentence that says what is wrong and what right looks like.
pub fn repository(text: &str) -> Result<String, String> {
    ImageRef::parse(text).map(|image| image.repository)
}

impl Wish {
    /// Returns what is wrong with a wish whose parts are right one by one.
    #[must_use]
    pub fn wrong(&self, registry: &Meant) -> Vec<Complaint> {
        let own = self.who == Who::Token || (self.who == Who::Admin && self.user.is_some());
        let unnamed = own && !matches!(registry, Meant::Server(_));
        let of_subscription = matches!(registry, Meant::Id(id) if RegistryId::subscription(id).is_some());
        let homeless = self.who.is_app() && self.tenant.is_none() && !of_subscription;
        let server = Complaint::of(Key::Registry, NEEDS_SERVER);
        let tenant = Complaint::of(
            Key::TenantB,
            "missing: an app signs in to one tenant. Name it, or give the registry's resource id, by which the tenant is found",
        );
        [(unnamed, server), (homeless, tenant)].into_iter().filter_map(|(is, what)| is.then_some(what)).collect()
    }

    /// Returns the command that does the same without questions, on the cloud that the answers name.
    #[must_use]
    pub fn command(&self, answers: &Answers) -> String {
        let known = self.repositories.iter().filter_map(|text| repository(text).ok());
        self.line(&self.registry, &known.collect::<Vec<_>>(), answers, false)
    }

    /// Returns the command that lets docker sign in to that registry, of the tenant that was signed in to, by itself from now on. `None` where a person would be asked, or
    /// a password be kept.
    #[must_use]
    pub fn from_now_on(&self, server: &str, tenant: Option<&str>, answers: &Answers) -> Option<String> {
        let by_itself = match self.who {
            Who::Me => self.way == Some(SignIn::AzureCli),
            Who::Admin | Who::Token => false,
            Who::ServicePrincipal | Who::ManagedIdentity | Who::WorkloadIdentity => true,
        };
        let of_tenant = Self { tenant: tenant.map(str::to_owned).or_else(|| self.tenant.clone()), ..self.clone() };
        by_itself.then(|| of_tenant.line(server, &[], answers, true))
    }

    fn line(&self, registry: &str, repositories: &[String], answers: &Answers, from_now_on: bool) -> String {
        let person = matches!(self.who, Who::Me | Who::Admin) && self.user.is_none();
        let way = self.way.filter(|way| person && way.word() != WAYS[0].0);
        let options = [
            ("as", Some(self.who.word()).filter(|_| self.who != Who::Me)),
            ("sign-in", way.map(SignIn::word)),
            ("tenant", self.tenant.as_deref()),
            ("username", self.user.as_deref()),
        ];
        let repositories = repositories.iter().map(|name| ("repository", Some(name.as_str())));
        let of_cloud = OF_CLOUD.map(|key| (key.name(), answers.get(key).filter(|value| Some(*value) != key.default())));
        let options = options.into_iter().chain(repositories).chain(of_cloud);
        let options: Vec<(&str, &str)> = options.filter_map(|(name, value)| Some((name, value?))).collect();
        Command::SignIn { registry, options: &options, from_now_on }.to_string()
    }

    /// Returns what the command takes from the environment.
    #[must_use]
    pub const fn variables(&self) -> Option<&'static str> {
        match self.who {
            Who::ServicePrincipal => Some("CROSSPULL_B_CLIENT_ID and CROSSPULL_B_CLIENT_SECRET"),
            Who::WorkloadIdentity => Some("AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE"),
            Who::Token => Some(PASSWORD),
            Who::Admin if self.user.is_some() => Some(PASSWORD),
            Who::Me | Who::ManagedIdentity | Who::Admin => None,
        }
    }
}

/// The variable with the password of a registry's own user.
const PASSWORD: &str = "CROSSPULL_REGISTRY_PASSWORD";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::login::FIELDS;

    const ID: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/shop01";

    fn wish(who: Who, registry: &str) -> Wish {
        let registry = registry.to_owned();
        Wish { registry, who, way: None, tenant: None, repositories: Vec::new(), user: None, password: None }
    }

    fn wrong(wish: &Wish) -> Vec<Option<Key>> {
        let registry = Meant::parse(&wish.registry).expect("a registry");
        wish.wrong(&registry).into_iter().map(|complaint| complaint.key).collect()
    }

    #[test]
    fn an_app_names_its_tenant_or_what_tells_it_and_a_password_goes_to_a_host_alone() {
        assert_eq!(wrong(&wish(Who::ServicePrincipal, "shop01.azurecr.io")), [Some(Key::TenantB)]);
        assert_eq!(wrong(&wish(Who::ServicePrincipal, ID)), []);
        assert_eq!(wrong(&wish(Who::Me, "shop01")), []);
        assert_eq!(wrong(&wish(Who::Token, "shop01")), [Some(Key::Registry)]);
        assert_eq!(wrong(&wish(Who::Token, "shop01.azurecr.io")), []);
        assert_eq!(wrong(&wish(Who::Admin, ID)), []);
        assert_eq!(wrong(&Wish { user: Some("shop01".to_owned()), ..wish(Who::Admin, ID) }), [Some(Key::Registry)]);
    }

    #[test]
    fn the_command_says_what_was_chosen_and_no_password() {
        let mut answers = Answers::default();
        answers.set(Key::Cloud, "china");
        answers.set(Key::Cluster, "no matter of this");
        let me = Wish {
            way: Some(SignIn::DeviceCode),
            tenant: Some("fabrikam.com".to_owned()),
            repositories: vec!["shop/web:1.4".to_owned()],
            ..wish(Who::Me, "shop01.azurecr.io")
        };
        assert_eq!(
            me.command(&answers),
            "crosspull login shop01.azurecr.io --sign-in device-code --tenant fabrikam.com --repository shop/web --cloud china"
        );
        assert_eq!(me.from_now_on("shop01.azurecr.io", None, &answers), None, "a person would be asked");
        let app = wish(Who::ServicePrincipal, ID);
        assert_eq!(
            app.from_now_on("shop01.azurecr.io", Some("fabrikam.com"), &Answers::default()).as_deref(),
            Some("crosspull login --configure-docker shop01.azurecr.io --as service-principal --tenant fabrikam.com")
        );
        let token = Wish {
            user: Some("ci".to_owned()),
            password: Some(Secret::new("s3cret".to_owned())),
            ..wish(Who::Token, "shop01.azurecr.io")
        };
        let said = token.command(&Answers::default());
        assert_eq!(said, "crosspull login shop01.azurecr.io --as token --username ci");
        assert_eq!(token.variables(), Some("CROSSPULL_REGISTRY_PASSWORD"));
    }

    #[test]
    fn every_field_takes_its_own_example() {
        for field in &FIELDS {
            assert_eq!(judge(field.key, field.example), Ok(()), "{}", field.label);
        }
        assert_eq!(judge(Key::Registry, "shop01"), Ok(()), "a name is enough");
        assert!(judge(Key::Registry, "two words").is_err() && judge(Key::Repository, "Shop/*").is_err());
    }
}
