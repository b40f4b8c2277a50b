//! The page of somebody: whether they get in and by what, what they lack and the change that would open it, and what the cluster
//! itself says beside the rules.

use crosspull_core::access::{BEYOND, Compared, May, Part, Passage, Standing, WayIn};
use crosspull_core::text::{count, listed};
use jiff::Timestamp;
use ratatui::text::Span;

use super::cluster::command;
use super::facts::fact;
use crate::access::Reading;
use crate::shared::Shared;
use crate::theme::{Mark, Tone};
use crate::widgets::lines::{block, hang};
use crate::widgets::sheet::Sheet;

/// Columns before what is said of a way.
const INDENT: usize = 4;

/// Adds the page.
pub(super) fn add(shared: &Shared, standing: &Standing, sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let namespace = shared.access.wanted.namespace.as_deref();
    let mut ways = standing.ways_in(namespace);
    ways.sort_by_key(|way| rank(&way.passage));
    verdict(shared, standing, &ways, sheet, columns, now);
    sheet.gap();
    let place = namespace.map_or_else(|| "in all namespaces".to_owned(), |name| format!("in the namespace {name}"));
    heading(shared, sheet, &format!("Ways, {place}"), columns);
    for way in &ways {
        one_way(shared, standing, way, sheet, columns, now);
    }
    questions(shared, standing, sheet, columns, now);
    sheet.gap();
    heading(shared, sheet, "Known of them", columns);
    known(shared, standing, sheet, columns);
    sheet.gap();
    heading(shared, sheet, "Other ways, which are not judged here", columns);
    for (name, why) in BEYOND {
        sheet.lines.extend(hang(shared.theme, Tone::Plain, vec![Span::raw("  ")], &format!("{name}: {why}"), columns));
    }
    command(shared, sheet, columns);
}

/// Returns the place of a way among the others: the open ones first, those that are closed to everybody last.
const fn rank(passage: &Passage) -> u8 {
    match passage {
        Passage::Open(_) => 0,
        Passage::Unknown(_) => 1,
        Passage::Lacks { .. } => 2,
        Passage::Closed(_) => 3,
    }
}

fn heading(shared: &Shared, sheet: &mut Sheet, text: &str, columns: usize) {
    sheet.lines.extend(block(shared.theme, Tone::Strong, text, 0, columns));
}

/// Adds the answer in one sentence, and where it is a no, the least that would change it.
fn verdict(shared: &Shared, standing: &Standing, ways: &[WayIn], sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let theme = shared.theme;
    let name = &standing.principal.name;
    let is_open = |way: &&WayIn| matches!(way.passage, Passage::Open(_));
    let open: Vec<String> = ways.iter().filter(is_open).map(|way| way.way.name().to_owned()).collect();
    let unknown = ways.iter().any(|way| matches!(way.passage, Passage::Unknown(_)));
    let (mark, says) = match (open.is_empty(), unknown) {
        (false, _) => (Mark::Good, format!("{name} gets in by {}.", listed(&open))),
        (true, true) => (Mark::Unknown, format!("Whether {name} gets in is not known.")),
        (true, false) => (Mark::Bad, format!("{name} does not get in.")),
    };
    let before = vec![theme.mark(mark, now), Span::raw(" ")];
    sheet.lines.extend(hang(theme, Tone::Strong, before, &says, columns));
    if let Some(Passage::Lacks { change, unknown, .. }) = WayIn::least(ways).map(|way| &way.passage) {
        let change: Vec<String> = change.iter().map(|one| one.words(standing.principal.kind)).collect();
        let change = change.join(", and ");
        let says = match unknown.is_empty() {
            true => format!("The least that lets them in: {change}"),
            false => format!("They lack at least: {change}. Whether that is enough is not known."),
        };
        sheet.lines.extend(block(theme, Tone::Plain, &says, 2, columns));
    }
}

/// Adds a way, with what opens it, or what they lack and what would give it.
fn one_way(shared: &Shared, standing: &Standing, way: &WayIn, sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let theme = shared.theme;
    let name = way.way.name();
    let unknown = |why: &Vec<String>| why.iter().map(|why| format!("not known, since {why}")).collect::<Vec<_>>();
    let (mark, head, below) = match &way.passage {
        Passage::Open(by) => {
            (theme.mark(Mark::Good, now), name.to_owned(), by.iter().map(|one| format!("by {one}")).collect())
        }
        Passage::Closed(why) => (theme.span(Tone::Dim, "-"), format!("{name}: {why}"), Vec::new()),
        Passage::Unknown(why) => (theme.mark(Mark::Unknown, now), name.to_owned(), unknown(why)),
        Passage::Lacks { has, lacks, change, unknown: why } => {
            let change: Vec<String> = change.iter().map(|one| one.words(standing.principal.kind)).collect();
            let mut below: Vec<String> = has.iter().map(|one| format!("has {one}")).collect();
            below.push(format!("opened by {}", change.join(", and ")));
            below.extend(unknown(why));
            (theme.mark(Mark::ToCome, now), format!("{name}: lacks {}", lacks.join(", and ")), below)
        }
    };
    sheet.lines.extend(hang(theme, Tone::Plain, vec![mark, Span::raw(" ")], &head, columns));
    for text in below {
        sheet.lines.extend(block(theme, Tone::Plain, &text, INDENT, columns));
    }
}

