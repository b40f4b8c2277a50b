//! Signing in: the ways, which of them fits the place that crosspull runs in, what a person is asked, and who signed
//! in.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::KnownCloud;
use crate::command::Command;
use crate::explain::Trouble;
use crate::ids::TenantId;
pub use crate::names::SignIn;
use crate::names::{PerTenant, Side};
use crate::secret::Secret;

/// The means to sign in with, where crosspull runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// True where the Azure CLI is on the PATH.
    pub azure_cli: bool,
    /// True where the id of a service principal is in the environment, for A and for B.
    pub service_principal: PerTenant<bool>,
    /// True where there is a pod's federated token.
    pub workload: bool,
    /// True where the machine says that it has a managed identity.
    pub managed: bool,
    /// True for a login over the network: its terminal is elsewhere.
    pub ssh: bool,
    /// True where there is a desktop, on which a browser can be opened.
    pub desktop: bool,
}

/// A way as it is offered in some place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Offer {
    pub way: SignIn,
    /// True where the way can work here.
    pub fits: bool,
    /// The reason why the way is recommended here, or why it cannot work, in one short clause.
    pub why: &'static str,
}

/// Returns the ways for a tenant, the recommended one first, those that cannot work here last.
///
/// `docs/facts/azure-sdk.md` 1 gives the order: what is there already, then a person, who can sign in from anywhere.
#[must_use]
pub fn offers(here: &Surroundings, side: Side) -> Vec<Offer> {
    let offer = |way, fits, yes, no| Offer { way, fits, why: if fits { yes } else { no } };
    let principal = here.service_principal[side];
    let local_browser = here.desktop && !here.ssh;
    let browser = if local_browser { "a browser can be opened here" } else { "needs ssh -L from your machine" };
    let mut offers = vec![
        offer(
            SignIn::ServicePrincipal,
            principal,
            "its id is in the environment",
            match side {
                Side::A => "CROSSPULL_A_CLIENT_ID is not set",
                Side::B => "CROSSPULL_B_CLIENT_ID is not set",
            },
        ),
        offer(
            SignIn::WorkloadIdentity,
            here.workload,
            "a pod's token is here",
            "AZURE_FEDERATED_TOKEN_FILE is not set: this is no pod with an identity",
        ),
        offer(SignIn::AzureCli, here.azure_cli, "az is on this machine", "az is not on the PATH"),
    ];
    let code = Offer { way: SignIn::DeviceCode, fits: true, why: "works from any terminal" };
    let page = Offer { way: SignIn::Browser, fits: true, why: browser };
    offers.extend(if local_browser { [page, code] } else { [code, page] });
    offers.push(offer(
        SignIn::ManagedIdentity,
        here.managed,
        "this machine has an identity",
        "this does not look like an Azure machine",
    ));
    if side == Side::B {
        offers.push(Offer { way: SignIn::Nobody, fits: true, why: "for a tenant that you have no account in" });
    }
    offers.sort_by_key(|offer| !offer.fits);
    offers
}

/// Returns the way to try after one that did not work: the next that fits.
///
/// A person's way follows a person's way, since the same account can then sign in.
#[must_use]
pub fn next_way(offers: &[Offer], failed: SignIn) -> Option<Offer> {
    let mut left: Vec<Offer> =
        offers.iter().filter(|o| o.fits && o.way != failed && o.way != SignIn::Nobody).copied().collect();
    left.sort_by_key(|o| o.way.asks_a_person() != failed.asks_a_person());
    left.into_iter().next()
}

