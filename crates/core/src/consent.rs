//! The ways in which an administrator of tenant B lets the app in: the consent page, or one command.

use url::Url;

use crate::ids::{AppId, TenantId};

/// Returns the address of the consent page (`docs/facts/azure.md` 3.4).
///
/// Any sign-in that consents there creates the service principal. The administrator ticks "Consent on behalf of your
/// organization".
#[must_use]
pub fn consent_url(login: &Url, tenant_b: TenantId, app: AppId, redirect: &str) -> String {
    let mut url = login.clone();
    url.set_path(&format!("/{tenant_b}/oauth2/authorize"));
    url.query_pairs_mut()
        .clear()
        .append_pair("client_id", &app.to_string())
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", redirect);
    url.into()
}

/// Returns the command that lets the app in without a browser (`docs/facts/azure.md` 0.7), for an administrator of B
/// who has signed in there.
#[must_use]
pub fn consent_command(app: AppId) -> String {
    format!("az ad sp create --id {app}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::KnownCloud;

    #[test]
    fn the_url_is_that_of_the_seed_documents_for_each_cloud() {
        let tenant = "22222222-2222-4222-8222-222222222222".parse().expect("a GUID");
        let app = "33333333-3333-4333-8333-333333333333".parse().expect("a GUID");
        let hosts = ["login.microsoftonline.com", "login.chinacloudapi.cn", "login.microsoftonline.us"];
        for (cloud, host) in KnownCloud::ALL.into_iter().zip(hosts) {
            let login = cloud.endpoints().expect("known").login;
            assert_eq!(
                consent_url(&login, tenant, app, "https://www.microsoft.com"),
                format!(
                    "https://{host}/22222222-2222-4222-8222-222222222222/oauth2/authorize?client_id=\
                     33333333-3333-4333-8333-333333333333&response_type=code&redirect_uri=https%3A%2F%2Fwww.microsoft.com"
                )
            );
        }
    }
}
