//! A list to choose from while it still comes in: what is typed narrows it at once.

use crosspull_core::explain::Trouble;
use crosspull_core::field::Key;
use crosspull_core::find::{Choice, Progress, Sought};
use crossterm::event::KeyEvent;
use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32String};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::input::TextBox;
use crate::keys::Move;
use crate::lines::{apart, block, fit, width};
use crate::screens::Sheet;
use crate::theme::{Theme, Tone};

/// Columns of a name at most, where details stand beside it.
const NAME: usize = 34;
/// What a word in the name counts more than one in the details.
const IN_NAME: u32 = 1000;

/// A list to choose from.
#[derive(Debug)]
pub(crate) struct Picker {
    /// What is looked for.
    pub sought: Sought,
    filter: TextBox,
    choices: Vec<Choice>,
    /// What the filter is compared with, for each choice: its name, and its details.
    texts: Vec<[Utf32String; 2]>,
    /// The choices that match, best first, by their places.
    matches: Vec<(u32, usize)>,
    /// The filter that `matches` is for.
    matched: String,
    /// The one that is chosen, by its place in `matches`.
    chosen: usize,
    progress: Progress,
}

impl Picker {
    /// A list that nothing came in for yet.
    pub fn new(sought: Sought, filter: &str) -> Self {
        Self {
            sought,
            filter: TextBox::new(filter),
            choices: Vec::new(),
            texts: Vec::new(),
            matches: Vec::new(),
            matched: filter.to_owned(),
            chosen: 0,
            progress: Progress::Goes,
        }
    }

    /// More came in. What was chosen stays chosen.
    pub fn add(&mut self, choices: Vec<Choice>, progress: Progress) {
        let kept = self.matches.get(self.chosen).map(|(_, at)| *at).filter(|_| self.chosen > 0);
        let from = self.choices.len();
        self.texts.extend(choices.iter().map(texts));
        self.choices.extend(choices);
        self.progress = progress;
        self.matches.extend(self.score(from..self.choices.len()));
        self.sort();
        let place = kept.and_then(|kept| self.matches.iter().position(|(_, at)| *at == kept));
        self.chosen = place.unwrap_or(0);
    }

    /// Takes a key for the filter.
    pub fn key(&mut self, key: &KeyEvent) {
        if self.filter.key(key) {
            self.narrow();
        }
    }

    /// Takes a paste for the filter.
    pub fn paste(&mut self, text: &str) {
        self.filter.paste(text);
        self.narrow();
    }

    /// Along the list.
    pub fn along(&mut self, way: Move, page: usize) {
        let last = self.matches.len().saturating_sub(1);
        self.chosen = match way {
            Move::Up => self.chosen.saturating_sub(1),
            Move::Down => self.chosen.saturating_add(1),
            Move::PageUp => self.chosen.saturating_sub(page),
            Move::PageDown => self.chosen.saturating_add(page),
            Move::First => 0,
            Move::Last => last,
        }
        .min(last);
    }

    /// The value that is chosen.
    pub fn taken(&self) -> Option<&str> {
        let (_, at) = self.matches.get(self.chosen)?;
        self.choices.get(*at).map(|choice| choice.value.as_str())
    }

    /// The filter changed. Where it only grew, what did not match before does not match now.
    fn narrow(&mut self) {
        let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':'));
        let grew = self.filter.value().starts_with(&self.matched) && plain(self.filter.value());
        let scored = if grew {
            let places: Vec<usize> = self.matches.iter().map(|(_, at)| *at).collect();
            self.score(places)
        } else {
            self.score(0..self.choices.len())
        };
        self.matches = scored;
        self.matched = self.filter.value().to_owned();
        self.chosen = 0;
        self.sort();
    }

    fn score(&self, places: impl IntoIterator<Item = usize>) -> Vec<(u32, usize)> {
        let words: Vec<Word> = self.filter.value().split_whitespace().map(Word::new).collect();
        let mut matcher = Matcher::new(Config::DEFAULT);
        let score = |at: usize| {
            let [name, details] = self.texts.get(at)?;
            let scores = words.iter().map(|word| word.score(name, details, &mut matcher));
            Some((scores.sum::<Option<u32>>()?, at))
        };
        places.into_iter().filter_map(score).collect()
    }

    /// Best first; where all are as good, in the order in which they came.
    fn sort(&mut self) {
        self.matches.sort_unstable_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
    }

    /// The list in a box of so many columns, with so many entries in sight.
    pub fn sheet(&self, theme: Theme, columns: usize, page: usize) -> Sheet {
        let mut sheet = Sheet::new(Span::raw(title(&self.sought)));
        let (typed, cursor) = self.filter.view(columns.saturating_sub(24));
        sheet.cursor = Some((cursor, 0));
        sheet.lines.push(apart(
            vec![theme.span(Tone::Strong, typed)],
            vec![theme.span(Tone::Dim, self.count())],
            columns,
        ));
        sheet.lines.push(Line::default());
        let from = self.chosen.saturating_sub(page / 2).min(self.matches.len().saturating_sub(page));
        for (place, (_, at)) in self.matches.iter().enumerate().skip(from).take(page) {
            if let Some(choice) = self.choices.get(*at) {
                sheet.lines.push(row(theme, choice, place == self.chosen, columns));
            }
        }
        if let Progress::Failed(trouble) = &self.progress {
            sheet.gap();
            sheet.lines.extend(failed(theme, trouble, columns));
        } else if self.matches.is_empty() {
            let says = match (&self.progress, self.choices.is_empty()) {
                (Progress::Goes, _) => "Asking …",
                (_, true) => "There is none that you may see. Esc closes; type or paste its id in the field.",
                (_, false) => "None matches. Delete some of it, or Esc to type or paste the id in the field.",
            };
            sheet.lines.extend(block(theme, Tone::Dim, says, 0, columns));
        }
        sheet
    }

    /// `3 of 41 match`, at the right of what is typed.
    fn count(&self) -> String {
        let so_far = if self.progress == Progress::Goes { " so far" } else { "" };
        let all = grouped(self.choices.len());
        if self.filter.value().is_empty() {
            format!("{all}{so_far}")
        } else {
            format!("{} of {all}{so_far}", grouped(self.matches.len()))
        }
    }
}

