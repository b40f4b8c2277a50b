//! The order of the forms, and the rail that shows it. Both are those of the route.

use crosspull_core::input::{Key, Page};
use crosspull_core::names::{Route, Side, Tenants};
use crosspull_core::route;

/// The forms of a route, and the words for them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pages {
    /// The route. `None` while the choice is left to crosspull.
    route: Option<Route>,
    /// True where the route is, or will be, taken from among the weighed ones.
    is_weighed: bool,
}

impl Pages {
    /// Returns the forms of a route. `is_taken` is true for one that was taken from among the weighed ones.
    pub const fn of(route: Option<Route>, is_taken: bool) -> Self {
        Self { route, is_weighed: is_taken || route.is_none() }
    }

    /// Returns the steps before the checks, without the first one. Where routes are weighed, the forms that tell what they
    /// are weighed by come first, and those of the route that was taken come after.
    fn order(self) -> Vec<RailEntry> {
        let of_route = || route::pages(self.route).iter().copied();
        if !self.is_weighed {
            return of_route().map(RailEntry::Form).collect();
        }
        let before = route::pages(None);
        let after = of_route().filter(|page| !before.contains(page)).map(RailEntry::Form);
        before.iter().copied().map(RailEntry::Form).chain([RailEntry::Chooser]).chain(after).collect()
    }

    /// Returns the step after this one. Whatever is not on the way leads to the checks.
    pub fn next(self, entry: RailEntry) -> RailEntry {
        self.rail(false).into_iter().skip_while(|one| *one != entry).nth(1).unwrap_or(RailEntry::Checks)
    }

    /// Returns the step before this one. Whatever is not on the way leads to the route.
    pub fn previous(self, entry: RailEntry) -> RailEntry {
        let rail = self.rail(false);
        let before = rail.iter().position(|one| *one == entry).and_then(|at| rail.get(at.checked_sub(1)?));
        before.copied().unwrap_or(RailEntry::Form(Page::Route))
    }

    fn is_one_tenant(self) -> bool {
        // Both tenants were named already where routes are weighed, and keep their names.
        !self.is_weighed && self.route.and_then(Route::tenants) == Some(Tenants::One)
    }

    /// True where the secret is a password of the registry's own, and there is no app.
    fn is_without_app(self) -> bool {
        self.route == Some(Route::RepositoryToken)
    }

    /// Returns the title of a form.
    pub fn title(self, page: Page) -> &'static str {
        match (page, self.is_one_tenant()) {
            (Page::App, _) if self.is_without_app() => "The password of the token",
            (Page::Route, _) => "Which way?",
            (Page::TenantA, false) => "Tenant A, where the cluster is",
            (Page::TenantA, true) => "The tenant, where cluster and registry are",
            (Page::TenantB, false) => "Tenant B, where the registry is",
            (Page::TenantB, true) => "The registry, and who gives the role on it",
            (Page::App | Page::More | Page::Nowhere, _) => "App and secret",
            (Page::PullSecret, _) => "The pull secret in the cluster",
            (Page::Login, _) => "Which registry?",
            (Page::Access, _) => "Which cluster, and who is to get in?",
        }
    }

    /// Returns the name of a form in the rail.
    fn name(self, page: Page) -> &'static str {
        match (page, self.is_one_tenant()) {
            (Page::App, _) if self.is_without_app() => "Password",
            (Page::Route, _) => "Route",
            (Page::TenantA, false) => "Tenant A",
            (Page::TenantA, true) => "Tenant",
            (Page::TenantB, false) => "Tenant B",
            (Page::TenantB, true) => "Registry",
            (Page::App | Page::More | Page::Nowhere, _) => "App and secret",
            (Page::PullSecret, _) => "Pull secret",
            (Page::Login, _) => "Registry",
            (Page::Access, _) => "Cluster",
        }
    }

    /// Returns the steps of the wizard for a new run, or for an `earlier` one, which has no forms.
    pub fn rail(self, earlier: bool) -> Vec<RailEntry> {
        let before = if earlier { RailEntry::Home } else { RailEntry::Form(Page::Route) };
        let forms = self.order().into_iter().filter(|_| !earlier);
        let after = [RailEntry::Checks, RailEntry::Review, RailEntry::Run, RailEntry::Done];
        std::iter::once(before).chain(forms).chain(after).collect()
    }

    /// Returns the name of a step in the rail, for a new run or for an `earlier` one.
    pub fn rail_name(self, entry: RailEntry, earlier: bool) -> &'static str {
        match entry {
            RailEntry::Home => "Earlier run",
            RailEntry::Form(page) => self.name(page),
            RailEntry::Chooser => "Way",
            RailEntry::Checks if earlier => "Sign-in",
            RailEntry::Checks => "Checks",
            RailEntry::Review => "Review",
            RailEntry::Run => "Run",
            RailEntry::Done => "Done",
            RailEntry::Who => "Who",
            RailEntry::Login => "Sign-in",
            RailEntry::Access => "Ways in",
        }
    }
}

