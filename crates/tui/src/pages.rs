//! The order of the forms, and the rail that shows it.

use crosspull_core::input::Page;
use crosspull_core::names::Side;

/// The forms, in the order in which they are filled in.
const ORDER: &[Page] = &[Page::TenantA, Page::TenantB, Page::App];

/// Returns the forms of the route, in the order in which they are filled in.
pub(crate) const fn order() -> &'static [Page] {
    ORDER
}

/// Returns the form that the wizard begins with.
pub(crate) fn first() -> Page {
    order().first().copied().unwrap_or(Page::Nowhere)
}

/// Returns the form that the checks come after.
pub(crate) fn last() -> Page {
    order().last().copied().unwrap_or(Page::Nowhere)
}

/// Returns the form after this one. `None` means that the checks are next.
pub(crate) fn next(page: Page) -> Option<Page> {
    order().iter().copied().skip_while(|one| *one != page).nth(1)
}

/// Returns the form before this one. `None` means that Home is before it.
pub(crate) fn previous(page: Page) -> Option<Page> {
    order().iter().copied().take_while(|one| *one != page).last().filter(|_| order().contains(&page))
}

/// Returns the tenant that a form is about.
pub(crate) const fn side(page: Page) -> Option<Side> {
    match page {
        Page::TenantA => Some(Side::A),
        Page::TenantB => Some(Side::B),
        Page::App | Page::Nowhere => None,
    }
}

/// Returns the title of a form.
pub(crate) const fn title(page: Page) -> &'static str {
    match page {
        Page::TenantA => "Tenant A, where the cluster is",
        Page::TenantB => "Tenant B, where the registry is",
        Page::App | Page::Nowhere => "App and secret",
    }
}

/// A step of the wizard, as the rail shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RailEntry {
    Home,
    Form(Page),
    Checks,
    Review,
    Run,
    Done,
}

impl RailEntry {
    /// Returns the name of the step in the rail, for a new run or for an `earlier` one.
    pub const fn name(self, earlier: bool) -> &'static str {
        match self {
            Self::Home if earlier => "Earlier run",
            Self::Home => "Route",
            Self::Form(Page::TenantA) => "Tenant A",
            Self::Form(Page::TenantB) => "Tenant B",
            Self::Form(Page::App | Page::Nowhere) => "App and secret",
            Self::Checks if earlier => "Sign-in",
            Self::Checks => "Checks",
            Self::Review => "Review",
            Self::Run => "Run",
            Self::Done => "Done",
        }
    }
}

/// Returns the steps of the wizard for a new run, or for an `earlier` one, which has no forms.
pub(crate) fn rail(earlier: bool) -> Vec<RailEntry> {
    let forms = order().iter().filter(|_| !earlier).copied().map(RailEntry::Form);
    let after = [RailEntry::Checks, RailEntry::Review, RailEntry::Run, RailEntry::Done];
    std::iter::once(RailEntry::Home).chain(forms).chain(after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_lead_from_home_to_the_checks_and_back() {
        let forward: Vec<Page> = std::iter::successors(Some(first()), |page| next(*page)).collect();
        assert_eq!(forward, order());
        let mut back: Vec<Page> = std::iter::successors(Some(last()), |page| previous(*page)).collect();
        back.reverse();
        assert_eq!(back, order());
        assert_eq!((next(Page::Nowhere), previous(Page::Nowhere)), (None, None));
    }

    #[test]
    fn every_form_is_in_the_rail_of_a_new_run_and_none_in_that_of_an_earlier_one() {
        let forms = |earlier| rail(earlier).into_iter().filter(|entry| matches!(entry, RailEntry::Form(_))).count();
        assert_eq!((forms(false), forms(true)), (order().len(), 0));
    }
}
