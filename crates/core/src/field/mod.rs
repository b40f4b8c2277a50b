//! The table of inputs. The wizard, the flags, the environment and the answers file all read it.

pub mod login;

use serde::{Deserialize, Serialize};

use crate::names::{Route, Side, SignIn};

/// The name of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(strum::EnumIter))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Key {
    /// The way to give the cluster access.
    Route,
    /// The cloud that both tenants are in.
    Cloud,
    /// Another sign-in host than the cloud's.
    LoginHost,
    /// The cluster's tenant.
    TenantA,
    /// The way to sign in to that tenant.
    SignInA,
    /// The cluster.
    Cluster,
    /// The registry's tenant.
    TenantB,
    /// The way to sign in to that tenant.
    SignInB,
    /// The registry.
    Registry,
    /// The images that the cluster is to pull.
    Repository,
    /// The app registration's display name.
    AppName,
    /// The address to which the consent page leads afterwards.
    RedirectUri,
    /// The days that the client secret lives.
    SecretDays,
    /// The choice of who provisions the app in tenant B.
    Consent,
    /// The form of the consent page's address.
    ConsentLink,
    /// The minutes for which a person is waited for.
    ConsentWait,
    /// The wait between proof and reset.
    Soak,
    /// The namespaces that get a pull secret; the pod that proves the pull from within the cluster is in the first.
    Namespace,
    /// The service accounts whose pods use the pull secret.
    ServiceAccount,
    /// The name of the pull secret.
    PullSecret,
    /// The tenant that the app which pulls is registered in.
    PullApp,
    /// Where the pull is proved before the cluster is changed.
    Prove,
    /// The operator's own kubeconfig.
    Kubeconfig,
    /// The context in it.
    Context,
    /// The credential of the cluster that Resource Manager is asked for.
    ClusterCredential,
    /// The file with a secret of the cluster's app, which proves the pull.
    AppSecretFile,
    /// The file for the manifests that use the pull secret.
    ManifestOut,
    /// The file to save the secret in.
    SecretOut,
    /// The file to save the secret of the way back in.
    WayBackOut,
    /// Whether a cluster that has an app of crosspull's is given another secret of it.
    Renew,
    /// An app with the cluster's mark that no journal here names, taken up all the same or passed over.
    Adopt,
    /// Parts of what the cluster has that may stay unread.
    Unread,
    /// The public client that persons sign in with.
    ClientId,
    /// A certificate authority to trust besides the system's.
    CaFile,
    /// Divides crosspull's own waits.
    Pace,
}

/// The screen that asks for an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The route.
    Route,
    /// Tenant A.
    TenantA,
    /// Tenant B.
    TenantB,
    /// App and secret.
    App,
    /// The pull secret, and who uses it.
    PullSecret,
    /// The foot of the route's own form, folded away: what most people leave as it is.
    More,
    /// The sign-in to a registry, which has fields of its own ([`login::FIELDS`]).
    Login,
    /// The form about access to a cluster, which has fields of its own too ([`crate::access::FIELDS`]).
    Access,
    /// None: flags, environment and answers file alone.
    Nowhere,
}

/// The kind of value that an input holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Free text that a check reads.
    Text,
    /// One of a few words, each with its line of explanation.
    Choice(&'static [(&'static str, &'static str)]),
    /// Several texts; on a screen separated by spaces.
    Many,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The name of the input.
    pub key: Key,
    /// The label on a screen.
    pub label: &'static str,
    /// One sentence that says what it is.
    pub help: &'static str,
    /// A value that passes its own check; empty where a default serves.
    pub example: &'static str,
    /// The value that holds where nothing was said.
    pub default: Option<&'static str>,
    /// The kind of value that it holds.
    pub kind: Kind,
    /// The screen that asks for it.
    pub page: Page,
}

