//! The weighing of the routes, where the choice is left to crosspull: what it is by, what came of it, and the route that
//! was taken from it.

use crosspull_core::input::{Answers, Inputs, Key, Page};
use crosspull_core::names::Route;
use crosspull_core::route::{self, Weighed};

/// The weighing of the routes.
#[derive(Debug, Default)]
pub(crate) struct Weighing {
    /// The inputs that the routes are weighed with.
    by: Option<Inputs>,
    /// The routes, the recommended one first. Empty until they are weighed.
    pub routes: Vec<Weighed>,
    /// The route that was taken last.
    pub last: Option<Route>,
    /// The answer that the taken route stands in the place of.
    left_as: Option<LeftAs>,
}

/// The answer that left the choice to crosspull. `None` where nothing was said.
#[derive(Debug)]
struct LeftAs(Option<String>);

impl Weighing {
    /// Begins to weigh the routes by those inputs.
    pub fn begin(&mut self, inputs: Inputs) {
        (self.by, self.routes) = (Some(inputs), Vec::new());
    }

    /// Returns the inputs that the routes are weighed with.
    pub const fn by(&self) -> Option<&Inputs> {
        self.by.as_ref()
    }

    /// Returns true where a route was taken from among the weighed ones.
    pub const fn is_taken(&self) -> bool {
        self.left_as.is_some()
    }

    /// Takes a route: it is the answer from now on.
    pub fn take(&mut self, route: Route, answers: &mut Answers) {
        let before = || LeftAs(answers.get(Key::Route).map(str::to_owned));
        self.left_as = self.left_as.take().or_else(|| Some(before()));
        self.last = Some(route);
        answers.set(Key::Route, route::word(route));
    }

    /// Takes the route back, where one was taken: the choice is left to crosspull again.
    pub fn give_back(&mut self, answers: &mut Answers) {
        match self.left_as.take() {
            Some(LeftAs(Some(word))) => answers.set(Key::Route, word),
            Some(LeftAs(None)) => *answers = answers.only(|key| key != Key::Route),
            None => {}
        }
    }
}

/// Returns the answers that routes are weighed by. What only some routes ask for is not among them: its forms come after
/// the choice. How the tenants are reached is, whichever form asks for it.
pub(crate) fn answers_to_weigh_by(answers: &Answers) -> Answers {
    let is_asked = |page| matches!(page, Page::TenantA | Page::TenantB | Page::Nowhere);
    answers.only(|key| key.is_of_access() || key.field().is_some_and(|field| is_asked(field.page)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_that_is_given_back_leaves_the_answers_as_they_were() {
        for said in [None, Some("auto")] {
            let mut answers = Answers::default();
            if let Some(word) = said {
                answers.set(Key::Route, word);
            }
            let (before, mut weighing) = (answers.clone(), Weighing::default());
            weighing.take(Route::Attach, &mut answers);
            weighing.take(Route::PullSecret, &mut answers);
            assert_eq!((answers.route(), weighing.is_taken()), (Some(Route::PullSecret), true));
            weighing.give_back(&mut answers);
            assert_eq!((&answers, weighing.is_taken(), weighing.last), (&before, false, Some(Route::PullSecret)));
        }
    }

    #[test]
    fn what_only_some_routes_ask_for_does_not_keep_routes_from_being_weighed() {
        let mut answers = Answers::default();
        for key in [Key::TenantA, Key::Cluster, Key::TenantB, Key::Registry, Key::Repository] {
            answers.set(key, key.field().expect("a row").example);
        }
        answers.set(Key::SecretDays, "many");
        assert!(Inputs::from_answers(&answers).is_err());
        assert!(Inputs::from_answers(&answers_to_weigh_by(&answers)).is_ok());
    }
}
