//! The check of the right to assign roles: may the operator assign roles on the registry?

use super::{About, Check, Finding};
use crate::ids::RegistryId;
use crate::input::Key;
use crate::names::Role;
use crate::rights::{Doubt, Hindrance, LeftOut, MayAssign};
use crate::sign_in::SignIn;
use crate::wording::Wording;

pub(super) fn about(id: &RegistryId) -> About {
    About::of_b(format!("your right to assign roles on {}", id.name()))
}

/// Judges the right to assign roles where the role is held already: nobody needs to assign it.
#[must_use]
pub fn judge_role_right_not_needed(registry: &RegistryId) -> Finding {
    let check = Check::RoleRight(registry.clone());
    check.pass(format!(
        "nothing is to be assigned on {}, so the right to assign roles there is not needed",
        registry.name()
    ))
}

/// Judges the right to assign a role on a registry. `role` is `None` where the registry was not read.
#[must_use]
pub fn judge_role_right(registry: &RegistryId, role: Option<Role>, may: &MayAssign) -> Finding {
    let or_otherwise = |first: String| {
        Wording::from(first)
            + ", sign in with another account, or let somebody else give it: "
            + Key::SignInB.given(SignIn::Nobody.word())
            + ", and "
            + Key::Registry
            + " by its login server"
    };
    let check = Check::RoleRight(registry.clone());
    let name = registry.name();
    let role = role.map_or("the role", Role::name);
    match may {
        MayAssign::Yes => check.pass(format!("you may assign roles on {name}")),
        MayAssign::No(Hindrance::NoRight) => check.stop(
            format!("you may not assign roles on {name}"),
            or_otherwise(format!(
                "It needs Microsoft.Authorization/roleAssignments/write. Ask an owner of {name} for Role Based Access \
                 Control Administrator"
            )),
        ),
        MayAssign::No(Hindrance::Condition(left_out)) => {
            let (what, instead) = match left_out {
                LeftOut::Role => (format!("leaves out {role}"), role),
                LeftOut::Type => (format!("lets no service principal get {role}"), "service principals"),
                LeftOut::Principal => (
                    format!("leaves out the service principal that is to get {role}"),
                    "that one (none that this run makes can be named before)",
                ),
            };
            check.stop(
                format!("your right to assign roles on {name} is limited by a condition, which {what}"),
                or_otherwise(format!("Ask an owner of {name} to let the condition take in {instead}")),
            )
        }
        MayAssign::No(Hindrance::Deny(deny)) => check.stop(
            format!("the deny assignment {deny} forbids you to assign roles on {name}"),
            or_otherwise("No role helps: ask whoever made the deny assignment to except you".to_owned()),
        ),
        MayAssign::Unclear(Doubt::Condition) => check.warn(
            format!("you may assign some roles on {name}; a condition says which, and crosspull does not understand it"),
            or_otherwise(format!("If {role} is refused, ask an owner of {name} for it")),
        ),
        MayAssign::Unclear(Doubt::Deny(deny)) => check.warn(
            format!("you may assign roles on {name}; whether the deny assignment {deny} is about you is not clear"),
            or_otherwise(format!("If {role} is refused, ask whoever made the deny assignment to except you")),
        ),
        MayAssign::Unclear(Doubt::DenyUnseen) => check.warn(
            format!("you may assign roles on {name}; whether a deny assignment forbids it there you may not see"),
            "To see them takes Microsoft.Authorization/denyAssignments/read, which Reader has. If the role is refused for \
             one, that is said.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    #[test]
    fn what_forbids_stops_with_its_own_cure_and_what_is_not_clear_warns() {
        let id = RegistryId::parse("/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/registryb").expect("an id");
        let judged = |may| {
            let finding = judge_role_right(&id, Some(Role::AcrPull), &may);
            (finding.level, format!("{} {}", finding.text, finding.now))
        };
        let deny = || "\"lockdown\"".to_owned();
        for (may, level, says) in [
            (MayAssign::Yes, Level::Pass, "you may assign roles on registryb"),
            (MayAssign::No(Hindrance::NoRight), Level::Stop, "Role Based Access Control Administrator, sign in"),
            (MayAssign::No(Hindrance::Condition(LeftOut::Role)), Level::Stop, "to let the condition take in AcrPull,"),
            (
                MayAssign::No(Hindrance::Condition(LeftOut::Type)),
                Level::Stop,
                "which lets no service principal get AcrPull Ask",
            ),
            (
                MayAssign::No(Hindrance::Condition(LeftOut::Principal)),
                Level::Stop,
                "principal that is to get AcrPull Ask",
            ),
            (MayAssign::No(Hindrance::Deny(deny())), Level::Stop, "the deny assignment \"lockdown\" forbids you"),
            (MayAssign::Unclear(Doubt::Condition), Level::Warn, "does not understand it If AcrPull is refused"),
            (MayAssign::Unclear(Doubt::Deny(deny())), Level::Warn, "\"lockdown\" is about you is not clear"),
            (MayAssign::Unclear(Doubt::DenyUnseen), Level::Warn, "denyAssignments/read"),
        ] {
            let (found, text) = judged(may.clone());
            assert_eq!(found, level, "{may:?}");
            assert!(text.contains(says), "{may:?}: {text}");
        }
    }
}
