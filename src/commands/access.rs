//! `crosspull access`: which ways into a cluster are open, and what closes the others.

use clap::{ArgMatches, Command};
use crosspull_azure::cluster_access;
use crosspull_core::access::{ClusterAccess, Door};
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{ClusterId, TenantRef};
use crosspull_core::input::{Access, Key};
use crosspull_core::names::{PerTenant, Side};
use serde_json::json;

use super::Subcommand;
use crate::attended::{Attended, Means, Way};
use crate::cli::{answers, inputs_of, output};
use crate::credentials;
use crate::exit::Code;
use crate::login::complain;
use crate::login::tell::{Told, print, refused};
use crate::sources::{self, environment};

/// The command line of `access`, and what it does.
pub const ACCESS: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

fn arguments() -> Command {
    Command::new("access")
        .about("Tells which ways into a cluster are open, what each takes, and what closes the others; writes nothing")
        .args(inputs_of([
            Key::Cluster,
            Key::TenantA,
            Key::SignInA,
            Key::Cloud,
            Key::LoginHost,
            Key::ClientId,
            Key::CaFile,
        ]))
        .args(inputs_of([Key::Pace]).map(|arg| arg.hide(true)))
        .args([answers(), output()])
}

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let (cluster, way, cloud) = match asked(arguments) {
        Ok(asked) => asked,
        Err(complaints) => return Ok(complain(&complaints)),
    };
    let json = arguments.get_one::<String>("output").is_some_and(|form| form == "json");
    let told = if json { Told::Json } else { Told::Text };
    let mut attended = Attended::new(cloud)?;
    let means = attended.means();
    let work = async {
        match look(&means, way, &cluster).await {
            Ok(access) if told == Told::Json => print(&[object(&cluster, &access).to_string()]).map(|()| 0),
            Ok(access) => print(&lines(&cluster, &access)).map(|()| 0),
            Err(trouble) => Ok(refused(told, &trouble, cloud)),
        }
    };
    attended.see(work).await.unwrap_or_else(Ok)
}

type Asked = (ClusterId, Way, Option<crosspull_core::cloud::KnownCloud>);

/// Reads which cluster is meant, and who signs in to its tenant.
fn asked(arguments: &ArgMatches) -> Result<Asked, Vec<String>> {
    let answers = sources::answers(arguments, &environment)?;
    let cluster = answers.get(Key::Cluster).ok_or_else(|| vec!["cluster: missing: give its resource id".to_owned()])?;
    let cluster = ClusterId::parse(cluster).map_err(|why| vec![format!("cluster: {why}")])?;
    let told = |complaints: Vec<crosspull_core::input::Complaint>| {
        complaints.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let read = if answers.get(Key::TenantA).is_some() { Access::of_side } else { Access::at_home };
    let access = read(&answers, Side::A).map_err(told)?;
    let subscriptions = PerTenant { a: Some(cluster.subscription()), b: None };
    let credentials = credentials::read(&access, subscriptions, &environment)?;
    Ok((cluster, Way { access, credentials }, answers.cloud()))
}

async fn look(means: &Means, way: Way, cluster: &ClusterId) -> Result<ClusterAccess, Trouble> {
    let what = || format!("{} cannot be looked at.", cluster.name());
    let named = way.access.tenants[Side::A].clone();
    let door = means.open(way).await?;
    if named != TenantRef::Home {
        crosspull_azure::checks::sign_in(&door, &named, Side::A).await?;
    }
    cluster_access::read(&door, cluster).await.map_err(|error| error.trouble(what()))
}

/// Returns the cluster and its ways in lines for people.
fn lines(cluster: &ClusterId, access: &ClusterAccess) -> Vec<String> {
    let mut lines = vec![format!("{cluster}"), String::new()];
    lines.extend(access.facts().iter().map(|(name, text)| format!("  {name:<15} {text}")));
    lines.extend([String::new(), "Ways in:".to_owned()]);
    for (way, door) in access.ways() {
        let (mark, why) = match door {
            Door::Open(takes) => ("✓", format!("takes {takes}")),
            Door::Closed(why) => ("-", format!("closed: {why}")),
        };
        lines.push(format!("  {mark} {}", way.name()));
        lines.push(format!("      {why}"));
    }
    lines
}

fn object(cluster: &ClusterId, access: &ClusterAccess) -> serde_json::Value {
    let facts: serde_json::Map<String, serde_json::Value> =
        access.facts().into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
    let ways: Vec<serde_json::Value> = access
        .ways()
        .into_iter()
        .map(|(way, door)| match door {
            Door::Open(takes) => json!({ "way": way.name(), "open": true, "takes": takes }),
            Door::Closed(why) => json!({ "way": way.name(), "open": false, "closed_by": why }),
        })
        .collect();
    json!({ "cluster": cluster.to_string(), "facts": facts, "ways": ways })
}
