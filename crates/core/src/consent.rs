//! The ways in which an administrator of tenant B lets the app in: the consent page, or one command.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::command::Command;
use crate::ids::{AppId, TenantId};

/// The form of the consent page's address (`docs/facts/azure.md` 3.4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentLink {
    /// v2 `adminconsent`. It works for an app that lists no permission, and its answer tells success.
    #[default]
    Adminconsent,
    /// v1 `authorize`, as in the documented flow. It wants an app that lists a permission.
    Authorize,
}

impl ConsentLink {
    /// True for the form that works for every app.
    #[must_use]
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub fn is_adminconsent(&self) -> bool {
        *self == Self::Adminconsent
    }

    /// Returns what an administrator does on the page, as the end of a sentence.
    #[must_use]
    pub const fn what_to_do(self) -> &'static str {
        match self {
            Self::Adminconsent => "accepts for the organization",
            Self::Authorize => "ticks \"Consent on behalf of your organization\" and accepts",
        }
    }
}

/// A consent page that is to be opened.
#[derive(Debug, Clone, Copy)]
pub struct ConsentPage<'a> {
    /// The form of its address.
    pub link: ConsentLink,
    /// The tenant that lets the app in.
    pub tenant_b: TenantId,
    /// The app.
    pub app: AppId,
    /// The address to which the page leads afterwards.
    pub redirect_uri: &'a str,
    /// A text that the answer brings back. `None` where nobody here sees the answer.
    pub state: Option<&'a str>,
}

impl ConsentPage<'_> {
    /// Returns the page's address at a sign-in host. Consent there creates the service principal.
    #[must_use]
    pub fn url(&self, login: &Url) -> String {
        let Self { link, tenant_b, app, redirect_uri, state } = self;
        let mut url = login.clone();
        let (path, asks) = match link {
            ConsentLink::Adminconsent => ("v2.0/adminconsent", ("scope", "openid")),
            ConsentLink::Authorize => ("oauth2/authorize", ("response_type", "code")),
        };
        url.set_path(&format!("/{tenant_b}/{path}"));
        url.query_pairs_mut()
            .clear()
            .append_pair("client_id", &app.to_string())
            .append_pair(asks.0, asks.1)
            .append_pair("redirect_uri", redirect_uri)
            .extend_pairs(state.map(|state| ("state", state)));
        url.into()
    }
}

/// A redirect address on the machine of the browser, such as `http://localhost:8400/done`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoopbackRedirect<'a> {
    /// The port. `None` for any: Entra leaves the port out where it compares addresses of `localhost`
    /// (`docs/facts/azure.md` 3.4).
    pub port: Option<u16>,
    /// What follows the port, letter by letter: a trailing slash counts.
    rest: &'a str,
}

impl<'a> LoopbackRedirect<'a> {
    /// Reads a redirect address; `None` for one that is on another machine.
    #[must_use]
    pub fn of(redirect_uri: &'a str) -> Option<Self> {
        let url =
            Url::parse(redirect_uri).ok().filter(|u| u.scheme() == "http" && u.host_str() == Some("localhost"))?;
        let (_, after) = redirect_uri.split_once("://")?;
        let (_, rest) = after.split_at(after.find(['/', '?', '#']).unwrap_or(after.len()));
        Some(Self { port: url.port(), rest })
    }

    /// Returns the address with a port.
    #[must_use]
    pub fn at(&self, port: u16) -> String {
        format!("http://localhost:{port}{}", self.rest)
    }
}

/// Returns the command that lets the app in without a browser (`docs/facts/azure.md` 0.7), for an administrator of B
/// who has signed in there.
#[must_use]
pub fn consent_command(app: AppId) -> String {
    Command::CreatePrincipal { app }.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::KnownCloud;

    fn page<'a>(link: ConsentLink, redirect_uri: &'a str, state: Option<&'a str>) -> ConsentPage<'a> {
        ConsentPage {
            link,
            tenant_b: "22222222-2222-4222-8222-222222222222".parse().expect("a GUID"),
            app: "33333333-3333-4333-8333-333333333333".parse().expect("a GUID"),
            redirect_uri,
            state,
        }
    }

    #[test]
    fn authorize_is_that_of_the_seed_documents_for_each_cloud() {
        let hosts = ["login.microsoftonline.com", "login.chinacloudapi.cn", "login.microsoftonline.us"];
        for (cloud, host) in KnownCloud::ALL.into_iter().zip(hosts) {
            let login = cloud.endpoints().expect("known").login;
            assert_eq!(
                page(ConsentLink::Authorize, "https://www.microsoft.com", None).url(&login),
                format!(
                    "https://{host}/22222222-2222-4222-8222-222222222222/oauth2/authorize?client_id=\
                     33333333-3333-4333-8333-333333333333&response_type=code&redirect_uri=https%3A%2F%2Fwww.microsoft.com"
                )
            );
        }
    }

    #[test]
    fn adminconsent_has_the_scope_that_it_cannot_do_without() {
        let login = KnownCloud::Public.endpoints().expect("known").login;
        assert_eq!(
            page(ConsentLink::default(), "http://localhost:8400", Some("s")).url(&login),
            "https://login.microsoftonline.com/22222222-2222-4222-8222-222222222222/v2.0/adminconsent?client_id=\
             33333333-3333-4333-8333-333333333333&scope=openid&redirect_uri=http%3A%2F%2Flocalhost%3A8400&state=s"
        );
    }

    #[test]
    fn a_redirect_address_of_this_machine_is_told_from_others() {
        let at = |text: &'static str| LoopbackRedirect::of(text).map(|found| (found.port, found.at(7)));
        assert_eq!(at("http://localhost"), Some((None, "http://localhost:7".to_owned())));
        assert_eq!(at("http://localhost:8400/"), Some((Some(8400), "http://localhost:7/".to_owned())));
        assert_eq!(at("http://LOCALHOST/done"), Some((None, "http://localhost:7/done".to_owned())));
        for other in ["https://localhost", "https://www.microsoft.com", "http://localhost.example.com", "", "x"] {
            assert_eq!(at(other), None, "{other}");
        }
    }
}
