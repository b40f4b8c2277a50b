//! The clouds: the only place with host names. A cloud is a value, so a private or simulated one needs no code.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::text::clean;

/// The cloud that the operator asked for.
///
/// Both tenants are in one cloud: credentials of confidential clients do not cross clouds (`docs/facts/azure.md` 3.2,
/// AADSTS90038).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloudChoice {
    /// One of the clouds whose endpoints are known here.
    Known(KnownCloud),
    /// Any other cloud, by the address of its Resource Manager, whose `/metadata/endpoints` names the rest.
    ByResourceManager(Url),
}

/// The clouds that Microsoft documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KnownCloud {
    /// Azure public.
    Public,
    /// Azure operated by 21Vianet.
    China,
    /// Azure US Government.
    UsGov,
}

/// The addresses of a cloud's services, and the audiences of its tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// The cloud's own name, such as `AzureCloud`.
    pub name: String,
    /// The address of Microsoft Entra's sign-in: tokens and the consent page.
    pub login: Url,
    /// The address of Microsoft Graph.
    pub graph: Url,
    /// The audience of tokens for Graph.
    pub graph_audience: String,
    /// The address of Azure Resource Manager.
    pub arm: Url,
    /// The audience of tokens for Resource Manager.
    pub arm_audience: String,
    /// The audience of tokens for a registry (`docs/facts/azure.md` 3.10: it works where tokens for Resource Manager
    /// are refused).
    pub registry_audience: String,
    /// The end of the login servers of the cloud's registries, with the dot (`docs/facts/azure.md` 3.5). Empty where it
    /// is not known.
    pub registry_suffix: String,
}

impl Endpoints {
    /// True for a host that a registry of this cloud may have.
    ///
    /// The answer about a registry decides where a secret goes, so a name from elsewhere is not believed. A cloud on a
    /// single host, as the simulated one, has its registries there.
    #[must_use]
    pub fn has_registry(&self, server: &Url) -> bool {
        let host = server.host_str().unwrap_or_default();
        let suffix = self.registry_suffix.as_str();
        let named = host.strip_suffix(suffix).is_some_and(|name| !name.is_empty());
        (named && !suffix.is_empty()) || (self.arm.host() == self.login.host() && self.arm.host() == server.host())
    }
}

impl KnownCloud {
    /// All known clouds, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Public, Self::China, Self::UsGov];

    /// Returns the word for the cloud in flags and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::China => "china",
            Self::UsGov => "usgov",
        }
    }

    /// Returns the end of the cloud's login servers (`docs/facts/azure.md` 3.5).
    #[must_use]
    pub const fn registry_suffix(self) -> &'static str {
        match self {
            Self::Public => ".azurecr.io",
            Self::China => ".azurecr.cn",
            Self::UsGov => ".azurecr.us",
        }
    }

    /// Returns the host of the cloud's portal (`docs/facts/azure.md` 3.5).
    #[must_use]
    pub const fn portal(self) -> &'static str {
        match self {
            Self::Public => "portal.azure.com",
            Self::China => "portal.azure.cn",
            Self::UsGov => "portal.azure.us",
        }
    }

    /// Returns the host of the page that explains a number of the cloud's sign-in service (Microsoft identity platform,
    /// error codes reference).
    ///
    /// China's is not the host that signs in.
    #[must_use]
    pub const fn error_host(self) -> &'static str {
        match self {
            Self::Public => "login.microsoftonline.com",
            Self::China => "login.partner.microsoftonline.cn",
            Self::UsGov => "login.microsoftonline.us",
        }
    }

    /// Returns the address of the documents of the cloud's services.
    ///
    /// The two clouds that Microsoft operates itself share one edition.
    #[must_use]
    pub const fn documents(self) -> &'static str {
        match self {
            Self::Public | Self::UsGov => "learn.microsoft.com/azure",
            Self::China => "docs.azure.cn/en-us",
        }
    }

    /// Returns host names as `(login, graph, resource manager, resource manager's audience, name)`
    /// (`docs/facts/azure.md` 3.5).
    ///
    /// China's documents name two sign-in hosts. This is the one of the documented flow and of the Azure CLI; the input
    /// `login-host` overrides it.
    const fn hosts(self) -> [&'static str; 5] {
        match self {
            Self::Public => [
                "https://login.microsoftonline.com/",
                "https://graph.microsoft.com/",
                "https://management.azure.com/",
                "https://management.core.windows.net/",
                "AzureCloud",
            ],
            Self::China => [
                "https://login.chinacloudapi.cn/",
                "https://microsoftgraph.chinacloudapi.cn/",
                "https://management.chinacloudapi.cn/",
                "https://management.core.chinacloudapi.cn/",
                "AzureChinaCloud",
            ],
            Self::UsGov => [
                "https://login.microsoftonline.us/",
                "https://graph.microsoft.us/",
                "https://management.usgovcloudapi.net/",
                "https://management.core.usgovcloudapi.net/",
                "AzureUSGovernment",
            ],
        }
    }

    /// Returns the hosts that sign in to the cloud (`docs/facts/azure.md` 3.5). The first one is used where none is
    /// asked for.
    #[must_use]
    pub const fn sign_in_hosts(self) -> &'static [&'static str] {
        match self {
            Self::Public => &["login.microsoftonline.com"],
            Self::China => &["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
            Self::UsGov => &["login.microsoftonline.us"],
        }
    }

    /// True for an address of one of the cloud's documented sign-in hosts.
    #[must_use]
    pub fn signs_in_at(self, url: &Url) -> bool {
        let plain = url.scheme() == "https" && url.port().is_none() && url.username().is_empty();
        plain && url.host_str().is_some_and(|host| self.sign_in_hosts().contains(&host))
    }

    /// Returns the endpoints of the cloud.
    ///
    /// # Errors
    /// None in practice: a test checks the addresses of the table. The error is the parser's.
    pub fn endpoints(self) -> Result<Endpoints, url::ParseError> {
        let [login, graph, arm, arm_audience, name] = self.hosts();
        Ok(Endpoints {
            name: name.to_owned(),
            login: Url::parse(login)?,
            graph: Url::parse(graph)?,
            graph_audience: graph.to_owned(),
            arm: Url::parse(arm)?,
            arm_audience: arm_audience.to_owned(),
            registry_audience: REGISTRY_AUDIENCE.to_owned(),
            registry_suffix: self.registry_suffix().to_owned(),
        })
    }

    /// Returns the cloud that a host name belongs to: a portal's, or a registry's login server.
    #[must_use]
    pub fn of_host(host: &str) -> Option<Self> {
        let host = host.to_ascii_lowercase();
        Self::ALL.into_iter().find(|c| host == c.portal() || host.ends_with(c.registry_suffix()))
    }
}