/// A request to a person in order to sign in. It goes to the screen or to standard error, never to the journal.
#[derive(Debug, Clone)]
pub enum Prompt {
    /// A code is to be entered at an address, in a browser on any machine.
    Code {
        /// The side that the sign-in is for.
        side: Side,
        /// The address where the code is entered.
        address: String,
        /// The code. Whoever has it until then can have somebody else sign in for them, so it is shown and not kept.
        code: Secret,
        /// The time at which the code expires.
        until: Timestamp,
    },
    /// A page is to be opened in a browser that reaches this machine.
    Page {
        /// The side that the sign-in is for.
        side: Side,
        /// The address of the page.
        address: String,
        /// The port on this machine to which the browser comes back.
        port: u16,
        /// The time at which the wait for the page ends.
        until: Timestamp,
    },
    /// A way did not work, and another one is tried in its place.
    Instead {
        /// The side that the sign-in is for.
        side: Side,
        /// The way that did not work.
        failed: SignIn,
        /// The way that is tried now.
        way: SignIn,
        /// The reason why the first way did not work.
        trouble: Trouble,
    },
    /// Nothing is asked any more.
    Over {
        /// The side that the sign-in is for.
        side: Side,
    },
}

impl Prompt {
    /// Returns the side that the sign-in is for.
    #[must_use]
    pub const fn side(&self) -> Side {
        match self {
            Self::Code { side, .. } | Self::Page { side, .. } | Self::Instead { side, .. } | Self::Over { side } => {
                *side
            }
        }
    }

    /// Returns the request as lines for a terminal without screens.
    ///
    /// `tunnel` is the other end of an SSH login, where this is one. The documents of `cloud` tell more.
    #[must_use]
    pub fn lines(&self, tunnel: Option<&str>, cloud: Option<KnownCloud>) -> Vec<String> {
        match self {
            Self::Code { side, address, code, .. } => vec![
                format!("To sign in to tenant {side}, open this page in any browser:"),
                format!("  {address}"),
                "and enter this code:".to_owned(),
                format!("  {}", code.reveal()),
            ],
            Self::Page { side, address, port, .. } => {
                let mut lines = Vec::new();
                if let Some(host) = tunnel {
                    lines.push("This is an SSH login. First run this on the machine with the browser:".to_owned());
                    lines.push(format!("  {}", tunnel_command(*port, host)));
                }
                lines.extend([format!("To sign in to tenant {side}, open this page:"), format!("  {address}")]);
                lines
            }
            Self::Instead { side, failed, way, trouble } => {
                let mut lines =
                    vec![format!("Tenant {side}: sign-in by {} did not work; trying {}.", failed.word(), way.word())];
                lines.extend(trouble.lines(cloud).into_iter().skip(1).map(|line| format!("  {line}")));
                lines
            }
            Self::Over { .. } => Vec::new(),
        }
    }
}

/// Returns the line that brings a port of this machine to the machine with the browser.
#[must_use]
pub fn tunnel_command(port: u16, host: &str) -> String {
    Command::Tunnel { port, host }.to_string()
}

/// The account that signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// A person's sign-in name, else the id of an app.
    pub name: String,
    /// The kind of the account.
    pub kind: AccountKind,
}

/// The kind of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountKind {
    /// A person of the tenant.
    Member,
    /// A person of another tenant who was invited.
    Guest,
    /// An app: a service principal or a managed identity.
    App,
}

impl Account {
    /// Returns the account that a token's claims name (Microsoft identity platform, access token claims reference).
    ///
    /// `idtyp` tells an app; `upn` or `unique_name` (version 1) or `preferred_username` (version 2) tells a person.
    /// `idp` is another issuer where that person is a guest.
    #[must_use]
    pub fn of_claims(claims: &Value) -> Option<Self> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|t| !t.is_empty());
        let person = text("upn").or_else(|| text("preferred_username")).or_else(|| text("unique_name"));
        let app = || text("appid").or_else(|| text("azp"));
        let (name, kind) = match (text("idtyp"), person) {
            (Some("app"), _) | (_, None) => (app()?, AccountKind::App),
            (_, Some(person)) => {
                let elsewhere = text("idp").is_some_and(|idp| text("iss").is_some_and(|iss| iss != idp));
                let guest = elsewhere || person.contains("#EXT#") || text("acct") == Some("1");
                (person, if guest { AccountKind::Guest } else { AccountKind::Member })
            }
        };
        // `live.com#name` is how a personal account is named.
        let name = name.rsplit_once('#').filter(|_| !name.contains("#EXT#")).map_or(name, |(_, rest)| rest);
        Some(Self { name: crate::text::printable(name, 120), kind })
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            AccountKind::Member => f.write_str(&self.name),
            AccountKind::Guest => write!(f, "{} (guest)", self.name),
            AccountKind::App => write!(f, "app {}", self.name),
        }
    }
}

