//! `crosspull access kubeconfig`: writes the entry of a cluster into a kubeconfig, and proves that it lets one in.

use clap::{Arg, ArgAction, ArgMatches};
use crosspull_azure::access::kubeconfig::{Known, NotKnown, given, known};
use crosspull_azure::door::Door;
use crosspull_azure::reply;
use crosspull_azure::request::Audience;
use crosspull_azure::sign_in::KUBERNETES_SERVER;
use crosspull_core::access::exec::{ExecSignIn, Fixed};
use crosspull_core::access::kubeconfig::{
    Chosen, EntraServer, Entry, Given, GivenBy, Kubelogin, KubeloginUser, User, Wish,
};
use crosspull_core::explain::Trouble;
use crosspull_core::input::ClusterCredential;
use crosspull_core::kept::{Kept, Sort};
use crosspull_core::names::{Side, Verdict};
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::SignIn;
use jiff::Timestamp;
use serde_json::json;

use super::asked::{self, AskedCluster};
use super::file::Place;
use super::fixed;
use crate::attended::{Attended, Means};
use crate::cli::output;
use crate::commands::Subcommand;
use crate::exit::Code;
use crate::headless::lines::{aside, bytes};
use crate::headless::nobody_to_ask;
use crate::kept::cache::Cache;
use crate::login::tools::on_path;
use crate::sources::environment;
use crate::tell::{Form, complain, print, refused};

/// The command line of `access kubeconfig`, and what it does.
pub const KUBECONFIG: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

const ADMIN: &str = "admin";
const FILE: &str = "file";
const CONTEXT: &str = "as-context";
const KUBELOGIN: &str = "kubelogin";
const OVERWRITE: &str = "overwrite";
const KEEP_CONTEXT: &str = "keep-context";

const AFTER: &str = "The entry goes into the first file of KUBECONFIG that is there, else into ~/.kube/config, and all that is \
there stays. Where Entra signs people in, it runs crosspull access token, with tenant and identity fixed in it, so that \
several tenants live side by side. Then the cluster is asked as whom it knows you.

Exit codes: 0 written, and proved or said why not; 1 not written, or not let in; 2 wrong input, nothing was called.";

/// The sentence about a certificate that no person stands behind.
const EVERYBODYS: &str = "It holds a certificate that is everybody's: Kubernetes sees no person behind it, and it ends only \
when the cluster's certificates are rotated.";

fn arguments() -> clap::Command {
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    clap::Command::new("kubeconfig")
        .about(
            "Writes a cluster's entry into your kubeconfig, without harm to the rest, and proves that it lets you in",
        )
        .after_help(AFTER)
        .args_override_self(true)
        .args(asked::arguments())
        .args([
            flag(ADMIN, "The certificate of the local admin account, which is everybody's"),
            Arg::new(FILE).long(FILE).value_name("FILE").help("Another file; - for standard output, the entry alone"),
            Arg::new(CONTEXT)
                .long("context")
                .value_name("NAME")
                .help("The name of the context [default: as az names it]"),
            flag(KUBELOGIN, "Have kubelogin sign in, not crosspull"),
            flag(OVERWRITE, "Replace an entry of the same name for another server"),
            flag(KEEP_CONTEXT, "Leave the current context as it is"),
            Arg::new("yes").long("yes").action(ArgAction::SetTrue).help("Go on without asking"),
            output(),
        ])
}

/// What is asked for.
struct Asked {
    cluster: AskedCluster,
    place: Place,
    admin: bool,
    kubelogin: bool,
    context: Option<String>,
    overwrite: bool,
    keeps_context: bool,
    form: Form,
}

