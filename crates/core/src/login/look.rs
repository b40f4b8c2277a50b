//! The looks of `crosspull login --check`: the links of the chain from a name to the bytes of a layer, in the order in
//! which a pull needs them, each with its answer and its exit code.

use std::net::IpAddr;

use crate::cloud::Endpoints;
use crate::explain::{Firewall, Meaning, NoConnection, Refusal, Trouble};
use crate::ids::RegistryId;
use crate::input::Key;
use crate::text::listed;
use crate::wording::Wording;

/// A link of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// The host's name has an address.
    Name,
    /// An IPv4 address of it takes a connection.
    Ipv4,
    /// An IPv6 address of it takes a connection.
    Ipv6,
    /// The proxy, where one is named for the host, connects to it.
    Proxy,
    /// The host shows a certificate for its name, of an authority that this machine trusts.
    Tls,
    /// The cloud is known, and the host is one of its registries. No secret goes anywhere else.
    Cloud,
    /// The registry's network rules let this machine in.
    Firewall,
    /// The registry says where its tokens come from.
    Challenge,
    /// Entra gives a token.
    SignIn,
    /// The registry takes Entra's token for one of its own.
    Exchange,
    /// The registry grants to pull.
    Right,
    /// The repository is there.
    Repository,
    /// The manifest can be read.
    Manifest,
    /// The registry leads to a layer.
    Layer,
    /// The bytes of the layer can be had where the registry leads to.
    DataEndpoint,
    /// A node of a cluster pulls the image.
    FromCluster,
}

/// Names and exit codes of the looks. 4, 10, 52 and 60 are canipull's, for what they mean there (`pkg/exitcode` of
/// Azure/aks-canipull); its code for a sign-in is [`Failure::REFUSED_SIGN_IN`].
const LOOKS: [(Look, &str, u8); 16] = [
    (Look::Name, "name", 52),
    (Look::Ipv4, "IPv4", 53),
    (Look::Ipv6, "IPv6", 53),
    (Look::Proxy, "proxy", 54),
    (Look::Tls, "TLS", 55),
    (Look::Cloud, "cloud", 4),
    (Look::Firewall, "firewall", 56),
    (Look::Challenge, "challenge", 57),
    (Look::SignIn, "sign-in", 58),
    (Look::Exchange, "exchange", 59),
    (Look::Right, "right", 60),
    (Look::Repository, "repository", 61),
    (Look::Manifest, "manifest", 62),
    (Look::Layer, "layer", 63),
    (Look::DataEndpoint, "data endpoint", 64),
    (Look::FromCluster, "from cluster", 65),
];

/// The exit codes of a check, for its help. Several looks may fail; the code is that of the first.
pub const EXIT_CODES: &str = "\
Exit codes of --check, of the first look that does not hold:
   0  all hold                       57  challenge: no registry answers
   1  nothing could be looked at     58  sign-in: Entra could not be asked
   2  wrong input; nothing called    59  exchange: the token is refused
   4  cloud: not known               60  right: no right to pull
  10  sign-in: Entra refuses it      61  repository: not there
  52  name: not resolved             62  manifest: not there, or not read
  53  IPv4, IPv6: no connection      63  layer
  54  proxy                          64  data endpoint
  55  TLS                            65  from cluster: a node does not pull
  56  firewall                      130  stopped";

impl Look {
    /// Returns all looks, in their order.
    pub fn all() -> impl Iterator<Item = Self> {
        LOOKS.iter().map(|(look, ..)| *look)
    }

    fn row(self) -> (&'static str, u8) {
        LOOKS.iter().find(|(look, ..)| *look == self).map_or(("", 1), |(_, name, code)| (name, *code))
    }

    /// Returns the name of the look, as output has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// Returns the exit code where the look does not hold.
    #[must_use]
    pub fn code(self) -> u8 {
        self.row().1
    }

    /// Returns the look that a cause keeps from holding, where name and address were seen to hold before.
    #[must_use]
    pub const fn of(cause: NoConnection) -> Self {
        match cause {
            NoConnection::ProxyUnreached
            | NoConnection::ProxyCredentials
            | NoConnection::ProxyCredentialsRefused
            | NoConnection::ProxySignIn
            | NoConnection::ProxyPortal
            | NoConnection::NoProxy
            | NoConnection::BeyondProxy
            | NoConnection::ProxyForbids
            | NoConnection::ProxyFails
            | NoConnection::ProxyKind => Self::Proxy,
            NoConnection::NotAzure | NoConnection::GatewayTrouble => Self::Challenge,
            _ => Self::Tls,
        }
    }
}

/// The answer to a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The link holds.
    Holds,
    /// It does not hold, and nothing hangs on it.
    Noted,
    /// It does not hold.
    Fails(Box<Failure>),
    /// It was not asked; what was seen says why.
    NotAsked,
}