/// The routes that can be chosen, and the choice to leave it to crosspull.
const ROUTES: &[(&str, &str)] = &{
    let mut words = [("auto", "recommended from what is found"); 1 + Route::OFFERED.len()];
    let mut at = 0;
    while at < Route::OFFERED.len() {
        words[at + 1] = (Route::OFFERED[at].word, Route::OFFERED[at].in_short);
        at += 1;
    }
    words
};

/// The ways to sign in to tenant B.
const SIGN_IN_B: &[(&str, &str)] = &{
    let mut words = [("", ""); SignIn::ALL.len()];
    let mut at = 0;
    while at < words.len() {
        words[at] = (SignIn::ALL[at].1, SignIn::ALL[at].2);
        at += 1;
    }
    words
};

/// The ways to sign in to tenant A: nobody else resets the cluster, so `none`, the last one, is not among them.
pub(crate) const SIGN_IN_A: &[(&str, &str)] = match SIGN_IN_B.split_last() {
    Some((_, others)) => others,
    None => &[],
};

/// The public client of the Azure CLI and of Microsoft's SDKs (`docs/facts/real-clients.md` 2, item 10).
const AZURE_CLI_CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

const EXAMPLE_CLUSTER: &str = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop";
const EXAMPLE_REGISTRY: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-registry/providers/Microsoft.ContainerRegistry/registries/registryb";

/// Shortens a row.
const fn field(
    key: Key,
    label: &'static str,
    help: &'static str,
    example: &'static str,
    default: Option<&'static str>,
    kind: Kind,
    page: Page,
) -> Field {
    Field { key, label, help, example, default, kind, page }
}

