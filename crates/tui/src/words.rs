//! The sentences of the screens, as pure functions of what they speak about.

use crosspull_core::answers::Answers;
use crosspull_core::check::{Level, SOAK_MINUTES};
use crosspull_core::cloud::{CloudChoice, is_loopback};
use crosspull_core::event::Outcome;
use crosspull_core::field::{FIELDS, Key, Kind};
use crosspull_core::inputs::ConsentMode;
use crosspull_core::plan::{OldSecret, Op, Plan, Role, Route, Side, Step, StepId, Undo};
use crosspull_core::run::{Run, Try, Wait};
use crosspull_core::sign_in::Entered;
use crosspull_core::text::{abbreviated, duration, printable};
use jiff::Timestamp;

use crate::lines::width;

/// Milliseconds from one time to another; none where the second is earlier.
pub(crate) fn between(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.as_millisecond().saturating_sub(from.as_millisecond())).unwrap_or(0)
}

/// A tenant that somebody signed in to: its name, its domain where that was not `typed`, its id.
pub(crate) fn tenant(entered: &Entered, typed: &str, columns: usize) -> String {
    let id = entered.tenant.to_string();
    // An id is never broken.
    let id = if width(&id) <= columns { id } else { abbreviated(&id) };
    let domain = entered.domain.as_deref().filter(|domain| !domain.eq_ignore_ascii_case(typed));
    let known = [entered.name.as_deref(), domain].into_iter().flatten();
    known.chain([id.as_str()]).collect::<Vec<_>>().join(", ")
}

/// Who signed in, and where.
pub(crate) fn who_entered(entered: &Entered, columns: usize) -> String {
    let tenant = tenant(entered, "", columns);
    entered
        .account
        .as_ref()
        .map_or_else(|| format!("signed in to {tenant}"), |account| format!("{account} in {tenant}"))
}

/// Whole seconds in words, for what is counted up or down on a screen: `3 s`, `1 min 12 s`.
pub(crate) fn seconds(count: u64) -> String {
    if count < 60 { format!("{count} s") } else { duration(count.saturating_mul(1000)) }
}

/// A limit in words: `10 min`, `90 s`.
pub(crate) fn limit(ms: u64) -> String {
    let seconds = ms / 1000;
    if seconds >= 60 && seconds.is_multiple_of(60) { format!("{} min", seconds / 60) } else { duration(ms) }
}

/// Until when a wait lasts: the next try and the end.
pub(crate) fn until(wait: &Wait, now: Timestamp) -> String {
    let left = between(now, wait.until).div_ceil(1000);
    if wait.tries == 0 {
        return format!("goes on in {}", seconds(left));
    }
    let next = match left {
        0 => "next try now".to_owned(),
        left => format!("next try in {}", seconds(left)),
    };
    if wait.at_most_ms == 0 { next } else { format!("{next}, at most {}", limit(wait.at_most_ms)) }
}

/// A wait in one sentence.
pub(crate) fn wait(wait: &Wait, now: Timestamp) -> String {
    format!("Waiting: {}; {}", wait.why, until(wait, now))
}

/// A try in a few words: status, time, the service's code and words.
pub(crate) fn tried(tried: &Try) -> String {
    let status = tried.status.map_or_else(|| "no answer".to_owned(), |s| s.to_string());
    let refusal = tried.refusal.as_ref().map_or_else(String::new, |r| format!("  {}: {}", r.code, r.message));
    format!("{status} in {}{refusal}", duration(tried.ms))
}

/// An address in short: without the scheme that all of them share, and without its query.
pub(crate) fn address(url: &str) -> &str {
    let url = url.strip_prefix("https://").unwrap_or(url);
    url.split_once('?').map_or(url, |(path, _)| path)
}

/// A step's number, right-aligned among those of its plan.
pub(crate) fn number(plan: &Plan, id: StepId) -> String {
    let columns = plan.steps.len().to_string().len();
    format!("{:>columns$}", id.to_string())
}

