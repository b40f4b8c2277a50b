//! Starting, asking and stopping a simulated cloud.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpSocket},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use crate::{
    arm,
    clock::Clock,
    cloud::{Cloud, Shared},
    consent::{self, ConsentError},
    entra,
    faults::Faults,
    files::{self, Ready},
    front::{Door, Front},
    graph, kubernetes,
    log::{Exchange, Log},
    nodes, registry,
    scenario::{Scenario, Setup},
    server, steering,
    tls::{self, TlsError},
    trap::{Trap, Trapped, answer},
    world::{
        KubernetesAccess,
        happy::{self, Operator, credentials, pull_secrets},
        view,
    },
};

mod access;

/// The options of a simulated cloud.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address of the shared origin, on loopback only. Port 0 is any free one. Registries, Kubernetes APIs and the
    /// trap listen on free ports beside it.
    pub listen: SocketAddr,
    /// Scenarios, later ones over earlier ones.
    pub scenarios: Vec<Scenario>,
    /// The delay of every answer, on the wall clock.
    pub latency: Duration,
    /// The divisor of every other delay.
    pub speed: f64,
    /// True where whole exchanges are kept in memory, for tests.
    pub record: bool,
}

impl Default for Options {
    fn default() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { listen, scenarios: Vec::new(), latency: Duration::ZERO, speed: 1.0, record: false }
    }
}

/// The reason why a simulated cloud does not start.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The address can be reached from outside.
    #[error("{0} is not a loopback address; the simulated cloud listens on 127.0.0.1 or ::1 only")]
    NotLoopback(SocketAddr),
    /// The speed is no positive number.
    #[error("the speed is {0}; it must be a number above 0, such as 1 or 50")]
    Speed(f64),
    /// The machine does not let the cloud listen.
    #[error("cannot listen on {address}: {why}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The error of the system.
        why: std::io::Error,
    },
    /// The certificates cannot be made.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The client of the nodes cannot be made.
    #[error("the client of the nodes cannot be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// One of the two tenants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenant {
    /// The cluster's.
    A,
    /// The registry's.
    B,
}

/// A running simulated cloud; it ends when this is dropped.
pub struct Sim {
    cloud: Shared,
    log: Arc<Log>,
    ready: Ready,
    ca_pem: String,
    operator_a: Operator,
    operator_b: Operator,
    answers: Answers,
    listeners: JoinSet<()>,
    /// Ports of Kubernetes APIs that do not answer.
    _reserved: Vec<TcpSocket>,
}

/// The contents of `answers.toml` beside ids.
struct Answers {
    consent: String,
    repositories: Vec<String>,
    speed: f64,
}

