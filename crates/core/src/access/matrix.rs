//! The matrix: what somebody may do to which kinds of objects, each cell with its reason.

use super::because::{Because, May};
use super::kinds::{ObjectKind, VERBS};
use super::standing::Standing;

mod render;

/// A table of what somebody may do, kinds by verbs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// The resource id of the cluster.
    pub cluster: String,
    /// The name of who it is about.
    pub who: String,
    /// The namespace. `None` for all of them at once.
    pub namespace: Option<String>,
    /// The verbs, in the order of the cells.
    pub verbs: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The parts that were not read, and may allow more.
    pub unread: Vec<String>,
    /// A sentence on what they may do beside it, by another credential.
    pub beside: Option<String>,
}

/// A kind of objects, with a cell for each verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The kind.
    pub kind: ObjectKind,
    /// The cells.
    pub cells: Vec<May>,
}

/// A choice of what is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The namespace. `None` for all of them at once.
    pub namespace: Option<String>,
    /// The kinds. The usual ones where there are none.
    pub kinds: Vec<ObjectKind>,
    /// The verbs. The usual ones where there are none.
    pub verbs: Vec<String>,
    /// True where only rows are shown in which something is allowed, or may be.
    pub only_allowed: bool,
}

impl Matrix {
    /// Makes the matrix of somebody.
    #[must_use]
    pub fn of(standing: &Standing, shown: &Shown) -> Self {
        let usual = |verb: &&str| (*verb).to_owned();
        let verbs = if shown.verbs.is_empty() { VERBS.iter().map(usual).collect() } else { shown.verbs.clone() };
        let kinds = if shown.kinds.is_empty() { ObjectKind::all() } else { shown.kinds.clone() };
        let namespace = shown.namespace.as_deref();
        let row = |kind: ObjectKind| {
            let cells = verbs.iter().map(|verb| standing.may(&kind.asked(verb, namespace))).collect();
            Row { kind, cells }
        };
        let is_shown = |row: &Row| !shown.only_allowed || row.cells.iter().any(|cell| !matches!(cell, May::No(_)));
        let rows = kinds.into_iter().map(row).filter(is_shown).collect();
        Self {
            cluster: standing.cluster.clone(),
            who: standing.principal.name.clone(),
            namespace: shown.namespace.clone(),
            verbs,
            rows,
            unread: standing.unread().map(str::to_owned).collect(),
            beside: standing.beside_in_words(),
        }
    }

    /// Returns the place that it is about, in words.
    #[must_use]
    pub fn place(&self) -> String {
        let all = || "in all namespaces at once".to_owned();
        self.namespace.as_ref().map_or_else(all, |namespace| format!("in {namespace}"))
    }

    /// Returns what allows the cells, each once, in the order of their first cell. The first has number 1.
    #[must_use]
    pub fn reasons(&self) -> Vec<&Because> {
        let mut found = Vec::new();
        for cell in self.rows.iter().flat_map(|row| &row.cells) {
            if let May::Yes(because) = cell
                && !found.contains(&because)
            {
                found.push(because);
            }
        }
        found
    }

    /// Returns why cells are not known, each reason once.
    #[must_use]
    pub fn unknown(&self) -> Vec<&str> {
        let mut found = Vec::new();
        let of_cells = self.rows.iter().flat_map(|row| &row.cells).filter_map(|cell| match cell {
            May::Unknown(why) => Some(why.as_str()),
            May::Yes(_) | May::No(_) => None,
        });
        for why in of_cells {
            if !found.contains(&why) {
                found.push(why);
            }
        }
        found
    }
}

impl May {
    /// Returns the word for the answer in JSON and CSV.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Yes(_) => "allowed",
            Self::No(_) => "denied",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Returns the answer for people.
    #[must_use]
    pub const fn answer(&self) -> &'static str {
        match self {
            Self::Yes(_) => "yes",
            Self::No(_) => "no",
            Self::Unknown(_) => "neither yes nor no",
        }
    }

    /// Returns the reason, in words.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Yes(because) => because.to_string(),
            Self::No(why) => why.clone(),
            Self::Unknown(why) => format!("not known, since {why}"),
        }
    }
}

#[cfg(test)]
mod tests;
