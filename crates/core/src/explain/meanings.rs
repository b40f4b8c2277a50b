//! The table of meanings: what the codes of the services mean in this job, and what to do.
//!
//! The table explains and does not decide: decisions depend on a status or on OAuth's own word, never on a number
//! (`docs/facts/azure.md` 3.1).

use crate::cloud::KnownCloud;

/// The meaning of a code in this job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The service's code.
    pub code: &'static str,
    /// The meaning, as a sentence.
    pub means: &'static str,
    /// The cure.
    pub now: &'static str,
    /// The document that tells more.
    more: More,
}

/// The document that tells more of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum More {
    /// The sign-in service's own page for a number.
    SignIn,
    /// A path of Azure's documents, which every cloud has.
    Azure(&'static str),
    /// A path of Microsoft Graph's documents, which serve every cloud.
    Graph(&'static str),
}

const RESOURCES: More = More::Azure("azure-resource-manager/troubleshooting/common-deployment-errors");
const ROLES: More = More::Azure("role-based-access-control/troubleshooting");
const CREDENTIAL: More = More::Azure("aks/update-credentials");
const DIRECTORY: More = More::Graph("errors");

impl Meaning {
    /// Returns the page that tells more, in that cloud. The public cloud's page stands in where none is known.
    ///
    /// A sign-in's number has a page at the sign-in service (Microsoft identity platform, error codes reference, in its
    /// public and its Chinese edition).
    #[must_use]
    pub fn page(&self, cloud: Option<KnownCloud>) -> String {
        let cloud = cloud.unwrap_or(KnownCloud::Public);
        match self.more {
            More::SignIn => {
                let number = self.code.trim_start_matches("AADSTS");
                format!("https://{}/error?code={number}", cloud.error_host())
            }
            More::Azure(path) => format!("https://{}/{path}", cloud.documents()),
            More::Graph(path) => format!("https://learn.microsoft.com/graph/{path}"),
        }
    }
}

/// Returns a row of the sign-in service.
const fn row(code: &'static str, means: &'static str, now: &'static str) -> Meaning {
    other(code, means, now, More::SignIn)
}

/// Returns a row of another service.
const fn other(code: &'static str, means: &'static str, now: &'static str, more: More) -> Meaning {
    Meaning { code, means, now, more }
}

/// Codes that operators meet in this job (`docs/facts/azure.md` 3.1 to 3.3, 3.9, 3.10, 9.6).
pub const MEANINGS: [Meaning; 46] = [
    row(
        "AADSTS7000215",
        "The secret is wrong, is not known everywhere yet, or is the secret's id in place of its value.",
        "Check that the value was given, not its id; a new secret needs a few seconds.",
    ),
    row("AADSTS7000222", "The secret has expired.", "Make a new one and give it in its place."),
    row(
        "AADSTS700016",
        "The app is not known in this tenant.",
        "Check the tenant, or let an administrator of the tenant consent.",
    ),
    row(
        "AADSTS7000229",
        "The app has no service principal in this tenant.",
        "Let an administrator of the tenant consent to the app.",
    ),
    row("AADSTS7000112", "The app is disabled.", "Enable it under Enterprise applications in the portal."),
    row(
        "AADSTS700024",
        "What proves the sign-in is not valid at the present time.",
        "Set this machine's clock, or have the token renewed, then try again.",
    ),
    row(
        "AADSTS700027",
        "The certificate is not one that is registered with the app, or its key is another's.",
        "Add the certificate to the app registration, or give the one that is there.",
    ),
    row(
        "AADSTS700213",
        "The app has no federated credential for the subject of this token.",
        "Add one to the app for the subject that the service's words name.",
    ),
    row(
        "AADSTS70021",
        "The app has no federated credential that fits this token's issuer, subject and audience.",
        "Compare them with the app's federated credentials: each has to be the same, letter by letter.",
    ),
    row(
        "AADSTS50011",
        "The redirect address is not one of the app's.",
        "Give the same --redirect-uri as the app has; a trailing slash counts.",
    ),
    row("AADSTS65001", "Nobody has consented to the app.", "Let an administrator of the tenant consent."),
    row(
        "AADSTS90094",
        "Only an administrator may consent.",
        "Send the consent address to an administrator of the tenant.",
    ),
    row(
        "AADSTS90095",
        "The consent was sent to the tenant's administrators for review.",
        "Let one of them approve it, or send the consent address to one of them.",
    ),
    row("AADSTS65004", "The consent was declined.", "Ask the administrator of the tenant, then try again."),
    row(
        "AADSTS50020",
        "The account does not belong to this tenant.",
        "Sign in with an account of the tenant, or have it invited.",
    ),
    row(
        "AADSTS50014",
        "The account's invitation to this tenant was not accepted.",
        "Accept it, or sign in with an account of the tenant.",
    ),
    row(
        "AADSTS51004",
        "The account does not exist in this tenant.",
        "Sign in with an account of the tenant, or have it invited.",
    ),
    row(
        "AADSTS16000",
        "The account that is signed in does not exist in this tenant.",
        "Choose another account, or have it invited.",
    ),
    row(
        "AADSTS53003",
        "A Conditional Access policy of the tenant blocks this sign-in.",
        "Sign in another way or from another place, or ask the tenant's administrator.",
    ),
    row(
        "AADSTS530035",
        "The tenant's security defaults block this sign-in.",
        "Sign in another way or with another factor, or ask the tenant's administrator.",
    ),
    row(
        "AADSTS500021",
        "A tenant restriction of your network does not let you in to this tenant.",
        "Sign in from another network, or ask those who run this one to allow the tenant.",
    ),
    row(
        "AADSTS500022",
        "A tenant restriction of your network does not let this account in to this tenant.",
        "Sign in from another network, or ask those who run this one to allow the tenant.",
    ),
    row("AADSTS90002", "There is no such tenant in this cloud.", "Check the tenant's domain or id, and the cloud."),
    row("AADSTS90038", "Credentials do not cross clouds.", "Cluster and registry must be in one cloud."),
    row("AADSTS900382", "A secret of another cloud is not taken here.", "Cluster and registry must be in one cloud."),
    row("AADSTS900432", "A secret of another cloud is not taken here.", "Cluster and registry must be in one cloud."),
    row("AADSTS500011", "The service is not known in this tenant.", "Check the cloud and the tenant."),
    other(
        "AuthorizationFailed",
        "The signed-in account may not do this.",
        "Ask an owner of the resource for the right, or sign in with another account.",
        ROLES,
    ),
    other(
        "LinkedAuthorizationFailed",
        "The account may not use a resource that this one is linked to.",
        "Ask an owner of the linked resource for the right.",
        ROLES,
    ),
    other(
        "Authorization_RequestDenied",
        "The signed-in account may not do this in the directory.",
        "It needs the role Application Administrator or Cloud Application Administrator in this tenant.",
        DIRECTORY,
    ),
    other(
        "InvalidAuthenticationToken",
        "The sign-in is not accepted here, or it has ended.",
        "Sign in again, to the right tenant.",
        RESOURCES,
    ),
    other(
        "InvalidAuthenticationTokenTenant",
        "The subscription belongs to another tenant.",
        "Check the resource id and the tenant: they must belong together.",
        RESOURCES,
    ),
    other(
        "PrincipalNotFound",
        "The service principal is not known to this tenant.",
        "It may be too new; if it lasts, its object id belongs to the other tenant.",
        ROLES,
    ),
    other("RoleAssignmentExists", "The role is assigned already.", "Nothing: it is there.", ROLES),
    other(
        "RoleAssignmentUpdateNotPermitted",
        "Another role assignment has this name.",
        "Remove it, then try again.",
        ROLES,
    ),
    other(
        "ResourceNotFound",
        "There is no such resource, or the account may not see it.",
        "Check the resource id and the account.",
        RESOURCES,
    ),
    other(
        "ResourceGroupNotFound",
        "There is no such resource group, or the account may not see it.",
        "Check the resource id and the account.",
        RESOURCES,
    ),
    other(
        "SubscriptionNotFound",
        "The subscription is not in this tenant, or the account may not see it.",
        "Check the resource id, the tenant and the account.",
        RESOURCES,
    ),
    other(
        "Request_ResourceNotFound",
        "The directory does not know the object, or does not know it yet.",
        "Try again; if it lasts, check the tenant.",
        DIRECTORY,
    ),
    other(
        "CredentialInvalidLifetimeAsPerAppPolicy",
        "The tenant caps how long a secret may live.",
        "Give fewer --secret-days.",
        More::Graph("api/resources/applicationauthenticationmethodpolicy"),
    ),
    other(
        "ServicePrincipalNotFound",
        "The cluster's tenant does not know the service principal yet.",
        "Try again in a few minutes.",
        CREDENTIAL,
    ),
    other(
        "OperationNotAllowed",
        "The cluster does not take changes in its present state.",
        "Start it, or wait until its running operation has ended, then try again.",
        RESOURCES,
    ),
    other(
        "Conflict",
        "Another operation is running on the resource.",
        "Wait until it has ended, then try again.",
        RESOURCES,
    ),
    other(
        "DENIED",
        "The registry's firewall does not let this machine in.",
        "Allow this machine's address under the registry's Networking, or run crosspull from a machine that it lets in.",
        More::Azure("container-registry/container-registry-troubleshoot-access"),
    ),
    other(
        "UNAUTHORIZED",
        "The registry does not accept the credential for this repository.",
        "Check the role on the registry; a new one can take ten minutes.",
        More::Azure("container-registry/container-registry-troubleshoot-login"),
    ),
    other(
        "NotGranted",
        "The registry accepts the credential, and its token does not let it into this repository.",
        "Check the role on the registry and its condition; a new one can take ten minutes.",
        More::Azure("container-registry/container-registry-troubleshoot-login"),
    ),
];

/// Returns the meaning of a code, where the table knows the code.
#[must_use]
pub fn meaning(code: &str) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|m| m.code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page_in_its_cloud() {
        let page = |code, cloud| meaning(code).map(|m| m.page(cloud)).unwrap_or_default();
        assert_eq!(page("AADSTS53003", None), "https://login.microsoftonline.com/error?code=53003");
        assert_eq!(
            page("AADSTS53003", Some(KnownCloud::China)),
            "https://login.partner.microsoftonline.cn/error?code=53003"
        );
        assert_eq!(page("AADSTS53003", Some(KnownCloud::UsGov)), "https://login.microsoftonline.us/error?code=53003");
        let registry = "container-registry/container-registry-troubleshoot-access";
        assert_eq!(page("DENIED", None), format!("https://learn.microsoft.com/azure/{registry}"));
        assert_eq!(page("DENIED", Some(KnownCloud::China)), format!("https://docs.azure.cn/en-us/{registry}"));
        for m in MEANINGS {
            assert_eq!(m.more == More::SignIn, m.code.starts_with("AADSTS"), "{}", m.code);
            let number = m.code.trim_start_matches("AADSTS");
            assert!(m.more != More::SignIn || number.bytes().all(|b| b.is_ascii_digit()), "{}", m.code);
        }
    }

    #[test]
    fn every_meaning_is_two_sentences_and_fits_a_screen_of_80_columns_in_three_lines() {
        for m in MEANINGS {
            for text in [m.means, m.now] {
                assert!(text.ends_with('.') && text.len() <= 180, "{}: {text}", m.code);
            }
        }
    }
}
