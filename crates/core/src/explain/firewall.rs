//! A registry's firewall: the address that it saw, and what lets that address in.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::Refusal;
use crate::ids::RegistryId;

/// The refusal of a registry's firewall. It judges where a request comes from, and neither credential nor role
/// (`docs/facts/azure.md` 3.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Firewall {
    /// The address that the registry saw, where its words name one. Behind NAT nobody else knows it. A node of the cluster
    /// comes from another one.
    pub saw: Option<IpAddr>,
    /// True where the registry is known to have its public access off: no rule lets an address in then
    /// (`publicNetworkAccess` of Azure Container Registry's contract).
    #[serde(default)]
    pub is_closed: bool,
}

impl Firewall {
    /// The words by which a firewall's refusal differs from any other with the code `DENIED`.
    pub(super) const WORDS: &str = "is not allowed access";

    /// Returns the firewall that a refusal is of. `None` for any other refusal.
    #[must_use]
    pub fn of(refusal: &Refusal) -> Option<Self> {
        let refuses = refusal.code.eq_ignore_ascii_case("DENIED") && refusal.message.contains(Self::WORDS);
        (refusal.status == Some(403) && refuses).then(|| Self { saw: address(&refusal.message), is_closed: false })
    }

    /// Returns what the firewall does, as a sentence without its full stop.
    #[must_use]
    pub fn why(&self, registry: &RegistryId) -> String {
        let name = registry.name();
        let saw = self.saw.map(|address| format!(", which it sees as {address}")).unwrap_or_default();
        format!("{name}'s firewall does not let this machine in{saw}")
    }

    /// Returns the way to be let in. It ends in a command where the firewall's rules can have the address: they take
    /// IPv4 alone (`properties.networkRuleSet.ipRules` of Azure Container Registry's contract).
    #[must_use]
    pub fn cure(&self, registry: &RegistryId) -> String {
        let name = registry.name();
        match self.saw {
            _ if self.is_closed => format!(
                "{name}'s public access is off: a machine in a network with a private endpoint of it is let in, and no \
                 rule for an address helps."
            ),
            None => format!("Allow this machine's address under {name}'s Networking."),
            Some(address @ IpAddr::V6(_)) => format!(
                "No rule under {name}'s Networking can name {address}, since they take IPv4 alone: come by IPv4, or from \
                 a machine that it lets in."
            ),
            Some(address @ IpAddr::V4(_)) => format!(
                "Allow {address} under {name}'s Networking, signed in to its tenant: az acr network-rule add {} \
                 --ip-address {address}",
                registry.for_az()
            ),
        }
    }
}

/// Returns the address in `client with IP '203.0.113.7' is not allowed access`, with whatever marks around it.
fn address(message: &str) -> Option<IpAddr> {
    let before = message.get(..message.find(Firewall::WORDS)?)?;
    let word = before.split_whitespace().next_back()?;
    let is_of_address = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let address: IpAddr = word.trim_matches(|c| !is_of_address(c)).parse().ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: &str, message: &str) -> Refusal {
        Refusal { status: Some(403), code: code.to_owned(), message: message.to_owned(), request_id: None }
    }

    fn saw(word: &str) -> Option<String> {
        let words =
            format!("client with IP {word} is not allowed access. Refer https://aka.ms/acr/firewall to grant access.");
        Firewall::of(&refusal("DENIED", &words)).expect("a firewall").saw.map(|address| address.to_string())
    }

    #[test]
    fn the_address_is_read_with_whatever_marks_around_it() {
        for word in ["'203.0.113.7'", "\"203.0.113.7\"", "203.0.113.7", "`203.0.113.7`", "[203.0.113.7]"] {
            assert_eq!(saw(word).as_deref(), Some("203.0.113.7"), "{word}");
        }
        for word in ["'2001:db8::7'", "2001:DB8::7", "[2001:db8:0::7]"] {
            assert_eq!(saw(word).as_deref(), Some("2001:db8::7"), "{word}");
        }
        assert_eq!(saw("'::ffff:203.0.113.7'").as_deref(), Some("203.0.113.7"));
        for word in ["''", "'somewhere'", "'203.0.113'", "'$(id)'"] {
            assert_eq!(saw(word), None, "{word}");
        }
    }

    #[test]
    fn other_refusals_of_that_code_are_no_firewalls() {
        assert_eq!(Firewall::of(&refusal("DENIED", "requested access to the resource is denied")), None);
        assert_eq!(Firewall::of(&refusal("Odd", "client with IP '203.0.113.7' is not allowed access")), None);
        let unanswered = Refusal { status: None, ..refusal("DENIED", "'203.0.113.7' is not allowed access") };
        assert_eq!(Firewall::of(&unanswered), None);
    }

    #[test]
    fn a_command_is_told_where_it_can_help() {
        let id = RegistryId::parse("/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg(b)/providers/Microsoft.ContainerRegistry/registries/registryb").expect("an id");
        let cure = |address: &str| Firewall { saw: address.parse().ok(), is_closed: false }.cure(&id);
        assert!(
            cure("203.0.113.7").ends_with(
                ": az acr network-rule add --resource-group 'rg(b)' --name registryb --subscription \
                 22222222-2222-4222-8222-222222222222 --ip-address 203.0.113.7"
            ),
            "{}",
            cure("203.0.113.7")
        );
        assert!(cure("2001:db8::7").contains("IPv4 alone") && !cure("2001:db8::7").contains("az acr"));
        assert!(cure("").ends_with("under registryb's Networking."));
        let closed = Firewall { saw: "203.0.113.7".parse().ok(), is_closed: true }.cure(&id);
        assert!(closed.contains("public access is off") && !closed.contains("az acr"), "{closed}");
    }
}