/// Adds the questions with both answers.
fn questions(shared: &Shared, standing: &Standing, sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let theme = shared.theme;
    sheet.gap();
    heading(shared, sheet, "Asked of the cluster itself, one by one", columns);
    let compared = match &shared.access.compared {
        Reading::Read(compared) => compared,
        Reading::Goes => {
            let mark = vec![theme.mark(Mark::Work, now), Span::raw(" ")];
            return sheet.lines.extend(hang(theme, Tone::Plain, mark, "being asked", columns));
        }
        Reading::NotAsked | Reading::Failed(_) => {
            return sheet.lines.extend(block(theme, Tone::Plain, "not asked", 2, columns));
        }
    };
    for one in compared.iter() {
        question(shared, standing, one, sheet, columns, now);
    }
    // One reason why the cluster did not answer is told once.
    let mut silent: Vec<&String> = compared.iter().filter_map(|one| one.cluster.as_ref().err()).collect();
    silent.sort();
    silent.dedup();
    for why in silent {
        let mark = vec![theme.mark(Mark::Unknown, now), Span::raw(" ")];
        let says = format!("The cluster's own answer is not known, since {why}");
        sheet.lines.extend(hang(theme, Tone::Plain, mark, &says, columns));
    }
}

/// Adds a question with both answers; where they differ, that is said.
fn question(shared: &Shared, standing: &Standing, one: &Compared, sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let theme = shared.theme;
    let (mark, answer) = match one.allowed() {
        _ if one.differs() => (theme.mark(Mark::Warn, now), if one.allowed() == Some(true) { "yes" } else { "no" }),
        Some(true) => (theme.mark(Mark::Good, now), "yes"),
        Some(false) => (theme.span(Tone::Dim, "-"), "no"),
        None => (theme.mark(Mark::Unknown, now), "not known"),
    };
    let by = match &one.cluster {
        Err(_) => "by the rules alone",
        Ok(_) if one.differs() => "says the cluster; the rules say otherwise",
        Ok(_) if matches!(one.rules, May::Unknown(_)) => "says the cluster; the rules do not tell",
        Ok(_) => "say the cluster and the rules",
    };
    let says = format!("{}: {answer}, {by}", one.can);
    sheet.lines.extend(hang(theme, Tone::Plain, vec![mark, Span::raw(" ")], &says, columns));
    let mut below = |text: String| sheet.lines.extend(block(theme, Tone::Plain, &text, INDENT, columns));
    let Ok(review) = &one.cluster else { return below(one.rules.reason()) };
    let named = review.names(&standing.roles.known).map(|role| standing.because_of(role));
    // One reason that both give is told once; and for a no, Azure's words are the same whatever was asked.
    match (named, &one.rules) {
        (Some(named), May::Yes(because)) if named == *because => below(because.to_string()),
        (_, May::No(why)) if !review.allowed => below(why.clone()),
        (named, rules) => {
            below(format!("rules: {}", rules.reason()));
            let words = named.map_or_else(|| review.reason.clone(), |named| named.to_string());
            if !words.is_empty() {
                below(format!("cluster: {words}"));
            }
        }
    }
}

/// Adds who they are, and what was read of them. What was not read is said.
fn known(shared: &Shared, standing: &Standing, sheet: &mut Sheet, columns: usize) {
    let Standing { principal, groups, roles, rbac, .. } = standing;
    let mut add = |name: &str, text: &str| fact(shared, sheet, name, text, columns);
    add("kind", principal.kind.word());
    if let Some(object) = principal.object {
        add("object id", &object.to_string());
    }
    if principal.kubernetes_name != principal.name {
        add("in Kubernetes", &principal.kubernetes_name);
    }
    if standing.is_of_entra() {
        let names: Vec<String> = groups.known.iter().map(|group| group.name.clone()).collect();
        add("groups", &told(Some(names.join(", ")).filter(|names| !names.is_empty()), groups));
        let roles_of = Some(roles.known.len()).filter(|of| *of > 0);
        let words = roles_of.map(|of| format!("{} at, above or below the cluster", count(of, "assignment")));
        add("Azure roles", &told(words, roles));
    }
    let own = Some(rbac.known.naming(&standing.user()).count()).filter(|of| *of > 0);
    add("bindings", &told(own.map(|of| format!("{} of the cluster's that are theirs", count(of, "binding"))), rbac));
}

/// Returns what is known of a part, and what is not. Where not all of it was read, nothing is not none.
fn told<T>(known: Option<String>, part: &Part<T>) -> String {
    match (known, part.unread.first()) {
        (Some(known), None) => known,
        (None, None) => "none".to_owned(),
        (Some(known), Some(why)) => format!("{known}; whether there are more is not known, since {why}"),
        (None, Some(why)) => format!("not known, since {why}"),
    }
}
