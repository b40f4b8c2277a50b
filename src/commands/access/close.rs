//! `crosspull access close`: lets somebody into a cluster no longer, by a run that can be taken back to exactly what was.

use clap::{ArgMatches, Command};
use crosspull_azure::access::opening::Held;
use crosspull_core::check::Finding;
use crosspull_core::opening::{self, Wanted};

use super::opening::{Planned, Seen, arguments as common, run as run_opening};
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
    run_opening(arguments, "close", async |seen: &Seen<'_>| plan(seen).await).await
}

async fn plan(seen: &Seen<'_>) -> Result<Planned, Finding> {
    let asked = &seen.asked;
    let held = seen.look.held(asked).await.map_err(|trouble| seen.stopped(trouble))?;
    let name = &asked.principal.name;
    if held.own.is_empty() {
        return Err(match held.through.as_slice() {
            [] => seen
                .check()
                .stop(format!("{name} does not hold {} there", asked.wanted), "There is nothing to close.".to_owned()),
            through => seen.check().stop(
                format!("{name} holds {} through {}", asked.wanted, through.join("; ")),
                "Nothing of it is theirs alone, so nothing is touched.".to_owned(),
            ),
        });
    }
    let act = match &asked.wanted {
        Wanted::Bind(role) => seen.look.role(role, asked.namespace.as_deref()).await.ok().flatten(),
        _ => asked.act(),
    };
    let asks = asks(seen, &held);
    let plan = opening::close(seen.cloud, seen.tenant, asked, &held.own, act, &held.through, asks.as_deref());
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(asks.map(|why| {
        seen.check()
            .warn(crosspull_core::text::lower_first(why.trim_end_matches('.')), "It can be given back: crosspull undo")
    }));
    findings.extend(held.through.iter().map(|through| {
        seen.check().warn(format!("{name} keeps a way in: {through}"), "It is not theirs alone, and is not touched.")
    }));
    Ok((plan, findings))
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
