//! The check of the present principal: does the cluster lose roles with it, and which?

use super::{About, Check, Finding, HeldRole, Unread};
use crate::ids::ClusterId;
use crate::input::{Key, Part};
use crate::text::count;
use crate::wording::Wording;

/// A right of the present principal, and why the new one will or may lack it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// The right, such as `Network Contributor on hub`.
    pub what: String,
    /// The reason why the new principal cannot be given it, or may not be.
    pub why: String,
}

impl std::fmt::Display for Lack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.what, self.why)
    }
}

/// The rights of the present principal, as the check of them read them.
#[derive(Debug, Clone, Copy, Default)]
pub struct FormerRights<'a> {
    /// The roles that the new principal gets too.
    pub copied: &'a [HeldRole],
    /// The rights that the new principal will lack.
    pub lacks: &'a [Lack],
    /// Those of the copied roles of which it is not clear whether they may be given.
    pub doubts: &'a [Lack],
    /// The parts that were not read.
    pub unread: &'a [Unread],
    /// The role that the operator has to activate first, as a sentence, where one would give the right that lacks.
    pub eligible: Option<&'a str>,
}

pub(super) fn about(id: &ClusterId) -> About {
    About::of_a(format!("roles of {}'s present principal", id.name()))
}

/// Judges what the cluster would lose with its present principal (`docs/facts/azure.md` 0.2).
///
/// Roles on the registry side do not count here: these are tenant A's. A part that was not read stops the plan, unless
/// the account may not read that part and somebody named it as one that may stay unread.
#[must_use]
pub fn judge_old_roles(cluster: &ClusterId, rights: &FormerRights<'_>, accepted: &[Part]) -> Finding {
    let FormerRights { copied: roles, lacks, doubts, unread, eligible } = *rights;
    let check = Check::OldRoles(cluster.clone());
    let name = cluster.name();
    let is_accepted = |part: &Unread| part.denied && accepted.iter().any(|a| a.covers(part.part));
    if let Some(first) = unread.iter().find(|u| !u.denied) {
        return Finding {
            refusal: first.refusal.clone(),
            ..check.stop(
                format!("not read of {name}'s present principal: {}", parts(unread.iter().filter(|u| !u.denied))),
                "What could not be read is not taken for what is not there, so nothing was written. Try again later.",
            )
        };
    }
    let open: Vec<&Unread> = unread.iter().filter(|u| !is_accepted(u)).collect();
    if let Some(first) = open.first() {
        return Finding {
            refusal: first.refusal.clone(),
            ..check.stop(
                format!("not read of {name}'s present principal, and asking again does not help: {}", parts(open.iter().copied())),
                Wording::from(
                    "The cluster may lose it. Sign in to tenant A with an account that may read it, or accept that it may be \
                     missing: ",
                ) + Key::Unread.given_all(open.iter().map(|u| u.part.word())),
            )
        };
    }
    let listed: Vec<String> = roles.iter().map(HeldRole::short).collect();
    let copied = format!("{}: {}", count(roles.len(), "role"), listed.join(", "));
    let list = |all: &[Lack]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match (roles, lacks, doubts) {
        ([], [], _) => check.pass(format!("{name}'s present principal has no roles that the new one would lack")),
        (_, [], []) => check.pass(format!("{name}'s present principal has {copied}; the new one gets the same")),
        (_, [], doubts) => check.warn(
            format!("{name}'s present principal has {copied}; whether you may give the new one the same is not clear: {}", list(doubts)),
            "What is refused is named before the reset, and the run goes on without it. An owner can give it to the new \
             principal meanwhile.",
        ),
        (_, lacks, doubts) => {
            let mut rest = if roles.is_empty() { String::new() } else { format!(" It gets {copied}.") };
            if !doubts.is_empty() {
                rest.push_str(&format!(" Not clear: {}.", list(doubts)));
            }
            let eligible = eligible.map(|sentence| format!("{sentence} ")).unwrap_or_default();
            check.warn(
                format!("the new principal will lack what {name}'s present one has: {}", list(lacks)),
                Wording::from(format!(
                    "{eligible}Have it granted to the new principal before the reset: without its rights the cluster cannot \
                     change load balancers, disks and routes.{rest} The wizard shows the app's id before the reset; \
                     where nobody is asked, time is left for it by "
                )) + Key::Soak + ".",
            )
        }
    }
}

/// Returns the parts that were not read as one text, each with the reason.
fn parts<'a>(unread: impl Iterator<Item = &'a Unread>) -> String {
    unread.map(|u| format!("{} ({})", u.part, u.why)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    fn cluster() -> ClusterId {
        ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id")
    }

    fn held(role: &str, scope: &str) -> HeldRole {
        let definition =
            "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c";
        HeldRole { role: role.to_owned(), definition: definition.to_owned(), scope: scope.to_owned(), condition: None }
    }

    #[test]
    fn roles_that_can_be_copied_pass_and_what_cannot_is_named_with_its_reason() {
        let roles = [held("Contributor", "/subscriptions/s/resourceGroups/MC_x")];
        let judged = |rights: FormerRights<'_>| judge_old_roles(&cluster(), &rights, &[]);
        let has = FormerRights { copied: &roles, ..FormerRights::default() };
        let all = judged(has);
        assert_eq!(all.level, Level::Pass);
        assert_eq!(all.text, "aks-shop's present principal has 1 role: Contributor on MC_x; the new one gets the same");
        assert_eq!(judged(FormerRights::default()).level, Level::Pass);
        let lack = [Lack { what: "membership of aks-admins".to_owned(), why: "groups are not copied".to_owned() }];
        let some = judged(FormerRights { lacks: &lack, ..has });
        assert_eq!(some.level, Level::Warn);
        assert!(some.text.ends_with("has: membership of aks-admins (groups are not copied)"), "{}", some.text);
        assert!(some.now.contains("It gets 1 role: Contributor on MC_x."), "{}", some.now);
        let unclear = judged(FormerRights { doubts: &lack, ..has });
        assert_eq!(unclear.level, Level::Warn);
        assert!(unclear.text.contains("whether you may give the new one the same is not clear"), "{}", unclear.text);
    }

    #[test]
    fn what_was_not_read_stops_unless_it_may_not_be_read_and_somebody_accepts_that() {
        let unread = |denied| Unread { part: Part::Groups, why: "503".to_owned(), denied, refusal: None };
        let judged = |denied, accepted: &[Part]| {
            judge_old_roles(
                &cluster(),
                &FormerRights { unread: &[unread(denied)], ..FormerRights::default() },
                accepted,
            )
        };
        for (denied, accepted) in
            [(false, &[][..]), (false, &[Part::Groups][..]), (true, &[][..]), (true, &[Part::Roles][..])]
        {
            let finding = judged(denied, accepted);
            assert_eq!(finding.level, Level::Stop, "{denied} {accepted:?}");
            assert!(finding.text.contains("its groups (503)"), "{}", finding.text);
        }
        assert!(judged(true, &[]).now.ends_with("--unread groups"));
        assert_ne!(judged(true, &[Part::Groups]).level, Level::Stop);
    }
}
