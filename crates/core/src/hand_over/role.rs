//! The page for whoever may assign roles on a registry, who is to give the identity of a cluster one.

use serde::{Deserialize, Serialize};

use super::{PageBlock, assign, assign_for_repositories};
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
        commands.push(assign(Role::AcrPull.name(), ""));
        commands
    }

    /// Returns the last command for a registry whose roles hold on repositories, where the other role counts.
    #[must_use]
    pub fn commands_for_repositories(&self) -> Vec<String> {
        assign_for_repositories(&self.images)
    }

    /// Returns the commands that take the role back.
    #[must_use]
    pub fn commands_back(&self) -> Vec<String> {
        let mut commands = self.names();
        commands.push("az role assignment delete --assignee \"$PRINCIPAL\" --scope \"$REGISTRY\"".to_owned());
        commands
    }

    fn names(&self) -> Vec<String> {
        vec![
            format!("az login --tenant {}", self.tenant),
            format!("REGISTRY=$(az acr list --query \"[?loginServer=='{}'].id\" --output tsv)", self.login_server),
            format!("PRINCIPAL={}", self.principal),
        ]
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
            PageBlock::Text(
                "Where the registry's permissions are \"RBAC Registry + ABAC Repository Permissions\", AcrPull does not \
                 count. In place of the last line then:"
                    .to_owned(),
            ),
            PageBlock::Whole(self.commands_for_repositories()),
            PageBlock::Head("What this allows".to_owned()),
            PageBlock::Text(format!(
                "Every pod of {cluster} may pull images of {login_server}, and nothing else changes."
            )),
            PageBlock::Head("How to take it back".to_owned()),
            PageBlock::Whole(self.commands_back()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hand_over::HandOver;

    #[test]
    fn both_forms_of_the_page_hold_its_commands_whole() {
        let page = RolePage {
            principal: "33333333-3333-4333-8333-333333333333".parse().expect("a GUID"),
            cluster: "aks-shop".to_owned(),
            tenant: "11111111-1111-4111-8111-111111111111".parse().expect("a GUID"),
            login_server: "registryb.azurecr.io".to_owned(),
            images: vec![ImageRef::parse("shop/web:1.4").expect("an image")],
        };
        let commands = [page.commands(), page.commands_for_repositories(), page.commands_back()].concat();
        let whole = HandOver::Role(page);
        for form in [whole.markdown(), whole.text()] {
            for line in &commands {
                assert!(form.lines().any(|l| l.trim() == line), "{line}\nis not whole in\n{form}");
            }
        }
        let written = serde_json::to_string(&whole).expect("writes");
        assert_eq!(serde_json::from_str::<HandOver>(&written).expect("reads"), whole);
    }
}
