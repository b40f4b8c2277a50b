//! The page for whoever may assign roles on a registry, who is to give the identity of a cluster one.

use serde::{Deserialize, Serialize};

use super::role_lines::RoleLines;
use super::script::Script;
use super::{PageBlock, WHERE_ROLES_HOLD_ON_REPOSITORIES};
use crate::ids::{ImageRef, ObjectId, TenantId};
use crate::names::Role;

/// The contents of the page: ids and names alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolePage {
    /// The principal that is to get the role.
    pub principal: ObjectId,
    /// The name of the cluster that pulls as that principal.
    pub cluster: String,
    /// The tenant of cluster and registry.
    pub tenant: TenantId,
    /// The host of the registry.
    pub login_server: String,
    /// The images that are to be pulled.
    pub images: Vec<ImageRef>,
}

impl RolePage {
    /// Returns the commands that assign the role, for a shell.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        let mut commands = self.names();
        commands.push(self.lines().assign());
        commands
    }

    /// Returns the last command for a registry whose roles hold on repositories, where the other role counts.
    #[must_use]
    pub fn commands_for_repositories(&self) -> Vec<String> {
        self.lines().assign_for_repositories()
    }

    /// Returns the commands that take the role back, and no other role that the principal has on the registry.
    #[must_use]
    pub fn commands_back(&self) -> Vec<String> {
        let mut commands = self.names();
        commands.push(self.lines().unassign(Role::AcrPull));
        commands
    }

    /// Returns the last command that takes the role back which counts where roles hold on repositories.
    #[must_use]
    pub fn command_back_for_repositories(&self) -> String {
        self.lines().unassign(Role::RepositoryReader)
    }

    /// Returns the commands as one line, for a shell that is signed in.
    #[must_use]
    pub fn one_line(&self) -> String {
        self.commands().into_iter().skip(1).collect::<Vec<_>>().join(" && ")
    }

    fn lines(&self) -> RoleLines<'_> {
        RoleLines { tenant: self.tenant, login_server: &self.login_server, images: &self.images }
    }

    fn names(&self) -> Vec<String> {
        let lines = self.lines();
        vec![lines.sign_in(), lines.find_registry(), format!("PRINCIPAL={}", self.principal)]
    }

    pub(super) fn script(&self) -> Script {
        let lines = self.lines();
        Script {
            does: format!("Lets the cluster {} pull from {}", self.cluster, self.login_server),
            first: self.names(),
            registry: lines.registry(),
            let_in: Vec::new(),
            assign: vec![lines.assign()],
            assign_for_repositories: lines.assign_for_repositories(),
            back: [Role::AcrPull, Role::RepositoryReader].map(|role| lines.unassign_where_there(role)).to_vec(),
        }
    }

    pub(super) fn blocks(&self) -> Vec<PageBlock> {
        let Self { principal, cluster, tenant, login_server, images } = self;
        let images: Vec<String> = images.iter().map(|image| format!("{login_server}/{image}")).collect();
        vec![
            PageBlock::Head(format!("Let {cluster} pull from {login_server}")),
            PageBlock::Text(format!(
                "The cluster {cluster} is to pull {} from your registry {login_server} ; both are in tenant {tenant} . It \
                 pulls as the principal {principal} , which needs a role on the registry. Whoever may assign roles there \
                 gives it once.",
                images.join(", "),
            )),
            PageBlock::Head("Give it the role".to_owned()),
            PageBlock::Text(
                "In the portal: the registry, Access control (IAM), Add role assignment, AcrPull, and that principal as its \
                 member. It needs the right to assign roles on the registry (Role Based Access Control Administrator or \
                 Owner)."
                    .to_owned(),
            ),
            PageBlock::Head("The same by the Azure CLI".to_owned()),
            PageBlock::Whole(self.commands()),
            PageBlock::Text(WHERE_ROLES_HOLD_ON_REPOSITORIES.to_owned()),
            PageBlock::Whole(self.commands_for_repositories()),
            PageBlock::Head("What this allows".to_owned()),
            PageBlock::Text(format!(
                "Every pod of {cluster} may pull images of {login_server}, and nothing else changes."
            )),
            PageBlock::Head("How to take it back".to_owned()),
            PageBlock::Whole(self.commands_back()),
            PageBlock::Text("Where the role for repositories was given, in place of the last line:".to_owned()),
            PageBlock::Whole(vec![self.command_back_for_repositories()]),
            PageBlock::Head("AcrPull as Bicep".to_owned()),
            PageBlock::Text(format!(
                "Deployed into the registry's resource group, with principalId={principal} ; registryName where the \
                 registry's name is another."
            )),
            PageBlock::Whole(self.lines().bicep()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hand_over::HandOver;

    fn page() -> RolePage {
        RolePage {
            principal: "33333333-3333-4333-8333-333333333333".parse().expect("a GUID"),
            cluster: "aks-shop".to_owned(),
            tenant: "11111111-1111-4111-8111-111111111111".parse().expect("a GUID"),
            login_server: "registryb.azurecr.io".to_owned(),
            images: vec![ImageRef::parse("shop/web:1.4").expect("an image")],
        }
    }

    #[test]
    fn both_forms_of_the_page_hold_its_commands_whole() {
        let page = page();
        let mut commands = [page.commands(), page.commands_for_repositories(), page.commands_back()].concat();
        commands.push(page.command_back_for_repositories());
        let whole = HandOver::Role(page);
        for form in [whole.markdown(), whole.text()] {
            for line in &commands {
                assert!(form.lines().any(|l| l.trim() == line), "{line}\nis not whole in\n{form}");
            }
        }
        let written = serde_json::to_string(&whole).expect("writes");
        assert_eq!(serde_json::from_str::<HandOver>(&written).expect("reads"), whole);
    }

    #[test]
    fn the_one_line_sets_what_it_uses() {
        let line = page().one_line();
        assert!(line.starts_with("REGISTRY=$(") && line.contains(" && PRINCIPAL=33333333-"), "{line}");
        assert!(line.contains(" && az role assignment create --role \"AcrPull\" "), "{line}");
    }

    #[test]
    fn what_takes_the_role_back_names_it_so_that_others_stay() {
        let page = page();
        let last = page.commands_back().pop().expect("a command");
        assert!(last.contains(" --role \"AcrPull\" "), "{last}");
        let for_repositories = page.command_back_for_repositories();
        assert!(for_repositories.contains(" --role \"Container Registry Repository Reader\" "), "{for_repositories}");
    }
}
