//! Endpoints of a cloud that is known by its Resource Manager alone.

use crosspull_core::cloud::{Endpoints, REGISTRY_AUDIENCE};
use serde::Deserialize;
use url::Url;

/// The part that is read of `GET /metadata/endpoints?api-version=2022-09-01` (`docs/facts/real-clients.md` 2).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CloudMetadata {
    name: String,
    authentication: Authentication,
    microsoft_graph_resource_id: Option<Url>,
    resource_manager: Option<Url>,
    #[serde(default)]
    suffixes: Suffixes,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Suffixes {
    acr_login_server: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authentication {
    login_endpoint: Url,
    audiences: Vec<String>,
}

/// Reads the answer of a Resource Manager about its cloud.
///
/// # Errors
/// A sentence that says what is missing in the answer.
pub fn from_metadata(arm: &Url, body: &[u8]) -> Result<Endpoints, String> {
    let metadata: CloudMetadata =
        serde_json::from_slice(body).map_err(|e| format!("it does not describe a cloud: {e}"))?;
    let graph = metadata.microsoft_graph_resource_id.ok_or("it names no Microsoft Graph")?;
    let arm_audience = metadata.authentication.audiences.into_iter().next().ok_or("it names no token audience")?;
    // The operator's tokens go to the host that was named by the operator, not to one that an answer names.
    if metadata.resource_manager.as_ref().is_some_and(|named| named.origin() != arm.origin()) {
        return Err("it names another host as its Resource Manager".to_owned());
    }
    for (what, url) in [("sign-in", &metadata.authentication.login_endpoint), ("Graph", &graph)] {
        if url.scheme() != "https" {
            return Err(format!("its {what} address is not https: {url}"));
        }
    }
    Ok(Endpoints {
        name: metadata.name,
        login: metadata.authentication.login_endpoint,
        graph_audience: graph.to_string(),
        graph,
        arm: metadata.resource_manager.unwrap_or_else(|| arm.clone()),
        arm_audience,
        registry_audience: REGISTRY_AUDIENCE.to_owned(),
        registry_suffix: metadata
            .suffixes
            .acr_login_server
            .map(|suffix| format!(".{}", suffix.trim_start_matches('.')))
            .unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_manager_names_the_rest() {
        let body =
            br#"{"name":"sim","authentication":{"loginEndpoint":"https://localhost:1","audiences":["https://m/"]},
            "microsoftGraphResourceId":"https://localhost:1/","suffixes":{"acrLoginServer":"azurecr.io"}}"#;
        let arm = Url::parse("https://localhost:1/").expect("a URL");
        let endpoints = from_metadata(&arm, body).expect("endpoints");
        assert_eq!((&endpoints.arm, endpoints.arm_audience.as_str()), (&arm, "https://m/"));
        assert!(from_metadata(&arm, b"[]").is_err());
        let elsewhere =
            String::from_utf8_lossy(body).replace("\"suffixes\"", "\"resourceManager\":\"https://evil/\",\"suffixes\"");
        assert!(from_metadata(&arm, elsewhere.as_bytes()).is_err_and(|why| why.contains("another host")));

        let is = |endpoints: &Endpoints, host: &str| endpoints.has_registry(&Url::parse(host).expect("a URL"));
        assert!(is(&endpoints, "https://localhost:2/") && is(&endpoints, "https://registryb-abc123.azurecr.io/"));
        assert!(!is(&endpoints, "https://evil.example/") && !is(&endpoints, "https://azurecr.io.evil.example/"));
        let public = crosspull_core::cloud::KnownCloud::Public.endpoints().expect("endpoints");
        assert!(!is(&public, "https://management.azure.com/") && is(&public, "https://registryb.azurecr.io/"));
    }
}
