//! Conditions of role assignments on a registry whose roles hold on repositories.
//!
//! Runs and people add repositories to the condition of one principal. A run takes nothing from what another one let
//! in, neither on its way nor on its way back.

mod grammar;
mod repositories;

use std::collections::BTreeSet;

use grammar::is_same;
pub(crate) use grammar::{Comparison, Expression, Leaf, Value};
use repositories::{Condition, NAME, READS};

/// The change that a condition needs to let in more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Widened {
    /// No change: the repositories are let in already.
    Unchanged,
    /// The union of the old condition and the new one. `None` means unconditional.
    To(Option<String>),
    /// No change is possible, since it is not clear what the condition lets in. It must be left as it is.
    NotUnderstood,
}

/// The result of taking out of a condition the repositories that a run added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrowed {
    /// The condition that is to take the place of the present one. `None` means unconditional.
    To(Option<String>),
    /// Nothing is left beside what the run added, and a condition that lets in nothing cannot be written.
    NothingLeft,
    /// Somebody wrote the condition so that it is not clear what it lets in.
    NotUnderstood,
}

/// Returns the condition that lets a reader into the named repositories alone, version 2.0 (`docs/facts/azure.md` 3.6).
/// `None` where no repository is named.
#[must_use]
pub fn condition(repositories: &[String]) -> Option<String> {
    if repositories.is_empty() {
        return None;
    }
    let named: Vec<String> = repositories.iter().map(|name| comparison(name)).collect();
    let [content, metadata] = READS;
    Some(format!(
        "((!(ActionMatches{{'{content}'}}) AND !(ActionMatches{{'{metadata}'}})) OR ({}))",
        named.join(" OR ")
    ))
}

fn comparison(name: &str) -> String {
    format!("{NAME} StringEqualsIgnoreCase '{name}'")
}

/// Returns the text that lets a reader into one repository more, when added to a condition.
fn one_more(name: &str) -> String {
    format!(" OR {}", comparison(name))
}

/// Returns the repositories that a condition lets a reader into, whatever its layout. `None` where it is not clear that
/// the condition is about these alone.
#[must_use]
pub fn repositories_of(condition: &str) -> Option<BTreeSet<String>> {
    Condition::read(condition)?.lets_in()
}

/// Returns the union of two conditions. `None` means unconditional.
#[must_use]
pub fn widened(present: Option<&str>, wanted: Option<&str>) -> Widened {
    let Some(present) = present else { return Widened::Unchanged };
    if wanted.is_some_and(|wanted| is_same(present, wanted)) {
        return Widened::Unchanged;
    }
    let Some(read) = Condition::read(present) else { return Widened::NotUnderstood };
    let asked = wanted.map(repositories_of);
    if let Some(Some(asked)) = &asked
        && !asked.is_empty()
        && asked.iter().all(|name| read.surely_lets_in(name))
    {
        return Widened::Unchanged;
    }
    match (read.lets_in(), asked) {
        (Some(_), None) => Widened::To(None),
        (Some(let_in), Some(Some(asked))) if asked.is_subset(&let_in) => Widened::Unchanged,
        (Some(let_in), Some(Some(asked))) => Widened::To(added(present, &read, &let_in, &asked)),
        _ => Widened::NotUnderstood,
    }
}

/// Returns the condition with more repositories: in its own layout where they can be put into it, or else in
/// crosspull's.
fn added(present: &str, read: &Condition, let_in: &BTreeSet<String>, asked: &BTreeSet<String>) -> Option<String> {
    let all: BTreeSet<String> = let_in.union(asked).cloned().collect();
    let by_itself = || condition(&all.iter().cloned().collect::<Vec<_>>());
    if is_own(present, read) {
        return by_itself();
    }
    let more: String = asked.difference(let_in).map(|name| one_more(name)).collect();
    let put_in =
        read.end().and_then(|end| present.split_at_checked(end)).map(|(head, tail)| [head, &more, tail].concat());
    put_in.filter(|text| repositories_of(text).as_ref() == Some(&all)).or_else(by_itself)
}

/// True for a condition in the layout of [`condition`].
fn is_own(text: &str, read: &Condition) -> bool {
    condition(read.named()).as_deref() == Some(text)
}

/// Returns the condition that is left when what a run added to `before` is removed from the present one.
///
/// The one before is put back as it was if nobody changed the condition since. Otherwise the result never lets in more
/// than the present one.
#[must_use]
pub fn narrowed(present: Option<&str>, before: Option<&str>, wanted: Option<&str>) -> Narrowed {
    let back = || Narrowed::To(before.map(str::to_owned));
    let is_as_written = matches!(widened(before, wanted), Widened::To(to) if to.as_deref() == present);
    if present == before || is_as_written || was_replaced(present, before, wanted) {
        return back();
    }
    let (Some(present), Some(before), Some(wanted)) = (present, before, wanted) else { return Narrowed::NotUnderstood };
    let sets = (repositories_of(present), repositories_of(before), repositories_of(wanted));
    let (Some(let_in), Some(before), Some(wanted)) = sets else { return Narrowed::NotUnderstood };
    let out: BTreeSet<String> = wanted.difference(&before).cloned().collect();
    let left: BTreeSet<String> = let_in.difference(&out).cloned().collect();
    if left == let_in {
        return Narrowed::To(Some(present.to_owned()));
    }
    let cut = out.iter().fold(present.to_owned(), |text, name| text.replacen(&one_more(name), "", 1));
    let cut = Some(cut).filter(|text| repositories_of(text).as_ref() == Some(&left) && !left.is_empty());
    match cut.or_else(|| condition(&left.into_iter().collect::<Vec<_>>())) {
        Some(text) => Narrowed::To(Some(text)),
        None => Narrowed::NothingLeft,
    }
}

/// True where an earlier version of crosspull put its own condition in the place of one that somebody else wrote.
fn was_replaced(present: Option<&str>, before: Option<&str>, wanted: Option<&str>) -> bool {
    let is_foreign = |text| !Condition::read(text).is_some_and(|read| is_own(text, &read));
    present.is_some() && present == wanted && before.is_some_and(is_foreign)
}

#[cfg(test)]
mod tests;
