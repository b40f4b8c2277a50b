//! Errors as data, and the one table that says what an error of Azure means here and what to do now.

use serde::{Deserialize, Serialize};

/// What a service answered in place of what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The HTTP status; none where no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The service's own code, such as `AuthorizationFailed` or `AADSTS700016`.
    pub code: String,
    /// The service's own words, fit for a terminal.
    pub message: String,
    /// The id under which Microsoft's support finds the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Refusal {
    /// The code where no connection came about: nothing was sent.
    pub const NOT_REACHED: &str = "NoConnection";
}

/// Something that went wrong, for a person: what happened, why, what to do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What happened.
    pub what: String,
    /// Why, as far as it is known.
    pub why: String,
    /// What to do now.
    pub now: String,
    /// The service's answer behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// What a code means in this job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The service's code.
    pub code: &'static str,
    /// What it means here.
    pub means: &'static str,
    /// What to do now.
    pub now: &'static str,
}

/// Shortens a row.
const fn row(code: &'static str, means: &'static str, now: &'static str) -> Meaning {
    Meaning { code, means, now }
}

/// Codes that operators meet in this job (`azure-facts.md` 3.1 to 3.3, 3.9, 3.10).
pub const MEANINGS: [Meaning; 32] = [
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
    row("AADSTS65004", "The consent was declined.", "Ask the administrator of the tenant, then try again."),
    row(
        "AADSTS50020",
        "The account does not belong to this tenant.",
        "Sign in with an account of the tenant, or have it invited.",
    ),
    row(
        "AADSTS53003",
        "A Conditional Access policy of the tenant blocks this sign-in.",
        "Sign in another way or from another place, or ask the tenant's administrator.",
    ),
    row("AADSTS90002", "There is no such tenant in this cloud.", "Check the tenant's domain or id, and the cloud."),
    row("AADSTS90038", "Credentials do not cross clouds.", "Cluster and registry must be in one cloud."),
    row("AADSTS500011", "The service is not known in this tenant.", "Check the cloud and the tenant."),
    row(
        "AuthorizationFailed",
        "The signed-in account may not do this.",
        "Ask an owner of the resource for the right, or sign in with another account.",
    ),
    row(
        "LinkedAuthorizationFailed",
        "The account may not use a resource that this one is linked to.",
        "Ask an owner of the linked resource for the right.",
    ),
    row(
        "Authorization_RequestDenied",
        "The signed-in account may not do this in the directory.",
        "It needs the role Application Administrator or Cloud Application Administrator in this tenant.",
    ),
    row(
        "InvalidAuthenticationToken",
        "The sign-in is not accepted here, or it has ended.",
        "Sign in again, to the right tenant.",
    ),
    row(
        "InvalidAuthenticationTokenTenant",
        "The subscription belongs to another tenant.",
        "Check the resource id and the tenant: they must belong together.",
    ),
    row(
        "PrincipalNotFound",
        "The service principal is not known to this tenant.",
        "It may be too new; if it lasts, its object id belongs to the other tenant.",
    ),
    row("RoleAssignmentExists", "The role is assigned already.", "Nothing: it is there."),
    row("RoleAssignmentUpdateNotPermitted", "Another role assignment has this name.", "Remove it, then try again."),
    row(
        "ResourceNotFound",
        "There is no such resource, or the account may not see it.",
        "Check the resource id and the account.",
    ),
    row(
        "ResourceGroupNotFound",
        "There is no such resource group, or the account may not see it.",
        "Check the resource id and the account.",
    ),
    row(
        "SubscriptionNotFound",
        "The subscription is not in this tenant, or the account may not see it.",
        "Check the resource id, the tenant and the account.",
    ),
    row(
        "Request_ResourceNotFound",
        "The directory does not know the object, or does not know it yet.",
        "Try again; if it lasts, check the tenant.",
    ),
    row(
        "CredentialInvalidLifetimeAsPerAppPolicy",
        "The tenant caps how long a secret may live.",
        "Give fewer --secret-days.",
    ),
    row(
        "ServicePrincipalNotFound",
        "The cluster's tenant does not know the service principal yet.",
        "Try again in a few minutes.",
    ),
    row(
        "OperationNotAllowed",
        "The cluster does not take changes in its present state.",
        "Start it, or wait until its running operation has ended, then try again.",
    ),
    row("Conflict", "Another operation is running on the resource.", "Wait until it has ended, then try again."),
    row(
        "DENIED",
        "The registry's firewall does not let this machine in.",
        "Allow this machine's address under the registry's Networking, or run crosspull from a machine that it lets in.",
    ),
    row(
        "UNAUTHORIZED",
        "The registry does not accept the credential for this repository.",
        "Check the role on the registry; a new one can take ten minutes.",
    ),
];

/// What a code means, where the table knows it.
#[must_use]
pub fn meaning(code: &str) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|m| m.code.eq_ignore_ascii_case(code))
}

impl Trouble {
    /// Trouble of our own finding.
    #[must_use]
    pub fn new(what: impl Into<String>, why: impl Into<String>, now: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), now: now.into(), refusal: None }
    }

    /// Trouble behind which a service's answer stands; the table says what the answer means.
    #[must_use]
    pub fn from_refusal(what: impl Into<String>, refusal: Refusal) -> Self {
        let (why, now) = meaning(&refusal.code).map_or_else(
            || ("The service gives no reason that crosspull knows.".to_owned(), unknown_now(&refusal)),
            |m| (m.means.to_owned(), m.now.to_owned()),
        );
        Self { what: what.into(), why, now, refusal: Some(refusal) }
    }

    /// The same trouble with a reason and a way out that fit the place better than the table's.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>, now: impl Into<String>) -> Self {
        self.why = why.into();
        self.now = now.into();
        self
    }

    /// All of it in lines, for a screen or a terminal: what, why, now, and the service's own words.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.what.clone(), self.why.clone(), self.now.clone()];
        if let Some(refusal) = &self.refusal {
            lines.push(refusal.to_string());
            if let Some(id) = &refusal.request_id {
                lines.push(format!("request id {id}"));
            }
        }
        lines.retain(|l| !l.is_empty());
        lines
    }
}

/// What to do about an answer that the table does not know.
fn unknown_now(refusal: &Refusal) -> String {
    match refusal.status {
        Some(500..) => "It is on the service's side: try again later.",
        Some(429) => "The service asks for patience: try again later.",
        _ => "Read the service's own words below.",
    }
    .to_owned()
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(status) = self.status {
            write!(f, "{status} ")?;
        }
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.lines().join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meaning_is_two_sentences_and_fits_a_screen_of_80_columns_in_three_lines() {
        for m in MEANINGS {
            for text in [m.means, m.now] {
                assert!(text.ends_with('.') && text.len() <= 180, "{}: {text}", m.code);
            }
        }
    }

    #[test]
    fn a_known_code_is_explained_and_an_unknown_one_shows_the_services_words() {
        let refusal = |code: &str| Refusal {
            status: Some(403),
            code: code.to_owned(),
            message: "m".to_owned(),
            request_id: None,
        };
        let known = Trouble::from_refusal("The role was not assigned.", refusal("AuthorizationFailed"));
        assert_eq!(known.why, "The signed-in account may not do this.");
        let unknown = Trouble::from_refusal("x", refusal("Odd"));
        assert_eq!(unknown.lines().last().map(String::as_str), Some("403 Odd: m"));
    }
}
