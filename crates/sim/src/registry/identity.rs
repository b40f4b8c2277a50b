//! The identities that sign in to a registry, and their rights there.
//!
//! A registry takes the credentials of service principals of its own tenant (`docs/facts/azure.md` 0.4), its admin
//! user's and those of its repository-scoped tokens.

use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::scope::Access;
use crate::{
    cloud::Cloud,
    directory::{self, SignInError},
    rights,
    world::{Registry, RegistryPassword, SYSTEM_SCOPE_MAPS, World},
};

/// The identity that signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// A user or a service principal of the registry's tenant.
    Principal {
        /// The name of the user, or the client id.
        name: String,
        /// The object id.
        object_id: Uuid,
    },
    /// The admin user.
    Admin {
        /// The name of the admin user, which is the registry's.
        name: String,
    },
    /// A repository-scoped token.
    Token {
        /// The name.
        name: String,
    },
}

impl Identity {
    /// Returns the name it signed in with.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Principal { name, .. } | Self::Admin { name } | Self::Token { name } => name.clone(),
        }
    }

    /// Signs in with a name and password.
    ///
    /// # Errors
    /// Why Entra refuses what is not the registry's own.
    pub fn sign_in(cloud: &Cloud, registry_id: &str, name: &str, password: &str) -> Result<Self, SignInError> {
        let tenant = {
            let world = cloud.world();
            let registry = world.registry(registry_id).ok_or(SignInError::UnknownTenant)?;
            if let Some(found) = own_user(cloud, registry, name, password) {
                return Ok(found);
            }
            registry.tenant
        };
        let signed_in = directory::sign_in(cloud, &tenant.to_string(), name, password)?;
        Ok(Self::Principal { name: signed_in.app_id.to_string(), object_id: signed_in.object_id })
    }

    /// True where the identity has any right at the registry; one without gets no token (`docs/facts/azure.md` 3.10).
    #[must_use]
    pub fn is_known(&self, cloud: &Cloud, world: &World, registry: &Registry) -> bool {
        match self {
            Self::Principal { object_id, .. } => {
                rights::held(world, cloud.clock.now(), cloud.times.role_effect, *object_id, &registry.id)
                    .next()
                    .is_some()
            }
            Self::Admin { .. } => registry.admin_user_enabled,
            Self::Token { name } => {
                registry.tokens.iter().any(|token| token.name == *name && token.status == "enabled")
            }
        }
    }

    /// Returns the part of a request that is granted: its target with the actions that are allowed. `None` where none
    /// is.
    #[must_use]
    pub fn grant(&self, cloud: &Cloud, world: &World, registry: &Registry, asked: &Access) -> Option<Access> {
        let actions: Vec<String> =
            asked.actions.iter().filter(|action| self.may(cloud, world, registry, asked, action)).cloned().collect();
        (!actions.is_empty()).then(|| Access { actions, ..asked.clone() })
    }

    fn may(&self, cloud: &Cloud, world: &World, registry: &Registry, target: &Access, action: &str) -> bool {
        let Some(right) = Right::of(&target.kind, action) else {
            return false;
        };
        match self {
            Self::Principal { object_id, .. } if registry.role_assignment_mode == "AbacRepositoryPermissions" => {
                let repository = (target.kind == "repository").then_some(target.name.as_str());
                rights::data_allowed(cloud, world, *object_id, &registry.id, right.data_action(), repository)
            }
            Self::Principal { object_id, .. } => {
                rights::allowed(cloud, world, *object_id, &registry.id, right.control_action())
            }
            Self::Admin { .. } => true,
            Self::Token { name } => {
                scope_map_actions(registry, name).iter().any(|held| scope_map_allows(held, &target.name, right))
            }
        }
    }
}

/// A right on a registry's content, under whatever name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    Pull,
    Push,
    Delete,
    ReadMetadata,
    WriteMetadata,
    ListCatalog,
}

impl Right {
    /// Returns the right behind an action of a token's scope.
    fn of(kind: &str, action: &str) -> Option<Self> {
        match (kind, action) {
            ("repository", "pull") => Some(Self::Pull),
            ("repository", "push") => Some(Self::Push),
            ("repository", "delete") => Some(Self::Delete),
            ("repository", "metadata_read") => Some(Self::ReadMetadata),
            ("repository", "metadata_write") => Some(Self::WriteMetadata),
            ("registry", "*") => Some(Self::ListCatalog),
            _ => None,
        }
    }