/// Starts a simulated cloud. It is ready when this returns.
///
/// # Errors
/// The options are wrong, or the machine does not let it listen.
pub async fn start(options: Options) -> Result<Sim, SimError> {
    if !server::is_loopback(options.listen.ip()) {
        return Err(SimError::NotLoopback(options.listen));
    }
    if !(options.speed.is_finite() && options.speed > 0.0) {
        return Err(SimError::Speed(options.speed));
    }
    let setup = Setup::of(&options.scenarios);
    let clock = Clock::running(options.speed);
    let mut begin = happy::build(&setup, clock.timestamp());
    let tls = tls::make()?;
    let main = bind(options.listen).await?;
    let origin = format!("https://localhost:{}", port(&main, options.listen)?);
    let mut registries = Vec::new();
    for registry in &begin.world.registries {
        let listener = bind(SocketAddr::new(options.listen.ip(), 0)).await?;
        let login_server = format!("localhost:{}", port(&listener, options.listen)?);
        registries.push((registry.id.clone(), login_server, listener));
    }
    let login_servers: Vec<String> = registries.iter().map(|(_, login_server, _)| login_server.clone()).collect();
    happy::settle(&mut begin.world, &login_servers);
    credentials::settle(&mut begin.world, &origin, clock.timestamp());
    pull_secrets::settle(&mut begin.world, &setup.world, clock.timestamp());
    let mut apis = Vec::new();
    for cluster in &mut begin.world.clusters {
        let api = &mut cluster.kubernetes;
        let answers = api.access != KubernetesAccess::Private && cluster.power_state == "Running";
        let place =
            if answers { Place::bind(options.listen.ip()).await? } else { Place::reserve(options.listen.ip())? };
        api.address = format!("localhost:{}", place.port);
        api.authority.clone_from(&tls.ca_pem);
        api.users = kubernetes::users(&tls.authority, api.access)?;
        kubernetes::bootstrap(cluster);
        apis.push((cluster.id.clone(), place));
    }
    let trap_listener = bind(SocketAddr::new(options.listen.ip(), 0)).await?;
    let trap = Trap::at(format!("https://localhost:{}", port(&trap_listener, options.listen)?));
    let ready = files::ready(&begin.world, &origin);

    let node_client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls.client)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(nodes::deadline(&clock))
        .build()?;
    let cloud = Arc::new(Cloud::new(begin.world, begin.people, clock, &setup, origin, trap, node_client));
    let log = Arc::new(Log::default());
    let faults = Arc::new(Faults::new(setup.fault));
    let front = |door| {
        let (cloud, log, faults) = (Shared::clone(&cloud), Arc::clone(&log), Arc::clone(&faults));
        let front = Arc::new(Front { cloud, faults, log, latency: options.latency, record: options.record, door });
        move |request, cut| Arc::clone(&front).answer(request, cut)
    };
    let acceptor = TlsAcceptor::from(tls.server);
    let mut listeners = JoinSet::new();
    let door = Door::Cloud {
        entra: entra::router(Shared::clone(&cloud)),
        graph: graph::router(Shared::clone(&cloud)),
        arm: arm::router(Shared::clone(&cloud)),
        steering: steering::router(Shared::clone(&cloud), Arc::clone(&log)),
    };
    listeners.spawn(server::serve(main, acceptor.clone(), front(door)));
    for (id, _, listener) in registries {
        let tenant = cloud.world().tenant_of(&id);
        let router = registry::router(Shared::clone(&cloud), id, options.listen.ip());
        let door = Door::Registry { router, tenant };
        listeners.spawn(server::serve(listener, acceptor.clone(), front(door)));
    }
    let kubernetes_acceptor = TlsAcceptor::from(tls.kubernetes);
    let mut reserved = Vec::new();
    for (id, place) in apis {
        let tenant = cloud.world().tenant_of(&id);
        match place.held {
            Held::Listener(listener) => {
                let door = Door::Kubernetes { router: kubernetes::router(Shared::clone(&cloud), id), tenant };
                listeners.spawn(server::serve(listener, kubernetes_acceptor.clone(), front(door)));
            }
            Held::Silent(socket) => reserved.push(socket),
        }
    }
    let trapped = Shared::clone(&cloud);
    let trapping = move |request, _| answer::answer(Shared::clone(&trapped), request);
    listeners.spawn(server::serve(trap_listener, acceptor.clone(), trapping));
    nodes::begin(&cloud);
    let answers = Answers {
        consent: setup.answers.consent.unwrap_or_else(|| "direct".to_owned()),
        repositories: setup.answers.repository.unwrap_or_else(|| vec!["shop/web:1.4".to_owned()]),
        speed: options.speed,
    };
    let (operator_a, operator_b) = (begin.operator_a, begin.operator_b);
    Ok(Sim { cloud, log, ready, ca_pem: tls.ca_pem, operator_a, operator_b, answers, listeners, _reserved: reserved })
}

/// A port of this machine, on which a Kubernetes API listens or nobody ever does.
struct Place {
    port: u16,
    held: Held,
}

enum Held {
    Listener(TcpListener),
    Silent(TcpSocket),
}

impl Place {
    async fn bind(address: IpAddr) -> Result<Self, SimError> {
        let address = SocketAddr::new(address, 0);
        let listener = bind(address).await?;
        Ok(Self { port: port(&listener, address)?, held: Held::Listener(listener) })
    }

