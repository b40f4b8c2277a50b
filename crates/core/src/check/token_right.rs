//! The check of the right to make a repository token: may the operator make scope maps, tokens and passwords on the
//! registry?

use super::denial::judge_denial;
use super::{About, Check, Finding};
use crate::ids::RegistryId;
use crate::input::Key;
use crate::rights::MayDo;
use crate::text::listed;
use crate::wording::Wording;

/// The actions that making a repository token takes (Microsoft, "Azure permissions for Containers").
pub const TOKEN_ACTIONS: [&str; 3] = [
    "Microsoft.ContainerRegistry/registries/scopeMaps/write",
    "Microsoft.ContainerRegistry/registries/tokens/write",
    "Microsoft.ContainerRegistry/registries/generateCredentials/action",
];

pub(super) fn about(id: &RegistryId) -> About {
    About::of_b(format!("your right to make a repository token on {}", id.name()))
}

/// Judges the right to make a repository token on a registry.
#[must_use]
pub fn judge_token_right(registry: &RegistryId, may: &MayDo) -> Finding {
    let check = Check::TokenRight(registry.clone());
    let name = registry.name();
    let lacks = match may {
        MayDo::Has(denial) => return judge_denial(check, &format!("make a repository token on {name}"), denial),
        MayDo::Lacks(lacks) => lacks,
    };
    let lacks: Vec<String> = lacks.iter().map(|action| (*action).to_owned()).collect();
    check.stop(
        format!("you may not make a repository token on {name}"),
        format!(
            "It needs {}. Ask an owner of {name} for Contributor on it, or sign in to its tenant with another account.",
            listed(&lacks)
        ),
    )
}

/// Returns the finding for a registry whose tenant nobody signs in to.
#[must_use]
pub fn judge_token_right_of_nobody(registry: &RegistryId) -> Finding {
    Check::TokenRight(registry.clone()).stop(
        format!("nobody signs in to the tenant of {}, and its tokens are made there", registry.name()),
        sign_in_or_pull_secret(),
    )
}

/// Returns the cure where nobody signs in to the registry's tenant, and its own users are wanted.
pub(super) fn sign_in_or_pull_secret() -> Wording {
    Wording::from("Sign in to it (")
        + Key::SignInB
        + "), or take "
        + Key::Route.given("pull-secret")
        + ", where somebody else can give the role."
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;
    use crate::rights::Denial;

    #[test]
    fn what_lacks_is_named() {
        let id = RegistryId::parse("/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/registryb").expect("an id");
        assert_eq!(judge_token_right(&id, &MayDo::Has(Denial::No)).level, Level::Pass);
        let lacking = judge_token_right(&id, &MayDo::Lacks(TOKEN_ACTIONS[..1].to_vec()));
        assert_eq!(
            (lacking.level, lacking.text.as_str()),
            (Level::Stop, "you may not make a repository token on registryb")
        );
        assert!(lacking.now.contains("It needs Microsoft.ContainerRegistry/registries/scopeMaps/write. Ask"));
    }
}