    /// Returns the action of roles such as `AcrPull`, which a registry honours in the mode `LegacyRegistryPermissions`.
    fn control_action(self) -> &'static str {
        match self {
            Self::Pull | Self::ReadMetadata | Self::ListCatalog => "Microsoft.ContainerRegistry/registries/pull/read",
            Self::Push | Self::WriteMetadata => "Microsoft.ContainerRegistry/registries/push/write",
            Self::Delete => "Microsoft.ContainerRegistry/registries/artifacts/delete",
        }
    }

    /// Returns the data action that it honours in the mode `AbacRepositoryPermissions` (`docs/facts/azure.md` 0.3,
    /// 3.6).
    fn data_action(self) -> &'static str {
        match self {
            Self::Pull => "Microsoft.ContainerRegistry/registries/repositories/content/read",
            Self::Push => "Microsoft.ContainerRegistry/registries/repositories/content/write",
            Self::Delete => "Microsoft.ContainerRegistry/registries/repositories/content/delete",
            Self::ReadMetadata => "Microsoft.ContainerRegistry/registries/repositories/metadata/read",
            Self::WriteMetadata => "Microsoft.ContainerRegistry/registries/repositories/metadata/write",
            Self::ListCatalog => "Microsoft.ContainerRegistry/registries/catalog/read",
        }
    }

    /// Returns the end of a scope map's action that grants the right.
    fn scope_map_suffix(self) -> Option<&'static str> {
        match self {
            Self::Pull => Some("/content/read"),
            Self::Push => Some("/content/write"),
            Self::Delete => Some("/content/delete"),
            Self::ReadMetadata => Some("/metadata/read"),
            Self::WriteMetadata => Some("/metadata/write"),
            Self::ListCatalog => None,
        }
    }
}

/// True where `repositories/app/content/read` (or `repositories/*/…`, or `repositories/team/*/…`) grants a right on a
/// repository.
fn scope_map_allows(held: &str, repository: &str, right: Right) -> bool {
    let name = right
        .scope_map_suffix()
        .and_then(|suffix| held.strip_suffix(suffix))
        .and_then(|rest| rest.strip_prefix("repositories/"));
    match name {
        Some(name) => match name.strip_suffix('*') {
            Some(start) => repository.starts_with(start),
            None => name == repository,
        },
        None => false,
    }
}

fn scope_map_actions(registry: &Registry, token: &str) -> Vec<String> {
    let Some(token) = registry.tokens.iter().find(|found| found.name == token) else {
        return Vec::new();
    };
    let map = token.scope_map_id.rsplit('/').next().unwrap_or_default();
    if let Some(own) = registry.scope_maps.iter().find(|found| found.name.eq_ignore_ascii_case(map)) {
        return own.actions.clone();
    }
    SYSTEM_SCOPE_MAPS
        .iter()
        .find(|(name, ..)| name.eq_ignore_ascii_case(map))
        .map(|(_, _, actions)| actions.iter().map(|action| (*action).to_owned()).collect())
        .unwrap_or_default()
}

/// Returns the admin user or a repository-scoped token, if the password is right.
fn own_user(cloud: &Cloud, registry: &Registry, name: &str, password: &str) -> Option<Identity> {
    let opens = |known: &RegistryPassword| known.opens(password, &cloud.clock, cloud.times.password_effect);
    let admin = registry.admin_user_enabled
        && registry.name.eq_ignore_ascii_case(name)
        && registry.admin_passwords.iter().any(opens);
    if admin {
        return Some(Identity::Admin { name: registry.name.clone() });
    }
    let token = registry.tokens.iter().find(|token| token.name == name && token.status == "enabled")?;
    let right = token.passwords.values().any(opens);
    right.then(|| Identity::Token { name: token.name.clone() })
}

/// Returns name and password of basic credentials.
#[must_use]
pub fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scope_maps_grant_by_name_and_by_star() {
        assert!(scope_map_allows("repositories/app/content/read", "app", Right::Pull));
        assert!(!scope_map_allows("repositories/app/content/read", "app2", Right::Pull));
        assert!(!scope_map_allows("repositories/app/content/read", "app", Right::ReadMetadata));
        assert!(scope_map_allows("repositories/*/content/read", "any/thing", Right::Pull));
        assert!(scope_map_allows("repositories/team/*/content/read", "team/app", Right::Pull));
        assert!(!scope_map_allows("repositories/team/*/content/read", "other/app", Right::Pull));
    }

    #[test]
    fn a_password_may_hold_colons() {
        let value = format!("Basic {}", BASE64_STANDARD.encode("app:a:b"));
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().expect("a value"))]);
        assert_eq!(basic(&headers), Some(("app".to_owned(), "a:b".to_owned())));
    }
}
