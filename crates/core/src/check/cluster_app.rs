//! The check of the app that a cluster uses: can other tenants be allowed to let it in?

use serde::{Deserialize, Serialize};

use super::{About, Check, Finding};
use crate::ids::{AppId, ClusterId, ObjectId, TenantId};
use crate::names::AppAudience;

/// The registration of the app that a cluster uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ClusterApp {
    pub cluster: ClusterId,
    pub app: AppId,
    /// The object id of the registration.
    pub object: ObjectId,
    pub name: String,
    /// The tenants that may let it in, as Graph says it.
    pub audience: String,
    /// The time at which it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<jiff::Timestamp>,
    /// The identifier URIs, which a multi-tenant app may have only of verified domains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifier_uris: Vec<String>,
}

pub(super) fn about(id: &ClusterId) -> About {
    About::of_a(format!("the app that {} uses", id.name()))
}

/// Judges whether the app of a cluster can be opened to other tenants.
///
/// `domains` are the verified ones of the tenant that the app is registered in.
#[must_use]
pub fn judge_cluster_app(app: &ClusterApp, tenant: TenantId, domains: &[String]) -> Finding {
    let check = Check::ClusterApp(app.cluster.clone());
    let ClusterApp { app: id, name, audience, identifier_uris, .. } = app;
    if AppAudience::is_open(audience) {
        return check.pass(format!("other tenants may let {name} in already, app {id}"));
    }
    let forbidden: Vec<&String> =
        identifier_uris.iter().filter(|uri| !may_be_of_many_tenants(uri, *id, tenant, domains)).collect();
    if let Some(uri) = forbidden.first() {
        return check.stop(
            format!("{name} (app {id} ) has the identifier URI {uri} , which an app for many tenants may not have"),
            "Such a URI has to be api://APP-ID, api://TENANT-ID/…, or of a domain that tenant A has verified. Whoever uses \
             it would have to change with it: ask them, or choose another route.",
        );
    }
    if audience == "PersonalMicrosoftAccount" {
        return check.stop(
            format!("{name} (app {id} ) is for personal accounts alone"),
            "Its audience cannot be changed to organisations. Choose another route.",
        );
    }
    check.pass(format!("{name} is for tenant A alone, and can be opened to others: app {id}"))
}

/// Returns the finding for an app that is not registered in tenant A, or not to be seen there.
#[must_use]
pub fn judge_no_cluster_app(cluster: &ClusterId, app: AppId) -> Finding {
    Check::ClusterApp(cluster.clone()).stop(
        format!("the app {app} , which {} uses, is not registered in tenant A, as far as you may see", cluster.name()),
        "It cannot be opened from here. Sign in with an account that may read it, or choose another route.",
    )
}

/// True for an identifier URI that a multi-tenant app may have (Microsoft identity platform, "Restrictions on identifier
/// URIs of Microsoft Entra applications").
fn may_be_of_many_tenants(uri: &str, app: AppId, tenant: TenantId, domains: &[String]) -> bool {
    let own = |id: String| {
        let rest = uri.strip_prefix("api://").and_then(|rest| rest.strip_prefix(&id));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let host = url::Url::parse(uri).ok().and_then(|url| url.host_str().map(str::to_ascii_lowercase));
    let verified = |domain: &String| {
        let domain = domain.to_ascii_lowercase();
        host.as_ref().is_some_and(|host| *host == domain || host.ends_with(&format!(".{domain}")))
    };
    own(app.to_string()) || own(tenant.to_string()) || domains.iter().any(verified)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    #[test]
    fn an_identifier_uri_of_no_verified_domain_stops_and_an_open_app_passes() {
        let cluster = ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id");
        let id = AppId(uuid::Uuid::from_u128(7));
        let tenant = TenantId(uuid::Uuid::from_u128(1));
        let judged = |audience: &str, uris: &[&str]| {
            let app = ClusterApp {
                cluster: cluster.clone(),
                app: id,
                object: ObjectId(uuid::Uuid::from_u128(8)),
                name: "aks".to_owned(),
                audience: audience.to_owned(),
                created: None,
                identifier_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
            };
            judge_cluster_app(&app, tenant, &["contoso.com".to_owned()]).level
        };
        let own = format!("api://{id}");
        for fine in [&[][..], &[own.as_str()], &["https://api.contoso.com/x"], &["api://contoso.com/aks"]] {
            assert_eq!(judged("AzureADMyOrg", fine), Level::Pass, "{fine:?}");
        }
        for wrong in ["https://aks.example", "api://aks", "urn:aks", "https://evilcontoso.com"] {
            assert_eq!(judged("AzureADMyOrg", &[wrong]), Level::Stop, "{wrong}");
            assert_eq!(judged("AzureADMultipleOrgs", &[wrong]), Level::Pass, "it is open already: {wrong}");
        }
        assert_eq!(judged("PersonalMicrosoftAccount", &[]), Level::Stop);
    }
}
