//! The check of what a cluster needs in Azure: does the new principal lack something that the present one has?

use super::{About, Check, Finding, NeededRole};
use crate::access::{NotKnown, short_place};
use crate::ids::ClusterId;
use crate::text::count;

/// Something that the cluster needs at one place, that its present principal has, and that no copied role gives the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The id of the resource.
    pub scope: String,
    /// The actions that the new principal would lack.
    pub actions: Vec<String>,
    /// The reasons for which they are needed, each as the end of a sentence that begins with "to".
    pub reasons: Vec<String>,
    /// The role by which the present principal has it.
    pub held_by: String,
    /// The fate of it.
    pub cure: Cure,
}

/// The fate of a permission that the new principal would lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cure {
    /// The plan gives it this role.
    Given(NeededRole),
    /// Somebody else has to: the reason why the operator cannot, and the command that gives it.
    Elsewhere {
        /// The reason, as the second half of a sentence.
        why: String,
        /// The command. `None` where no single built-in role gives it.
        command: Option<String>,
    },
}

/// The difference that the reset makes to what the cluster needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NeedsFound {
    /// The permission that would be lost.
    pub losses: Vec<Loss>,
    /// The needs that the present principal has under a condition alone, as texts.
    pub conditional: Vec<String>,
    /// The needs that the present principal lacks too, as texts.
    pub lacked_before: Vec<String>,
    /// The reason why it is not known.
    pub unknown: Vec<NotKnown>,
}

impl Loss {
    /// Returns what would be lacked, and why it is needed, for people.
    #[must_use]
    pub fn text(&self) -> String {
        let more = match self.reasons.len() {
            0 | 1 => String::new(),
            all => format!(", and {} more", count(all - 1, "reason")),
        };
        let reason = self.reasons.first().map(String::as_str).unwrap_or_default();
        format!("{} on {} (to {reason}{more})", self.actions_text(), short_place(&self.scope))
    }

    fn actions_text(&self) -> String {
        match self.actions.as_slice() {
            [one] => one.clone(),
            [one, other] => format!("{one} and {other}"),
            all => count(all.len(), "action"),
        }
    }
}

pub(super) fn about(id: &ClusterId) -> About {
    About::of_a(format!("what {} needs of its principal", id.name()))
}

/// Judges what the cluster would lose of what it needs. A part that was not read stops the plan where asking again may help,
/// and is named where it does not.
#[must_use]
pub fn judge_needs(cluster: &ClusterId, found: &NeedsFound) -> Finding {
    let check = Check::Needs(cluster.clone());
    let name = cluster.name();
    let told = |parts: &mut dyn Iterator<Item = &NotKnown>| {
        parts.map(|one| format!("{}: not known, since {}", one.what, one.why.why)).collect::<Vec<_>>().join("; ")
    };
    if found.unknown.iter().any(|one| one.why.may_pass) {
        let parts = told(&mut found.unknown.iter().filter(|one| one.why.may_pass));
        return check.stop(
            format!("not read of what {name} needs: {parts}"),
            "What could not be read is not taken for what is not there, so nothing was written. Try again later.",
        );
    }
    let (mut texts, mut cures) = (Vec::new(), Vec::new());
    for loss in &found.losses {
        texts.push(format!(
            "the new principal would lack {}, which the present one has by {}",
            loss.text(),
            loss.held_by
        ));
        cures.push(match &loss.cure {
            Cure::Given(role) => format!("The plan gives it {} before the reset.", role.role.short()),
            Cure::Elsewhere { why, command: Some(command) } => {
                format!("It is not given here: {why}. Have it granted before the reset: {command}")
            }
            Cure::Elsewhere { why, command: None } => {
                format!("It is not given here: {why}. Have it granted before the reset, by a role that holds it.")
            }
        });
    }
    if !found.unknown.is_empty() {
        texts.push(format!("not all that {name} needs is known: {}", told(&mut found.unknown.iter())));
        cures.push("An account that may read it can tell: crosspull access identity.".to_owned());
    }
    if !found.conditional.is_empty() {
        texts.push(format!("the present principal has under a condition alone: {}", found.conditional.join("; ")));
        cures.push("Look whether the condition is fulfilled for the new one too.".to_owned());
    }
    if !texts.is_empty() {
        return check.warn(texts.join("; "), cures.join(" "));
    }
    let before = match found.lacked_before.as_slice() {
        [] => String::new(),
        lacked => format!("; what it lacks today it lacks then too: {}", lacked.join("; ")),
    };
    check.pass(format!("the new principal gets what {name} needs and its present one has{before}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::NotRead;
    use crate::check::{HeldRole, Level};

    fn cluster() -> ClusterId {
        ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id")
    }

    fn loss(cure: Cure) -> NeedsFound {
        let loss = Loss {
            scope: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/aks"
                .to_owned(),
            actions: vec!["Microsoft.Network/virtualNetworks/subnets/join/action".to_owned()],
            reasons: vec!["put nodes into it".to_owned(), "put more into it".to_owned()],
            held_by: "Network Contributor on subnets/aks, by the group g".to_owned(),
            cure,
        };
        NeedsFound { losses: vec![loss], ..NeedsFound::default() }
    }

    #[test]
    fn what_would_be_lost_is_named_with_what_gives_it() {
        let role = HeldRole {
            role: "Network Contributor".to_owned(),
            definition: "/d".to_owned(),
            scope: "/x/aks".to_owned(),
            condition: None,
        };
        let given = judge_needs(&cluster(), &loss(Cure::Given(NeededRole { role, why: "w".to_owned() })));
        assert_eq!(given.level, Level::Warn);
        assert!(
            given.text.contains("subnets/join/action on subnets/aks (to put nodes into it, and 1 reason more)"),
            "{}",
            given.text
        );
        assert_eq!(given.now, "The plan gives it Network Contributor on aks before the reset.");
        let command = Some("az role".to_owned());
        let elsewhere = judge_needs(&cluster(), &loss(Cure::Elsewhere { why: "you may not".to_owned(), command }));
        assert!(elsewhere.now.ends_with("before the reset: az role"), "{}", elsewhere.now);
    }

    #[test]
    fn what_is_not_known_stops_where_it_may_pass_and_is_named_where_it_does_not() {
        let unknown = |may_pass| NeedsFound {
            unknown: vec![NotKnown {
                what: "subnets/aks".to_owned(),
                why: NotRead { why: "403".to_owned(), may_pass },
            }],
            ..NeedsFound::default()
        };
        assert_eq!(judge_needs(&cluster(), &unknown(true)).level, Level::Stop);
        let named = judge_needs(&cluster(), &unknown(false));
        assert_eq!(named.level, Level::Warn);
        assert!(named.text.contains("subnets/aks: not known, since 403"), "{}", named.text);
    }

    #[test]
    fn where_nothing_is_lost_it_passes_and_says_what_lacked_before() {
        assert_eq!(judge_needs(&cluster(), &NeedsFound::default()).level, Level::Pass);
        let before = NeedsFound { lacked_before: vec!["a route".to_owned()], ..NeedsFound::default() };
        let told = judge_needs(&cluster(), &before);
        assert!(told.level == Level::Pass && told.text.ends_with("it lacks then too: a route"), "{}", told.text);
    }
}
