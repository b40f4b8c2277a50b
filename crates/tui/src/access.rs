//! Who can reach a cluster: who is asked about, and what was read so far.

use crosspull_core::access::ClusterAccess;
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
}

/// A part of the answer, as far as it was read.
#[derive(Debug, Default)]
pub(crate) enum Reading<T> {
    /// Nobody asks for it.
    #[default]
    NotAsked,
    /// It is being read.
    Goes,
    /// It could not be read: it is not known.
    Failed(Box<Trouble>),
    Read(Box<T>),
}

impl Access {
    /// Returns true while something is being read.
    pub const fn moves(&self) -> bool {
        self.cluster.goes()
    }
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
