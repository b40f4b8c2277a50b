//! The conditions that speak of repositories: what a condition lets in, whatever its layout (`docs/facts/azure.md` 3.6).

use std::collections::BTreeSet;

use super::grammar::{Comparison, Expression, Leaf, Value};

/// The attribute that names a repository.
pub(super) const NAME: &str = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]";
/// The data actions of a reader of repositories.
pub(super) const READS: [&str; 2] = [
    "Microsoft.ContainerRegistry/registries/repositories/content/read",
    "Microsoft.ContainerRegistry/registries/repositories/metadata/read",
];

/// A condition that was parsed.
#[derive(Debug)]
pub(super) struct Condition {
    expression: Expression,
    /// The repositories that the condition names, in the order of the text.
    named: Vec<String>,
    /// The place in the text after the last comparison with a repository's name.
    end: Option<usize>,
}

impl Condition {
    /// Reads a condition. `None` where its grammar is not known here.
    pub(super) fn read(text: &str) -> Option<Self> {
        let expression = Expression::read(text)?;
        let (mut named, mut end) = (Vec::new(), None);
        for comparison in expression.comparisons() {
            if let Some(names) = names(comparison) {
                named.extend(names);
                end = Some(comparison.end);
            }
        }
        Some(Self { expression, named, end })
    }

    /// Returns the repositories that the condition names, in the order of the text.
    pub(super) fn named(&self) -> &[String] {
        &self.named
    }

    /// Returns the place in the text after the last comparison with a repository's name.
    pub(super) const fn end(&self) -> Option<usize> {
        self.end
    }

    /// Returns the repositories that the condition lets a reader into, where it says nothing else.
    ///
    /// It then allows both of a reader's actions on these repositories and on no other, and every other action.
    pub(super) fn lets_in(&self) -> Option<BTreeSet<String>> {
        let of_action = |action: usize| -> Option<BTreeSet<String>> {
            let any_other = self.is_true(Some(action), None)?;
            let mut let_in = BTreeSet::new();
            for name in &self.named {
                if self.is_true(Some(action), Some(name))? {
                    let_in.insert(name.clone());
                }
            }
            (!any_other).then_some(let_in)
        };
        let other = |name: Option<&str>| self.is_true(None, name) == Some(true);
        let all_else = other(None) && self.named.iter().all(|name| other(Some(name)));
        let (content, metadata) = (of_action(0)?, of_action(1)?);
        (all_else && content == metadata).then_some(content)
    }

    /// True where the condition lets a reader into that repository, whatever else it says.
    pub(super) fn surely_lets_in(&self, name: &str) -> bool {
        (0..READS.len()).all(|action| self.is_true(Some(action), Some(name)) == Some(true))
    }

    /// Judges whether the condition holds for an action on a repository. `None` where that depends on an expression
    /// that is not known.
    ///
    /// An action of `None` is any action but a reader's. A name of `None` is a repository that the condition does not
    /// name.
    fn is_true(&self, action: Option<usize>, name: Option<&str>) -> Option<bool> {
        self.expression.is_true(&|leaf| match leaf {
            Leaf::Action(named) => {
                let this = READS.iter().position(|known| known.eq_ignore_ascii_case(named))?;
                Some(action == Some(this))
            }
            Leaf::Comparison(comparison) => {
                let names = names(comparison)?;
                Some(name.is_some_and(|name| names.iter().any(|n| n == name)))
            }
        })
    }
}

/// Returns the repositories that a comparison names. `None` for a comparison that is not known here.
fn names(comparison: &Comparison) -> Option<Vec<String>> {
    let ignores_case = match (comparison.operator.as_str(), comparison.in_set) {
        ("stringequals", false) | ("foranyofanyvalues:stringequals", true) => false,
        ("stringequalsignorecase", false) | ("foranyofanyvalues:stringequalsignorecase", true) => true,
        _ => return None,
    };
    if !comparison.attribute.eq_ignore_ascii_case(NAME) {
        return None;
    }
    let texts: Vec<&str> = comparison.values.iter().map(name_of).collect::<Option<_>>()?;
    // The names of a registry are in lower case. A name in another spelling, compared by case, matches no repository.
    let names = texts.into_iter().filter(|text| ignores_case || !text.bytes().any(|b| b.is_ascii_uppercase()));
    Some(names.map(str::to_ascii_lowercase).collect())
}

/// Returns the repository's name in a value. `None` where the value cannot be one.
fn name_of(value: &Value) -> Option<&str> {
    let is_of_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-');
    match value {
        Value::Text(text) if !text.is_empty() && text.bytes().all(is_of_name) => Some(text),
        _ => None,
    }
}