impl Asked {
    fn read(arguments: &ArgMatches) -> Result<Self, Vec<String>> {
        let text = |name| arguments.get_one::<String>(name).map(String::as_str);
        let cluster = AskedCluster::read(arguments)?;
        let (variable, home) = (std::env::var_os("KUBECONFIG"), std::env::var_os("HOME"));
        let place = Place::of(text(FILE), variable.as_deref(), home.as_deref()).map_err(|why| vec![why])?;
        let asked = Self {
            cluster,
            place,
            admin: arguments.get_flag(ADMIN),
            kubelogin: arguments.get_flag(KUBELOGIN),
            context: text(CONTEXT).map(str::to_owned),
            overwrite: arguments.get_flag(OVERWRITE),
            keeps_context: arguments.get_flag(KEEP_CONTEXT),
            form: Form::of(arguments),
        };
        let mut complaints = Vec::new();
        if asked.admin {
            complaints.extend(nobody_to_ask(arguments));
            if asked.kubelogin {
                complaints.push("kubelogin: it signs people in, and the admin's certificate is no person's".to_owned());
            }
        }
        if asked.place == Place::Standard && asked.form == Form::Json {
            complaints.push("output: standard output is the kubeconfig's, so nothing is told there".to_owned());
        }
        if asked.context.as_deref() == Some("") {
            complaints.push("context: it is empty: give a name, or leave the flag out".to_owned());
        }
        complaints.extend(asked.place.look().err());
        if complaints.is_empty() { Ok(asked) } else { Err(complaints) }
    }

    fn credential(&self) -> ClusterCredential {
        if self.admin { ClusterCredential::Admin } else { ClusterCredential::User }
    }
}

/// Writes the entry of the cluster that the arguments name.
async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let asked = match Asked::read(arguments) {
        Ok(asked) => asked,
        Err(complaints) => return Ok(complain(&complaints)),
    };
    let (form, cloud) = (asked.form, asked.cluster.cloud());
    let mut attended = Attended::new(cloud)?;
    if asked.admin && !arguments.get_flag("yes") {
        aside(&format!("The admin's kubeconfig of {}. {EVERYBODYS}", asked.cluster.cluster.name()));
        match attended.agrees("Write it? Only yes is yes: ").await {
            Ok(true) => {}
            Ok(false) => {
                aside("crosspull: nothing was called, and nothing written");
                return Ok(Verdict::Failed.exit_code());
            }
            Err(code) => return Ok(code),
        }
    }
    let means = attended.means();
    let work = async {
        match write(&asked, &means).await {
            Ok(written) => written.tell(&asked),
            Err(trouble) => Ok(refused(form, &trouble, cloud)),
        }
    };
    attended.see(work).await.unwrap_or_else(Ok)
}

/// An entry that was written.
struct Written {
    chosen: Chosen,
    /// The kubeconfig for standard output.
    alone: Option<Secret>,
    /// How it signs in: `None` by a certificate that is everybody's.
    sign_in: Option<ExecSignIn>,
    proved: Result<Known, NotProved>,
}

/// The reason why it is not known that an entry lets somebody in.
struct NotProved {
    lines: Vec<String>,
    /// True where it is known that it does not.
    is_refused: bool,
}

/// Writes the entry, and proves it.
async fn write(asked: &Asked, means: &Means) -> Result<Written, Trouble> {
    let id = &asked.cluster.cluster;
    let door = asked.cluster.enter(means).await?;
    let text = given(&door, id, asked.credential()).await?;
    let not_written = |why: String| Trouble::new(format!("No entry of {} was written.", id.name()), why, "");
    let given = Given::parse(text.reveal(), KUBERNETES_SERVER)
        .map_err(|why| not_written(format!("The kubeconfig that Azure gives cannot be used: {why}")))?;
    let (user, sign_in) = user(asked, &door, &given).await.map_err(|why| match why {
        NoUser::Trouble(trouble) => trouble,
        NoUser::Because(why) => not_written(why),
    })?;
    let entry = Entry::new(&given, user);
    let wish = Wish { id, context: asked.context.as_deref(), overwrite: asked.overwrite };
    let (chosen, alone) = asked.place.write(&wish, &entry, asked.keeps_context).map_err(not_written)?;
    let proved = prove(asked, means, &door, &text, sign_in.as_ref()).await;
    Ok(Written { chosen, alone: alone.map(Secret::new), sign_in, proved })
}

/// The reason why there is no user for an entry.
enum NoUser {
    Trouble(Trouble),
    Because(String),
}

