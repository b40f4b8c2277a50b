//! The order of the forms, and the rail that shows it. Both are those of the route.

use crosspull_core::input::{Answers, Key, Page};
use crosspull_core::names::{Route, Side, Tenants};
use crosspull_core::route;

/// The forms of a route, and the words for them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pages {
    route: Option<Route>,
}

impl Pages {
    /// Returns the forms of the route that was asked for.
    pub fn of(answers: &Answers) -> Self {
        Self { route: answers.route() }
    }

    /// Returns the forms of a route that was taken.
    pub const fn taken(route: Route) -> Self {
        Self { route: Some(route) }
    }

    fn order(self) -> &'static [Page] {
        route::pages(self.route)
    }

    /// Returns the form that comes first, after the route.
    pub fn first(self) -> Page {
        self.order().first().copied().unwrap_or(Page::Nowhere)
    }

    /// Returns the form that the checks come after.
    pub fn last(self) -> Page {
        self.order().last().copied().unwrap_or(Page::Nowhere)
    }

    /// Returns the form after this one. `None` means that the checks are next.
    pub fn next(self, page: Page) -> Option<Page> {
        self.order().iter().copied().skip_while(|one| *one != page).nth(1)
    }

    /// Returns the form before this one. `None` means that the route is before it.
    pub fn previous(self, page: Page) -> Option<Page> {
        self.order().iter().copied().take_while(|one| *one != page).last().filter(|_| self.order().contains(&page))
    }

    fn is_one_tenant(self) -> bool {
        self.route.and_then(Route::tenants) == Some(Tenants::One)
    }

    /// True where a form asks for an app.
    fn makes_app(self) -> bool {
        route::asks_for(self.route, Key::AppName)
    }

    /// Returns the title of a form.
    pub fn title(self, page: Page) -> &'static str {
        match (page, self.is_one_tenant()) {
            (Page::Route, _) => "Which way?",
            (Page::TenantA, false) => "Tenant A, where the cluster is",
            (Page::TenantA, true) => "The tenant, where cluster and registry are",
            (Page::TenantB, false) => "Tenant B, where the registry is",
            (Page::TenantB, true) => "The registry, and who gives the role on it",
            (Page::App, _) if !self.makes_app() => "The secret",
            (Page::App | Page::Nowhere, _) => "App and secret",
            (Page::PullSecret, _) => "The pull secret in the cluster",
        }
    }

    /// Returns the name of a form in the rail.
    fn name(self, page: Page) -> &'static str {
        match (page, self.is_one_tenant()) {
            (Page::Route, _) => "Route",
            (Page::TenantA, false) => "Tenant A",
            (Page::TenantA, true) => "Tenant",
            (Page::TenantB, false) => "Tenant B",
            (Page::TenantB, true) => "Registry",
            (Page::App, _) if !self.makes_app() => "Secret",
            (Page::App | Page::Nowhere, _) => "App and secret",
            (Page::PullSecret, _) => "Pull secret",
        }
    }

    /// Returns the steps of the wizard for a new run, or for an `earlier` one, which has no forms.
    pub fn rail(self, earlier: bool) -> Vec<RailEntry> {
        let before = if earlier { RailEntry::Home } else { RailEntry::Form(Page::Route) };
        let forms = self.order().iter().filter(|_| !earlier).copied().map(RailEntry::Form);
        let after = [RailEntry::Checks, RailEntry::Review, RailEntry::Run, RailEntry::Done];
        std::iter::once(before).chain(forms).chain(after).collect()
    }

    /// Returns the name of a step in the rail, for a new run or for an `earlier` one.
    pub fn rail_name(self, entry: RailEntry, earlier: bool) -> &'static str {
        match entry {
            RailEntry::Home => "Earlier run",
            RailEntry::Form(page) => self.name(page),
            RailEntry::Checks if earlier => "Sign-in",
            RailEntry::Checks => "Checks",
            RailEntry::Review => "Review",
            RailEntry::Run => "Run",
            RailEntry::Done => "Done",
        }
    }
}

/// Returns the tenant that a form is about.
pub(crate) const fn side(page: Page) -> Option<Side> {
    match page {
        Page::TenantA => Some(Side::A),
        Page::TenantB => Some(Side::B),
        Page::Route | Page::App | Page::PullSecret | Page::Nowhere => None,
    }
}

/// A step of the wizard, as the rail shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RailEntry {
    /// Before an earlier run is chosen.
    Home,
    /// The route, or a form.
    Form(Page),
    Checks,
    Review,
    Run,
    Done,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every() -> impl Iterator<Item = Pages> {
        let routes = Route::OFFERED.iter().map(|offered| Some(offered.route));
        routes.chain([None]).map(|route| Pages { route })
    }

    #[test]
    fn the_forms_lead_from_the_route_to_the_checks_and_back() {
        for pages in every() {
            let forward: Vec<Page> = std::iter::successors(Some(pages.first()), |page| pages.next(*page)).collect();
            assert_eq!(forward, pages.order());
            let mut back: Vec<Page> = std::iter::successors(Some(pages.last()), |page| pages.previous(*page)).collect();
            back.reverse();
            assert_eq!(back, pages.order());
            assert_eq!((pages.next(Page::Nowhere), pages.previous(Page::Nowhere)), (None, None));
        }
    }

    #[test]
    fn every_form_is_in_the_rail_of_a_new_run_and_none_in_that_of_an_earlier_one() {
        for pages in every() {
            let forms = |earlier: bool| {
                pages.rail(earlier).into_iter().filter(|entry| matches!(entry, RailEntry::Form(_))).count()
            };
            assert_eq!((forms(false), forms(true)), (1 + pages.order().len(), 0));
        }
    }
}
