//! A matrix for people, for documents, for spreadsheets and for programs.

use serde_json::{Value, json};

use super::super::because::May;
use super::Matrix;
use crate::text::wrapped;

/// The signs of a cell that is denied, and of one that is not known.
const DENIED: &str = "-";
const UNKNOWN: &str = "?";

impl Matrix {
    /// Returns lines for people: numbers for what allows a cell, and what they stand for.
    #[must_use]
    pub fn text(&self) -> Vec<String> {
        let names: Vec<String> = self.rows.iter().map(|row| row.kind.short()).collect();
        let wide = names.iter().map(String::len).max().unwrap_or_default().max(8);
        let line = |name: &str, cells: &[String]| {
            let cells = self.verbs.iter().zip(cells).map(|(verb, cell)| format!(" {cell:^width$}", width = verb.len()));
            format!("{name:<wide$} {}", cells.collect::<String>()).trim_end().to_owned()
        };
        let rows = self.marks();
        let mut lines = vec![line("", &self.verbs)];
        lines.extend(names.iter().zip(&rows).map(|(name, cells)| line(name, cells)));
        if self.rows.is_empty() {
            lines.push("nothing of what was asked for".to_owned());
        }
        lines.push(String::new());
        lines.extend(self.legend());
        lines.extend(self.beside.iter().flat_map(|text| wrapped(text, 80)));
        lines
    }

    /// Returns a table in Markdown, and what its marks stand for.
    #[must_use]
    pub fn markdown(&self) -> Vec<String> {
        let row = |cells: &mut dyn Iterator<Item = String>| format!("| {} |", cells.collect::<Vec<_>>().join(" | "));
        let head = std::iter::once("resource".to_owned()).chain(self.verbs.iter().map(|verb| escaped(verb)));
        let about = format!("{} {}, at {}:", self.who, self.place(), self.cluster);
        let mut lines = vec![escaped(&about), String::new(), row(&mut head.into_iter())];
        lines.push(row(&mut std::iter::repeat_n("---".to_owned(), self.verbs.len() + 1)));
        for (of, cells) in self.rows.iter().zip(self.marks()) {
            let name = std::iter::once(escaped(&of.kind.to_string()));
            lines.push(row(&mut name.chain(cells)));
        }
        lines.push(String::new());
        lines.extend(self.legend().iter().map(|line| format!("- {}", escaped(line.trim()))));
        lines.extend(self.beside.iter().flat_map(|text| [String::new(), escaped(text)]));
        lines
    }

    /// Returns lines of comma-separated values, a cell each.
    #[must_use]
    pub fn csv(&self) -> Vec<String> {
        let line = |fields: [&str; 7]| fields.map(field).join(",");
        let mut lines = vec![line(["cluster", "principal", "namespace", "resource", "verb", "answer", "reason"])];
        for row in &self.rows {
            let namespace = self.namespace.as_deref().filter(|_| row.kind.is_namespaced).unwrap_or_default();
            let kind = row.kind.to_string();
            lines.extend(self.verbs.iter().zip(&row.cells).map(|(verb, cell)| {
                let reason = cell.reason();
                line([&self.cluster, &self.who, namespace, &kind, verb, cell.word(), &reason])
            }));
        }
        lines
    }

    /// Returns the matrix for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let cell = |(verb, cell): (&String, &May)| {
                let by = match cell {
                    May::Yes(because) => Some(because.kind()),
                    May::No(_) | May::Unknown(_) => None,
                };
                (verb.clone(), json!({ "answer": cell.word(), "by": by, "reason": cell.reason() }))
            };
            let cells: serde_json::Map<String, Value> = self.verbs.iter().zip(&row.cells).map(cell).collect();
            json!({ "resource": row.kind.to_string(), "namespaced": row.kind.is_namespaced, "verbs": cells })
        });
        json!({
            "cluster": self.cluster,
            "principal": self.who,
            "namespace": self.namespace,
            "verbs": self.verbs,
            "rows": rows.collect::<Vec<_>>(),
            "unread": self.unread,
            "beside": self.beside,
        })
    }

    /// Returns the marks of the cells.
    fn marks(&self) -> Vec<Vec<String>> {
        let reasons = self.reasons();
        let mark = |cell: &May| match cell {
            May::Yes(because) => {
                let at = reasons.iter().position(|known| *known == because).unwrap_or_default();
                (at + 1).to_string()
            }
            May::No(_) => DENIED.to_owned(),
            May::Unknown(_) => UNKNOWN.to_owned(),
        };
        self.rows.iter().map(|row| row.cells.iter().map(mark).collect()).collect()
    }

    /// Returns what the marks stand for.
    fn legend(&self) -> Vec<String> {
        let numbers = self.reasons().into_iter().enumerate().map(|(at, because)| format!("{:>3}  {because}", at + 1));
        let marked = self.unknown();
        let unmarked: Vec<&String> = self.unread.iter().filter(|why| !marked.contains(&why.as_str())).collect();
        let unmarked = unmarked.into_iter().map(|why| format!("Not read whole: {why}"));
        let unknown = marked.into_iter().map(|why| format!("  {UNKNOWN}  not known, since {why}"));
        let denied = self.rows.iter().flat_map(|row| &row.cells).find_map(|cell| match cell {
            May::No(why) if self.namespace.is_none() => Some(format!("  {DENIED}  {why}, {}", self.place())),
            May::No(why) => Some(format!("  {DENIED}  {why}")),
            May::Yes(_) | May::Unknown(_) => None,
        });
        numbers.chain(denied).chain(unknown).chain(unmarked).collect()
    }
}

/// Returns a text fit for a cell of Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '|' | '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '>') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Returns a field of comma-separated values (RFC 4180), which no spreadsheet takes for a formula (OWASP, "CSV Injection").
fn field(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    let text = format!("{guard}{text}");
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
