//! `crosspull access open`: lets somebody into a cluster, by a run that is asked, journalled and taken back like any other.

use clap::{Arg, ArgAction, ArgMatches, Command};
use crosspull_azure::access::opening::{in_short, names_group};
use crosspull_core::check::Finding;
use crosspull_core::opening::{self, Wanted, warnings};

use super::opening::{Planned, Seen, arguments as common, run as run_opening};
use crate::commands::Subcommand;
use crate::exit::Code;

/// The part of `access` that lets somebody in.
pub const OPEN: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

const WITHOUT_KUBECONFIG: &str = "without-kubeconfig";

fn arguments() -> Command {
    let command = Command::new("open")
        .about("Lets somebody into a cluster, the least that is asked for; asked, journalled, taken back")
        .after_help(
            "Without a way in: lists what can be opened, the least first, and calls nothing.\n\nWhat is there already is found, and \
             nothing is made. In the end the cluster itself is asked whether they may.",
        );
    common(command).arg(
        Arg::new(WITHOUT_KUBECONFIG)
            .long(WITHOUT_KUBECONFIG)
            .action(ArgAction::SetTrue)
            .help("Do not give the Cluster User role too, which the kubeconfig takes"),
    )
}

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let without = arguments.get_flag(WITHOUT_KUBECONFIG);
    run_opening(arguments, "open", async |seen: &Seen<'_>| plan(seen, without).await).await
}

async fn plan(seen: &Seen<'_>, without_kubeconfig: bool) -> Result<Planned, Finding> {
    let asked = &seen.asked;
    let stopped = |trouble| seen.stopped(trouble);
    let act = match &asked.wanted {
        Wanted::Bind(role) => seen.look.role(role, asked.namespace.as_deref()).await.map_err(stopped)?,
        _ => asked.act(),
    };
    let nowhere = match (&asked.wanted, asked.namespace.as_deref()) {
        (Wanted::Role(_), Some(name)) => unseen_namespace(seen, name).await?,
        _ => None,
    };
    let gives_kubeconfig = match asked.principal.object {
        Some(object) if !without_kubeconfig => !seen.look.gets_kubeconfig(object).await.map_err(stopped)?,
        _ => false,
    };
    let plan = opening::open(seen.cloud, seen.tenant, asked, act, gives_kubeconfig);
    let warned = warnings(asked, seen.access.doors).into_iter().map(|no| seen.check().warn(no.why, no.now));
    let mut findings: Vec<Finding> = warned.chain(nowhere).collect();
    if let Wanted::Group(group) = &asked.wanted
        && !group.administers
    {
        let command = names_group(&asked.cluster, &seen.access.admin_groups, &group.id.to_string());
        findings.push(seen.check().warn(
            format!("{} is no group of administrators of the cluster: it gives what was given to it", group.name),
            format!("To name it one, which changes the whole cluster: {command}"),
        ));
    }
    Ok((plan, findings))
}

/// Looks whether the namespace of a role is there: Azure takes any name. Returns a warning where nobody can tell.
async fn unseen_namespace(seen: &Seen<'_>, name: &str) -> Result<Option<Finding>, Finding> {
    match seen.look.namespace(name).await {
        Ok(true) => Ok(None),
        Ok(false) => Err(seen.stopped(seen.look.no_namespace(name))),
        Err(trouble) => Ok(Some(seen.check().warn(
            format!("whether the cluster has a namespace {name} is not known: {}", in_short(&trouble)),
            "Azure takes any name. Where there is none of that name, it gives nothing; look at how it is written.",
        ))),
    }
}
