//! Replies, typed.

use std::collections::BTreeMap;

use crosspull_core::ids::{AppId, KeyId, ObjectId, TenantId};
use crosspull_core::rights::PermissionSet;
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::Account;
use crosspull_core::text::printable;
use http::HeaderMap;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

/// A list of Graph or Resource Manager.
#[derive(Debug, Deserialize)]
pub struct List<T> {
    /// The page's items.
    pub value: Vec<T>,
    /// Where the next page is.
    #[serde(default, rename = "nextLink", alias = "@odata.nextLink")]
    pub next: Option<String>,
}

/// An app registration.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct App {
    /// Its object id.
    pub id: ObjectId,
    /// Its application id.
    pub app_id: AppId,
    /// Its name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Its secrets, without values.
    #[serde(default)]
    pub password_credentials: Vec<PasswordCredential>,
    /// Its certificates.
    #[serde(default)]
    pub key_credentials: Vec<serde::de::IgnoredAny>,
    /// When it was made.
    #[serde(default)]
    pub created_date_time: Option<jiff::Timestamp>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A federated credential of an app.
#[derive(Debug, Clone, Deserialize)]
pub struct FederatedCredential {
    /// Its name.
    #[serde(default)]
    pub name: String,
}

/// An owner of an app: a person or a service principal.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// Its object id.
    pub id: ObjectId,
    /// A person's name for signing in.
    #[serde(default)]
    pub user_principal_name: Option<String>,
    /// Its name, where the operator may read it.
    #[serde(default)]
    pub display_name: Option<String>,
}

impl Owner {
    /// The name by which people know it, else its id.
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.user_principal_name.as_deref().or(self.display_name.as_deref());
        name.map_or_else(|| self.id.to_string(), |name| printable(name, 80))
    }
}

/// A client secret as an app lists it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordCredential {
    /// Its key id.
    pub key_id: KeyId,
    /// Its name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// When it ends.
    #[serde(default)]
    pub end_date_time: Option<jiff::Timestamp>,
}

/// A client secret as it is answered once.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewPassword {
    /// Its key id.
    pub key_id: KeyId,
    /// Its value.
    #[serde(deserialize_with = "secret")]
    pub secret_text: Secret,
    /// When it ends.
    #[serde(default)]
    pub end_date_time: Option<jiff::Timestamp>,
}

/// A code for a person to enter somewhere else (Microsoft identity platform, device authorization grant).
#[derive(Debug, Deserialize)]
pub struct DeviceCode {
    /// What asks for the token; nobody is shown it.
    #[serde(deserialize_with = "secret")]
    pub device_code: Secret,
    /// What the person enters.
    #[serde(deserialize_with = "secret")]
    pub user_code: Secret,
    /// Where.
    #[serde(alias = "verification_url")]
    pub verification_uri: String,
    /// Seconds until it ends.
    pub expires_in: u32,
    /// Seconds between two questions.
    #[serde(default = "five")]
    pub interval: u32,
}

/// What the device authorization grant takes for an interval that is not given (RFC 8628, 3.2).
const fn five() -> u32 {
    5
}

/// A person's token.
#[derive(Debug, Deserialize)]
pub struct Granted {
    /// The token.
    #[serde(deserialize_with = "secret")]
    pub access_token: Secret,
    /// Seconds that it lives.
    pub expires_in: u32,
    /// What renews it.
    #[serde(default, deserialize_with = "maybe_secret")]
    pub refresh_token: Option<Secret>,
}

/// A service principal.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Principal {
    /// Its object id.
    pub id: ObjectId,
    /// Its app.
    pub app_id: AppId,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A group or a directory role that a principal is in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    /// Its id.
    pub id: ObjectId,
    /// Its name, where the operator may read it.
    #[serde(default)]
    pub display_name: Option<String>,
}

/// A permission on an API that a principal was given.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRoleAssignment {
    /// The API's name.
    #[serde(default)]
    pub resource_display_name: Option<String>,
}

