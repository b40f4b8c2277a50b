//! The checks of a registry's admin account: the warning that goes with it, and the right to use it.

use super::denial::judge_denial;
use super::token_right::sign_in_or_pull_secret;
use super::{About, Check, Finding};
use crate::ids::RegistryId;
use crate::input::Key;
use crate::rights::MayDo;
use crate::text::listed;
use crate::wording::Wording;

/// The actions that using the admin account takes.
pub const ADMIN_ACTIONS: [&str; 3] = [
    "Microsoft.ContainerRegistry/registries/write",
    "Microsoft.ContainerRegistry/registries/listCredentials/action",
    "Microsoft.ContainerRegistry/registries/regenerateCredential/action",
];

pub(super) fn about(id: &RegistryId) -> About {
    About::of_b(format!("what {}'s admin account is for", id.name()))
}

pub(super) fn about_right(id: &RegistryId) -> About {
    About::of_b(format!("your right to {}'s admin account", id.name()))
}

/// Returns the warning that goes with the admin account (Microsoft, "Authenticate with an Azure container registry",
/// section "Admin account").
#[must_use]
pub fn judge_admin_account(registry: &RegistryId) -> Finding {
    Check::AdminAccount(registry.clone()).warn(
        format!(
            "{}'s admin account is one account for all: whoever has its password pushes and pulls everything, no role limits \
             it, and everybody looks like one user",
            registry.name()
        ),
        Wording::from("It is made for one person who tests. For anything else take ")
            + Key::Route.given("pull-secret")
            + " or "
            + Key::Route.given("repository-token")
            + ": they pull alone, from what you name.",
    )
}

/// Judges the right to use the admin account of a registry.
#[must_use]
pub fn judge_admin_right(registry: &RegistryId, may: &MayDo) -> Finding {
    let check = Check::AdminRight(registry.clone());
    let name = registry.name();
    let lacks = match may {
        MayDo::Has(denial) => return judge_denial(check, &format!("use {name}'s admin account"), denial),
        MayDo::Lacks(lacks) => lacks,
    };
    let lacks: Vec<String> = lacks.iter().map(|action| (*action).to_owned()).collect();
    check.stop(
        format!("you may not use {name}'s admin account"),
        format!(
            "It needs {}. Ask an owner of {name} for Contributor on it, or sign in to its tenant with another account.",
            listed(&lacks)
        ),
    )
}

/// Returns the finding for a registry whose tenant nobody signs in to.
#[must_use]
pub fn judge_admin_right_of_nobody(registry: &RegistryId) -> Finding {
    Check::AdminRight(registry.clone()).stop(
        format!("nobody signs in to the tenant of {}, and its admin account is told there", registry.name()),
        sign_in_or_pull_secret(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;
    use crate::rights::Denial;

    #[test]
    fn it_is_always_warned_of_and_what_lacks_is_named() {
        let id = RegistryId::parse("/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/registryb").expect("an id");
        assert_eq!(judge_admin_account(&id).level, Level::Warn);
        assert_eq!(judge_admin_right(&id, &MayDo::Has(Denial::No)).level, Level::Pass);
        let lacking = judge_admin_right(&id, &MayDo::Lacks(ADMIN_ACTIONS[1..].to_vec()));
        assert_eq!(lacking.level, Level::Stop);
        assert!(lacking.now.contains("listCredentials/action and Microsoft"), "{}", lacking.now);
    }
}
