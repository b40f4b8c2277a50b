//! `crosspull access identity`: what a cluster's own identity may do of what the cluster needs, and what the operator may.

use clap::{Arg, ArgMatches, Command};
use crosspull_azure::access::identity::{self, Holder, Seen, Whose};
use crosspull_azure::access::principal;
use crosspull_core::access::{Denies, Fulfilment, Holding, Needed, PrincipalRef, cure, fulfilment, short_place};
use crosspull_core::command::Command as Line;
use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::names::Side;
use crosspull_core::wording::Front;
use serde_json::{Value, json};

use super::super::Subcommand;
use super::asked::{self, AskedCluster};
use crate::attended::{Attended, Means};
use crate::cli::output;
use crate::exit::Code;
use crate::tell::{Form, complain, print, refused};

/// The command line of `access identity`, and what it does.
pub const IDENTITY: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

/// The code for what was told with parts that are not known.
const NOT_ALL: Code = 1;

fn arguments() -> Command {
    let principal = Arg::new("principal").long("principal").value_name("WHO").help(
        "Who creates and changes the cluster: me, a user principal name, an object id, a group's or app's name. The one \
         who is signed in where it is left out",
    );
    Command::new("identity")
        .about("Tells what the cluster's identity needs in Azure, what it holds, and what would give the rest; writes nothing")
        .args(asked::arguments())
        .arg(principal)
        .arg(output())
}

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let asked = match AskedCluster::read(arguments) {
        Ok(asked) => asked,
        Err(complaints) => return Ok(complain(&complaints)),
    };
    let who = arguments.get_one::<String>("principal").map_or(Ok(PrincipalRef::Me), |text| text.parse());
    let who = match who {
        Ok(who) => who,
        Err(why) => return Ok(complain(&[format!("principal: {why}")])),
    };
    let form = Form::of(arguments);
    let mut attended = Attended::new(asked.cloud())?;
    let means = attended.means().at_once();
    let work = async {
        match look(&means, &asked, &who).await {
            Ok(seen) => {
                let parts = parts(&asked, &seen);
                let told =
                    if form == Form::Json { vec![object(&asked, &parts).to_string()] } else { lines(&asked, &parts) };
                let all = parts.iter().all(|part| part.is_known());
                print(&told).map(|()| if all { 0 } else { NOT_ALL })
            }
            Err(trouble) => Ok(refused(form, Front::Flags, &trouble, asked.cloud())),
        }
    };
    attended.see(work).await.unwrap_or_else(Ok)
}

async fn look(means: &Means, asked: &AskedCluster, who: &PrincipalRef) -> Result<Seen, Trouble> {
    let door = asked.enter(means).await?;
    let operator = match who {
        PrincipalRef::Me => Whose::Me,
        who => {
            let found = principal::find(&door, &Work::Search(Side::A), who).await?;
            let kubernetes =
                || Trouble::new(format!("{} is not of Entra.", found.name), "It has no roles in Azure.", "");
            Whose::Of(found.object.ok_or_else(kubernetes)?, found.azure_type())
        }
    };
    let what = || format!("{} cannot be looked at.", asked.cluster.name());
    identity::read(&door, &asked.cluster, operator).await.map_err(|error| error.trouble(what()))
}

/// The identity needs nothing: whoever creates a cluster gives it the rest.
const NOTHING: [&str; 1] = ["✓ nothing beyond what creating a cluster takes"];
/// Nothing is needed of the operator beyond the cluster itself, from which no yes follows.
const NOTHING_OF_OPERATOR: [&str; 4] = [
    "- The cluster names no subnet, key, gateway or address of its own,",
    "  so no right at one is needed.",
    "  That is no yes: the right to create and change the cluster itself",
    "  is not looked at here.",
];

/// One who has to do with the cluster, and how what is needed of them is fulfilled.
struct Part<'a> {
    /// The key in JSON.
    key: &'static str,
    title: String,
    /// The sentence where nothing is needed.
    nothing: &'static [&'static str],
    holder: &'a Holder,
    rows: Vec<(&'a Needed, Fulfilment<'a>)>,
}