/// Every input, in the order in which they are asked for.
pub const FIELDS: [Field; 35] = [
    field(
        Key::Route,
        "Route",
        "Which way to give the cluster access.",
        "new-app",
        Some("auto"),
        Kind::Choice(ROUTES),
        Page::Route,
    ),
    field(
        Key::Cloud,
        "Cloud",
        "Which cloud both tenants are in: public, china, usgov, or the address of its Azure Resource Manager.",
        "public",
        Some("public"),
        Kind::Text,
        Page::TenantA,
    ),
    field(
        Key::LoginHost,
        "Sign-in host",
        "Another sign-in host than the cloud's own; China's documents name two.",
        "https://login.partner.microsoftonline.cn",
        None,
        Kind::Text,
        Page::Nowhere,
    ),
    field(
        Key::TenantA,
        "Tenant",
        "The tenant that the cluster is in, by domain or id.",
        "contoso.com",
        None,
        Kind::Text,
        Page::TenantA,
    ),
    field(
        Key::SignInA,
        "Sign in",
        "How to sign in to tenant A.",
        "azure-cli",
        Some("azure-cli"),
        Kind::Choice(SIGN_IN_A),
        Page::TenantA,
    ),
    field(
        Key::Cluster,
        "Cluster",
        "The cluster's name or resource id, or its address in the portal.",
        EXAMPLE_CLUSTER,
        None,
        Kind::Text,
        Page::TenantA,
    ),
    field(
        Key::TenantB,
        "Tenant",
        "The tenant that the registry is in, by domain or id; the cluster's for route attach.",
        "fabrikam.com",
        None,
        Kind::Text,
        Page::TenantB,
    ),
    field(
        Key::SignInB,
        "Sign in",
        "How to sign in to tenant B.",
        "azure-cli",
        Some("azure-cli"),
        Kind::Choice(SIGN_IN_B),
        Page::TenantB,
    ),
    field(
        Key::Registry,
        "Registry",
        "The registry's name, resource id or login server, or its address in the portal.",
        EXAMPLE_REGISTRY,
        None,
        Kind::Text,
        Page::TenantB,
    ),
    field(
        Key::Repository,
        "Image",
        "What the cluster is to pull, and what the proof pulls: one or several, separated by spaces. A repository token also \
         takes shop/* beside them.",
        "shop/web:1.4",
        None,
        Kind::Many,
        Page::TenantB,
    ),
    field(
        Key::AppName,
        "App name",
        "The app registration's display name; without one it has the cluster's name in it.",
        "crosspull-aks-shop",
        None,
        Kind::Text,
        Page::App,
    ),
    field(
        Key::SecretDays,
        "Secret lives",
        "Days that the secret or password is valid, 1 to 730; then the cluster needs another.",
        "180",
        Some("180"),
        Kind::Text,
        Page::App,
    ),
    field(
        Key::Consent,
        "Consent in B",
        "Who lets the app into tenant B.",
        "auto",
        Some("auto"),
        Kind::Choice(&[
            ("auto", "you, where you may; else a person who opens a link"),
            ("direct", "you, with your sign-in to tenant B"),
            ("url", "an administrator of tenant B opens a link"),
        ]),
        Page::App,
    ),
    field(
        Key::ConsentLink,
        "Consent link",
        "The form of the address where an administrator of tenant B lets the app in.",
        "adminconsent",
        Some("adminconsent"),
        Kind::Choice(&[
            ("adminconsent", "admin consent: it works for every app"),
            ("authorize", "a sign-in, as in Microsoft's walkthrough; the app then lists User.Read"),
        ]),
        Page::Nowhere,
    ),
    field(
        Key::ConsentWait,
        "Consent wait",
        "Minutes that a person is waited for; then the run ends and can be resumed. 0 for not at all.",
        "60",
        Some("60"),
        Kind::Text,
        Page::Nowhere,
    ),
    field(
        Key::RedirectUri,
        "Redirect",
        "Where the consent page goes afterwards; http://localhost where the browser is on this machine.",
        "https://www.microsoft.com",
        Some("https://www.microsoft.com"),
        Kind::Text,
        Page::App,
    ),
    field(
        Key::Soak,
        "Settle time",
        "Minutes between proof and reset, until the principal is known everywhere; 0 for none.",
        "30",
        Some("30"),
        Kind::Text,
        Page::App,
    ),
    field(
        Key::Namespace,
        "Namespaces",
        "The namespaces that get a pull secret. For a moment a pod in the first proves the pull.",
        "default shop",
        Some("default"),
        Kind::Many,
        Page::PullSecret,
    ),
    field(
        Key::ServiceAccount,
        "Used by",
        "The service accounts whose pods are to use the pull secret, as NAME or NAMESPACE/NAME; none where pods name it.",
        "default shop/web",
        None,
        Kind::Many,
        Page::PullSecret,
    ),
    field(
        Key::PullSecret,
        "Secret's name",
        "The name of the pull secret; crosspull-REGISTRY where nothing is given.",
        "crosspull-registryb",
        None,
        Kind::Text,
        Page::PullSecret,
    ),
    field(
        Key::PullApp,
        "App in",
        "Where the app that pulls is registered.",
        "b",
        Some("auto"),
        Kind::Choice(&[
            ("auto", "the registry's tenant; the cluster's where nobody signs in to the registry's"),
            ("b", "the registry's tenant, for that tenant alone"),
            ("a", "the cluster's tenant, and let into the registry's"),
        ]),
        Page::Nowhere,
    ),
    field(
        Key::Prove,
        "Proof",
        "Where the pull is proved before the cluster is changed.",
        "inside",
        Some("auto"),
        Kind::Choice(&[
            ("auto", "from here; from a node where the registry keeps this machine out"),
            ("here", "from this machine"),
            ("inside", "from a node, by a pod with a pull secret of its own"),
        ]),
        Page::More,
    ),
    field(
        Key::Kubeconfig,
        "Kubeconfig",
        "Your own kubeconfig for the cluster; without it Resource Manager gives one.",
        "/home/ops/.kube/config",
        None,
        Kind::Text,
        Page::More,
    ),
    field(
        Key::Context,
        "Context",
        "The context in your kubeconfig; without it the current one.",
        "aks-shop",
        None,
        Kind::Text,
        Page::More,
    ),
    field(
        Key::ClusterCredential,
        "Credential",
        "Whose credential for the Kubernetes API Resource Manager is asked for.",
        "user",
        Some("user"),
        Kind::Choice(&[
            ("user", "the cluster user's"),
            ("admin", "the cluster admin's, a local account that may do everything"),
        ]),
        Page::More,
    ),
    field(
        Key::AppSecretFile,
        "App's secret",
        "A file with a secret of the cluster's present app, by which convert-app proves the pull: none is added to the app then, \
         and none removed. It is only read, and read again where a run goes on.",
        "aks-shop-app.secret",
        None,
        Kind::Text,
        Page::Nowhere,
    ),
    field(
        Key::ManifestOut,
        "Manifest file",
        "A new file for a Deployment that uses the pull secret, to copy or for GitOps. There is no secret in it.",
        "shop.yaml",
        None,
        Kind::Text,
        Page::More,
    ),
    field(
        Key::SecretOut,
        "Secret file",
        "A new file for the secret or password that pulls, readable by you alone. It must not exist yet. Where several \
         registries have one each, it is FILE.REGISTRY.",
        "aks-shop.secret",
        None,
        Kind::Text,
        Page::Nowhere,
    ),
    field(
        Key::WayBackOut,
        "Way back file",
        "A new file for the secret that takes the cluster back to its former app, readable by you alone; crosspull undo \
         reads it. Without a file that secret is removed when the run is done.",
        "aks-shop.way-back",
        None,
        Kind::Text,
        Page::Nowhere,
    ),
    field(
        Key::Renew,
        "Renew",
        "Make another secret or password where the cluster has one of crosspull's: proved, given, and the old one ended.",
        "yes",
        Some("no"),
        Kind::Choice(&[
            ("no", "a secret that the cluster has is left alone"),
            ("yes", "another one is made and given; where it is the cluster's own, nodes restart"),
        ]),
        Page::Nowhere,
    ),
    field(
        Key::Adopt,
        "Adopt",
        "Where an app carries this cluster's mark and no journal here names it: its object id or app id takes it up, new \
         passes over it and makes another.",
        "33333333-3333-4333-8333-333333333333",
        None,
        Kind::Text,
        Page::Nowhere,
    ),
    field(
        Key::Unread,
        "May be unread",
        "What you may not read of the present principal, and accept that the cluster may lose: roles, groups, \
         api-permissions, vault-policies, right-to-assign, or the id of a subscription whose roles are meant; where \
         a secret is renewed also pull-secrets, those of other namespaces.",
        "groups",
        None,
        Kind::Many,
        Page::Nowhere,
    ),
    field(
        Key::ClientId,
        "Client",
        "The public client that persons sign in with, by device code or browser; that of the Azure CLI where none is given.",
        AZURE_CLI_CLIENT,
        Some(AZURE_CLI_CLIENT),
        Kind::Text,
        Page::Nowhere,
    ),
    field(
        Key::CaFile,
        "Authority",
        "A PEM file with certificate authorities to trust besides the system's.",
        "ca.pem",
        None,
        Kind::Text,
        Page::Nowhere,
    ),
    field(
        Key::Pace,
        "Pace",
        "Divides crosspull's own waits; for the simulated cloud, whose time runs faster.",
        "50",
        Some("1"),
        Kind::Text,
        Page::Nowhere,
    ),
];

