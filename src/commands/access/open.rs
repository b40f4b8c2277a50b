//! `crosspull access open`: lets somebody into a cluster, by a run that is asked, journalled and taken back like any other.

use clap::{Arg, ArgAction, ArgMatches, Command};
use crosspull_azure::access::opening::{in_short, names_group};
use crosspull_core::access::KubernetesRole;
use crosspull_core::check::Finding;
use crosspull_core::opening::{self, Wanted, warnings};
use crosspull_core::operation::Act;

use super::opening::{Planned, Seen, arguments as common, run as run_opening};
use crate::commands::Subcommand;
use crate::exit::Code;

/// The part of `access` that lets somebody in.
pub const OPEN: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

const WITHOUT_KUBECONFIG: &str = "without-kubeconfig";
const BESIDE: &str = "beside";

fn arguments() -> Command {
    let command = Command::new("open")
        .about("Lets somebody into a cluster, the least that is asked for; asked, journalled, taken back")
        .after_help(
            "Without a way in: lists what can be opened, the least first, and calls nothing.\n\nWhat is there already is found, and \
             nothing is made. In the end the cluster itself is asked whether they may.",
        );
    common(command)
        .arg(
            Arg::new(WITHOUT_KUBECONFIG)
                .long(WITHOUT_KUBECONFIG)
                .action(ArgAction::SetTrue)
                .help("Do not give the Cluster User role too, which the kubeconfig takes"),
        )
        .arg(
            Arg::new(BESIDE)
                .long(BESIDE)
                .action(ArgAction::SetTrue)
                .help("Make it also where they hold as much already, by a wider role, a wider place or a group"),
        )
}

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let (without, beside) = (arguments.get_flag(WITHOUT_KUBECONFIG), arguments.get_flag(BESIDE));
    run_opening(arguments, "open", async |seen: &Seen<'_>| plan(seen, without, beside).await).await
}

async fn plan(seen: &Seen<'_>, without_kubeconfig: bool, beside: bool) -> Result<Planned, Finding> {
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
        Some(object) if !without_kubeconfig || is_kubeconfig(&asked.wanted) => {
            !seen.look.gets_kubeconfig(object).await.map_err(stopped)?
        }
        _ => false,
    };
    let (held, unknown) = if beside { (None, Vec::new()) } else { held_already(seen, !gives_kubeconfig).await };
    if let Some(by) = &held {
        return kubeconfig_or_nothing(seen, by, act, gives_kubeconfig);
    }
    let plan = opening::open(seen.cloud, seen.tenant, asked, act, gives_kubeconfig);
    let warned = warnings(asked, seen.access.doors).into_iter().map(|no| seen.check().warn(no.why, no.now));
    let mut findings: Vec<Finding> = warned.chain(nowhere).chain(unknown).collect();
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

const fn is_kubeconfig(wanted: &Wanted) -> bool {
    matches!(wanted, Wanted::Role(KubernetesRole::ClusterUser))
}

/// Returns by what somebody holds as much already in another way, and what is to be said of what was not read. `None` where they
/// do not, and where they hold the very thing, which the run finds.
async fn held_already(seen: &Seen<'_>, gets_kubeconfig: bool) -> (Option<String>, Vec<Finding>) {
    let name = &seen.asked.principal.name;
    let unread = |why: &str| {
        let now = "It is made all the same. Where they do, it is one more beside that.";
        seen.check().warn(format!("whether {name} holds as much already is not known: {why}"), now)
    };
    let held = match seen.look.held(&seen.asked).await {
        Ok(held) => held,
        Err(trouble) => return (None, vec![unread(&in_short(&trouble))]),
    };
    let mut by: Vec<&str> = held.through.iter().filter(|one| !one.is_conditional).map(|one| one.by.as_str()).collect();
    if by.is_empty() && gets_kubeconfig && is_kubeconfig(&seen.asked.wanted) {
        by.push("a role that gives it besides other things");
    }
    let is_held = held.own.is_empty() && !by.is_empty();
    let unknown = if is_held { Vec::new() } else { held.unknown.iter().map(|why| unread(why)).collect() };
    (is_held.then(|| by.join("; ")), unknown)
}

/// Returns the plan where somebody holds as much already: the kubeconfig alone, where they lack that.
fn kubeconfig_or_nothing(
    seen: &Seen<'_>,
    by: &str,
    act: Option<Act>,
    gives_kubeconfig: bool,
) -> Result<Planned, Finding> {
    let asked = &seen.asked;
    let text = format!("{} has as much as {} there already, by {by}", asked.principal.name, asked.wanted);
    let beside = "To make it beside that, so that it stays where that goes: --beside";
    match opening::kubeconfig_alone(seen.cloud, seen.tenant, asked, act, gives_kubeconfig) {
        Some(plan) => Ok((plan, vec![seen.check().warn(text, format!("The kubeconfig alone is given. {beside}"))])),
        None => Err(seen.check().stop(text, format!("Nothing is made. {beside}"))),
    }
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
