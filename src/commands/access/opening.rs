//! The part that `access open` and `access close` share: who, where, which way in; and the look before the plan.

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use crosspull_azure::access::cluster;
use crosspull_azure::access::opening::{Look, in_short};
use crosspull_azure::access::principal::{self, Found};
use crosspull_azure::door::Door;
use crosspull_azure::journal::JournalError;
use crosspull_azure::reply::{object_of, tenant_of};
use crosspull_azure::request::Audience;
use crosspull_core::access::{BoundRole, ClusterAccess, KubernetesRole, PrincipalRef};
use crosspull_core::check::{Check, Finding};
use crosspull_core::event::Event;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{ObjectId, TenantId, TenantRef};
use crosspull_core::input::{Answers, Key, namespace};
use crosspull_core::names::Side;
use crosspull_core::opening::{Asked, Wanted, offers, refused};
use crosspull_core::plan::Plan;

use super::asked::{self, AskedCluster};
use crate::backend::Backend;
use crate::cli::{inputs_of, output, yes};
use crate::exit::{Code, WRONG_INPUT};
use crate::headless::lines::aside;
use crate::headless::{Session, nobody_to_ask, told};
use crate::places;

/// The part that takes what was opened.
pub const CLOSE: &str = "close";

const PRINCIPAL: &str = "principal";
const ROLE: &str = "role";
const BIND: &str = "bind";
const GROUP: &str = "group";
const LOCAL_ADMIN: &str = "local-admin";
/// The word is an input's too, which takes a list.
const NAMESPACE: &str = "in-namespace";

/// Adds the arguments that both commands have.
pub fn arguments(command: Command) -> Command {
    let text = |id: &'static str, value: &'static str| Arg::new(id).long(id).value_name(value);
    command
        .arg(text(PRINCIPAL, "WHO").help(
            "me, a user principal name, an object id, the name of a group or service principal, or \
             system:serviceaccount:NAMESPACE:NAME",
        ))
        .arg(
            text(ROLE, "ROLE")
                .value_parser(KubernetesRole::ALL.map(KubernetesRole::word))
                .help("A role of Azure at the cluster, or at --namespace"),
        )
        .arg(text(BIND, "NAME").help(
            "A role of Kubernetes: view, edit, admin, cluster-admin, another ClusterRole, or role/NAME of the namespace",
        ))
        .arg(text(GROUP, "GROUP").help("A group of administrators by name or id, or another group by its id"))
        .arg(
            Arg::new(LOCAL_ADMIN)
                .long(LOCAL_ADMIN)
                .action(ArgAction::SetTrue)
                .help("The kubeconfig of the local admin account, which may do everything"),
        )
        .group(ArgGroup::new("wanted").args([ROLE, BIND, GROUP, LOCAL_ADMIN]))
        .arg(Arg::new(NAMESPACE).long("namespace").value_name("NAME").help("One namespace, in place of the whole cluster"))
        .args(asked::arguments())
        .args(inputs_of([Key::Kubeconfig, Key::Context, Key::ClusterCredential]))
        .arg(yes())
        .arg(output())
}

/// A way in as somebody names it, before the group is looked up.
#[derive(Debug, Clone)]
enum Named {
    Role(KubernetesRole),
    Bind(BoundRole),
    Group(String),
}

/// The arguments, before anything is looked up.
#[derive(Debug, Clone)]
struct Request {
    cluster: AskedCluster,
    principal: PrincipalRef,
    namespace: Option<String>,
    wanted: Named,
    /// True where who left the directory is meant too: what they held can be closed.
    takes_who_left: bool,
}

/// The things that were looked up before the plan.
pub struct Seen<'a> {
    pub asked: Asked,
    pub access: ClusterAccess,
    pub look: Look<'a>,
    /// True where the directory says that it has nobody of that id or name.
    pub left_directory: bool,
    pub tenant: TenantId,
    /// The object id of who is signed in, where the token tells it.
    pub operator: Option<ObjectId>,
    pub cloud: &'a str,
}

/// A plan, with the findings that go before it.
pub type Planned = (Plan, Vec<Finding>);

fn word(arguments: &ArgMatches, id: &str) -> Option<String> {
    arguments.get_one::<String>(id).cloned()
}