impl Key {
    /// Returns the input that names a tenant.
    #[must_use]
    pub const fn tenant(side: Side) -> Self {
        match side {
            Side::A => Self::TenantA,
            Side::B => Self::TenantB,
        }
    }

    /// Returns the input that says how to sign in to a tenant.
    #[must_use]
    pub const fn sign_in(side: Side) -> Self {
        match side {
            Side::A => Self::SignInA,
            Side::B => Self::SignInB,
        }
    }

    /// Returns the name in flags and in the answers file, such as `tenant-a`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the name in the environment, such as `CROSSPULL_TENANT_A`.
    #[must_use]
    pub fn variable(self) -> String {
        format!("CROSSPULL_{}", self.name().replace('-', "_").to_ascii_uppercase())
    }

    /// True for what says how the tenants are reached, and not what is done there: it can be given anew to a run that
    /// goes on.
    #[must_use]
    pub const fn is_of_access(self) -> bool {
        matches!(
            self,
            Self::Cloud
                | Self::LoginHost
                | Self::SignInA
                | Self::SignInB
                | Self::ConsentWait
                | Self::AppSecretFile
                | Self::SecretOut
                | Self::WayBackOut
                | Self::ClientId
                | Self::CaFile
                | Self::Pace
                | Self::Kubeconfig
                | Self::Context
                | Self::ClusterCredential
        )
    }

