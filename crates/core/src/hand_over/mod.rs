//! The page for somebody who signs in elsewhere: what they do, what it allows, how it is taken back. They need no crosspull.

use serde::{Deserialize, Serialize};

use crate::condition::condition;
use crate::ids::{ImageRef, TenantId};
use crate::names::Role;

mod app;
mod role;

pub use app::AppPage;
pub use role::RolePage;

/// What a page tells. Ids and names alone; whoever finds the page can do nothing with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum HandOver {
    /// An app is to be let into tenant B and given a role there.
    App(AppPage),
    /// The identity of a cluster is to be given a role.
    Role(RolePage),
}

const WHERE_ROLES_HOLD_ON_REPOSITORIES: &str = "Where the registry's permissions are \"RBAC Registry + ABAC Repository \
    Permissions\", AcrPull does not count. In place of the last line then:";

/// A part of a page.
enum Part {
    Head(String),
    Text(String),
    /// Something to be taken whole: an address, a command.
    Whole(Vec<String>),
}

impl HandOver {
    /// Returns the page as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let parts = self.parts().into_iter().enumerate().map(|(i, part)| match part {
            Part::Head(text) => format!("{} {text}\n", if i == 0 { "#" } else { "##" }),
            Part::Text(text) => format!("{text}\n"),
            Part::Whole(lines) => format!("```\n{}\n```\n", lines.join("\n")),
        });
        parts.collect::<Vec<_>>().join("\n")
    }

    /// Returns the page as plain text, such as for a mail.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = self.parts().into_iter().map(|part| match part {
            Part::Head(text) => format!("{}\n", text.to_uppercase()),
            Part::Text(text) => format!("{text}\n"),
            Part::Whole(lines) => lines.iter().map(|line| format!("    {line}\n")).collect(),
        });
        parts.collect::<Vec<_>>().join("\n")
    }

    /// Returns the commands that do it, for a shell where the reader of the page is signed in.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        match self {
            Self::App(page) => page.commands(),
            Self::Role(page) => page.commands(),
        }
    }

    /// Returns who reads the page.
    #[must_use]
    pub const fn reader(&self) -> &'static str {
        match self {
            Self::App(_) => "tenant B's administrator",
            Self::Role(_) => "whoever may assign roles on the registry",
        }
    }

    fn parts(&self) -> Vec<Part> {
        match self {
            Self::App(page) => page.parts(),
            Self::Role(page) => page.parts(),
        }
    }
}

/// Returns the line that finds a registry by its host. Azure CLI lists one subscription at a time, by default the one that it
/// was left in, so every subscription of the tenant is asked.
fn find_registry(tenant: TenantId, login_server: &str) -> String {
    format!(
        "REGISTRY=$(for s in $(az account list --query \"[?tenantId=='{tenant}'].id\" --output tsv); do az acr list \
         --subscription \"$s\" --query \"[?loginServer=='{login_server}'].id\" --output tsv; done)"
    )
}

fn assign(role: &str, condition: &str) -> String {
    format!(
        "az role assignment create --role \"{role}\" --scope \"$REGISTRY\" --assignee-object-id \"$PRINCIPAL\" \
         --assignee-principal-type ServicePrincipal{condition}"
    )
}

/// Returns the command that takes one role back. Without `--role` it would take every role of the principal there.
fn unassign(role: &str) -> String {
    format!("az role assignment delete --role \"{role}\" --scope \"$REGISTRY\" --assignee \"$PRINCIPAL\"")
}

/// Returns the commands that assign the role for a registry whose roles hold on repositories. The condition goes by a
/// here-document, since it has quotes and exclamation marks that an interactive shell would take for its own.
fn assign_for_repositories(images: &[ImageRef]) -> Vec<String> {
    let mut repositories: Vec<String> = images.iter().map(|image| image.repository.clone()).collect();
    repositories.sort();
    repositories.dedup();
    vec![
        "CONDITION=$(cat <<'END'".to_owned(),
        condition(&repositories).unwrap_or_default(),
        "END".to_owned(),
        ")".to_owned(),
        assign(Role::RepositoryReader.name(), " --condition-version 2.0 --condition \"$CONDITION\""),
    ]
}
