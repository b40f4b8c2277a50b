//! Ids as types: a text that is no id cannot become one, and the surroundings that people paste along are understood.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use unicode_general_category::{GeneralCategory, get_general_category};
use uuid::Uuid;

use crate::text::{clean, shell_option};

/// The kinds of resource that crosspull works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ResourceKind {
    /// An AKS cluster.
    Cluster,
    /// A container registry.
    Registry,
}

impl ResourceKind {
    /// Returns the resource type as Resource Manager writes it.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Cluster => "Microsoft.ContainerService/managedClusters",
            Self::Registry => "Microsoft.ContainerRegistry/registries",
        }
    }

    /// Returns the shape of such an id, and what has one or does in its place.
    const fn shape(self) -> &'static str {
        match self {
            Self::Cluster => "/subscriptions/…/managedClusters/NAME, from az aks show",
            Self::Registry => "/subscriptions/…/registries/NAME or a login server",
        }
    }

    /// Returns the name that people use for the resource.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Registry => "registry",
        }
    }
}

/// A resource id of Resource Manager, in one spelling.
///
/// Azure's answers differ in case (`/resourcegroups/`), so two spellings of one resource are equal here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct ResourceId {
    subscription: Uuid,
    group: String,
    name: String,
}

impl ResourceId {
    /// Reads the id of a resource of that kind from what was pasted: an id, or a portal address around one.
    fn parse(raw: &str, kind: ResourceKind) -> Result<Self, String> {
        let text = clean(raw);
        let wrong = |why: String| Err(format!("{why}: give an id such as {}", kind.shape()));
        if text.is_empty() {
            return wrong(format!("no {} is named", kind.word()));
        }
        let decoded = decoded(text);
        let Some(from) = decoded.to_ascii_lowercase().find("/subscriptions/") else {
            return wrong(format!("\"{text}\" is not a resource id"));
        };
        let tail = decoded.get(from..).unwrap_or_default();
        let parts: Vec<&str> = tail.split(['/', '?', '#']).skip(1).collect();
        let [_, subscription, groups, group, providers, namespace, resource_type, name, ..] = parts.as_slice() else {
            return wrong(format!("\"{text}\" is cut off"));
        };
        let Ok(subscription) = Uuid::parse_str(subscription) else {
            return wrong(format!("\"{subscription}\" is not a subscription id"));
        };
        let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        if !same(groups, "resourceGroups") || !same(providers, "providers") || group.is_empty() || name.is_empty() {
            return wrong(format!("\"{text}\" is cut off"));
        }
        let found = format!("{namespace}/{resource_type}");
        if !same(&found, kind.type_name()) {
            return wrong(format!("that is a {found}, not a {}", kind.word()));
        }
        let plain = |s: &str| !matches!(s, "." | "..") && s.chars().all(is_of_a_name);
        if !plain(group) || !plain(name) {
            return wrong(format!("\"{text}\" holds characters that no resource id has"));
        }
        Ok(Self { subscription, group: (*group).to_owned(), name: (*name).to_owned() })
    }

    fn path(&self, kind: ResourceKind) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/{}/{}",
            self.subscription,
            self.group,
            kind.type_name(),
            self.name
        )
    }
}

/// Returns a text without percent-encoding, as addresses have it: once, or twice where one address is within another.
///
/// No name of a group, a cluster or a registry has a percent sign.
fn decoded(text: &str) -> Cow<'_, str> {
    let once =
        |text: Cow<'_, str>| percent_decode_str(&text).decode_utf8().map_or_else(|_| text.to_string(), Cow::into_owned);
    if text.contains('%') { Cow::Owned(once(Cow::Owned(once(Cow::Borrowed(text))))) } else { Cow::Borrowed(text) }
}

/// True for a character of a resource group's name, which may hold more than other names (Microsoft Learn, "Naming rules
/// and restrictions for Azure resources": letters, digits, `_`, `-`, `.`, parentheses, and what Unicode counts to words).
///
/// A letter may be decomposed: then its accent is a mark of its own. It is kept so, since Azure compares it so.
fn is_of_a_name(c: char) -> bool {
    use GeneralCategory::{ConnectorPunctuation, NonspacingMark, SpacingMark};
    c.is_alphanumeric()
        || matches!(c, '-' | '_' | '.' | '(' | ')')
        || matches!(get_general_category(c), NonspacingMark | SpacingMark | ConnectorPunctuation)
}

