//! The state that every plane of the cloud shares: the world behind a lock, the clock, the delays, the token issuer,
//! the origins.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    clock::Clock,
    issuer::Issuer,
    results::Results,
    scenario::{PersonPart, PoliciesPart, PolicyPart, Setup, Times},
    sessions::SignIns,
    trap::Trap,
    world::{Operators, World},
};

/// One simulated cloud, shared by its planes.
pub type Shared = Arc<Cloud>;

/// The state of one simulated cloud.
pub struct Cloud {
    world: Mutex<World>,
    /// Simulated time.
    pub clock: Clock,
    /// The time that things take, in simulated seconds.
    pub times: Times,
    /// The people who consent and sign in by themselves.
    pub person: PersonPart,
    /// The accounts of the operators of A and B.
    pub operators: Operators,
    sign_ins: Mutex<SignIns>,
    /// Tenant A, its sign-in policies, and those of B.
    sign_in_policies: (Uuid, PoliciesPart, PoliciesPart),
    /// Policies of tenant A.
    pub policy: PolicyPart,
    /// True where the endpoint for the machine's identity gives tokens for registries.
    pub machine_registry_audience: bool,
    /// The number of items that a page of a list has. Usual pages where it is not given.
    pub page: Option<usize>,
    /// The finds of queries of which more pages are to come.
    pub results: Results,
    /// The origin that no client should be led to.
    pub trap: Trap,
    /// Makes and opens tokens.
    pub issuer: Issuer,
    /// `https://localhost:PORT`, where Entra, Graph and the Resource Manager are, without a slash at the end.
    pub origin: String,
    /// A client that trusts the cloud's own certificates: what the nodes pull with.
    pub node_client: reqwest::Client,
    tasks: Mutex<JoinSet<()>>,
}

impl Cloud {
    /// A cloud that begins with `world`, as the scenarios set it up.
    #[must_use]
    pub fn new(
        world: World,
        operators: Operators,
        clock: Clock,
        setup: &Setup,
        origin: String,
        trap: Trap,
        node_client: reqwest::Client,
    ) -> Self {
        let a = world.a;
        Self {
            world: Mutex::new(world),
            clock,
            times: Times::default().with(&setup.time),
            person: setup.person.clone(),
            operators,
            sign_ins: Mutex::default(),
            sign_in_policies: (a, setup.world.policies_a.clone(), setup.world.policies_b.clone()),
            policy: setup.policy.clone(),
            machine_registry_audience: setup.world.machine_registry_audience != Some(false),
            page: setup.world.page,
            results: Results::default(),
            trap,
            issuer: Issuer::default(),
            origin,
            node_client,
            tasks: Mutex::default(),
        }
    }

    /// Returns the world, locked. Never hold it over an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the sign-ins of people, locked. Never hold them over an await; the world may be locked while they are.
    pub fn sign_ins(&self) -> MutexGuard<'_, SignIns> {
        self.sign_ins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the sign-in policies of a tenant; of the one tenant that is both, those of A.
    #[must_use]
    pub fn policies(&self, tenant: Uuid) -> &PoliciesPart {
        let (id, a, b) = &self.sign_in_policies;
        if tenant == *id { a } else { b }
    }

    /// Returns the addresses of its own listeners, the trap's not among them: `https://localhost:PORT`.
    #[must_use]
    pub fn origins(&self) -> Vec<String> {
        let world = self.world();
        let registries = world.registries.iter().map(|registry| &registry.login_server);
        let apis = world.clusters.iter().map(|cluster| &cluster.kubernetes.address);
        let others = registries.chain(apis).filter(|address| !address.is_empty());
        std::iter::once(self.origin.clone()).chain(others.map(|address| format!("https://{address}"))).collect()
    }

    /// Runs something beside the requests until it ends or the cloud stops.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Ends everything that [`Cloud::spawn`] started.
    pub fn stop(&self) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cloud").field("origin", &self.origin).finish_non_exhaustive()
    }
}
