//! The question who can reach a cluster among what all screens share: its answers stand in place of those of a run.

use crosspull_core::access::AskedCluster;
use crosspull_core::ids::ClusterId;
use crosspull_core::input::Key;
use jiff::Timestamp;

use super::Shared;
use crate::access::Reading;
use crate::msg::AccessTold;

impl Shared {
    /// Begins to ask who can reach a cluster. The question has answers of its own, which begin as those of the run.
    pub fn begin_access(&mut self) {
        self.access.answers.begin(&mut self.answers);
    }

    /// Ends to ask. The answers of the run are those that hold again.
    pub fn end_access(&mut self) {
        self.access.answers.end(&mut self.answers);
    }

    /// True while it is asked who can reach a cluster.
    pub const fn is_access(&self) -> bool {
        self.access.answers.are_in_place()
    }

    /// Returns the one who is asked about, as typed.
    pub fn principal(&self) -> Option<&str> {
        Some(self.access.principal.as_str()).filter(|principal| !principal.is_empty())
    }

    /// Returns the name of the cluster that is asked about.
    pub fn asked_cluster(&self) -> Option<ClusterId> {
        self.answers.get(Key::Cluster).and_then(|text| ClusterId::parse(text).ok())
    }

    /// Returns the command that asks the same.
    pub fn access_command(&self) -> String {
        AskedCluster::command(&self.answers, self.principal())
    }

    /// Begins another try, and returns its number. What came of the one before is forgotten.
    pub fn try_access(&mut self) -> u32 {
        self.leave_access();
        self.access.cluster = Reading::Goes;
        if self.principal().is_some() {
            self.access.standing = Reading::Goes;
            self.access.compared = Reading::Goes;
        }
        self.access.attempt
    }

    /// Forgets what was read. What still comes of it is for nobody.
    pub fn leave_access(&mut self) {
        self.access.attempt = self.access.attempt.wrapping_add(1);
        (self.access.since, self.access.call) = (None, None);
        self.access.cluster = Reading::NotAsked;
        self.access.standing = Reading::NotAsked;
        self.access.compared = Reading::NotAsked;
        self.access.matrix = None;
    }

    /// Takes in what a try tells. What comes of an earlier one is for nobody.
    pub fn hear_access(&mut self, attempt: u32, told: AccessTold) {
        if attempt != self.access.attempt {
            return;
        }
        match told {
            AccessTold::Calls(call) => self.access.call = Some(call),
            AccessTold::Cluster(read) => self.access.cluster.hear(read),
            AccessTold::Standing(read) => {
                // Nobody is asked about whom nobody found.
                if read.is_err() {
                    self.access.compared = Reading::NotAsked;
                }
                self.access.standing.hear(read);
                self.access.work_out();
            }
            AccessTold::Compared(read) => self.access.compared.hear(Ok(Box::new(read))),
        }
    }

    /// Lets the time begin for which something is read.
    pub fn time_access(&mut self, now: Timestamp) {
        if self.access.moves() {
            self.access.since.get_or_insert(now);
        }
    }
}
