//! A tenant as the operator names it.

use std::fmt;

use super::TenantId;
use crate::text::clean;

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

    /// Reads a GUID, a domain, or a portal address that names one (`https://portal.azure.com/#@contoso.com/…`).
    ///
    /// # Errors
    /// A sentence that says what is wrong and what right looks like.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let text = clean(raw);
        let named = text.split_once("#@").map_or(text, |(_, rest)| rest.split(['/', '?']).next().unwrap_or(rest));
        if let Ok(id) = named.parse() {
            return Ok(Self::Id(id));
        }
        if is_domain(named) {
            return Ok(Self::Domain(named.to_ascii_lowercase()));
        }
        if text.is_empty() {
            return Err("give the tenant's domain (contoso.com) or its id (a GUID)".to_owned());
        }
        Err(format!("\"{text}\" is not a tenant: give its domain (contoso.com) or its id (a GUID)"))
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
        for text in
            [id.to_owned(), format!(" \"{}\" ", id.to_uppercase()), format!("https://portal.azure.com/#@{id}/resource")]
        {
            assert_eq!(TenantRef::parse(&text).map(|t| t.to_string()), Ok(id.to_owned()));
        }
        assert_eq!(TenantRef::parse("Contoso.COM"), Ok(TenantRef::Domain("contoso.com".to_owned())));
        for text in ["contoso", "1f0c2b7e-90aa", "a..b", "-a.com", "10.0.0.1", "contoso.com/x"] {
            assert!(TenantRef::parse(text).unwrap_err().contains("is not a tenant"), "{text}");
        }
    }
}