/// A subscription.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Its id.
    pub subscription_id: uuid::Uuid,
    /// Its name.
    #[serde(default)]
    pub display_name: Option<String>,
}

/// A tenant that the operator is in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tenant {
    /// Its id.
    pub tenant_id: TenantId,
    /// Its name, where the operator may read it.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Its default domain, where the operator may read it.
    #[serde(default)]
    pub default_domain: Option<String>,
}

/// A page of what Resource Graph found.
#[derive(Debug, Deserialize)]
pub struct GraphPage<T> {
    /// The page's rows.
    pub data: Vec<T>,
    /// What the next page is asked for by.
    #[serde(default, rename = "$skipToken")]
    pub next: Option<String>,
}

/// A Key Vault.
#[derive(Debug, Clone, Deserialize)]
pub struct KeyVault {
    /// Its name.
    pub name: String,
    /// Its properties.
    pub properties: KeyVaultProperties,
}

/// A Key Vault's properties.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KeyVaultProperties {
    /// Who may do what with it.
    pub access_policies: Option<Vec<AccessPolicy>>,
    /// True where roles count in place of access policies.
    pub enable_rbac_authorization: Option<bool>,
}

/// An access policy: who may do something with a Key Vault.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessPolicy {
    /// The object id of who may; a text, since vaults keep whatever was written.
    #[serde(default)]
    pub object_id: String,
}

impl KeyVault {
    /// True where an access policy lets a principal in.
    #[must_use]
    pub fn lets_in(&self, principal: ObjectId) -> bool {
        let heeded = !self.properties.enable_rbac_authorization.unwrap_or_default();
        let names = |policy: &AccessPolicy| policy.object_id.eq_ignore_ascii_case(&principal.to_string());
        heeded && self.properties.access_policies.iter().flatten().any(names)
    }
}

/// A cluster or a registry in a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its region.
    #[serde(default)]
    pub location: Option<String>,
    /// A cluster's Kubernetes version, a registry's tier.
    #[serde(default)]
    pub kind: Option<String>,
    /// A registry's host.
    #[serde(default)]
    pub login_server: Option<String>,
}

/// A page of a registry's repositories.
#[derive(Debug, Deserialize)]
pub struct Catalog {
    /// Their names; nothing where there are none.
    #[serde(default)]
    pub repositories: Option<Vec<String>>,
}

/// A page of a repository's tags.
#[derive(Debug, Deserialize)]
pub struct Tags {
    /// The tags; nothing where there are none.
    #[serde(default)]
    pub tags: Option<Vec<Tag>>,
}

/// A tag.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tag {
    /// It.
    pub name: String,
    /// When it was last set.
    #[serde(default)]
    pub last_update_time: Option<String>,
}

/// What is used of a region's quota of one kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// How much is used.
    pub current_value: u64,
    /// How much there is.
    pub limit: u64,
    /// What of.
    pub name: UsageName,
}

/// What a quota is of.
#[derive(Debug, Clone, Deserialize)]
pub struct UsageName {
    /// Such as `cores`.
    pub value: String,
}

/// The credentials of a cluster's users.
#[derive(Debug, Deserialize)]
pub struct ClusterCredentials {
    /// Its kubeconfigs.
    pub kubeconfigs: Vec<KubeconfigBlob>,
}

/// A kubeconfig.
#[derive(Debug, Deserialize)]
pub struct KubeconfigBlob {
    /// Its text, which holds keys. It is sent in base64.
    #[serde(deserialize_with = "secret_of_base64")]
    pub value: Secret,
}

/// A tenant's own entry in its directory.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// Its name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Its domains.
    #[serde(default)]
    pub verified_domains: Vec<VerifiedDomain>,
}

/// A domain of a tenant.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedDomain {
    /// Such as `contoso.com`.
    #[serde(default)]
    pub name: String,
    /// True for the one that new accounts get.
    #[serde(default)]
    pub is_default: bool,
}