    /// Takes a port without listening on it: who connects is refused, and nobody else gets it.
    fn reserve(address: IpAddr) -> Result<Self, SimError> {
        let address = SocketAddr::new(address, 0);
        let why = |why| SimError::Listen { address, why };
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.map_err(why)?;
        socket.bind(address).map_err(why)?;
        let port = socket.local_addr().map_err(why)?.port();
        Ok(Self { port, held: Held::Silent(socket) })
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, SimError> {
    TcpListener::bind(address).await.map_err(|why| SimError::Listen { address, why })
}

fn port(listener: &TcpListener, address: SocketAddr) -> Result<u16, SimError> {
    listener.local_addr().map(|bound| bound.port()).map_err(|why| SimError::Listen { address, why })
}

impl Sim {
    /// Returns what one needs to know to use the cloud: the JSON line of `docs/SIMULATED-CLOUD.md` 1.
    #[must_use]
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Returns the certificate of the authority that signed its certificates.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Returns the operator of a tenant.
    #[must_use]
    pub fn operator(&self, tenant: Tenant) -> &Operator {
        match tenant {
            Tenant::A => &self.operator_a,
            Tenant::B => &self.operator_b,
        }
    }

    /// Returns complete answers for a run against this cloud, in TOML.
    #[must_use]
    pub fn answers_toml(&self, ca_file: Option<&Path>) -> String {
        let answers = &self.answers;
        let route = self.follows_the_documents().then_some("new-app");
        files::answers_toml(&self.ready, route, &answers.consent, &answers.repositories, answers.speed, ca_file)
    }

    /// True where the flow of Microsoft's page can be gone: a service-principal cluster, and a registry in another
    /// tenant. Elsewhere the route is for whoever reads the answers to choose.
    fn follows_the_documents(&self) -> bool {
        let world = self.cloud.world();
        let has_credential = |cluster: &crate::world::Cluster| cluster.identity.credential().is_some();
        world.a != world.b && world.clusters.first().is_some_and(has_credential)
    }

    /// Returns shell lines that export the operators' credentials and the address of this cloud.
    #[must_use]
    pub fn env_lines(&self, ca_file: Option<&Path>) -> String {
        files::env_lines(&self.ready, &self.operator_a, &self.operator_b, ca_file)
    }

    /// Returns the world, as `/_sim/world` shows it.
    #[must_use]
    pub fn world(&self) -> Value {
        view::of(&self.cloud.world())
    }

    /// Returns the requests so far, as `/_sim/requests` shows them.
    #[must_use]
    pub fn requests(&self) -> Value {
        self.log.entries().iter().filter_map(|entry| serde_json::to_value(entry).ok()).collect()
    }

    /// Lets so many simulated seconds pass at once, as `/_sim/time` does.
    pub fn pass(&self, seconds: f64) {
        self.cloud.clock.advance(seconds);
    }

    /// Plays the administrator of a tenant (an id, a domain, `a` or `b`) who consents to an application; gives the object id of its service principal there.
    ///
    /// # Errors
    /// Why it cannot be let in.
    pub fn consent(&self, tenant: &str, app_id: &str) -> Result<Uuid, ConsentError> {
        consent::give(&self.cloud, tenant, app_id)
    }

    /// Returns the whole exchanges so far, if [`Options::record`] was set.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.log.exchanges()
    }

    /// Returns what was sent to the trap so far, secrets included. Nothing should be.
    #[must_use]
    pub fn trap(&self) -> Vec<Trapped> {
        self.cloud.trap.kept()
    }

    /// Returns the address of the trap: `https://localhost:PORT`.
    #[must_use]
    pub fn trap_origin(&self) -> &str {
        &self.cloud.trap.origin
    }

    /// Ends it and waits until its listeners are closed.
    pub async fn stop(mut self) {
        self.cloud.stop();
        self.listeners.shutdown().await;
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.cloud.stop();
        self.listeners.abort_all();
    }
}

impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sim").field("ready", &self.ready).finish_non_exhaustive()
    }
}
