//! The page for the administrator of tenant B, who is to let an app in.

use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::consent::{ConsentLink, LoopbackRedirect};
use crate::ids::{AppId, ImageRef, TenantId};
use crate::names::Role;

use super::role_lines::RoleLines;
use super::script::Script;
use super::{PageBlock, WHERE_ROLES_HOLD_ON_REPOSITORIES};

/// The contents of the page: ids and names alone. Whoever finds the page can do nothing with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppPage {
    /// The app that is to be let in.
    pub app: AppId,
    /// The name of the app, where that is known.
    pub app_name: String,
    /// The tenant that the app is from.
    pub tenant_a: TenantId,
    /// The tenant that lets the app in.
    pub tenant_b: TenantId,
    /// The registry's host.
    pub login_server: String,
    /// The images that are to be pulled.
    pub images: Vec<ImageRef>,
    /// The consent page.
    pub consent_url: String,
    /// The form of its address. Pages of earlier versions name none, and have the other one.
    #[serde(default = "link_of_earlier_pages")]
    pub link: ConsentLink,
    /// The address to which it leads afterwards. Empty in pages of earlier versions.
    #[serde(default)]
    pub redirect_uri: String,
}

const fn link_of_earlier_pages() -> ConsentLink {
    ConsentLink::Authorize
}