impl Organization {
    /// Its default domain.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        self.verified_domains.iter().find(|d| d.is_default).map(|d| d.name.as_str()).filter(|n| !n.is_empty())
    }
}

/// What a tenant's sign-in says about itself.
#[derive(Debug, Deserialize)]
pub struct OpenId {
    /// `https://…/TENANT-ID/v2.0`.
    pub issuer: String,
}

/// A token, whatever plane it is from.
#[derive(Debug, Deserialize)]
pub struct AccessToken {
    /// Its value. Registries call it `access_token`, docker's own `token`.
    #[serde(alias = "token", deserialize_with = "secret")]
    pub access_token: Secret,
}

/// A registry's refresh token.
#[derive(Debug, Deserialize)]
pub struct RefreshToken {
    /// Its value.
    #[serde(deserialize_with = "secret")]
    pub refresh_token: Secret,
}

/// A cluster.
#[derive(Debug, Clone, Deserialize)]
pub struct Cluster {
    /// Its region.
    #[serde(default)]
    pub location: String,
    /// Its properties.
    pub properties: ClusterProperties,
}

/// A cluster's properties.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClusterProperties {
    /// `Succeeded`, `Updating`, `Failed`…
    pub provisioning_state: Option<String>,
    /// Whether it runs.
    pub power_state: Option<PowerState>,
    /// Its service principal.
    pub service_principal_profile: Option<ServicePrincipalProfile>,
    /// The identities that are used in the cluster, by their role there.
    pub identity_profile: BTreeMap<String, IdentityInCluster>,
    /// Its node pools.
    pub agent_pool_profiles: Option<Vec<AgentPool>>,
}

/// A managed identity that a cluster uses (contract: `UserAssignedIdentity`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct IdentityInCluster {
    /// The id of the identity's resource.
    pub resource_id: Option<String>,
    /// The object id of the identity's service principal.
    pub object_id: Option<ObjectId>,
}

/// Whether a cluster runs.
#[derive(Debug, Clone, Deserialize)]
pub struct PowerState {
    /// `Running` or `Stopped`.
    pub code: Option<String>,
}

/// A cluster's service principal.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipalProfile {
    /// The app's id, or `msi` where a managed identity is used.
    pub client_id: String,
}

/// A node pool.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AgentPool {
    /// Its nodes.
    pub count: Option<u32>,
}

impl ClusterProperties {
    /// Returns the object id and the name of the identity that the nodes pull with, where the cluster tells one.
    #[must_use]
    pub fn kubelet_identity(&self) -> Option<(ObjectId, &str)> {
        let (_, identity) =
            self.identity_profile.iter().find(|(role, _)| role.eq_ignore_ascii_case("kubeletidentity"))?;
        let name = identity.resource_id.as_deref().and_then(|id| id.rsplit('/').next()).unwrap_or("kubelet identity");
        Some((identity.object_id?, name))
    }

    /// The app that the cluster uses; none for a managed identity (`azure-facts.md` 0, fact 1).
    #[must_use]
    pub fn client_id(&self) -> Option<AppId> {
        self.service_principal_profile.as_ref()?.client_id.parse().ok()
    }

    /// True where the cluster uses that app and its last operation ended well.
    #[must_use]
    pub fn uses(&self, app: AppId) -> bool {
        self.client_id() == Some(app) && self.provisioning_state.as_deref() == Some("Succeeded")
    }
}

/// A registry.
#[derive(Debug, Clone, Deserialize)]
pub struct Registry {
    /// Its properties.
    pub properties: RegistryProperties,
}

/// A registry's properties.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RegistryProperties {
    /// Its host.
    pub login_server: Option<String>,
    /// `LegacyRegistryPermissions` or `AbacRepositoryPermissions`.
    pub role_assignment_mode: Option<String>,
}

/// A role assignment.
#[derive(Debug, Clone, Deserialize)]
pub struct Assignment {
    /// Its id.
    pub id: String,
    /// Its properties.
    pub properties: AssignmentProperties,
}

