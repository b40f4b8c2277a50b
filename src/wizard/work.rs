//! The work that the wizard gives to the engine: check, begin a run, take up an earlier one.

use crosspull_azure::journal::{JournalError, earlier};
use crosspull_azure::sign_in::Login;
use crosspull_core::check::Check;
use crosspull_core::event::Event;
use crosspull_core::ids::TenantRef;
use crosspull_core::input::Key;
use crosspull_core::input::{Access, Inputs};
use crosspull_core::names::Direction;
use crosspull_core::names::PerTenant;
use crosspull_core::names::Side;
use crosspull_core::names::{RunId, Verdict};
use crosspull_core::operation::Facts;
use crosspull_core::plan::Plan;
use crosspull_core::run::Run;
use crosspull_core::sign_in::SignIn;
use crosspull_tui::{Msg, Notice};
use tokio::sync::mpsc::unbounded_channel;

use super::Wizard;
use crate::backend::{Backend, ended_by};
use crate::credentials::{self, Credentials};
use crate::headless::secret_file::saved_way_back;
use crate::sources::{self, environment};

impl Wizard {
    /// Reads the journals of earlier runs beside the first screen, which does not wait for them.
    pub(super) fn list_earlier(&self) {
        let (runs, tell) = (self.workspace.runs.clone(), self.tell.clone());
        tokio::task::spawn_local(async move {
            let found = tokio::task::spawn_blocking(move || earlier(&runs)).await;
            let free = found.into_iter().flatten().flatten().filter(|one| !one.locked);
            // One that cannot be read is named by `crosspull runs`.
            let _ = tell.send(Msg::Earlier(free.filter_map(|one| one.run.ok()).collect()));
        });
    }

    /// Takes a new backend in place of the one at work. What that one still had to say goes with its channels, and its
    /// journal is let go of.
    pub(super) fn new_backend(&mut self) {
        self.search = None;
        self.saved_in.clear();
        if let Some(task) = self.task.take() {
            task.abort();
        }
        self.backend.let_go();
        let (backend, events) = Backend::new(self.backend.vault.clone(), self.ask.clone());
        (self.backend_tell, self.backend_told) = unbounded_channel();
        (self.backend, self.events) = (backend, events);
    }

    /// Starts to weigh the routes in place of the checks under way. A person who signed in already is not asked again.
    pub(super) fn weigh(&mut self, inputs: Inputs) {
        self.new_backend();
        let (backend, tell) = (self.backend.clone(), self.backend_tell.clone());
        let credentials = self.credentials(&inputs.access, credentials::subscriptions(&inputs));
        self.task = Some(tokio::task::spawn_local(async move {
            let weighed = match credentials {
                Ok(credentials) => backend.weigh(&inputs, credentials).await.map(drop),
                Err(complaints) => cannot_sign_in(&backend, &complaints),
            };
            over(&tell, weighed);
        }));
    }

    /// Starts the checks in place of those under way.
    pub(super) fn check(&mut self, inputs: Inputs) {
        self.new_backend();
        let (backend, tell) = (self.backend.clone(), self.backend_tell.clone());
        let credentials = self.credentials(&inputs.access, credentials::subscriptions(&inputs));
        let runs = self.workspace.runs.clone();
        self.task = Some(tokio::task::spawn_local(async move {
            let checked = match credentials {
                Ok(credentials) => backend.check(&inputs, credentials, &runs, true).await.map(drop),
                Err(complaints) => cannot_sign_in(&backend, &complaints),
            };
            over(&tell, checked);
        }));
    }

    /// Takes up an earlier run, and signs in for it.
    pub(super) fn take_up(&mut self, run: &RunId, way: Direction) -> Vec<Msg> {
        self.new_backend();
        let past = match self.backend.reopen(&self.workspace.runs, run) {
            Ok((past, _, receipt)) => {
                self.receipt = Some(receipt);
                past
            }
            Err(why) => return vec![Msg::Notice(Notice::bad(format!("{why}.")))],
        };
        // The secret of a part that ended in this window is still in memory.
        let at_hand = past.facts.secret_key().is_some_and(|key| self.backend.vault.get(key).is_some());
        let mut notice = None;
        if past.plan_for(way).is_ok() {
            notice = self.take_saved_way_back(&past, way);
            self.admit(&past, way);
        }
        let receipt = self.receipt.as_ref().map(|path| Msg::Receipt(path.display().to_string()));
        let taken_up = Msg::TakenUp { run: Box::new(past), way };
        [Some(taken_up), Some(Msg::SecretAtHand(at_hand)), receipt, notice].into_iter().flatten().collect()
    }

    /// Takes the secret of the way back from the file that the run saved it in; without it undo adds another.
    fn take_saved_way_back(&self, past: &Run, way: Direction) -> Option<Msg> {
        if way != Direction::Back {
            return None;
        }
        match saved_way_back(&self.given, past) {
            Ok(saved) => {
                saved.into_iter().for_each(|(key, secret)| self.backend.vault.put(key, secret));
                None
            }
            Err(why) => Some(Msg::Notice(Notice::bad(format!("{why}; undo adds another secret in its place.")))),
        }
    }

