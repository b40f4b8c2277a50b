//! Access: what reaching the two tenants takes.

use std::path::PathBuf;

use super::rules::{across, client_id, https, minutes, pace, wrong_values};
use super::{Answers, Complaint, Key};
use crate::cloud::{CloudChoice, Endpoints};
use crate::ids::{AppId, TenantId, TenantRef};
use crate::names::{Direction, PerTenant, Route, Side, SignIn};
use crate::text::printable;

/// The complaint about an app that is to find out which tenants there are.
const NAMES_ITS_TENANT: &str = "an app signs in to one tenant, and lists none: type its domain or id, or choose another way to \
                                sign in";

/// The inputs that reaching the two tenants takes: all that a resumed run needs beside its journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    /// The cloud that both tenants are in.
    pub cloud: CloudChoice,
    /// Another sign-in host.
    pub login_host: Option<url::Url>,
    /// The tenants, as they were named.
    pub tenants: PerTenant<TenantRef>,
    /// The way to sign in to each tenant.
    pub sign_ins: PerTenant<SignIn>,
    /// True where both are one tenant and its sign-in serves both sides, so that nobody signs in twice.
    pub one_sign_in: bool,
    /// The public client that persons sign in with; that of the Azure CLI where none is given.
    pub client_id: AppId,
    /// Authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// A file with a secret of the cluster's app, which proves the pull.
    pub app_secret_file: Option<PathBuf>,
    /// Divides crosspull's own waits; 1 or more.
    pub pace: f64,
    /// Minutes that a person is waited for.
    pub consent_wait_minutes: u16,
    /// The way to the clusters' Kubernetes APIs.
    pub kubernetes: KubernetesAccess,
}

/// The way to a cluster's Kubernetes API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KubernetesAccess {
    /// A kubeconfig of the operator's. `None` where Resource Manager gives one.
    pub kubeconfig: Option<PathBuf>,
    /// The context in that kubeconfig. `None` for its current one.
    pub context: Option<String>,
    /// The credential that Resource Manager is asked for.
    pub credential: ClusterCredential,
    /// The application that tokens for the API are for. `None` for that of AKS.
    pub server: Option<String>,
}

/// The credential of a cluster that Resource Manager is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClusterCredential {
    /// `listClusterUserCredential`.
    #[default]
    User,
    /// `listClusterAdminCredential`: a local account that may do everything.
    Admin,
}

impl Access {
    /// Reads what reaching the tenants takes, where what is worked on there is looked up first.
    ///
    /// # Errors
    /// A sentence about an answer that nobody complained about before.
    pub fn of_answers(answers: &Answers) -> Result<Self, Complaint> {
        Self::read(&answers.with_one_tenant()).map_err(Complaint::of_none)
    }

    /// Reads what reaching the tenants of a run takes, for a run that goes on or is taken back: its tenants are those of
    /// its plan, whatever the answers say. What is taken back is not proved, so it takes no secret.
    ///
    /// # Errors
    /// Every complaint at once.
    pub fn of_run(
        answers: &Answers,
        route: Route,
        tenants: PerTenant<TenantId>,
        way: Direction,
    ) -> Result<Self, Vec<Complaint>> {
        let proves = way == Direction::Forward;
        let mut answers = answers.only(|key| key.is_of_access() && (proves || key != Key::AppSecretFile));
        for side in Side::BOTH {
            answers.set(Key::tenant(side), tenants[side].to_string());
        }
        let mut complaints = wrong_values(&answers);
        complaints.extend(across(&answers));
        if !complaints.is_empty() {
            return Err(complaints);
        }
        let access = Self::read(&answers).map_err(|text| vec![Complaint::of_none(text)])?;
        Ok(match route {
            // A registry alone was worked on, so nobody signed in for a cluster.
            Route::EnableAdmin => access.without(Side::A),
            // A cluster alone was.
            Route::OpenAccess | Route::CloseAccess => access.without(Side::B),
            _ => access,
        })
    }

    /// Returns the access by which nobody signs in to the tenant of that side.
    #[must_use]
    pub fn without(mut self, side: Side) -> Self {
        self.sign_ins[side] = SignIn::Nobody;
        self.one_sign_in = false;
        self
    }

    /// Returns where what is sent goes, in one line, where that is not what a known cloud's documents say: another
    /// cloud, another sign-in host, another authority.
    #[must_use]
    pub fn elsewhere(&self, endpoints: &Endpoints) -> Option<String> {
        let known = self.cloud.known();
        let documented = known.is_some_and(|cloud| cloud.signs_in_at(&endpoints.login));
        if documented && self.ca_file.is_none() {
            return None;
        }
        let kind = if self.cloud.is_simulated() { "simulated cloud" } else { "cloud" };
        let Endpoints { name, login, graph, arm, .. } = endpoints;
        let name = printable(name, 60);
        let trusts = self.ca_file.as_ref().map(|file| format!("; the authorities in {} are trusted", file.display()));
        Some(format!("{kind} {name} at {arm}: sign-in goes to {login}, Graph to {graph}{}", trusts.unwrap_or_default()))
    }

