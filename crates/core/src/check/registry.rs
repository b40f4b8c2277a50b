//! The check of a registry: is it there, and does it answer from here?

use serde::{Deserialize, Serialize};

use super::{About, Check, Finding};
use crate::explain::Firewall;
use crate::ids::RegistryId;

/// A registry's way to decide who may pull (`docs/facts/azure.md` 0.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleMode {
    /// Roles on the registry: AcrPull.
    Registry,
    /// Roles on repositories (ABAC): AcrPull is ignored.
    Repositories,
}

/// Whether a registry answers from this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The registry answers.
    Open,
    /// The registry's firewall refuses this machine.
    Firewalled(Firewall),
    /// Nothing answers.
    Silent {
        /// The cause, as the second half of a sentence.
        why: String,
        /// The cure. Empty where the cause does not tell.
        now: String,
    },
}

/// A registry, as far as the checks read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RegistryFacts {
    pub id: RegistryId,
    /// The host of the registry, never built from the name (`docs/facts/azure.md` 3.5).
    pub login_server: String,
    /// The registry's way to decide who may pull.
    pub mode: RoleMode,
    /// Whether the registry answers from here.
    pub reach: Reach,
}

pub(super) fn about(id: &RegistryId) -> About {
    About::of_b(format!("{} answers from here", id.name()))
}

/// Judges whether a registry can be used from here.
#[must_use]
pub fn judge_registry(registry: &RegistryFacts) -> Finding {
    let check = Check::Registry(registry.id.clone());
    let name = registry.id.name();
    let mode = match registry.mode {
        RoleMode::Registry => "roles hold on the registry (AcrPull)",
        RoleMode::Repositories => "roles hold on repositories (AcrPull is ignored)",
    };
    match &registry.reach {
        Reach::Open => check.pass(format!("{name} answers from here; {mode}")),
        Reach::Firewalled(firewall) => check.warn(
            firewall.why(&registry.id),
            format!(
                "The pull is proved from a node of the cluster instead, where its Kubernetes API answers; nodes come from \
                 another address. Else run crosspull from a machine that is let in. {}",
                firewall.cure(&registry.id)
            ),
        ),
        Reach::Silent { why, now } => {
            let now = match now.as_str() {
                "" => {
                    "Check name resolution and routes to the registry, or run crosspull from a machine that reaches it."
                }
                now => now,
            };
            check.warn(
                format!("{} does not answer from here: {why}", registry.login_server),
                format!("The pull is proved from a node of the cluster instead, where its Kubernetes API answers. {now}"),
            )
        }
    }
}

/// Judges whether a registry can be used from here, where nobody signs in to its tenant.
#[must_use]
pub fn judge_registry_of_others(registry: &RegistryFacts) -> Finding {
    match registry.reach {
        Reach::Open => Check::Registry(registry.id.clone())
            .pass(format!("{} answers from here; its roles are for its administrator to tell", registry.login_server)),
        _ => judge_registry(registry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    #[test]
    fn a_registry_that_does_not_answer_is_told_with_what_to_do_about_that() {
        let id = RegistryId::parse("/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/registryb").expect("an id");
        let silent = |now: &str| {
            let reach = Reach::Silent { why: "a cause".to_owned(), now: now.to_owned() };
            let login_server = "registryb.azurecr.io".to_owned();
            judge_registry(&RegistryFacts { id: id.clone(), login_server, mode: RoleMode::Registry, reach })
        };
        let (general, own) = (silent(""), silent("A cure."));
        assert_eq!((general.level, own.level), (Level::Warn, Level::Warn));
        assert_eq!(own.text, "registryb.azurecr.io does not answer from here: a cause");
        assert!(general.now.ends_with("from a machine that reaches it.") && own.now.ends_with(" answers. A cure."));
    }
}