/// A tenant that somebody signed in to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// The id of the tenant.
    pub tenant: TenantId,
    /// The name of the tenant, where it may be read.
    pub name: Option<String>,
    /// The default domain of the tenant, where it may be read.
    pub domain: Option<String>,
    /// The account that signed in.
    pub account: Option<Account>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn first(here: Surroundings) -> SignIn {
        offers(&here, Side::A).first().expect("an offer").way
    }

    #[test]
    fn the_way_that_fits_the_place_is_recommended() {
        let here = Surroundings { azure_cli: true, ..Surroundings::default() };
        assert_eq!(first(here), SignIn::AzureCli);
        assert_eq!(
            first(Surroundings { service_principal: PerTenant { a: true, b: false }, ..here }),
            SignIn::ServicePrincipal
        );
        assert_eq!(first(Surroundings { workload: true, ..here }), SignIn::WorkloadIdentity);
        let bare = Surroundings::default();
        assert_eq!(first(Surroundings { ssh: true, desktop: true, ..bare }), SignIn::DeviceCode);
        assert_eq!(first(Surroundings { desktop: true, ..bare }), SignIn::Browser);
        let last = offers(&bare, Side::A).pop().expect("an offer");
        assert!(!last.fits, "what cannot work here stands last: {last:?}");
        assert!(offers(&bare, Side::B).iter().any(|o| o.way == SignIn::Nobody));
        assert!(offers(&bare, Side::A).iter().all(|o| o.way != SignIn::Nobody));
    }

    #[test]
    fn a_person_who_is_blocked_in_one_way_is_offered_the_other() {
        let here = Surroundings { azure_cli: true, ssh: true, ..Surroundings::default() };
        let next = |failed| next_way(&offers(&here, Side::A), failed).map(|o| o.way);
        assert_eq!(next(SignIn::DeviceCode), Some(SignIn::Browser));
        assert_eq!(next(SignIn::Browser), Some(SignIn::DeviceCode));
        assert_eq!(next(SignIn::ManagedIdentity), Some(SignIn::AzureCli));
    }

    #[test]
    fn every_way_has_a_word() {
        for (way, word, says) in SignIn::ALL {
            assert_eq!((way.word(), SignIn::from_word(word)), (word, Some(way)));
            assert!(!says.is_empty());
        }
    }

    #[test]
    fn claims_name_the_account() {
        let shown = |claims: Value| Account::of_claims(&claims).map(|a| a.to_string());
        assert_eq!(shown(json!({"upn": "ops@contoso.com", "appid": "x"})), Some("ops@contoso.com".to_owned()));
        assert_eq!(
            shown(json!({"unique_name": "live.com#me@example.com", "idp": "live.com", "iss": "https://sts/1/"})),
            Some("me@example.com (guest)".to_owned())
        );
        assert_eq!(
            shown(json!({"upn": "ops_contoso.com#EXT#@fabrikam.com"})),
            Some("ops_contoso.com#EXT#@fabrikam.com (guest)".to_owned())
        );
        assert_eq!(shown(json!({"idtyp": "app", "appid": "1-2"})), Some("app 1-2".to_owned()));
        assert_eq!(shown(json!({})), None);
    }

    #[test]
    fn a_prompt_over_ssh_brings_the_tunnels_line() {
        let until = Timestamp::UNIX_EPOCH;
        let page = Prompt::Page { side: Side::A, address: "https://x/".to_owned(), port: 5000, until };
        assert_eq!(page.lines(None, None).len(), 2);
        let lines = page.lines(Some("me@host"), None);
        assert_eq!(lines.get(1).map(String::as_str), Some("  ssh -N -L 5000:127.0.0.1:5000 me@host"));
    }
}