    /// Reads what reaching one tenant takes, while the other may not be answered yet: nobody signs in there.
    ///
    /// # Errors
    /// Every complaint at once.
    pub fn of_side(answers: &Answers, side: Side) -> Result<Self, Vec<Complaint>> {
        let answers = answers.with_one_tenant();
        let mut answers = answers.only(|key| key.is_of_access() || matches!(key, Key::TenantA | Key::TenantB));
        let tenant = Key::tenant(side);
        answers.set(Key::tenant(side.other()), answers.get(tenant).unwrap_or_default().to_owned());
        answers.set(Key::sign_in(side.other()), SignIn::AzureCli.word());
        let mut complaints = wrong_values(&answers);
        if answers.get(tenant).is_none() {
            complaints.push(Complaint::of(tenant, "missing"));
        }
        if !complaints.is_empty() {
            return Err(complaints);
        }
        let access = Self::read(&answers).map_err(|text| vec![Complaint::of_none(text)])?;
        Ok(access.without(side.other()))
    }

    /// Reads what reaching one tenant takes where the tenant is not named yet, for finding out which there are: at the
    /// account's own. An app is signed in to the tenant that it is told, so for an app one has to be named.
    ///
    /// # Errors
    /// Every complaint at once.
    pub fn at_home(answers: &Answers, side: Side) -> Result<Self, Vec<Complaint>> {
        let way = SignIn::from_word(answers.or_default(Key::sign_in(side)));
        if matches!(way, Some(SignIn::ServicePrincipal | SignIn::WorkloadIdentity)) {
            return match answers.get(Key::tenant(side)) {
                Some(_) => Self::of_side(answers, side),
                None => Err(vec![Complaint::of(Key::tenant(side), NAMES_ITS_TENANT)]),
            };
        }
        let mut named = answers.clone();
        named.set(Key::tenant(side), uuid::Uuid::nil().to_string());
        let mut access = Self::of_side(&named, side)?;
        access.tenants[side] = TenantRef::Home;
        Ok(access)
    }

    /// Reads answers that passed every check.
    pub(super) fn read(answers: &Answers) -> Result<Self, String> {
        let text = |key| answers.or_default(key);
        let tenant = |side| TenantRef::parse(text(Key::tenant(side)));
        let sign_in = |side| SignIn::from_word(text(Key::sign_in(side))).unwrap_or(SignIn::AzureCli);
        let tenants = PerTenant { a: tenant(Side::A)?, b: tenant(Side::B)? };
        let mut sign_ins = PerTenant::of(sign_in);
        if tenants.is_one() && answers.get(Key::SignInB).is_none() {
            sign_ins.b = sign_ins.a;
        }
        // A service principal of the other side may be another one, by its own variables.
        let same = sign_ins.is_one() && (sign_ins.a.is_the_same_on_both_sides() || answers.get(Key::SignInB).is_none());
        let one_sign_in = tenants.is_one() && same;
        Ok(Self {
            cloud: CloudChoice::parse(text(Key::Cloud))?,
            login_host: answers.get(Key::LoginHost).map(|t| https(t, "a sign-in host")).transpose()?,
            tenants,
            sign_ins,
            one_sign_in,
            client_id: client_id(text(Key::ClientId))?,
            ca_file: answers.get(Key::CaFile).map(PathBuf::from),
            app_secret_file: answers.get(Key::AppSecretFile).map(PathBuf::from),
            pace: pace(text(Key::Pace))?,
            consent_wait_minutes: minutes(text(Key::ConsentWait))?,
            kubernetes: KubernetesAccess {
                kubeconfig: answers.get(Key::Kubeconfig).map(PathBuf::from),
                context: answers.get(Key::Context).map(str::to_owned),
                credential: match text(Key::ClusterCredential) {
                    "admin" => ClusterCredential::Admin,
                    _ => ClusterCredential::User,
                },
                server: None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_one_side_is_reached_its_sign_in_is_its_own() {
        let mut answers = Answers::default();
        answers.set(Key::TenantB, "fabrikam.com");
        for way in [SignIn::AzureCli, SignIn::DeviceCode] {
            answers.set(Key::SignInB, way.word());
            let access = Access::of_side(&answers, Side::B).expect("complete");
            assert_eq!((access.sign_ins.b, access.sign_ins.a), (way, SignIn::Nobody));
            assert!(!access.one_sign_in, "nobody of A stands in the place of who signs in to B");
        }
    }
}
