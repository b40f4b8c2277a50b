//! `/metadata/endpoints`: how a client that knows only Resource Manager finds everything else.
//!
//! One object with the names of `docs/facts/real-clients.md` 2 for the api-versions since 2022-09-01, a list with one
//! object before.

use serde_json::{Value, json};

use crate::names::CloudNames;

/// The first api-version that answers with one object; dates compare as text.
const FIRST_WITHOUT_LIST: &str = "2022-09-01";

/// Returns the answer for a cloud all of whose planes are at `origin`, an address without a trailing slash.
#[must_use]
pub fn endpoints(names: &CloudNames, origin: &str, api_version: &str) -> Value {
    let cloud = cloud(names, origin);
    if api_version < FIRST_WITHOUT_LIST { Value::Array(vec![cloud]) } else { cloud }
}

fn cloud(names: &CloudNames, origin: &str) -> Value {
    json!({
        "name": names.name,
        "portal": names.portal,
        "authentication": {
            // A bare root: Microsoft's libraries take the first path segment for the tenant.
            "loginEndpoint": origin,
            "audiences": [
                format!("{}/", names.management),
                format!("{}/", names.resource_manager),
            ],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "media": format!("{}/", names.resource_manager),
        "graphAudience": "https://graph.windows.net/",
        "graph": "https://graph.windows.net/",
        "microsoftGraphResourceId": format!("{origin}/"),
        "resourceManager": format!("{origin}/"),
        "gallery": format!("{origin}/"),
        "batch": format!("{origin}/"),
        "sqlManagement": format!("{origin}/"),
        "activeDirectoryDataLake": format!("{origin}/"),
        "vmImageAliasDoc": format!("{origin}/"),
        "suffixes": {
            "acrLoginServer": names.registry_suffix,
            "storage": names.storage_suffix,
            "keyVaultDns": names.vault_suffix,
            "sqlServerHostname": names.sql_suffix,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names;

    #[test]
    fn every_address_is_on_the_origin_and_the_audience_is_the_clouds() {
        let found = endpoints(&names::CHINA, "https://localhost:1", "2022-09-01");
        assert_eq!(found["resourceManager"], "https://localhost:1/");
        assert_eq!(found["microsoftGraphResourceId"], "https://localhost:1/");
        assert_eq!(found["authentication"]["loginEndpoint"], "https://localhost:1");
        assert_eq!(found["authentication"]["audiences"][0], "https://management.core.chinacloudapi.cn/");
        assert_eq!(found["suffixes"]["acrLoginServer"], "azurecr.cn");
    }

    #[test]
    fn older_versions_answer_with_a_list() {
        let found = endpoints(&names::PUBLIC, "https://localhost:1", "2019-05-01");
        assert_eq!(found[0]["name"], "AzureCloud");
    }
}