/// Returns the form of a route that asks for an input. `None` where no form of it does.
pub(crate) fn form_of(route: Option<Route>, key: Key) -> Option<Page> {
    match key.field()?.page {
        Page::Nowhere => None,
        Page::More => route::own_page(route),
        page => Some(page),
    }
}

/// Returns the tenant that a form is about.
pub(crate) const fn side(page: Page) -> Option<Side> {
    match page {
        Page::TenantA | Page::Access => Some(Side::A),
        Page::TenantB | Page::Login => Some(Side::B),
        Page::Route | Page::App | Page::PullSecret | Page::More | Page::Nowhere => None,
    }
}

/// A step of the wizard, as the rail shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RailEntry {
    /// Before an earlier run is chosen.
    Home,
    /// The route, or a form.
    Form(Page),
    /// The choice among the routes, weighed by what was found.
    Chooser,
    Checks,
    Review,
    Run,
    Done,
    /// Who will use a registry.
    Who,
    /// The sign-in to a registry, and what came of it.
    Login,
    /// Access to a cluster.
    Access,
}

/// A task beside the routes: its name, and its steps.
type Beside = (&'static str, &'static [RailEntry]);

impl RailEntry {
    const BESIDE: [Beside; 2] = [
        ("sign in to a registry", &[Self::Who, Self::Form(Page::Login), Self::Login]),
        ("who can reach a cluster", &[Self::Form(Page::Access), Self::Access]),
    ];

    /// Returns what is done beside the routes that this is a step of.
    pub fn beside(self) -> Option<Beside> {
        Self::BESIDE.into_iter().find(|(_, steps)| steps.contains(&self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every() -> impl Iterator<Item = Pages> {
        let routes = || Route::OFFERED.iter().map(|offered| Some(offered.route)).chain([None]);
        [false, true].into_iter().flat_map(move |taken| routes().map(move |route| Pages::of(route, taken)))
    }

    #[test]
    fn the_way_leads_from_the_route_to_the_checks_and_back() {
        for pages in every() {
            let start = RailEntry::Form(Page::Route);
            let on = |entry: &RailEntry| Some(pages.next(*entry)).filter(|next| *next != RailEntry::Checks);
            let forward: Vec<RailEntry> = std::iter::successors(on(&start), on).collect();
            assert_eq!(forward, pages.order());
            let back = |entry: &RailEntry| Some(pages.previous(*entry)).filter(|before| *before != start);
            let mut back: Vec<RailEntry> = std::iter::successors(back(&RailEntry::Checks), back).collect();
            back.reverse();
            assert_eq!(back, pages.order());
            let nowhere = RailEntry::Form(Page::Nowhere);
            assert_eq!((pages.next(nowhere), pages.previous(nowhere)), (RailEntry::Checks, start));
        }
    }

    #[test]
    fn a_route_that_was_taken_asks_for_all_that_it_asks_for_where_it_was_picked() {
        for offered in Route::OFFERED {
            let route = Some(offered.route);
            let [picked, taken] = [false, true].map(|taken| Pages::of(route, taken).order());
            assert!(!picked.contains(&RailEntry::Chooser) && taken.contains(&RailEntry::Chooser));
            assert!(picked.iter().all(|form| taken.contains(form)), "{picked:?} {taken:?}");
        }
        assert_eq!(Pages::of(None, false).order().last(), Some(&RailEntry::Chooser));
    }

    #[test]
    fn every_step_is_in_the_rail_of_a_new_run_and_no_form_in_that_of_an_earlier_one() {
        for pages in every() {
            let forms = |earlier: bool| {
                let rail = pages.rail(earlier).into_iter();
                rail.filter(|entry| matches!(entry, RailEntry::Form(_) | RailEntry::Chooser)).count()
            };
            assert_eq!((forms(false), forms(true)), (1 + pages.order().len(), 0));
        }
    }
}
