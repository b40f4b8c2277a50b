//! The answers of what is beside the routes: a form there has its own, and those of a run wait meanwhile.

use crosspull_core::input::Answers;

/// The answers that are not those of the forms at present.
#[derive(Debug, Default)]
pub(crate) struct OwnAnswers {
    /// The answers of a run, while others stand in their place.
    waiting: Option<Answers>,
    /// The others, while nobody looks at them.
    kept: Option<Answers>,
}

impl OwnAnswers {
    /// Puts them in place of those of a run. They begin as these.
    pub fn begin(&mut self, answers: &mut Answers) {
        let own = self.kept.take().unwrap_or_else(|| answers.clone());
        self.waiting = Some(std::mem::replace(answers, own));
    }

    /// Puts those of the run back.
    pub fn end(&mut self, answers: &mut Answers) {
        if let Some(run) = self.waiting.take() {
            self.kept = Some(std::mem::replace(answers, run));
        }
    }

    /// True while they stand in place of those of a run.
    pub const fn are_in_place(&self) -> bool {
        self.waiting.is_some()
    }
}