/// Implements what the ids of all kinds of resources share: they are texts, and two spellings are one id.
macro_rules! spelt {
    ($name:ident) => {
        impl $name {
            /// Returns the resource's name.
            #[must_use]
            pub fn name(&self) -> &str {
                self.parts().1
            }

            /// Returns the id in lower case: the key under which two spellings are one.
            #[must_use]
            pub fn key(&self) -> String {
                self.to_string().to_lowercase()
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.key() == other.key()
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.key().cmp(&other.key())
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

/// The resource id of an AKS cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClusterId(ResourceId);

spelt!(ClusterId);

impl ClusterId {
    /// Reads a resource id, or a portal address that holds one.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what right looks like.
    pub fn parse(raw: &str) -> Result<Self, String> {
        ResourceId::parse(raw, ResourceKind::Cluster).map(Self)
    }

    fn parts(&self) -> (&ResourceId, &str) {
        (&self.0, &self.0.name)
    }

    /// Returns the name of the resource group.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.0.group
    }

    /// Returns the id of the subscription.
    #[must_use]
    pub const fn subscription(&self) -> Uuid {
        self.0.subscription
    }

    /// Returns the options by which the Azure CLI finds the cluster, from whatever subscription it was left in.
    #[must_use]
    pub fn for_az(&self) -> String {
        let (group, name) = (shell_option("--resource-group", self.group()), shell_option("--name", self.name()));
        format!("{group} {name} --subscription {}", self.subscription())
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.path(ResourceKind::Cluster))
    }
}

/// A container registry, by its resource id, or by its login server where nobody may read its tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegistryId(RegistryName);

#[derive(Debug, Clone)]
enum RegistryName {
    Resource(ResourceId),
    Server(String),
}

spelt!(RegistryId);

impl RegistryId {
    /// Reads a resource id, a portal address that holds one, or a login server.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what right looks like.
    pub fn parse(raw: &str) -> Result<Self, String> {
        match server(clean(raw)) {
            Some(server) => match of_data_endpoint(&server) {
                Some(login) => Err(format!(
                    "\"{server}\" is a data endpoint, which serves layers alone: give the registry's login server ({login}) \
                     or its resource id"
                )),
                None => Ok(Self(RegistryName::Server(server))),
            },
            None => ResourceId::parse(raw, ResourceKind::Registry).map(|id| Self(RegistryName::Resource(id))),
        }
    }

    fn parts(&self) -> (Option<&ResourceId>, &str) {
        match &self.0 {
            RegistryName::Resource(id) => (Some(id), &id.name),
            // A login server begins with the registry's name. One on this machine differs from others in its port
            // alone.
            RegistryName::Server(server) if server.contains(':') => (None, server),
            RegistryName::Server(server) => (None, server.split('.').next().unwrap_or_default()),
        }
    }

    /// Returns the login server, where the registry is known by that alone.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        match &self.0 {
            RegistryName::Server(server) => Some(server),
            RegistryName::Resource(_) => None,
        }
    }

    /// Returns the name of the resource group. `None` where the login server alone is known.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.parts().0.map(|id| id.group.as_str())
    }

    /// Returns the id of the subscription. `None` where the login server alone is known.
    #[must_use]
    pub fn subscription(&self) -> Option<Uuid> {
        self.parts().0.map(|id| id.subscription)
    }

    /// Returns the options by which the Azure CLI finds the registry. Where the login server alone is known, the name has
    /// to do.
    #[must_use]
    pub fn for_az(&self) -> String {
        let (id, name) = self.parts();
        let name = shell_option("--name", name);
        id.map_or_else(
            || name.clone(),
            |id| format!("{} {name} --subscription {}", shell_option("--resource-group", &id.group), id.subscription),
        )
    }
}

impl fmt::Display for RegistryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            RegistryName::Resource(id) => f.write_str(&id.path(ResourceKind::Registry)),
            RegistryName::Server(server) => f.write_str(server),
        }
    }
}

/// Returns the login server that belongs to a data endpoint (`REGISTRY.REGION.data.azurecr.io`). `None` for a host that is
/// none (`docs/facts/azure.md` 9.3).
fn of_data_endpoint(host: &str) -> Option<String> {
    let suffix = crate::cloud::KnownCloud::of_host(host)?.registry_suffix();
    let rest = host.strip_suffix(suffix)?.strip_suffix(".data")?;
    let (name, _region) = rest.split_once('.')?;
    Some(format!("{name}{suffix}"))
}

