//! Conditions of role assignments on a registry whose roles hold on repositories. What several runs, and people, let
//! one principal into adds up: a run takes nothing from what another let in, neither on its way nor on its way back.

mod grammar;

use std::collections::BTreeSet;

use grammar::{Condition, NAME, READS, is_same};

/// What becomes of a condition that is to let in more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Widened {
    /// Nothing: what is wanted is let in already.
    Unchanged,
    /// This one takes its place, and lets in what either lets in; none is no condition, which lets everything in.
    To(Option<String>),
    /// Nothing can be added to it, since it is not clear what it lets in. It must be left as it is.
    NotUnderstood,
}

/// The result of taking out of a condition the repositories that a run added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrowed {
    /// This one is to be there.
    To(Option<String>),
    /// The condition lets in what the run added and nothing else, and a condition that lets in nothing cannot be written.
    NothingLeft,
    /// Somebody wrote it so that it is not clear what it lets in.
    NotUnderstood,
}

/// The condition that lets a reader into the named repositories alone, version 2.0 (`docs/facts/azure.md` 3.6); none
/// where none is named.
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

/// Returns what is added to a condition to let a reader into one repository more.
fn one_more(name: &str) -> String {
    format!(" OR {}", comparison(name))
}

/// The repositories that a condition lets a reader into, whatever its layout; none where it is not clear that it is
/// about these alone.
#[must_use]
pub fn repositories_of(condition: &str) -> Option<BTreeSet<String>> {
    Condition::read(condition)?.lets_in()
}

/// The condition that lets in what either lets in. None is no condition, which lets everything in.
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

/// The condition with more repositories: in its own layout where they can be put into it, else in crosspull's.
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

/// The condition that is left when what a run added to `before` is taken out of the present one. What was there is
/// put back as it was where nobody changed it since; else what is left never lets in more than the present one.
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
