//! A step, explained: what it does, what it needs, how it is taken back.

use crosspull_core::inputs::ConsentMode;
use crosspull_core::plan::{OldSecret, Op, Plan, Role, Route, Step, Undo};

use super::reset::after;

/// Returns a step in sentences: what it does, what it needs, how it is taken back.
#[must_use]
pub(crate) fn explain(plan: &Plan, step: &Step) -> Vec<String> {
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

/// Returns what a step does.
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

/// Returns what taking a step back does.
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

/// Returns who lets the app in.
const fn who(consent: ConsentMode) -> &'static str {
    match consent {
        ConsentMode::Auto => ", by your sign-in where it may, else by a person who opens a link",
        ConsentMode::Direct => ", by your sign-in there",
        ConsentMode::Url => ", by an administrator who opens a link",
    }
}

/// Returns what a step needs (`azure-facts.md` 3.3, 3.7).
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
