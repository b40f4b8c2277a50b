//! The matrix where there is no screen: what somebody may do with each kind of object, and the reasons on request.

use crosspull_core::access::{May, Row};

use super::{Table, place, verbs};
use crate::shared::Shared;
use crate::spoken::Spoken;

impl Table {
    /// Returns a numbered line for each row, and the reasons of the one that was asked about.
    pub fn spoken(&self, shared: &Shared) -> Spoken {
        let (rows, verbs) = (shared.access.rows(), verbs(shared));
        let mut spoken = Spoken { lines: vec![format!("What they may do, {}:", place(shared))], ..Spoken::default() };
        if rows.is_empty() {
            spoken.lines.push("No row is left. namespace, allowed and filter change what is shown.".to_owned());
            return spoken;
        }
        spoken.lines.extend(rows.iter().enumerate().map(|(at, row)| format!("{}. {}", at + 1, in_a_line(row, verbs))));
        spoken.lines.push("A row's number tells the reasons.".to_owned());
        spoken.numbered = rows.len();
        spoken.lines.extend(self.told.and_then(|at| rows.get(at)).map(|row| reasons(row, verbs)).unwrap_or_default());
        spoken
    }

    /// Has the reasons of a row told.
    pub const fn tell(&mut self, row: usize) {
        self.told = Some(row);
    }

    /// Narrows the rows to those with that text.
    pub fn narrow_to(&mut self, shared: &mut Shared, text: &str) {
        text.trim().clone_into(&mut shared.access.wanted.filter);
        self.keep();
    }

    /// Keeps the text that narrows the rows.
    pub fn keep(&mut self) {
        (self.filter, self.told) = (None, None);
    }
}

/// Returns a row: the verbs that are allowed, those that are not, those of which it is not known.
fn in_a_line(row: &Row, verbs: &[String]) -> String {
    let those = |word: &str, is: fn(&May) -> bool| {
        let verbs = verbs.iter().zip(&row.cells).filter(|(_, may)| is(may)).map(|(verb, _)| verb.as_str());
        let verbs: Vec<&str> = verbs.collect();
        (!verbs.is_empty()).then(|| format!("{word} {}", verbs.join(", ")))
    };
    let parts = [
        those("yes:", |may| matches!(may, May::Yes(_))),
        those("no:", |may| matches!(may, May::No(_))),
        those("not known:", |may| matches!(may, May::Unknown(_))),
    ];
    format!("{}; {}", row.kind, parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

/// Returns the reason of each cell of a row.
fn reasons(row: &Row, verbs: &[String]) -> Vec<String> {
    let cells = verbs.iter().zip(&row.cells);
    cells.map(|(verb, may)| super::reason(verb, row, may)).collect()
}