fn read(arguments: &ArgMatches, part: &str) -> Result<Request, Vec<String>> {
    let cluster = AskedCluster::read(arguments);
    let principal = word(arguments, PRINCIPAL).ok_or_else(|| "missing: say who is meant".to_owned());
    let principal = principal.and_then(|text| text.parse::<PrincipalRef>()).map_err(|why| format!("principal: {why}"));
    let named = word(arguments, NAMESPACE).map(|text| namespace(&text)).transpose();
    let named = named.map_err(|why| format!("namespace: {why}"));
    let wanted = wanted(arguments);
    let mut complaints = cluster.as_ref().err().cloned().unwrap_or_default();
    complaints.extend(principal.as_ref().err().cloned());
    complaints.extend(named.as_ref().err().cloned());
    complaints.extend(wanted.as_ref().err().cloned());
    complaints.extend(nobody_to_ask(arguments));
    match (cluster, principal, named, wanted) {
        (Ok(cluster), Ok(principal), Ok(namespace), Ok(wanted)) if complaints.is_empty() => {
            Ok(Request { cluster, principal, namespace, wanted, takes_who_left: part == CLOSE })
        }
        _ => Err(complaints),
    }
}

fn wanted(arguments: &ArgMatches) -> Result<Named, String> {
    if arguments.get_flag(LOCAL_ADMIN) {
        return Ok(Named::Role(KubernetesRole::ClusterAdmin));
    }
    let role = word(arguments, ROLE).and_then(|word| KubernetesRole::from_word(&word));
    match (role, word(arguments, BIND), word(arguments, GROUP)) {
        (Some(role), ..) => Ok(Named::Role(role)),
        (_, Some(name), _) => name.parse().map(Named::Bind).map_err(|why: String| format!("bind: {why}")),
        (.., Some(name)) => Ok(Named::Group(name)),
        _ => Err("which way in is meant is missing".to_owned()),
    }
}

/// Tells what can be opened or closed, where no way in is named.
fn tell_offers(arguments: &ArgMatches, part: &str) -> Code {
    let of = |id, placeholder: &str| word(arguments, id).unwrap_or_else(|| placeholder.to_owned());
    let cluster = arguments.get_many::<String>(Key::Cluster.name()).and_then(|mut all| all.next()).cloned();
    let cluster = cluster.unwrap_or_else(|| "CLUSTER".to_owned());
    aside(&format!("crosspull: nothing was called: say what to {part}. The least first:"));
    for offer in offers(part, &cluster, &of(PRINCIPAL, "WHO"), word(arguments, NAMESPACE).as_deref()) {
        aside(&format!("  {}", offer.gives));
        aside(&format!("      {}", offer.command));
    }
    WRONG_INPUT
}