/// The name of the cluster that a plan is about.
pub(crate) fn cluster(plan: Option<&Plan>) -> String {
    plan.and_then(|p| p.subject().0).map_or_else(|| "the cluster".to_owned(), |c| c.name().to_owned())
}

/// Where it works: the cloud of the answers.
pub(crate) fn cloud(answers: &Answers) -> String {
    match CloudChoice::parse(answers.or_default(Key::Cloud)) {
        Ok(CloudChoice::Known(known)) => format!("{} cloud", known.word()),
        Ok(CloudChoice::ByResourceManager(url)) if is_loopback(&url) => "simulated cloud".to_owned(),
        Ok(CloudChoice::ByResourceManager(url)) => url.host_str().unwrap_or("another cloud").to_owned(),
        Err(_) => String::new(),
    }
}

/// What restarts and how that is undone, in a sentence or two (`azure-facts.md` 0, fact 9, and 3.9).
#[must_use]
pub fn warning(plan: &Plan) -> String {
    let Some(step) = plan.restarts() else {
        return "Nothing restarts.".to_owned();
    };
    let name = plan.subject().0.map_or("the cluster", |c| c.name());
    let soak = match &step.op {
        Op::ResetCluster { soak_minutes, .. } if *soak_minutes > 0 => format!(", {}", after(*soak_minutes)),
        _ => String::new(),
    };
    let others = if plan.route == Route::TakeBack { "" } else { " The other steps change nothing that runs." };
    format!(
        "Step {} restarts every node of {name}{soak}; its way back is a second reset. You are asked once more before it.{others}",
        step.id
    )
}

/// When the reset comes.
fn after(soak_minutes: u16) -> String {
    if soak_minutes == 0 { "right after the proof".to_owned() } else { format!("{soak_minutes} min after the proof") }
}

/// An earlier run in a line: when it began, and what it is about.
pub(crate) fn began(run: &Run) -> String {
    let at = run.started.map(|at| at.strftime("%-d %b %H:%M UTC").to_string()).unwrap_or_default();
    format!("{at} · {}", run.about())
}

/// An earlier run in a line, with where it stopped.
pub(crate) fn earlier(run: &Run) -> String {
    format!("{} · {}", began(run), run.where_it_stopped())
}

/// Why a short wait before the reset is a risk.
pub(crate) fn short_wait() -> String {
    format!(
        "Around {SOAK_MINUTES} min after it is made, a service principal is known in every region. A reset that meets one          that does not know it fails half way; it can be repeated."
    )
}

/// The full ids of the cluster and of the registry.
pub(crate) fn resources(plan: &Plan) -> [String; 2] {
    let (cluster, registry) = plan.subject();
    [cluster.map(ToString::to_string), registry.map(ToString::to_string)].map(Option::unwrap_or_default)
}

/// What stands proved before the cluster is reset; none where nothing is.
pub(crate) fn proof(run: &Run) -> Option<String> {
    let plan = run.plan.as_ref()?;
    run.outcome_of(|op| matches!(op, Op::ProvePull { .. })).filter(|o| *o == Outcome::Proved)?;
    plan.steps.iter().find_map(|s| match &s.op {
        Op::ProvePull { registry, images, .. } => {
            let images: Vec<String> = images.iter().map(ToString::to_string).collect();
            Some(format!("The new credential pulls {} from {}: proved from here.", images.join(", "), registry.name()))
        }
        _ => None,
    })
}

/// What the new principal will lack; said again before the reset.
pub(crate) fn lacks(run: &Run) -> Option<String> {
    let lacks = run.plan.as_ref()?.lacks();
    (!lacks.is_empty()).then(|| {
        format!("The new principal lacks what the present one has: {}. It needs the same first.", lacks.join(", "))
    })
}

