//! A list to choose from while it still comes in: what is typed in its field narrows it at once.

use crosspull_core::find::{Choice, Progress, Sought};
use crosspull_core::input::Key;
use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32String};

use crate::keys::Move;

/// The score of a word in the name, beyond that of one in the details.
const IN_NAME: u32 = 1000;
/// The score of a whole name.
const WHOLE_NAME: u32 = 1_000_000;

/// A list to choose from.
#[derive(Debug)]
pub(crate) struct Picker {
    pub sought: Sought,
    /// The field that it is for.
    pub key: Key,
    /// True where the operator asked for it by a key; else it came by itself.
    pub asked: bool,
    /// True once the shell was asked to look.
    pub begun: bool,
    /// The text that stood in the field when the list was opened.
    pub opened_with: String,
    pub progress: Progress,
    /// The values that are in the field already, where it takes several.
    pub picked: Vec<String>,
    filter: String,
    choices: Vec<Choice>,
    /// The texts that the filter is compared with, for each choice: its name, and its details.
    texts: Vec<[Utf32String; 2]>,
    /// The choices that match, best first.
    matches: Vec<Match>,
    /// The one that is chosen, by its place in `matches`; none until something was typed or a key went there, so that
    /// nobody takes what they did not look at.
    chosen: Option<usize>,
    /// True where a key chose it.
    by_key: bool,
    /// True where nothing but what is called as it was typed is chosen by itself.
    exactly: bool,
}

/// A choice that matches, by its place; what is longer comes later where both are as good.
#[derive(Debug, Clone, Copy)]
struct Match {
    score: u32,
    length: usize,
    at: usize,
}

impl Picker {
    /// Creates a list that nothing came in for yet.
    pub fn new(key: Key, sought: Sought, opened_with: &str, asked: bool) -> Self {
        Self {
            sought,
            key,
            asked,
            begun: false,
            opened_with: opened_with.to_owned(),
            progress: Progress::Goes,
            picked: Vec::new(),
            filter: String::new(),
            choices: Vec::new(),
            texts: Vec::new(),
            matches: Vec::new(),
            chosen: None,
            by_key: false,
            exactly: false,
        }
    }

    /// Takes in what came. What a key chose stays chosen; else the best of all is.
    pub fn add(&mut self, choices: Vec<Choice>, progress: Progress) {
        let kept = self.chosen.filter(|_| self.by_key).and_then(|at| self.matches.get(at)).map(|m| m.at);
        let from = self.choices.len();
        self.texts.extend(choices.iter().map(texts));
        self.choices.extend(choices);
        self.progress = progress;
        self.matches.extend(self.score(from..self.choices.len()));
        self.sort();
        self.chosen = kept.and_then(|kept| self.matches.iter().position(|m| m.at == kept)).or_else(|| self.first());
    }

    /// Lets nothing but what is called as it was typed be chosen by itself.
    pub fn exactly(&mut self) {
        self.exactly = true;
        self.chosen = self.first();
    }

    /// Returns what is chosen where no key went along the list: the best, if what was typed is in its name. What was
    /// typed may be the name of another one, so that a group or a region is called so is not enough.
    fn first(&self) -> Option<usize> {
        let mut scores = self.matches.iter().map(|m| m.score);
        let (best, next) = (scores.next()?, scores.next().unwrap_or(0));
        let chosen = match (self.exactly, self.filter.is_empty()) {
            // Of two that are called alike neither is.
            _ if next >= WHOLE_NAME => false,
            // While more comes in, another one may be called so too.
            (true, _) => best >= WHOLE_NAME && self.progress == Progress::Whole,
            (false, true) if self.asked => return self.new_one().or(Some(0)),
            (false, true) => false,
            (false, false) => best >= IN_NAME,
        };
        chosen.then_some(0)
    }

    /// Returns the first that is not picked yet: one that is would go out again.
    fn new_one(&self) -> Option<usize> {
        let is_new = |m: &Match| self.choices.get(m.at).is_some_and(|choice| !self.picked.contains(&choice.value));
        self.matches.iter().position(is_new)
    }

