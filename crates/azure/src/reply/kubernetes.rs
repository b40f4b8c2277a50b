//! Replies of a Kubernetes API that hold secrets, read so that these are wiped after use.

use std::collections::BTreeMap;

use crosspull_core::ids::KeyId;
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::secret;

/// The label of what crosspull writes, and its value (Kubernetes documentation, "Recommended Labels").
pub const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "crosspull");
/// The annotation with the key id of the password in a pull secret.
pub const KEY_ID: &str = "crosspull/key-id";
/// The annotation with the run that wrote an object.
pub const RUN: &str = "crosspull/run";

/// A secret that a cluster holds, as far as it is a pull secret.
#[derive(Debug, Clone, Deserialize)]
pub struct StoredSecret {
    /// The metadata.
    #[serde(default)]
    pub metadata: ObjectMeta,
    /// The content.
    #[serde(default)]
    data: Data,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Data {
    #[serde(default, rename = ".dockerconfigjson", deserialize_with = "maybe_of_base64")]
    docker: Option<Secret>,
}

/// What a pull secret says of one registry.
#[derive(Debug, Deserialize)]
pub struct StoredLogin {
    /// The user.
    #[serde(default)]
    pub username: String,
    /// The password.
    #[serde(default = "none", deserialize_with = "secret::secret")]
    pub password: Secret,
}

#[derive(Deserialize)]
struct DockerConfig {
    #[serde(default)]
    auths: BTreeMap<String, StoredLogin>,
}

impl StoredSecret {
    /// True where crosspull wrote it, by its label.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.metadata.labels.as_ref().and_then(|labels| labels.get(MANAGED_BY.0)).is_some_and(|by| by == MANAGED_BY.1)
    }

    /// Returns the key id of the password in it, where it says so.
    #[must_use]
    pub fn key(&self) -> Option<KeyId> {
        self.annotation(KEY_ID)?.parse().ok()
    }

    /// Returns the run that wrote it, where it says so.
    #[must_use]
    pub fn run(&self) -> Option<&str> {
        self.annotation(RUN)
    }

    /// Returns the name and password for a registry.
    #[must_use]
    pub fn login(&self, server: &str) -> Option<StoredLogin> {
        let mut config: DockerConfig = serde_json::from_str(self.data.docker.as_ref()?.reveal()).ok()?;
        config.auths.remove(server)
    }

    /// True where it holds a login of that user to that registry, beside others or not.
    #[must_use]
    pub fn is_login_of(&self, server: &str, user: &str) -> bool {
        self.login(server).is_some_and(|login| login.username == user)
    }

    /// True where it holds the login of that user to that registry, and nothing else: what crosspull writes. Whatever
    /// cannot be read is something else.
    #[must_use]
    pub fn has_only(&self, server: &str, user: &str) -> bool {
        type Parts = BTreeMap<String, IgnoredAny>;
        let text = self.data.docker.as_ref().map(Secret::reveal).unwrap_or_default();
        let parts = serde_json::from_str::<Parts>(text).map_or(0, |parts| parts.len());
        let logins = serde_json::from_str::<BTreeMap<String, Parts>>(text).ok();
        let logins = logins.and_then(|mut parts| parts.remove("auths")).map_or(0, |logins| logins.len());
        (parts, logins) == (1, 1) && self.is_login_of(server, user)
    }

    /// Returns namespace and name, such as `jobs/crosspull-registryb`.
    #[must_use]
    pub fn place(&self) -> String {
        let of = |part: &Option<String>| printable(part.as_deref().unwrap_or_default(), 80);
        format!("{}/{}", of(&self.metadata.namespace), of(&self.metadata.name))
    }

    /// Returns those who wrote it, each once, as the API tells.
    #[must_use]
    pub fn managers(&self) -> Vec<String> {
        let entries = self.metadata.managed_fields.iter().flatten();
        let mut managers: Vec<String> = entries.filter_map(|entry| entry.manager.clone()).collect();
        managers.dedup();
        managers
    }

    fn annotation(&self, name: &str) -> Option<&str> {
        self.metadata.annotations.as_ref()?.get(name).map(String::as_str)
    }
}

fn none() -> Secret {
    Secret::new(String::new())
}

fn maybe_of_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    secret::secret_of_base64(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pull_secret_tells_whose_it_is_and_who_signs_in_where() {
        use base64::prelude::{BASE64_STANDARD, Engine as _};
        let config = r#"{"auths":{"r.azurecr.io":{"username":"u","password":"p","auth":"dTpw"}}}"#;
        let key = "66666666-6666-4666-8666-666666666666";
        let text = serde_json::json!({
            "metadata": { "name": "x", "labels": { "app.kubernetes.io/managed-by": "crosspull" }, "annotations": { "crosspull/key-id": key } },
            "type": "kubernetes.io/dockerconfigjson",
            "data": { ".dockerconfigjson": BASE64_STANDARD.encode(config) },
        });
        let stored: StoredSecret = serde_json::from_value(text).expect("a secret");
        assert!(stored.is_own() && stored.key().is_some_and(|found| found.to_string() == key));
        let login = stored.login("r.azurecr.io").expect("a login");
        assert_eq!((login.username.as_str(), login.password.reveal()), ("u", "p"));
        assert!(stored.login("other.azurecr.io").is_none());
        assert!(stored.has_only("r.azurecr.io", "u") && !stored.has_only("r.azurecr.io", "another"));
        for others in [
            r#"{"auths":{"r.azurecr.io":{"username":"u","password":"p"},"other.io":{"auth":"dTpw"}}}"#,
            r#"{"auths":{"other.io":{"auth":"dTpw"}}}"#,
            r#"{"auths":{"r.azurecr.io":{"username":"u","password":"p"}},"credHelpers":{"a":"b"}}"#,
            "{}",
            "not JSON",
        ] {
            let data =
                serde_json::json!({ "metadata": {}, "data": { ".dockerconfigjson": BASE64_STANDARD.encode(others) } });
            let stored: StoredSecret = serde_json::from_value(data).expect("a secret");
            assert!(!stored.has_only("r.azurecr.io", "u"), "{others}");
        }
        let bare: StoredSecret = serde_json::from_str(r#"{"metadata":{},"type":"Opaque"}"#).expect("a secret");
        assert!(!bare.is_own() && bare.login("r.azurecr.io").is_none());
    }
}
