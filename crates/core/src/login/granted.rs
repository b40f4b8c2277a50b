//! The grants of a sign-in at a registry, as the registry's own tokens say (`docs/facts/azure.md` 3.10).

use std::collections::BTreeMap;

/// The actions that are asked for, each with the word that people use for it.
const ACTIONS: [(&str, &str); 3] = [("pull", "pull"), ("push", "push"), ("delete", "delete")];

/// The grants of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Granted {
    /// The actions on any repository, where a role holds on the whole registry.
    pub everywhere: Vec<String>,
    /// The actions by repository, for those that were asked for. A repository without any was asked for in vain.
    pub repositories: BTreeMap<String, Vec<String>>,
    /// True where the registry was asked for nothing in particular and its list of repositories may not be read: a grant
    /// by repository stays unseen then.
    pub unseen: bool,
}

/// Entries of a token's `access` claim: a repository, and what may be done there.
pub type Grants = Vec<(String, Vec<String>)>;

impl Granted {
    /// Returns the scope that asks for every action on a repository.
    #[must_use]
    pub fn scope(repository: &str) -> String {
        format!("repository:{repository}:{}", ACTIONS.map(|(action, _)| action).join(","))
    }

    /// Returns what is granted on those repositories, by the entries of a token that was asked for them.
    #[must_use]
    pub fn on(repositories: &[String], grants: &Grants) -> Self {
        let held =
            |name: &String| grants.iter().filter(|(on, _)| on == name).flat_map(|(_, held)| held.clone()).collect();
        let repositories = repositories.iter().map(|name| (name.clone(), held(name))).collect();
        Self { repositories, ..Self::default() }
    }

    /// True where nothing is granted, as far as was asked.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.everywhere.is_empty() && self.repositories.values().all(Vec::is_empty)
    }

    /// Returns the repositories that were asked for by name and on which nothing is granted.
    pub fn in_vain(&self) -> impl Iterator<Item = &str> {
        self.repositories.iter().filter(|(_, held)| held.is_empty()).map(|(name, _)| name.as_str())
    }

    /// Returns what is granted, a clause a line: `pull and push everything`, or the repositories by what is granted there.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.everywhere.is_empty() {
            lines.push(format!("{} everything", verbs(&self.everywhere)));
        }
        let mut by_verbs: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, held) in self.repositories.iter().filter(|(_, held)| !held.is_empty()) {
            by_verbs.entry(verbs(held)).or_default().push(name);
        }
        lines.extend(by_verbs.into_iter().map(|(verbs, names)| format!("{verbs} {}", some(&names))));
        lines
    }
}

/// Returns actions as people say them: `pull, push and delete`. A star stands for all of them.
fn verbs(held: &[String]) -> String {
    let has = |action: &str| held.iter().any(|one| one == action || one == "*");
    let words: Vec<&str> = ACTIONS.iter().filter(|(action, _)| has(action)).map(|(_, word)| *word).collect();
    match words.as_slice() {
        [] => held.join(", "),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Returns names, the first few of many.
fn some(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    match names.len().checked_sub(SHOWN) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{} and {more} more", names.get(..SHOWN).unwrap_or(names).join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(of: &[&str]) -> Vec<String> {
        of.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn what_is_granted_is_said_by_what_may_be_done() {
        let all = Granted { everywhere: texts(&["pull", "push"]), ..Granted::default() };
        assert_eq!(all.lines(), ["pull and push everything"]);
        let asked = texts(&["shop/web", "shop/api", "ops"]);
        let grants = vec![("shop/web".to_owned(), texts(&["pull"])), ("shop/api".to_owned(), texts(&["*"]))];
        let some = Granted::on(&asked, &grants);
        assert_eq!(some.lines(), ["pull shop/web", "pull, push and delete shop/api"]);
        assert_eq!(some.in_vain().collect::<Vec<_>>(), ["ops"]);
        assert!(!some.is_nothing());
        let none = Granted::on(&asked, &Grants::new());
        assert!(none.is_nothing() && none.lines().is_empty());
    }

    #[test]
    fn many_repositories_are_counted() {
        let names: Vec<String> = (1..=8).map(|n| format!("r{n}")).collect();
        let grants = names.iter().map(|name| (name.clone(), texts(&["pull"]))).collect();
        assert_eq!(Granted::on(&names, &grants).lines(), ["pull r1, r2, r3, r4, r5 and 3 more"]);
    }

    #[test]
    fn a_scope_asks_for_every_action() {
        assert_eq!(Granted::scope("shop/web"), "repository:shop/web:pull,push,delete");
    }
}