    /// Goes along the list.
    pub fn along(&mut self, way: Move, page: usize) {
        let last = self.matches.len().saturating_sub(1);
        let to = match (self.chosen, way) {
            (_, Move::First) | (None, Move::Down | Move::PageDown) => 0,
            (_, Move::Last) => last,
            (None, Move::Up | Move::PageUp) => return,
            (Some(at), Move::Up) => at.saturating_sub(1),
            (Some(at), Move::Down) => at.saturating_add(1),
            (Some(at), Move::PageUp) => at.saturating_sub(page),
            (Some(at), Move::PageDown) => at.saturating_add(page),
        };
        (self.chosen, self.by_key) = (Some(to.min(last)), true);
    }

    /// Chooses one of those that match.
    pub fn choose(&mut self, at: usize) {
        (self.chosen, self.by_key) = (Some(at), true);
    }

    /// Returns the value that is chosen.
    pub fn taken(&self) -> Option<&str> {
        let chosen = self.matches.get(self.chosen?)?;
        self.choices.get(chosen.at).map(|choice| choice.value.as_str())
    }

    /// Returns the place of the chosen one among those that match.
    pub const fn chosen(&self) -> Option<usize> {
        self.chosen
    }

    /// Returns the choices that match, best first.
    pub fn matching(&self) -> impl ExactSizeIterator<Item = Option<&Choice>> {
        self.matches.iter().map(|m| self.choices.get(m.at))
    }

    /// Returns how many choices there are.
    pub const fn len(&self) -> usize {
        self.choices.len()
    }

    /// Returns what narrows the list.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Returns true where something was typed to narrow the list.
    pub const fn is_narrowed(&self) -> bool {
        !self.filter.is_empty()
    }

    /// Returns true where keys choose from the list: something is there, or comes.
    pub fn offers(&self) -> bool {
        self.is_seen() && (self.progress == Progress::Goes || !self.choices.is_empty())
    }

    /// Returns true where the list is shown. Tenants that nobody asked for are, once there are some.
    pub const fn is_seen(&self) -> bool {
        self.asked || !self.choices.is_empty() || !matches!(self.key, Key::TenantA | Key::TenantB)
    }

    /// Narrows the list by what is in the field. Where that only grew, what did not match before does not match now.
    pub fn narrow(&mut self, filter: &str) {
        if self.filter == filter {
            return;
        }
        let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':'));
        let grew = filter.starts_with(&self.filter) && plain(filter);
        filter.clone_into(&mut self.filter);
        self.matches = if grew {
            let places: Vec<usize> = self.matches.iter().map(|m| m.at).collect();
            self.score(places)
        } else {
            self.score(0..self.choices.len())
        };
        self.sort();
        (self.chosen, self.by_key) = (self.first(), false);
    }

    fn score(&self, places: impl IntoIterator<Item = usize>) -> Vec<Match> {
        let words: Vec<Word> = self.filter.split_whitespace().map(Word::new).collect();
        let mut matcher = Matcher::new(Config::DEFAULT);
        let is = |text: &String| text.eq_ignore_ascii_case(&self.filter);
        // A login server is whole too, and is told from other details by its dot or its port.
        let server = self.filter.contains(['.', ':']);
        let score = |at: usize| {
            let [name, details] = self.texts.get(at)?;
            let scores = words.iter().map(|word| word.score(name, details, &mut matcher));
            let score = scores.sum::<Option<u32>>()?;
            let whole = self.choices.get(at).is_some_and(|c| is(&c.name) || (server && c.details.iter().any(is)));
            Some(Match { score: score + if whole { WHOLE_NAME } else { 0 }, length: name.len(), at })
        };
        places.into_iter().filter_map(score).collect()
    }

    /// Sorts the best to the front; while nothing is typed, keeps the order in which the choices came.
    fn sort(&mut self) {
        if self.filter.is_empty() {
            self.matches.sort_unstable_by_key(|m| m.at);
        } else {
            self.matches.sort_unstable_by_key(|m| (std::cmp::Reverse(m.score), m.length, m.at));
        }
    }
}

/// Returns what of a choice is compared with what is typed.
fn texts(choice: &Choice) -> [Utf32String; 2] {
    [Utf32String::from(choice.name.as_str()), Utf32String::from(choice.details.join(" "))]
}