    /// Signs in for a run that was taken up: as its answers say, and over them as this program was told.
    fn admit(&mut self, past: &Run, way: Direction) {
        let (backend, tell) = (self.backend.clone(), self.backend_tell.clone());
        let (run, runs) = (past.clone(), self.workspace.runs.clone());
        let Some(route) = past.forward_plan() else { return };
        let journal = self.receipt.clone().unwrap_or_default();
        let answers = sources::answers_of_run(&self.given.only(Key::is_of_access), &past.answers, &journal);
        let access = answers.and_then(|answers| {
            Access::of_run(&answers, route.route, route.tenants, way)
                .map_err(|complaints| complaints.iter().map(ToString::to_string).collect::<Vec<_>>())
        });
        let access = access.and_then(|access| {
            let credentials = self.credentials(&access, credentials::subscriptions_of(route))?;
            Ok((access, credentials))
        });
        self.task = Some(tokio::task::spawn_local(async move {
            let admitted = match access {
                Ok((access, credentials)) => backend.admit(&access, credentials, &run, way, &runs).await.map(drop),
                Err(complaints) => cannot_sign_in(&backend, &complaints),
            };
            over(&tell, admitted);
        }));
    }

    /// Returns what signs in. A person who signed in for a tenant is not asked again.
    pub(super) fn credentials(
        &mut self,
        access: &Access,
        subscriptions: PerTenant<Option<uuid::Uuid>>,
    ) -> Result<Credentials, Vec<String>> {
        if let Some(fixed) = &self.workspace.fixed {
            return Ok(fixed.clone());
        }
        let mut credentials = credentials::read(access, subscriptions, &environment)?;
        for side in Side::BOTH.into_iter().filter(|side| access.sign_ins[*side].asks_a_person()) {
            credentials.logins[side] =
                self.person(access, side, access.sign_ins[side], credentials.logins[side].clone());
        }
        if access.one_sign_in {
            credentials.logins.b = credentials.logins.a.clone();
        }
        Ok(credentials)
    }

    /// Returns the login of a person who signed in to that tenant already; else the one given, known from now on.
    fn person(&mut self, access: &Access, side: Side, way: SignIn, new: Login) -> Login {
        // What a cloud let in is sent to no other one.
        let by = format!("{} {} {:?} {:?}", way.word(), access.client_id, access.cloud, access.login_host);
        let key = |tenant: &TenantRef| format!("{by} {tenant}");
        let known = |key: &str| {
            let mut persons = self.persons.iter();
            persons.find(|(of, known, _)| (*of, known.as_str()) == (side, key)).map(|(.., login)| login.clone())
        };
        let tenant = key(&access.tenants[side]);
        if let Some(known) = known(&tenant) {
            return known;
        }
        // Who signed in to find out which tenants there are is the same person.
        let login = match known(&key(&TenantRef::Home)) {
            Some(home) => new.after(&home),
            None => new,
        };
        self.persons.push((side, tenant, login.clone()));
        login
    }

    /// Forgets who gave way on a side, once somebody else signed in there; where nobody did, whoever gave way is back.
    pub(super) fn settle_persons(&mut self, side: Side, entered: bool) {
        let former: Vec<_> = self.former.extract_if(.., |(known, ..)| *known == side).collect();
        if !entered && !former.is_empty() {
            self.persons.retain(|(known, ..)| *known != side);
            self.persons.extend(former);
        }
    }

    /// Starts a new run; says where its receipt is.
    pub(super) fn run(&mut self, plan: Plan) -> Option<Msg> {
        let (run, receipt) = match self.backend.begin(&self.workspace.runs, &plan) {
            Ok(begun) => begun,
            Err(error) => return Some(Msg::NotBegun(format!("{error}. Nothing was sent."))),
        };
        let answers = sources::with_whole_paths(self.model.answers().clone());
        let backend = self.backend.clone();
        self.carry_out(run.clone(), async move { backend.run(plan, run, answers).await });
        let shown = receipt.display().to_string();
        self.receipt = Some(receipt);
        Some(Msg::Receipt(shown))
    }

    /// Goes on with the run that was taken up, or takes it back.
    pub(super) fn go(&mut self, way: Direction, plan: Plan) {
        let past = self.model.run().clone();
        let Some(run) = past.id.clone() else { return };
        let backend = self.backend.clone();
        self.carry_out(run, async move { backend.go(way, plan, past).await });
    }

    /// Sees the engine through. Where the journal cannot take the end, it goes to the screens alone.
    fn carry_out(&mut self, run: RunId, work: impl Future<Output = Result<Verdict, JournalError>> + 'static) {
        let tell = self.backend_tell.clone();
        self.task = Some(tokio::task::spawn_local(async move {
            if let Err(error) = work.await {
                let now =
                    format!("Nothing more was sent. {} Then go on with the run: every step looks first.", error.cure());
                let ended = ended_by(run, &Facts::default(), &error, now);
                let _ = tell.send(Msg::Engine(ended));
            }
        }));
    }
}

/// Says what is missing for signing in.
fn cannot_sign_in(backend: &Backend, complaints: &[String]) -> Result<(), JournalError> {
    let finding = Check::Tenants.stop(complaints.join("; "), "Set what is missing, then start crosspull again.");
    backend.say(Event::CheckEnded { finding })
}

/// Tells that the checks are over, whatever they came to. Where the loop is gone there is nobody to tell.
fn over(tell: &tokio::sync::mpsc::UnboundedSender<Msg>, checked: Result<(), JournalError>) {
    if let Err(error) = checked {
        let _ = tell.send(Msg::Notice(Notice::bad(format!("{error}. Nothing more was sent."))));
    }
    let _ = tell.send(Msg::ChecksOver);
}
