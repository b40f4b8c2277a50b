//! The page as a script: it says what it does, stops at the first thing that fails, and takes back what it did.

use crate::text::printable;

/// The parts of a script.
pub(super) struct Script {
    /// The sentence that says what the script does.
    pub does: String,
    /// The lines that come before all else.
    pub first: Vec<String>,
    /// The registry as a word of the shell, which stops where there is none.
    pub registry: String,
    /// The lines that let the principal in and set `PRINCIPAL`.
    pub let_in: Vec<String>,
    /// The lines that assign the role.
    pub assign: Vec<String>,
    /// The lines in place of these where roles hold on repositories.
    pub assign_for_repositories: Vec<String>,
    /// The lines that take all of it back.
    pub back: Vec<String>,
}

impl Script {
    /// Returns the script, for any shell of POSIX.
    pub fn text(&self) -> String {
        let lines = |lines: &[String]| lines.join("\n");
        format!(
            r#"#!/bin/sh
# {does}
#
#   sh FILE                  does it
#   sh FILE repositories     does it on a registry whose permissions are "RBAC Registry + ABAC Repository Permissions"
#   sh FILE back             takes it back
#
# It needs the Azure CLI, and an account of the tenant that may assign roles on the registry.
set -eu
case ${{1-}} in
'' | repositories | back) ;;
*)
  echo "what is \"$1\"? Give nothing, repositories or back" >&2
  exit 2
  ;;
esac
{first}
: {registry}
if [ "${{1-}}" = back ]; then
{back}
  echo "It is taken back."
  exit
fi
{let_in}
if [ "${{1-}}" = repositories ]; then
{assign_for_repositories}
else
{assign}
fi
echo "It is done. Whoever asked for it is told by crosspull."
"#,
            // One line of a comment, whatever is in it.
            does = printable(&self.does, 500),
            first = lines(&self.first),
            registry = self.registry,
            let_in = lines(&self.let_in),
            assign = lines(&self.assign),
            assign_for_repositories = lines(&self.assign_for_repositories),
            back = lines(&self.back),
        )
    }
}
