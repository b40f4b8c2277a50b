//! A registry that somebody signed in to, and how that is told.

use crosspull_azure::registry_login::RegistryCredential;
use crosspull_azure::request::Audience;
use crosspull_core::login::{Granted, SignedIn, Who};
use jiff::Timestamp;

use super::tools;
use crate::sources::environment;

/// What is said where nothing is granted on the whole registry, and grants by repository stay unseen.
const NOT_ON_THE_WHOLE: &str = "Nothing is granted on the whole registry. What is granted on single repositories is told where they are named: --repository";
/// What is said where nothing is granted.
const NOTHING: &str = "Nothing is granted: whatever is pulled or pushed is refused.";

/// A registry that somebody signed in to.
#[derive(Debug)]
pub struct Entered {
    /// The host of the registry, with a port where there is one.
    pub server: String,
    /// The one who signed in.
    pub who: Who,
    /// The account: a person's name, an app's id, a user of the registry's own.
    pub account: String,
    /// The tenant of the sign-in. `None` for a user of the registry's own.
    pub tenant: Option<String>,
    /// The service that the token of Entra was for. `None` for a user of the registry's own.
    pub audience: Option<Audience>,
    /// What docker and its kin are given.
    pub credential: RegistryCredential,
    /// The end of the sign-in. `None` where it has none that is known.
    pub expires: Option<Timestamp>,
    /// What is granted.
    pub granted: Granted,
    /// What was taken for the registry that is named, where nobody could be asked.
    pub note: Option<String>,
}

impl Entered {
    /// Returns the same as it is told, without anything secret.
    pub fn told(&self) -> SignedIn {
        SignedIn {
            server: self.server.clone(),
            tenant: self.tenant.clone(),
            user: self.credential.pair().0.to_owned(),
            lines: self.lines(),
            in_vain: self.granted.is_nothing() || self.granted.in_vain().next().is_some(),
            expires: self.expires,
            programs: tools::here(&environment("PATH").unwrap_or_default()),
        }
    }

    /// Returns who signed in and what that is granted, in lines.
    pub fn lines(&self) -> Vec<String> {
        let tenant = self.tenant.as_ref().map(|tenant| format!(", of tenant {tenant}")).unwrap_or_default();
        let mut lines = vec![format!("Signed in to {} as {}{tenant}", self.server, self.account)];
        if self.audience.is_some_and(|of| of != Audience::Registry) {
            lines.push(
                "By a token for Resource Manager, since Entra gives this account none for registries.".to_owned(),
            );
        }
        lines.extend(self.note.clone());
        lines.extend(self.who.warning().map(str::to_owned));
        let granted = &self.granted;
        let clauses = granted.lines();
        if clauses.is_empty() && granted.repositories.is_empty() {
            lines.push(if granted.unseen { NOT_ON_THE_WHOLE } else { NOTHING }.to_owned());
        }
        lines.extend(clauses.iter().map(|clause| format!("May {clause}")));
        let in_vain: Vec<&str> = granted.in_vain().collect();
        if !in_vain.is_empty() {
            lines.push(format!("Nothing is granted on {}", in_vain.join(", ")));
        }
        lines
    }
}