    /// Returns the key of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        FIELDS.iter().map(|f| f.key).find(|k| k.name() == name)
    }

    /// Returns the row of the input, where the table has one.
    #[must_use]
    pub fn field(self) -> Option<&'static Field> {
        FIELDS.iter().find(|f| f.key == self)
    }

    /// Returns what holds where nothing was said.
    #[must_use]
    pub fn default(self) -> Option<&'static str> {
        self.field().and_then(|f| f.default)
    }
}

/// Returns what people call a choice; its word on the command line where they have no other.
#[must_use]
pub fn name_of_choice(key: Key, word: &'static str) -> &'static str {
    match (key, word) {
        (Key::SignInA | Key::SignInB, _) => SignIn::from_word(word).map_or(word, SignIn::name),
        (Key::Consent, "auto") => "you, else by a link",
        (Key::Consent, "direct") => "you",
        (Key::Consent, "url") => "somebody, by a link",
        (Key::Prove, "auto") => "from here, else from a node",
        (Key::Prove, "here") => "from here",
        (Key::Prove, "inside") => "from a node",
        (Key::ClusterCredential, "user") => "the cluster user's",
        (Key::ClusterCredential, "admin") => "the local admin's",
        _ => word,
    }
}

/// Returns the fields that a screen asks for, in order.
pub fn on(page: Page) -> impl Iterator<Item = &'static Field> {
    FIELDS.iter().filter(move |f| f.page == page)
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;
    use crate::input::check;

    #[test]
    fn every_example_and_default_passes_its_own_check_and_every_field_has_help() {
        for field in &FIELDS {
            assert_eq!(check(field.key, field.example), Ok(()), "{}", field.key.name());
            if let Some(default) = field.default {
                assert_eq!(check(field.key, default), Ok(()), "{}", field.key.name());
            }
            assert!(field.help.ends_with('.'), "{}", field.key.name());
        }
    }

    #[test]
    fn every_choice_on_a_screen_has_words_for_people() {
        let asked = FIELDS.iter().filter(|field| !matches!(field.page, Page::Nowhere));
        for field in asked {
            let Kind::Choice(words) = field.kind else { continue };
            let names: Vec<_> = words.iter().map(|(word, _)| name_of_choice(field.key, word)).collect();
            let flags = words.iter().any(|(word, _)| names.contains(word));
            assert!(field.key == Key::Route || !flags, "{}: {names:?}", field.key.name());
            assert!(names.iter().all(|name| name.chars().count() <= 28), "{names:?}");
        }
    }

    #[test]
    fn every_key_has_one_row_and_one_name() {
        for key in Key::iter() {
            assert_eq!(FIELDS.iter().filter(|f| f.key == key).count(), 1, "the rows of {}", key.name());
            assert_eq!(Key::from_name(key.name()), Some(key));
            assert_eq!(serde_json::to_value(key).expect("written"), key.name(), "in journals as in flags");
        }
        assert_eq!(Key::SignInA.variable(), "CROSSPULL_SIGN_IN_A");
    }
}