impl Assignment {
    /// Returns the scope in which it holds: the one that it names, else the one in its id.
    #[must_use]
    pub fn scope(&self) -> String {
        let of_id = || {
            let lower = self.id.to_ascii_lowercase();
            let end = lower.find("/providers/microsoft.authorization/roleassignments/").unwrap_or(self.id.len());
            self.id.get(..end).filter(|scope| !scope.is_empty()).unwrap_or("/").to_owned()
        };
        self.properties.scope.clone().filter(|scope| !scope.is_empty()).unwrap_or_else(of_id)
    }
}

/// A role assignment's properties.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssignmentProperties {
    /// Which role.
    pub role_definition_id: String,
    /// Where it holds.
    #[serde(default)]
    pub scope: Option<String>,
    /// Who has it.
    pub principal_id: ObjectId,
    /// Where it does not hold for all that the role says.
    #[serde(default)]
    pub condition: Option<String>,
    /// The version of the condition's language.
    #[serde(default)]
    pub condition_version: Option<String>,
    /// What is said of it.
    #[serde(default)]
    pub description: Option<String>,
}

impl AssignmentProperties {
    /// True where the condition is of the one language that there is (contract of role assignments,
    /// `conditionVersion`).
    #[must_use]
    pub fn has_known_language(&self) -> bool {
        self.condition_version.as_deref().is_none_or(|version| version == "2.0")
    }
}

/// A role definition.
#[derive(Debug, Clone, Deserialize)]
pub struct Definition {
    /// Its properties.
    pub properties: DefinitionProperties,
}

/// A role definition's properties.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DefinitionProperties {
    /// The actions of the role.
    #[serde(default)]
    pub permissions: Vec<PermissionSet>,
    /// Its name.
    pub role_name: String,
}

/// How far a long-running operation is. Judged by `status` alone: an `error` beside `InProgress` means nothing
/// (recording `aks_poll_error_object_while_running`).
#[derive(Debug, Deserialize)]
pub struct OperationStatus {
    /// `InProgress`, `Succeeded`, `Failed`, `Canceled`.
    pub status: String,
    /// Why it failed, where it did.
    #[serde(default)]
    pub error: Option<OperationError>,
}

/// Why an operation failed.
#[derive(Debug, Deserialize)]
pub struct OperationError {
    /// Its code.
    #[serde(default)]
    pub code: Option<String>,
    /// Its words.
    #[serde(default)]
    pub message: Option<String>,
}

/// A manifest, of one image or an index of several.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// The configuration of an image.
    pub config: Option<Descriptor>,
    /// The layers of an image.
    pub layers: Vec<Descriptor>,
    /// The images of an index.
    pub manifests: Vec<Descriptor>,
}

impl Manifest {
    /// The digest of the blob that tells whether the image's content can be had: its first layer that the registry
    /// holds, else its configuration. None for an index.
    #[must_use]
    pub fn blob(&self) -> Option<&str> {
        let held = self.layers.iter().find(|layer| !layer.is_foreign());
        held.or(self.config.as_ref()).map(|blob| blob.digest.as_str())
    }

    /// The digest of the image that a Linux node takes of an index: for `amd64`, else for Linux, else the first one.
    #[must_use]
    pub fn chosen(&self) -> Option<&str> {
        let is_for = |d: &&Descriptor, architecture: Option<&str>| {
            let for_linux = |p: &Platform| p.os == "linux" && architecture.is_none_or(|a| p.architecture == a);
            d.platform.as_ref().is_some_and(for_linux)
        };
        let all = || self.manifests.iter();
        let chosen = all().find(|d| is_for(d, Some("amd64"))).or_else(|| all().find(|d| is_for(d, None)));
        chosen.or_else(|| all().next()).map(|d| d.digest.as_str())
    }
}

