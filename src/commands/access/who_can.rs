//! `crosspull access who-can`: everybody who may do something at a cluster.

use clap::{Arg, ArgMatches, Command};
use crosspull_azure::access::everybody::{self, Names};
use crosspull_core::access::{Can, Part, WhoCan};
use crosspull_core::explain::Trouble;
use crosspull_core::wording::Front;

use super::asked::{self, AskedCluster};
use super::who::namespace;
use crate::attended::{Attended, Means};
use crate::cli::output;
use crate::commands::Subcommand;
use crate::exit::Code;
use crate::tell::{Form, complain, print, refused};

/// The command line of `who-can`, and what it does.
pub const WHO_CAN: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

fn arguments() -> Command {
    Command::new("who-can")
        .about(
            "Tells who may do something at a cluster, by which binding, role of Azure's or admin group; writes nothing",
        )
        .arg(Arg::new("the-verb").value_name("VERB").required(true).help("The verb, such as get or create"))
        .arg(
            Arg::new("the-kind")
                .value_name("RESOURCE")
                .required(true)
                .help("The kind: RESOURCE[.GROUP][/PART|/NAME], such as secrets or deployments.apps"),
        )
        .arg(namespace())
        .args(asked::arguments())
        .args(asked::kubernetes())
        .arg(output())
}

/// Tells who may do what the arguments ask.
async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let text = |name: &str| arguments.get_one::<String>(name).cloned().unwrap_or_default();
    let can = format!("{} {}", text("the-verb"), text("the-kind")).parse::<Can>();
    let (can, asked) = match (can, AskedCluster::read(arguments)) {
        (Ok(can), Ok(asked)) => (can, asked),
        (can, asked) => {
            let wrong = can.err().into_iter().chain(asked.err().into_iter().flatten());
            return Ok(complain(&wrong.collect::<Vec<_>>()));
        }
    };
    let can = Can { namespace: arguments.get_one::<String>("in-namespace").cloned(), ..can };
    if let Some(Err(why)) = can.namespace.as_deref().map(crosspull_core::input::namespace) {
        return Ok(complain(&[format!("namespace: {why}")]));
    }
    let form = Form::of(arguments);
    let mut attended = Attended::new(asked.cloud())?;
    let means = attended.means();
    let work = async {
        match look(&means, &asked, &can).await {
            Ok((found, names)) => print(&lines(form, &asked, &can, &found, &names)).map(|()| code(&found, &names)),
            Err(trouble) => Ok(refused(form, Front::Flags, &trouble, asked.cloud())),
        }
    };
    attended.see(work).await.unwrap_or_else(Ok)
}

async fn look(means: &Means, asked: &AskedCluster, can: &Can) -> Result<(WhoCan, Names), Trouble> {
    let door = asked.enter(means).await?;
    let everybody = everybody::read(&door, &asked.cluster, can.namespace.as_deref()).await?;
    let mut found = everybody.who_can(&can.asked());
    let names = everybody::names(&door, &found.objects()).await;
    found.settle(|id| names.known.get(&id));
    Ok((found, names))
}

/// Returns the end: something that was not read may hide somebody, the members of a group too.
fn code(found: &WhoCan, names: &Names) -> Code {
    let members = names.known.values().filter_map(|known| known.members.as_ref());
    let is_whole = |members: &Part<_>| members.unread.is_empty();
    Code::from(!(found.unread.is_empty() && names.unread.is_empty() && members.into_iter().all(is_whole)))
}

fn lines(form: Form, asked: &AskedCluster, can: &Can, found: &WhoCan, names: &Names) -> Vec<String> {
    let known = |id| names.known.get(&id);
    if form == Form::Json {
        let mut object = found.json(known);
        if let Some(object) = object.as_object_mut() {
            object.insert("cluster".to_owned(), asked.cluster.to_string().into());
            object.insert("question".to_owned(), can.to_string().into());
            object.insert("remarks".to_owned(), can.remarks().into());
            object.insert("names_unread".to_owned(), names.unread.clone().into());
        }
        return vec![object.to_string()];
    }
    let mut lines = vec![format!("Who can {can}, at {}:", asked.cluster.name())];
    lines.extend(can.remarks());
    lines.push(String::new());
    lines.extend(found.lines(known));
    lines.extend(names.unread.iter().map(|why| format!("  Some have no name here: {why}")));
    lines
}