impl State {
    /// Returns the word for the answer in JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Noted => "noted",
            Self::Fails(_) => "fails",
            Self::NotAsked => "not_asked",
        }
    }

    /// Returns the mark for the answer in text.
    #[must_use]
    pub const fn mark(&self) -> char {
        match self {
            Self::Holds => '✓',
            Self::Noted => '!',
            Self::Fails(_) => '✗',
            Self::NotAsked => '-',
        }
    }
}

/// The reason why a look does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The cause, as sentences.
    pub why: String,
    /// The cure.
    pub now: Wording,
    /// The exit code.
    pub code: u8,
    /// The answer behind it, or the lack of one.
    pub refusal: Option<Refusal>,
}

impl Failure {
    /// The exit code where Entra, or what stands for it on this machine, refuses the sign-in. What could not be asked has
    /// the look's own.
    pub const REFUSED_SIGN_IN: u8 = 10;
}

/// A look with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The look.
    pub look: Look,
    /// The answer.
    pub state: State,
    /// Everything that was seen, in a few words without a full stop.
    pub seen: String,
    /// The time that it took, in milliseconds. `None` where nothing was asked.
    pub ms: Option<u64>,
}

impl Looked {
    /// Returns a look that holds.
    #[must_use]
    pub fn holds(look: Look, seen: impl Into<String>) -> Self {
        Self { look, state: State::Holds, seen: seen.into(), ms: None }
    }

    /// Returns a look that does not hold where nothing hangs on it.
    #[must_use]
    pub fn noted(look: Look, seen: impl Into<String>) -> Self {
        Self { look, state: State::Noted, seen: seen.into(), ms: None }
    }

    /// Returns a look that was not asked, and why.
    #[must_use]
    pub fn not_asked(look: Look, seen: impl Into<String>) -> Self {
        Self { look, state: State::NotAsked, seen: seen.into(), ms: None }
    }

    /// Returns a look that does not hold; the trouble tells what was seen, why, and the cure.
    #[must_use]
    pub fn fails(look: Look, trouble: Trouble) -> Self {
        let Trouble { what, why, now, refusal } = trouble;
        let failure = Failure { why, now, code: look.code(), refusal };
        Self { look, state: State::Fails(Box::new(failure)), seen: what, ms: None }
    }

    /// Returns the answer with the time that it took.
    #[must_use]
    pub fn within(self, ms: u64) -> Self {
        Self { ms: Some(ms), ..self }
    }

    /// Returns the reason, where it does not hold.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match &self.state {
            State::Fails(failure) => Some(failure),
            State::Holds | State::Noted | State::NotAsked => None,
        }
    }
}

/// A connection to one address: what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The address.
    pub address: IpAddr,
    /// Nothing where it takes connections, else the cause and the system's words.
    pub failed: Option<(NoConnection, String)>,
    /// The time that it took, in milliseconds.
    pub ms: u64,
}

/// Judges whether a host's name has an address.
#[must_use]
pub fn judge_name(host: &str, found: Result<&[IpAddr], &str>) -> Looked {
    let cause = NoConnection::NameNotFound;
    match found {
        Ok([]) => failed(Look::Name, cause, &format!("{host} has no address")),
        Ok(found) => {
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            Looked::holds(Look::Name, format!("{host} is {}", listed(&found)))
        }
        Err(words) => failed(Look::Name, cause, &format!("{host}: {words}")),
    }
}

/// Judges whether a host is reached by IPv4, and whether by IPv6. One of them is enough: clients take the other where one
/// does not connect (RFC 8305).
#[must_use]
pub fn judge_addresses(reached: &[Reached]) -> [Looked; 2] {
    let of = |v6: bool| reached.iter().filter(move |one| one.address.is_ipv6() == v6);
    [(Look::Ipv4, false), (Look::Ipv6, true)].map(|(look, v6)| {
        let other = of(!v6).any(|one| one.failed.is_none());
        let [this, serves] = if v6 { ["IPv6", "IPv4 serves"] } else { ["IPv4", "IPv6 serves"] };
        let took = of(v6).map(|one| one.ms).min();
        let looked = match (of(v6).find(|one| one.failed.is_none()), of(v6).find_map(|one| one.failed.as_ref())) {
            (Some(one), _) => Looked::holds(look, format!("{} takes connections", one.address)),
            (None, None) if other => Looked::noted(look, format!("no {this} address; {serves}")),
            (None, None) => Looked::not_asked(look, format!("no {this} address")),
            (None, Some((_, words))) if other => Looked::noted(look, format!("{words}; {serves}")),
            (None, Some((cause, words))) => failed(look, *cause, words),
        };
        Looked { ms: took, ..looked }
    })
}

