//! Finding things: what a list offers to choose from, as it comes in, and what was named without its id.

use crate::check::{Check, Finding};
use crate::explain::Trouble;
use crate::ids::RegistryId;
use crate::input::Answers;
use crate::input::Key;
use crate::names::Side;
use crate::sign_in::SignIn;
use crate::text::clean;

/// A kind of thing that is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Sought {
    /// The answers that an input may have: tenants, clusters, registries, repositories.
    For(Key),
    /// The tags of a repository.
    Tags(String),
}

/// One thing that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The name, fit for a terminal. A typed text is compared with this first.
    pub name: String,
    /// The details that tell it from others of its name: resource group, region, version… Fit for a terminal.
    pub details: Vec<String>,
    /// The answer that choosing it gives: an id, a repository.
    pub value: String,
}

/// A cluster or a registry that an answer names without its id: by its bare name, a registry also by its login server.
///
/// The name is looked up in its tenant before it is an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The input: the cluster or the registry.
    pub key: Key,
    /// The name or the login server.
    pub name: String,
}

impl Named {
    /// Returns what a text names without an id; none where it holds one, and where it can be no name.
    #[must_use]
    pub fn read(key: Key, text: &str) -> Option<Self> {
        let text = clean(text);
        let name = match key {
            Key::Cluster if is_cluster_name(text) => text.to_owned(),
            Key::Registry if is_registry_name(text) => text.to_owned(),
            Key::Registry => RegistryId::parse(text).ok()?.server()?.to_owned(),
            _ => return None,
        };
        Some(Self { key, name })
    }

    /// True where it is named by its login server.
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.name.contains(['.', ':'])
    }

    /// All that the answers name so. Where nobody signs in to tenant B nothing is looked up there; where several are named,
    /// that is complained about.
    #[must_use]
    pub fn all(answers: &Answers) -> Vec<Self> {
        let nobody = answers.or_default(Key::SignInB) == SignIn::Nobody.word();
        let keys = [Key::Cluster, Key::Registry].into_iter().filter(|key| *key == Key::Cluster || !nobody);
        let one = |key| match answers.all(key).as_slice() {
            [one] => Self::read(key, one),
            _ => None,
        };
        keys.filter_map(one).collect()
    }

    /// The tenant that it is in.
    #[must_use]
    pub const fn side(&self) -> Side {
        match self.key {
            Key::Cluster => Side::A,
            _ => Side::B,
        }
    }

    /// Returns the ids of those that are called so.
    #[must_use]
    pub fn meant<'a>(&self, found: &'a [Choice]) -> Vec<&'a str> {
        let is = |text: &String| text.eq_ignore_ascii_case(&self.name);
        // A bare name is never compared with the details: groups and clusters are often called alike.
        let is_meant =
            |choice: &&Choice| if self.is_server() { choice.details.iter().any(is) } else { is(&choice.name) };
        found.iter().filter(is_meant).map(|choice| choice.value.as_str()).collect()
    }

    /// Returns the id of the one that is meant, with the finding about it.
    ///
    /// # Errors
    /// A finding that stops, where there is none or more than one.
    pub fn judge(&self, found: &[Choice]) -> Result<(String, Finding), Finding> {
        let Self { name, key } = self;
        let (side, key) = (self.side(), key.name());
        let check = Check::Name { side, name: name.clone() };
        match self.meant(found).as_slice() {
            [id] => Ok(((*id).to_owned(), check.pass(format!("{name} is {id}")))),
            [] => Err(check.stop(
                format!("no {key} that you may see in tenant {side} is called {name}"),
                format!("Check the name and the tenant, or give the {key}'s resource id."),
            )),
            several => Err(check.stop(
                format!("{} in tenant {side} are called {name}: {}", several.len(), several.join(", ")),
                "Give the resource id of the one that is meant.",
            )),
        }
    }
}

/// The rule for managed clusters (`aks.json`, resourceName).
fn is_cluster_name(text: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// The rule for registries (`containerregistry.json`, registryName).
fn is_registry_name(text: &str) -> bool {
    (5..=50).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The progress of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// More may come.
    Goes,
    /// That is all.
    Whole,
    /// The search broke off; what came so far stands.
    Failed(Trouble),
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/registryb";

    fn registry(name: &str, server: &str, value: &str) -> Choice {
        Choice { name: name.to_owned(), details: vec!["rg".to_owned(), server.to_owned()], value: value.to_owned() }
    }

    #[test]
    fn names_and_login_servers_are_looked_up_and_ids_are_not() {
        let read = |key, text: &str| Named::read(key, text).map(|named| named.name);
        assert_eq!(read(Key::Cluster, " aks-shop "), Some("aks-shop".to_owned()));
        for text in ["registryb.azurecr.io", "https://registryb.azurecr.io/"] {
            assert_eq!(read(Key::Registry, text), Some("registryb.azurecr.io".to_owned()));
        }
        assert_eq!(read(Key::Registry, "registryb"), Some("registryb".to_owned()));
        for (key, text) in [
            (Key::Registry, ID),
            (Key::Registry, "reg"),
            (Key::Cluster, ""),
            (Key::Cluster, "aks shop"),
            (Key::Cluster, "-aks"),
            (Key::TenantA, "contoso"),
        ] {
            assert_eq!(read(key, text), None, "{text}");
        }
    }

    #[test]
    fn one_is_meant_and_neither_none_nor_two() {
        let named = Named::read(Key::Registry, "registryb.azurecr.io").expect("a name");
        let other = registry("registryc", "registryc.azurecr.io", "other");
        let one = registry("registryb", "RegistryB.azurecr.io", ID);
        assert_eq!(named.judge(&[other.clone(), one.clone()]).map(|(id, _)| id), Ok(ID.to_owned()));
        let none = named.judge(&[other]).expect_err("none");
        assert_eq!(none.text, "no registry that you may see in tenant B is called registryb.azurecr.io");
        let cluster = Named::read(Key::Cluster, "aks-shop").expect("a name");
        let of_a_group_so_called =
            Choice { name: "aks-shop-2".to_owned(), details: vec!["aks-shop".to_owned()], value: "2".to_owned() };
        assert!(cluster.judge(&[of_a_group_so_called]).is_err(), "a group's name is not a cluster's");
        let two = named.judge(&[one.clone(), one]).expect_err("two").text;
        assert!(two.starts_with("2 in tenant B are called registryb.azurecr.io: /subscriptions/"), "{two}");
    }

    #[test]
    fn nothing_is_looked_up_where_nobody_signs_in() {
        let mut answers = Answers::default();
        answers.set(Key::Cluster, "aks-shop");
        answers.set(Key::Registry, "registryb.azurecr.io");
        let keys = |answers: &Answers| Named::all(answers).iter().map(|named| named.key).collect::<Vec<_>>();
        assert_eq!(keys(&answers), [Key::Cluster, Key::Registry]);
        answers.set_all(Key::Cluster, vec!["aks-one".to_owned(), "aks-two".to_owned()]);
        assert_eq!(keys(&answers), [Key::Registry], "two are complained about");
        answers.set(Key::Cluster, "aks-shop");
        answers.set(Key::SignInB, "none");
        assert_eq!(keys(&answers), [Key::Cluster]);
    }
}
