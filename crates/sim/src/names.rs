//! The differences between clouds: names, audiences and suffixes (`docs/facts/azure.md` 3.5). Hosts stay on loopback.

/// The names of one Azure cloud.
#[derive(Debug, PartialEq, Eq)]
pub struct CloudNames {
    /// The name of scenarios and of `/_sim/world`: `public`, `china`, `usgov`.
    pub short: &'static str,
    /// The name of `/metadata/endpoints`, such as `AzureCloud`.
    pub name: &'static str,
    /// The sign-in host of the real cloud, as texts and issuers name it.
    pub login_host: &'static str,
    /// The Graph of the real cloud, an audience that tokens may carry.
    pub graph: &'static str,
    /// The Resource Manager of the real cloud.
    pub resource_manager: &'static str,
    /// The older audience of the Resource Manager, the first that `/metadata/endpoints` gives.
    pub management: &'static str,
    /// The portal.
    pub portal: &'static str,
    /// The host that issues v1 tokens.
    pub issuer_host: &'static str,
    /// The domain of every tenant's first domain, such as `onmicrosoft.com`.
    pub tenant_domain: &'static str,
    /// The end of every host name of a registry.
    pub registry_suffix: &'static str,
    /// The end of every host name of a storage account.
    pub storage_suffix: &'static str,
    /// The end of every host name of a key vault.
    pub vault_suffix: &'static str,
    /// The end of every host name of a database server.
    pub sql_suffix: &'static str,
}

/// Azure as most know it.
pub static PUBLIC: CloudNames = CloudNames {
    short: "public",
    name: "AzureCloud",
    login_host: "login.microsoftonline.com",
    graph: "https://graph.microsoft.com",
    resource_manager: "https://management.azure.com",
    management: "https://management.core.windows.net",
    portal: "https://portal.azure.com",
    issuer_host: "sts.windows.net",
    tenant_domain: "onmicrosoft.com",
    registry_suffix: "azurecr.io",
    storage_suffix: "core.windows.net",
    vault_suffix: "vault.azure.net",
    sql_suffix: "database.windows.net",
};

/// Azure in China, run by 21Vianet.
pub static CHINA: CloudNames = CloudNames {
    short: "china",
    name: "AzureChinaCloud",
    login_host: "login.chinacloudapi.cn",
    graph: "https://microsoftgraph.chinacloudapi.cn",
    resource_manager: "https://management.chinacloudapi.cn",
    management: "https://management.core.chinacloudapi.cn",
    portal: "https://portal.azure.cn",
    issuer_host: "sts.chinacloudapi.cn",
    tenant_domain: "partner.onmschina.cn",
    registry_suffix: "azurecr.cn",
    storage_suffix: "core.chinacloudapi.cn",
    vault_suffix: "vault.azure.cn",
    sql_suffix: "database.chinacloudapi.cn",
};

/// Azure for the government of the United States.
pub static USGOV: CloudNames = CloudNames {
    short: "usgov",
    name: "AzureUSGovernment",
    login_host: "login.microsoftonline.us",
    graph: "https://graph.microsoft.us",
    resource_manager: "https://management.usgovcloudapi.net",
    management: "https://management.core.usgovcloudapi.net",
    portal: "https://portal.azure.us",
    issuer_host: "sts.windows.net",
    tenant_domain: "onmicrosoft.us",
    registry_suffix: "azurecr.us",
    storage_suffix: "core.usgovcloudapi.net",
    vault_suffix: "vault.usgovcloudapi.net",
    sql_suffix: "database.usgovcloudapi.net",
};

/// The audience of tokens for a registry's data plane, the same in every cloud (`docs/facts/azure.md` 3.10).
pub const REGISTRY_AUDIENCE: &str = "https://containerregistry.azure.net";

/// The audience of tokens for the Kubernetes APIs of clusters: AKS' own application, the same in every cloud
/// (`docs/facts/azure.md` 9.5).
pub const KUBERNETES_AUDIENCE: &str = "6dae42f8-4368-4678-94ff-3960e28e3630";

/// Returns the cloud of a short name.
#[must_use]
pub fn cloud(short: &str) -> Option<&'static CloudNames> {
    [&PUBLIC, &CHINA, &USGOV].into_iter().find(|names| names.short == short)
}
