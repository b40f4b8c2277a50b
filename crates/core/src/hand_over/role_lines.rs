//! The lines of a shell that give a principal a role on a registry, and that take it back.

use crate::command::Command;
use crate::condition::condition;
use crate::ids::{ImageRef, TenantId};
use crate::names::Role;

/// The registry and the images of the lines.
///
/// The lines set `REGISTRY` and use `PRINCIPAL`; one that finds either of them empty stops with a word.
pub(super) struct RoleLines<'a> {
    pub tenant: TenantId,
    pub login_server: &'a str,
    pub images: &'a [ImageRef],
}

/// The principal. One that is not there stops the line.
const PRINCIPAL: &str = "\"${PRINCIPAL:?it is not in this tenant}\"";

impl RoleLines<'_> {
    pub fn sign_in(&self) -> String {
        Command::Login { tenant: Some(&self.tenant.to_string()) }.to_string()
    }

    /// Returns the line that finds the registry by its host. Azure CLI lists one subscription at a time, by default the one
    /// that it was left in, so every subscription of the tenant is asked.
    pub fn find_registry(&self) -> String {
        format!(
            "REGISTRY=$(for s in $(az account list --query \"[?tenantId=='{}'].id\" --output tsv); do az acr list \
             --subscription \"$s\" --query \"[?loginServer=='{}'].id\" --output tsv || :; done)",
            self.tenant,
            self.host()
        )
    }

    /// Returns the command that assigns AcrPull.
    pub fn assign(&self) -> String {
        self.assign_as(Role::AcrPull, "")
    }

    /// Returns the commands that assign the role for a registry whose roles hold on repositories. The condition goes by a
    /// here-document, since it has quotes and exclamation marks that an interactive shell would take for its own.
    pub fn assign_for_repositories(&self) -> Vec<String> {
        let mut repositories: Vec<String> = self.images.iter().map(|image| image.repository.clone()).collect();
        repositories.sort();
        repositories.dedup();
        vec![
            "CONDITION=$(cat <<'END'".to_owned(),
            condition(&repositories).unwrap_or_default(),
            "END".to_owned(),
            ")".to_owned(),
            self.assign_as(Role::RepositoryReader, " --condition-version 2.0 --condition \"$CONDITION\""),
        ]
    }

    /// Returns the command that takes one role back. Without `--role` it would take every role of the principal there.
    pub fn unassign(&self, role: Role) -> String {
        let role = role.name();
        format!("az role assignment delete --role \"{role}\" --scope {} --assignee {PRINCIPAL}", self.registry())
    }

    /// Returns the line that takes one role back where it is there: az fails where there is nothing to delete.
    pub fn unassign_where_there(&self, role: Role) -> String {
        format!(
            "[ -z \"$(az role assignment list --role \"{}\" --scope {} --assignee {PRINCIPAL} --query \"[].id\" \
             --output tsv)\" ] || {}",
            role.name(),
            self.registry(),
            self.unassign(role)
        )
    }

    fn assign_as(&self, role: Role, condition: &str) -> String {
        format!(
            "az role assignment create --role \"{}\" --scope {} --assignee-object-id {PRINCIPAL} \
             --assignee-principal-type ServicePrincipal{condition}",
            role.name(),
            self.registry()
        )
    }

    /// Returns the registry as a word of the shell, which stops where none was found.
    pub fn registry(&self) -> String {
        format!("\"${{REGISTRY:?{} is in no subscription that this account sees}}\"", self.host())
    }

    /// Returns the registry's host, of letters that neither a shell nor a query takes for its own, wherever it came from.
    fn host(&self) -> String {
        self.login_server.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':')).collect()
    }

    /// Returns AcrPull as a template of Bicep, which is deployed into the registry's resource group.
    pub fn bicep(&self) -> Vec<String> {
        let host = self.host();
        let name = host.split(['.', ':']).next().unwrap_or_default();
        let template = format!(
            r"param principalId string
param registryName string = '{name}'

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' existing = {{
  name: registryName
}}

var role = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '{}')

resource pull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {{
  name: guid(registry.id, principalId, role)
  scope: registry
  properties: {{
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: role
  }}
}}",
            Role::AcrPull.definition()
        );
        template.lines().map(str::to_owned).collect()
    }
}