/// Looks, plans, asks and carries out. `plan` makes the plan of what was seen.
///
/// # Errors
/// An error where signals or standard output cannot be used.
pub async fn run(
    arguments: &ArgMatches,
    part: &str,
    plan: impl AsyncFn(&Seen<'_>) -> Result<Planned, Finding>,
) -> color_eyre::Result<Code> {
    if [ROLE, BIND, GROUP].iter().all(|id| word(arguments, id).is_none()) && !arguments.get_flag(LOCAL_ADMIN) {
        return told(arguments, async |stream| {
            let code = tell_offers(arguments, part);
            let now = "Name one of the ways in that standard error lists.";
            let trouble = Trouble::new("Nothing was called.", format!("It is not said what to {part}."), now);
            stream.end(crosspull_core::names::Verdict::Stopped, Some(trouble));
            Ok(code)
        })
        .await;
    }
    told(arguments, async |stream| {
        let request = match read(arguments, part) {
            Ok(request) => request,
            Err(complaints) => return Ok(stream.complain(&complaints)),
        };
        let session = Session::new(arguments, stream, Default::default())?;
        let backend = session.backend.clone();
        let planned = async { planned(&backend, &request, plan).await };
        session.carry_out(planned, places::runs()?).await
    })
    .await
}

/// Returns the plan and the answers of its run; none where something stops, which is said.
async fn planned(
    backend: &Backend,
    request: &Request,
    plan: impl AsyncFn(&Seen<'_>) -> Result<Planned, Finding>,
) -> Result<Option<(Plan, Answers)>, JournalError> {
    let way = request.cluster.way.clone();
    let Some(door) = backend.open(&way.access, way.credentials).await? else { return Ok(None) };
    let check = Check::Access(request.cluster.cluster.clone());
    backend.announce(Event::CheckStarted { check: check.clone() })?;
    let stop = |trouble: Trouble| Finding {
        refusal: trouble.refusal.clone(),
        ..check.clone().stop(in_short(&trouble), trouble.now)
    };
    // What a stop cut off is no finding.
    let is_stopped = || door.wire().control().is_stopped();
    let seen = match see(&door, request).await {
        Ok(seen) => seen,
        Err(_) if is_stopped() => return Ok(None),
        Err(trouble) => {
            backend.announce(Event::CheckEnded { finding: stop(trouble) })?;
            return Ok(None);
        }
    };
    let made = match refused(&seen.asked, seen.access.doors) {
        Some(no) => Err(check.clone().stop(no.why, no.now)),
        None => plan(&seen).await,
    };
    if is_stopped() {
        return Ok(None);
    }
    let (plan, findings) = match made {
        Ok(made) => made,
        Err(finding) => {
            backend.announce(Event::CheckEnded { finding })?;
            return Ok(None);
        }
    };
    for finding in findings {
        backend.announce(Event::CheckEnded { finding })?;
    }
    backend.announce(Event::Planned { plan: plan.clone() })?;
    let mut answers = request.cluster.answers.clone();
    for side in Side::BOTH {
        answers.set(Key::tenant(side), seen.tenant.to_string());
    }
    Ok(Some((plan, answers)))
}

/// Looks up who is signed in, who is meant, and what the cluster is like.
async fn see<'a>(door: &'a Door, request: &'a Request) -> Result<Seen<'a>, Trouble> {
    let named = &request.cluster.way.access.tenants[Side::A];
    if *named != TenantRef::Home {
        crosspull_azure::checks::sign_in(door, named, Side::A).await?;
    }
    let token = door.tokens().token(Side::A, Audience::Arm).await?;
    let tenant = tenant_of(&token).ok_or_else(|| {
        Trouble::new("The tenant is not known.", "The token of this sign-in cannot be read.", "Sign in another way.")
    })?;
    let id = &request.cluster.cluster;
    let look = Look::new(door, id);
    let access = cluster::read(door, id).await;
    let access = access.map_err(|error| error.trouble(format!("{} cannot be looked at.", id.name())))?;
    let found = match request.takes_who_left {
        true => principal::find_or_left(door, look.work(), &request.principal).await?,
        false => Found::There(principal::find(door, look.work(), &request.principal).await?),
    };
    let (look, principal, left_directory) = match found {
        Found::There(principal) => (look, principal, false),
        Found::Left(principal) => (look.who_left(), principal, true),
    };
    let wanted = match &request.wanted {
        Named::Role(role) => Wanted::Role(*role),
        Named::Bind(role) => Wanted::Bind(role.clone()),
        Named::Group(named) => {
            let found = look.group(named, &access.admin_groups).await?;
            if let Some(fixed) = found.fixed {
                let now = "Change them there, or let somebody in another way.";
                return Err(Trouble::new("Its members cannot be changed.", format!("{fixed}."), now));
            }
            Wanted::Group(found.group)
        }
    };
    let asked = Asked { cluster: id.clone(), principal, namespace: request.namespace.clone(), wanted };
    Ok(Seen { asked, access, look, left_directory, tenant, operator: object_of(&token), cloud: &door.endpoints().name })
}

impl Seen<'_> {
    /// Returns a finding that stops, since something could not be read.
    pub fn stopped(&self, trouble: Trouble) -> Finding {
        let check = Check::Access(self.asked.cluster.clone());
        Finding { refusal: trouble.refusal.clone(), ..check.stop(in_short(&trouble), trouble.now) }
    }

    /// Returns the check that this is.
    pub fn check(&self) -> Check {
        Check::Access(self.asked.cluster.clone())
    }
}