/// A word that was typed: its letters in this order somewhere in the name, or it as it is in the details, which are
/// long enough to hold any few letters.
struct Word {
    in_name: Atom,
    in_details: Atom,
}

impl Word {
    fn new(word: &str) -> Self {
        let atom = |kind| Atom::new(word, CaseMatching::Ignore, Normalization::Smart, kind, false);
        Self { in_name: atom(AtomKind::Fuzzy), in_details: atom(AtomKind::Substring) }
    }

    fn score(&self, name: &Utf32String, details: &Utf32String, matcher: &mut Matcher) -> Option<u32> {
        let named = self.in_name.score(name.slice(..), matcher).map(|score| IN_NAME + u32::from(score));
        named.or_else(|| self.in_details.score(details.slice(..), matcher).map(u32::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(name: &str, group: &str) -> Choice {
        Choice { name: name.to_owned(), details: vec![group.to_owned()], value: format!("id of {name}") }
    }

    fn clusters() -> Picker {
        Picker::new(Key::Cluster, Sought::For(Key::Cluster), "", false)
    }

    fn names(picker: &Picker) -> Vec<&str> {
        picker.matching().flatten().map(|choice| choice.name.as_str()).collect()
    }

    #[test]
    fn what_is_typed_narrows_and_what_comes_in_later_is_narrowed_too() {
        let mut picker = clusters();
        picker.add(vec![choice("aks-web", "rg-1"), choice("aks-shopfloor", "rg-2")], Progress::Goes);
        picker.narrow("shop");
        assert_eq!(names(&picker), ["aks-shopfloor"]);
        picker.add(vec![choice("aks-shop", "rg-3"), choice("other", "rg-shop")], Progress::Whole);
        assert_eq!(names(&picker), ["aks-shop", "aks-shopfloor", "other"], "a name before details, a short one first");
        assert_eq!(picker.taken(), Some("id of aks-shop"));
        picker.narrow("");
        assert_eq!(names(&picker).len(), 4, "what did not match is there again");
    }

    #[test]
    fn what_is_chosen_stays_chosen_while_more_comes_in() {
        let mut picker = clusters();
        picker.add(vec![choice("b", ""), choice("c", "")], Progress::Goes);
        assert_eq!(picker.taken(), None, "nothing is chosen for who only passes");
        picker.along(Move::Down, 5);
        picker.along(Move::Down, 5);
        picker.add(vec![choice("a", "")], Progress::Whole);
        assert_eq!(picker.taken(), Some("id of c"));
        picker.along(Move::Last, 5);
        picker.along(Move::Down, 5);
        assert_eq!(picker.taken(), Some("id of a"), "the list ends at its end");
    }

    #[test]
    fn what_is_not_called_so_is_not_chosen_by_itself() {
        let mut picker = clusters();
        picker.narrow("aks-prod");
        picker.add(vec![choice("billing", "rg-aks-prod")], Progress::Whole);
        assert_eq!((names(&picker), picker.taken()), (vec!["billing"], None), "a group's name is not a cluster's");
        picker.narrow("bill");
        assert_eq!(picker.taken(), Some("id of billing"));
        picker.exactly();
        assert_eq!(picker.taken(), None, "part of a name");
        picker.narrow("billing");
        assert_eq!(picker.taken(), Some("id of billing"));
        picker.add(Vec::new(), Progress::Goes);
        assert_eq!(picker.taken(), None, "another one may come");
        picker.add(vec![choice("billing", "rg-other")], Progress::Whole);
        assert_eq!(picker.taken(), None, "two are called so");
        picker.along(Move::Down, 5);
        assert_eq!(picker.taken(), Some("id of billing"), "a key chooses all the same");
    }

    #[test]
    fn a_whole_name_stands_first() {
        let mut picker = Picker::new(Key::Repository, Sought::Tags("shop/web".to_owned()), "", true);
        picker.add(vec![choice("11", ""), choice("1.10", ""), choice("1.1", "")], Progress::Whole);
        picker.narrow("1.1");
        assert_eq!(picker.taken(), Some("id of 1.1"));
    }
}
