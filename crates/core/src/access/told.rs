//! The report on somebody at a cluster: for people, and for programs.

use serde_json::{Value, json};

use super::because::{Because, May};
use super::review::Compared;
use super::standing::{AssignedRole, Standing};
use super::way_in::{BEYOND, Change, Passage, WayIn};
use crate::text::{count, listed, wrapped};

/// The columns of a text.
const COLUMNS: usize = 80;

/// The report on somebody at a cluster.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The name of the cluster.
    pub cluster: &'a str,
    /// Their standing.
    pub standing: &'a Standing,
    /// The namespace that they want to work in.
    pub namespace: Option<&'a str>,
    /// Questions with both answers.
    pub compared: &'a [Compared],
}

impl Told<'_> {
    /// Returns lines for people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let ways = self.standing.ways_in(self.namespace);
        let mut lines = self.head();
        lines.push(String::new());
        lines.extend(wrapped(&self.sum(&ways), COLUMNS));
        lines.extend(ways.iter().flat_map(|way| self.way(way)));
        lines.extend(self.least(&ways));
        lines.extend(self.questions());
        lines.push(String::new());
        lines.push("Other ways, which are not judged here:".to_owned());
        lines.extend(BEYOND.iter().flat_map(|(name, why)| below(2, &format!("{name}: {why}"))));
        lines
    }

    /// Returns who it is, and what was not read of them.
    fn head(&self) -> Vec<String> {
        let Standing { principal, groups, roles, rbac, .. } = self.standing;
        let mut lines = vec![format!("{} ({}) at {}", principal.name, principal.kind.word(), self.cluster)];
        let mut row = |name: &str, text: &str| {
            let rest = wrapped(text, COLUMNS - 16);
            let names = std::iter::once(name).chain(std::iter::repeat(""));
            lines.extend(names.zip(rest).map(|(name, text)| format!("  {name:<13} {text}")));
        };
        if let Some(object) = principal.object {
            row("object id", &object.to_string());
        }
        if principal.kubernetes_name != principal.name {
            row("in Kubernetes", &principal.kubernetes_name);
        }
        if self.standing.is_of_entra() {
            let names: Vec<String> = groups.known.iter().map(|group| group.name.clone()).collect();
            row("groups", &told(if names.is_empty() { "none".to_owned() } else { names.join(", ") }, &groups.unread));
            let roles_held = count(roles.known.len(), "assignment");
            row("Azure roles", &told(format!("{roles_held} at, above or below the cluster"), &roles.unread));
        }
        match (self.standing.there.unread.first(), self.standing.there.known) {
            (Some(why), _) => row("account", &format!("not known, since {why}")),
            (None, false) => row("account", "not there: bindings that name it wait for an account of that name"),
            (None, true) => {}
        }
        let user = self.standing.user();
        let own = count(rbac.known.naming(&user).count(), "binding");
        row("bindings", &told(format!("{own} of the cluster's that are theirs"), &rbac.unread));
        lines
    }

    /// Returns the answer in one sentence.
    fn sum(&self, ways: &[WayIn]) -> String {
        let is_open = |one: &&WayIn| matches!(one.passage, Passage::Open(_));
        let open: Vec<String> = ways.iter().filter(is_open).map(|one| one.way.name().to_owned()).collect();
        let name = &self.standing.principal.name;
        if !open.is_empty() {
            return format!("{name} gets in by {}.", listed(&open));
        }
        if ways.iter().any(|one| matches!(one.passage, Passage::Unknown(_))) {
            return format!("Whether {name} gets in is not known: see below.");
        }
        format!("{name} does not get in.")
    }

    /// Returns the command that lets them in with the least, whole, so that it can be copied.
    fn least(&self, ways: &[WayIn]) -> Vec<String> {
        let Some(Passage::Lacks { change, .. }) = WayIn::least(ways).map(|way| &way.passage) else { return Vec::new() };
        let command = Change::command(change, &self.standing.cluster, &self.standing.principal);
        command.map_or_else(Vec::new, |command| {
            vec![String::new(), "The least that lets them in:".to_owned(), format!("  {command}")]
        })
    }

    /// Returns a way, with what opens it or lacks.
    fn way(&self, way: &WayIn) -> Vec<String> {
        let name = way.way.name();
        let (mark, rest) = match &way.passage {
            Passage::Open(by) => ("✓", by.iter().map(ToString::to_string).collect()),
            Passage::Closed(why) => ("-", vec![format!("closed: {why}")]),
            Passage::Unknown(why) => ("?", why.iter().map(|why| format!("not known, since {why}")).collect()),
            Passage::Lacks { has, lacks, change, unknown } => {
                let kind = self.standing.principal.kind;
                let change: Vec<String> = change.iter().map(|one| one.words(kind)).collect();
                let mut rest: Vec<String> = has.iter().map(|because| format!("has: {because}")).collect();
                rest.push(format!("lacks {}", lacks.join(", and ")));
                rest.push(format!("opened by: {}", change.join(", and ")));
                rest.extend(unknown.iter().map(|why| format!("not known, since {why}")));
                ("·", rest)
            }
        };
        std::iter::once(format!("  {mark} {name}")).chain(rest.iter().flat_map(|text| below(6, text))).collect()
    }

    /// Returns the questions with both answers; where these are not the same, it is said.
    fn questions(&self) -> Vec<String> {
        if self.compared.is_empty() {
            return Vec::new();
        }
        let mut lines = vec![String::new(), "Asked one by one:".to_owned()];
        lines.extend(self.compared.iter().flat_map(|one| self.question(one)));
        // One reason why the cluster did not answer is told once.
        let mut silent: Vec<&str> =
            self.compared.iter().filter_map(|one| one.cluster.as_ref().err()).map(String::as_str).collect();
        silent.dedup();
        lines.extend(
            silent.into_iter().flat_map(|why| below(2, &format!("The cluster's own answer is not known, since {why}"))),
        );
        lines.extend(self.standing.beside_in_words().into_iter().flat_map(|text| below(2, &text)));
        lines
    }

    fn question(&self, one: &Compared) -> Vec<String> {
        let answer = match one.allowed() {
            Some(true) => "yes",
            Some(false) => "no",
            None => "?",
        };
        let rules = match (&one.cluster, &one.rules) {
            (Err(_), rules) => format!("by the rules alone: {}", rules.reason()),
            (Ok(_), May::Unknown(why)) => format!("by the rules not known, since {why}"),
            (Ok(_), rules) if one.differs() => format!("by the rules {}: {}", rules.answer(), rules.reason()),
            (Ok(_), rules) => rules.reason(),
        };
        let differ = one.differs().then(|| "The two differ: the cluster's answer counts.".to_owned());
        let texts = std::iter::once(rules).chain(self.by_cluster(one)).chain(differ);
        let of_all = one.allowed() == Some(false) && one.can.is_of_all_namespaces();
        let place = if of_all { " in all namespaces at once" } else { "" };
        let head = std::iter::once(format!("  {answer:<4}{}{place}", one.can));
        head.chain(texts.chain(one.can.remarks()).flat_map(|text| below(6, &text))).collect()
    }

    /// Returns the cluster's own reason: the assignment that it names, else its words.
    fn by_cluster(&self, one: &Compared) -> Option<String> {
        let review = one.cluster.as_ref().ok()?;
        let named = review.names(&self.standing.roles.known).map(|role| self.standing.because_of(role));
        Some(match (named, review.reason.as_str()) {
            (Some(because), _) if one.rules == May::Yes(because.clone()) => "so says the cluster".to_owned(),
            (Some(because), _) => format!("the cluster says: {because}"),
            (None, "") if one.differs() => "the cluster gives no reason".to_owned(),
            (None, "") => "so says the cluster, without a reason".to_owned(),
            (None, words) => format!("the cluster says: {words}"),
        })
    }

    /// Returns the same for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let Standing { principal, cluster, groups, roles, rbac, .. } = self.standing;
        let user = self.standing.user();
        let of_group = |group: &super::MemberOf| json!({ "object_id": group.id, "name": group.name });
        let bindings =
            rbac.known.naming(&user).map(|grant| because(&Because::binding(grant, |id| self.standing.through(id))));
        json!({
            "cluster": cluster,
            "namespace": self.namespace,
            "principal": {
                "kind": principal.kind.word(),
                "object_id": principal.object,
                "name": principal.name,
                "kubernetes_name": principal.kubernetes_name,
                "there": self.standing.there.unread.is_empty().then_some(self.standing.there.known),
            },
            "groups": part(groups.known.iter().map(of_group).collect(), &groups.unread),
            "azure_roles": part(roles.known.iter().map(|role| self.role(role)).collect(), &roles.unread),
            "bindings": part(bindings.collect(), &rbac.unread),
            "ways": self.standing.ways_in(self.namespace).iter().map(|way| self.way_json(way)).collect::<Vec<_>>(),
            "not_judged": BEYOND.iter().map(|(name, why)| json!({ "way": name, "why": why })).collect::<Vec<_>>(),
            "beside": self.standing.beside().map(|may| json!({ "answer": may.word(), "reason": may.reason() })),
            "questions": self.compared.iter().map(question_json).collect::<Vec<_>>(),
        })
    }

    fn role(&self, role: &AssignedRole) -> Value {
        because(&self.standing.because_of(role))
    }

    fn way_json(&self, way: &WayIn) -> Value {
        let kind = self.standing.principal.kind;
        let all = |list: &[Because]| list.iter().map(because).collect::<Vec<_>>();
        let name = way.way.name();
        match &way.passage {
            Passage::Open(by) => json!({ "way": name, "state": "open", "by": all(by) }),
            Passage::Closed(why) => json!({ "way": name, "state": "closed", "closed_by": why }),
            Passage::Unknown(why) => json!({ "way": name, "state": "unknown", "unread": why }),
            Passage::Lacks { has, lacks, change, unknown } => json!({
                "way": name,
                "state": "lacks",
                "by": all(has),
                "lacks": lacks,
                "opened_by": change.iter().map(|one| one.words(kind)).collect::<Vec<_>>(),
                "open_command": Change::command(change, &self.standing.cluster, &self.standing.principal),
                "unread": unknown,
            }),
        }
    }
}