fn parts<'a>(asked: &AskedCluster, seen: &'a Seen) -> [Part<'a>; 2] {
    let name = asked.cluster.name();
    [
        Part::new("identity", format!("What {name} needs of its identity"), &NOTHING, &seen.cluster),
        Part::new(
            "operator",
            "Who may create and change a cluster like this?".to_owned(),
            &NOTHING_OF_OPERATOR,
            &seen.operator,
        ),
    ]
}

impl<'a> Part<'a> {
    fn new(key: &'static str, title: String, nothing: &'static [&'static str], holder: &'a Holder) -> Self {
        let denies_at = |scope: &str| {
            let (_, read) = holder.denies.iter().find(|(at, _)| at.eq_ignore_ascii_case(scope))?;
            Some(Denies { principal: &holder.caller, listed: read.as_deref() })
        };
        let row = |needed: &'a Needed| (needed, fulfilment(needed, &holder.holdings, denies_at(&needed.scope)));
        Self { key, title, nothing, holder, rows: holder.requirements.needed.iter().map(row).collect() }
    }

    /// True where nothing is left that is not known.
    fn is_known(&self) -> bool {
        self.not_known().is_empty() && !self.rows.iter().any(|(_, how)| matches!(how, Fulfilment::NotKnown(_)))
    }

    /// Returns what is not known beside the rows: a part of the cluster, the principal, deny assignments.
    fn not_known(&self) -> Vec<String> {
        let principal =
            self.holder.principal.as_ref().err().map(|why| format!("who it is: not known, since {}", why.why));
        let of_cluster = self
            .holder
            .requirements
            .unknown
            .iter()
            .map(|one| format!("{}: not known, since {}", one.what, one.why.why));
        let unread = self.holder.denies.iter().filter_map(|(scope, read)| Some((scope, read.as_ref().err()?)));
        let denies = unread.map(|(scope, why)| format!("deny assignments at {scope} : not known, since {}", why.why));
        principal.into_iter().chain(of_cluster).chain(denies).collect()
    }

    /// Returns the command that gives what lacks, by the role that gives it and least beside.
    fn gives(&self, needed: &Needed, lacks: &[&str]) -> Option<(&'static str, String)> {
        let role = cure(lacks)?;
        let principal = self.holder.principal.as_ref().ok()?.to_string();
        let id = role.id.to_string();
        let line = Line::GiveRole { principal: &principal, kind: self.holder.kind, role: &id, scope: &needed.scope }
            .to_string();
        Some((role.name, line))
    }
}

/// Returns what was found in lines for people.
fn lines(asked: &AskedCluster, parts: &[Part<'_>]) -> Vec<String> {
    let mut lines = vec![asked.cluster.to_string()];
    for part in parts {
        let who = part.holder.principal.as_ref().map_or_else(|_| String::new(), |id| format!(" ({id} )"));
        lines.extend([String::new(), format!("{}{who}", part.title)]);
        if part.rows.is_empty() && part.not_known().is_empty() {
            lines.extend(part.nothing.iter().map(|line| format!("  {line}")));
        }
        let mut scope = "";
        for (needed, how) in told_rows(&part.rows) {
            if !scope.eq_ignore_ascii_case(&needed.scope) {
                scope = &needed.scope;
                lines.push(format!("  {scope}"));
            }
            lines.extend(row_lines(part, needed, how));
        }
        lines.extend(part.not_known().into_iter().map(|one| format!("  ? {one}")));
    }
    lines
}

/// A row as it is told: one that is held together with others at its scope stands for them all.
type Row<'r, 'a> = (&'a Needed, Result<&'r Fulfilment<'a>, usize>);

/// Returns the rows, those of a scope that are all held by the same, or not known for the same reason, as one.
fn told_rows<'r, 'a>(rows: &'r [(&'a Needed, Fulfilment<'a>)]) -> Vec<Row<'r, 'a>> {
    rows.chunk_by(|(one, _), (other, _)| one.scope.eq_ignore_ascii_case(&other.scope))
        .flat_map(|of_scope| match of_scope {
            [(needed, first @ (Fulfilment::Held(_) | Fulfilment::NotKnown(_))), rest @ ..]
                if !rest.is_empty() && rest.iter().all(|(_, how)| how == first) =>
            {
                vec![(*needed, Ok(first)), (*needed, Err(rest.len()))]
            }
            each => each.iter().map(|(needed, how)| (*needed, Ok(how))).collect(),
        })
        .collect()
}

fn row_lines(part: &Part<'_>, needed: &Needed, how: Result<&Fulfilment<'_>, usize>) -> Vec<String> {
    let to = format!("to {}", needed.reason);
    match how {
        Err(more) => vec![format!("      and everything else that is needed there, {more} more of Microsoft's table")],
        Ok(Fulfilment::Held(by)) => vec![format!("    ✓ {to}"), format!("      {}", held_by(by))],
        Ok(Fulfilment::UnderCondition(by)) => {
            vec![format!("    ? {to}"), format!("      under a condition, {}", held_by(by))]
        }
        Ok(Fulfilment::Denied(name)) => {
            vec![format!("    ✗ {to}"), format!("      the deny assignment {name} forbids it")]
        }
        Ok(Fulfilment::NotKnown(why)) => vec![format!("    ? {to}"), format!("      not known, since {}", why.why)],
        Ok(Fulfilment::Lacks(actions)) => {
            let mut lines = vec![format!("    ✗ {to}"), format!("      lacks {}", actions.join(", "))];
            if let Some((role, line)) = part.gives(needed, actions) {
                lines.extend([format!("      {role} on {} gives it:", needed.short_place()), format!("      {line}")]);
            }
            lines
        }
    }
}

fn held_by(by: &[&Holding]) -> String {
    let mut names: Vec<String> = by.iter().map(|one| one.text()).collect();
    names.dedup();
    format!("by {}", names.join("; "))
}

fn object(asked: &AskedCluster, parts: &[Part<'_>]) -> Value {
    let mut told = json!({ "cluster": asked.cluster.to_string() });
    for part in parts {
        let needs: Vec<Value> = part.rows.iter().map(|(needed, how)| row_object(part, needed, how)).collect();
        let principal = part.holder.principal.as_ref().ok().map(ToString::to_string);
        let nothing =
            needs.is_empty().then(|| part.nothing.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "));
        let part_of =
            json!({ "principal": principal, "needs": needs, "nothing": nothing, "not_known": part.not_known() });
        if let Some(told) = told.as_object_mut() {
            told.insert(part.key.to_owned(), part_of);
        }
    }
    told
}

fn row_object(part: &Part<'_>, needed: &Needed, how: &Fulfilment<'_>) -> Value {
    let by = |all: &[&Holding]| -> Vec<Value> {
        let one = |one: &&Holding| json!({ "assignment": one.id, "role": one.role, "scope": one.scope, "group": one.group, "condition": one.condition });
        all.iter().map(one).collect()
    };
    let mut row = json!({ "scope": needed.scope, "place": short_place(&needed.scope), "actions": needed.actions, "reason": needed.reason });
    let more = match how {
        Fulfilment::Held(all) => json!({ "is": "held", "by": by(all) }),
        Fulfilment::UnderCondition(all) => json!({ "is": "under_condition", "by": by(all) }),
        Fulfilment::Denied(name) => json!({ "is": "denied", "deny_assignment": name }),
        Fulfilment::NotKnown(why) => json!({ "is": "not_known", "since": why.why }),
        Fulfilment::Lacks(actions) => {
            let gives = part.gives(needed, actions).map(|(role, line)| json!({ "role": role, "command": line }));
            json!({ "is": "lacking", "lacks": actions, "gives_it": gives })
        }
    };
    if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
        row.extend(more);
    }
    row
}