/// What of a choice is compared with what is typed.
fn texts(choice: &Choice) -> [Utf32String; 2] {
    [Utf32String::from(choice.name.as_str()), Utf32String::from(choice.details.join(" "))]
}

/// A word that was typed: its letters in this order somewhere in the name, or it as it is in the details, which are long
/// enough to hold any few letters.
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

fn row(theme: Theme, choice: &Choice, chosen: bool, columns: usize) -> Line<'static> {
    let mark = if chosen { "▸ " } else { "  " };
    let details: Vec<&str> = choice.details.iter().map(String::as_str).filter(|d| !d.is_empty()).collect();
    let room = columns.saturating_sub(2);
    let most = if details.is_empty() { room } else { NAME.min(room / 2) };
    let name = fit(&choice.name, most);
    let gap = " ".repeat(most.saturating_sub(width(&name)) + 1);
    let details = fit(&details.join("  "), room.saturating_sub(width(&name) + gap.len()));
    let tone = if chosen { Tone::Strong } else { Tone::Plain };
    let name = theme.span(tone, format!("{mark}{name}"));
    let name = if chosen { name.patch_style(Modifier::REVERSED) } else { name };
    Line::from(vec![name, Span::raw(gap), theme.span(Tone::Dim, details)])
}

fn failed(theme: Theme, trouble: &Trouble, columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (tone, text) in [(Tone::Bad, &trouble.what), (Tone::Plain, &trouble.why), (Tone::Plain, &trouble.now)] {
        if !text.is_empty() {
            lines.extend(block(theme, tone, text, 0, columns));
        }
    }
    lines.extend(block(theme, Tone::Dim, "Esc closes; type or paste the id in the field.", 0, columns));
    lines
}

fn title(sought: &Sought) -> String {
    match sought {
        Sought::For(Key::TenantA | Key::TenantB) => "Tenants of the account".to_owned(),
        Sought::For(Key::Cluster) => "Clusters".to_owned(),
        Sought::For(Key::Registry) => "Registries".to_owned(),
        Sought::For(_) => "Repositories".to_owned(),
        Sought::Tags(repository) => format!("Tags of {repository}"),
    }
}

/// A number with its thousands apart.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};

    fn choice(name: &str, group: &str) -> Choice {
        Choice { name: name.to_owned(), details: vec![group.to_owned()], value: format!("id of {name}") }
    }

    fn typed(picker: &mut Picker, text: &str) {
        for c in text.chars() {
            picker.key(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
    }

    fn names(picker: &Picker) -> Vec<&str> {
        picker.matches.iter().map(|(_, at)| picker.choices[*at].name.as_str()).collect()
    }

    #[test]
    fn what_is_typed_narrows_and_what_comes_in_later_is_narrowed_too() {
        let mut picker = Picker::new(Sought::For(Key::Cluster), "");
        picker.add(vec![choice("aks-web", "rg-1"), choice("aks-shop", "rg-2")], Progress::Goes);
        typed(&mut picker, "shop");
        assert_eq!(names(&picker), ["aks-shop"]);
        picker.add(vec![choice("aks-shopfloor", "rg-3"), choice("other", "rg-shop")], Progress::Whole);
        assert_eq!(names(&picker).len(), 3, "{:?}", names(&picker));
        assert_eq!(picker.taken(), Some("id of aks-shop"));
        for _ in 0..4 {
            picker.key(&KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE));
        }
        assert_eq!(names(&picker).len(), 4, "what did not match is there again");
    }

    #[test]
    fn what_is_chosen_stays_chosen_while_more_comes_in() {
        let mut picker = Picker::new(Sought::For(Key::Cluster), "");
        picker.add(vec![choice("b", ""), choice("c", "")], Progress::Goes);
        picker.along(Move::Down, 5);
        picker.add(vec![choice("a", "")], Progress::Whole);
        assert_eq!(picker.taken(), Some("id of c"));
        picker.along(Move::Last, 5);
        picker.along(Move::Down, 5);
        assert_eq!(picker.taken(), Some("id of a"), "the list ends at its end");
    }

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!([0, 999, 1000, 10_000].map(grouped), ["0", "999", "1,000", "10,000"]);
    }
}