/// True for an address of this machine itself: `localhost`, 127.0.0.0/8 and `::1` (RFC 6761, RFC 1122, RFC 4291).
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// The audience of tokens for a registry, in every cloud (`docs/facts/azure.md` 3.10).
pub const REGISTRY_AUDIENCE: &str = "https://containerregistry.azure.net";

impl CloudChoice {
    /// Reads the cloud that a person gave.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what right looks like.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let text = clean(raw);
        if let Some(known) = KnownCloud::ALL.into_iter().find(|c| c.word().eq_ignore_ascii_case(text)) {
            return Ok(Self::Known(known));
        }
        match Url::parse(text) {
            Ok(url) if url.scheme() == "https" && url.host().is_some() => Ok(Self::ByResourceManager(url)),
            Ok(url) if url.scheme() == "http" => {
                Err(format!("\"{text}\" is not encrypted: give an address that begins with https://"))
            }
            _ => Err(format!(
                "\"{text}\" is not a cloud: give public, china, usgov, or the address of its Azure Resource Manager \
                 (https://…)"
            )),
        }
    }

    /// True for a simulated cloud, whose Resource Manager is on this machine.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        matches!(self, Self::ByResourceManager(url) if is_loopback(url))
    }

    /// Returns the known cloud. `None` for any other.
    #[must_use]
    pub const fn known(&self) -> Option<KnownCloud> {
        match self {
            Self::Known(known) => Some(*known),
            Self::ByResourceManager(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_cloud_has_endpoints() {
        for cloud in KnownCloud::ALL {
            let endpoints = cloud.endpoints().expect("the table's addresses parse");
            assert_eq!(endpoints.login.path(), "/", "the sign-in address is a bare root");
            assert_eq!(endpoints.login.host_str(), cloud.sign_in_hosts().first().copied());
        }
    }

    #[test]
    fn a_cloud_is_a_word_or_a_resource_manager() {
        assert_eq!(CloudChoice::parse(" Public "), Ok(CloudChoice::Known(KnownCloud::Public)));
        assert!(matches!(CloudChoice::parse("https://localhost:1/"), Ok(CloudChoice::ByResourceManager(_))));
        assert!(CloudChoice::parse("http://localhost:1/").unwrap_err().contains("not encrypted"));
        assert!(CloudChoice::parse("germany").unwrap_err().contains("public, china, usgov"));
    }

    #[test]
    fn a_cloud_signs_in_at_its_documented_hosts_alone() {
        let at = |cloud: KnownCloud, text: &str| cloud.signs_in_at(&Url::parse(text).expect("a URL"));
        assert!(at(KnownCloud::China, "https://login.partner.microsoftonline.cn"));
        assert!(at(KnownCloud::China, "https://LOGIN.chinacloudapi.cn:443/"));
        for other in [
            "https://login.microsoftonline.us",
            "https://login.microsoftonline.com:8443",
            "https://login.microsoftonline.com@evil.example",
            "https://login.microsoftonline.com.evil.example",
            "http://login.microsoftonline.com",
        ] {
            assert!(!at(KnownCloud::Public, other), "{other}");
        }
    }

    #[test]
    fn a_simulated_cloud_is_one_on_this_machine() {
        let simulated = |text: &str| CloudChoice::parse(text).expect("a cloud").is_simulated();
        for text in ["https://localhost:1", "https://127.8.0.1", "https://[::1]:8443/"] {
            assert!(simulated(text), "{text}");
        }
        for text in
            ["public", "https://localhost.example", "https://10.0.0.1", "https://management.local.azurestack.external"]
        {
            assert!(!simulated(text), "{text}");
        }
    }

    #[test]
    fn hosts_give_their_cloud_away() {
        assert_eq!(KnownCloud::of_host("registryb.azurecr.cn"), Some(KnownCloud::China));
        assert_eq!(KnownCloud::of_host("portal.azure.us"), Some(KnownCloud::UsGov));
        assert_eq!(KnownCloud::of_host("example.com"), None);
    }
}