/// A step in sentences: what it does, what it needs, how it is taken back.
#[must_use]
pub fn explain(plan: &Plan, step: &Step) -> Vec<String> {
    let mut sentences = vec![does(step)];
    sentences.push(format!("It happens in tenant {}, {}", step.side, plan.tenant(step.side)));
    sentences.push(needs(step).to_owned());
    sentences.push(match step.undo() {
        Undo::Nothing => "It leaves nothing behind.".to_owned(),
        Undo::By(call) => format!("What it made is taken back by {call}"),
        Undo::With(what) => format!("What it made goes when {what} goes."),
        Undo::ByHand(how) => format!("crosspull cannot take it back. By hand: {how}."),
    });
    if plan.route == Route::TakeBack {
        sentences.pop();
    }
    sentences
}

/// What a step does.
fn does(step: &Step) -> String {
    match &step.op {
        Op::CreateApp { takes_up: Some(object), .. } => {
            format!("Takes up the app registration {object} , which the checks saw. Nothing of it is changed.")
        }
        Op::CreateApp { name, .. } => format!(
            "Registers the app {name} in tenant A, so that other tenants may let it in. It asks for no permission of its \
             own. It carries a tag by which a later run for this cluster finds it."
        ),
        Op::CreatePrincipal => {
            "Creates the app's service principal in its own tenant: what the cluster will sign in as.".to_owned()
        }
        Op::AddSecret { days, .. } => format!(
            "Adds a client secret that lives {days} days to the app, then waits until sign-in in tenant A takes it. Azure \
             tells the secret once; it stays in memory."
        ),
        Op::Provision { consent, .. } => {
            format!("Brings the app into tenant B as a service principal{}.", who(*consent))
        }
        Op::GrantRole { registry, role, repositories } => {
            let where_to = if repositories.is_empty() {
                format!("on {}, and nothing else", registry.name())
            } else {
                format!("on {}, for {} alone", registry.name(), repositories.join(", "))
            };
            let why = match role {
                Role::AcrPull => "",
                Role::RepositoryReader => " This registry's roles hold on repositories, so AcrPull would be ignored.",
            };
            format!("Gives that service principal the role {} {where_to}.{why}", role.name())
        }
        Op::HandOver { registry, .. } => format!(
            "Nobody signs in to tenant B, so its administrator gets a page: how they let the app in, and how they give it a \
             role on {registry}. crosspull asks as the app whether both are done, and goes on by itself."
        ),
        Op::ProvePull { login_server, .. } => format!(
            "Pulls from {login_server} for real, with the new credential, as a node does: token, manifest, one layer. It \
             waits until the role is in effect."
        ),
        Op::CopyRoles { roles, .. } => {
            let named: Vec<String> = roles.iter().map(crosspull_core::check::HeldRole::short).collect();
            format!(
                "Gives the new service principal the roles that the cluster's present one has, with their scopes and \
                 conditions: {}.",
                named.join(", ")
            )
        }
        Op::KeepWayBack { app, days, saved, .. } => format!(
            "Adds a second secret, which lives {days} days, to the cluster's present app {app} , whose own secret nobody can \
             read. With such a secret crosspull can give the cluster back. {} Where you may not, this step says so and the \
             run goes on.",
            if *saved {
                "It is saved in the file that you named."
            } else {
                "It proves that you may, and goes at the end."
            }
        ),
        Op::ProveInside { image, cluster, namespace, .. } => format!(
            "Starts a pod in the namespace {namespace} of {} that pulls {image} and runs nothing of it, reads what became of \
             the pull, and removes the pod. Where the Kubernetes API cannot be reached from here, it tells the commands.",
            cluster.name()
        ),
        Op::TakeBack { of, .. } => takes_back(of),
        Op::ResetCluster { cluster, soak_minutes, .. } => format!(
            "Gives {} the new credential, {}. Azure renews every node, as in an upgrade. You are asked first.",
            cluster.name(),
            after(*soak_minutes)
        ),
        Op::RemoveSecret { secret: OldSecret::Replaced(key), .. } => format!(
            "Removes the secret that the cluster had before, key id {key} , once a node was seen to pull with the new one. \
             Where none was, it stays and is named."
        ),
        Op::RemoveSecret { secret: OldSecret::WayBack(app), .. } => format!(
            "Removes the secret that was added to the former app {app} : it proved that there is a way back, and nobody \
             saved it."
        ),
    }
}