/// Returns the login server in a text, in lower case: `REGISTRY.azurecr.io`, or the one of a region,
/// `REGISTRY.REGION.geo.azurecr.io`.
fn server(text: &str) -> Option<String> {
    let text = text.trim_start_matches("https://").trim_start_matches("docker://");
    let text = text.trim_end_matches('/').trim_end_matches("/v2").trim_end_matches('.');
    let host = text.to_ascii_lowercase();
    let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
    let port = host.rsplit_once(':').is_some_and(|(name, port)| !name.is_empty() && port.parse::<u16>().is_ok());
    let portal = crate::cloud::KnownCloud::ALL.iter().any(|cloud| cloud.portal() == host);
    (plain && !portal && (port || crate::cloud::KnownCloud::of_host(&host).is_some())).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLUSTER: &str = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/\
                           Microsoft.ContainerService/managedClusters/aks-shop";

    #[test]
    fn a_resource_id_is_found_in_what_people_paste() {
        let pasted = [
            CLUSTER.to_owned(),
            format!("  '{CLUSTER}'\n"),
            CLUSTER.replace("resourceGroups", "resourcegroups").replace("managedClusters", "ManagedClusters"),
            format!("https://portal.azure.com/#@contoso.com/resource{CLUSTER}/overview"),
            format!("https://portal.azure.com/#view/X/resourceId/{}", CLUSTER.replace('/', "%2F")),
            format!("https://portal.azure.com/#view/X/ids/{}", CLUSTER.replace('/', "%252F")),
            format!("{CLUSTER}/agentPools/np1"),
            format!("{CLUSTER}/"),
            format!("{CLUSTER}/providers/Microsoft.Authorization/roleAssignments/x"),
            format!("https://management.azure.com{CLUSTER}?api-version=2024-09-01"),
        ];
        for text in pasted {
            assert_eq!(ClusterId::parse(&text).map(|id| id.to_string()), Ok(CLUSTER.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_group_has_the_letters_that_azure_lets_it_have() {
        // A composed letter, a decomposed one, parentheses and dots; as they are, and as an address has them.
        for (group, encoded) in [
            ("rg-gr\u{fc}n", "rg-gr%C3%BCn"),
            ("rg-gru\u{308}n", "rg-gru%CC%88n"),
            ("rg(shop)_1.prod", "rg%28shop%29_1.prod"),
            ("\u{92d}\u{93e}\u{930}\u{924}", "%E0%A4%AD%E0%A4%BE%E0%A4%B0%E0%A4%A4"),
        ] {
            let wanted = CLUSTER.replace("rg-shop", group);
            for text in [wanted.clone(), CLUSTER.replace("rg-shop", encoded)] {
                assert_eq!(ClusterId::parse(&text).map(|id| id.to_string()), Ok(wanted.clone()), "{text}");
            }
        }
        for wrong in ["rg shop", "rg%20shop", "rg%shop", "..", "rg\u{200b}shop", "rg;shop", "%FF", "$(x)"] {
            let text = CLUSTER.replace("rg-shop", wrong);
            assert!(ClusterId::parse(&text).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_options_for_az_survive_a_shell() {
        let id = |group: &str| ClusterId::parse(&CLUSTER.replace("rg-shop", group)).expect("an id");
        let options = |group: &str| id(group).for_az().replace("11111111-1111-4111-8111-111111111111", "S");
        assert_eq!(options("rg-shop"), "--resource-group rg-shop --name aks-shop --subscription S");
        assert_eq!(options("rg(shop)_1.prod"), "--resource-group 'rg(shop)_1.prod' --name aks-shop --subscription S");
        assert_eq!(options("-rg"), "--resource-group=-rg --name aks-shop --subscription S");
    }

    #[test]
    fn two_spellings_of_one_id_are_equal_also_beyond_ascii() {
        let read = |text: &str| ClusterId::parse(text).expect("an id");
        let (one, other) = (CLUSTER.replace("rg-shop", "rg-\u{c9}tat"), CLUSTER.replace("rg-shop", "RG-\u{e9}tat"));
        assert_eq!(read(&one), read(&other));
    }

    #[test]
    fn a_wrong_resource_says_what_it_is() {
        assert!(
            RegistryId::parse(CLUSTER)
                .unwrap_err()
                .contains("that is a Microsoft.ContainerService/managedClusters, not a registry")
        );
        assert!(ClusterId::parse("aks-shop").unwrap_err().contains("\"aks-shop\" is not a resource id"));
        assert!(ClusterId::parse("/subscriptions/x/resourceGroups").unwrap_err().contains("is cut off"));
    }

    #[test]
    fn a_registry_may_be_named_by_its_login_server() {
        let read = |text| RegistryId::parse(text).expect("a registry");
        for text in [
            "registryb.azurecr.io",
            " https://RegistryB.azurecr.io/ ",
            "https://registryb.azurecr.io/v2/",
            "docker://registryb.azurecr.io",
            "registryb.azurecr.io.",
        ] {
            let id = read(text);
            assert_eq!(
                (id.to_string().as_str(), id.name(), id.server()),
                ("registryb.azurecr.io", "registryb", Some("registryb.azurecr.io"))
            );
            assert_eq!((id.group(), id.subscription()), (None, None));
            let again: RegistryId = serde_json::from_str(&serde_json::to_string(&id).expect("text")).expect("the same");
            assert_eq!(again, id);
        }
        assert_eq!(read("localhost:5001").name(), "localhost:5001");
        let regional = read("registryb.westeurope.geo.azurecr.io");
        assert_eq!((regional.name(), regional.server()), ("registryb", Some("registryb.westeurope.geo.azurecr.io")));
        assert_eq!(read("registryb-a1b2c3.azurecr.io").name(), "registryb-a1b2c3");
        for (data, login) in [
            ("registryb.westeurope.data.azurecr.io", "registryb.azurecr.io"),
            ("registryb.chinaeast2.data.azurecr.cn", "registryb.azurecr.cn"),
        ] {
            let said = RegistryId::parse(data).expect_err("it serves layers alone");
            assert!(said.contains("is a data endpoint") && said.contains(&format!("({login})")), "{said}");
        }
        for text in ["registryb", "example.com", "portal.azure.com", "registryb.azurecr.io/shop/web"] {
            assert!(RegistryId::parse(text).is_err(), "{text}");
        }
    }
}
