//! Files whose path was asked for, and what became of them.

use super::Model;
use crate::screen::{Layer, Saving};

impl Model {
    /// Takes in whether the secret was saved. Where the operator was asked for the path, the complaint stands there.
    pub(super) fn saved(&mut self, place: Result<String, String>) {
        let complains = self.path_waits(Saving::Secret) && self.path_answered(Saving::Secret, place.as_ref().err());
        if !complains {
            self.shared.saved(place);
        }
    }

    /// Returns true while the path of a file is asked for, and the shell tries to write it.
    pub(super) fn path_waits(&self, what: Saving) -> bool {
        self.layers.iter().any(|layer| matches!(layer, Layer::Path(path) if path.waits_for(what)))
    }

    /// Closes the question for a path where the file is there; else it stays with the complaint, and this returns true.
    pub(super) fn path_answered(&mut self, what: Saving, why_not: Option<&String>) -> bool {
        self.layers.retain_mut(|layer| match layer {
            Layer::Path(path) => !path.answered(what, why_not.map(String::as_str)),
            _ => true,
        });
        why_not.is_some()
    }
}
