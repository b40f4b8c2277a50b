//! Users: people with an account at home, and guests of other tenants.

use jiff::Timestamp;
use uuid::{Uuid, uuid};

/// A user object of a tenant's directory.
#[derive(Debug)]
pub struct User {
    /// The object id in this tenant, what role assignments name.
    pub id: Uuid,
    /// `userPrincipalName`; of a guest it has `#EXT#` in it.
    pub user_principal_name: String,
    /// The name that the person signs in with: the user principal name at home.
    pub account: String,
    /// The name people see.
    pub display_name: String,
    /// `mail`.
    pub mail: Option<String>,
    /// The tenant that signs the person in; another one for a guest.
    pub home: Uuid,
    /// `accountEnabled`.
    pub enabled: bool,
    /// Directory roles by name, such as `Application Administrator`.
    pub directory_roles: Vec<String>,
    /// `createdDateTime`.
    pub created: Timestamp,
}

impl User {
    /// True where the person's account is of this tenant.
    #[must_use]
    pub fn is_member(&self, tenant: Uuid) -> bool {
        self.home == tenant
    }

    /// Returns the role templates of the directory roles, which tokens carry as `wids`.
    #[must_use]
    pub fn role_templates(&self) -> Vec<Uuid> {
        self.directory_roles.iter().filter_map(|name| role_template(name)).collect()
    }
}

/// Directory roles and their templates (Entra's document "Microsoft Entra built-in roles").
pub static DIRECTORY_ROLES: &[(&str, Uuid)] = &[
    ("Application Administrator", uuid!("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3")),
    ("Application Developer", uuid!("cf1c38e5-3621-4004-a7cb-879624dced7c")),
    ("Cloud Application Administrator", uuid!("158c047a-c907-4556-b7ef-446551a6b5f7")),
    ("Directory Readers", uuid!("88d8e3e3-8f55-4a1e-953a-9b9898b8876b")),
    ("Global Administrator", uuid!("62e90394-69f5-4237-9190-012177145e10")),
    ("Groups Administrator", uuid!("fdd7a751-b60b-444a-984c-02652fe8fa1c")),
    ("Global Reader", uuid!("f2ef992c-3afb-46b9-b7cf-a126ee74c451")),
];

/// Returns the template of a directory role.
#[must_use]
pub fn role_template(name: &str) -> Option<Uuid> {
    DIRECTORY_ROLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, template)| *template)
}

/// The names that the operators sign in with.
#[derive(Debug)]
pub struct Operators {
    /// Tenant A's.
    pub a: String,
    /// Tenant B's; the same where one tenant has both.
    pub b: String,
}