/// What taking a step back does.
fn takes_back(of: &Step) -> String {
    match &of.op {
        Op::CreateApp { name, .. } => format!(
            "Deletes the app {name}, and with it its secrets and its service principal at home. Entra keeps a deleted app for \
             30 days."
        ),
        Op::CreatePrincipal | Op::Provision { .. } => "Deletes the app's service principal.".to_owned(),
        Op::AddSecret { .. } => "Removes the client secret from the app.".to_owned(),
        Op::GrantRole { .. } | Op::CopyRoles { .. } => {
            "Deletes the role assignments that the run made; one whose condition it changed gets the former one back."
                .to_owned()
        }
        Op::KeepWayBack { .. } => {
            "Removes the second secret from the cluster's former app, unless the cluster was given back with it."
                .to_owned()
        }
        Op::ResetCluster { cluster, .. } => format!(
            "Gives {} its former app back, by a new secret of that app. Azure renews every node, as in an upgrade. You are \
             asked first.",
            cluster.name()
        ),
        Op::ProveInside { .. } => "Removes the pod.".to_owned(),
        Op::HandOver { .. } => "Tells what tenant B's administrator deletes.".to_owned(),
        Op::ProvePull { .. } | Op::RemoveSecret { .. } | Op::TakeBack { .. } => {
            "There is nothing to take back.".to_owned()
        }
    }
}

/// Who lets the app in.
const fn who(consent: ConsentMode) -> &'static str {
    match consent {
        ConsentMode::Auto => ", by your sign-in where it may, else by a person who opens a link",
        ConsentMode::Direct => ", by your sign-in there",
        ConsentMode::Url => ", by an administrator who opens a link",
    }
}

/// What a step needs (`azure-facts.md` 3.3, 3.7).
const fn needs(step: &Step) -> &'static str {
    match step.op {
        Op::KeepWayBack { .. } => {
            "It needs to be an owner of that app, or the role Application Administrator in tenant A."
        }
        Op::RemoveSecret { .. } => "It needs what adding the secret needed.",
        Op::CopyRoles { .. } => "It needs Microsoft.Authorization/roleAssignments/write where each role holds.",
        Op::ProveInside { .. } => {
            "It needs the right to read the cluster's user credential, and to make and remove a pod in the namespace."
        }
        Op::TakeBack { .. } => "It needs the rights that making it needed.",
        Op::CreateApp { .. } | Op::CreatePrincipal | Op::AddSecret { .. } => {
            "It needs the right to register apps in tenant A, such as the role Application Developer."
        }
        Op::Provision { .. } => {
            "It needs the role Application Administrator or Cloud Application Administrator in tenant B, or a person who \
             has it."
        }
        Op::GrantRole { .. } => "It needs Microsoft.Authorization/roleAssignments/write on the registry.",
        Op::HandOver { .. } => "It needs an administrator of tenant B, and nothing of your account there.",
        Op::ProvePull { .. } => "It needs nothing of your account; the registry must answer from here.",
        Op::ResetCluster { .. } => {
            "It needs Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action on the cluster."
        }
    }
}

