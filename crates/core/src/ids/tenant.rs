//! A tenant as the operator names it.

use std::fmt;

use super::TenantId;
use crate::text::{as_typed, clean, printable};

/// The characters of a GUID.
const GUID: usize = 36;
/// The most characters of a wrong value that are told: a complaint has two lines.
const LONGEST: usize = 60;

/// A tenant as the operator names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantRef {
    /// By id.
    Id(TenantId),
    /// By a domain that belongs to it, in lower case.
    Domain(String),
    /// The account's own, whichever that is: for finding out which tenants there are, and for nothing else. No person
    /// names it.
    Home,
}

impl TenantRef {
    /// The sign-in service's word for the tenant of whoever signs in (Microsoft identity platform, "OAuth 2.0 device
    /// authorization grant", parameter `tenant`; `docs/facts/real-clients.md` 3, `az login` without `--tenant`).
    pub const HOME: &str = "organizations";

    /// Reads a GUID or a domain, also where it stands in what people copy along: a portal's or a sign-in's address, a user's name,
    /// a label, a line of JSON (`https://portal.azure.com/#@contoso.com/…`, `https://login.microsoftonline.com/GUID/`,
    /// `ada@contoso.com`, `Tenant ID: GUID`, `"tenantId": "GUID",`).
    ///
    /// # Errors
    /// A sentence that says what is wrong and what right looks like.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let typed = as_typed(raw);
        let text = clean(&typed);
        let places = [Some(text), of_portal(text), of_sign_in(text), of_user(text), of_label(text), only_id(text)];
        for named in places.into_iter().flatten() {
            if let Ok(id) = named.parse() {
                return Ok(Self::Id(id));
            }
            if is_domain(named) {
                return Ok(Self::Domain(named.to_ascii_lowercase()));
            }
        }
        if text.is_empty() {
            return Err("give the tenant's domain (contoso.com) or its id (a GUID)".to_owned());
        }
        let told = printable(text, LONGEST);
        Err(format!("\"{told}\" is not a tenant: give its domain (contoso.com) or its id (a GUID)"))
    }
}

impl fmt::Display for TenantRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Domain(domain) => f.write_str(domain),
            Self::Home => f.write_str(Self::HOME),
        }
    }
}

/// Returns the tenant in a portal's address.
fn of_portal(text: &str) -> Option<&str> {
    text.split_once("#@").and_then(|(_, rest)| rest.split(['/', '?']).next())
}

/// Returns the tenant in an address of a sign-in service, of whatever cloud: it comes first in the path.
fn of_sign_in(text: &str) -> Option<&str> {
    let (host, path) = text.strip_prefix("https://")?.split_once('/')?;
    (host.starts_with("login.") || host.starts_with("sts.")).then(|| path.split(['/', '?']).next())?
}

/// Returns the domain of a user's name.
fn of_user(text: &str) -> Option<&str> {
    let (user, domain) = text.split_once('@')?;
    let is_user = !user.is_empty() && !user.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '#'));
    is_user.then_some(domain)
}

/// Returns what stands after a label.
fn of_label(text: &str) -> Option<&str> {
    let (label, value) = text.split_once(':')?;
    let is_label = label.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, ' ' | '(' | ')'));
    is_label.then(|| clean(value))
}

/// Returns the one GUID in a text. In an address or a resource id it is somebody else's.
fn only_id(text: &str) -> Option<&str> {
    let words = text.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
    let mut ids = words.filter(|word| word.len() == GUID && word.parse::<TenantId>().is_ok());
    let one = ids.next().filter(|_| !text.contains('/'))?;
    ids.all(|other| other == one).then_some(one)
}

/// A DNS name of two labels or more whose last one is not a number.
fn is_domain(text: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let labels: Vec<&str> = text.split('.').collect();
    text.len() <= 253
        && labels.len() >= 2
        && labels.iter().all(|l| label(l))
        && labels.last().is_some_and(|l| l.len() >= 2 && l.bytes().any(|b| b.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_a_guid_a_domain_or_a_portal_address() {
        let id = "1f0c2b7e-90aa-4c1e-8d6f-51b2c7f09a2e";
        for text in [
            id.to_owned(),
            format!(" \"{}\" ", id.to_uppercase()),
            format!("https://portal.azure.com/#@{id}/resource"),
            format!("https://login.microsoftonline.com/{id}/"),
            format!("https://login.microsoftonline.us/{id}/v2.0/.well-known/openid-configuration"),
            format!("https://sts.windows.net/{id}/"),
            format!("Tenant ID: {id}"),
            format!("Directory (tenant) ID:\t{id}"),
            format!("Tenant ID\t{id}"),
            format!("  \"tenantId\": \"{id}\","),
            format!("{id}."),
            id.replace('-', "\u{2011}"),
            id.replace("8d6f", "8d\u{ad}6f"),
        ] {
            assert_eq!(TenantRef::parse(&text).map(|t| t.to_string()), Ok(id.to_owned()));
        }
        for text in ["Contoso.COM", "ada@contoso.com", "Primary domain: contoso.com"] {
            assert_eq!(TenantRef::parse(text), Ok(TenantRef::Domain("contoso.com".to_owned())), "{text}");
        }
        for text in [
            "contoso",
            "1f0c2b7e-90aa",
            "a..b",
            "-a.com",
            "10.0.0.1",
            "contoso.com/x",
            "https://contoso.com/x",
            "a b@contoso.com",
            "@",
            "1f0c2b7e-90aa-4c1e-8d6f-51b2c7f09a2e 2f0c2b7e-90aa-4c1e-8d6f-51b2c7f09a2e",
            "/subscriptions/1f0c2b7e-90aa-4c1e-8d6f-51b2c7f09a2e",
        ] {
            assert!(TenantRef::parse(text).unwrap_err().contains("is not a tenant"), "{text}");
        }
        let long = TenantRef::parse(&"x".repeat(500)).unwrap_err();
        assert!(long.chars().count() < 150, "{long}");
    }
}
