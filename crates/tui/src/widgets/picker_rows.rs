//! A list under its field, in rows.

use crosspull_core::find::{Choice, Progress, Sought};
use crosspull_core::input::Key;
use crosspull_core::text::lower_first;
use crosspull_core::wording::Front;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::picker::Picker;
use crate::theme::{Theme, Tone};
use crate::widgets::lines::{block, fit, head, middle, width};

/// Columns between two things in a row.
const GAP: usize = 2;

/// Returns the rows in sight after so many spaces, at most so many; else why there are none.
pub(crate) fn rows(theme: Theme, list: &Picker, indent: usize, columns: usize, most: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let count = list.matching().len();
    let chosen = list.chosen();
    let from = chosen.unwrap_or(0).saturating_sub(most / 2).min(count.saturating_sub(most));
    let seen: Vec<Choice> = list.matching().skip(from).take(most).flatten().map(|one| told(list, one)).collect();
    let columns_of = Table::of(&seen, columns.saturating_sub(indent));
    for (place, choice) in seen.iter().enumerate() {
        lines.push(columns_of.row(theme, choice, chosen == Some(from + place), indent));
    }
    lines.extend(says(theme, list, indent + GAP, columns));
    lines
}

/// Returns a choice that says whether it is picked already.
fn told(list: &Picker, choice: &Choice) -> Choice {
    let mut told = choice.clone();
    told.details.extend(list.picked.contains(&choice.value).then(|| "picked".to_owned()));
    told
}

/// Returns what there is to say about a list that is not there, or not whole.
fn says(theme: Theme, list: &Picker, indent: usize, columns: usize) -> Vec<Line<'static>> {
    let dim = |text: &str| block(theme, Tone::Dim, text, indent, columns);
    match &list.progress {
        Progress::Failed(trouble) if list.key == Key::Namespace => {
            let what = trouble.what.trim_end_matches('.');
            let says = format!("{what}: {}. {}", lower_first(&trouble.why), by_hand(&list.sought));
            block(theme, Tone::Warn, &says, indent, columns)
        }
        Progress::Failed(trouble) => {
            let now = trouble.now.told(Front::Fields);
            let texts = [trouble.what.as_str(), &trouble.why, &now].map(str::trim);
            let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
            let mut lines = block(theme, Tone::Warn, &texts.join(" "), indent, columns);
            if let Some(refusal) = &trouble.refusal {
                lines.extend(dim(&refusal.to_string()));
            }
            lines.extend(block(theme, Tone::Plain, by_hand(&list.sought), indent, columns));
            lines
        }
        Progress::Goes if list.len() == 0 => dim("Asking …"),
        Progress::Whole if list.len() == 0 => {
            dim(&format!("There is none that you may see. {}", by_hand(&list.sought)))
        }
        _ if list.matching().len() == 0 => block(theme, Tone::Plain, "None matches. Type less of it.", indent, columns),
        _ => Vec::new(),
    }
}

/// Returns what to do where the list does not help.
const fn by_hand(sought: &Sought) -> &'static str {
    match sought {
        Sought::For(Key::Namespace) => "Type their names.",
        Sought::For(Key::Repository) | Sought::Tags(_) => "Type its name instead.",
        Sought::For(_) => "Paste its id instead.",
    }
}

/// Returns how much there is, for the right of the field: `3 of 41 match`, in so many columns. Where images are listed
/// it says whether these are repositories or tags, if that fits beside all that is typed.
pub(crate) fn count(list: &Picker, room: usize, beside_all: usize) -> String {
    if list.len() == 0 {
        return heading(list).filter(|title| width(title) <= beside_all).unwrap_or_default();
    }
    let (all, goes) = (grouped(list.len()), list.progress == Progress::Goes);
    let short = if list.is_narrowed() { format!("{} of {all}", grouped(list.matching().len())) } else { all };
    let what = match (list.is_narrowed(), goes) {
        (true, false) => " match",
        (false, false) => " found",
        (true, true) => " so far",
        (false, true) => " found so far",
    };
    let says = format!("{short}{what}");
    let titled = heading(list).map(|title| [&says, &short].map(|text| format!("{title}, {text}")));
    let titled = titled.into_iter().flatten().filter(|titled| width(titled) <= beside_all).take(1);
    titled.chain([says, short]).find(|text| width(text) <= room).unwrap_or_default()
}

fn heading(list: &Picker) -> Option<String> {
    match &list.sought {
        Sought::For(Key::Repository) => Some("Repositories".to_owned()),
        Sought::Tags(repository) => Some(format!("Tags of {repository}")),
        Sought::For(_) => None,
    }
}

/// The columns of the rows in sight.
struct Table {
    room: usize,
    widths: Vec<usize>,
}

impl Table {
    fn of(seen: &[Choice], room: usize) -> Self {
        let room = room.saturating_sub(GAP);
        let mut widths: Vec<usize> = Vec::new();
        for choice in seen {
            for (at, text) in std::iter::once(&choice.name).chain(&choice.details).enumerate() {
                let wide = width(text);
                match widths.get_mut(at) {
                    Some(widest) => *widest = (*widest).max(wide),
                    None => widths.push(wide),
                }
            }
        }
        // Details give way to the name, up to where only its beginning is left of them.
        if let [name, details @ ..] = widths.as_mut_slice()
            && !details.is_empty()
        {
            *name = (*name).min(room * 2 / 3);
        }
        Self { room, widths }
    }

    fn row(&self, theme: Theme, choice: &Choice, chosen: bool, indent: usize) -> Line<'static> {
        let name_room = self.widths.first().copied().unwrap_or(0).min(self.room);
        let mut name = middle(&choice.name, name_room);
        name.push_str(&" ".repeat(name_room.saturating_sub(width(&name))));
        let details = choice.details.iter().zip(self.widths.iter().skip(1)).filter(|(_, wide)| **wide > 0);
        let details: String = details.fold(String::new(), |row, (text, wide)| {
            let text = fit(text, *wide);
            format!("{row}{}{text}{}", " ".repeat(GAP), " ".repeat(wide.saturating_sub(width(&text))))
        });
        let details = cut(details.trim_end(), self.room.saturating_sub(name_room));
        let mark = if chosen { "▸ " } else { "  " };
        let tone = if chosen { Tone::Strong } else { Tone::Plain };
        let mut spans = vec![Span::raw(" ".repeat(indent)), theme.span(tone, format!("{mark}{name}"))];
        spans.push(theme.span(Tone::Dim, details));
        if chosen {
            for span in spans.iter_mut().skip(1) {
                span.style = span.style.add_modifier(Modifier::REVERSED);
            }
        }
        Line::from(spans)
    }
}

/// Returns a row cut at its end where it is too long; the spaces in it stay.
fn cut(text: &str, room: usize) -> String {
    if width(text) <= room { text.to_owned() } else { head(text, room.saturating_sub(1)) + "…" }
}

/// Returns a number with its thousands apart.
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

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!([0, 999, 1000, 10_000].map(grouped), ["0", "999", "1,000", "10,000"]);
    }
}
