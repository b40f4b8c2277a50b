//! `crosspull access close`: lets somebody into a cluster no longer, by a run that can be taken back to exactly what was.

use clap::{ArgMatches, Command};
use crosspull_azure::access::opening::Held;
use crosspull_core::access::{Principal, PrincipalKind};
use crosspull_core::check::Finding;
use crosspull_core::opening::{self, Asked, GivenBack, Wanted, outlives};

use super::opening::{CLOSE as PART, Planned, Seen, arguments as common, run as run_opening};
use crate::commands::Subcommand;
use crate::exit::Code;

/// The part of `access` that lets somebody in no longer.
pub const CLOSE: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

fn arguments() -> Command {
    common(
        Command::new("close")
            .about("Lets somebody into a cluster no longer: takes what is theirs alone; undo gives it back as it was")
            .after_help(
                "What they hold through a group is told and not touched. In the end the cluster itself is asked whether they still \
                 may, and by what.",
            ),
    )
}

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    run_opening(arguments, PART, async |seen: &Seen<'_>| plan(seen).await).await
}

async fn plan(seen: &Seen<'_>) -> Result<Planned, Finding> {
    let (asked, held) = held(seen).await?;
    let asked = &asked;
    let name = &asked.principal.name;
    if held.own.is_empty() {
        return Err(match held.through.as_slice() {
            [] if !held.elsewhere.is_empty() => {
                let by: Vec<&str> = held.elsewhere.iter().map(|one| one.by.as_str()).collect();
                let close: Vec<&str> = held.elsewhere.iter().filter_map(|one| one.close.as_deref()).collect();
                let text =
                    format!("{name} does not hold {} in the whole cluster, but holds {}", asked.wanted, by.join("; "));
                seen.check().stop(text, format!("Nothing is touched. To close that: {}", close.join("; ")))
            }
            [] if !held.unknown.is_empty() => seen.check().stop(
                format!("{name} does not hold {} there by themselves, and {}", asked.wanted, held.unknown.join("; ")),
                "There is nothing of theirs alone to close.".to_owned(),
            ),
            [] => seen
                .check()
                .stop(format!("{name} does not hold {} there", asked.wanted), "There is nothing to close.".to_owned()),
            through => {
                let by: Vec<&str> = through.iter().map(|one| one.by.as_str()).collect();
                let close: Vec<&str> = through.iter().filter_map(|one| one.close.as_deref()).collect();
                let now = match close.as_slice() {
                    [] => "Nothing of it is theirs alone, so nothing is touched.".to_owned(),
                    close => format!(
                        "Nothing of it is theirs alone, so nothing is touched. To close it: {}",
                        close.join("; ")
                    ),
                };
                seen.check().stop(format!("{name} holds {} through {}", asked.wanted, by.join("; ")), now)
            }
        });
    }
    let act = match &asked.wanted {
        // Nobody signs in as them, so there is nothing to ask the cluster.
        _ if seen.left_directory => None,
        Wanted::Bind(role) => seen.look.role(role, asked.namespace.as_deref()).await.ok().flatten(),
        _ => asked.act(),
    };
    let asks = asks(seen, &held);
    let others: Vec<String> = held.through.iter().map(|one| one.by.clone()).collect();
    let plan = opening::close(seen.cloud, seen.tenant, asked, &held.own, act, &others, asks.as_deref());
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(asks.map(|why| {
        let now = format!(
            "It can be given back {}: crosspull undo with the run's id, which is told at the end",
            GivenBack::of(&asked.wanted).words()
        );
        seen.check().warn(crosspull_core::text::lower_first(why.trim_end_matches('.')), now)
    }));
    findings.extend(seen.left_directory.then(|| who_left(seen, asked)));
    findings.extend(outlives(asked, seen.access.doors).map(|no| seen.check().warn(no.why, no.now)));
    findings.extend(held.through.iter().map(|through| {
        let now = through.close.as_ref().map(|close| format!("It is not touched. To close it: {close}"));
        let now = now.unwrap_or_else(|| "It is not theirs alone, and is not touched.".to_owned());
        seen.check().warn(format!("{name} keeps a way in: {}", through.by), now)
    }));
    findings.extend(held.elsewhere.iter().map(|one| {
        let now = one.close.as_ref().map(|close| format!("It is not touched. To close it too: {close}"));
        seen.check().warn(format!("{name} keeps a way in elsewhere: {}", one.by), now.unwrap_or_default())
    }));
    let unknown =
        held.unknown.iter().map(|what| seen.check().warn(what.clone(), "What is theirs alone is closed all the same."));
    findings.extend(unknown);
    Ok((plan, findings))
}

/// Reads what somebody holds. Of who left the directory nobody tells the kind: a binding may name them as a user or as a group.
async fn held(seen: &Seen<'_>) -> Result<(Asked, Held), Finding> {
    let asked = seen.asked.clone();
    if asked.principal.object.is_none() && seen.left_directory && !matches!(asked.wanted, Wanted::Bind(_)) {
        return Err(seen.check().stop(
            format!(
                "what {} held is not known: {} goes by the object id, and the directory has none of that name any more",
                asked.principal.name, asked.wanted
            ),
            "Give the object id, as the role assignments of the cluster have it: --principal OBJECT-ID",
        ));
    }
    let held = seen.look.held(&asked).await.map_err(|trouble| seen.stopped(trouble))?;
    if !seen.left_directory || !held.own.is_empty() || !matches!(asked.wanted, Wanted::Bind(_)) {
        return Ok((asked, held));
    }
    let principal = Principal { kind: PrincipalKind::Group, ..asked.principal.clone() };
    let as_group = Asked { principal, ..asked.clone() };
    let held_as_group = seen.look.held(&as_group).await.map_err(|trouble| seen.stopped(trouble))?;
    let is_group = !held_as_group.own.is_empty();
    Ok(if is_group { (as_group, held_as_group) } else { (asked, held) })
}

/// Returns the finding about who is in the directory no more.
fn who_left(seen: &Seen<'_>, asked: &Asked) -> Finding {
    let now = match asked.wanted {
        Wanted::Role(_) => {
            "Undo cannot give the role back as long as they are not there: Azure gives roles to principals of the directory alone."
        }
        _ => "Undo gives it back all the same: the cluster takes any name.",
    };
    let known = &asked.principal.kubernetes_name;
    seen.check().warn(format!("{known} is no longer in Entra: the directory says that it has nobody of that"), now)
}

/// Returns why closing is asked for once more, as a sentence.
fn asks(seen: &Seen<'_>, held: &Held) -> Option<String> {
    let is_operator = seen.asked.principal.object.is_some() && seen.asked.principal.object == seen.operator;
    match (is_operator, held.last_administrator) {
        (true, _) if held.through.is_empty() => {
            Some("It is your own way in, and no other one of this kind was seen.".to_owned())
        }
        (_, true) => Some("Nobody else that can be seen administers the cluster this way.".to_owned()),
        _ => None,
    }
}
