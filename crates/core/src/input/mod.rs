//! Inputs: what is answered, by whatever way, and what it means.
//!
//! ```text
//! table of inputs -> answers (text by key) -> rules -> inputs (typed)
//! ```

mod access;
mod account;
mod answers;
mod kubernetes_name;
mod part;
mod rules;
mod wanted_image;

pub(crate) use crate::field::SIGN_IN_A;
pub use crate::field::{FIELDS, Field, Key, Kind, Page, name_of_choice, on};
pub use access::{Access, ClusterCredential, KubernetesAccess};
pub use account::AccountRef;
pub use answers::{Answers, Complaint};
pub use kubernetes_name::{namespace, object_name};
pub use part::Part;
pub use rules::{check, not_for_a_file};
pub use wanted_image::{WantedImage, WantedWildcard};

use crate::consent::ConsentLink;
use crate::ids::{ClusterId, ImageRef, RegistryId};
use crate::names::{Route, Side};
use rules::{across, adopt, days, minutes, redirect, wrong_values};

/// The longest time that the question before a reset may stand, in hours.
pub const QUESTION_HOURS: u32 = 1;
/// The least time that a secret has to live once the reset is sent, in hours: a reset takes an hour and more, and the nodes read
/// the secret again whenever they start (`docs/facts/azure.md` 0.9).
pub const LIVES_AFTER_RESET_HOURS: u32 = 12;

/// The choice of who provisions the app in tenant B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentMode {
    /// The operator where that is allowed, else a person.
    Auto,
    /// The operator, by Graph in B.
    Direct,
    /// A person, by the consent URL.
    Url,
}

/// The place from which the pull is proved before the cluster is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProveFrom {
    /// From here; from a node where the registry keeps this machine out.
    Auto,
    /// From this machine.
    Here,
    /// From a node.
    Inside,
}

/// Everything a plan is built from, typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs {
    /// The route that was asked for; none where it is left to crosspull.
    pub route: Option<Route>,
    /// The inputs that reaching the two tenants takes.
    pub access: Access,
    /// The clusters that are to pull; one today.
    pub clusters: Vec<ClusterId>,
    /// The registries they pull from.
    pub registries: Vec<RegistryId>,
    /// The images that they are to pull, each with its registry; the proof pulls these.
    pub images: Vec<WantedImage>,
    /// The names that stand for several repositories which the cluster is to pull from, where the route may grant those.
    pub wildcards: Vec<WantedWildcard>,
    /// The app registration's display name. `None` for the one that follows from the cluster's.
    pub app_name: Option<String>,
    /// The address to which the consent page leads afterwards.
    pub redirect_uri: String,
    /// Days that the client secret lives.
    pub secret_days: u16,
    /// The choice of who provisions the app in B.
    pub consent: ConsentMode,
    /// The form of the consent page's address.
    pub consent_link: ConsentLink,
    /// Minutes between proof and reset.
    pub soak_minutes: u16,
    /// The namespaces that get a pull secret. A pod that proves the pull is in the first one; there is one at least.
    pub namespaces: Vec<String>,
    /// The service accounts whose pods use the pull secret.
    pub accounts: Vec<AccountRef>,
    /// The name of the pull secret. `None` for the one that follows from the registry's.
    pub pull_secret: Option<String>,
    /// The tenant that the app which pulls is registered in. `None` where that is left to crosspull.
    pub pull_app: Option<Side>,
    /// Where the pull is proved first.
    pub prove: ProveFrom,
    /// True where a cluster that has an app of crosspull's is given another secret of it.
    pub renew: bool,
    /// The decision about an app that carries the cluster's mark and that no journal names.
    pub adopt: Option<Adopt>,
    /// Parts of the present principal's rights that may stay unread.
    pub may_stay_unread: Vec<Part>,
    /// True where the secret of the way back is saved, and so stays after the run.
    pub keeps_way_back: bool,
}

/// The decision about an app that carries a cluster's mark and that no journal names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adopt {
    /// Take up the one of this object id or app id.
    Id(uuid::Uuid),
    /// Pass over it and make another.
    New,
}

