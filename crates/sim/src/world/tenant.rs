//! The directory of a tenant.

use std::sync::atomic::AtomicUsize;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::user::User;
use crate::{clock::Moment, secret::Secret};

/// A tenant of Entra: what its directory holds.
#[derive(Debug)]
pub struct Directory {
    /// The tenant's id.
    pub id: Uuid,
    /// The organization's name.
    pub display_name: String,
    /// The domains, the default one first.
    pub domains: Vec<String>,
    /// App registrations.
    pub applications: Vec<Application>,
    /// Service principals, of its own applications and of others'.
    pub service_principals: Vec<ServicePrincipal>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Users, guests among them.
    pub users: Vec<User>,
}

/// A security group.
#[derive(Debug)]
pub struct Group {
    /// The object id.
    pub id: Uuid,
    /// The name people see.
    pub display_name: String,
    /// Object ids of its members: users, service principals and other groups.
    pub members: Vec<Uuid>,
    /// Object ids of the users and service principals that own it.
    pub owners: Vec<Uuid>,
    /// The keeper of its members.
    pub keeper: Keeper,
    /// `createdDateTime`.
    pub created: Timestamp,
}

/// The keeper of a group's members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Keeper {
    /// Whoever may change it.
    #[default]
    People,
    /// A rule (`membershipRule`), by which Entra finds them.
    Rule(String),
    /// A directory on premises, from which they come.
    OnPremises,
}

/// An app registration.
#[derive(Debug)]
pub struct Application {
    /// The object id.
    pub id: Uuid,
    /// The client id.
    pub app_id: Uuid,
    /// The name people see.
    pub display_name: String,
    /// `AzureADMyOrg`, `AzureADMultipleOrgs` or `AzureADandPersonalMicrosoftAccount`.
    pub sign_in_audience: String,
    /// `web.redirectUris`.
    pub redirect_uris: Vec<String>,
    /// Client secrets.
    pub passwords: Vec<Password>,
    /// Certificates.
    pub certificates: Vec<Certificate>,
    /// Federated credentials.
    pub federated: Vec<FederatedCredential>,
    /// Object ids of the service principals and users that own it.
    pub owners: Vec<Uuid>,
    /// The other properties that Graph was given (tags, notes, …), sent back as they came.
    pub extra: serde_json::Map<String, Value>,
    /// `createdDateTime`.
    pub created: Timestamp,
    /// The time of the write.
    pub written: Moment,
}

/// A client secret of an application.
#[derive(Debug)]
pub struct Password {
    /// `keyId`.
    pub key_id: Uuid,
    /// `displayName`.
    pub display_name: Option<String>,
    /// `startDateTime`.
    pub start: Timestamp,
    /// `endDateTime`.
    pub end: Timestamp,
    /// The value.
    pub secret: Secret,
    /// The time of the write.
    pub written: Moment,
}

/// A certificate of an application: one of its `keyCredentials`.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// `keyId`.
    pub key_id: Uuid,
    /// `displayName`.
    pub display_name: Option<String>,
    /// `startDateTime`.
    pub start: Timestamp,
    /// `endDateTime`.
    pub end: Timestamp,
    /// The certificate, DER.
    pub der: Vec<u8>,
}

/// A federated identity credential: whose tokens an application is signed in by.
#[derive(Clone, Debug)]
pub struct FederatedCredential {
    /// The id.
    pub id: Uuid,
    /// The name, unique in the application.
    pub name: String,
    /// `iss` of the tokens.
    pub issuer: String,
    /// `sub` of the tokens.
    pub subject: String,
    /// `aud` of the tokens, one of these.
    pub audiences: Vec<String>,
    /// `description`.
    pub description: Option<String>,
}

