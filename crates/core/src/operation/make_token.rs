//! Operation: makes a repository token on a registry, with the scope map that says what it may do.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Undo};
use crate::ids::{ClusterId, RegistryId};

/// What pulling takes, and what shows tags and digests of what is pulled (Microsoft, "Token-based repository
/// permissions in Azure Container Registry").
const VERBS: [&str; 2] = ["content/read", "metadata/read"];

/// Makes a repository token on a registry, with a scope map for the named repositories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct MakeToken {
    /// The cluster that pulls by the token.
    pub cluster: ClusterId,
    pub registry: RegistryId,
    /// The name of the token and of its scope map.
    pub name: String,
    /// The repositories that may be pulled.
    pub repositories: Vec<String>,
}

impl MakeToken {
    /// Returns the actions that the scope map is to have.
    #[must_use]
    pub fn actions(&self) -> Vec<String> {
        let of_one = |name: &String| VERBS.map(|verb| format!("repositories/{name}/{verb}"));
        self.repositories.iter().flat_map(of_one).collect()
    }

    /// Returns the actions that a scope map lacks which has those.
    #[must_use]
    pub fn lacking(&self, has: &[String]) -> Vec<String> {
        self.actions().into_iter().filter(|action| !has.iter().any(|held| covers(held, action))).collect()
    }
}

/// True where an action of a scope map allows another one. A star may stand for all repositories, or at the end of a
/// name for all below (`docs/facts/azure.md` 9.3).
fn covers(held: &str, wanted: &str) -> bool {
    let parts = |action: &str| {
        let verb = VERBS.into_iter().find(|verb| action.ends_with(verb))?;
        let name = action.strip_prefix("repositories/")?.strip_suffix(verb)?.strip_suffix('/')?;
        Some((name.to_owned(), verb))
    };
    let (Some((held, verb)), Some((wanted, same))) = (parts(held), parts(wanted)) else { return held == wanted };
    let names = match held.strip_suffix('*') {
        Some(start) if start.is_empty() || start.ends_with('/') => wanted.starts_with(start),
        _ => held == wanted,
    };
    verb == same && names
}

impl Operation for MakeToken {
    fn title(&self) -> String {
        format!("make the token {}", self.name)
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::ScopeMap(self.registry.clone()), Fact::Token(self.registry.clone())]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        let name = &self.name;
        vec![
            PlannedCall::sending(format!("ARM PUT scopeMaps/{name}"), self.actions().join(", ")),
            PlannedCall::sending(format!("ARM PUT tokens/{name}"), "enabled, with that scope map"),
        ]
    }

    fn explains(&self) -> String {
        let starred = self.repositories.iter().any(|name| name.ends_with('*'));
        let star =
            if starred { " A star stands for every repository below, also for those that are made later." } else { "" };
        format!(
            "Makes a token on {} that may pull {} and nothing else; no app of Entra is involved.{star} Where crosspull made one \
             for {} before, that one is used, and its scope map gets what it lacks. One of that name that somebody else \
             made is kept, and stops the run.",
            self.registry.name(),
            self.repositories.join(", "),
            self.cluster.name()
        )
    }

    fn needs(&self) -> &'static str {
        "It needs Microsoft.ContainerRegistry/registries/scopeMaps/write and tokens/write, as Contributor has them."
    }

    fn undo(&self) -> Undo {
        Undo::By("ARM DELETE tokens/{name}, scopeMaps/{name}")
    }

    fn undo_title(&self) -> String {
        format!("delete the token {}", self.name)
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        PlannedCall::about("ARM DELETE tokens/{name}, DELETE or PUT scopeMaps/{name}", made)
    }

    fn undo_explains(&self) -> String {
        "Deletes the token and its scope map, where the run made them; its passwords go with it. A scope map that was there \
         loses what the run added to it."
            .to_owned()
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }

    fn registry(&self) -> Option<&RegistryId> {
        Some(&self.registry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_covers_what_is_below_it_for_the_same_verb() {
        let read = |name: &str| format!("repositories/{name}/content/read");
        for (held, wanted, yes) in [
            ("shop/web", "shop/web", true),
            ("*", "shop/web", true),
            ("shop/*", "shop/web", true),
            ("shop/*", "shop/web/more", true),
            ("shop/*", "shop", false),
            ("shop/*", "shopping/web", false),
            ("shop/web", "shop/*", false),
            ("shop/*", "shop/web/*", true),
            ("shop*", "shop/web", false),
        ] {
            assert_eq!(covers(&read(held), &read(wanted)), yes, "{held} for {wanted}");
        }
        assert!(!covers("repositories/*/metadata/read", &read("shop/web")));
        assert!(!covers("repositories/*/content/write", &read("shop/web")));
    }

    #[test]
    fn only_what_lacks_is_added() {
        let cluster = ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id");
        let registry = RegistryId::parse("/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/registryb").expect("an id");
        let repositories = vec!["shop/web".to_owned(), "shop/api".to_owned()];
        let make = MakeToken { cluster, registry, name: "crosspull-aks-shop".to_owned(), repositories };
        assert_eq!(make.lacking(&[]), make.actions());
        let has = ["repositories/shop/web/content/read", "repositories/shop/*/metadata/read"].map(str::to_owned);
        assert_eq!(make.lacking(&has), ["repositories/shop/api/content/read"]);
        let below = MakeToken { repositories: vec!["shop/*".to_owned()], ..make };
        assert_eq!(below.lacking(&has), ["repositories/shop/*/content/read"]);
        assert!(below.lacking(&below.actions()).is_empty());
        assert!(below.explains().contains("also for those that are made later"));
    }
}