/// Returns a look that a cause keeps from holding; the table tells meaning and cure.
#[must_use]
pub fn failed(look: Look, cause: NoConnection, words: &str) -> Looked {
    Looked::fails(look, Trouble::new(words, cause.means(), cause.now()))
}

/// Judges the refusal of a registry at its door. It judges where a request comes from, and nothing else yet
/// (`docs/facts/azure.md` 3.10).
#[must_use]
pub fn judge_door(registry: &RegistryId, refusal: Refusal) -> Looked {
    match Firewall::of(&refusal) {
        Some(firewall) => {
            let seen = firewall.saw.map_or_else(|| "refused".to_owned(), |address| format!("refused as {address}"));
            let trouble = Trouble::from_refusal(seen, refusal);
            let why = format!("{}.", firewall.why(registry));
            Looked::fails(Look::Firewall, trouble.because(why, firewall.cure(registry)))
        }
        None if refusal.status == Some(403) => {
            let trouble = Trouble::from_refusal("refused with 403", refusal);
            Looked::fails(
                Look::Firewall,
                trouble.because(
                    "It refuses before anybody signs in, as network rules do, and names no address.",
                    format!(
                        "Look whether this machine's address is allowed under {}'s Networking, and whether its name leads \
                         to a private endpoint from here.",
                        registry.name()
                    ),
                ),
            )
        }
        None => {
            let is_of_service = Meaning::of(&refusal).is_some() || matches!(refusal.status, Some(429 | 500..));
            let trouble = Trouble::from_refusal(format!("answered with {}", refusal.code), refusal);
            let other = "What answers there does not do so as a registry.";
            let now = "Look whether the name is a registry's, and what stands between.";
            Looked::fails(Look::Challenge, if is_of_service { trouble } else { trouble.because(other, now) })
        }
    }
}

/// Judges whether a host is one that a registry of the cloud has.
#[must_use]
pub fn judge_cloud(endpoints: &Endpoints, server: &url::Url) -> Looked {
    let (cloud, host) = (&endpoints.name, server.host_str().unwrap_or_default());
    if endpoints.has_registry(server) {
        let login = endpoints.login.host_str().unwrap_or_default();
        return Looked::holds(Look::Cloud, format!("{cloud}, which signs in at {login}"));
    }
    let why = format!("{host} is no host of {cloud}'s registries, so no secret is sent there.");
    Looked::fails(
        Look::Cloud,
        Trouble::new(cloud, why, Wording::from("Check the name, and give the registry's cloud by ") + Key::Cloud + "."),
    )
}

/// Judges a sign-in that gave no token.
#[must_use]
pub fn judge_sign_in(trouble: Trouble) -> Looked {
    let refused = trouble.keeps_out();
    let code = if refused { Failure::REFUSED_SIGN_IN } else { Look::SignIn.code() };
    let seen = match &trouble.refusal {
        Some(refusal) if refusal.status.is_some() => format!("refused with {}", refusal.code),
        Some(_) => "not answered".to_owned(),
        None => "no token".to_owned(),
    };
    let looked = Looked::fails(Look::SignIn, Trouble { what: seen, ..trouble });
    match looked.state {
        State::Fails(failure) => Looked { state: State::Fails(Box::new(Failure { code, ..*failure })), ..looked },
        state => Looked { state, ..looked },
    }
}

/// Judges the refusal of a registry that was given a token of Entra, of that tenant. It does not say why
/// (`docs/facts/azure.md` 3.10).
#[must_use]
pub fn judge_exchange(registry: &RegistryId, tenant: &str, for_registries: bool, refusal: Refusal) -> Looked {
    let name = registry.name();
    let is_of_token = matches!(refusal.status, Some(400 | 401 | 403));
    let trouble = Trouble::from_refusal(format!("refused with {}", refusal.code), refusal);
    if !is_of_token {
        return Looked::fails(Look::Exchange, trouble);
    }
    let arm = "and this token is for Resource Manager, which some registries do not take";
    let why = format!(
        "{name} does not take a token of tenant {tenant}. It takes those of its own tenant, from who has a role there{}.",
        if for_registries { String::new() } else { format!("; {arm}") }
    );
    let now = Wording::from(format!("Give {name}'s own tenant by "))
        + Key::TenantB
        + "; where it is that one, ask whoever runs the registry for a role there, such as AcrPull.";
    Looked::fails(Look::Exchange, trouble.because(why, now))
}

/// Returns the exit code of a check: that of the first look that does not hold, else 0.
#[must_use]
pub fn exit_code(looks: &[Looked]) -> u8 {
    looks.iter().find_map(Looked::failure).map_or(0, |failure| failure.code)
}