impl AppPage {
    /// Returns the commands that let the app in and give it the role, for a shell where the administrator is signed in.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        let lines = self.lines();
        vec![lines.sign_in(), self.let_in(), lines.find_registry(), self.principal(), lines.assign()]
    }

    /// Returns the last command for a registry whose roles hold on repositories, where the other role counts.
    ///
    /// The condition is passed in a here-document, since an interactive shell would interpret its quotes and
    /// exclamation marks.
    #[must_use]
    pub fn commands_for_repositories(&self) -> Vec<String> {
        self.lines().assign_for_repositories()
    }

    /// Returns the commands that take the role and the app back, in that order: nobody removes the roles of a principal
    /// that is gone (`docs/facts/azure.md` 9.6).
    #[must_use]
    pub fn commands_back(&self) -> Vec<String> {
        let lines = self.lines();
        let (find, role) = (lines.find_registry(), lines.unassign(Role::AcrPull));
        vec![lines.sign_in(), find, self.principal(), role, self.let_go()]
    }

    /// Returns the line for a registry whose roles hold on repositories, in place of the one for AcrPull.
    #[must_use]
    pub fn command_back_for_repositories(&self) -> String {
        self.lines().unassign(Role::RepositoryReader)
    }

    fn lines(&self) -> RoleLines<'_> {
        RoleLines { tenant: self.tenant_b, login_server: &self.login_server, images: &self.images }
    }

    /// Returns where the consent page leads, as a sentence with a space before it.
    fn afterwards(&self) -> String {
        match self.redirect_uri.as_str() {
            "" => String::new(),
            uri if LoopbackRedirect::of(uri).is_some() => {
                format!(" The browser then goes to {uri} : an error there is nothing to mind, once you have accepted.")
            }
            uri => format!(" The browser then goes to {uri} ."),
        }
    }

    fn let_in(&self) -> String {
        Command::CreatePrincipal { app: self.app }.to_string()
    }

    fn principal(&self) -> String {
        format!("PRINCIPAL=$(az ad sp show --id {} --query id --output tsv)", self.app)
    }

    fn let_go(&self) -> String {
        Command::DeletePrincipal { id: &self.app.to_string() }.to_string()
    }

    pub(super) fn script(&self) -> Script {
        let lines = self.lines();
        let mut back = vec![self.principal()];
        back.extend([Role::AcrPull, Role::RepositoryReader].map(|role| lines.unassign_where_there(role)));
        back.push(self.let_go());
        let show = format!("az ad sp show --id {} >/dev/null 2>&1", self.app);
        Script {
            does: format!("Lets the app {} of tenant {} pull from {}", self.app, self.tenant_a, self.login_server),
            first: vec![lines.sign_in(), lines.find_registry()],
            registry: lines.registry(),
            let_in: vec![format!("{show} || {}", self.let_in()), self.principal()],
            assign: vec![lines.assign()],
            assign_for_repositories: lines.assign_for_repositories(),
            back,
        }
    }

    pub(super) fn blocks(&self) -> Vec<PageBlock> {
        let images: Vec<String> = self.images.iter().map(|image| format!("{}/{image}", self.login_server)).collect();
        vec![
            PageBlock::Head(format!("Let a cluster pull from {}", self.login_server)),
            PageBlock::Text(format!(
                "A cluster in tenant {} is to pull {} from your registry {} in tenant {} . It signs in with the app {} ({}). \
                 Two things let it in; an administrator of your tenant does them once.",
                self.tenant_a,
                images.join(", "),
                self.login_server,
                self.tenant_b,
                self.app_name,
                self.app,
            )),
            PageBlock::Head("1. Let the app in".to_owned()),
            PageBlock::Text(format!(
                "Open this page as an administrator (Cloud Application Administrator is enough){} accept.{} That alone lets \
                 nobody pull: the app has no role on the registry until step 2.",
                match self.link {
                    ConsentLink::Adminconsent => " and",
                    ConsentLink::Authorize => ", tick \"Consent on behalf of your organization\" and",
                },
                self.afterwards(),
            )),
            PageBlock::Whole(vec![self.consent_url.clone()]),
            PageBlock::Head("2. Give it the role on the registry".to_owned()),
            PageBlock::Text(
                "In the portal: the registry, Access control (IAM), Add role assignment, AcrPull, and the app as its \
                 member. It needs the right to assign roles on the registry (Role Based Access Control Administrator or \
                 Owner)."
                    .to_owned(),
            ),
            PageBlock::Head("Both by the Azure CLI".to_owned()),
            PageBlock::Text("The first two lines stand in place of the page of step 1, the rest of step 2.".to_owned()),
            PageBlock::Whole(self.commands()),
            PageBlock::Text(WHERE_ROLES_HOLD_ON_REPOSITORIES.to_owned()),
            PageBlock::Whole(self.commands_for_repositories()),
            PageBlock::Head("What this allows".to_owned()),
            PageBlock::Text(format!(
                "Whoever has a secret of the app may read images of {}, and nothing else: the app has no permission on any \
                 API{}, and no other role.",
                self.login_server,
                match self.link {
                    ConsentLink::Adminconsent => "",
                    ConsentLink::Authorize => " but to read the profile of people who sign in to it",
                }
            )),
            PageBlock::Head("How to take it back".to_owned()),
            PageBlock::Text(
                "Remove the role, then delete the app's service principal in your tenant: nobody removes the roles of one \
                 that is gone."
                    .to_owned(),
            ),
            PageBlock::Whole(self.commands_back()),
            PageBlock::Text("Where the role for repositories was given, in place of the line before the last:".to_owned()),
            PageBlock::Whole(vec![self.command_back_for_repositories()]),
            PageBlock::Head("AcrPull as Bicep".to_owned()),
            PageBlock::Text(
                "Deployed into the registry's resource group. principalId is the object id of the app's service principal \
                 in your tenant ($PRINCIPAL above); give registryName where the registry's name is another."
                    .to_owned(),
            ),
            PageBlock::Whole(self.lines().bicep()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::condition;
    use crate::hand_over::HandOver;

    fn page() -> AppPage {
        AppPage {
            app: "33333333-3333-4333-8333-333333333333".parse().expect("a GUID"),
            app_name: "crosspull-aks-shop".to_owned(),
            tenant_a: "11111111-1111-4111-8111-111111111111".parse().expect("a GUID"),
            tenant_b: "22222222-2222-4222-8222-222222222222".parse().expect("a GUID"),
            login_server: "registryb.azurecr.io".to_owned(),
            images: vec![ImageRef::parse("shop/web:1.4").expect("an image")],
            consent_url: "https://login.microsoftonline.com/x/v2.0/adminconsent?client_id=y".to_owned(),
            link: ConsentLink::Adminconsent,
            redirect_uri: "https://www.microsoft.com".to_owned(),
        }
    }

    #[test]
    fn both_forms_of_the_page_hold_all_that_is_to_be_taken_whole() {
        let page = page();
        let whole_page = HandOver::App(page.clone());
        for form in [whole_page.markdown(), whole_page.text()] {
            let mut whole = [page.commands(), page.commands_back()].concat();
            whole.extend(page.commands_for_repositories());
            whole.push(page.consent_url.clone());
            for line in whole {
                assert!(form.lines().any(|l| l.trim() == line), "{line}\nis not whole in\n{form}");
            }
            assert!(form.contains("registryb.azurecr.io/shop/web:1.4"));
        }
        assert!(whole_page.markdown().starts_with("# Let a cluster pull"));
    }

    #[test]
    fn the_condition_reaches_the_command_as_it_is() {
        let lines = page().commands_for_repositories();
        let condition = condition(&["shop/web".to_owned()]).expect("a condition");
        assert_eq!(lines.get(1), Some(&condition));
        assert!(!condition.contains('\n') && condition != "END");
    }
}