/// Returns the user of the entry, and the sign-in that it fixes.
async fn user(asked: &Asked, door: &Door, given: &Given) -> Result<(User, Option<ExecSignIn>), NoUser> {
    let server = match &given.by {
        GivenBy::Fixed(user) => return Ok((User::Fixed { user: user.clone(), admin: asked.admin }, None)),
        GivenBy::Entra(server) => server,
    };
    let tenant = match &server.tenant {
        Some(tenant) => Some(tenant.clone()),
        None => {
            let token = door.tokens().token(Side::A, Audience::Arm).await.map_err(NoUser::Trouble)?;
            reply::tenant_of(&token).map(|tenant| tenant.to_string())
        }
    };
    let sign_in = fixed::fix(&asked.cluster, tenant.as_deref(), server).map_err(NoUser::Because)?;
    let user = if asked.kubelogin {
        User::Kubelogin(KubeloginUser::of(server, &kubelogin(&sign_in, server)))
    } else {
        User::Crosspull { program: program().map_err(NoUser::Because)?, sign_in: sign_in.clone() }
    };
    Ok((user, Some(sign_in)))
}

/// Returns the same sign-in as kubelogin calls it (`docs/facts/azure.md` 9.5).
fn kubelogin<'a>(sign_in: &'a ExecSignIn, server: &'a EntraServer) -> Kubelogin<'a> {
    let (client, tenant) = (sign_in.get(Fixed::ClientId), sign_in.get(Fixed::Tenant));
    let of_person = client.or(server.client.as_deref());
    let (method, client, tenant) = match fixed::sign_in(sign_in) {
        SignIn::DeviceCode => ("devicecode", of_person, tenant),
        SignIn::Browser => ("interactive", of_person, tenant),
        SignIn::ServicePrincipal => ("spn", client, tenant),
        SignIn::ManagedIdentity => ("msi", client, None),
        SignIn::WorkloadIdentity => ("workloadidentity", client, tenant),
        SignIn::AzureCli | SignIn::Nobody => ("azurecli", None, tenant),
    };
    Kubelogin { method, client, tenant }
}

/// Returns this program as kubectl is to run it: by its bare name where the PATH leads to it.
fn program() -> Result<String, String> {
    const NAME: &str = "crosspull";
    let own = std::env::current_exe().map_err(|error| format!("It is not known where this program is ({error})"))?;
    let found = on_path(&environment("PATH").unwrap_or_default(), NAME).and_then(|file| file.canonicalize().ok());
    if found.is_some() && found == own.canonicalize().ok() {
        return Ok(NAME.to_owned());
    }
    own.to_str()
        .map(str::to_owned)
        .ok_or_else(|| "The path of this program is no text that a kubeconfig holds".to_owned())
}

/// Asks the cluster as whom it knows whoever signs in by the entry. What signs in is kept for the first call of kubectl.
async fn prove(
    asked: &Asked,
    means: &Means,
    door: &Door,
    given: &Secret,
    sign_in: Option<&ExecSignIn>,
) -> Result<Known, NotProved> {
    let token = match sign_in {
        Some(sign_in) => Some(token(asked, means, sign_in).await?),
        None => None,
    };
    known(door, given, token).await.map_err(|NotKnown { why, is_refused }| {
        let not = if is_refused { "The cluster does not let it in" } else { "Written, not proved" };
        NotProved { lines: vec![format!("{not}: {why}")], is_refused }
    })
}

/// Signs in as the entry does, by the same login: a person is not asked again.
async fn token(asked: &Asked, means: &Means, sign_in: &ExecSignIn) -> Result<Secret, NotProved> {
    let not = |lines: Vec<String>| NotProved { lines, is_refused: true };
    let mut way = fixed::way(sign_in).map_err(not)?;
    way.credentials.keep_persons(asked.cluster.way.credentials.clone(), &way.access);
    let signed_in = fixed::token(means, way).await;
    let (token, expires) = signed_in.map_err(|trouble| not(trouble.lines(asked.cluster.cloud())))?;
    if let Some((cache, by)) = Cache::of_login().zip(fixed::line(sign_in)).filter(|_| !asked.kubelogin) {
        let kept = Kept { sort: Sort::Cluster, by, since: Timestamp::now(), expires, token: token.clone() };
        // Where it cannot be kept, the first call signs in.
        let _ = cache.keep(&fixed::name(sign_in), &kept);
    }
    Ok(token)
}

