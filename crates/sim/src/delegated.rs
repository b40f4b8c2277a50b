//! The rights of a user on Graph with a client: what the client was consented to and the user may do too
//! (`docs/facts/azure.md` 3.3; Graph's document "Overview of Microsoft Graph permissions": the intersection of both).

use uuid::{Uuid, uuid};

use crate::world::User;

/// The public client of the Azure CLI, which every tenant knows.
pub const AZURE_CLI: Uuid = uuid!("04b07795-8ddb-461a-bbee-02f9e1bf7b46");

/// The scopes that the Azure CLI is consented to on Graph in every tenant, as the `scp` of its tokens names them.
pub const AZURE_CLI_SCOPES: &[&str] = &[
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "AuditLog.Read.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.AccessAsUser.All",
    "email",
    "Group.ReadWrite.All",
    "openid",
    "profile",
    "User.Read.All",
    "User.ReadWrite.All",
];

/// Roles that may register applications, and make service principals of any.
const ADMINISTRATORS: &[&str] =
    &["Application Administrator", "Cloud Application Administrator", "Global Administrator"];

/// Returns the rights on Graph, in the names of permissions, that scopes give a user of a tenant.
///
/// Members read the directory; guests see themselves and the organization's name (Entra's document "Default user
/// permissions"). The tenants here let no user without a role register applications. An Application Developer may, and
/// owns what it registers.
#[must_use]
pub fn rights(scopes: &[&str], user: &User, tenant: Uuid) -> Vec<String> {
    let any = |wanted: &[&str]| wanted.iter().any(|scope| scopes.contains(scope));
    let has = |roles: &[&str]| user.directory_roles.iter().any(|role| roles.contains(&role.as_str()));
    let writes = any(&["Application.ReadWrite.All", "Directory.AccessAsUser.All", "Directory.ReadWrite.All"]);
    let directory = any(&["Directory.AccessAsUser.All", "Directory.Read.All", "Directory.ReadWrite.All"]);
    // A role of the directory reads it, a guest's too.
    let reads = user.is_member(tenant) || !user.directory_roles.is_empty();
    let mut rights = vec!["User.Read"];
    if reads && (writes || any(&["Application.Read.All"]) || directory) {
        rights.push("Application.Read.All");
    }
    if reads && (directory || any(&["Group.Read.All", "Group.ReadWrite.All", "GroupMember.Read.All"])) {
        rights.push("Group.Read.All");
    }
    if reads && (directory || any(&["User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All"])) {
        rights.push("User.Read.All");
    }
    if reads {
        rights.push("Organization.Read.All");
    }
    if writes && has(ADMINISTRATORS) {
        rights.push("Application.ReadWrite.All");
    } else if writes && has(&["Application Developer"]) {
        rights.push("Application.ReadWrite.OwnedBy");
    } else if writes {
        rights.push(OWNER);
    }
    if any(&["Group.ReadWrite.All", "GroupMember.ReadWrite.All", "Directory.AccessAsUser.All"]) {
        rights.push(if has(GROUP_ADMINISTRATORS) { "GroupMember.ReadWrite.All" } else { GROUP_OWNER });
    }
    rights.into_iter().map(str::to_owned).collect()
}

/// The right of a user to change the members of the groups that the user owns. No permission of Graph is called this.
pub const GROUP_OWNER: &str = "group owner";

/// Roles that may change the members of every group (Entra's document "Microsoft Entra built-in roles").
const GROUP_ADMINISTRATORS: &[&str] = &["Global Administrator", "Groups Administrator"];

/// The right of a user without a role to change what that user owns. No permission of Graph is called this.
pub const OWNER: &str = "owner";

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn user(home: Uuid, roles: &[&str]) -> User {
        User {
            id: Uuid::nil(),
            user_principal_name: String::new(),
            account: String::new(),
            display_name: String::new(),
            mail: None,
            home,
            enabled: true,
            directory_roles: roles.iter().map(|&role| role.to_owned()).collect(),
            created: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_right_needs_the_scope_and_the_role() {
        let here = Uuid::from_u128(1);
        let may =
            |scopes: &[&str], user: &User, right: &str| rights(scopes, user, here).iter().any(|held| held == right);
        let write = "Application.ReadWrite.All";
        let administrator = user(here, &["Cloud Application Administrator"]);
        assert!(may(AZURE_CLI_SCOPES, &administrator, write));
        assert!(!may(&["User.Read"], &administrator, write));
        assert!(!may(AZURE_CLI_SCOPES, &user(here, &[]), write));
        assert!(may(AZURE_CLI_SCOPES, &user(here, &[]), "Application.Read.All"));
        assert!(!may(AZURE_CLI_SCOPES, &user(Uuid::from_u128(2), &[]), "Application.Read.All"));
    }
}
