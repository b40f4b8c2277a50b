//! The cluster's own answer to a question, beside that of the rules.

use super::because::May;
use super::kinds::Can;
use super::standing::{AssignedRole, Standing};

/// The cluster's answer to a question (`SubjectAccessReview`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// True where it may be done.
    pub allowed: bool,
    /// The reason, in the words of whoever decided there. Empty where none is given.
    pub reason: String,
}

/// A question with both answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The question.
    pub can: Can,
    /// The answer of the rules.
    pub rules: May,
    /// The answer of the cluster; or why it is not known, as the end of a sentence that begins with "not known, since".
    pub cluster: Result<Review, String>,
}

impl Compared {
    /// True where both say something, and not the same.
    #[must_use]
    pub fn differs(&self) -> bool {
        match (&self.rules, &self.cluster) {
            (May::Yes(_), Ok(review)) => !review.allowed,
            (May::No(_), Ok(review)) => review.allowed,
            (May::Unknown(_), _) | (_, Err(_)) => false,
        }
    }

    /// Returns the answer that counts: the cluster's where there is one, else that of the rules. `None` where neither is
    /// known.
    #[must_use]
    pub const fn allowed(&self) -> Option<bool> {
        match (&self.cluster, &self.rules) {
            (Ok(review), _) => Some(review.allowed),
            (Err(_), May::Yes(_)) => Some(true),
            (Err(_), May::No(_)) => Some(false),
            (Err(_), May::Unknown(_)) => None,
        }
    }
}

impl Review {
    /// Returns the role assignment that the reason names. Ids come with dashes or without, and the words around them are of
    /// whichever protocol answered, so the id alone is looked for (`docs/facts/azure.md` 9.5).
    #[must_use]
    pub fn names<'a>(&self, roles: &'a [AssignedRole]) -> Option<&'a AssignedRole> {
        let words = bare(&self.reason);
        roles.iter().find(|role| {
            let name = bare(role.id.rsplit('/').next().unwrap_or_default());
            name.len() == 32 && words.contains(&name)
        })
    }
}

/// Returns a text without dashes, in lower case.
fn bare(text: &str) -> String {
    text.chars().filter(|c| *c != '-').flat_map(char::to_lowercase).collect()
}

impl Standing {
    /// Returns the standard questions to a cluster: reading, secrets, changing, and the cluster itself.
    #[must_use]
    pub fn standard_questions(namespace: Option<&str>) -> Vec<Can> {
        let texts = ["list pods", "get secrets", "create deployments", "create pods/exec", "list nodes"];
        let asked = texts.into_iter().filter_map(|text| text.parse::<Can>().ok());
        asked.map(|can| Can { namespace: namespace.map(str::to_owned), ..can }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Because;

    const NAME: &str = "ABCDEF01-2345-4789-8bcd-ef0123456789";

    fn compared(rules: May, cluster: Result<bool, &str>) -> Compared {
        let cluster = cluster.map(|allowed| Review { allowed, reason: String::new() }).map_err(str::to_owned);
        Compared { can: "get pods".parse().expect("a question"), rules, cluster }
    }

    #[test]
    fn two_answers_that_are_not_the_same_are_noticed_and_the_clusters_counts() {
        let yes = || May::Yes(Because::AdminGroup { group: "Ops".to_owned() });
        let no = || May::No("none".to_owned());
        let unknown = || May::Unknown("refused".to_owned());
        for (rules, cluster, differs, allowed) in [
            (yes(), Ok(true), false, Some(true)),
            (yes(), Ok(false), true, Some(false)),
            (no(), Ok(true), true, Some(true)),
            (no(), Ok(false), false, Some(false)),
            (unknown(), Ok(true), false, Some(true)),
            (yes(), Err("refused"), false, Some(true)),
            (no(), Err("refused"), false, Some(false)),
            (unknown(), Err("refused"), false, None),
        ] {
            let both = compared(rules, cluster);
            assert_eq!((both.differs(), both.allowed()), (differs, allowed), "{both:?}");
        }
    }

    #[test]
    fn the_assignment_is_found_in_whatever_words() {
        let role = AssignedRole {
            id: format!("/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/{NAME}"),
            scope: "/subscriptions/s".to_owned(),
            role: "Reader".to_owned(),
            holder: "11111111-1111-4111-8111-111111111111".parse().expect("an id"),
            sets: Vec::new(),
        };
        let bare = NAME.to_lowercase().replace('-', "");
        for (reason, found) in [
            (format!("Access allowed by Azure RBAC Role Assignment {bare} of Role x to user y"), true),
            (format!("allowed: {NAME}"), true),
            ("Access allowed by Azure RBAC".to_owned(), false),
            (String::new(), false),
        ] {
            let review = Review { allowed: true, reason: reason.clone() };
            assert_eq!(review.names(std::slice::from_ref(&role)).is_some(), found, "{reason}");
        }
    }

    #[test]
    fn the_standard_questions_are_about_the_namespace() {
        let asked = Standing::standard_questions(Some("shop"));
        assert_eq!(asked.first().map(ToString::to_string).as_deref(), Some("list pods in shop"));
        assert_eq!(asked.last().map(ToString::to_string).as_deref(), Some("list nodes"));
        assert_eq!(asked.len(), 5);
    }
}