impl Written {
    fn tell(&self, asked: &Asked) -> color_eyre::Result<Code> {
        let told = match (&self.alone, asked.form) {
            (Some(alone), _) => {
                self.lines(asked).iter().for_each(|line| aside(line));
                bytes(alone.reveal().as_bytes()).map_err(|error| {
                    color_eyre::eyre::eyre!("standard output could not be written ({error}), so the entry is nowhere")
                })
            }
            (None, Form::Json) => print(&[self.object(asked).to_string()]),
            (None, Form::Text) => print(&self.lines(asked)),
        };
        told?;
        let is_refused = self.proved.as_ref().is_err_and(|why| why.is_refused);
        Ok(if is_refused { Verdict::Failed.exit_code() } else { 0 })
    }

    fn lines(&self, asked: &Asked) -> Vec<String> {
        let names = &self.chosen.names;
        let mut lines = vec![match &asked.place {
            Place::Standard if self.sign_in.is_none() => {
                format!("Context {} is on standard output, with its private key", names.context)
            }
            Place::Standard => format!("Context {} is on standard output", names.context),
            Place::File { target, .. } if asked.keeps_context => {
                format!("Context {} is in {}; the current context stays", names.context, target.display())
            }
            Place::File { target, .. } => {
                format!("Context {} is in {}, and is the current one now", names.context, target.display())
            }
        }];
        if let Some(why) = &self.chosen.instead {
            lines.push(format!("Its names are longer than those of az, since {why}"));
        }
        match &self.sign_in {
            None => {
                lines.push(EVERYBODYS.to_owned());
                lines.extend(asked.place.warning());
            }
            Some(sign_in) => lines.extend(signs_in(sign_in, asked.kubelogin)),
        }
        lines.extend(self.told());
        lines
    }

    /// Returns what the cluster said.
    fn told(&self) -> Vec<String> {
        let known = match &self.proved {
            Ok(known) => known,
            Err(not) => return not.lines.clone(),
        };
        let name = known.name.as_ref().map_or_else(
            || "The cluster lets you in; this Kubernetes tells nobody who they are".to_owned(),
            |name| format!("Kubernetes knows you as {name}"),
        );
        let pods = if known.lists_pods { "You may list" } else { "You may not list" };
        let reason = known.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        vec![name, format!("{pods} pods in all namespaces{reason}")]
    }

    fn object(&self, asked: &Asked) -> serde_json::Value {
        let names = &self.chosen.names;
        let file = match &asked.place {
            Place::File { target, .. } => Some(target.display().to_string()),
            Place::Standard => None,
        };
        let proved = match &self.proved {
            Ok(known) => {
                json!({ "is": true, "name": known.name, "lists_pods": known.lists_pods, "reason": known.reason })
            }
            Err(not) => json!({ "is": false, "refused": not.is_refused, "why": not.lines.join(" ") }),
        };
        let by = match &self.sign_in {
            None => "certificate",
            Some(_) if asked.kubelogin => "kubelogin",
            Some(_) => "crosspull",
        };
        json!({
            "file": file,
            "context": names.context,
            "cluster": names.cluster,
            "user": names.user,
            "current": !asked.keeps_context,
            "instead": self.chosen.instead,
            "by": by,
            "sign_in": self.sign_in.as_ref().map(|of| fixed::sign_in(of).word()),
            "tenant": self.sign_in.as_ref().and_then(|of| of.get(Fixed::Tenant)),
            "proved": proved,
        })
    }
}

/// Returns how the entry signs in, in lines.
fn signs_in(sign_in: &ExecSignIn, by_kubelogin: bool) -> Vec<String> {
    let program = if by_kubelogin { "kubelogin" } else { "crosspull" };
    let tenant = sign_in.get(Fixed::Tenant).map(|tenant| format!(", in tenant {tenant}")).unwrap_or_default();
    let mut lines = vec![format!("It signs in by {program}: {}{tenant}", fixed::sign_in(sign_in).word())];
    if !by_kubelogin && fixed::needs_secret(sign_in) {
        lines.push(format!("The app's secret is kept nowhere: whatever runs kubectl needs {}", fixed::CLIENT_SECRET));
    }
    lines
}