/// The plan as Markdown: what the review shows, and what the checks warned of, for a file.
#[must_use]
pub fn plan_text(plan: &Plan, run: &Run, answers: &Answers) -> String {
    let at = match CloudChoice::parse(answers.or_default(Key::Cloud)) {
        Ok(CloudChoice::ByResourceManager(url)) if is_loopback(&url) => format!(", simulated, at {url}"),
        Ok(CloudChoice::ByResourceManager(url)) => format!(", at {url}"),
        Ok(CloudChoice::Known(_)) | Err(_) => String::new(),
    };
    let [cluster, registry] = resources(plan);
    let mut text = format!(
        "# crosspull: {}\n\n{}\n\n- cloud: {}{at}\n- tenant A: {}\n- cluster: {cluster}\n- tenant B: {}\n\
         - registry: {registry}\n\n{}\n",
        plan.route.title(),
        plan.route.says(),
        plan.cloud,
        plan.tenant_a,
        plan.tenant_b,
        warning(plan)
    );
    let mut warned = run.findings().filter(|f| f.level == Level::Warn).peekable();
    if warned.peek().is_some() {
        text.push_str("\nThe checks warn:\n\n");
    }
    for finding in warned {
        text.push_str(&format!("- {}\n", finding.text));
        if !finding.now.is_empty() {
            text.push_str(&format!("  {}\n", finding.now));
        }
    }
    for step in &plan.steps {
        text.push_str(&format!("\n{}. {}, {}\n", step.id, step.side, step.title()));
        for request in step.requests() {
            text.push_str(&format!("   - `{request}`\n"));
        }
        text.push_str(&format!("   - {}\n", step.undo()));
    }
    text.push_str(&format!("\nThe same without questions:\n\n```sh\n{}\n```\n", command(answers).join("\n  ")));
    if let Some(says) = credentials(answers) {
        text.push_str(&format!("\n{says}\n"));
    }
    text
}

/// The command that does the same without questions, in lines that a shell joins. There is no secret among the answers.
#[must_use]
pub fn command(answers: &Answers) -> Vec<String> {
    let mut parts = vec!["crosspull apply --yes".to_owned()];
    for field in &FIELDS {
        let values = answers.all(field.key);
        let taken = if field.kind == Kind::Many { values.len() } else { 1 };
        for value in values.into_iter().take(taken).filter(|v| Some(*v) != field.default) {
            parts.push(format!("--{} {}", field.key.name(), quoted(value)));
        }
    }
    let last = parts.len().saturating_sub(1);
    parts.into_iter().enumerate().map(|(i, part)| if i < last { part + " \\" } else { part }).collect()
}

/// The same in one line.
#[must_use]
pub fn command_line(answers: &Answers) -> String {
    command(answers).iter().map(|part| part.trim_end_matches('\\').trim_end()).collect::<Vec<_>>().join(" ")
}

/// What the command takes from the environment and not from its options; none where nobody signs in with a secret.
pub(crate) fn credentials(answers: &Answers) -> Option<String> {
    let sides = [(Side::A, Key::SignInA), (Side::B, Key::SignInB)].into_iter();
    let names: Vec<String> = sides
        .filter(|(_, key)| answers.or_default(*key) == "service-principal")
        .map(|(side, _)| format!("CROSSPULL_{side}_CLIENT_ID and CROSSPULL_{side}_CLIENT_SECRET"))
        .collect();
    (!names.is_empty()).then(|| format!("It signs in with {} of its environment.", names.join(", ")))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let word = printable(word, 2000);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_says_what_differs_from_the_defaults_and_quotes_what_a_shell_would_split() {
        let mut answers = Answers::default();
        answers.set(Key::TenantA, "contoso.com");
        answers.set(Key::SecretDays, "180");
        answers.set(Key::AppName, "the shop's app");
        answers.set_all(Key::Repository, vec!["shop/web:1.4".to_owned(), "shop/api".to_owned()]);
        assert_eq!(
            command_line(&answers),
            r"crosspull apply --yes --tenant-a contoso.com --repository shop/web:1.4 --repository shop/api --app-name 'the shop'\''s app'"
        );
        assert_eq!(command(&answers).first().map(String::as_str), Some("crosspull apply --yes \\"));
    }

    #[test]
    fn limits_and_addresses_are_short() {
        assert_eq!(limit(600_000), "10 min");
        assert_eq!(limit(90_000), "1 min 30 s");
        assert_eq!(address("https://graph.microsoft.com/v1.0?x=1"), "graph.microsoft.com/v1.0");
    }
}
