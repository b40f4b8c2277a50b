//! The model of access to a cluster: the principal, and what was read so far.

use std::collections::BTreeSet;

use crosspull_core::access::{ClusterAccess, Compared, Matrix, Row, Shown, Standing};
use crosspull_core::explain::Trouble;
use jiff::Timestamp;

use crate::own_answers::OwnAnswers;

/// A question who can reach a cluster, and its answer.
#[derive(Debug, Default)]
pub(crate) struct Access {
    /// The answers of the question, which has its own.
    pub answers: OwnAnswers,
    /// The one who is asked about, as typed. Empty for nobody.
    pub principal: String,
    /// Tells what this try reads from what an earlier one did.
    pub attempt: u32,
    /// The time since which it is read. `None` until it is known.
    pub since: Option<Timestamp>,
    /// The call that was sent last.
    pub call: Option<String>,
    pub cluster: Reading<ClusterAccess>,
    /// Where the one who is asked about stands.
    pub standing: Reading<Standing>,
    /// The cluster's own answers about them.
    pub compared: Reading<Vec<Compared>>,
    /// The matrix of what they may do there.
    pub matrix: Option<Matrix>,
    pub wanted: Wanted,
    /// True where the one who is asked about could not be looked at, so that the answer is to be changed.
    pub doubts_who: bool,
}

/// A choice of what is shown of the matrix.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// The namespace. `None` for all of them at once.
    pub namespace: Option<String>,
    /// True where only rows are shown in which something is allowed, or may be.
    pub only_allowed: bool,
    /// The text that the names of rows have in them.
    pub filter: String,
}

/// A part of the answer, as far as it was read.
#[derive(Debug, Default)]
pub(crate) enum Reading<T> {
    /// Nobody asks for it.
    #[default]
    NotAsked,
    /// The reading goes on.
    Goes,
    /// The reading failed: nothing is known.
    Failed(Box<Trouble>),
    Read(Box<T>),
}

impl Access {
    /// Returns true while something is being read.
    pub const fn moves(&self) -> bool {
        self.cluster.goes() || self.standing.goes() || self.compared.goes()
    }

    /// Works the matrix out anew, for what is wanted.
    pub fn work_out(&mut self) {
        let Wanted { namespace, only_allowed, .. } = &self.wanted;
        let shown = Shown { namespace: namespace.clone(), only_allowed: *only_allowed, ..Shown::default() };
        self.matrix = self.standing.read().map(|standing| Matrix::of(standing, &shown));
    }

    /// Returns the rows of the matrix that are wanted.
    pub fn rows(&self) -> Vec<&Row> {
        let filter = self.wanted.filter.to_lowercase();
        let is_wanted = |row: &&Row| row.kind.to_string().contains(&filter);
        self.matrix.iter().flat_map(|matrix| &matrix.rows).filter(is_wanted).collect()
    }

    /// Returns the matrix with all of its rows, also those without the text that narrows what is shown: whoever reads a file
    /// later does not see that text.
    pub const fn whole(&self) -> Option<&Matrix> {
        self.matrix.as_ref()
    }

    /// Goes on to the next namespace in which somebody has a role or a binding, and after the last one to all at once.
    pub fn next_namespace(&mut self) {
        let known = self.standing.read().map(namespaces).unwrap_or_default();
        self.wanted.namespace = match &self.wanted.namespace {
            None => known.into_iter().next(),
            Some(now) => known.into_iter().find(|one| one > now),
        };
        self.work_out();
    }
}

/// Returns the namespaces in which somebody has a role or a binding.
fn namespaces(standing: &Standing) -> BTreeSet<String> {
    let of_bindings = standing.rbac.known.bindings.iter().filter_map(|binding| binding.namespace.clone());
    let of_roles = standing.roles.known.iter().filter_map(|role| {
        let (_, below) = role.scope.split_once("/namespaces/")?;
        below.split('/').next().map(str::to_owned)
    });
    of_bindings.chain(of_roles).collect()
}

impl<T> Reading<T> {
    /// Returns true while it is being read.
    pub const fn goes(&self) -> bool {
        matches!(self, Self::Goes)
    }

    /// Returns what was read.
    pub const fn read(&self) -> Option<&T> {
        if let Self::Read(read) = self { Some(read) } else { None }
    }

    /// Takes in what came of it, where it is still being read.
    pub fn hear(&mut self, read: Result<Box<T>, Trouble>) {
        if self.goes() {
            *self = read.map_or_else(|trouble| Self::Failed(Box::new(trouble)), Self::Read);
        }
    }
}
