//! `crosspull access kubeconfig`: writes the entry of a cluster into a kubeconfig, and proves that it lets one in.

mod tell;
mod write;

use clap::{Arg, ArgAction, ArgMatches};
use crosspull_core::input::ClusterCredential;
use crosspull_core::names::Verdict;
use crosspull_core::wording::Front;

use super::asked::{self, AskedCluster};
use super::file::Place;
use super::fixed;
use crate::attended::Attended;
use crate::cli::output;
use crate::commands::Subcommand;
use crate::exit::Code;
use crate::headless::lines::aside;
use crate::headless::nobody_to_ask;
use crate::tell::{Form, complain, refused};

use write::write;

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
several tenants live side by side. Then the cluster is asked as whom it knows you. Where kubectl says Unauthorized later, \
crosspull access token --forget has its next call sign in anew.

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
            flag(OVERWRITE, "Replace what has the same name, as far as no other context uses it"),
            flag(KEEP_CONTEXT, "Leave the current context as it is"),
            Arg::new("yes").long("yes").action(ArgAction::SetTrue).help("Go on without asking"),
            output(),
        ])
}

/// The wishes of the arguments.
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
    if asked.admin {
        asked.place.warning().iter().for_each(|line| aside(line));
    }
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
            Err(trouble) => Ok(refused(form, Front::Flags, &trouble, cloud)),
        }
    };
    attended.see(work).await.unwrap_or_else(Ok)
}
