//! The runs of `crosspull access` that are struck by the fault matrix: each way in, opened and closed.

use crate::end::End;
use crate::story::Story;

/// A run of access, and a cloud in which it can be gone from beginning to end.
#[derive(Debug, Clone, Copy)]
pub struct AccessRun {
    /// The name for people who read what a test says.
    pub name: &'static str,
    /// `open` or `close`.
    part: &'static str,
    /// The scenario of the cloud.
    scenario: &'static str,
    /// The words over it, in TOML: what somebody has at the start.
    own: &'static str,
    /// The principal, and the way in.
    flags: &'static [&'static str],
}

const READER: &[&str] = &["--principal", "ada@contoso.com", "--role", "rbac-reader", "--namespace", "shop"];
const VIEW: &[&str] =
    &["--principal", "ada@contoso.com", "--bind", "view", "--namespace", "shop", "--cluster-credential", "admin"];
const ADMINS: &[&str] = &["--principal", "ada@contoso.com", "--group", "aks-admins"];

/// Each way in, opened and closed.
pub const ACCESS_RUNS: &[AccessRun] = &[
    AccessRun { name: "a role opened", part: "open", scenario: "access-azure-roles", own: "", flags: READER },
    AccessRun { name: "a binding opened", part: "open", scenario: "access-bindings", own: "", flags: VIEW },
    AccessRun { name: "a membership opened", part: "open", scenario: "access-admin-group", own: "", flags: ADMINS },
    AccessRun {
        name: "a role closed",
        part: "close",
        scenario: "access-azure-roles",
        own: "[world.access]\nroles = [{ who = 'ada', role = 'Azure Kubernetes Service RBAC Reader', namespace = 'shop' }]",
        flags: READER,
    },
    AccessRun {
        name: "a binding closed",
        part: "close",
        scenario: "access-bindings",
        own: "[[world.access.bindings]]\nname = 'viewers'\nwho = 'ada'\nrole = 'view'\nnamespace = 'shop'",
        flags: VIEW,
    },
    AccessRun {
        name: "a membership closed",
        part: "close",
        scenario: "access-admin-group",
        own: "[world.cluster]\nentra = { azure_rbac = false, admin_groups = [{ name = 'aks-admins', members = ['ops-a', 'ada'] }] }",
        flags: ADMINS,
    },
];

impl AccessRun {
    /// Starts the cloud of the run, with more words over it, in TOML.
    #[must_use]
    pub fn told(&self, more: &str) -> Story {
        Story::told(&[self.scenario], &format!("name = 'own'\nsays = 'own'\n{}\n{more}", self.own))
    }

    /// Starts the cloud of the run.
    #[must_use]
    pub fn story(&self) -> Story {
        self.told("")
    }

    /// Runs it.
    #[must_use]
    pub fn begin(&self, story: &Story) -> End {
        let cluster = story.ready.cluster.clone();
        let by = ["access", self.part, "--cluster", &cluster, "--tenant-a", "contoso.com"];
        let how = ["--sign-in-a", "service-principal", "--pace", "100", "--yes", "--output", "json"];
        story.run(&[&by[..], &how, self.flags].concat())
    }
}
