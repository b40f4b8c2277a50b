//! A call of a run, and what its answers say of what became of it.

use jiff::Timestamp;

use crate::event::{Plane, Work};

use crate::explain::{NoConnection, Refusal};
use crate::ids::KeyId;
use crate::names::CallId;
use crate::names::Side;

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which.
    pub id: CallId,
    /// The work that it is for.
    pub work: Work,
    /// To which service.
    pub plane: Plane,
    /// As which tenant.
    pub side: Side,
    /// GET, POST…
    pub method: String,
    /// The address, without anything secret.
    pub url: String,
    /// True where it changes something.
    pub writes: bool,
    /// True for the reset of a cluster's service principal.
    pub resets: bool,
    /// True where it is part of taking the run back.
    pub back: bool,
    /// The time at which it was sent.
    pub started: Timestamp,
    /// The tries of the call.
    pub tries: Vec<Try>,
    /// Of a reset: the key id of the secret that it gave to the cluster.
    pub key: Option<KeyId>,
    /// Of a reset: where its operation is asked.
    pub operation: Option<String>,
    /// Of a reset: true where the cluster was seen to have taken it.
    pub taken: bool,
}

/// A try of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// The HTTP status; none where no answer came.
    pub status: Option<u16>,
    /// The time that it took, in milliseconds.
    pub ms: u64,
    /// The refusal that came in place of an answer.
    pub refusal: Option<Refusal>,
}

impl Call {
    /// True where nothing can have been done by any of its tries: the service plainly said no, or was not reached. A call
    /// without a try may have been done, since the program may have died just then.
    #[must_use]
    pub fn did_nothing(&self) -> bool {
        !self.tries.is_empty() && self.tries.iter().all(Try::did_nothing)
    }

    /// True where the service took it.
    #[must_use]
    pub fn was_accepted(&self) -> bool {
        self.last().and_then(|t| t.status).is_some_and(|s| (200..300).contains(&s))
    }

    /// Returns the last try.
    #[must_use]
    pub fn last(&self) -> Option<&Try> {
        self.tries.last()
    }
}

impl Try {
    fn did_nothing(&self) -> bool {
        match self.status {
            Some(status) => (400..500).contains(&status) && status != 408,
            None => self.refusal.as_ref().is_some_and(|r| NoConnection::of(r).is_some()),
        }
    }
}