/// Something that a manifest names.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// The media type: a manifest, a layer or a configuration.
    #[serde(default)]
    pub media_type: String,
    /// `sha256:…`.
    pub digest: String,
    /// The addresses that its bytes are fetched from where the registry does not hold them.
    #[serde(default)]
    pub urls: Vec<String>,
    /// What it is for, in an index.
    #[serde(default)]
    pub platform: Option<Platform>,
}

impl Descriptor {
    /// True for a layer that is fetched from elsewhere, as those of Windows are (`azure-facts.md` 9.3; OCI image
    /// specification, "Non-Distributable Layers").
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        let kind = self.media_type.to_ascii_lowercase();
        kind.contains("foreign") || kind.contains("nondistributable") || !self.urls.is_empty()
    }
}

/// What an image is for.
#[derive(Debug, Deserialize)]
pub struct Platform {
    /// Such as `linux`.
    #[serde(default)]
    pub os: String,
    /// Such as `amd64`.
    #[serde(default)]
    pub architecture: String,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// The same where there may be none.
fn maybe_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}

/// The same of a text that is sent in base64.
fn secret_of_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    let coded = Zeroizing::new(String::deserialize(deserializer)?);
    let bytes = BASE64_STANDARD.decode(coded.trim()).map_err(|_| serde::de::Error::custom("no base64"))?;
    String::from_utf8(bytes).map(Secret::new).map_err(|_| serde::de::Error::custom("no text"))
}