/// A service principal: an application as one tenant knows it.
#[derive(Debug)]
pub struct ServicePrincipal {
    /// The object id, what role assignments name.
    pub id: Uuid,
    /// The client id of its application.
    pub app_id: Uuid,
    /// The name people see.
    pub display_name: String,
    /// The tenant of its application.
    pub app_owner: Uuid,
    /// The application's audience at the time.
    pub sign_in_audience: String,
    /// `accountEnabled`.
    pub enabled: bool,
    /// App roles it holds on Microsoft Graph, such as `Application.ReadWrite.All`.
    pub graph_roles: Vec<String>,
    /// `Application` or `ManagedIdentity`.
    pub kind: String,
    /// Object ids of the service principals and users that own it.
    pub owners: Vec<Uuid>,
    /// The other properties that Graph was given (tags, notes), sent back as they came.
    pub extra: serde_json::Map<String, Value>,
    /// `createdDateTime`.
    pub created: Timestamp,
    /// The time of the write.
    pub written: Moment,
    /// The replica of the tenant that answers its next sign-in.
    pub replica: AtomicUsize,
}

impl Directory {
    /// True where this is the tenant's id or one of its domains, in any case.
    #[must_use]
    pub fn is_called(&self, id_or_domain: &str) -> bool {
        self.id.to_string().eq_ignore_ascii_case(id_or_domain)
            || self.domains.iter().any(|domain| domain.eq_ignore_ascii_case(id_or_domain))
    }

    /// Returns the service principal of a client id.
    #[must_use]
    pub fn principal_of(&self, app_id: Uuid) -> Option<&ServicePrincipal> {
        self.service_principals.iter().find(|principal| principal.app_id == app_id)
    }

    /// Returns the service principal of an object id.
    #[must_use]
    pub fn principal(&self, id: Uuid) -> Option<&ServicePrincipal> {
        self.service_principals.iter().find(|principal| principal.id == id)
    }

    /// Returns the user of an object id.
    #[must_use]
    pub fn user(&self, id: Uuid) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// Returns the user whom an account signs in, a guest maybe.
    #[must_use]
    pub fn user_of_account(&self, account: &str) -> Option<&User> {
        self.users.iter().find(|user| user.account.eq_ignore_ascii_case(account))
    }

    /// Returns the group of an object id.
    #[must_use]
    pub fn group(&self, id: Uuid) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// Returns the groups that an object is itself a member of.
    pub fn groups_with(&self, member: Uuid) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| group.members.contains(&member))
    }

    /// Returns the groups that an object is a member of, itself or by another group, the nearest first.
    #[must_use]
    pub fn groups_around(&self, member: Uuid) -> Vec<&Group> {
        let mut found: Vec<&Group> = self.groups_with(member).collect();
        let mut next = 0;
        while let Some(inner) = found.get(next) {
            let outer = self.groups_with(inner.id).filter(|group| found.iter().all(|known| known.id != group.id));
            let outer: Vec<&Group> = outer.collect();
            found.extend(outer);
            next += 1;
        }
        found
    }

    /// Returns the members of a group, and those of the groups in it, each once, the nearest first (Graph's document "List
    /// group transitive members").
    #[must_use]
    pub fn members_within(&self, group: Uuid) -> Vec<Uuid> {
        let members = |id: Uuid| self.group(id).map(|group| group.members.clone()).unwrap_or_default();
        let mut found = members(group);
        let mut next = 0;
        while let Some(inner) = found.get(next).copied() {
            let more: Vec<Uuid> = members(inner).into_iter().filter(|id| *id != group && !found.contains(id)).collect();
            found.extend(more);
            next += 1;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_in_groups_are_found_and_a_circle_ends() {
        let [principal, inner, outer] = [1, 2, 3].map(Uuid::from_u128);
        let group = |id, members: &[Uuid]| Group {
            id,
            display_name: String::new(),
            members: members.to_vec(),
            owners: Vec::new(),
            keeper: Keeper::People,
            created: Timestamp::UNIX_EPOCH,
        };
        let directory = Directory {
            id: Uuid::nil(),
            display_name: String::new(),
            domains: Vec::new(),
            applications: Vec::new(),
            service_principals: Vec::new(),
            users: Vec::new(),
            groups: vec![group(outer, &[inner]), group(inner, &[principal, outer])],
        };
        let ids = |groups: Vec<&Group>| groups.iter().map(|group| group.id).collect::<Vec<_>>();
        assert_eq!(ids(directory.groups_with(principal).collect()), [inner]);
        assert_eq!(ids(directory.groups_around(principal)), [inner, outer]);
        assert_eq!(directory.members_within(outer), [inner, principal]);
    }
}
