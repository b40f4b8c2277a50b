//! The consent page that somebody of tenant B opens, and its answer where the browser is on this machine.

use crosspull_core::consent::{ConsentLink, ConsentPage, LoopbackRedirect};
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{AppId, TenantId};
use crosspull_core::names::Outcome;
use crosspull_core::operation::Fact;
use crosspull_core::text::printable;
use uuid::Uuid;

use super::directory::{self, AppRef};
use crate::listener::{Listener, Query};
use crate::refusal::refused_by_page;
use crate::step_context::StepContext;

/// A consent page that waits to be opened.
pub struct OpenPage {
    /// The form of its address.
    link: ConsentLink,
    /// The tenant that lets the app in.
    tenant_b: TenantId,
    /// The address to open.
    pub url: String,
    /// The place on this machine that the browser comes back to. `None` where it goes elsewhere.
    back: Option<Back>,
    /// True where the app lists no address that the page could lead to.
    leads_nowhere: bool,
}

/// A place on this machine that the browser comes back to.
struct Back {
    listener: Listener,
    state: String,
}

/// The answer of a consent page.
pub enum ConsentAnswer {
    /// Consent was given in tenant B, as far as the answer tells: it proves nothing (`docs/facts/azure.md` 3.4).
    Given,
    /// Whoever opened the page said no.
    Declined(Trouble),
    /// Something else, which does not end the wait.
    Says(Trouble),
}

/// The answer as it came, before it is judged.
enum Raw {
    /// Consent was given, in the tenant of this name where the answer has one.
    Given(Option<String>),
    /// OAuth's word for a refusal, and its description.
    Refused(String, String),
}

impl OpenPage {
    /// Prepares the page. Where it leads to this machine afterwards and a port can be had, its answer is taken there;
    /// else consent is noticed by asking alone.
    pub async fn of(context: &StepContext<'_>, app: AppId, link: ConsentLink, redirect_uri: &str) -> Self {
        let listed = listed_addresses(context).await;
        let leads_nowhere = listed.as_ref().is_some_and(Vec::is_empty);
        let first = listed.filter(|listed| !listed.iter().any(|address| address == redirect_uri));
        let first = first.and_then(|listed| listed.into_iter().next());
        let redirect_uri = first.as_deref().unwrap_or(redirect_uri);
        let loopback = LoopbackRedirect::of(redirect_uri);
        let listener = match &loopback {
            Some(redirect) => Listener::open(redirect.port).await.ok(),
            None => None,
        };
        let back = listener.map(|listener| Back { listener, state: Uuid::new_v4().simple().to_string() });
        let here = loopback.zip(back.as_ref()).map(|(redirect, back)| redirect.at(back.listener.port));
        let page = ConsentPage {
            link,
            tenant_b: context.plan().tenants.b,
            app,
            redirect_uri: here.as_deref().unwrap_or(redirect_uri),
            state: back.as_ref().map(|back| back.state.as_str()),
        };
        let url = page.url(&context.door().endpoints().login);
        Self { link, tenant_b: page.tenant_b, url, back, leads_nowhere }
    }

    /// Returns who does what on the page, and what is seen of it here.
    pub fn says(&self) -> String {
        let here = self.back.as_ref().map(|back| {
            format!(
                " The browser then comes back to port {} of this machine; where it runs elsewhere, it shows an error, and \
                 consent holds all the same.",
                back.listener.port
            )
        });
        let nowhere =
            " The app lists no redirect address, so the page may end in AADSTS500113; the command needs none.";
        format!(
            "An administrator of tenant B ({}) opens this page and {}.{}{}",
            self.tenant_b,
            self.link.what_to_do(),
            here.unwrap_or_default(),
            if self.leads_nowhere { nowhere } else { "" }
        )
    }

    /// Waits until the browser comes back. Never returns where it goes elsewhere.
    pub async fn answer(&self) -> ConsentAnswer {
        let raw = match &self.back {
            Some(back) => back.listener.answer(&back.state, read).await.ok(),
            None => None,
        };
        match raw {
            Some(raw) => self.judge(raw),
            // Nothing more can be taken from a browser, so asking alone tells.
            None => std::future::pending().await,
        }
    }

    fn judge(&self, raw: Raw) -> ConsentAnswer {
        match raw {
            Raw::Given(Some(tenant)) if tenant.parse() != Ok(self.tenant_b) => ConsentAnswer::Says(Trouble::new(
                format!("Consent was given in tenant {} , not in tenant B.", printable(&tenant, 60)),
                format!("The app is to be let into {} .", self.tenant_b),
                "Open the same page again, signed in as an administrator of tenant B.",
            )),
            Raw::Given(_) => ConsentAnswer::Given,
            Raw::Refused(word, description) => refused(&word, refused_by_page(&word, &description)),
        }
    }
}

/// Returns the redirect addresses that an app lists which was there before the run: a page leads to one of them alone
/// (`docs/facts/azure.md` 3.2). `None` for an app that the run made, which has the address that was asked for, and for
/// one that cannot be read.
async fn listed_addresses(context: &StepContext<'_>) -> Option<Vec<String>> {
    if context.how(&Fact::AppObject)? == Outcome::Created {
        return None;
    }
    let app = AppRef { side: directory::home_of_app(context), object: context.known(&Fact::AppObject)? };
    let read = directory::try_app(context, app).await.ok()?;
    Some(read.web.unwrap_or_default().redirect_uris)
}

/// Judges a refusal by OAuth's word: numbers only explain.
fn refused(word: &str, refusal: Refusal) -> ConsentAnswer {
    const WHAT: &str = "Consent was not given in tenant B.";
    if word == "access_denied" {
        return ConsentAnswer::Declined(Trouble::from_refusal(WHAT, refusal).because(
            "Whoever opened the page declined it.",
            "Let an administrator of tenant B accept it: crosspull resume shows the page again.",
        ));
    }
    ConsentAnswer::Says(Trouble::from_refusal(WHAT, refusal))
}

/// Reads what the consent page answers, and tells what the browser shows. The code of `authorize` is of no use here, and
/// is not kept.
fn read(query: Query<'_>) -> Option<(Raw, &'static str)> {
    const TAKEN: &str = "The answer has reached crosspull, which looks whether the app is let in. Close this page.";
    const REFUSED: &str = "Consent was not given. crosspull tells why; close this page.";
    let said_yes = |value: String| value.eq_ignore_ascii_case("true");
    if let Some(error) = query.get("error") {
        return Some((Raw::Refused(error, query.get("error_description").unwrap_or_default()), REFUSED));
    }
    let given = query.get("admin_consent").map_or_else(|| query.get("code").is_some(), said_yes);
    given.then(|| (Raw::Given(query.get("tenant")), TAKEN))
}
