//! The page for somebody who signs in elsewhere: what they do, what it allows, how it is taken back. They need no
//! crosspull.

use serde::{Deserialize, Serialize};

mod app;
mod role;
mod role_lines;
mod script;

pub use app::AppPage;
pub use role::RolePage;

/// The contents of a page: ids and names alone. Whoever finds the page can do nothing with them.
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

/// A block of a page.
enum PageBlock {
    Head(String),
    Text(String),
    /// A text to be copied as a whole: an address, a command.
    Whole(Vec<String>),
}

impl HandOver {
    /// Returns the page as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let blocks = self.blocks().into_iter().enumerate().map(|(i, block)| match block {
            PageBlock::Head(text) => format!("{} {text}\n", if i == 0 { "#" } else { "##" }),
            PageBlock::Text(text) => format!("{text}\n"),
            PageBlock::Whole(lines) => format!("```\n{}\n```\n", lines.join("\n")),
        });
        blocks.collect::<Vec<_>>().join("\n")
    }

    /// Returns the page as plain text, such as for a mail.
    #[must_use]
    pub fn text(&self) -> String {
        let blocks = self.blocks().into_iter().map(|block| match block {
            PageBlock::Head(text) => format!("{}\n", text.to_uppercase()),
            PageBlock::Text(text) => format!("{text}\n"),
            PageBlock::Whole(lines) => lines.iter().map(|line| format!("    {line}\n")).collect(),
        });
        blocks.collect::<Vec<_>>().join("\n")
    }

    /// Returns the page as a script for a shell.
    #[must_use]
    pub fn script(&self) -> String {
        match self {
            Self::App(page) => page.script().text(),
            Self::Role(page) => page.script().text(),
        }
    }

    /// Returns the commands for a shell where the reader of the page is signed in.
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

    fn blocks(&self) -> Vec<PageBlock> {
        match self {
            Self::App(page) => page.blocks(),
            Self::Role(page) => page.blocks(),
        }
    }
}
