//! The form that asks who can reach a cluster: tenant, sign-in, cluster, and below them the one who is asked about.

use crosspull_core::access::{AskedCluster, FIELDS};
use crosspull_core::input::{Complaint, Key, Page};
use crosspull_core::sign_in::SignIn;

use super::FormScreen;
use super::below::{Below, PrincipalField};
use crate::msg::{Effect, Notice};
use crate::screen::home::Start;
use crate::screen::{Go, Reaction};
use crate::shared::Shared;
use crate::widgets::cell::Cell;

impl FormScreen {
    /// Opens the form with the answers so far.
    pub fn access(shared: &Shared) -> Self {
        let cells = FIELDS.iter().map(|field| Cell::new(field, &shared.answers)).collect::<Vec<_>>();
        let way = SignIn::from_word(shared.answers.or_default(Key::SignInA));
        let who = PrincipalField::new(&shared.access.principal);
        let form = Self { below: Some(Below::Principal(who)), ..Self::of(Page::Access, cells, way) };
        let focus = if shared.access.doubts_who { form.cells.len() } else { 0 };
        Self { focus, ..form }
    }

    /// Goes on to what is read where nothing is wrong with the answers, else to the first that needs something.
    pub(super) fn submit_access(&mut self, shared: &mut Shared) -> Vec<Reaction> {
        self.keep_principal(shared);
        let asked = AskedCluster::read(&shared.answers);
        let wrong = self.complain(&self.wrong_of_access(asked.err().unwrap_or_default()));
        if wrong > 0 && self.asks_which() {
            shared.notice = Some(Notice::good("Choose the one that is meant, or change the name."));
            return Vec::new();
        }
        let somebody = self.complain_of_principal(wrong == 0);
        match wrong + usize::from(somebody) {
            0 => return begin(shared),
            1 => shared.notice = Some(Notice::bad("One answer needs a look.")),
            _ => shared.notice = Some(Notice::bad("Some answers need a look.")),
        }
        Vec::new()
    }

    /// Returns what is wrong with the fields of the table. What is missing there is told with what it is for.
    fn wrong_of_access(&self, mut complaints: Vec<Complaint>) -> Vec<Complaint> {
        for complaint in complaints.iter_mut().filter(|complaint| complaint.text.starts_with("missing")) {
            let cell = self.cells.iter().find(|cell| Some(cell.field.key) == complaint.key);
            complaint.text = match complaint.key {
                Some(Key::TenantA) => "missing: an app signs in to one tenant. Name it.".into(),
                _ => format!("missing. {}", cell.map_or("", |cell| cell.field.help)).into(),
            };
        }
        complaints
    }

    /// Says what is wrong with the one who is asked about; true where something is. The focus goes there where it has no other
    /// place to go to.
    fn complain_of_principal(&mut self, goes_there: bool) -> bool {
        let place = self.cells.len();
        let Some(Below::Principal(field)) = &mut self.below else { return false };
        let is_wrong = field.is_wrong();
        if is_wrong && goes_there {
            self.go_to(place);
        }
        is_wrong
    }

    fn keep_principal(&self, shared: &mut Shared) {
        if let Some(Below::Principal(field)) = &self.below {
            field.text().clone_into(&mut shared.access.principal);
        }
    }

    /// Goes back Home.
    pub(super) fn leave_access(&self, shared: &mut Shared) -> Vec<Reaction> {
        self.keep_principal(shared);
        shared.end_access();
        vec![Reaction::Go(Go::Home(Start::Access))]
    }
}

/// Reads who can reach the cluster, and shows that.
pub(crate) fn begin(shared: &mut Shared) -> Vec<Reaction> {
    shared.access.doubts_who = false;
    let attempt = shared.try_access();
    vec![Reaction::Do(Effect::ReadAccess { attempt }), Reaction::Go(Go::Access)]
}
