//! Inputs: what is answered, by whatever way, and what it means.
//!
//! ```text
//! table of inputs -> answers (text by key) -> rules -> inputs (typed)
//! ```

mod access;
mod answers;
mod part;
mod rules;
mod table;

pub use access::Access;
pub use answers::{Answers, Complaint};
pub use part::Part;
pub use rules::{check, namespace, not_for_a_file};
pub use table::{FIELDS, Field, Key, Kind, Page, on};

use crate::ids::{ClusterId, ImageRef, RegistryId};
use crate::names::Route;
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

/// Everything a plan is built from, typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs {
    /// The route that was asked for; none where it is left to crosspull.
    pub route: Option<Route>,
    /// The inputs that reaching the two tenants takes.
    pub access: Access,
    /// The clusters that are to pull; one today.
    pub clusters: Vec<ClusterId>,
    /// The registries they pull from; one today.
    pub registries: Vec<RegistryId>,
    /// The images that they are to pull; the proof pulls these.
    pub images: Vec<ImageRef>,
    /// The app registration's display name.
    pub app_name: String,
    /// The address to which the consent page leads afterwards.
    pub redirect_uri: String,
    /// Days that the client secret lives.
    pub secret_days: u16,
    /// The choice of who provisions the app in B.
    pub consent: ConsentMode,
    /// Minutes between proof and reset.
    pub soak_minutes: u16,
    /// The namespace of the pod that proves the pull from within the cluster.
    pub namespace: String,
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
        Self::read(answers).map_err(|text| vec![Complaint { key: None, text }])
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
                complaints.push(Complaint { key: Some(key), text: format!("missing. {help}") });
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
        let default_name = clusters.first().map(|c| format!("crosspull-{}", c.name())).unwrap_or_default();
        Ok(Self {
            route: answers.route(),
            access: Access::read(answers)?,
            clusters,
            registries: answers.all(Key::Registry).into_iter().map(RegistryId::parse).collect::<Result<_, _>>()?,
            images: answers.all(Key::Repository).into_iter().map(ImageRef::parse).collect::<Result<_, _>>()?,
            app_name: answers.get(Key::AppName).map_or(default_name, str::to_owned),
            redirect_uri: redirect(text(Key::RedirectUri))?,
            secret_days: days(text(Key::SecretDays))?,
            consent: match text(Key::Consent) {
                "direct" => ConsentMode::Direct,
                "url" => ConsentMode::Url,
                _ => ConsentMode::Auto,
            },
            soak_minutes: minutes(text(Key::Soak))?,
            namespace: namespace(text(Key::Namespace))?,
            renew: text(Key::Renew) == "yes",
            adopt: answers.get(Key::Adopt).map(adopt).transpose()?,
            may_stay_unread: answers.all(Key::Unread).into_iter().map(Part::parse).collect::<Result<_, _>>()?,
            keeps_way_back: answers.get(Key::WayBackOut).is_some(),
        })
    }
}
