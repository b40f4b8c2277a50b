//! `crosspull access`: which ways into a cluster are open, and what closes the others.

use clap::{ArgMatches, Command};
use crosspull_azure::access;
use crosspull_core::access::{ClusterAccess, Door};
use crosspull_core::explain::Trouble;
use crosspull_core::ids::ClusterId;
use crosspull_core::wording::Front;
use serde_json::json;

use super::asked::{self, AskedCluster};
use crate::attended::{Attended, Means};
use crate::exit::Code;
use crate::tell::{Form, complain, print, refused};

/// Adds the arguments.
pub fn arguments(command: Command) -> Command {
    command
        .about(
            "Tells which ways into a cluster are open, what each takes, and what closes the others; and of somebody how they \
             get in, what they lack, and what they may do there. By itself it writes nothing",
        )
        .args(asked::arguments())
}

/// Tells the ways into the cluster that the arguments name.
///
/// # Errors
/// An error where signals or standard output cannot be used.
pub async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let asked = match AskedCluster::read(arguments) {
        Ok(asked) => asked,
        Err(complaints) => return Ok(complain(&complaints)),
    };
    let form = Form::of(arguments);
    let mut attended = Attended::new(asked.cloud())?;
    let means = attended.means();
    let work = async {
        match look(&means, &asked).await {
            Ok(access) if form == Form::Json => print(&[object(&asked.cluster, &access).to_string()]).map(|()| 0),
            Ok(access) => print(&lines(&asked.cluster, &access)).map(|()| 0),
            Err(trouble) => Ok(refused(form, Front::Flags, &trouble, asked.cloud())),
        }
    };
    attended.see(work).await.unwrap_or_else(Ok)
}

async fn look(means: &Means, asked: &AskedCluster) -> Result<ClusterAccess, Trouble> {
    let door = asked.enter(means).await?;
    let what = || format!("{} cannot be looked at.", asked.cluster.name());
    access::cluster::read(&door, &asked.cluster).await.map_err(|error| error.trouble(what()))
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
