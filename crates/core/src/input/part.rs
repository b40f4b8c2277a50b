//! The parts of what a cluster has that may stay unread, by the words that people give.

use uuid::Uuid;

/// A part of what a cluster has, most of it by its present principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The role assignments of the present principal, in whatever subscription.
    Roles,
    /// The role assignments of the present principal in one subscription.
    RolesIn(Uuid),
    /// The groups and directory roles of the present principal.
    Groups,
    /// The permissions of the present principal on APIs.
    ApiPermissions,
    /// The access policies of Key Vaults that name it.
    VaultPolicies,
    /// Whether the operator may give its roles to another principal.
    RightToAssign,
    /// The pull secrets of the namespaces that a renewal does not write into.
    PullSecrets,
}

impl Part {
    /// Reads what a person gives.
    ///
    /// # Errors
    /// A sentence that says what is offered.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "roles" => Ok(Self::Roles),
            "groups" => Ok(Self::Groups),
            "api-permissions" => Ok(Self::ApiPermissions),
            "vault-policies" => Ok(Self::VaultPolicies),
            "right-to-assign" => Ok(Self::RightToAssign),
            "pull-secrets" => Ok(Self::PullSecrets),
            other => other.parse().map(Self::RolesIn).map_err(|_| {
                format!(
                    "\"{text}\" is no part that may stay unread: give roles, groups, api-permissions, vault-policies, \
                     right-to-assign, pull-secrets, or the id of a subscription"
                )
            }),
        }
    }

    /// The word by which it is accepted as unread.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Roles => "roles".to_owned(),
            Self::RolesIn(subscription) => subscription.to_string(),
            Self::Groups => "groups".to_owned(),
            Self::ApiPermissions => "api-permissions".to_owned(),
            Self::VaultPolicies => "vault-policies".to_owned(),
            Self::RightToAssign => "right-to-assign".to_owned(),
            Self::PullSecrets => "pull-secrets".to_owned(),
        }
    }

    /// True where accepting this part accepts the other one too.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self == other || (self == Self::Roles && matches!(other, Self::RolesIn(_)))
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Roles => f.write_str("its roles"),
            Self::RolesIn(subscription) => write!(f, "its roles in subscription {subscription}"),
            Self::Groups => f.write_str("its groups"),
            Self::ApiPermissions => f.write_str("its permissions on APIs"),
            Self::VaultPolicies => f.write_str("the access policies of Key Vaults"),
            Self::RightToAssign => f.write_str("whether you may give its roles to another"),
            Self::PullSecrets => f.write_str("the pull secrets of other namespaces"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_read_by_its_own_word_and_roles_cover_those_of_every_subscription() {
        let one = Part::RolesIn(Uuid::from_u128(7));
        let of_principal = [Part::Roles, one, Part::Groups, Part::ApiPermissions, Part::VaultPolicies];
        for part in of_principal.into_iter().chain([Part::RightToAssign, Part::PullSecrets]) {
            assert_eq!(Part::parse(&part.word()), Ok(part));
        }
        assert!(Part::Roles.covers(one) && !one.covers(Part::Roles) && !Part::Groups.covers(one));
        assert!(Part::parse("everything").is_err_and(|why| why.contains("give roles, groups")));
    }
}