/// Who a registry's tokens come from, of its `WWW-Authenticate`.
///
/// # Errors
/// A sentence, where there is none or it points to another host: a secret would go there (`azure-facts.md` 3.10).
pub fn challenge(headers: &HeaderMap, server: &Url) -> Result<(Url, String), String> {
    let text = headers
        .get_all(http::header::WWW_AUTHENTICATE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .find(|v| v.get(..7).is_some_and(|s| s.eq_ignore_ascii_case("bearer ")))
        .ok_or("the registry does not say where its tokens come from")?;
    let part = |name: &str| {
        let from = text.find(&format!("{name}=\""))? + name.len() + 2;
        let rest = text.get(from..)?;
        rest.get(..rest.find('"')?)
    };
    let realm = part("realm").and_then(|r| Url::parse(r).ok()).ok_or("the registry names no address for its tokens")?;
    if realm.origin() != server.origin() {
        return Err(format!(
            "the registry sends its clients to {} for a token, which is another host; no secret is sent there",
            printable(&realm.origin().ascii_serialization(), 100)
        ));
    }
    let service = part("service").map_or_else(|| server.authority().to_owned(), str::to_owned);
    Ok((realm, service))
}

/// True where a registry's token allows what was asked: a 200 may carry fewer actions (`azure-facts.md` 3.10). A token
/// that cannot be read is taken as it is; the manifest will tell.
#[must_use]
pub fn grants_pull(token: &Secret, repository: &str) -> bool {
    let Some(claims) = claims(token) else { return true };
    let Some(access) = claims.get("access").and_then(Value::as_array) else {
        return true;
    };
    access.iter().any(|entry| {
        let named = entry.get("name").and_then(Value::as_str) == Some(repository);
        let actions = entry.get("actions").and_then(Value::as_array);
        named && actions.is_some_and(|list| list.iter().any(|a| matches!(a.as_str(), Some("pull" | "*"))))
    })
}

/// The tenant that a token is of; none where it cannot be read.
#[must_use]
pub fn tenant_of(token: &Secret) -> Option<TenantId> {
    claims(token)?.get("tid")?.as_str()?.parse().ok()
}

/// The service principal that a token is of, in the token's tenant; none where it cannot be read.
#[must_use]
pub fn object_of(token: &Secret) -> Option<ObjectId> {
    claims(token)?.get("oid")?.as_str()?.parse().ok()
}

/// Who a token is of; none where it cannot be read.
#[must_use]
pub fn account_of(token: &Secret) -> Option<Account> {
    Account::of_claims(&claims(token)?)
}

/// The claims of a token. It is not ours to verify: whom it is for will.
fn claims(token: &Secret) -> Option<Value> {
    use base64::Engine as _;
    let payload = token.reveal().split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_that_points_to_another_host_is_refused() {
        let server = Url::parse("https://registryb.azurecr.io/").expect("a URL");
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("www-authenticate", http::HeaderValue::from_static(text));
            challenge(&headers, &server)
        };
        let (realm, service) =
            read(r#"Bearer realm="https://registryb.azurecr.io/oauth2/token",service="registryb.azurecr.io""#)
                .expect("a realm");
        assert_eq!((realm.path(), service.as_str()), ("/oauth2/token", "registryb.azurecr.io"));
        assert!(read(r#"Bearer realm="https://evil.example/token",service="x""#).unwrap_err().contains("another host"));
        assert!(
            read(r#"Bearer realm="http://registryb.azurecr.io/oauth2/token""#).is_err(),
            "a secret is never sent in clear"
        );
        assert!(read("Basic realm=\"x\"").is_err());
    }

    #[test]
    fn of_a_manifest_the_blob_is_read_that_the_registry_holds() {
        let blob =
            |manifest: &str| serde_json::from_str::<Manifest>(manifest).expect("a manifest").blob().map(str::to_owned);
        let foreign = r#"{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","digest":"f"}"#;
        let elsewhere = r#"{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"u","urls":["https://x/"]}"#;
        let kept = r#"{"mediaType":"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip","digest":"n"}"#;
        let held = r#"{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"h"}"#;
        let all_foreign = format!(r#"{{"config":{{"digest":"c"}},"layers":[{foreign},{elsewhere},{kept}]}}"#);
        assert_eq!(blob(&all_foreign).as_deref(), Some("c"));
        let windows = format!(r#"{{"config":{{"digest":"c"}},"layers":[{foreign},{kept},{held}]}}"#);
        assert_eq!(blob(&windows).as_deref(), Some("h"));
        assert_eq!(blob(&format!(r#"{{"layers":[{held}]}}"#)).as_deref(), Some("h"));
        assert_eq!(blob(r#"{"manifests":[{"digest":"m"}]}"#), None);
    }

    #[test]
    fn of_an_index_the_image_is_taken_that_a_linux_node_takes() {
        let image = |digest: &str, os: &str, architecture: &str| {
            format!(r#"{{"digest":"{digest}","platform":{{"os":"{os}","architecture":"{architecture}"}}}}"#)
        };
        let chosen = |images: &[String]| {
            let index = format!(r#"{{"manifests":[{}]}}"#, images.join(","));
            serde_json::from_str::<Manifest>(&index).expect("an index").chosen().map(str::to_owned)
        };
        let (windows, arm, amd) =
            (image("w", "windows", "amd64"), image("r", "linux", "arm64"), image("a", "linux", "amd64"));
        assert_eq!(chosen(&[windows.clone(), arm.clone(), amd]).as_deref(), Some("a"));
        assert_eq!(chosen(&[windows.clone(), arm]).as_deref(), Some("r"));
        assert_eq!(chosen(&[windows]).as_deref(), Some("w"));
        assert_eq!(chosen(&[]), None);
    }

    #[test]
    fn a_token_with_less_than_was_asked_is_seen() {
        use base64::Engine as _;
        let token = |claims: &str| {
            let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
            Secret::new(format!("h.{payload}.s"))
        };
        assert!(grants_pull(
            &token(r#"{"access":[{"type":"repository","name":"shop/web","actions":["pull"]}]}"#),
            "shop/web"
        ));
        assert!(!grants_pull(&token(r#"{"access":[]}"#), "shop/web"));
        assert!(!grants_pull(&token(r#"{"access":[{"name":"other","actions":["pull"]}]}"#), "shop/web"));
        assert!(grants_pull(&Secret::new("opaque".to_owned()), "shop/web"));
    }
}