impl Inputs {
    /// Reads the answers; complains about all of them at once.
    ///
    /// # Errors
    /// Every complaint, in the order of the table.
    pub fn from_answers(answers: &Answers) -> Result<Self, Vec<Complaint>> {
        let answers = &answers.with_one_tenant();
        let complaints = Self::complaints(answers, &[]);
        if !complaints.is_empty() {
            return Err(complaints);
        }
        Self::read(answers).map_err(|text| vec![Complaint::of_none(text)])
    }

    /// Returns every complaint about the answers, but for those about the inputs that are looked up first: what these mean
    /// is not known yet.
    #[must_use]
    pub fn complaints(answers: &Answers, looked_up: &[Key]) -> Vec<Complaint> {
        let answers = &answers.with_one_tenant();
        let mut complaints = wrong_values(answers);
        for key in [Key::TenantA, Key::Cluster, Key::TenantB, Key::Registry, Key::Repository] {
            if answers.all(key).is_empty() {
                let help = key.field().map_or("", |f| f.help);
                complaints.push(Complaint::of(key, format!("missing. {help}")));
            }
        }
        complaints.extend(across(answers));
        complaints.retain(|complaint| !complaint.key.is_some_and(|key| looked_up.contains(&key)));
        complaints
    }

    /// Reads answers that passed every check.
    fn read(answers: &Answers) -> Result<Self, String> {
        let text = |key| answers.or_default(key);
        let clusters: Vec<ClusterId> =
            answers.all(Key::Cluster).into_iter().map(ClusterId::parse).collect::<Result<_, _>>()?;
        Ok(Self {
            route: answers.route(),
            access: Access::read(answers)?,
            clusters,
            registries: answers.all(Key::Registry).into_iter().map(RegistryId::parse).collect::<Result<_, _>>()?,
            images: WantedImage::all(answers)?,
            wildcards: WantedWildcard::all(answers)?,
            app_name: answers.get(Key::AppName).map(str::to_owned),
            redirect_uri: redirect(text(Key::RedirectUri))?,
            secret_days: days(text(Key::SecretDays))?,
            consent: match text(Key::Consent) {
                "direct" => ConsentMode::Direct,
                "url" => ConsentMode::Url,
                _ => ConsentMode::Auto,
            },
            consent_link: match text(Key::ConsentLink) {
                "authorize" => ConsentLink::Authorize,
                _ => ConsentLink::Adminconsent,
            },
            soak_minutes: minutes(text(Key::Soak))?,
            namespaces: namespaces(answers)?,
            accounts: answers.all(Key::ServiceAccount).into_iter().map(AccountRef::parse).collect::<Result<_, _>>()?,
            pull_secret: answers.get(Key::PullSecret).map(str::to_owned),
            pull_app: match text(Key::PullApp) {
                "a" => Some(Side::A),
                "b" => Some(Side::B),
                _ => None,
            },
            prove: match text(Key::Prove) {
                "here" => ProveFrom::Here,
                "inside" => ProveFrom::Inside,
                _ => ProveFrom::Auto,
            },
            renew: text(Key::Renew) == "yes",
            adopt: answers.get(Key::Adopt).map(adopt).transpose()?,
            may_stay_unread: answers.all(Key::Unread).into_iter().map(Part::parse).collect::<Result<_, _>>()?,
            keeps_way_back: answers.get(Key::WayBackOut).is_some(),
        })
    }

    /// Returns the images that are to be pulled from a registry.
    #[must_use]
    pub fn images_of(&self, registry: &RegistryId) -> Vec<ImageRef> {
        self.images.iter().filter(|wanted| wanted.registry == *registry).map(|wanted| wanted.image.clone()).collect()
    }

    /// Returns the namespace of the pod that proves the pull from within the cluster.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.namespaces.first().map_or("default", String::as_str)
    }

    /// Returns the display name of the app for a cluster; `kind` tells apps for different purposes apart.
    #[must_use]
    pub fn app_name(&self, kind: &str, cluster: &ClusterId) -> String {
        self.app_name.clone().unwrap_or_else(|| format!("crosspull-{kind}{}", cluster.name()))
    }
}

/// Reads the namespaces, each once.
fn namespaces(answers: &Answers) -> Result<Vec<String>, String> {
    let mut named: Vec<String> = Vec::new();
    for text in answers.all(Key::Namespace) {
        let name = namespace(text)?;
        if !named.contains(&name) {
            named.push(name);
        }
    }
    if named.is_empty() {
        named.push(Key::Namespace.default().unwrap_or_default().to_owned());
    }
    Ok(named)
}
