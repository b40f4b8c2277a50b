//! The registry that is meant: a name, a login server, an address, or a resource id.

use crate::find::Named;
use crate::ids::RegistryId;
use crate::input::Key;
use crate::text::{clean, printable};

/// A registry as somebody names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// By its login server, where tokens and images are.
    Server(String),
    /// By its resource id: Resource Manager tells the login server.
    Id(RegistryId),
    /// By its bare name: Resource Manager tells which that is.
    Name(String),
}

impl Meant {
    /// Reads a resource id, an address of the portal that holds one, a login server, or a bare name.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what right looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        match Named::read(Key::Registry, text) {
            Some(named) if named.is_server() => Ok(Self::Server(named.name)),
            Some(named) => Ok(Self::Name(named.name)),
            // What holds an id, and a data endpoint, has sentences of its own.
            None if !text.contains("ubscriptions/") && !text.contains(".data.") && !text.contains("ubscriptions%") => {
                Err(format!(
                    "\"{}\" is no registry: give its name (5 to 50 letters and digits), its login server or its resource id",
                    printable(clean(text), 60)
                ))
            }
            None => RegistryId::parse(text).map(Self::Id),
        }
    }

    /// Returns the registry as a command names it.
    #[must_use]
    pub fn named(&self) -> String {
        match self {
            Self::Server(name) | Self::Name(name) => name.clone(),
            Self::Id(id) => id.to_string(),
        }
    }

    /// Returns the registry as an id, for what names it in commands. A bare name is taken as the beginning of a login
    /// server, with that end.
    #[must_use]
    pub fn id(&self, suffix: &str) -> Option<RegistryId> {
        match self {
            Self::Id(id) => Some(id.clone()),
            Self::Server(server) => RegistryId::parse(server).ok(),
            Self::Name(name) => RegistryId::parse(&format!("{name}{suffix}")).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_name_a_registry_is_read() {
        let id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/shop01";
        assert!(matches!(Meant::parse(id), Ok(Meant::Id(_))));
        assert_eq!(Meant::parse("shop01"), Ok(Meant::Name("shop01".to_owned())));
        for text in ["shop01.azurecr.io", "https://Shop01.azurecr.io/v2/", "docker://shop01.azurecr.io"] {
            assert_eq!(Meant::parse(text), Ok(Meant::Server("shop01.azurecr.io".to_owned())), "{text}");
        }
        for text in ["", "reg", "two words"] {
            assert!(Meant::parse(text).is_err(), "{text:?}");
        }
    }
}