fn question_json(one: &Compared) -> Value {
    let cluster = match &one.cluster {
        Ok(review) => json!({ "answer": if review.allowed { "allowed" } else { "denied" }, "reason": review.reason }),
        Err(why) => json!({ "answer": "unknown", "reason": format!("not known, since {why}") }),
    };
    json!({
        "question": one.can.to_string(),
        "remarks": one.can.remarks(),
        "all_namespaces": one.can.is_of_all_namespaces(),
        "allowed": one.allowed(),
        "rules": { "answer": one.rules.word(), "reason": one.rules.reason() },
        "cluster": cluster,
        "differ": one.differs(),
    })
}

/// Returns a part for programs: what is known, and what is not.
fn part(known: Vec<Value>, unread: &[String]) -> Value {
    json!({ "known": known, "unread": unread })
}

/// Returns what lets somebody in, for programs.
fn because(of: &Because) -> Value {
    let mut value = match of {
        Because::Assignment { id, role, scope, through } => {
            json!({ "id": id, "role": role, "scope": scope, "through": through })
        }
        Because::Binding { name, namespace, role, through } => {
            json!({ "name": name, "namespace": namespace, "role": role, "through": through })
        }
        Because::AdminGroup { group } => json!({ "group": group }),
        Because::Certificate { certificate, by } => {
            json!({ "certificate": certificate.name(), "fetched_by": because(by) })
        }
    };
    if let Some(object) = value.as_object_mut() {
        object.insert("kind".to_owned(), of.kind().into());
        object.insert("words".to_owned(), of.to_string().into());
    }
    value
}

/// Returns what is known of a part, with what is not.
fn told(known: String, unread: &[String]) -> String {
    unread.first().map_or(known, |why| format!("not known, since {why}"))
}

/// Returns a text in lines that begin so far in.
fn below(indent: usize, text: &str) -> Vec<String> {
    wrapped(text, COLUMNS - indent).into_iter().map(|line| format!("{:indent$}{line}", "")).collect()
}

#[cfg(test)]
mod tests;
